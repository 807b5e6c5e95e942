"""The embedded report log: one SQLite file that is a GeoPackage, written by many processes at once."""

import json
import os
import sqlite3
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker.evidence.log.geopackage import point_blobs
from tracker.evidence.log.making import FORMAT, INSERT, definitions, log_id
from tracker.evidence.log.plain_words import BUSY_S, RESTORE, plainly
from tracker.evidence.log.revision import COLUMNS, Cell
from tracker.evidence.log.turns import Anchor, Gate, OwnLocks, Turns, holders
from tracker.model import BadLog, LogUnavailable

Result = TypeVar("Result")


_LAST = "SELECT max(recorded_at), max(seq) FROM report_log WHERE seq = (SELECT max(seq) FROM report_log)"


class _Held:
    """The open connections of one log; parted from it so that they can be closed when it is forgotten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: sa.Engine | None = None
        self.keeper: sa.PoolProxiedConnection | None = None
        self.anchor = Anchor(path)
        self.locks = OwnLocks(path)
        self.owner = os.getpid()
        _ALL.add(self)

    def close(self) -> None:
        """Close all; the last one to do so folds the -wal file into the log, unless its locks are gone."""
        engine, keeper, self.engine, self.keeper = self.engine, self.keeper, None, None
        if engine is None or keeper is None:
            return
        mine = self.owner == os.getpid()
        if not mine:
            # The parent's connections are closed too: with them open, SQLite would take the parent's locks for its
            # own. Behind a lock, so that nothing of the file is touched; what others made since stays.
            with suppress(OSError):
                self.anchor.cast(whole=False)
        elif self.locks.stand():
            self.anchor.loosen()
        keeper.close()
        engine.dispose()
        self.anchor.haul()


_ALL: "weakref.WeakSet[_Held]" = weakref.WeakSet()


class SqliteFile:
    """Connections to one embedded log: reading at any time, writing in turn, nothing acknowledged that could get lost.

    Writes are durable when they return (WAL, synchronous=FULL). When another library in this process opens and closes
    the file, SQLite's locks are gone without its knowledge (`OwnLocks`): that is noticed before a revision is written
    and before it is acknowledged, and mended by opening the file again.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] | None = None) -> None:
        self.path = path
        self._clock = clock or _now
        self._turns = Turns(path.with_name(path.name + ".lock"))
        self._gate = Gate()
        self._held = _Held(path)
        self._locks = self._held.locks
        self._opening = threading.Lock()
        # At exit or when forgotten, the -wal file is folded into the log.
        weakref.finalize(self, self._held.close)
        with plainly(path), self._turns.taken():
            # While somebody has it open, the -wal file is no sign of a crash.
            unclean = _size(path.with_name(path.name + "-wal")) > 0 and not holders(path)
            mine, last = log_id(path), self._turns.noted()
            if unclean and mine and last and mine != last:
                raise BadLog(
                    f"{path.name}-wal was left by another log than {path}, and would damage this one; move it and "
                    f"{path.name}-shm away, to where that log is, and open this one again"
                )
            self._open()
            self._turns.note(mine or "")
            if unclean:
                self._check_quickly()

    keeps_blobs = True
    """Whether geometry is a cell of its own that could differ from lon and lat."""

    def __str__(self) -> str:
        return str(self.path)

    # ---- reading and writing

    @contextmanager
    def reading(self) -> Generator[sa.Connection]:
        """A connection that sees one state of the log until it is given back."""
        with plainly(self.path):
            self._after_fork()
            with self._gate.passing(), self._connected().connect() as connection:
                yield connection

    def write(self, change: Callable[[sa.Connection, str], Result]) -> Result:
        """What `change` returns, after all that it wrote is durable and can be seen by everyone.

        Parameters
        ----------
        change : is given the connection, alone in its turn, and the time to record, and writes through `insert`; it
            may be called twice
        """
        with plainly(self.path):
            self._after_fork()
            with self._turns.taken():
                while True:
                    with self._gate.passing():
                        self._connected()
                    if not self._locks.stand():
                        self._reopen()
                    with self._gate.passing(), self._connected().connect() as connection:
                        with connection.execution_options(writes=True).begin():
                            last, before = connection.exec_driver_sql(_LAST).one()
                            result = change(connection, max(_written(self._clock()), last or ""))
                            after = connection.exec_driver_sql("SELECT max(seq) FROM report_log").scalar_one()
                    if self._locks.stand() or after == before:
                        return result
                    # The locks went while this was written: it counts only if everyone can see it.
                    self._reopen()
                    with self._gate.passing(), self._connected().connect() as connection:
                        if connection.exec_driver_sql("SELECT max(seq) FROM report_log").scalar_one() == after:
                            return result

    def insert(self, connection: sa.Connection, columns: dict[str, Sequence[Cell]]) -> None:
        """Write revisions, given as cells for every name in `COLUMNS`."""
        blobs = point_blobs(columns["lon"], columns["lat"])
        rows = list(zip(*(columns[name] for name in COLUMNS), blobs, strict=True))
        if rows:
            connection.exec_driver_sql(INSERT, rows)

    # ---- what differs between the backends

    def among(self, ids: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """A condition on report_id that holds for some ids, with its parameters."""
        return "report_id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(list(ids))}

    def moment(self, parameter: str) -> str:
        """The expression of a time that is given as text."""
        return f":{parameter}"

    def near_box(self, *, over_dateline: bool) -> str:
        """No condition: SQLite has no index of places here."""
        return ""

    def as_text(self, column: str) -> str:
        """The expression of a column whose times come as the log writes them."""
        return column

    def cursor(self, connection: sa.Connection) -> str:
        """Where the log ends now, for `after`."""
        return str(connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM report_log").scalar_one())

    def after(self, cursor: str) -> tuple[str, str, dict[str, Any], str]:
        """Condition, order and parameters of the revisions after a cursor, and the expression of a row's own cursor.

        There is one writer at a time, so that revisions become visible in the order of their numbers.
        """
        cursor = cursor or "0"
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise BadLog(f"{cursor!r} is not a cursor of {self}; give one that `changes` returned")
        return "seq > :cursor", "seq", {"cursor": int(cursor)}, "CAST(seq AS TEXT)"

    def changed(self, cursor: str, *, within_s: float) -> bool:
        """Whether revisions stand after a cursor, as soon as there are some or the seconds have passed."""
        (start,) = self.after(cursor)[2].values()
        end, pause = time.monotonic() + within_s, threading.Event()
        while True:
            with self.reading() as connection:
                if int(self.cursor(connection)) > start:
                    return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            # Other processes cannot wake this one; a look costs some 50 microseconds.
            pause.wait(min(0.05, left))

    def damage(self, connection: sa.Connection) -> list[str]:
        """What the file itself says is wrong with it, and which of its guards are gone."""
        rows = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        found = [str(row) for row in rows if row != "ok"]
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
        here = {str(name): str(sql) for name, sql in made}
        ours = definitions()
        strange = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('report_log', 'reports')"
        found += [
            f"trigger {name} does not belong to a log"
            for name in connection.exec_driver_sql(strange).scalars()
            if name not in ours
        ]
        for name, sql in ours.items():
            if here.get(name) != sql:
                found.append(f"{name} is {'missing' if name not in here else 'not as it was made'}")
        return found

    def copy_to(self, target: Path) -> None:
        """Write one state of the whole log into a new file."""
        with plainly(self.path):
            self._after_fork()
            with self._gate.passing():
                # Outside of a transaction, as VACUUM wants it; it copies the one state of its moment.
                connection = self._connected().raw_connection()
                try:
                    connection.driver_connection.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]
                finally:
                    connection.close()

    def close(self) -> None:
        """Close the log's connections; who uses it afterwards opens it again."""
        with self._gate.closed():
            self._held.close()
        self._turns.close()

    # ---- the connections

    def _connected(self) -> sa.Engine:
        with self._opening:
            if self._held.engine is None:
                self._open()
            assert self._held.engine is not None
            return self._held.engine

    def _open(self) -> None:
        engine = _engine(self.path)
        keeper = engine.raw_connection()
        try:
            # The first look makes the -wal and -shm files and takes the locks, which stay while this one is open.
            _check_format(keeper.driver_connection, self.path)  # type: ignore[arg-type]
            self._held.anchor.cast()
        except BaseException:
            keeper.close()
            engine.dispose()
            self._held.anchor.haul()
            raise
        self._held.engine, self._held.keeper, self._held.owner = engine, keeper, os.getpid()
        self._locks.note()

    def _reopen(self) -> None:
        warnings.warn(
            f"another library opened {self.path} in this process and so dropped the log's locks; the log was opened "
            "again and nothing is lost. Give such a library the file that `log.snapshot(path)` writes",
            RuntimeWarning,
            stacklevel=2,
        )
        with self._gate.closed():
            self._held.close()
            self._open()

    def _after_fork(self) -> None:
        if self._held.owner == os.getpid():
            return
        # Threads of the parent that wrote or read at that moment are not here to give anything back.
        self._turns, self._gate, self._opening = Turns(self._turns.path), Gate(), threading.Lock()
        for held in list(_ALL):
            if held.owner != os.getpid():
                held.close()
        self._open()
        if not self._locks.told and holders(self.path):
            # A connection that the parent was using is still here, and SQLite goes by its state.
            self._held.close()
            raise LogUnavailable(
                f"{self.path} was in use when this process was forked; open it in a process that is started afresh "
                "(multiprocessing: spawn or forkserver)"
            )

    def _check_quickly(self) -> None:
        with self._connected().connect() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if said != "ok":
            self._held.close()
            raise BadLog(f"{self.path} is damaged ({said}); {RESTORE}")


def _engine(path: Path) -> sa.Engine:
    # By its own name, so that no letter of the path is taken for an option.
    engine = sa.create_engine("sqlite://", creator=lambda: _connection(path), poolclass=sa.QueuePool, pool_size=5)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connection(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # Before WAL, which would change a file of another kind.
        _check_format(connection, path)
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if "report_log" not in names:
        what = "a GeoPackage without a report log" if "gpkg_contents" in names else "an SQLite file of another kind"
        raise BadLog(f"{path} is {what}; make a log of another name with create=True, and import this file into it")
    (version,) = connection.execute("SELECT max(version) FROM report_log_format").fetchone()
    if version != FORMAT:
        raise BadLog(f"{path} is a log of format {version}, this version knows format {FORMAT}; update the tracker")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _written(moment: datetime) -> str:
    """A time as the log keeps it: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
