"""Reports in one line each, and the napkins that several tests drive on."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from tests.roads.napkin import draw
from tracker.model import History, Reconstruction, Track, geodesy, tables
from tracker.roads import RoadNetwork

DAY = "2023-06-24T"
ZONE = "+03:00"

TRUNK = {"highway": "trunk", "ref": "M4"}
PRIMARY = {"highway": "primary", "ref": "P22"}
TRACK = {"highway": "tertiary", "ref": "T1"}

STRAIGHT = {"a": (39.0, 51.0), "b": (39.6, 51.0), "c": (40.2, 51.0), "d": (40.8, 51.0)}
"""126 km of one road, west to east; a junction every 42 km."""

FORK = {
    "a": (38.4, 51.0),
    "b": (39.0, 51.0),
    "n": (39.3, 51.12),
    "s": (39.3, 50.88),
    "c": (39.6, 51.0),
    "d": (40.2, 51.0),
}
"""42 km of road, then two ways of about 50 km round the north (n) or the south (s), then 42 km of road."""

FORK_WAYS = [("ab", TRUNK), ("bnc", PRIMARY), ("bsc", PRIMARY), ("cd", TRUNK)]


def clock(text: str) -> pd.Timestamp:
    """A Moscow time of the day, as in ``"14:30"``; with a date if it gives one."""
    return pd.Timestamp(text + ZONE if "T" in text else DAY + text + ZONE).tz_convert("UTC")


def report(
    report_id: str,
    at: tuple[float, float] | None,
    earliest: str,
    latest: str | None = None,
    **more: object,
) -> dict[str, object]:
    """One row: a sighting of the column at (lon, lat), grade B2, radius 1 km, at one moment unless told otherwise."""
    return {
        "report_id": report_id,
        "kind": "sighting",
        "unit": "column",
        "earliest": clock(earliest),
        "latest": clock(latest or earliest),
        "time_basis": "observed",
        "geometry": None if at is None else Point(*at),
        "radius_m": 1000.0,
        "reliability": "B",
        "credibility": 2,
        "origin": f"witness {report_id}",
        **more,
    }


def told(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """The reports table of some rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return tables.table({name: [row.get(name) for row in rows] for name in names}, tables.REPORTS)


def straight(folder: Path) -> RoadNetwork:
    """One road of 126 km."""
    return draw(folder, STRAIGHT, [("abcd", TRUNK)])


def fork(folder: Path) -> RoadNetwork:
    """Two equal ways between two ends."""
    return draw(folder, FORK, FORK_WAYS)


def verdict(march: Reconstruction, report_id: str) -> pd.Series:
    """The one row of verdicts of a report."""
    return march.verdicts.set_index("report_id").loc[report_id]


def away_from(track: Track, time: str, place: tuple[float, float]) -> np.ndarray:
    """Metres of every history from a place at a time."""
    lon, lat = track.coordinates(clock(time))
    return geodesy.distance_m(lon[0], lat[0], *place)


def driven(history: History, roads: RoadNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Seconds used and seconds needed at free speed between each knot of a history and the next."""
    path = history.path
    pace = np.zeros(len(path.edges))
    for leg, edge in enumerate(path.edges):
        arcs = roads.arc_edge == edge
        pace[leg] = roads.seconds[arcs].min() / roads.length_m[edge]
    needed_at = np.concatenate([[0.0], np.cumsum(np.diff(path.leg_start) * pace)])
    return np.diff(history.seconds), np.diff(np.interp(history.metres, path.leg_start, needed_at))
