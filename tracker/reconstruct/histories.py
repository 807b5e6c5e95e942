"""From drawn road cells to histories: the roads between the cells, and the clock along them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.model import History, RoadPath, geodesy
from tracker.reconstruct.shapes import Shapes, cut, measured
from tracker.reconstruct.space import RoadSpace
from tracker.roads import RoadNetwork

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Cells of all histories at all steps, and the arcs passed in between."""

    block: Ints
    """(steps, histories) block."""
    cell: Ints
    """(steps, histories) cell within the block."""
    turned: NDArray[np.uint8]
    """(steps, histories) 1 where the column turned round in the step that ends here."""
    hop: Ints
    """(steps, histories) first entry of `hop_block` passed wholly in the step that ends here, or -1."""
    hop_block: Ints
    """Blocks passed wholly within a step."""
    hop_next: Ints
    """Entry of the block passed after this one, or -1."""


class Arcs(NamedTuple):
    """What a drive over arcs asks of each."""

    length: Floats
    """(arcs,) metres."""
    size: Ints
    """(arcs,) cells."""
    short: NDArray[np.bool_]
    """(arcs,) too short for a cell, and passed through."""
    first: Ints
    """(arcs,) first cell."""
    head: Ints
    """(arcs,) junction at the end."""
    tail: Ints
    """(arcs,) junction at the beginning."""
    out: Ints
    """(junctions + 1,) first arc that leaves each junction."""


class Legs(NamedTuple):
    """Stretches of arcs driven, of one history after the other."""

    ptr: NDArray[np.int64]
    """(histories + 1,) first leg of each."""
    arc: Ints
    """(legs,) arc."""
    span: Floats
    """(legs, 2) metres along the arc at the beginning and at the end."""

    def start(self, member: int) -> Floats:
        """Metres from the beginning of a history's way to that of each of its legs, and the whole length."""
        span = self.span[self.ptr[member] : self.ptr[member + 1]]
        turns = np.stack([span[:, 1], -span[:, 0]], axis=1).ravel()
        return np.concatenate([[0.0], np.cumsum(turns)[1::2]])


def histories(space: RoadSpace, drawn: Drawn, seconds: Floats) -> tuple[History, ...]:
    """The timed paths of all drawn histories; those that took the same roads share one path.

    Parameters
    ----------
    space : the road cells
    drawn : what the filter or the walk has drawn
    seconds : (steps,) seconds after the track's start of each step
    """
    network = space.network
    arcs = Arcs(
        length=np.asarray(network.length_m, float)[network.arc_edge],
        size=np.diff(space.arc_ptr),
        short=(np.diff(space.arc_ptr) == 0) & space.inside,
        first=space.arc_ptr[:-1],
        head=network.arc_head,
        tail=network.arc_tail,
        out=network.arc_ptr,
    )
    place = np.ascontiguousarray((space.ptr[drawn.block] + drawn.cell).T)
    passed = space.arc[space.ptr[drawn.hop_block]]
    turned, hop = np.ascontiguousarray(drawn.turned.T), np.ascontiguousarray(drawn.hop.T)
    ptr, arc, span, leg_of, offset = _driven(arcs, space.arc[place], place, turned, hop, passed, drawn.hop_next)
    legs = Legs(ptr, arc, span)
    starts = [legs.start(member) for member in range(len(place))]
    paths = _paths(network, legs, starts)
    knot_ptr, knot, metres = _clock(ptr, np.concatenate(starts), span, leg_of, offset)
    when = seconds[knot]
    return tuple(
        History(path=path, seconds=when[begin:end], metres=metres[begin:end])
        for path, begin, end in zip(paths, knot_ptr[:-1], knot_ptr[1:], strict=True)
    )


def _paths(network: RoadNetwork, legs: Legs, starts: list[Floats]) -> list[RoadPath]:
    """The path of each history; one object for those of the same legs."""
    first: dict[tuple[bytes, bytes], int] = {}
    same = []
    for member, (begin, end) in enumerate(zip(legs.ptr[:-1], legs.ptr[1:], strict=True)):
        same.append(first.setdefault((legs.arc[begin:end].tobytes(), legs.span[begin:end].tobytes()), member))
    chosen = list(first.values())
    taken = np.concatenate([np.arange(legs.ptr[member], legs.ptr[member + 1]) for member in chosen])
    count = np.diff(legs.ptr)[chosen]
    leg_ptr = np.concatenate([[0], np.cumsum(count)])
    shapes = Shapes(
        edge=network.arc_edge,
        forward=network.arc_forward,
        ptr=network.vertex_ptr,
        lon=network.vertex_lon,
        lat=network.vertex_lat,
        running=network.running_m,
    )
    vertex_ptr, lon, lat = cut(shapes, legs.arc[taken], legs.span[taken])
    step = geodesy.chord_to_metres(np.sqrt((np.diff(geodesy.earth_centred(lon, lat), axis=0) ** 2).sum(axis=1)))
    metres = measured(leg_ptr, vertex_ptr, step, np.concatenate([starts[member] for member in chosen]))
    edges = np.asarray(network.arc_edge)[legs.arc[taken]].astype(np.int64)
    found = {}
    for member, begin, end in zip(chosen, leg_ptr[:-1], leg_ptr[1:], strict=True):
        at = slice(int(vertex_ptr[begin]), int(vertex_ptr[end]))
        found[member] = RoadPath(
            edges=edges[begin:end], leg_start=starts[member], lon=lon[at], lat=lat[at], metres=metres[at]
        )
    return [found[member] for member in same]


