"""Which roads a march drove: the probabilities of the tracker and the certainty of snap-and-fastest against the truth.

The truth lies on the extract's own lines, a point each minute. Which way it took between two points is found by the
rule that made it: the quickest. Nothing of the tracker takes part in that.
"""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix

from tests.bench.marches_one import Answer
from tests.bench.marches_score import window
from tracker.roads import RoadNetwork

NEAR_DEG = 2e-5
"""The truth is written to five digits."""
MOST_H = 3 / 60
"""The longest free travel between two minutes that is looked for; a march is never faster than free travel, but for
the step that carries it from a fast road into a slow one."""
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)

State = tuple[int, int, float]
"""A place on a piece of road: node behind, node ahead, share of the way between them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The extract as `simulate.load` reads it, and the network's edge of each of its pieces."""

    points: np.ndarray
    """(n, 2) lon, lat of the nodes."""
    hours: Any
    """(n, n) sparse: free travel time of each piece."""
    network: RoadNetwork
    """The same roads."""

    @cached_property
    def edge(self) -> Any:
        """(n, n) sparse: edge number + 1 of each piece, either way."""
        of_node = {(lon, lat): node for node, (lon, lat) in enumerate(self.points.round(7).tolist())}
        lon, lat = np.asarray(self.network.vertex_lon), np.asarray(self.network.vertex_lat)
        node = np.array([of_node.get(at, -1) for at in zip(lon.round(7).tolist(), lat.round(7).tolist(), strict=True)])
        edge = np.repeat(np.arange(len(self.network.length_m)), np.diff(self.network.vertex_ptr))
        inner = (edge[1:] == edge[:-1]) & (node[1:] >= 0) & (node[:-1] >= 0)
        a, b, number = node[:-1][inner], node[1:][inner], edge[:-1][inner] + 1
        # Of two edges over one piece the first.
        pair, first = np.unique(np.stack([np.append(a, b), np.append(b, a)]), axis=1, return_index=True)
        return coo_matrix((np.append(number, number)[first], tuple(pair)), shape=self.hours.shape).tocsr()

    @cached_property
    def pieces(self) -> tuple[np.ndarray, shapely.STRtree]:
        """(p, 2) nodes of each piece, once for both ways, and an index of their lines."""
        coo = self.hours.tocoo()
        ends = np.unique(np.sort(np.stack([coo.row, coo.col], axis=1), axis=1), axis=0)
        return ends, shapely.STRtree(shapely.linestrings(self.points[ends]))

    @cached_property
    def leaving(self) -> list[list[tuple[int, float]]]:
        """For each node the nodes ahead, with the hours to them."""
        ptr, head, cost = self.hours.indptr, self.hours.indices.tolist(), self.hours.data.tolist()
        return [list(zip(head[a:b], cost[a:b], strict=True)) for a, b in pairwise(ptr)]

    def edges_of(self, arcs: Sequence[tuple[int, int]]) -> set[int]:
        """Edge numbers of pieces."""
        if not arcs:
            return set()
        tail, head = np.array(arcs).T
        found = np.asarray(self.edge[tail, head]).ravel().astype(int)
        if not found.all():
            raise ValueError(f"{(found == 0).sum()} of {len(found)} pieces of a way are no edge of the network")
        return set((found - 1).tolist())


def driven(march: dict[str, Any], ground: Ground) -> list[tuple[float, list[tuple[int, int]]]]:
    """The pieces that the truth drove in each minute, one step after the other: minute, pieces."""
    truth = np.array(march["truth"])
    moved = np.append(True, (np.diff(truth[:, 1:], axis=0) != 0).any(axis=1))
    minute, places = truth[moved, 0], shapely.points(truth[moved, 1:])
    states = [_states(place, ground) for place in places]
    cost: list[float] = [0.0] * len(states[0])
    back: list[list[tuple[int, list[tuple[int, int]]]]] = []
    for before, after in pairwise(states):
        best = [(np.inf, -1, []) for _ in after]
        for number, state in enumerate(before):
            for reached, (hours, arcs) in _ways(state, after, ground).items():
                if cost[number] + hours < best[reached][0]:
                    best[reached] = (cost[number] + hours, number, arcs)
        cost = [total for total, _, _ in best]
        if not np.isfinite(cost).any():
            raise ValueError(f"no way of the extract joins minute {minute[len(back)]:.0f} to the next")
        back.append([(number, arcs) for _, number, arcs in best])
    at, steps = int(np.argmin(cost)), []
    for step in range(len(back) - 1, -1, -1):
        at, arcs = back[step][at]
        steps.append((float(minute[step]), arcs))
    return steps[::-1]


