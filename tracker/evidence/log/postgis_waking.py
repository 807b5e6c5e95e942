"""Being woken when something came into a log: a connection that listens, and nothing more."""

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

import psycopg
import sqlalchemy as sa


class Listener:
    """One connection that the server tells of new revisions. It carries none: who is woken has to look."""

    def __init__(self, engine: sa.Engine) -> None:
        pooled = engine.raw_connection()
        self._connection: psycopg.Connection[tuple[int]] = pooled.driver_connection  # type: ignore[assignment]
        pooled.detach()
        try:
            self._connection.autocommit = True
            number = self._connection.execute("SELECT 'report_log'::regclass::oid::bigint").fetchone()
            assert number is not None
            self._connection.execute(f"LISTEN report_log_{number[0]}".encode())
        except BaseException:
            self.close()
            raise

    def wait(self, seconds: float) -> None:
        """Return when told, or after the seconds."""
        for _ in self._connection.notifies(timeout=seconds, stop_after=1):
            pass

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(psycopg.Error):
            self._connection.close()


class Listeners:
    """Listeners kept from one waiting to the next, for as many threads as wait at a time."""

    def __init__(self) -> None:
        self._idle: list[Listener] = []
        self._lock = threading.Lock()

    @contextmanager
    def one(self, engine: sa.Engine) -> Generator[Listener]:
        """A listener of one's own; one whose connection fails is not used again."""
        with self._lock:
            listener = self._idle.pop() if self._idle else None
        listener = listener or Listener(engine)
        try:
            yield listener
        except BaseException:
            listener.close()
            raise
        with self._lock:
            self._idle.append(listener)

    def close(self) -> None:
        """Close those that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for listener in idle:
            listener.close()
