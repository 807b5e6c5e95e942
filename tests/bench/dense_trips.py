"""Trips with a known truth on the streets of Liechtenstein, and what a receiver logs of them.

The extract is cut down to its drivable ways and their restrictions, with points rounded to a millionth of a degree:
so every matcher works on the same roads, and the points of its answer tell over which pieces of road it went. A driver
takes the way that is quickest to them (every street weighed anew by a factor), at speeds that are not ours (the legal
one or their own table), sways slowly about them, and waits at some junctions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Relation, Way
from scipy import sparse
from scipy.sparse import csgraph

from tests.conftest import SHARED
from tracker.roads import CLASSES, RoadNetwork, metres_per_degree

SOURCE = SHARED / "roads" / "liechtenstein.osm.pbf"
KEPT = ("highway", "oneway", "junction", "name", "ref", "maxspeed")
DRIVEN_KMH = {"motorway": 115, "trunk": 95, "primary": 72, "secondary": 62, "tertiary": 52, "residential": 28,
              "living_street": 14, "motorway_link": 65, "trunk_link": 50, "primary_link": 42}  # fmt: skip
"""What the simulated drivers do; 40 elsewhere."""
AT_LEAST_M, AT_MOST_M = 4_000, 20_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One drive as it was."""

    points: Ints
    """Points of the map passed, in order."""
    lon: Floats
    lat: Floats
    seconds: Floats
    """When each place in `lon`, `lat` was passed; where the driver waits there are two times for one place."""


class Streets:
    """The points of the map, and metres between neighbours: the common tongue of all matchers."""

    def __init__(self, roads: RoadNetwork) -> None:
        lon, lat = np.asarray(roads.vertex_lon), np.asarray(roads.vertex_lat)
        key, self.vertex_point = np.unique(_key(lon, lat), return_inverse=True)
        self.point = {int(word): number for number, word in enumerate(key.tolist())}
        self.lon, self.lat = np.empty(len(key)), np.empty(len(key))
        self.lon[self.vertex_point], self.lat[self.vertex_point] = lon, lat
        inside = np.ones(len(lon) - 1, bool)
        inside[np.asarray(roads.vertex_ptr[1:-1]) - 1] = False
        start = np.flatnonzero(inside)
        metres = np.diff(np.asarray(roads.running_m))[start]
        self.metres: dict[tuple[int, int], float] = {}
        self.beside: dict[int, set[int]] = {}
        for a, b, long in zip(
            self.vertex_point[start].tolist(), self.vertex_point[start + 1].tolist(), metres.tolist(), strict=True
        ):
            self.metres[a, b] = self.metres[b, a] = long
            self.beside.setdefault(a, set()).add(b)
            self.beside.setdefault(b, set()).add(a)

    def pairs(self, line: Sequence[Sequence[float]]) -> Pairs:
        """The directed pieces of road that a line goes over, those of its cut ends included."""
        if len(line) < 2:
            return []
        lon, lat = np.array(line, float).T
        at = [self.point.get(word, -1) for word in _key(lon, lat).tolist()]
        known = [number for number in at if number >= 0]
        if not known:
            return []
        if at[0] < 0:
            known.insert(0, self._cut(known[0], float(lon[0]), float(lat[0])))
        if at[-1] < 0:
            known.append(self._cut(known[-1], float(lon[-1]), float(lat[-1])))
        return [pair for pair in pairwise(known) if pair in self.metres]

    def _cut(self, point: int, lon: float, lat: float) -> int:
        """The neighbour of a point on the way to which a place lies; -1 if there is none."""
        east_m, north_m = metres_per_degree(lat)
        best, chosen = 3.0, -1
        for other in self.beside.get(point, ()):
            ux, uy = (self.lon[other] - self.lon[point]) * east_m, (self.lat[other] - self.lat[point]) * north_m
            x, y = (lon - self.lon[point]) * east_m, (lat - self.lat[point]) * north_m
            part = min(max((x * ux + y * uy) / max(ux * ux + uy * uy, 1e-9), 0.0), 1.0)
            off = float(np.hypot(x - part * ux, y - part * uy))
            if off < best:
                best, chosen = off, other
        return chosen


