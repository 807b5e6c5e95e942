"""Traces drawn by hand, in metres from a corner of the napkin."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.roads import RoadNetwork, metres_per_degree

LON, LAT = 39.0, 51.0
EAST_M, NORTH_M = metres_per_degree(LAT)
START = pd.Timestamp("2023-06-24T09:00:00Z")

Floats = NDArray[np.float64]


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place, metres east and north of the corner."""
    return LON + east_m / EAST_M, LAT + north_m / NORTH_M


def corners(places: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Nodes of a napkin, as `napkin.draw` takes them."""
    return {name: at(*place) for name, place in places.items()}


def trace(places: Sequence[tuple[float, float]], seconds: Sequence[float]) -> gpd.GeoDataFrame:
    """Fixes at places in metres and seconds after nine."""
    points = shapely.points([at(*place) for place in places]) if len(places) else []
    when = pd.Series(START + pd.to_timedelta(list(seconds), unit="s"), dtype="datetime64[us, UTC]")
    return gpd.GeoDataFrame({"time": when}, geometry=points, crs="EPSG:4326")


def along(path: Sequence[tuple[float, float]], *, every_s: float, speed_ms: float = 12.0, off_m: float = 0.0,
          seed: int = 0) -> gpd.GeoDataFrame:  # fmt: skip
    """The fixes of a drive along a path at a steady speed, each way off by a normal error."""
    line = np.array(path, float)
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    seconds = np.arange(0, metres[-1] / speed_ms, every_s)
    places = np.stack([np.interp(seconds * speed_ms, metres, axis) for axis in line.T], axis=1)
    places += np.random.default_rng(seed).normal(0, off_m, places.shape) if off_m else 0.0
    return trace(list(map(tuple, places.tolist())), seconds.tolist())


def driven(roads: RoadNetwork, nodes: Mapping[str, tuple[float, float]], edges: Sequence[int]) -> list[str]:
    """Edges driven by the names of their ends, each sorted: ``["ab", "bc"]``."""
    names = {point: name for name, point in nodes.items()}
    place = [names[point] for point in zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)]
    return ["".join(sorted(place[roads.edge_tail[edge]] + place[roads.edge_head[edge]])) for edge in edges]
