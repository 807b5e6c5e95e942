"""How columns turn at junctions: learned from long drives over the same network."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tracker.roads import RoadNetwork

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

ORIGINS = 128
"""Places that long drives are sent out from to learn how traffic turns at junctions."""

PERCEPTION = 0.15
"""Relative error of a driver's idea of a road's travel time: of two ways about as quick, each is taken."""

REGION_ARCS = 400_000
"""A network of more arcs is a country: only the part that the reports speak of is made into cells."""


def turn_probabilities(network: RoadNetwork, inside: NDArray[np.bool_] | None = None) -> tuple[Ints, Ints, Floats]:
    """How a column turns at junctions: in the proportion in which long drives on this network do.

    Quickest ways, by travel times that every driver perceives a little differently (Burrell 1968), are sent out from
    places all over the network; the turns that they take, plus a small share for every possible turn, give the
    probabilities. Turning back is left to dead ends (and to standing columns, elsewhere).

    Parameters
    ----------
    inside : (arcs,) the arcs that are driven; all by default

    Returns
    -------
    ptr (arcs + 1,), next arc, probability: for each arc the arcs that can follow.
    """
    inside = np.ones(len(network.arc_tail), bool) if inside is None else inside
    driven = np.flatnonzero(inside)
    arcs = len(driven)
    node, ends = np.unique(
        np.concatenate([network.arc_tail[driven], network.arc_head[driven]]).astype(np.int64), return_inverse=True
    )
    tail, head, nodes = ends[:arcs], ends[arcs:], len(node)
    seconds = np.maximum(np.asarray(network.seconds, float)[driven], 0.01)
    pairs = np.lexsort((head, tail))
    first = np.flatnonzero(np.diff(tail[pairs], prepend=-1) | np.diff(head[pairs], prepend=-1))
    graph = csr_array((np.ones(len(first)), (tail[pairs[first]], head[pairs[first]])), shape=(nodes, nodes))
    turn_ptr, turn_arc = _possible_turns(
        np.asarray(network.graph.ptr, np.int64),
        np.asarray(network.graph.arc, np.int64),
        np.asarray(network.graph.entered, np.int64),
        np.asarray(network.arc_reverse, np.int64),
        inside,
    )
    flow = np.zeros(len(turn_arc))
    # Origins spread evenly along the network's length: by cumulated arc seconds, so busy and empty parts count alike.
    along = np.cumsum(seconds)
    # Of a country's roads each drive covers so many that fewer drives do.
    count = max(ORIGINS // 8, min(ORIGINS, ORIGINS * REGION_ARCS // max(arcs, 1)))
    origins = tail[np.searchsorted(along, (np.arange(count) + 0.5) / count * along[-1])]
    perceived = np.random.default_rng(0)
    error = np.zeros(arcs)
    for number, origin in enumerate(origins):
        # Every other driver errs the opposite way (antithetic draws): then of two ways as good each is taken as often.
        error = -error if number % 2 else PERCEPTION * perceived.standard_normal(arcs)
        felt = (seconds * np.exp(error))[pairs]
        graph.data = np.minimum.reduceat(felt, first)
        # Of parallel arcs the one that feels quickest carries the drive.
        quickest = driven[pairs][np.flatnonzero(felt == np.repeat(graph.data, np.diff(first, append=arcs)))]
        reach, before = dijkstra(graph, indices=origin, return_predecessors=True)
        _count_turns(
            reach, before, np.asarray(graph.indptr, np.int64), np.asarray(graph.indices, np.int64), quickest,
            turn_ptr, turn_arc, flow,
        )  # fmt: skip
    # A road of no length has a speed, too: turns are shared out by them.
    speed = np.maximum(np.asarray(network.length_m, float)[network.arc_edge], 0.1) / np.maximum(network.seconds, 0.01)
    return turn_ptr.astype(np.int32), turn_arc.astype(np.int32), _shares(turn_ptr, turn_arc, flow, speed)


@njit(cache=True)
def _possible_turns(step_ptr: Any, step_arc: Any, entered: Any, reverse: Any, inside: Any) -> Any:
    """Arcs that may follow each arc: turn restrictions are in the search graph, turning back is for dead ends."""
    arcs = len(entered)
    ptr = np.zeros(arcs + 1, np.int64)
    arc = np.empty(2 * len(step_arc) + 4 * arcs, np.int64)
    at = 0
    for a in range(arcs):
        place = entered[a]
        begin = at
        if not inside[a]:
            ptr[a + 1] = at
            continue
        if at + step_ptr[place + 1] - step_ptr[place] > len(arc):
            more = np.empty(2 * len(arc), np.int64)
            more[:at] = arc[:at]
            arc = more
        for j in range(step_ptr[place], step_ptr[place + 1]):
            if step_arc[j] != reverse[a] and inside[step_arc[j]]:
                arc[at] = step_arc[j]
                at += 1
        if at == begin and reverse[a] >= 0 and step_ptr[place + 1] > step_ptr[place]:  # a dead end
            arc[at] = reverse[a]
            at += 1
        ptr[a + 1] = at
    return ptr, arc[:at].copy()


@njit(cache=True)
def _count_turns(reach: Any, before: Any, ip: Any, idx: Any, arc: Any, turn_ptr: Any, turn_arc: Any, flow: Any) -> None:
    nodes = len(reach)
    into = np.full(nodes, -1, np.int64)
    beyond = np.ones(nodes)  # places reached through each
    for v in range(nodes):
        u = before[v]
        if u >= 0:
            for j in range(ip[u], ip[u + 1]):
                if idx[j] == v:
                    into[v] = arc[j]
    order = np.argsort(reach)
    for q in range(nodes - 1, -1, -1):
        v = order[q]
        u = before[v]
        if u < 0 or not np.isfinite(reach[v]):
            continue
        beyond[u] += beyond[v]
        if into[u] >= 0 and into[v] >= 0:
            for j in range(turn_ptr[into[u]], turn_ptr[into[u] + 1]):
                if turn_arc[j] == into[v]:
                    flow[j] += beyond[v]


@njit(cache=True)
def _shares(turn_ptr: Any, turn_arc: Any, flow: Any, speed: Any) -> Any:
    p = np.zeros(len(turn_arc))
    for a in range(len(turn_ptr) - 1):
        total = 0.0
        plain = 0.0
        for j in range(turn_ptr[a], turn_ptr[a + 1]):
            total += flow[j]
            plain += speed[turn_arc[j]] ** 2
        for j in range(turn_ptr[a], turn_ptr[a + 1]):
            local = speed[turn_arc[j]] ** 2 / plain
            # One drive in thirty is bound for somewhere near: any turn, faster roads first.
            p[j] = local if total <= 0 else 0.97 * flow[j] / total + 0.03 * local
    return p