def _key(lon: Floats, lat: Floats) -> Ints:
    return np.asarray(np.rint(lon * 1e6).astype(np.int64) * 1_000_000_000 + np.rint(lat * 1e6).astype(np.int64))


def score(truth: Pairs, got: Pairs, streets: Streets) -> tuple[float, float]:
    """F1 over metres of directed pieces of road, and the route mismatch: metres wrong or missed, to the true."""

    def metres(pairs: Iterable[tuple[int, int]]) -> float:
        return sum(streets.metres[pair] for pair in pairs)

    true, found = set(truth), set(got)
    hit, all_true, all_found = metres(true & found), metres(true), metres(found)
    return 2 * hit / (all_true + all_found), (all_true + all_found - 2 * hit) / all_true


def clean_extract(source: Path, target: Path) -> Path:
    """The drivable ways of an extract and their turn restrictions, with whole millionths of degrees."""
    if target.exists():
        return target
    place: dict[int, tuple[float, float]] = {}
    ways: dict[int, tuple[list[int], dict[str, str]]] = {}
    relations: list[tuple[int, list[tuple[str, int, str]], dict[str, str]]] = []
    for element in osmium.FileProcessor(str(source)).with_locations():
        tags = dict(element.tags)
        if (
            element.is_way()
            and tags.get("highway") in CLASSES
            and not {"access", "motor_vehicle", "vehicle"} & set(tags)
        ):
            nodes = [node for node in element.nodes if node.location.valid()]
            if len(nodes) > 1 and tags.get("area") != "yes":
                place |= {node.ref: (round(node.lon, 6), round(node.lat, 6)) for node in nodes}
                ways[element.id] = [node.ref for node in nodes], {key: tags[key] for key in KEPT if key in tags}
        elif element.is_relation() and tags.get("type") == "restriction":
            relations.append((element.id, [(m.type, m.ref, m.role) for m in element.members], tags))
    # Points that rounding has put on one place are one point.
    at: dict[tuple[float, float], int] = {}
    same = {ref: at.setdefault(place[ref], ref) for ref in sorted(place)}
    partial = target.with_name(f".partial.{target.name}")
    partial.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(partial)) as writer:
        for ref in sorted(at.values()):
            writer.add_node(Node(id=ref, version=1, location=place[ref]))
        for number, (refs, tags) in sorted(ways.items()):
            merged = [same[ref] for ref in refs]
            merged = [ref for k, ref in enumerate(merged) if not k or ref != merged[k - 1]]
            if len(merged) > 1:
                writer.add_way(Way(id=number, version=1, nodes=merged, tags=tags))
        for number, members, tags in sorted(relations):
            if all(ref in (ways if kind == "w" else same) for kind, ref, _ in members):
                told = [(kind, same[ref] if kind == "n" else ref, role) for kind, ref, role in members]
                writer.add_relation(Relation(id=number, version=1, members=told, tags=tags))
    partial.replace(target)
    return target


def trips(roads: RoadNetwork, streets: Streets, *, count: int, seed: int) -> list[Trip]:
    """Drives from junction to junction, 4 to 20 km apart as the crow flies."""
    chance = np.random.default_rng(seed)
    graph = roads.graph
    start = np.repeat(np.arange(len(graph.junction)), np.diff(graph.ptr))
    goal, arc = graph.by_length[:, 1], np.asarray(graph.arc)
    edge = roads.arc_edge[arc]
    free_kmh = np.array([DRIVEN_KMH.get(name, 40) for name in CLASSES], float)[roads.highway]
    kmh = np.where(np.asarray(roads.legal_kmh) > 0, np.asarray(roads.legal_kmh) * 0.95, free_kmh)
    size = len(graph.junction)
    reachable = np.flatnonzero(_largest(start, goal, size)[: len(roads.node_lon)])
    made: list[Trip] = []
    while len(made) < count:
        seconds = np.asarray(roads.length_m) / kmh * 3.6
        cost = seconds[edge] * np.exp(chance.normal(0, 0.15, len(edge)))
        a, b = chance.choice(reachable, 2)
        east_m, north_m = metres_per_degree(float(roads.node_lat[a]))
        away = np.hypot(
            (roads.node_lon[a] - roads.node_lon[b]) * east_m, (roads.node_lat[a] - roads.node_lat[b]) * north_m
        )
        if not AT_LEAST_M < away < AT_MOST_M:
            continue
        driven = _quickest(start, goal, cost, int(a), np.flatnonzero(np.asarray(graph.junction) == b), size)
        if driven is not None:
            made.append(_driven(roads, streets, arc[driven], kmh, chance))
    return made


