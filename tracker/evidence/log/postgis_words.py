"""What PostgreSQL and the way to it refuse, in words that say what to do and hold no password."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from tracker.evidence.log.postgis_address import WAIT_S, password, shown
from tracker.model import BadLog, LogUnavailable, TrackerError

_AWAY = "see whether the server runs and can be reached, then try again; nothing acknowledged is lost"
_LOGIN = "check the name and the password (PGPASSWORD or ~/.pgpass hold one), or ask who keeps the server"

_UNAVAILABLE = {
    "28000": _LOGIN,
    "28P01": _LOGIN,
    "42501": "ask its owner for the right: GRANT tracker_writer TO the person who logs in",
    "55P03": f"another writer has held the log for {WAIT_S} s; try again, or look for it in pg_stat_activity",
    "57014": "the server gave up on it; try again",
    "53100": "the disk of the server is full, nothing of this was written; make room, try again",
    "53200": "the server has no memory left, nothing of this was written; try again",
    "53300": "the server has no connection left; close some programs, or raise max_connections",
    "25006": "this server only reads, as a standby does; write to the one that leads",
    "40001": "another change came between; try again",
    "40P01": "another change came between; try again",
}
_BAD = {
    "3D000": "check its name, or make it: createdb NAME",
    "42P01": "a table of the log is gone; put back the last backup",
    "42883": "a function of the log is gone; put back the last backup, or look at the search path",
    "XX001": "the database is damaged; put back the last backup",
    "XX002": "an index is damaged; REINDEX TABLE report_log, then verify",
}
# A refused connection comes without a code, only in the server's words.
_REFUSED = (
    ("authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ('role "', "28000"),
    ('database "', "3D000"),
    ("too many", "53300"),
    ("remaining connection slots", "53300"),
)


@contextmanager
def plainly(url: sa.URL) -> Generator[None]:
    """What the database and the way to it refuse, as errors with a remedy."""
    try:
        yield
    except TrackerError:
        raise
    except sa.exc.TimeoutError as error:
        raise LogUnavailable(f"{shown(url)}: all connections are in use; try again") from error
    except (sa.exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if not isinstance(cause, psycopg.Error):
            raise
        code, said = _code(cause), _said(cause, url)
        if code in _UNAVAILABLE:
            raise LogUnavailable(f"{shown(url)}: {said}; {_UNAVAILABLE[code]}") from None
        if code in _BAD:
            raise BadLog(f"{shown(url)}: {said}; {_BAD[code]}") from None
        if lost(error):
            raise LogUnavailable(f"{shown(url)} cannot be reached ({said}); {_AWAY}") from None
        if isinstance(cause, psycopg.ProgrammingError) and cause.sqlstate is None:
            raise BadLog(f"{shown(url)}: {said}; check the address") from None
        raise


def lost(error: BaseException) -> bool:
    """Whether an error means that a connection is gone, or that there is none to be had."""
    if isinstance(error, sa.exc.DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    code = _code(error)
    return code == "" or code.startswith("08") or code in ("57P01", "57P02", "57P03", "57P05", "25P03")


def _code(cause: psycopg.Error) -> str:
    if cause.sqlstate:
        return cause.sqlstate
    text = str(cause)
    if "FATAL:" not in text:
        return ""
    said = text.split("FATAL:", 1)[1].strip()
    return next((code for words, code in _REFUSED if words in said), "")


def _said(cause: psycopg.Error, url: sa.URL) -> str:
    text = " ".join((cause.diag.message_primary or str(cause)).split())
    secret = password(url)
    # The driver tells of every address it tried; the last one says as much.
    text = text.split(" Multiple connection attempts failed.")[0].removeprefix("connection failed: ")
    return (text.replace(secret, "***") if secret else text)[:300]
