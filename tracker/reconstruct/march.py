"""A reconstruction that can be asked why."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from tracker.model import Reconstruction
from tracker.reconstruct.drives import Drives
from tracker.reconstruct.space import RoadSpace
from tracker.reconstruct.verdicts import Judged
from tracker.roads import RoadNetwork

if TYPE_CHECKING:
    from tracker.model import explanations


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A report that moved a track."""

    row: int
    """Its row in the reports."""
    number: int
    """Its number among the claims of the unit."""
    report_id: str
    """Its id."""
    unit: str
    """The unit that it moved."""
    origin: str
    """Whose word it is, or empty."""
    kind: str
    """sighting, incident, turnaround or absence."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    radius_m: float
    """Metres that hold the true place."""
    earliest: pd.Timestamp
    """First possible moment, UTC."""
    latest: pd.Timestamp
    """Last possible moment, UTC."""
    p_true: float
    """Probability that it is true."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class March(Reconstruction):
    """All units' tracks and all reports' verdicts, with what it takes to ask why, and what if."""

    network: RoadNetwork
    """The roads that it was made on."""
    space: RoadSpace
    """The road cells of all its reports: fewer reports are held against the same ones."""
    judged: tuple[Judged, ...]
    """Each unit's claims, and how they agree with its histories; their rows are those of `reports`."""
    members: int
    """Histories of each track."""
    span: tuple[pd.Timestamp, pd.Timestamp]
    """First and last moment that the tracks answer for, UTC."""

    told: gpd.GeoDataFrame
    """The reports as they were read: times in UTC, open ends closed."""
    repeats: "pd.Series[str]"
    """The report that each report repeats, or NA."""

    @cached_property
    def drives(self) -> Drives:
        """The quickest drives over its roads."""
        return Drives(self.space)

    @cached_property
    def voices(self) -> "tuple[Voice, ...]":
        """The reports that moved a track; once for each unit that it moved."""
        found = []
        for one in self.judged:
            for number, (row, p_true) in enumerate(zip(one.claims.rows.tolist(), one.p_true.tolist(), strict=True)):
                told = self.told.iloc[row]
                found.append(
                    Voice(
                        row=row,
                        number=number,
                        report_id=str(told["report_id"]),
                        unit=one.unit,
                        origin="" if pd.isna(told["origin"]) else str(told["origin"]),
                        kind=str(told["kind"]),
                        lon=float(told["geometry"].x),
                        lat=float(told["geometry"].y),
                        radius_m=float(told["radius_m"]),
                        earliest=told["earliest"],
                        latest=told["latest"],
                        p_true=p_true,
                    )
                )
        return tuple(found)

    def explain(self, report_id: str, *, zone: str = "UTC") -> "explanations.Explanation":
        """What one report moved, what it conflicts with and what supports it, in words and as tables.

        Parameters
        ----------
        report_id : the report
        zone : zone of the times in words

        Raises
        ------
        UnknownReport
            The march has no such report.
        BadTime
            There is no such zone.
        """
        from tracker.reconstruct.explaining import explain

        return explain(self, report_id, zone=zone)

    def without(
        self, *, report_ids: str | Iterable[str] = (), origin: str | None = None, zone: str = "UTC"
    ) -> "explanations.Without":
        """The march without some reports, or without all of one origin, and what changes.

        Parameters
        ----------
        report_ids : one report, or many
        origin : whose reports to leave out, as the column `origin` has it
        zone : zone of the times in words

        Raises
        ------
        UnknownReport
            The march has no such report or origin; all are listed.
        BadTime
            There is no such zone.
        ValueError
            Neither is given.
        """
        from tracker.reconstruct.explaining import without

        return without(self, report_ids=report_ids, origin=origin, zone=zone)

    def where_to_look(self, n: int = 5, *, unit: str | None = None, zone: str = "UTC") -> gpd.GeoDataFrame:
        """Where and when a picture would tell most: stretches of road with a window of time (`explanations.LOOK`).

        Parameters
        ----------
        n : how many at most
        unit : of this unit only
        zone : zone of the times in words

        Raises
        ------
        ValueError
            There is no such unit, or n is below 1.
        BadTime
            There is no such zone.
        """
        from tracker.reconstruct.explaining import where_to_look

        return where_to_look(self, n, unit=unit, zone=zone)