def _largest(start: Ints, goal: Ints, size: int) -> NDArray[np.bool_]:
    table = sparse.csr_array((np.ones(len(start)), (start, goal)), shape=(size, size))
    _, part = csgraph.connected_components(table, connection="strong")
    return np.asarray(part == np.bincount(part).argmax())


def _quickest(start: Ints, goal: Ints, cost: Floats, a: int, ends: Ints, size: int) -> Ints | None:
    """Steps of the quickest way from a place to one of some places; None if there is none."""
    order = np.lexsort((cost, goal, start))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(start[order]) != 0) | (np.diff(goal[order]) != 0)
    step = order[first]
    table = sparse.csr_array((cost[step], (start[step], goal[step])), shape=(size, size))
    reached, before = csgraph.dijkstra(table, indices=a, return_predecessors=True)
    at = int(ends[np.argmin(reached[ends])])
    if not np.isfinite(reached[at]):
        return None
    of_pair = {(int(s), int(g)): int(k) for s, g, k in zip(start[step], goal[step], step, strict=True)}
    steps = []
    while at != a:
        steps.append(of_pair[int(before[at]), at])
        at = int(before[at])
    return np.array(steps[::-1])


def _driven(roads: RoadNetwork, streets: Streets, arcs: Ints, kmh: Floats, chance: Any) -> Trip:
    """The drive over some arcs: when it passes each point of the map, with waits at one junction in eight."""
    points, seconds, now = [], [], 0.0
    mood = float(np.exp(chance.normal(0, 0.1)))
    for number, arc in enumerate(arcs.tolist()):
        edge = int(roads.arc_edge[arc])
        piece = np.arange(int(roads.vertex_ptr[edge]), int(roads.vertex_ptr[edge + 1]))
        piece = piece if roads.arc_forward[arc] else piece[::-1]
        if number and chance.random() < 0.125:
            points.append(points[-1])
            now += float(chance.uniform(3, 40))
            seconds.append(now)
        at = streets.vertex_point[piece]
        metres = np.abs(np.diff(np.asarray(roads.running_m)[piece]))
        if not number:
            points.append(int(at[0]))
            seconds.append(0.0)
        for point, long in zip(at[1:].tolist(), metres.tolist(), strict=True):
            mood = float(np.clip(mood * np.exp(chance.normal(0, 0.02)), 0.65, 1.35))
            now += long / (kmh[edge] * mood) * 3.6
            points.append(point)
            seconds.append(now)
    passed = np.array(points)
    return Trip(points=passed, lon=streets.lon[passed], lat=streets.lat[passed], seconds=np.array(seconds))


def truth(trip: Trip) -> Pairs:
    """The directed pieces of road of a trip."""
    points = trip.points.tolist()
    return [(a, b) for a, b in pairwise(points) if a != b]


def logged(trip: Trip, *, every_s: float, sigma_m: float, chance: Any) -> Mapping[str, list[float]]:
    """What a receiver logs: longitude, latitude and whole seconds, each way off by a normal error."""
    seconds = np.arange(0, trip.seconds[-1], every_s)
    lon, lat = np.interp(seconds, trip.seconds, trip.lon), np.interp(seconds, trip.seconds, trip.lat)
    east_m, north_m = metres_per_degree(float(trip.lat[0]))
    lon += chance.normal(0, sigma_m, len(lon)) / east_m
    lat += chance.normal(0, sigma_m, len(lat)) / north_m
    return {"lon": lon.round(7).tolist(), "lat": lat.round(7).tolist(), "seconds": seconds.tolist()}
