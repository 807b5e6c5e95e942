"""Napkins with an answer known by hand: two ways between two towns, and reports that decide."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.reconstruct.told import FORK, TRUNK, clock, report
from tests.roads.napkin import draw
from tracker.model import History, RoadPath, Track, geodesy, tables
from tracker.roads import RoadNetwork, shortest_path

NORTH, SOUTH = {"highway": "primary", "ref": "N1"}, {"highway": "primary", "ref": "S1"}

ENDS = (report("a", (38.5, 51.0), "08:00"), report("c", (40.1, 51.0), "10:30"))
DECIDES = report("north", (39.3, 51.12), "09:15")


def two_ways(folder: Path) -> RoadNetwork:
    """The M4, and between its two parts the N1 in the north and the S1 in the south, of equal length."""
    return draw(folder, FORK, [("ab", TRUNK), ("bnc", NORTH), ("bsc", SOUTH), ("cd", TRUNK)])


def history(roads: RoadNetwork, start: tuple[float, float], via: tuple[float, float], end: tuple[float, float],
            *, first: float, last: float) -> History:  # fmt: skip
    """A drive at an even pace from one place by another to a third, between two moments in seconds."""
    lon, lat = zip(start, via, end, strict=True)
    edge, offset, _ = roads.nearest(lon, lat)
    at = list(zip(edge.tolist(), offset.tolist(), strict=True))
    parts = [shortest_path(roads, at[0], at[1]).edges, shortest_path(roads, at[1], at[2]).edges]
    edges = np.concatenate([parts[0], parts[1][1:] if parts[0][-1] == parts[1][0] else parts[1]])
    # Drawn from one end of its edges to the other: enough for whoever asks where and when.
    x, y, legs = [], [], [0.0]
    here = start
    for edge in edges.tolist():
        shape = slice(int(roads.vertex_ptr[edge]), int(roads.vertex_ptr[edge + 1]))
        east, north = np.asarray(roads.vertex_lon[shape], float), np.asarray(roads.vertex_lat[shape], float)
        if abs(east[0] - here[0]) + abs(north[0] - here[1]) > abs(east[-1] - here[0]) + abs(north[-1] - here[1]):
            east, north = east[::-1], north[::-1]
        x.append(east)
        y.append(north)
        legs.append(legs[-1] + float(roads.length_m[edge]))
        here = (float(east[-1]), float(north[-1]))
    lons, lats = np.concatenate(x), np.concatenate(y)
    metres = geodesy.path_metres(lons, lats)
    path = RoadPath(edges=edges.astype(np.int64), leg_start=np.array(legs), lon=lons, lat=lats, metres=metres)
    return History(path=path, seconds=np.array([first, last]), metres=np.array([0.0, metres[-1]]))


def track(roads: RoadNetwork, histories: list[History], *, start: pd.Timestamp | None = None) -> Track:
    """The track of some histories of equal weight."""
    begin = clock("08:00") if start is None else start
    end = begin + pd.Timedelta(seconds=max(one.seconds[-1] for one in histories))
    return Track(
        unit="column",
        start=begin,
        end=end,
        known_from=begin,
        known_until=end,
        histories=tuple(histories),
        weights=np.full(len(histories), 1 / len(histories)),
        edges=tables.table({}, tables.EDGES),
        routes=tables.table({}, tables.ROUTES),
        places=roads.places,
    )
