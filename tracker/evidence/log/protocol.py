"""What a report log does, whatever keeps it."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, Unpack

import geopandas as gpd
import pandas as pd

from tracker.evidence.log.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What came into a log after a cursor."""

    revisions: gpd.GeoDataFrame
    """One row per revision, in the order in which they count, columns as `ReportLog.history` has them."""
    cursor: str
    """Where they end: what to ask with the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What became of every revision of a log."""

    revisions: int
    """How many there are."""
    reports: int
    """How many reports they tell of, retracted ones too."""
    digest: str
    """Number of revisions and SHA-256 over the hashes of all, as in ``176:9f2c...``: to be printed beside a map."""
    problems: tuple[str, ...]
    """What is wrong, with the number of the revision in the log and what to do; empty if nothing is."""

    @property
    def sound(self) -> bool:
        """Whether every revision is as it was when it was written."""
        return not self.problems


class ReportLog(Protocol):
    """Where reports are kept: every revision of each, with who, when and why; nothing is ever changed or removed.

    When a verb returns, what it wrote is durable; what raises has written nothing. Several processes and machines may
    write at once. Times are UTC to the millisecond, points EPSG:4326, radii metres.
    """

    def add(
        self,
        reports: gpd.GeoDataFrame,
        author: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[str]:
        """Add all reports of a table, or none; returns their ids, in its order.

        A report whose id the log knows with the same content, now or in an earlier revision, is passed over: adding
        again does no harm. Columns that are missing are filled as `read_reports` does; a report without an id gets one
        made from its content. Revision, author and recorded_at of the table are not read.

        Raises
        ------
        BadReport
            With every fault of the table.
        Conflict
            The log knows an id with other content; `correct` changes a report.
        """
        ...

    def say(self, kind: str, **said: Unpack[Said]) -> tuple[str, bool]:
        """Add one report of a kind, as `add_sighting` does; returns its id, and whether it is new to the log."""
        ...

    def add_sighting(self, **said: Unpack[Said]) -> str:
        """Add the report that a unit was seen at a place at some moment of its interval; returns its id.

        The words of `place` are looked up (`evidence.locate`) unless lon and lat are given; a place that nothing knows
        is kept without a point. `time` is ISO 8601 with a zone or words, widened by `within` on both sides; or give
        `earliest` and `latest`. Saying the same again adds nothing and returns the same id.

        Raises
        ------
        BadReport
            With every fault.
        BadTime, AmbiguousTime, AmbiguousPlace
            Words that mean no time, or more than one time or place; they list the readings.
        Conflict
            The id is taken by another report, or the same report was retracted.
        """
        ...

    def add_roadblock(self, **said: Unpack[Said]) -> str:
        """Add that a road is closed or guarded, from `earliest` to `latest` (None: not lifted), as `add_sighting`.

        It stands throughout: of one time, whatever doubt there is about it, only the moment stated counts.
        """
        ...

    def add_incident(self, **said: Unpack[Said]) -> str:
        """Add the report of a shot, a crash, a fire and the like, as `add_sighting`."""
        ...

    def add_absence(self, **said: Unpack[Said]) -> str:
        """Add the report that a unit was not at a place, throughout its interval, as `add_sighting`.

        Of one time, whatever doubt there is about it, only the moment stated counts; give earliest and latest for more.
        """
        ...

    def add_turnaround(self, **said: Unpack[Said]) -> str:
        """Add the report that a unit turned back, as `add_sighting`."""
        ...

    def add_statement(self, **said: Unpack[Said]) -> str:
        """Add what somebody said that places nobody, as `add_sighting`."""
        ...

    def import_file(
        self,
        path: str | os.PathLike[str],
        *,
        profile: str | None = None,
        layer: str | None = None,
        dry_run: bool = False,
        author: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> pd.DataFrame:
        """Add all reports of a file (`read_reports`), or none; a dry run adds nothing.

        Returns
        -------
        DataFrame with columns file, row, column, value, problem, remedy: of a dry run all that is wrong with the file;
        else, and after a dry run that found nothing, what in it is worth a second look.

        Raises
        ------
        BadReport
            With every fault, unless it is a dry run.
        Conflict
            As `add` does.
        """
        ...

    def correct(
        self,
        report_id: str,
        *,
        reason: str,
        author: str | None = None,
        expect_revision: int | None = None,
        **changes: object,
    ) -> int:
        """Change some columns of a report; returns its new revision. What was said before stays on record.

        Columns are named as in `add_sighting`. A new place moves the point too, unless lon and lat are given; what
        changes nothing returns the revision that there is.

        Parameters
        ----------
        reason : why; required
        expect_revision : the revision that the correction is meant for: if another came first, nothing is changed

        Raises
        ------
        BadReport, BadTime, UnknownPlace, AmbiguousPlace
            The changes cannot be taken.
        Conflict
            The report is at another revision than expected, or retracted.
        UnknownReport
            The log does not hold the report.
        """
        ...

    def retract(
        self, report_id: str, *, reason: str, author: str | None = None, expect_revision: int | None = None
    ) -> int:
        """Take a report out of `reports`, not out of the log; returns the new revision. Raises as `correct` does."""
        ...

    def restore(
        self, report_id: str, *, reason: str, author: str | None = None, expect_revision: int | None = None
    ) -> int:
        """Bring a retracted report back as it was; returns the new revision. Raises as `correct` does."""
        ...

    def link(
        self, report_id: str, other_id: str, relation: str, *, reason: str, author: str | None = None,
        expect_revision: int | None = None,
    ) -> int:  # fmt: skip
        """Note what a person has found of two reports; returns the new revision of the first.

        Parameters
        ----------
        relation : ``repost``, the first repeats the other: they are one voice, and `reports` gives the first the
            other's origin; ``same event``, two accounts of one event; ``different``, not to be suggested again
        """
        ...

    def unlink(
        self, report_id: str, other_id: str, *, reason: str, author: str | None = None,
        expect_revision: int | None = None,
    ) -> int:  # fmt: skip
        """Take back a link; returns the new revision of the first report."""
        ...

    def links(self, *, as_of: object = None) -> pd.DataFrame:
        """The links that hold: report_id, other_id, relation, author, reason, recorded_at."""
        ...

    def reports(
        self,
        *,
        as_of: object = None,
        unit: str | Collection[str] | None = None,
        kind: str | Collection[str] | None = None,
        since: object = None,
        until: object = None,
        bbox: tuple[float, float, float, float] | None = None,
        columns: Collection[str] | None = None,
    ) -> gpd.GeoDataFrame:
        """The reports table, in the order in which the reports were added, without those retracted.

        Parameters
        ----------
        as_of : a moment with a zone: what the log held then; now without it
        unit, kind : one or several: only these
        since, until : moments with a zone: only reports whose interval touches the time between them
        bbox : west, south, east, north in degrees: only reports whose point lies inside; west may exceed east
        columns : only these columns of the reports table and the geometry, which is quicker

        Returns
        -------
        GeoDataFrame, EPSG:4326, index 0..n-1. The origin of a report linked as a repost is that of the report it
        repeats; everything else is as it was said.
        """
        ...

    def history(self, report_id: str) -> gpd.GeoDataFrame:
        """All revisions of a report: revision, operation, author, reason, recorded_at, what it then said, and hash."""
        ...

    def changes(self, cursor: str | None = None, *, limit: int = 10_000) -> Changes:
        """What came into the log after a cursor, at most `limit` revisions; from the beginning without one."""
        ...

    def wait(self, timeout: float, *, cursor: str | None = None) -> bool:
        """Whether something came into the log after a cursor, as soon as it has; False when the seconds have passed.

        Without a cursor: since the last call, or since the log was opened.
        """
        ...

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Write the whole log, as it is at one moment, into a new GeoPackage, for other programs or for keeping.

        Raises
        ------
        LogUnavailable
            There is a file of that name, or it cannot be written.
        """
        ...

    def digest(self) -> str:
        """Number of revisions and SHA-256 over the hashes of all in their order, as in ``176:9f2c...``."""
        ...

    def verify(self, *, digest: str | None = None) -> Audit:
        """What became of every revision: hashes, chains and the guards of the store are looked at one by one.

        Parameters
        ----------
        digest : one that was noted earlier, to find out whether the revisions of that time are all still there
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; a ``with`` block does it at its end."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
