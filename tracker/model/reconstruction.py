"""All that one call concludes: every unit's track and a verdict on every report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from tracker.model import tables
from tracker.model.track import Track


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reconstruction:
    """All units' tracks and all reports' verdicts, from one call."""

    reports: gpd.GeoDataFrame
    """A copy of the reports table that went in (tables.REPORTS)."""
    tracks: Mapping[str, Track]
    """Unit name to track, in order of the units' first reports."""
    verdicts: gpd.GeoDataFrame
    """One row per report, in the order of `reports` (tables.VERDICTS)."""
    roads: gpd.GeoDataFrame
    """The roads that the tracks refer to (tables.ROADS)."""
    places: gpd.GeoDataFrame
    """Named places of the road data, for labels and look-up (tables.PLACES)."""
    seed: int
    """The seed that the histories were drawn with."""
    context: gpd.GeoDataFrame = field(default_factory=lambda: tables.table({}, tables.CONTEXT))
    """Rivers and borders of the road data, for maps (tables.CONTEXT)."""
    closures: gpd.GeoDataFrame = field(default_factory=lambda: tables.table({}, tables.CLOSURES))
    """What the roadblocks among the reports do to which pieces of road (tables.CLOSURES)."""

    def __repr__(self) -> str:
        return f"<Reconstruction of {len(self.reports)} reports: tracks of {', '.join(self.tracks) or 'no unit'}>"
