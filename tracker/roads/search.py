"""Searches over the network: what is reached from where, in what time or over what length."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse import csgraph

from tracker.roads.compiled import COMPILED
from tracker.roads.graph import MOST_MS, SearchGraph
from tracker.roads.kernels import HALF, settle
from tracker.roads.ways import Floats, Indexes, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

By = Literal["seconds", "metres"]
_FIRST_ERA = 2**30
_PER = {"seconds": 1000.0, "metres": 100.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reached:
    """Junctions that a search came to, nearest first; each once."""

    junction: Indexes
    """(r,) junctions."""
    cost: Floats
    """(r,) seconds or metres from the nearest source."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Searcher:
    """Searches over one graph that share their scratch memory; not for two threads at once."""

    graph: SearchGraph
    """The graph searched."""
    label: Ints
    """(s,) scratch (`kernels.settle`)."""
    heap: Ints
    """Scratch."""
    order: Indexes
    """(s,) scratch."""
    era: list[int] = field(default_factory=lambda: [_FIRST_ERA])
    """The last search's era."""

    @classmethod
    def of(cls, graph: SearchGraph) -> "Searcher":
        """A searcher with scratch of its own: 8 bytes a place at once, and more as a search needs it."""
        places, most = len(graph.junction), len(graph.arc) + 2 * len(graph.junction) + 8
        return cls(
            graph=graph,
            label=np.full(places, _FIRST_ERA << HALF),
            heap=np.empty(most, np.int64),
            order=np.empty(places, np.int32),
        )

    def settled(
        self, place: Indexes, begin: Indexes, *, limit: int, by: By, back: bool, wanted: Indexes
    ) -> tuple[Indexes, Indexes]:
        """Places settled, nearest first (a view into the scratch), and their whole costs (`kernels.settle`)."""
        ptr, step = steps(self.graph, by=by, back=back)
        if len(place) > len(self.label):
            # The heap has room for every place to begin at, once.
            order = np.lexsort((begin, place))
            distinct, first = np.unique(place[order], return_index=True)
            place, begin = distinct.astype(np.int32), begin[order][first]
        if not COMPILED:
            return _settled_by_scipy(ptr, step, place, begin, limit)
        if self.era[0] == 1:
            self.label[:] = _FIRST_ERA << HALF
            self.era[0] = _FIRST_ERA
        self.era[0] -= 1
        count = settle(
            ptr, step, self.graph.junction, place, begin, limit, wanted, self.era[0], self.label, self.heap, self.order
        )
        settled = self.order[:count]
        return settled, (self.label[settled] & MOST_MS).astype(np.int32)


def reach(
    network: "RoadNetwork",
    sources: ArrayLike,
    *,
    start: ArrayLike = 0.0,
    limit: float = float("inf"),
    by: By = "seconds",
    back: bool = False,
    until: Sequence[int] | Indexes = (),
) -> Reached:
    """The junctions that are reached from any of several junctions, and the least seconds or metres to each.

    Parameters
    ----------
    network : the roads
    sources : (q,) junctions to start from; or, where `back`, to end at
    start : seconds or metres that each source begins with, one or ``(q,)``
    limit : seconds or metres beyond which nothing is looked for
    by : what is least, and what `start` and `limit` are in
    back : search against the driving direction: costs are from each junction to the nearest source
    until : (w,) junctions after all of which the search stops

    Returns
    -------
    Reached. Turn restrictions are obeyed, except by the first turn after a source. Costs are counted in whole
    milliseconds or centimetres a step.

    Raises
    ------
    ValueError
        A source is not a junction, or `start` or `limit` is not a number.
    """
    searcher = network.searcher
    at = junctions(network, sources)
    begin = whole(np.broadcast_to(np.asarray(start, float), at.shape), by)
    wanted = np.unique(junctions(network, until))
    place, cost = searcher.settled(
        *_spread(searcher.graph, at, begin, back=back), limit=most(limit, by), by=by, back=back,
        wanted=wanted.astype(np.int32),
    )  # fmt: skip
    junction = searcher.graph.junction[place]
    doubled = place >= len(network.node_lon)
    if doubled.any():
        # Of all that stands for one junction the first settled; only junctions with doubles need to be looked at.
        some = np.flatnonzero(np.isin(junction, junction[doubled]))
        keep = np.ones(len(junction), bool)
        keep[some] = False
        keep[some[np.unique(junction[some], return_index=True)[1]]] = True
        junction, cost = junction[keep], cost[keep]
    return Reached(junction=np.array(junction), cost=cost / _PER[by])


