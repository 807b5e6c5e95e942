"""Roadblocks for tests, in few words."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from tracker.model import tables

EVENING = pd.Timestamp("2023-06-23T21:00Z")
NOON = pd.Timestamp("2023-06-24T09:00Z")


def reports(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """A reports table of roadblocks; each row says what differs from a roadblock at (39.05, 51.0) within 2 km."""
    usual: dict[str, Any] = {
        "kind": "roadblock", "earliest": EVENING, "latest": NOON, "time_basis": "observed", "place": "somewhere",
        "road": None, "heading": None, "radius_m": 2_000.0, "summary": "The road is closed.", "unit": None,
        "at": (39.05, 51.0), "origin": None, "reliability": "B", "credibility": 2,
    }  # fmt: skip
    full = [{**usual, "report_id": f"r{number}", **row} for number, row in enumerate(rows)]
    columns = {name: [row.get(name) for row in full] for name in tables.REPORTS if name in {*usual, "report_id"}}
    geometry = [None if row["at"] is None else shapely.Point(row["at"]) for row in full]
    return tables.table({**columns, "geometry": geometry}, tables.REPORTS)
