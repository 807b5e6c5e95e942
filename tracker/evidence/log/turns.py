"""Whose turn it is to write, and whether the locks that keep others away are still there."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

_LOCKS = Path("/proc/locks")


class Turns:
    """A fair queue of the writers of one file, over all threads and processes.

    SQLite lets waiting writers poll, so that an unlucky one waits for seconds; a blocking lock on a file beside the
    log serves them in the order in which they came. The log itself is never opened here: closing it would drop
    SQLite's locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
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
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                self._owner = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file beside the log."""
        with self._thread:
            if self._file is not None and self._owner == os.getpid():
                os.close(self._file)
            self._file = None


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

    def stand(self) -> bool:
        """Whether all locks are still held and the files are still those that were opened."""
        return self._identities() == self._seen and (not self._told or self._listed())

    def _identities(self) -> tuple[int, ...]:
        try:
            return tuple(os.stat(file).st_ino for file in (*self._files, self._wal))
        except OSError:
            return ()

    def _listed(self) -> bool:
        try:
            text = _LOCKS.read_text("ascii")
        except OSError:
            return False
        me, held = str(os.getpid()), set[str]()
        for line in text.splitlines():
            # 1: POSIX  ADVISORY  READ 2731 fe:00:5317302 128 128
            parts = line.split()
            if len(parts) > 5 and parts[1] == "POSIX" and parts[4] == me:
                held.add(parts[5].rsplit(":", 1)[-1])
        try:
            return all(str(os.stat(file).st_ino) in held for file in self._files)
        except OSError:
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