def least(
    network: "RoadNetwork",
    sources: ArrayLike,
    *,
    start: ArrayLike = 0.0,
    limit: float = float("inf"),
    by: By = "seconds",
    back: bool = False,
) -> Floats:
    """(n,) least seconds or metres to every junction as `reach` finds them; inf where it is not reached."""
    found = reach(network, sources, start=start, limit=limit, by=by, back=back)
    dense = np.full(len(network.node_lon), np.inf)
    dense[found.junction] = found.cost
    return dense


def steps(graph: SearchGraph, *, by: By, back: bool) -> tuple[Indexes, Indexes]:
    """The steps of a graph: where those of each place start, and whole cost with place reached."""
    if back:
        return graph.back_ptr, graph.back_by_time if by == "seconds" else graph.back_by_length
    return graph.ptr, graph.by_time if by == "seconds" else graph.by_length


def junctions(network: "RoadNetwork", numbers: ArrayLike) -> Ints:
    """Junction numbers as an array, checked."""
    at = np.atleast_1d(np.asarray(numbers, np.int64))
    if len(at) and not (at.min() >= 0 and at.max() < len(network.node_lon)):
        raise ValueError(f"a source is not a junction; they are numbered 0 to {len(network.node_lon) - 1}")
    return at


def whole(cost: Floats, by: By) -> Indexes:
    """Seconds or metres in the whole units of the graph; what is beyond all counting is never begun."""
    if np.isnan(cost).any() or (cost < 0).any():
        raise ValueError("a start is negative or not a number; give seconds or metres from 0 on")
    return np.minimum(np.rint(cost * _PER[by]), MOST_MS).astype(np.int32)


def most(limit: float, by: By) -> int:
    """A limit in the whole units of the graph, so low that no sum overflows."""
    if not limit >= 0:
        raise ValueError(f"limit is {limit}; give seconds or metres from 0 on")
    # A cost that was returned is a limit that includes it, whatever the rounding of its float.
    return min(int(limit * _PER[by] + 1e-6), MOST_MS - 1) if isfinite(limit) else MOST_MS - 1


def _spread(graph: SearchGraph, at: Ints, begin: Indexes, *, back: bool) -> tuple[Indexes, Indexes]:
    """Sources as places: forward from the junctions themselves, backward from everything that stands for them."""
    place = at.astype(np.int32)
    if not back or not len(graph.double):
        return place, np.ascontiguousarray(begin)
    count = np.diff(graph.double_ptr)[at]
    first = np.repeat(graph.double_ptr[at], count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.concatenate([place, graph.double[first + within]]), np.concatenate([begin, np.repeat(begin, count)])


def _settled_by_scipy(
    ptr: Indexes, step: Indexes, place: Indexes, begin: Indexes, limit: int
) -> tuple[Indexes, Indexes]:
    """The same places and costs where nothing can be compiled; whole numbers are exact in scipy's floats too."""
    size = len(ptr) - 1
    row = np.repeat(np.arange(size), np.diff(ptr))
    # Of parallel steps the cheapest (scipy would add them up), and one more place from which every source is begun.
    order = np.lexsort((step[:, 0], step[:, 1], row))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(row[order]) != 0) | (np.diff(step[order, 1]) != 0)
    order = order[first]
    inside = begin <= limit
    sources, at = np.unique(place[inside], return_inverse=True)
    least_begin = np.full(len(sources), np.inf)
    np.minimum.at(least_begin, at, begin[inside])
    graph: Any = sparse.csr_array(
        (
            # A cost of 0 would be no step to scipy: all begin one later.
            np.concatenate([step[order, 0].astype(float), least_begin + 1]),
            (np.concatenate([row[order], np.full(len(sources), size)]), np.concatenate([step[order, 1], sources])),
        ),
        shape=(size + 1, size + 1),
    )
    cost = np.asarray(csgraph.dijkstra(graph, indices=[size], limit=float(limit + 1)))[0, :size] - 1
    settled = np.flatnonzero(np.isfinite(cost))
    settled = settled[np.argsort(cost[settled], kind="stable")]
    return settled.astype(np.int32), cost[settled].astype(np.int32)
