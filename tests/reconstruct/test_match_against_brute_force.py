"""The drive found is the likeliest of all that there are, counted one by one by other means."""

from collections.abc import Sequence
from itertools import pairwise, product
from math import inf
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest

from tests.reconstruct.traced import EAST_M, NORTH_M, corners, trace
from tests.roads.napkin import draw
from tracker.model import geodesy
from tracker.reconstruct.following import LOST
from tracker.reconstruct.match import _in_order, _matcher
from tracker.roads import RoadNetwork

SIGMA_M, RADIUS_M, BACK_M = 10.0, 40.0, 30.0
STEP_M, EVERY_S = 150, 12.0

Candidate = tuple[int, float, float]
"""An arc, metres along it, squared metres from the fix."""


def town(folder: Path, chance: np.random.Generator) -> RoadNetwork:
    """Four by four crossings, askew; a third of the streets are one-way, and three turns are forbidden."""
    names = "abcdefghijklmnop"
    places = {
        name: (STEP_M * (k % 4) + chance.uniform(-30, 30), STEP_M * (k // 4) + chance.uniform(-30, 30))
        for k, name in enumerate(names)
    }
    streets = [names[k] + names[k + 1] for k in range(16) if k % 4 < 3] + [names[k] + names[k + 4] for k in range(12)]
    tags = [
        {"highway": "residential", "name": path} | ({"oneway": "yes"} if chance.random() < 1 / 3 else {})
        for path in streets
    ]
    barred = []
    for _ in range(3):
        first = streets[int(chance.integers(12))]
        second = str(chance.choice([path for path in streets if first[1] in path and path != first]))
        members = [("from", first), ("via", first[1]), ("to", second)]
        barred.append((members, {"type": "restriction", "restriction": "no_right_turn"}))
    return draw(folder, corners(places), list(zip(streets, tags, strict=True)), relations=barred)


def turns(roads: RoadNetwork) -> nx.DiGraph:
    """Arcs as places, and the allowed turns between them, at the length of the arc turned from."""
    run = np.split(roads.barred_edge, roads.barred_ptr[1:-1])
    way = np.split(roads.barred_along, roads.barred_ptr[1:-1])
    barred = {
        tuple(int(roads.edge_arcs[0 if along else 1, edge]) for edge, along in zip(*one, strict=True))
        for one in zip(run, way, strict=True)
        if len(one[0])
    }
    graph = nx.DiGraph()
    for first, second in product(range(len(roads.arc_edge)), repeat=2):
        if roads.arc_head[first] == roads.arc_tail[second] and (first, second) not in barred:
            graph.add_edge(first, second, metres=float(roads.length_m[roads.arc_edge[first]]))
    return graph


def candidates(roads: RoadNetwork, lon: float, lat: float) -> list[Candidate]:
    """All that one fix may mean."""
    near = roads.candidates(lon, lat, RADIUS_M)
    found = []
    for edge, offset, away in zip(near.edge.tolist(), near.offset_m.tolist(), near.distance_m.tolist(), strict=True):
        for way in range(2):
            arc = int(roads.edge_arcs[way, edge])
            if arc >= 0:
                found.append((arc, float(roads.length_m[edge]) - offset if way else offset, away**2))
    return found


class Model:
    """What each drive costs, in logarithms of likelihood, straight from the formulas."""

    def __init__(self, roads: RoadNetwork) -> None:
        self.roads = roads
        self.graph = turns(roads)
        self.metres = dict(nx.all_pairs_dijkstra_path_length(self.graph, weight="metres"))

    def drive(self, a: Candidate, b: Candidate) -> float:
        """Metres from the middle of one arc into another, or round into the same."""
        if a[0] not in self.graph:
            return inf
        ways = [
            self.graph.edges[a[0], after]["metres"] + self.metres[after].get(b[0], inf) for after in self.graph[a[0]]
        ]
        return float(min(ways, default=inf) - a[1] + b[1])

    def transition(self, a: Candidate, b: Candidate, gap_m: float, gap_s: float) -> float:
        beta, ahead = 3 + gap_s, b[1] - a[1]
        if a[0] == b[0] and ahead >= -BACK_M:
            return abs(abs(ahead) - gap_m) / beta + (ahead**2 / (4 * SIGMA_M**2) if ahead < 0 else 0)
        drive = self.drive(a, b)
        most = min(gap_m + 25 * beta, 70 * (gap_s + 1) + 4 * SIGMA_M)
        return abs(drive - gap_m) / beta if drive <= most else inf

    def cost(self, chosen: Sequence[Candidate], gap_m: Sequence[float]) -> float:
        emitted = sum(square for *_, square in chosen) / (2 * SIGMA_M**2)
        return emitted + sum(
            self.transition(a, b, metres, EVERY_S) for (a, b), metres in zip(pairwise(chosen), gap_m, strict=True)
        )


def fixes(roads: RoadNetwork, chance: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    """Fixes beside streets, up to a block and a half from one to the next, and too far apart to be passed over."""
    points: list[tuple[float, float]] = []
    while len(points) < count:
        edge = int(chance.integers(len(roads.length_m)))
        lon, lat = (float(axis[0]) for axis in roads.point_at(edge, chance.uniform(0, roads.length_m[edge])))
        lon, lat = lon + chance.normal(0, SIGMA_M) / EAST_M, lat + chance.normal(0, SIGMA_M) / NORTH_M
        if not points or 52 < geodesy.distance_m(*points[-1], lon, lat) < 1.5 * STEP_M:
            points.append((lon, lat))
    given = trace([(0.0, 0.0)] * count, [EVERY_S * k for k in range(count)])
    return given.set_geometry(gpd.points_from_xy(*zip(*points, strict=True)), crs=given.crs)


@pytest.mark.parametrize("seed", range(40))
def test_no_other_drive_is_likelier(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    roads = town(tmp_path, chance)
    model = Model(roads)
    given = fixes(roads, chance, 4)
    lon, lat = given.geometry.x.to_numpy(), given.geometry.y.to_numpy()
    sets = [candidates(roads, *place) for place in zip(lon.tolist(), lat.tolist(), strict=True)]
    gap_m = geodesy.distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).tolist()
    least = min(model.cost(chosen, gap_m) for chosen in product(*sets))
    found = _matcher(roads).follow(_in_order(given), sigma_m=SIGMA_M, gap_s=300.0)
    whole = len(found.ptr) == 2 and len(found.kept) == 4
    if not whole:
        # What has been that much worse than another from the beginning is not gone on from.
        assert least > LOST
        return
    ours = [next(one for one in of_fix if one[0] == arc) for of_fix, arc in zip(sets, found.arc.tolist(), strict=True)]
    assert model.cost(ours, gap_m) == pytest.approx(least, abs=0.05)
