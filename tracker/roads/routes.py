"""Fastest ways over the network: bounded travel times, and the route between two road positions."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from tracker.model import BadRoads
from tracker.roads.graph import MOST_MS, SearchGraph
from tracker.roads.network import RoadNetwork
from tracker.roads.search import junctions, least, most, whole
from tracker.roads.ways import Floats, Indexes, Ints

RoadPosition = tuple[int, float]
"""An edge, and metres along its shape."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """The fastest way from one road position to another."""

    metres: float
    """Length in true metres; inf where there is no way."""
    seconds: float
    """Free travel time; inf where there is no way."""
    edges: Ints
    """(e,) edges in driving order, the first and last perhaps driven only in part; empty where there is no way."""


def travel_seconds(network: RoadNetwork, sources: ArrayLike, *, limit_s: float = inf) -> Floats:
    """Free travel seconds from each source junction to every junction, inf beyond the limit.

    Parameters
    ----------
    network : the roads
    sources : (q,) junction numbers
    limit_s : seconds beyond which nothing is looked for

    Returns
    -------
    (q, n) seconds; 8 bytes a cell, so ask for many sources of a large network in portions, or use `reach`.
    """
    at = junctions(network, sources)
    found = [least(network, [source], limit=limit_s) for source in at.tolist()]
    return np.array(found).reshape(len(at), len(network.node_lon))


def shortest_path(network: RoadNetwork, start: RoadPosition, end: RoadPosition) -> Route:
    """The fastest way between two road positions, one-ways and turn restrictions respected.

    There is no turning round inside an edge.

    Parameters
    ----------
    network : the roads
    start, end : edge and metres along its shape, as `RoadNetwork.nearest` gives them

    Raises
    ------
    ValueError
        A position lies on no edge.
    """
    (edge_a, offset_a), (edge_b, offset_b) = (_checked(network, position) for position in (start, end))
    along = _along_one_edge(network, edge_a, offset_a, offset_b) if edge_a == edge_b else _NO_ROUTE
    leave = _ends(network, edge_a, offset_a, leaving=True)
    reach = _ends(network, edge_b, offset_b, leaving=False)
    if not leave or not reach:
        return along
    arcs = _driven(network, leave, reach)
    if arcs is None:
        return along
    first_m = next(metres for arc, metres in leave if arc == arcs[0])
    last_m = next(metres for arc, metres in reach if arc == arcs[-1])
    between = arcs[1:-1]
    route = Route(
        metres=float(first_m + network.length_m[network.arc_edge[between]].sum() + last_m),
        seconds=float(
            first_m / _pace(network, edge_a) + network.seconds[between].sum() + last_m / _pace(network, edge_b)
        ),
        edges=np.asarray(network.arc_edge[arcs], np.int64),
    )
    return route if route.seconds < along.seconds else along


def travel_between(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Metres and free seconds over the roads between two points (lon, lat), each moved to its nearest road.

    Both are inf where no way leads from the one to the other.
    """
    edge, offset, _ = network.nearest([start[0], end[0]], [start[1], end[1]])
    route = shortest_path(network, (int(edge[0]), float(offset[0])), (int(edge[1]), float(offset[1])))
    return route.metres, route.seconds


_NO_ROUTE = Route(metres=inf, seconds=inf, edges=np.zeros(0, np.int64))


def _driven(network: RoadNetwork, leave: list[tuple[int, float]], reach: list[tuple[int, float]]) -> Ints | None:
    """The arcs of the fastest way, from the one that the start lies on to the one that the end lies on."""
    graph = network.graph
    begin_at = graph.entered[[arc for arc, _ in leave]]
    begin = _part_ms(network, leave)
    ahead = network.arc_tail[[arc for arc, _ in reach]]
    # A double of a goal may be settled first and lack the last turn: then its junction alone is no reason to stop.
    plain = (graph.double_ptr[ahead] == graph.double_ptr[ahead + 1]).all()
    wanted = np.unique(ahead).astype(np.int32) if plain else np.zeros(0, np.int32)
    settled, costs = network.searcher.settled(
        begin_at, begin, limit=most(inf, "seconds"), by="seconds", back=False, wanted=wanted
    )
    cost = np.full(len(graph.junction), MOST_MS, np.int64)
    cost[settled] = costs
    goals = [
        (cost[place] + more, place, arc)
        for (arc, _), more in zip(reach, _part_ms(network, reach).tolist(), strict=True)
        for place in _places(graph, int(network.arc_tail[arc]))
        if (graph.arc[graph.ptr[place] : graph.ptr[place + 1]] == arc).any()
    ]
    total, place, last = min(goals, default=(MOST_MS, 0, 0))
    if total >= MOST_MS:
        return None
    arcs = [last]
    # Both ways round a ring end at one place: the shorter one counts, so it is written last.
    parts = sorted(zip(begin_at.tolist(), begin.tolist(), leave, strict=True), key=lambda part: -part[1])
    starts = {where: (ms, arc) for where, ms, arc in parts}
    while place not in starts or starts[place][0] != cost[place]:
        into = slice(graph.back_ptr[place], graph.back_ptr[place + 1])
        more, before = graph.back_by_time[into].T
        # Whole costs are exact: the first of the ways in that make up this place's cost is the way come.
        ways_in = np.flatnonzero((cost[before] + more == cost[place]) & (more > 0))
        if not len(ways_in):
            raise BadRoads("these prepared roads are damaged: no way leads back; check them with verify_folder()")
        at = int(ways_in[0])
        arcs.append(int(graph.back_arc[into][at]))
        place = int(before[at])
    arcs.append(starts[place][1][0])
    return np.array(arcs[::-1], np.int64)


def _places(graph: SearchGraph, junction: int) -> list[int]:
    """Everything that stands for a junction."""
    return [junction, *graph.double[graph.double_ptr[junction] : graph.double_ptr[junction + 1]].tolist()]


def _part_ms(network: RoadNetwork, parts: list[tuple[int, float]]) -> Indexes:
    """Whole milliseconds over parts of arcs, given as arc and metres."""
    return whole(np.array([metres / _pace(network, int(network.arc_edge[arc])) for arc, metres in parts]), "seconds")


def _pace(network: RoadNetwork, edge: int) -> float:
    """Metres a second on an edge."""
    return float(network.speed_kmh[edge]) / 3.6


def _checked(network: RoadNetwork, position: RoadPosition) -> RoadPosition:
    edge, offset = int(position[0]), float(position[1])
    if not (0 <= edge < len(network.length_m) and np.isfinite(offset)):
        raise ValueError(f"{position} is no road position; edges are numbered 0 to {len(network.length_m) - 1}")
    return edge, min(max(offset, 0.0), float(network.length_m[edge]))


def _along_one_edge(network: RoadNetwork, edge: int, offset_a: float, offset_b: float) -> Route:
    along, against = network.edge_arcs[:, edge].tolist()
    if offset_a != offset_b and (along if offset_b > offset_a else against) < 0:
        return _NO_ROUTE
    metres = abs(offset_b - offset_a)
    return Route(metres=metres, seconds=metres / _pace(network, edge), edges=np.array([edge], np.int64))


def _ends(network: RoadNetwork, edge: int, offset: float, *, leaving: bool) -> list[tuple[int, float]]:
    """Arcs on which the edge may be left (or entered), each with the metres between its end and the position."""
    rest = float(network.length_m[edge]) - offset
    along, against = network.edge_arcs[:, edge].tolist()
    metres = (rest, offset) if leaving else (offset, rest)
    return [(arc, part) for arc, part in zip((along, against), metres, strict=True) if arc >= 0]
