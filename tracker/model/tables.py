"""The columns, dtypes and reference system of every table, written once."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

CRS = "EPSG:4326"
"""Every geometry of every table: WGS84, longitude first."""

TIME = "datetime64[us, UTC]"

KINDS = ("sighting", "roadblock", "incident", "absence", "turnaround", "statement")
TIME_BASES = ("observed", "published", "inferred")
RELIABILITY = ("A", "B", "C", "D", "E", "F")
CREDIBILITY = (1, 2, 3, 4, 5, 6)

REPORTS: Mapping[str, str] = {
    "report_id": "str",
    "kind": "str",
    "unit": "str",
    "earliest": TIME,
    "latest": TIME,
    "time_basis": "str",
    "place": "str",
    "admin": "str",
    "road": "str",
    "heading": "str",
    "vehicles": "str",
    "geometry": "geometry",
    "radius_m": "float64",
    "summary": "str",
    "publisher": "str",
    "origin": "str",
    "url": "str",
    "archive_url": "str",
    "published": "str",
    "reliability": "str",
    "credibility": "Int64",
    "notes": "str",
    "revision": "int64",
    "author": "str",
    "recorded_at": TIME,
}
"""The reports table (DESIGN 4.1): one row per report, index 0..n-1; absent text is NA."""

VERDICTS: Mapping[str, str] = {
    "report_id": "str",
    "unit": "str",
    "p_true": "float64",
    "verdict": "str",
    "reason": "str",
    "geometry": "geometry",
}
"""One row per report: probability that it is true (NaN if nothing can be said), verdict, reason in words."""

ROADS: Mapping[str, str] = {
    "road": "str",
    "highway": "str",
    "name": "str",
    "int_name": "str",
    "inferred": "bool",
    "length_m": "float64",
    "geometry": "geometry",
}
"""One row per edge of a road network, index = edge number; `road` is the ref, or the name where there is no ref."""

PLACES: Mapping[str, str] = {
    "place": "str",
    "place_local": "str",
    "kind": "str",
    "geometry": "geometry",
}
"""Named points: `place` in English (or as the map has it), `place_local` in the local script, kind city|town|..."""

CONTEXT: Mapping[str, str] = {"kind": "str", "name": "str", "level": "int64", "geometry": "geometry"}
"""Lines that help to read a map: kind river|canal|border, `level` 2 a state's border, 4 an oblast's, 0 for water."""

CLOSURES: Mapping[str, str] = {
    "report_id": "str",
    "road": "str",
    "effect": "str",
    "from": TIME,
    "to": TIME,
    "edge": "int64",
    "from_m": "float64",
    "to_m": "float64",
    "share": "float64",
    "spot": "bool",
    "direction": "str",
    "traffic": "bool",
    "traffic_s": "float64",
    "column": "str",
    "column_s": "float64",
    "why": "str",
    "geometry": "geometry",
}
"""What roadblocks do, one row per piece of road: effect destroyed|closed|dug up|checkpoint|slowed; `to` NaT if open;
`share` is the probability that it is this piece; `spot`: at one place somewhere on it, not throughout; `direction`
along|against the edge's shape|both; `traffic`: ordinary traffic is stopped; `column`: an armed column suffers
blocks|delays|nothing; `traffic_s`, `column_s`: expected seconds that the piece costs them if they pass. No geometry: no
road."""

POSITIONS: Mapping[str, str] = {"time": TIME, "member": "int64", "weight": "float64", "geometry": "geometry"}
"""Every history's position at every asked time, time-major; `time` keeps the zone that was asked in."""

REGIONS: Mapping[str, str] = {"time": TIME, "geometry": "geometry", "region": "geometry", "radius_m": "float64"}
"""Where a unit is at every asked time: most central point, roads that hold the level, metres around the point that
hold it; `time` keeps the zone that was asked in."""

EDGES: Mapping[str, str] = {
    "road": "str",
    "probability": "float64",
    "t05": TIME,
    "t50": TIME,
    "t95": TIME,
    "geometry": "geometry",
}
"""Roads that a unit used, index = edge number, with the quantiles of the time at which it passed their middle."""

PASSAGES: Mapping[str, str] = {"place": "str", "probability": "float64", "t05": TIME, "t50": TIME, "t95": TIME}
"""When a unit first passed places, without geometry; NaT where no history passes."""

ROUTES: Mapping[str, str] = {
    "weight": "float64",
    "length_m": "float64",
    "supporting": "object",
    "conflicting": "object",
    "geometry": "geometry",
}
"""Distinct routes, heaviest first; `supporting` and `conflicting` hold tuples of report ids."""

FIXES: Mapping[str, str] = {
    "time": TIME,
    "drive": "int64",
    "edge": "int64",
    "offset_m": "float64",
    "off_m": "float64",
    "geometry": "geometry",
}
"""Fixes put on roads: drive and edge are -1 where a fix was put nowhere; `offset_m` is along the edge, `off_m` how far
the fix lay off."""

DRIVES: Mapping[str, str] = {
    "drive": "int64",
    "start": TIME,
    "end": TIME,
    "length_m": "float64",
    "edges": "object",
    "geometry": "geometry",
}
"""Unbroken drives of a trace: `edges` holds tuples of edge numbers in driving order."""


def table(columns: Mapping[str, object], schema: Mapping[str, str]) -> gpd.GeoDataFrame:
    """A table with exactly the schema's columns, dtypes and order; columns not given are filled with NA.

    Parameters
    ----------
    columns : column name to values, all of one length; `geometry` as points or lines in EPSG:4326
    schema : one of the mappings of this module

    Returns
    -------
    GeoDataFrame, EPSG:4326, index 0..n-1.
    """
    size = max((len(values) for values in columns.values()), default=0)  # type: ignore[arg-type]
    data: dict[str, object] = {}
    for name, dtype in schema.items():
        if name == "geometry":
            continue
        values: Any = columns.get(name)
        if values is None:
            data[name] = _absent(dtype, size)
        else:
            array: Any = values.array if isinstance(values, pd.Series) else list(values)
            data[name] = pd.Series(array, dtype=dtype, copy=True)
    geometry: Any = columns.get("geometry")
    points = gpd.GeoSeries([None] * size if geometry is None else list(geometry), crs=CRS)
    return gpd.GeoDataFrame(data, geometry=points, crs=CRS)[list(schema)]


def _absent(dtype: str, size: int) -> "pd.Series[Any]":
    if dtype == "bool":
        return pd.Series(np.zeros(size, bool))
    if dtype == "int64":
        return pd.Series(np.zeros(size, np.int64))
    return pd.Series([None] * size, dtype=dtype)
