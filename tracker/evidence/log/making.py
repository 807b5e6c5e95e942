"""Making the file of an embedded log, whole or not at all, and refusing what is none."""

import os
import secrets
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from tracker.evidence.log.geopackage import point_blobs
from tracker.evidence.log.network_folders import network_file_system
from tracker.evidence.log.plain_words import RESTORE, plainly
from tracker.evidence.log.revision import COLUMNS, Cell
from tracker.evidence.whole_file import put_in_place
from tracker.model import BadLog, LogUnavailable, MissingFile

FORMAT = 1
"""Version of the tables; a log of a later one is not touched."""

INSERT = f"INSERT INTO report_log({', '.join(COLUMNS)}, geom) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"


def check_place(path: Path, *, create: bool) -> bool:
    """Whether a log has to be made at a path first.

    Raises
    ------
    MissingFile
        There is none and none is to be made, or there is no such folder.
    BadLog
        What is there is no log.
    LogUnavailable
        The folder lies on a network file system.
    """
    folder = path.parent
    if not folder.is_dir():
        raise MissingFile(f"there is no folder {str(folder)!r} for the log {path.name}; make it, or check the path")
    if kind := network_file_system(folder):
        raise LogUnavailable(
            f"{path} lies on a network file system ({kind}), where SQLite loses data; keep the log on a disk of this "
            "machine, or use PostgreSQL for several machines"
        )
    with plainly(path):
        there = path.exists()
    if not there:
        if not create and left_beside(path):
            raise BadLog(f"{path} is gone, but its {left_beside(path)} is there: put back the file of this very name")
        if not create:
            raise MissingFile(f"there is no report log {str(path)!r}; check the path, or make one with create=True")
        return True
    if not path.is_file():
        raise BadLog(f"{path} is not a file; name the log, as in {path.name}/march.gpkg")
    if path.stat().st_size == 0:
        raise BadLog(
            f"{path} is empty, as a log is that was cut off; {RESTORE}; or begin anew, with all three moved away"
        )
    return False


def make_log(path: Path) -> None:
    """Make an empty log, whole or not at all; a file that is there stays as it is."""
    with plainly(path), suppress(FileExistsError), new_file(path) as draft:
        write_log(draft, [])


def write_log(path: Path, portions: Iterable[dict[str, Sequence[Cell]]]) -> None:
    """Write a new log with the revisions given, sealed as they are: cells for every name in `COLUMNS`."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(schema())
        connection.execute("INSERT INTO report_log_format VALUES (?, ?)", (FORMAT, secrets.token_hex(16)))
        connection.execute("BEGIN")
        for columns in portions:
            blobs = point_blobs(columns["lon"], columns["lat"])
            connection.executemany(INSERT, zip(*(columns[name] for name in COLUMNS), blobs, strict=True))
        connection.execute("COMMIT")
    finally:
        connection.close()


def finish_copy(path: Path) -> None:
    """Make a copied log one of its own: with another id, and where its reports lie, for maps that zoom to a layer."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        bounds = connection.execute(
            "SELECT min(lon), min(lat), max(lon), max(lat) FROM report_log l JOIN reports r ON r.OGC_FID = l.seq"
        ).fetchone()
        if bounds[0] is not None:
            change = "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = 'reports'"
            connection.execute(change, bounds)
        connection.execute("UPDATE report_log_format SET id = ?", (secrets.token_hex(16),))
    finally:
        connection.close()


@contextmanager
def new_file(path: Path) -> Generator[Path]:
    """A path beside another to write to: what stands there in the end becomes the other, whole or not at all.

    Raises
    ------
    FileExistsError
        Something is there already; it stays as it is.
    LogUnavailable
        What another log of that name has left would be taken for a part of this one.
    """
    # In this order: who makes the same log at this moment may have begun to write.
    if (left := left_beside(path)) and not path.exists():
        raise LogUnavailable(f"{path.name}{left} is left there of another log, and may hold its reports; move it away")
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        yield draft
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def left_beside(path: Path) -> str:
    """The ending of a file beside a path that SQLite would take for a part of the log there; empty if there is none."""
    for ending in ("-wal", "-journal"):
        with suppress(OSError):
            if os.stat(f"{path}{ending}").st_size:
                return ending
    return ""


def log_id(path: Path) -> str | None:
    """The id of the log in a file, without what its -wal file may add; None if it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            (found,) = connection.execute("SELECT max(id) FROM report_log_format").fetchone()
    except sqlite3.Error:
        return None
    return None if found is None else str(found)


def schema() -> str:
    return files("tracker.evidence.log").joinpath("schema.sql").read_text("utf-8")


def definitions() -> dict[str, str]:
    """What guards a log: the tables, triggers and the view as SQLite keeps their text."""
    fresh = sqlite3.connect(":memory:")
    try:
        fresh.executescript(schema())
        return dict(fresh.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'report%' AND sql IS NOT NULL"))
    finally:
        fresh.close()
