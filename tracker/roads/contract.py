"""Ways cut into the edges between junctions; points in between become mere shape."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.roads.compiled import compiled
from tracker.roads.tags import RoadTags
from tracker.roads.ways import Ints, Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """Edges as runs of points from junction to junction."""

    points: Ints
    """Point numbers of all edges, one after the other, ends included."""
    ptr: Ints
    """(edges + 1,) where each edge starts in `points`."""
    tags: tuple[RoadTags, ...]
    """The distinct tags; `oneway` is 0 or 1, since a one-way edge is drawn the way it may be driven."""
    kind: Ints
    """(edges,) which of `tags` each edge has."""
    first_way: Ints
    """(edges,) the way that each edge begins on."""
    last_way: Ints
    """(edges,) the way that it ends on."""


def contract(ways: Ways) -> Chains:
    """Edges between junctions: points where a road ends, meets another, or changes its tags.

    A point missing from the extract cuts its way in two. A ring that meets no other road becomes one edge
    from a point of it back to that point.
    """
    drawn_as_driven = [replace(tags, oneway=abs(tags.oneway)) for tags in ways.tags]
    distinct = {tags: number for number, tags in enumerate(dict.fromkeys(drawn_as_driven))}
    same_drawn = np.array([distinct[tags] for tags in drawn_as_driven], np.int64)
    one_way = np.array([tags.oneway for tags in ways.tags], np.int8)
    a, b, of_way, directed = _segments(ways, one_way)
    kind = same_drawn[ways.kind[of_way]]
    points, ptr, first, last = _walk(a, b, kind, directed, len(ways.lon))
    return Chains(
        points=points,
        ptr=ptr,
        tags=tuple(distinct),
        kind=kind[first],
        first_way=of_way[first],
        last_way=of_way[last],
    )


def _segments(ways: Ways, one_way: NDArray[np.int8]) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Point pairs, their way, and whether one-way (then drawn as driven); no doubles, no point with itself."""
    of_point = np.repeat(np.arange(len(ways.kind)), np.diff(ways.ptr))
    a, b = ways.points[:-1], ways.points[1:]
    keep = (of_point[:-1] == of_point[1:]) & (a != b) & (a >= 0) & (b >= 0)
    a, b, of_way = a[keep], b[keep], of_point[:-1][keep]
    driven = one_way[ways.kind[of_way]]
    a, b = np.where(driven < 0, b, a), np.where(driven < 0, a, b)
    unique = _undoubled(a, b, driven == 0, ways.kind[of_way])
    return a[unique], b[unique], of_way[unique], driven[unique] != 0


def _undoubled(a: Ints, b: Ints, both: NDArray[np.bool_], kind: Ints) -> Any:
    """Which segments to keep: a way drawn twice, or out and back over itself, is one road; both would double it."""
    low, high = np.where(both, np.minimum(a, b), a), np.where(both, np.maximum(a, b), b)
    pair = low * (max(int(a.max(initial=0)), int(b.max(initial=0))) + 1) + high
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(pair[order[1:]] == pair[order[:-1]])
    if not len(again):
        return slice(None)
    # Only the few that share both ends are compared by their tags as well.
    some = np.unique(np.concatenate([order[again], order[again + 1]]))
    _, first = np.unique(np.stack([pair[some], kind[some]], axis=1), axis=0, return_index=True)
    keep = np.ones(len(a), bool)
    keep[some] = False
    keep[some[first]] = True
    return np.flatnonzero(keep)


@compiled
def _walk(a: Any, b: Any, kind: Any, directed: Any, size: int) -> Any:
    """Follow roads from junction to junction: points, where each edge starts, its first and its last segment.

    Half h < count enters segment h at its point a; half h + count enters it at b.
    """
    count = len(a)
    degree = np.zeros(size, np.int32)
    one = np.full(size, -1, np.int64)
    two = np.full(size, -1, np.int64)
    for half in range(2 * count):
        at = a[half] if half < count else b[half - count]
        if degree[at] == 0:
            one[at] = half
        elif degree[at] == 1:
            two[at] = half
        degree[at] += 1
    onward = np.full(2 * count, -1, np.int64)
    is_start = np.ones(2 * count, np.bool_)
    for at in range(size):
        if degree[at] == 2:
            h, g = one[at], two[at]
            s, t = h % count, g % count
            if kind[s] == kind[t] and (not directed[s] or (h < count) != (g < count)):
                # The half that leaves through a point is the opposite of the half that enters at it.
                onward[(h + count) % (2 * count)] = g
                onward[(g + count) % (2 * count)] = h
                is_start[h] = False
                is_start[g] = False
    points = np.empty(2 * count, np.int64)
    ptr = np.zeros(count + 1, np.int64)
    first = np.empty(count, np.int64)
    last = np.empty(count, np.int64)
    seen = np.zeros(count, np.bool_)
    edges = 0
    filled = 0
    for number in range(3 * count):
        # First from every junction; what is left are rings without one.
        half = number if number < 2 * count else number - 2 * count
        if seen[half % count] or (number < 2 * count and not is_start[half]):
            continue
        if number < 2 * count and half >= count and directed[half - count]:
            continue
        first[edges] = half % count
        points[filled] = a[half] if half < count else b[half - count]
        filled += 1
        while True:
            segment = half % count
            seen[segment] = True
            points[filled] = b[segment] if half < count else a[segment]
            filled += 1
            last[edges] = segment
            half = onward[half]
            if half < 0 or seen[half % count]:
                break
        edges += 1
        ptr[edges] = filled
    return points[:filled].copy(), ptr[: edges + 1].copy(), first[:edges].copy(), last[:edges].copy()