def _states(place: shapely.Point, ground: Ground) -> list[State]:
    """Where a place can be: on every piece that it lies on, in every way that this may be driven."""
    ends, tree = ground.pieces
    found = []
    for piece in tree.query(place, predicate="dwithin", distance=NEAR_DEG).tolist():
        a, b = ends[piece].tolist()
        share = float(shapely.line_locate_point(tree.geometries[piece], place, normalized=True))
        found += [(a, b, share)] if any(head == b for head, _ in ground.leaving[a]) else []
        found += [(b, a, 1 - share)] if any(head == a for head, _ in ground.leaving[b]) else []
    return found


def _ways(state: State, after: Sequence[State], ground: Ground) -> dict[int, tuple[float, list[tuple[int, int]]]]:
    """The quickest way from a state to each of some others: its hours, and the pieces driven, both ends included."""
    tail, head, share = state
    hours = dict(ground.leaving[tail])[head]
    found = {}
    wanted = []
    for number, (a, b, there) in enumerate(after):
        if (a, b) == (tail, head) and there >= share - 1e-6:
            found[number] = (max(there - share, 0.0) * hours, [(a, b)])
        else:
            wanted.append(number)
    if not wanted:
        return found
    cost, came = {head: (1 - share) * hours}, {head: tail}
    heap, done = [(cost[head], head)], set()
    while heap:
        spent, node = heapq.heappop(heap)
        if node in done or spent > MOST_H:
            continue
        done.add(node)
        for ahead, more in ground.leaving[node]:
            if spent + more < cost.get(ahead, np.inf):
                cost[ahead], came[ahead] = spent + more, node
                heapq.heappush(heap, (cost[ahead], ahead))
    for number in wanted:
        a, b, there = after[number]
        if a in done:
            nodes = [b, a]
            while nodes[-1] != head:
                nodes.append(came[nodes[-1]])
            nodes.append(tail)
            arcs = list(pairwise(nodes[::-1]))
            found[number] = (cost[a] + there * dict(ground.leaving[a])[b], arcs)
    return found


@contextmanager
def walked(simulate: Any) -> Iterator[list[list[int]]]:
    """The ways that the baseline takes meanwhile, as nodes."""
    ways: list[list[int]] = []
    walk = simulate.walk

    def remember(*asked: Any) -> list[int]:
        ways.append(walk(*asked))
        return ways[-1]

    simulate.walk = remember
    try:
        yield ways
    finally:
        simulate.walk = walk


def compared(
    march: dict[str, Any], answer: Answer, snapped: Sequence[Sequence[int]], ground: Ground
) -> dict[str, np.ndarray]:
    """Of every edge that the truth, the tracker or the baseline drives: probability by the tracker, by the baseline,
    whether it was driven, and its metres.

    The truth counts from the middle of the first report's interval to that of the last. What it drove only before or
    after, and the two edges that it was on at these moments, are left out for both.
    """
    first, last = window(march, march["reports"])
    steps = driven(march, ground)
    inside = [arc for minute, arcs in steps if first <= minute <= last - 1 for arc in arcs]
    outside = [arc for minute, arcs in steps if not first <= minute <= last - 1 for arc in arcs]
    true = ground.edges_of(inside)
    # An edge that is on both sides of a bound is half driven.
    bounds = ground.edges_of([arcs[k] for arcs, k in _bounds(steps, first, last)])
    open_ = (ground.edges_of(outside) - true) | bounds
    snap = ground.edges_of([arc for way in snapped for arc in pairwise(way)])
    edges = np.array(sorted((true | snap | set(answer.edges)) - open_))
    return {
        "ours": np.array([answer.edges.get(edge, 0.0) for edge in edges.tolist()]),
        "snap": np.isin(edges, list(snap)).astype(float),
        "true": np.isin(edges, list(true)).astype(float),
        "metres": np.asarray(ground.network.length_m)[edges],
    }


def _bounds(
    steps: Sequence[tuple[float, list[tuple[int, int]]]], first: float, last: float
) -> Iterator[tuple[list[tuple[int, int]], int]]:
    """The steps at the ends of the window, with the place in them of the piece driven at the bound."""
    within = [number for number, (minute, _) in enumerate(steps) if first <= minute <= last - 1]
    if within:
        yield steps[within[0]][1], 0
        yield steps[within[-1]][1], -1
