"""Reports made by hand for the tests of voices."""

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import Point

from tracker.model import tables


def report(name: str, at: str = "12:00", until: str | None = None, **said: Any) -> dict[str, Any]:
    """One report of 24 June at 39 E, 52 N with a radius of 500 m, unless told otherwise."""
    lon, lat = said.pop("lon", 39.0), said.pop("lat", 52.0)
    start = pd.Timestamp(f"2023-06-24T{at}", tz="UTC")
    end = pd.Timestamp(f"2023-06-24T{until or at}", tz="UTC")
    point = None if lon is None else Point(lon, lat)
    base = {"report_id": name, "kind": "sighting", "earliest": start, "latest": end, "radius_m": 500.0}
    return {**base, "geometry": point, **said}


def told(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """A reports table of these rows."""
    names = {name for row in rows for name in row}
    return tables.table({name: [row.get(name) for row in rows] for name in sorted(names)}, tables.REPORTS)


def links(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """A table of links: report_id, other_id, relation."""
    return pd.DataFrame(list(rows), columns=["report_id", "other_id", "relation"])
