"""The few errors the tracker raises; each is also the builtin that it refines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model.located import Located

_SHOWN_FAULTS = 50


class TrackerError(Exception):
    """Anything the tracker refuses, with the thing, the place and the remedy in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a file or table of reports."""

    file: str
    """The file's name, or ``"<table>"``."""
    row: int | None
    """Line of the file (the header is line 1), or position in a table; None for the whole file."""
    column: str | None
    """The column's name, or None for the whole row."""
    value: str
    """What stands there, shortened."""
    problem: str
    """What is wrong with it."""
    remedy: str
    """What would make it right."""

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        shown = f" {self.value!r}" if self.value else ""
        return f"{where}:{shown} {self.problem}; {self.remedy}"


class BadReport(TrackerError, ValueError):
    """Reports that cannot be taken as they are; ``faults`` lists every reason, the message the first 50."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        lines = [f"{count} found", *(str(fault) for fault in self.faults[:_SHOWN_FAULTS])]
        if len(self.faults) > _SHOWN_FAULTS:
            lines.append(f"... and {len(self.faults) - _SHOWN_FAULTS} more")
        super().__init__("\n".join(lines))


class BadRoads(TrackerError, ValueError):
    """A road file or graph that cannot be read as roads."""


class BadTrace(TrackerError, ValueError):
    """A trace of a satellite receiver that cannot be taken as it is."""


class BadTime(TrackerError, ValueError):
    """A time without a zone, or outside what a track answers for."""


class AmbiguousTime(BadTime):
    """Words that mean more than one time; ``readings`` lists each, written so that it can be given instead."""

    def __init__(self, message: str, readings: Sequence[str]) -> None:
        self.readings = tuple(readings)
        super().__init__(message)


class UnknownPlace(TrackerError, LookupError):
    """A place name that nothing at hand can locate."""


class AmbiguousPlace(TrackerError, LookupError):
    """Words that mean more than one place; ``candidates`` lists each, the likelier first."""

    def __init__(self, message: str, candidates: "Sequence[Located]") -> None:
        self.candidates = tuple(candidates)
        super().__init__(message)


class Conflict(TrackerError, RuntimeError):
    """A change that does not go with what the report log holds by now; nothing was changed."""


class UnknownReport(TrackerError, LookupError):
    """A report id that the report log does not hold."""


class BadLog(TrackerError, ValueError):
    """A file or database that is no report log, or a damaged one."""


class LogUnavailable(TrackerError, OSError):
    """A report log that cannot be reached or written just now: disk full, server away, folder on a network."""


class MissingFile(TrackerError, FileNotFoundError):
    """A file that is not there."""
