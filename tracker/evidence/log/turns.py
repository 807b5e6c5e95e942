"""Whose turn it is to write, and whether the locks that keep others away are still there."""

import os
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

_LOCKS = Path("/proc/locks")
_LOOKS = 5


class Turns:
    """A fair queue of the writers of one file, over all threads and processes.

    SQLite lets waiting writers poll, so that an unlucky one waits for seconds; a blocking lock on a file beside the
    log serves them in the order in which they came. The log itself is never opened here: closing it would drop
    SQLite's locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = threading.Lock()
        self._file: int | None = None
        self._owner = 0

    @contextmanager
    def taken(self) -> Generator[None]:
        """The turn, once it has come; given back at the end, or by the machine if this process dies."""
        with self._thread:
            if fcntl is None:
                yield
                return
            if self._file is None or self._owner != os.getpid():
                # A forked child shares the file of its parent, and so its turn: it needs one of its own.
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                self._owner = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def noted(self) -> str:
        """The id of the log that was opened here last, empty if nobody knows."""
        try:
            return self.path.read_text("ascii").strip()
        except (OSError, UnicodeError):
            return ""

    def note(self, log_id: str) -> None:
        """Write down which log was opened here, in one's turn."""
        if log_id and log_id != self.noted():
            with suppress(OSError):
                self.path.write_text(f"{log_id}\n", "ascii")

    def close(self) -> None:
        """Let go of the file beside the log."""
        with self._thread:
            if self._file is not None and self._owner == os.getpid():
                os.close(self._file)
            self._file = None


class Anchor:
    """Locks on one log that only their owner can drop: nobody else removes its -wal or empties its -shm file meanwhile.

    SQLite's own locks belong to the process and go when anything in it closes the file (`OwnLocks`). Another process
    then takes itself for the last one and removes the -wal file; later the one that has the removed file open takes
    itself for the last, and removes by name what others have acknowledged since. Locks of an open file (Linux,
    F_OFD_SETLK) stay. Where there are none, `OwnLocks` alone has to do.
    """

    def __init__(self, path: Path) -> None:
        # Bytes of SQLite's file format: who removes the -wal or empties the -shm file locks these for writing.
        self._places = ((path, 0x4000_0002, 510), (path.with_name(path.name + "-shm"), 128, 1))
        self._files: list[int] = []
        self._owner = 0

    def cast(self, *, whole: bool = True) -> None:
        """Take the locks; the files are there already. Not whole: only that which guards the -wal file."""
        self.haul()
        self._owner = os.getpid()
        if not hasattr(fcntl, "F_OFD_SETLK"):
            return
        for path, start, size in self._places if whole else self._places[:1]:
            kept = _PARKED.get(_own_name(os.stat(path)))
            file = kept.pop() if kept else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._files.append(file)
            with suppress(OSError):  # a file system without such locks
                fcntl.fcntl(file, fcntl.F_OFD_SETLK, _flock(fcntl.F_RDLCK, start, size))

    def loosen(self) -> None:
        """Drop the locks, so that SQLite may fold the -wal file into the log; the files stay open."""
        if self._owner == os.getpid():
            for file, (_, start, size) in zip(self._files, self._places, strict=False):
                with suppress(OSError):
                    fcntl.fcntl(file, fcntl.F_OFD_SETLK, _flock(fcntl.F_UNLCK, start, size))

    def haul(self) -> None:
        """Close the files, once SQLite has closed its own."""
        files = self._files
        if not files:
            return
        if self._owner == os.getpid() and os.getpid() in holders(self._places[0][0]):
            # Somebody else in this process has the log open, and closing here would drop their locks.
            self.loosen()
            for file in files:
                _PARKED.setdefault(_own_name(os.fstat(file)), []).append(file)
        else:
            for mine in files:
                for file in (*_PARKED.pop(_own_name(os.fstat(mine)), []), mine):
                    os.close(file)
        self._files = []


_PARKED: dict[tuple[int, int, int], list[int]] = {}
"""Files of anchors that could not be closed without harm: the next anchor takes them, or the last one closes them."""


def _own_name(file: os.stat_result) -> tuple[int, int, int]:
    """What tells an open file of this process; a forked child shares its parent's, and would drop its locks."""
    return os.getpid(), file.st_dev, file.st_ino


def holders(path: Path) -> list[int]:
    """The processes that hold locks on a file, -1 for a lock of an open file; empty where nobody can tell."""
    try:
        number = os.stat(path).st_ino
    except OSError:
        return []
    # The list comes page by page and may change in between, so that one look can miss a lock that stands.
    return max((_held().get(number, []) for _ in range(_LOOKS)), key=len)


def _held() -> dict[int, list[int]]:
    """The processes that hold locks, by the number of the file, as one look at the machine's list shows them."""
    found: dict[int, list[int]] = {}
    try:
        text = _LOCKS.read_text("ascii")
    except OSError:
        return found
    for line in text.splitlines():
        # 1: POSIX  ADVISORY  READ 2731 fe:00:5317302 128 128
        parts = line.split()
        if len(parts) > 5 and parts[1] in ("POSIX", "OFDLCK"):
            found.setdefault(int(parts[5].rsplit(":", 1)[-1]), []).append(int(parts[4]))
    return found


def _flock(kind: int, start: int, size: int) -> bytes:
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, size, 0)


class OwnLocks:
    """SQLite's locks of this process on one log.

    POSIX drops all locks of a process on a file as soon as anything in that process closes the file: GDAL, another
    SQLite library, even ``shutil.copy``. Then another process may write at the same time, or remove the -wal file
    that holds what was acknowledged (https://www.sqlite.org/howtocorrupt.html, section 2.2). Linux tells which locks
    are held; where it does not, the identity of the -wal file at least is watched.
    """

    def __init__(self, path: Path) -> None:
        self._files = (path, path.with_name(path.name + "-shm"))
        self._wal = path.with_name(path.name + "-wal")
        self._seen: tuple[int, ...] = ()
        self._told = False

    def note(self) -> None:
        """Remember how things stand just after a connection was opened and used."""
        self._seen = self._identities()
        self._told = self._listed()

    @property
    def told(self) -> bool:
        """Whether the machine told of the locks when they were noted."""
        return self._told

    def stand(self) -> bool:
        """Whether all locks are still held and the files are still those that were opened."""
        return self._identities() == self._seen and (not self._told or self._listed())

    def _identities(self) -> tuple[int, ...]:
        try:
            return tuple(os.stat(file).st_ino for file in (*self._files, self._wal))
        except OSError:
            return ()

    def _listed(self) -> bool:
        me = os.getpid()
        try:
            numbers = [os.stat(file).st_ino for file in self._files]
        except OSError:
            return False
        for _ in range(_LOOKS):
            held = _held()
            if all(me in held.get(number, ()) for number in numbers):
                return True
        return False


class Gate:
    """Many may pass at a time; who closes it waits until they are through and keeps others out."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._inside = 0
        self._closed_by: int | None = None

    @contextmanager
    def passing(self) -> Generator[None]:
        """Pass, after whoever has closed the gate."""
        with self._change:
            self._change.wait_for(lambda: self._closed_by in (None, threading.get_ident()))
            self._inside += 1
        try:
            yield
        finally:
            with self._change:
                self._inside -= 1
                self._change.notify_all()

    @contextmanager
    def closed(self) -> Generator[None]:
        """Alone, once all are through."""
        with self._change:
            self._change.wait_for(lambda: self._closed_by is None)
            self._closed_by = threading.get_ident()
            self._change.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            with self._change:
                self._closed_by = None
                self._change.notify_all()
