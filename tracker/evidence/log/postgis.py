"""The report log of a newsroom: a PostgreSQL database with PostGIS, written by many machines at once."""

import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa

from tracker.evidence.log.cells import written
from tracker.evidence.log.making import write_log
from tracker.evidence.log.postgis_address import address, connections, shown
from tracker.evidence.log.postgis_copying import COPY, copy_text
from tracker.evidence.log.postgis_guards import missing_guards
from tracker.evidence.log.postgis_making import prepare
from tracker.evidence.log.postgis_waking import Listeners
from tracker.evidence.log.postgis_words import lost, plainly
from tracker.evidence.log.revision import COLUMNS, TIMES, Cell
from tracker.model import BadLog, LogUnavailable

Result = TypeVar("Result")

PATIENCE_S = 10
"""Seconds that a writer waits for a server that went away in the middle of its turn."""

_FEW = 30
_INSERT = f"INSERT INTO report_log({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
_MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
_TURN = f"SELECT {_MOMENT.format('now')} FROM report_log_turn()"

# Only what no running transaction can still come before. Numbers of transactions that have not begun are those of
# another server, from which the log was restored.
_SETTLED = "(txid < pg_snapshot_xmin(pg_current_snapshot()) OR txid >= pg_snapshot_xmax(pg_current_snapshot()))"
_START = "0.0"

_LAST = f"SELECT {_MOMENT.format('recorded_at')} FROM report_log ORDER BY seq DESC LIMIT 1"
_STANDS = "SELECT 1 FROM report_log WHERE report_id = :report_id AND revision = :revision AND hash = :hash"
_PORTION = 20_000
_LOOK_S = 1.0


class _Attempt:
    """One try to write: how far it came, for the case that the connection is lost on the way."""

    def __init__(self) -> None:
        self.begun = False
        """Whether there was a connection."""
        self.last: dict[str, Cell] | None = None
        """report_id, revision and hash of the last revision written."""
        self.committing = False
        """Whether the server may have made it durable already."""
        self.result: Any = None


