"""The file that is to be parsed, as the parsers see it."""

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass

from .grid import Refused
from .limits import MAX_BYTES, MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, and what is wanted of it."""

    path: str
    """Where it is."""
    names: frozenset[str]
    """Names of columns, in small letters, by which a table of reports is known."""
    layer: str | None = None
    """The sheet or layer that was asked for."""
    profiled: bool = False
    """Whether foreign columns are mapped later, so that all columns are wanted."""
    limit_s: float = 10.0
    """Seconds that parsing may take."""
    clock: Callable[[], float] = time.monotonic
    """The clock by which they are counted."""

    def data(self) -> bytes:
        """All bytes.

        Raises
        ------
        Refused
            When the path is not that of a regular file, or the file is too large.
        """
        # Not blocking: a FIFO put in the file's place since it was looked at must not hang the process.
        handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused("is not a regular file", "copy what it gives into a file")
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Refused(f"is larger than {MAX_BYTES // MIB} MiB", "split it")
        return data

    def text(self) -> str:
        """All bytes as UTF-8.

        Raises
        ------
        Refused
            When they are not UTF-8.
        """
        try:
            return self.data().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            where = f"at byte {error.start} is not UTF-8"
            raise Refused(where, "save the file as UTF-8", value=f"0x{error.object[error.start]:02x}") from None

    def known(self, columns: list[str]) -> bool:
        """Whether these are columns of a table of reports: two of them at least."""
        return len({column.strip().lower() for column in columns} & self.names) >= 2

    def no_layers(self, what: str) -> None:
        """Refuse a layer that was asked for in a format without layers.

        Raises
        ------
        Refused
            When one was asked for.
        """
        if self.layer is not None:
            raise Refused(f"is {what}, which has no layers to choose from", "leave layer out", value=self.layer)
