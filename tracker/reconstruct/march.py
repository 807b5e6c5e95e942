"""A reconstruction that can be asked why."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import Reconstruction
from tracker.reconstruct.drives import Drives, Spots
from tracker.reconstruct.space import road_space
from tracker.reconstruct.verdicts import Judged
from tracker.roads import RoadNetwork

if TYPE_CHECKING:
    from tracker.model.explanations import Explanation, Without

VOICES = [
    "unit", "report_id", "origin", "kind", "radius_m", "earliest", "latest", "lon", "lat", "row", "p_true", "claim",
]  # fmt: skip
"""Columns of `March.voices`."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class March(Reconstruction):
    """All units' tracks and all reports' verdicts, with what it takes to ask why, and what if."""

    network: RoadNetwork
    """The roads that it was made on."""
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
        return Drives(road_space(self.network))

    @cached_property
    def voices(self) -> pd.DataFrame:
        """The reports that moved a track, one row for each and the unit: row, report_id, unit, origin, kind, lon, lat,
        radius_m, earliest, latest, p_true, and claim, its number among the unit's."""
        parts = []
        for one in self.judged:
            told = self.told.iloc[one.claims.rows]
            columns = {name: told[name].to_numpy() for name in ("report_id", "origin", "kind", "radius_m")}
            times = {name: told[name].array for name in ("earliest", "latest")}
            place = {"lon": told.geometry.x.to_numpy(), "lat": told.geometry.y.to_numpy()}
            numbers = {"row": one.claims.rows, "p_true": one.p_true, "claim": np.arange(len(told))}
            parts.append(pd.DataFrame({"unit": one.unit, **columns, **times, **place, **numbers}))
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=VOICES)

    @cached_property
    def _spots(self) -> dict[int, Spots]:
        return {}

    def spots(self, row: int) -> Spots:
        """The road positions that a report of a row can mean; looked up once."""
        if row not in self._spots:
            report = self.told.iloc[row]
            self._spots[row] = self.drives.spots(report.geometry.x, report.geometry.y, float(report["radius_m"]))
        return self._spots[row]

    def explain(self, report_id: str, *, zone: str = "UTC") -> "Explanation":
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
    ) -> "Without":
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
