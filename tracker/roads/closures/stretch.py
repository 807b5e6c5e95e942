"""The road between two of its points: the shortest way along it, each way, so that a bypassed old road stays out."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from tracker.roads.ways import Bools, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_FOREIGN = 5.0
"""A metre of another road counts as this many: gaps in the label are crossed, and no other way is taken."""
_WRONG_WAY = 3.0
"""A metre against a one-way counts as this many: where a carriageway has a gap, the other one leads past it."""
_BESIDE_M = 100.0
"""The other carriageway is no farther from a post than the nearest one and this."""

Position = tuple[int, float]
_Span = tuple[int, float, float]


def positions(network: "RoadNetwork", on_road: Bools, lon: float, lat: float, radius_m: float) -> list[Position]:
    """Where a road is nearest to a point: once, or once on each carriageway."""
    near = network.candidates(lon, lat, radius_m)
    mine = np.flatnonzero(on_road[near.edge])
    if not len(mine):
        return []
    mine = mine[near.distance_m[mine] <= near.distance_m[mine[0]] + _BESIDE_M]
    found: list[Position] = []
    ends: set[int] = set()
    for edge, at in zip(near.edge[mine].tolist(), near.offset_m[mine].tolist(), strict=True):
        tail, head = int(network.edge_tail[edge]), int(network.edge_head[edge])
        inside = 0 < at < network.length_m[edge]
        # The neighbours of an edge that has its position are nearest at the junction they share: one spot, not two.
        if inside or not {tail, head} & ends:
            found.append((edge, at))
            ends |= {tail, head}
    return found


def stretch(network: "RoadNetwork", on_road: Bools, start: list[Position], end: list[Position]) -> list[_Span]:
    """Pieces (edge, from and to metres) of a road between two of its places, driven there and driven back."""
    links = _links(network, on_road)
    spans = [*_way(network, links, start, end), *_way(network, links, end, start)]
    merged: dict[int, list[tuple[float, float]]] = {}
    for edge, low, high in sorted(spans):
        of = merged.setdefault(edge, [])
        if of and low <= of[-1][1]:
            of[-1] = (of[-1][0], max(of[-1][1], high))
        else:
            of.append((low, high))
    return [(edge, low, high) for edge, of in merged.items() for low, high in of if high > low]


def _links(network: "RoadNetwork", on_road: Bools) -> tuple[sparse.csr_array, dict[tuple[int, int], int]]:
    """Junction to junction by the cheapest arc, and the road's own edges among them."""
    arc_edge, length = np.asarray(network.arc_edge), np.asarray(network.length_m)
    wrong = np.flatnonzero(on_road[arc_edge] & (np.asarray(network.arc_reverse) < 0))
    edge: Ints = np.concatenate([arc_edge, arc_edge[wrong]])
    tail = np.concatenate([network.arc_tail, np.asarray(network.arc_head)[wrong]])
    head = np.concatenate([network.arc_head, np.asarray(network.arc_tail)[wrong]])
    cost = length[edge] * np.where(on_road[edge], 1.0, _FOREIGN)
    cost[len(arc_edge) :] *= _WRONG_WAY
    order = np.lexsort((cost, head, tail))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    # Of parallel arcs the cheapest: scipy would add them up.
    kept = order[first]
    size = len(network.node_lon)
    matrix = sparse.csr_array((cost[kept], (tail[kept], head[kept])), shape=(size, size))
    mine = kept[on_road[edge[kept]]]
    pairs = zip(tail[mine].tolist(), head[mine].tolist(), strict=True)
    return matrix, dict(zip(pairs, edge[mine].tolist(), strict=True))


def _way(
    network: "RoadNetwork",
    links: tuple[sparse.csr_array, dict[tuple[int, int], int]],
    start: list[Position],
    end: list[Position],
) -> list[_Span]:
    best, spans = np.inf, list[_Span]()
    for edge, a in start:
        for other, b in end:
            driven = network.edge_arcs[0 if b > a else 1, edge] >= 0
            if edge == other and driven and abs(b - a) < best:
                best, spans = abs(b - a), [(edge, min(a, b), max(a, b))]
    for edge, a in start:
        for node, first in _ends(network, edge, a, leaving=True):
            cost, before = csgraph.dijkstra(links[0], indices=np.array([node]), return_predecessors=True)
            for other, b in end:
                for goal, last in _ends(network, other, b, leaving=False):
                    total = cost[0, goal] + first[2] - first[1] + last[2] - last[1]
                    if total < best:
                        best, spans = total, [first, *_between(network, links[1], before[0], node, goal), last]
    return spans


def _ends(network: "RoadNetwork", edge: int, at: float, *, leaving: bool) -> list[tuple[int, _Span]]:
    """Junctions by which a position is left (or come to), each with the piece of its edge that is driven."""
    length = float(network.length_m[edge])
    spans = ((edge, at, length), (edge, 0.0, at)) if leaving else ((edge, 0.0, at), (edge, at, length))
    nodes = network.arc_head if leaving else network.arc_tail
    arcs = network.edge_arcs[:, edge].tolist()
    return [(int(nodes[arc]), span) for arc, span in zip(arcs, spans, strict=True) if arc >= 0]


def _between(
    network: "RoadNetwork", edges: dict[tuple[int, int], int], before: Ints, node: int, goal: int
) -> list[_Span]:
    spans = []
    while goal != node:
        pair = (int(before[goal]), goal)
        if pair in edges:
            spans.append((edges[pair], 0.0, float(network.length_m[edges[pair]])))
        goal = pair[0]
    return spans
