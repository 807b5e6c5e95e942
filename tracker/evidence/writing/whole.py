"""A file that is written whole or not at all, and never over a report log."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from tracker.evidence.whole_file import put_in_place
from tracker.model import MissingFile, TrackerError


@contextmanager
def new_or_replaced(path: Path, *, ending: str, overwrite: bool) -> Generator[Path]:
    """A path to write to: what stands there in the end becomes the file, at once and durably.

    The draft lies in a folder of its own beside the file, so that libraries that make further files leave none behind,
    and so that no library ever opens a file that a report log of this process has open (SQLite's locks are per file).

    Raises
    ------
    MissingFile
        There is no such folder.
    TrackerError
        Something is there that may not be replaced, or the machine refuses.
    """
    _check(path, overwrite=overwrite)
    try:
        folder = Path(tempfile.mkdtemp(prefix=".tracker-", dir=path.parent))
        try:
            draft = folder / f"new{ending}"
            yield draft
            with open(draft, "rb") as written:
                os.fsync(written.fileno())
            if overwrite:
                os.replace(draft, path)
            else:
                put_in_place(draft, path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        if isinstance(error, TrackerError):
            raise
        reason = (error.strerror or str(error)).lower()
        raise TrackerError(f"{path} cannot be written: {reason}; check the disk and the permissions") from error


def _check(path: Path, *, overwrite: bool) -> None:
    if "\0" in str(path):
        raise TrackerError("the path of the file has a NUL character; remove it")
    if not path.parent.is_dir():
        raise MissingFile(f"there is no folder {str(path.parent)!r} for {path.name}; make it, or check the path")
    if path.is_dir():
        raise TrackerError(f"{path} is a folder; name the file to write, as in {path / 'reports.csv'}")
    if not path.exists():
        return
    if not overwrite:
        raise _taken(path)
    if not path.is_file():
        raise TrackerError(f"{path} is not a regular file; give another name")
    if _may_be_log(path):
        raise TrackerError(f"{path} is a report log, which is never replaced; give another name")


def _taken(path: Path) -> TrackerError:
    return TrackerError(f"{path} is there already; give another name, or ask for it to be replaced (overwrite)")


def _may_be_log(path: Path) -> bool:
    """Whether a file is a report log, or one that cannot be looked at.

    Looked at through sqlite3 alone: a plain open and close would drop the locks of a log that this process writes.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'report_log'").fetchall())
    except sqlite3.DatabaseError as error:
        # Any other file says so; a log that is busy or damaged does not.
        return "not a database" not in str(error)