class PostgisServer:
    """Connections to a log in PostgreSQL: reading at any time, writing in turn, losing nothing that was acknowledged.

    A write is acknowledged after its commit, which the server answers when it is on its disk. When the connection is
    lost before the commit was asked for, the write is tried once more; when it is lost afterwards, the log is looked
    at to find out whether the revisions stand.

    Parameters
    ----------
    text : ``postgresql+psycopg://user@host/database``; what libpq knows may follow, as in ``?sslmode=verify-full``
    create : make the log where there is none, or bring its tables up to date
    clock : what tells the time to record, for tests; the server's without it

    Raises
    ------
    MissingFile
        There is no log, and `create` was not given.
    BadLog
        The address or the database cannot hold a log; the message says what to do.
    LogUnavailable
        The database cannot be reached.
    """

    keeps_blobs = False
    """Whether geometry is a cell of its own; here it is generated from lon and lat."""

    def __init__(self, text: str, *, create: bool = False, clock: Callable[[], datetime] | None = None) -> None:
        self._url = address(text)
        self._clock = clock
        self._owner = os.getpid()
        self._listeners = Listeners()
        self._here = threading.local()
        with plainly(self._url):
            self._engine = connections(self._url)
            self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writers = self._engine.execution_options(isolation_level="READ COMMITTED")
            try:
                prepare(self._engine, create=create)
            except BaseException:
                self._engine.dispose()
                raise
        weakref.finalize(self, _let_go, self._engine, self._listeners, self._owner)

    def __str__(self) -> str:
        return shown(self._url)

    def __repr__(self) -> str:
        return f"<PostgisServer {self}>"

    # ---- reading and writing

    @contextmanager
    def reading(self) -> Generator[sa.Connection]:
        """A connection that sees one state of the log until it is given back."""
        with plainly(self._url):
            self._after_fork()
            with self._readers.connect() as connection:
                yield connection

    def write(self, change: Callable[[sa.Connection, str], Result]) -> Result:
        """What `change` returns, after all that it wrote is durable and can be seen by everyone.

        Parameters
        ----------
        change : is given the connection, alone in its turn, and the time to record, and writes through `insert`; it
            may be called twice

        Raises
        ------
        LogUnavailable
            The database cannot be reached, or another writer stopped in the middle of its turn.
        """
        with plainly(self._url):
            self._after_fork()
            for patience_s in (0, PATIENCE_S):
                attempt = _Attempt()
                try:
                    return self._write(change, attempt, patience_s=patience_s)
                except (sa.exc.DBAPIError, psycopg.Error) as error:
                    if not lost(error) or not attempt.begun:
                        raise
                    if attempt.committing and self._stands(attempt):
                        return attempt.result  # type: ignore[no-any-return]
                    if patience_s:
                        raise
        raise AssertionError("the last attempt either returns or raises")

    def insert(self, connection: sa.Connection, columns: dict[str, Sequence[Cell]]) -> None:
        """Write revisions, given as cells for every name in `COLUMNS`; many by COPY."""
        size = len(columns["report_id"])
        if not size:
            return
        if attempt := getattr(self._here, "attempt", None):
            attempt.last = {name: columns[name][-1] for name in ("report_id", "revision", "hash")}
        if size <= _FEW:
            rows = list(zip(*(columns[name] for name in COLUMNS), strict=True))
            connection.exec_driver_sql(_INSERT, rows if size > 1 else rows[0])
            return
        driver = _driver(connection)
        try:
            with driver.cursor() as cursor, cursor.copy(COPY.encode()) as copy:
                copy.write(copy_text(columns))
        except psycopg.Error:
            # SQLAlchemy did not see it happen.
            if driver.closed:
                connection.invalidate()
            raise

    # ---- what differs between the backends

    def among(self, ids: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """A condition on report_id that holds for some ids, with its parameters."""
        return "report_id = ANY(:ids)", {"ids": list(ids)}

    def moment(self, parameter: str) -> str:
        """The expression of a time that is given as text."""
        return f"CAST(:{parameter} AS timestamptz)"

    def as_text(self, column: str) -> str:
        """The expression of a column whose times come as the log writes them."""
        return _MOMENT.format(column) if column in TIMES else column

    def near_box(self, *, over_dateline: bool) -> str:
        """A condition that the spatial index answers and that holds for all points in a box, and some just outside."""
        if over_dateline:
            return (
                "(r.geom && ST_MakeEnvelope(:west, :south, 180, :north, 4326) "
                "OR r.geom && ST_MakeEnvelope(-180, :south, :east, :north, 4326))"
            )
        return "r.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"

    def cursor(self, connection: sa.Connection) -> str:
        """Where the log ends now, for `after`."""
        query = f"SELECT txid::text, seq FROM report_log WHERE {_SETTLED} ORDER BY txid DESC, seq DESC LIMIT 1"
        last = connection.exec_driver_sql(query).first()
        return f"{last[0]}.{last[1]}" if last else _START

    def after(self, cursor: str) -> tuple[str, str, dict[str, Any], str]:
        """Condition, order and parameters of the revisions after a cursor, and the expression of a row's own cursor.

        Transactions can commit in another order than that of their numbers; one that has begun earlier and is still
        running keeps back what came after it, so that a reader never passes it by.
        """
        said = re.fullmatch(r"([0-9]{1,19})\.([0-9]{1,18})", cursor or _START)
        if said is None:
            raise BadLog(f"{cursor!r} is not a cursor of {self}; give one that `changes` returned")
        where = f"{_SETTLED} AND (txid, seq) > (CAST(:after_txid AS xid8), CAST(:after_seq AS bigint))"
        return where, "txid, seq", {"after_txid": said[1], "after_seq": said[2]}, "concat(txid, '.', seq)"

    def changed(self, cursor: str, *, within_s: float) -> bool:
        """Whether revisions stand after a cursor, as soon as there are some or the seconds have passed.

        A server that is away meanwhile is waited for; one that is still away in the end is an error.
        """
        end, pause = time.monotonic() + within_s, threading.Event()
        self._after_fork()
        while True:
            try:
                if within_s <= 0:
                    return self._any_after(cursor)
                with self._listeners.one(self._engine) as listener:
                    # It listens before it looks, so that nothing comes between the two.
                    while not self._any_after(cursor):
                        left = end - time.monotonic()
                        if left <= 0:
                            return False
                        # A revision kept back by another transaction comes without a call: look now and then.
                        listener.wait(min(left, _LOOK_S))
                    return True
            except (LogUnavailable, sa.exc.DBAPIError, psycopg.Error) as error:
                if isinstance(error, LogUnavailable) or not lost(error) or time.monotonic() >= end:
                    with plainly(self._url):
                        raise
                pause.wait(min(0.2, max(0.0, end - time.monotonic())))

    def damage(self, connection: sa.Connection) -> list[str]:
        """Which guards of the log are gone, switched off or not as they were made."""
        return missing_guards(connection)

    def copy_to(self, target: Path) -> None:
        """Write one state of the whole log into a new file, a log of `SqliteFile`."""
        with self.reading() as connection:
            write_log(target, _portions(connection, ", ".join(self.as_text(name) for name in COLUMNS)))

    def close(self) -> None:
        """Close the log's connections; who uses it afterwards opens it again."""
        self._after_fork()
        self._listeners.close()
        self._engine.dispose()

    # ---- the connections

    def _write(self, change: Callable[[sa.Connection, str], Result], attempt: _Attempt, *, patience_s: float) -> Result:
        with self._connected(patience_s) as connection:
            attempt.begun = True
            self._here.attempt = attempt
            try:
                with connection.begin():
                    attempt.result = change(connection, self._turn(connection))
                    attempt.committing = True
            finally:
                self._here.attempt = None
        return attempt.result  # type: ignore[no-any-return]

    def _turn(self, connection: sa.Connection) -> str:
        """The time to record, once it is this connection's turn; the turn lasts as long as its transaction."""
        now: str = connection.exec_driver_sql(_TURN).scalar_one()
        if self._clock is None:
            return now
        last = connection.exec_driver_sql(_LAST).scalar_one_or_none()
        return max(written(self._clock()), last or "")

    def _stands(self, attempt: _Attempt) -> bool:
        """Whether what was on its way when the connection was lost has become durable."""
        if attempt.last is None:
            return True
        try:
            with self._connected(PATIENCE_S) as connection, connection.begin():
                # The lost transaction, if it still runs, has the turn: after it, nothing is open any more.
                connection.exec_driver_sql(_TURN)
                found = connection.execute(sa.text(_STANDS), attempt.last).first()
        except (sa.exc.DBAPIError, psycopg.Error):
            raise LogUnavailable(
                f"{self}: the connection was lost while the server wrote, and it is not known whether it did; when it "
                "is back, look with history(), or do the same again: adding twice does no harm"
            ) from None
        return found is not None

    def _connected(self, patience_s: float) -> sa.Connection:
        start, pause = time.monotonic(), threading.Event()
        while True:
            try:
                return self._writers.connect()
            except sa.exc.DBAPIError as error:
                # A server that says that it is starting will soon be there.
                most = PATIENCE_S if "the database system is" in str(error.orig) else patience_s
                if not lost(error) or time.monotonic() - start >= most:
                    raise
            pause.wait(0.1)

    def _any_after(self, cursor: str) -> bool:
        where, _, given, _ = self.after(cursor)
        with self._readers.connect() as connection:
            found = connection.execute(sa.text(f"SELECT 1 FROM report_log WHERE {where} LIMIT 1"), given).first()
        return found is not None

    def _after_fork(self) -> None:
        if self._owner != os.getpid():
            # The parent's connections are left as they are; closing them here would end them for both.
            _LEFT_TO_PARENT.append(self._listeners)
            self._listeners = Listeners()
            self._engine.dispose(close=False)
            self._owner = os.getpid()


_LEFT_TO_PARENT: list[object] = []


def _let_go(engine: sa.Engine, listeners: Listeners, owner: int) -> None:
    if owner == os.getpid():
        listeners.close()
        engine.dispose()


def _driver(connection: sa.Connection) -> "psycopg.Connection[Any]":
    return connection.connection.driver_connection  # type: ignore[return-value]


def _portions(connection: sa.Connection, cells: str) -> Generator[dict[str, Sequence[Cell]]]:
    query = sa.text(f"SELECT {cells} FROM report_log ORDER BY seq")
    result = connection.execution_options(stream_results=True).execute(query)
    try:
        while rows := result.fetchmany(_PORTION):
            yield dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    finally:
        result.close()
