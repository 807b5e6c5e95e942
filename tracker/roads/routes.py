"""Fastest ways over the network: bounded travel times, and the route between two road positions."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse import csgraph

from tracker.roads.network import RoadNetwork
from tracker.roads.ways import Floats, Ints

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


def fastest_arcs(network: RoadNetwork) -> tuple[sparse.csr_array, Ints]:
    """Junction-to-junction travel seconds as a sparse matrix, and the arc behind each of its entries.

    Of parallel arcs only the fastest is in it, of equally fast ones the first; rings from a junction to
    itself are not.
    """
    order = np.lexsort((network.seconds, network.arc_head, network.arc_tail))
    order = order[network.arc_tail[order] != network.arc_head[order]]
    tail, head = network.arc_tail[order], network.arc_head[order]
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    arcs, size = order[first], len(network.node_lon)
    start = np.searchsorted(network.arc_tail[arcs], np.arange(size + 1))
    matrix = sparse.csr_array((network.seconds[arcs], network.arc_head[arcs], start), shape=(size, size))
    return matrix, arcs


def travel_seconds(network: RoadNetwork, sources: ArrayLike, *, limit_s: float = inf) -> Floats:
    """Free travel seconds from each source junction to every junction, inf beyond the limit.

    Parameters
    ----------
    network : the roads
    sources : (q,) junction numbers
    limit_s : seconds beyond which nothing is looked for

    Returns
    -------
    (q, n) seconds; 8 bytes a cell, so ask for many sources of a large network in portions.
    """
    at = np.atleast_1d(np.asarray(sources, np.int64))
    if len(at) and not (at.min() >= 0 and at.max() < len(network.node_lon)):
        raise ValueError(f"a source is not a junction; they are numbered 0 to {len(network.node_lon) - 1}")
    return np.asarray(csgraph.dijkstra(network.fastest[0], indices=at, limit=limit_s), np.float64).reshape(len(at), -1)


def shortest_path(network: RoadNetwork, start: RoadPosition, end: RoadPosition) -> Route:
    """The fastest way between two road positions, one-ways respected; there is no turning round inside an edge.

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
    best = _along_one_edge(network, edge_a, offset_a, offset_b) if edge_a == edge_b else _NO_ROUTE
    leave = _ends(network, edge_a, offset_a, leaving=True)
    reach = _ends(network, edge_b, offset_b, leaving=False)
    if not leave or not reach:
        return best
    matrix, arcs = network.fastest
    junctions = [junction for junction, _ in leave]
    times, before = csgraph.dijkstra(matrix, indices=junctions, return_predecessors=True)
    total, row, first_m, goal, last_m = min(
        (
            first_m / _pace(network, edge_a) + times[row, goal] + last_m / _pace(network, edge_b),
            row,
            first_m,
            goal,
            last_m,
        )
        for row, (_, first_m) in enumerate(leave)
        for goal, last_m in reach
    )
    if not total < best.seconds:
        return best
    between: list[int] = []
    while goal != junctions[row]:
        tail = int(before[row, goal])
        begin, stop = matrix.indptr[tail], matrix.indptr[tail + 1]
        between.append(int(arcs[begin + np.searchsorted(matrix.indices[begin:stop], goal)]))
        goal = tail
    middle = network.arc_edge[between[::-1]]
    return Route(
        metres=float(first_m + network.length_m[middle].sum() + last_m),
        seconds=float(total),
        edges=np.array([edge_a, *middle, edge_b], np.int64),
    )


def travel_between(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Metres and free seconds over the roads between two points (lon, lat), each moved to its nearest road.

    Both are inf where no way leads from the one to the other.
    """
    edge, offset, _ = network.nearest([start[0], end[0]], [start[1], end[1]])
    route = shortest_path(network, (int(edge[0]), float(offset[0])), (int(edge[1]), float(offset[1])))
    return route.metres, route.seconds


_NO_ROUTE = Route(metres=inf, seconds=inf, edges=np.zeros(0, np.int64))


def _pace(network: RoadNetwork, edge: int) -> float:
    """Metres a second on an edge."""
    return float(network.speed_kmh[edge]) / 3.6


def _checked(network: RoadNetwork, position: RoadPosition) -> RoadPosition:
    edge, offset = int(position[0]), float(position[1])
    if not (0 <= edge < len(network.length_m) and np.isfinite(offset)):
        raise ValueError(f"{position} is no road position; edges are numbered 0 to {len(network.length_m) - 1}")
    return edge, min(max(offset, 0.0), float(network.length_m[edge]))


def _along_one_edge(network: RoadNetwork, edge: int, offset_a: float, offset_b: float) -> Route:
    allowed = network.oneway[edge] >= 0 if offset_b > offset_a else network.oneway[edge] <= 0
    if not allowed and offset_a != offset_b:
        return _NO_ROUTE
    metres = abs(offset_b - offset_a)
    return Route(metres=metres, seconds=metres / _pace(network, edge), edges=np.array([edge], np.int64))


def _ends(network: RoadNetwork, edge: int, offset: float, *, leaving: bool) -> list[tuple[int, float]]:
    """Junctions at which the edge may be left (or entered), each with the metres between it and the position."""
    tail, head = int(network.edge_tail[edge]), int(network.edge_head[edge])
    rest = float(network.length_m[edge]) - offset
    forward, against = bool(network.oneway[edge] >= 0), bool(network.oneway[edge] <= 0)
    if leaving:
        return [(head, rest)] * forward + [(tail, offset)] * against
    return [(tail, offset)] * forward + [(head, rest)] * against
