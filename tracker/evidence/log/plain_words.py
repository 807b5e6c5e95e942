"""What SQLite and the machine refuse, in words that say what to do."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tracker.model import BadLog, LogUnavailable, MissingFile

BUSY_S = 30
"""Seconds for which a program outside of the queue of writers may hold a log."""

RESTORE = (
    "move it away together with its -wal and -shm files, then put the last snapshot in its place; or save what "
    "`sqlite3 FILE .recover` can still read"
)


@contextmanager
def plainly(path: Path) -> Generator[None]:
    """What SQLite and the machine refuse, as errors with a remedy."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise LogUnavailable(f"too many readers of {path} in this process; try again") from error
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        said = str(cause).lower()
        if "locked" in said or "busy" in said:
            raise LogUnavailable(f"{path} was locked by another program for {BUSY_S} s; close it there") from error
        if "full" in said:
            raise LogUnavailable(
                f"the disk of {path} is full, nothing of this was written; make room, try again"
            ) from error
        if "readonly" in said or "unable to open" in said or "disk i/o" in said:
            raise LogUnavailable(
                f"{path} cannot be opened or written ({cause}); check the disk, and the permissions of file and folder"
            ) from error
        if "not a database" in said or "malformed" in said or "corrupt" in said:
            raise BadLog(f"{path} is damaged or no report log ({cause}); {RESTORE}") from error
        if isinstance(cause, sqlite3.OperationalError | sqlite3.InternalError):
            raise LogUnavailable(f"{path}: {cause}; try again") from error
        raise
    except OSError as error:
        if isinstance(error, LogUnavailable | MissingFile):
            raise
        raise LogUnavailable(
            f"{path}: {(error.strerror or str(error)).lower()}; check the disk and permissions"
        ) from error
