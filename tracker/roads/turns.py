"""Turn restrictions: from the map's words about ways to runs of arcs that nobody may drive."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.roads.ways import Ints, Restriction

Drive = tuple[int, bool]
"""An edge, driven along its shape or against it."""

_MOST_BETWEEN = 12
"""Edges of the ways between from and to; longer ones are taken for a mistake of the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What the edges look like where they meet."""

    tail: Ints
    """(m,) junction where each edge begins."""
    head: Ints
    """(m,) junction where it ends."""
    first_way: Ints
    """(m,) way that it begins on."""
    last_way: Ints
    """(m,) way that it ends on."""
    oneway: Ints
    """(m,) 0 both ways, 1 along the shape only, -1 against it only."""


def forbidden_runs(restrictions: Sequence[Restriction], ends: Ends) -> tuple[list[tuple[Drive, ...]], Counter[str]]:
    """The runs of edges that restrictions forbid, and how many restrictions say nothing about these roads.

    Parameters
    ----------
    restrictions : as the map has them, over ways and points
    ends : the edges, their junctions numbered as the points of the ways

    Returns
    -------
    Runs of two edges or more; and reason -> count of the restrictions left out.
    """
    roads = _Roads(ends, _near(restrictions, ends))
    runs: dict[tuple[Drive, ...], None] = {}
    dropped: Counter[str] = Counter()
    for restriction, targets in _grouped(restrictions):
        found = roads.by_ways(restriction, targets) if restriction.via_ways else roads.by_point(restriction, targets)
        if not found:
            dropped["turn restriction where these roads do not meet"] += 1
        runs.update(dict.fromkeys(found))
    return list(runs), dropped


def _grouped(restrictions: Sequence[Restriction]) -> list[tuple[Restriction, frozenset[int]]]:
    """Restrictions with the ways to: of those that name the only ways on from one way over one point all together."""
    only: dict[tuple[int, tuple[int, ...], bool], set[int]] = defaultdict(set)
    for one in restrictions:
        if one.only:
            only[one.way_from, one.via, one.via_ways].add(one.way_to)
    found = [(one, frozenset({one.way_to})) for one in restrictions if not one.only]
    for (way_from, via, via_ways), targets in only.items():
        first = Restriction(only=True, way_from=way_from, via=via, via_ways=via_ways, way_to=min(targets))
        found.append((first, frozenset(targets)))
    return found


def _near(restrictions: Sequence[Restriction], ends: Ends) -> Ints:
    """The edges that touch a junction of any way that a restriction names."""
    ways = [(r.way_from, r.way_to, *(r.via if r.via_ways else ())) for r in restrictions]
    named = np.unique(np.array([way for some in ways for way in some], np.int64))
    at = np.isin(ends.first_way, named) | np.isin(ends.last_way, named)
    junctions = np.unique(np.concatenate([ends.tail[at], ends.head[at]]))
    return np.flatnonzero(np.isin(ends.tail, junctions) | np.isin(ends.head, junctions))


class _Roads:
    """Edges by the junction and the way at their ends."""

    def __init__(self, ends: Ends, edges: Ints) -> None:
        self.leaving: defaultdict[int, list[tuple[Drive, int, int]]] = defaultdict(list)
        """Junction -> drives that leave it, each with its way there and its way at the other end."""
        self.arriving: defaultdict[int, list[tuple[int, Drive]]] = defaultdict(list)
        """Way -> junctions where drives arrive on it, and the drives."""
        self.goal: dict[Drive, int] = {}
        self.ways: dict[Drive, tuple[int, int]] = {}
        columns = (ends.tail, ends.head, ends.first_way, ends.last_way, ends.oneway)
        rows = zip(edges.tolist(), *(column[edges].tolist() for column in columns), strict=True)
        for edge, tail, head, first, last, oneway in rows:
            if oneway >= 0:
                self._add((edge, True), tail, head, first, last)
            if oneway <= 0:
                self._add((edge, False), head, tail, last, first)

    def _add(self, drive: Drive, start: int, end: int, first: int, last: int) -> None:
        self.leaving[start].append((drive, first, last))
        self.arriving[last].append((end, drive))
        self.goal[drive] = end
        self.ways[drive] = first, last

    def by_point(self, restriction: Restriction, targets: frozenset[int]) -> list[tuple[Drive, ...]]:
        junction = restriction.via[0]
        before = [drive for end, drive in self.arriving.get(restriction.way_from, ()) if end == junction]
        if len(before) != 1:
            # None, or a way that runs through the junction instead of ending there: not how restrictions are mapped.
            return []
        return self._runs((before[0],), junction, targets, only=restriction.only)

    def by_ways(self, restriction: Restriction, targets: frozenset[int]) -> list[tuple[Drive, ...]]:
        """From every end of the way from, along the ways between in any number of edges, until all are driven."""
        between = set(restriction.via)
        found: list[tuple[Drive, ...]] = []
        stack: list[tuple[Drive, ...]] = [(drive,) for _, drive in self.arriving.get(restriction.way_from, ())]
        while stack:
            driven = stack.pop()
            junction = self.goal[driven[-1]]
            if between <= {way for drive in driven[1:] for way in self.ways[drive]}:
                found.extend(self._runs(driven, junction, targets, only=restriction.only))
            if len(driven) > _MOST_BETWEEN:
                continue
            before = {edge for edge, _ in driven}
            stack.extend(
                (*driven, drive)
                for drive, first, last in self.leaving[junction]
                if first in between and last in between and drive[0] not in before
            )
        return found

    def _runs(
        self, driven: tuple[Drive, ...], junction: int, targets: frozenset[int], *, only: bool
    ) -> list[tuple[Drive, ...]]:
        onward = self.leaving[junction]
        named = [(first, drive) for drive, first, _ in onward if first in targets]
        # A way that goes on to both sides of the junction is not how restrictions are mapped.
        if not named or len({first for first, _ in named}) != len(named):
            return []
        drives = [drive for _, drive in named]
        barred = [drive for drive, _, _ in onward if drive not in drives] if only else drives
        return [(*driven, drive) for drive in barred]


def as_arrays(runs: Sequence[tuple[Drive, ...]]) -> tuple[Ints, Ints, Ints]:
    """Edges, directions (1 along, 0 against) and starts of runs, one after the other."""
    flat = [drive for run in runs for drive in run]
    ptr = np.cumsum([0, *map(len, runs)])
    edge, along = [drive[0] for drive in flat], [int(drive[1]) for drive in flat]
    return np.array(edge, np.int64), np.array(along, np.int64), ptr
