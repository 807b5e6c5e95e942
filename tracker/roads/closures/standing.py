"""Where a roadblock that is at one spot, nobody knows which, is taken to stand for one who drives towards it."""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_ROUNDING = 1e-9
_EDGE_M = 1.0


class Reach(NamedTuple):
    """A piece of an arc that the roadblock may be on: metres from the arc's start, and the probability of it."""

    arc: int
    low: float
    high: float
    share: float


def standing(network: "RoadNetwork", reaches: Sequence[Reach], sure: float) -> list[float | None]:
    """Metres from the arc's start at which the roadblock is taken to stand on each piece, None where it is not.

    It stands where one who has come to it by the least of its pieces has passed `sure` of its places: half-way, for a
    line of pieces and `sure` 0.5, however many edges the line has and whichever way it is driven. What is driven
    between the ends of the pieces by way of fewer places is free. No way from where the pieces begin to beyond that
    point avoids it, for the probability passed rises evenly along a piece and never jumps up between two.
    """
    passed = _passed(network, reaches)
    found: list[float | None] = []
    for reach, before in zip(reaches, passed, strict=True):
        inside = before < sure - _ROUNDING <= before + reach.share
        part = (sure - before) / reach.share if inside else 0.0
        found.append(reach.low + min(part, 1.0) * (reach.high - reach.low) if inside else None)
    return found


def _passed(network: "RoadNetwork", reaches: Sequence[Reach]) -> list[float]:
    """The least probability passed before each piece, from where the pieces begin (Dijkstra 1959)."""
    after = _following(network, reaches)
    followers = {number for some in after for number in some}
    first = [number for number in range(len(reaches)) if number not in followers] or list(range(len(reaches)))
    passed = [float("inf")] * len(reaches)
    heap = [(0.0, number) for number in first]
    while heap:
        now, number = heapq.heappop(heap)
        if now < passed[number]:
            passed[number] = now
            for then in after[number]:
                heapq.heappush(heap, (now + reaches[number].share, then))
    return passed


def _following(network: "RoadNetwork", reaches: Sequence[Reach]) -> list[list[int]]:
    """The pieces that follow each: further along its arc, or at the start of another arc, not back over its own."""
    starts: dict[int, list[int]] = defaultdict(list)
    by_arc: dict[int, list[int]] = defaultdict(list)
    for number in sorted(range(len(reaches)), key=lambda number: reaches[number].low):
        reach = reaches[number]
        by_arc[reach.arc].append(number)
        if reach.low <= _EDGE_M:
            starts[int(network.arc_tail[reach.arc])].append(number)
    after: list[list[int]] = [[] for _ in reaches]
    for arc, numbers in by_arc.items():
        for before, then in pairwise(numbers):
            after[before].append(then)
        if reaches[numbers[-1]].high >= float(network.length_m[network.arc_edge[arc]]) - _EDGE_M:
            back = int(network.arc_reverse[arc])
            ahead = starts[int(network.arc_head[arc])]
            after[numbers[-1]] += [number for number in ahead if reaches[number].arc not in (back, arc)]
    return after
