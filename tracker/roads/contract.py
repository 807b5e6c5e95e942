"""Ways cut into the edges between junctions; points in between become mere shape."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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


def contract(ways: Ways) -> Chains:
    """Edges between junctions: points where a road ends, meets another, or changes its tags.

    A point missing from the extract cuts its way in two. A ring that meets no other road becomes one edge
    from a point of it back to that point.
    """
    drawn_as_driven = [replace(tags, oneway=abs(tags.oneway)) for tags in ways.tags]
    distinct = {tags: number for number, tags in enumerate(dict.fromkeys(drawn_as_driven))}
    kind = np.array([distinct[tags] for tags in drawn_as_driven], np.int64)
    a, b, kinds, directed = _segments(ways, kind)
    onward, starts = _onward(a, b, kinds, directed)
    count = len(a)
    begin, end = [*a.tolist(), *b.tolist()], [*b.tolist(), *a.tolist()]
    visited = [False] * count
    points: list[int] = []
    ptr, kept = [0], []

    def walk(entry: int) -> None:
        """Follow the road from half-segment `entry` (entered at `begin`, left at `end`) to the next junction."""
        first = entry % count
        points.append(begin[entry])
        while True:
            visited[entry % count] = True
            points.append(end[entry])
            entry = onward[entry]
            if entry < 0 or visited[entry % count]:
                break
        ptr.append(len(points))
        kept.append(first)

    for entry in starts:
        if not visited[entry % count]:
            walk(entry)
    for segment in range(count):
        if not visited[segment]:  # what is left are rings without a junction
            walk(segment)
    return Chains(
        points=np.array(points, np.int64),
        ptr=np.array(ptr, np.int64),
        tags=tuple(distinct),
        kind=kinds[np.array(kept, np.int64)],
    )


def _segments(ways: Ways, kind: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Point pairs, their kind, and whether one-way (then drawn as driven); no doubles, no point with itself."""
    one_way = np.array([tags.oneway for tags in ways.tags], np.int8)
    of_point = np.repeat(np.arange(len(ways.tags)), np.diff(ways.ptr))
    a, b = ways.points[:-1], ways.points[1:]
    keep = (of_point[:-1] == of_point[1:]) & (a != b) & (a >= 0) & (b >= 0)
    a, b, of_way = a[keep], b[keep], of_point[:-1][keep]
    against, both = one_way[of_way] < 0, one_way[of_way] == 0
    a, b = np.where(against, b, a), np.where(against, a, b)
    # A way drawn twice, or out and back over itself, is one road: both would double every route.
    low, high = np.where(both, np.minimum(a, b), a), np.where(both, np.maximum(a, b), b)
    _, first = np.unique(np.stack([low, high, kind[of_way]], axis=1), axis=0, return_index=True)
    first.sort()
    return a[first], b[first], kind[of_way][first], ~both[first]


def _onward(a: Ints, b: Ints, kinds: Ints, directed: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """For each half-segment the one that continues it (-1 at a junction), and the halves where edges start.

    Half h < count enters segment h at its point a; half h + count enters it at b.
    """
    count = len(a)
    ends = np.concatenate([a, b])
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends)
    first = np.cumsum(degree) - degree
    middle = np.flatnonzero(degree == 2)
    one, two = order[first[middle]], order[first[middle] + 1]
    same_road = kinds[one % count] == kinds[two % count]
    through_drive = ~directed[one % count] | ((one < count) != (two < count))
    through = same_road & through_drive
    one, two = one[through], two[through]
    other = np.where(np.arange(2 * count) < count, np.arange(2 * count) + count, np.arange(2 * count) - count)
    onward = np.full(2 * count, -1, np.int64)
    # The half that leaves through a point is the opposite of the half that enters at it.
    onward[other[one]] = two
    onward[other[two]] = one
    is_start = np.ones(2 * count, bool)
    is_start[one] = is_start[two] = False
    is_start[count:][directed] = False
    return onward.tolist(), np.flatnonzero(is_start).tolist()
