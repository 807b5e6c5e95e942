"""What explanations hold: their nouns, and the columns of their tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from tracker.model.reconstruction import Reconstruction
from tracker.model.tables import TIME

MOVED: Mapping[str, str] = {
    "unit": "str",
    "at": "str",
    "time": TIME,
    "km": "float64",
    "noise_km": "float64",
    "radius_m": "float64",
    "radius_without_m": "float64",
    "geometry": "geometry",
}
"""A track beside the same track without some reports, at some times: kilometres between the most central positions, and
those that two draws of the same histories differ by on average (`noise_km`: less is nothing); radius that holds 90 %,
as it is and without; the line from the position without to the position as it is. `at` says why that time."""

ROADS_CHANGED: Mapping[str, str] = {
    "unit": "str",
    "road": "str",
    "km": "float64",
    "probability": "float64",
    "probability_without": "float64",
    "geometry": "geometry",
}
"""Roads that became likelier or less likely, those that changed most first: `km` of them that did, and how probable it
was on average that the unit drove there, as it is and without."""

PASSAGES_CHANGED: Mapping[str, str] = {
    "unit": "str",
    "place": "str",
    "probability": "float64",
    "probability_without": "float64",
}
"""Places that a unit is likelier or less likely to have passed than without some reports; no geometry."""

CONFLICTS: Mapping[str, str] = {
    "report_id": "str",
    "unit": "str",
    "origin": "str",
    "p_true": "float64",
    "needed_kmh": "float64",
    "allowed_kmh": "float64",
    "metres": "float64",
    "drive_s": "float64",
    "spare_s": "float64",
    "words": "str",
    "geometry": "geometry",
}
"""Reports that cannot be true together with the one asked of, those believed first: speed that both would need (inf: at
the same time; NaN: an absence) against the mean free speed of the quickest drive between any of the places that the two
can mean; its metres and seconds, and the most seconds that there can have been."""

SUPPORTS: Mapping[str, str] = {
    "report_id": "str",
    "unit": "str",
    "origin": "str",
    "p_true": "float64",
    "p_together": "float64",
    "within_s": "float64",
    "apart_m": "float64",
    "words": "str",
    "geometry": "geometry",
}
"""Reports of other origins that agree with the one asked of, the closest in time first: probability of each if that is
true, the most seconds that there can be between the two, and metres between their places."""

VERDICTS_CHANGED: Mapping[str, str] = {
    "report_id": "str",
    "unit": "str",
    "p_true": "float64",
    "p_true_without": "float64",
    "verdict": "str",
    "verdict_without": "str",
    "geometry": "geometry",
}
"""Reports that are judged otherwise without some reports."""

COULD_BE: Mapping[str, str] = {"unit": "str", "probability": "float64", "conflicts": "int64", "words": "str"}
"""Which column a report may speak of, the likeliest first; the last row, without a unit, is none of them."""

LOOK: Mapping[str, str] = {
    "unit": "str",
    "road": "str",
    "stretch": "str",
    "earliest": TIME,
    "latest": TIME,
    "p_there": "float64",
    "fall_km": "float64",
    "left_km": "float64",
    "words": "str",
    "geometry": "geometry",
}
"""Stretches of road where a picture would tell most, best first: probability that the unit passed there in the window,
expected fall of the uncertainty by looking there after all rows above, and what is left of it (the mean distance in km
between two histories of a unit, over all hours between its first and last report)."""


def frame(columns: Mapping[str, object], schema: Mapping[str, str]) -> pd.DataFrame:
    """A table without geometry, with exactly the schema's columns, dtypes and order."""
    return pd.DataFrame({name: pd.Series(list(columns.get(name, ())), dtype=dtype) for name, dtype in schema.items()})  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What one report does in a march."""

    report_id: str
    """The report."""
    unit: str | None
    """The unit that it names, or None."""
    verdict: str
    """supports, doubtful, impossible or unused."""
    p_true: float
    """Probability that it is true; NaN if nothing can be said."""
    p_alone: float
    """The same by its grade alone; NaN for kinds that place nobody."""
    words: str
    """A short paragraph to quote."""
    moved: gpd.GeoDataFrame
    """Tracks with and without the report and its repeats (`MOVED`); empty if it moved none."""
    roads: gpd.GeoDataFrame
    """Roads that it made likelier or less likely (`ROADS_CHANGED`)."""
    passages: pd.DataFrame
    """Passages that it changed (`PASSAGES_CHANGED`)."""
    conflicts: gpd.GeoDataFrame
    """Reports that cannot be true together with it (`CONFLICTS`)."""
    supports: gpd.GeoDataFrame
    """Reports of other origins that agree with it, if it is believed (`SUPPORTS`)."""
    method: str
    """How the track without it was come by: "weighed again", "drawn again", or "" where it moved none."""

    def __repr__(self) -> str:
        return f"<Explanation of {self.report_id}: {self.words}>"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Without:
    """A march without some of its reports, beside the march with them."""

    march: Reconstruction
    """The march without them."""
    removed: tuple[str, ...]
    """The reports left out."""
    words: str
    """What changes, in a short paragraph to quote."""
    moved: gpd.GeoDataFrame
    """Every track before and after, hour by hour (`MOVED`)."""
    roads: gpd.GeoDataFrame
    """Roads that were made likelier or less likely (`ROADS_CHANGED`)."""
    verdicts: gpd.GeoDataFrame
    """Reports that are judged otherwise (`VERDICTS_CHANGED`)."""

    def __repr__(self) -> str:
        return f"<Without {', '.join(self.removed)}: {self.words}>"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alibi:
    """How a new report fits a march, before it is added."""

    report_id: str
    """The report's id, or "this report"."""
    unit: str | None
    """The unit that it names, or None."""
    p_true: float
    """Probability that it is true, as its verdict would have it; NaN if nothing can be said."""
    p_range: tuple[float, float]
    """Within which it is known (with about 95 %): wide where few histories come by the place at the time."""
    verdict: str
    """supports, doubtful, impossible or unused, as its verdict would be."""
    words: str
    """A short paragraph to quote."""
    conflicts: gpd.GeoDataFrame
    """Reports that cannot be true together with it (`CONFLICTS`), of the unit that it names, or of every unit."""
    could_be: pd.DataFrame
    """Which column it may speak of (`COULD_BE`)."""

    def __repr__(self) -> str:
        return f"<Alibi of {self.report_id}: {self.words}>"