@njit(cache=True)
def _driven(arcs: Any, arc: Any, place: Any, turned: Any, hop: Any, passed: Any, hop_next: Any) -> Any:
    """The legs of every history, the leg that each step ends on, and metres along its arc."""
    members, steps = place.shape
    ptr = np.zeros(members + 1, np.int64)
    legs = np.empty(1024, np.int32)
    span = np.empty((1024, 2), np.float64)
    leg_of = np.zeros((members, steps), np.int32)
    offset = np.empty((members, steps), np.float64)
    queue = np.empty(len(arcs.size) + 1, np.int32)
    came = np.empty(len(arcs.size) + 1, np.int32)
    seen = np.zeros(len(arcs.size), np.int32)
    search = 0
    n = 0
    for h in range(members):
        entered = 0.0
        for t in range(steps):
            after = arc[h, t]
            cells = max(arcs.size[after], 1)
            offset[h, t] = (place[h, t] - arcs.first[after] + 0.5) / cells * arcs.length[after]
            before = arc[h, max(t - 1, 0)]
            back = turned[h, t] != 0 and t > 0
            if t > 0 and (back or after != before or place[h, t] < place[h, t - 1]):
                end = offset[h, t - 1] if back else arcs.length[before]
                legs, span, n = _with(legs, span, n, before, entered, end)
                entered = offset[h, t] if back else 0.0
                last = before
                begun = n
                link = np.int32(-1) if back else hop[h, t]
                while not back:
                    goal = passed[link] if link >= 0 else after
                    if goal != last:  # else two blocks of one arc
                        search += 1
                        found = _bridge(arcs, last, goal, queue, came, seen, search)
                        for k in range(found):
                            legs, span, n = _with(legs, span, n, queue[k], 0.0, arcs.length[queue[k]])
                        legs, span, n = _with(legs, span, n, goal, 0.0, arcs.length[goal])
                    last = goal
                    if link < 0:
                        break
                    link = hop_next[link]
                # The last of the chain is the arc that the step ends on: its leg is not over.
                n = max(n - 1, begun) if not back else n
            leg_of[h, t] = n - ptr[h]
        last = arc[h, steps - 1]
        legs, span, n = _with(legs, span, n, last, entered, arcs.length[last])
        ptr[h + 1] = n
    return ptr, legs[:n].copy(), span[:n].copy(), leg_of, offset


@njit(cache=True)
def _with(legs: Any, span: Any, n: Any, arc: Any, begin: Any, end: Any) -> Any:
    """The legs with one more behind the first n, and their number."""
    if n == len(legs):
        more = np.empty(2 * n, np.int32)
        more[:n] = legs
        more_span = np.empty((2 * n, 2), np.float64)
        more_span[:n] = span
        legs, span = more, more_span
    legs[n] = arc
    span[n, 0] = begin
    span[n, 1] = end
    return legs, span, n + 1


@njit(cache=True)
def _bridge(arcs: Any, before: Any, after: Any, queue: Any, came: Any, seen: Any, search: Any) -> Any:
    """How many arcs too short for a cell join two arcs, the fewest that do; they are put first in the queue."""
    goal = arcs.tail[after]
    if arcs.head[before] == goal:
        return 0
    # Breadth first; entry 0 is the arc before.
    queue[0] = before
    came[0] = -1
    seen[before] = search
    found, end = 0, 1
    while found < end and arcs.head[queue[found]] != goal:
        node = arcs.head[queue[found]]
        for b in range(arcs.out[node], arcs.out[node + 1]):
            if arcs.short[b] and seen[b] != search:
                seen[b] = search
                queue[end] = b
                came[end] = found
                end += 1
        found += 1
    if found == end:  # nothing joins them
        return 0
    depth, at = 0, found
    while came[at] >= 0:
        depth += 1
        at = came[at]
    chain = np.empty(depth, np.int32)
    at = found
    for k in range(depth - 1, -1, -1):
        chain[k] = queue[at]
        at = came[at]
    queue[:depth] = chain
    return depth


@njit(cache=True)
def _clock(leg_ptr: Any, leg_start: Any, span: Any, leg_of: Any, offset: Any) -> Any:
    """Where the pace changes: steps, and metres driven until each; in between, straight lines say the same."""
    members, steps = leg_of.shape
    ptr = np.zeros(members + 1, np.int64)
    knot = np.empty(members * steps, np.int32)
    metres = np.empty(members * steps, np.float64)
    row = np.empty(steps, np.float64)
    n = 0
    for h in range(members):
        for t in range(steps):
            leg = leg_ptr[h] + leg_of[h, t]
            row[t] = leg_start[leg + h] + offset[h, t] - span[leg, 0]
        reached = -np.inf
        for t in range(steps):
            if t == 0 or t == steps - 1 or abs((row[t + 1] - row[t]) - (row[t] - row[t - 1])) > 0.5:
                reached = max(reached, row[t])
                knot[n] = t
                metres[n] = reached
                n += 1
        ptr[h + 1] = n
    return ptr, knot[:n].copy(), metres[:n].copy()
