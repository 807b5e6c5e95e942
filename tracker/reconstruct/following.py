"""The compiled loop of the matching: from fixes to the arcs driven (Newson and Krumm 2009), piece by piece."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.roads import edges_near, heap_push, metres_per_degree

MOST_EDGES = 8
"""Edges that one fix may mean, the nearest ones."""
MOST = 2 * MOST_EDGES
"""Candidates of one fix: arcs over these edges, either way."""
HALF = 32
_FAR = np.float32(3e38)


class Roads(NamedTuple):
    """The arrays of a network that the loop reads."""

    vertex_lon: Any
    vertex_lat: Any
    vertex_ptr: Any
    running_m: Any
    piece_edge: Any
    piece_vertex: Any
    box: Any
    level: Any
    length_m: Any
    edge_arcs: Any
    arc_edge: Any
    entered: Any
    ptr: Any
    step: Any
    arc: Any


class Rules(NamedTuple):
    """How fixes are weighed.

    A drive may be longer than the straight line by an exponential of mean `beta_m` and `beta_ms` metres a second; it is
    looked for as far as `stretch` times the line and `slack_m` and `slack_ms` metres a second.
    """

    sigma_m: float
    radius_m: float
    apart_m: float
    gap_s: float
    beta_m: float
    beta_ms: float
    stretch: float
    slack_m: float
    slack_ms: float


class Scratch(NamedTuple):
    """Memory of the searches, used again from fix to fix."""

    label: NDArray[np.int64]
    heap: NDArray[np.int64]
    from_step: NDArray[np.int32]
    from_place: NDArray[np.int32]
    mark: NDArray[np.int32]


@njit(cache=True, nogil=True)
def follow(lon: Any, lat: Any, seconds: Any, roads: Roads, rules: Rules, scratch: Scratch, era: int) -> Any:
    """Which arcs were driven.

    Returns
    -------
    kept : (k,) fixes that were used, in order
    part : (k,) number of the unbroken piece that each belongs to
    arc, along_m : (k,) arc of each and metres along it in driving direction
    at : (k,) where in `driven` that arc stands
    driven : arcs of all pieces in driving order
    driven_ptr : (pieces + 1,) where each piece starts in `driven`
    era : the last search's
    """
    count = len(lon)
    kept = np.empty(count, np.int32)
    arcs = np.empty((count, MOST), np.int32)
    along = np.empty((count, MOST), np.float32)
    before = np.empty((count, MOST), np.int8)
    sizes = np.empty(count, np.int8)
    piece = np.empty(count, np.int32)
    score = np.empty(MOST, np.float32)
    fresh = np.empty(MOST, np.float32)
    stack = np.empty((256, 2), np.int32)
    near_edge = np.empty(MOST_EDGES, np.int32)
    near_along = np.empty(MOST_EDGES, np.float64)
    near_square = np.empty(MOST_EDGES, np.float64)
    chosen = np.empty(count, np.int8)
    used = 0
    pieces = 0
    skip = rules.apart_m * rules.apart_m
    weight = 0.5 / (rules.sigma_m * rules.sigma_m)
    for fix in range(count):
        gap_m = 0.0
        if used:
            last = kept[used - 1]
            east_m, north_m = metres_per_degree(lat[fix])
            x, y = (lon[fix] - lon[last]) * east_m, (lat[fix] - lat[last]) * north_m
            square = x * x + y * y
            if square < skip and fix < count - 1 and seconds[fix] - seconds[last] < rules.gap_s:
                continue
            gap_m = np.sqrt(square)
        near = edges_near(
            lon[fix], lat[fix], rules.radius_m, roads.vertex_lon, roads.vertex_lat, roads.vertex_ptr, roads.running_m,
            roads.piece_edge, roads.piece_vertex, roads.box, roads.level, stack, near_edge, near_along, near_square,
        )  # fmt: skip
        if near == 0:
            continue
        size = 0
        for c in range(near):
            edge = near_edge[c]
            for way in range(2):
                a = roads.edge_arcs[way, edge]
                if a >= 0:
                    arcs[used, size] = a
                    along[used, size] = near_along[c] if way == 0 else roads.length_m[edge] - near_along[c]
                    fresh[size] = near_square[c] * weight
                    size += 1
        joined = False
        if used and seconds[fix] - seconds[kept[used - 1]] < rules.gap_s:
            era, joined = _join(
                used, size, sizes[used - 1], arcs, along, before, score, fresh, gap_m,
                seconds[fix] - seconds[kept[used - 1]], roads, rules, scratch, era,
            )  # fmt: skip
        if not joined:
            # The piece before ends at its best candidate, and a new one begins: nothing is drawn in between.
            if used:
                chosen[used - 1] = _least(score, sizes[used - 1])
            pieces += 1
            before[used, :size] = -1
        score[:size] = fresh[:size]
        kept[used], sizes[used], piece[used] = fix, size, pieces - 1
        used += 1
    if used:
        chosen[used - 1] = _least(score, sizes[used - 1])
    for k in range(used - 2, -1, -1):
        if piece[k] == piece[k + 1]:
            chosen[k] = before[k + 1, chosen[k + 1]]
    return _stitched(used, kept, piece, pieces, chosen, arcs, along, seconds, roads, rules, scratch, era, lon, lat)


@njit(cache=True, nogil=True)
def _least(score: Any, size: int) -> int:
    best = 0
    for i in range(1, size):
        if score[i] < score[best]:
            best = i
    return best


@njit(cache=True, nogil=True)
def _bound(gap_m: float, gap_s: float, rules: Rules) -> float:
    """How long a drive between two fixes may be, in centimetres."""
    return (rules.stretch * gap_m + rules.slack_m + rules.slack_ms * gap_s) * 100.0


@njit(cache=True, nogil=True)
def _join(
    used: int, size: int, size_before: int, arcs: Any, along: Any, before: Any, score: Any, fresh: Any, gap_m: float,
    gap_s: float, roads: Roads, rules: Rules, scratch: Scratch, era: int,
) -> Any:  # fmt: skip
    """Best way from any candidate of the fix before to each of this one; whether there is any at all.

    `fresh` holds what each candidate itself costs, and comes back with the whole costs.
    """
    expected, bound = gap_m * 100.0, _bound(gap_m, gap_s, rules)
    per = 0.01 / (rules.beta_m + rules.beta_ms * gap_s)
    back_m = 3 * rules.sigma_m
    total = np.empty(MOST, np.float32)
    for i in range(size):
        total[i] = _FAR
        before[used, i] = -1
        scratch.mark[arcs[used, i]] = i + 1
    low = (1 << HALF) - 1
    best_before = _FAR
    for j in range(size_before):
        best_before = min(best_before, score[j])
    for j in range(size_before):
        # What is so much worse than the best already can no longer win.
        if score[j] > best_before + 60:
            continue
        a0 = arcs[used - 1, j]
        o0 = along[used - 1, j]
        missing = size
        here = scratch.mark[a0]
        if here:
            ahead = along[used, here - 1] - o0
            if ahead >= -back_m:
                cost = score[j] + abs(max(ahead, 0.0) * 100.0 - expected) * per
                if cost < total[here - 1]:
                    total[here - 1] = cost
                    before[used, here - 1] = j
                missing -= 1
        rest = (roads.length_m[roads.arc_edge[a0]] - o0) * 100.0
        if rest > bound:
            continue
        era -= 1
        age = era << HALF
        heap = scratch.heap
        place = np.int64(roads.entered[a0])
        base = np.int64(rest)
        scratch.label[place] = age + base
        heap[0] = (base << HALF) + place
        heaped = 1
        while heaped and missing:
            first = heap[0]
            heaped -= 1
            _down(heap, heaped)
            place = first & low
            cost_here = first >> HALF
            if age + cost_here > scratch.label[place]:
                continue
            for q in range(roads.ptr[place], roads.ptr[place + 1]):
                a1 = roads.arc[q]
                i = scratch.mark[a1]
                if i:
                    drive = cost_here + along[used, i - 1] * 100.0
                    if drive <= bound:
                        cost = score[j] + abs(drive - expected) * per
                        if cost < total[i - 1]:
                            total[i - 1] = cost
                            before[used, i - 1] = j
                    missing -= 1
                then = cost_here + roads.step[q, 0]
                if then <= bound:
                    reached = roads.step[q, 1]
                    if age + then < scratch.label[reached]:
                        scratch.label[reached] = age + then
                        heaped = heap_push(heap, heaped, (then << HALF) + reached)
    joined = False
    for i in range(size):
        scratch.mark[arcs[used, i]] = 0
        joined = joined or total[i] < _FAR
    if joined:
        for i in range(size):
            fresh[i] = min(total[i] + fresh[i], _FAR)
    return era, joined


@njit(cache=True, nogil=True)
def _down(heap: Any, size: int) -> None:
    """Fill the hole at the root of a 4-ary heap with its last item."""
    if not size:
        return
    last = heap[size]
    at = 0
    child = 1
    while child < size:
        best, least = child, heap[child]
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < least:
                best, least = other, heap[other]
        if least >= last:
            break
        heap[at] = least
        at = best
        child = 4 * at + 1
    heap[at] = last


@njit(cache=True, nogil=True)
def _stitched(
    used: int, kept: Any, piece: Any, pieces: int, chosen: Any, arcs: Any, along: Any, seconds: Any, roads: Roads,
    rules: Rules, scratch: Scratch, era: int, lon: Any, lat: Any,
) -> Any:  # fmt: skip
    """The chosen candidates, and all arcs between them."""
    arc = np.empty(used, np.int32)
    along_m = np.empty(used, np.float64)
    at = np.empty(used, np.int32)
    driven = np.empty(2 * used + 64, np.int32)
    filled = 0
    driven_ptr = np.zeros(pieces + 1, np.int32)
    for k in range(used):
        a1 = arcs[k, chosen[k]]
        arc[k] = a1
        along_m[k] = along[k, chosen[k]]
        if k == 0 or piece[k] != piece[k - 1]:
            driven_ptr[piece[k]] = filled
            driven, filled = _append(driven, filled, a1)
        else:
            a0 = arc[k - 1]
            if a1 == a0 and along_m[k] >= along_m[k - 1] - 3 * rules.sigma_m:
                # A fix a little behind is the noise of one that has not moved.
                along_m[k] = max(along_m[k], along_m[k - 1])
            else:
                east_m, north_m = metres_per_degree(lat[kept[k]])
                x = (lon[kept[k]] - lon[kept[k - 1]]) * east_m
                y = (lat[kept[k]] - lat[kept[k - 1]]) * north_m
                gap_s = seconds[kept[k]] - seconds[kept[k - 1]]
                bound = _bound(np.sqrt(x * x + y * y), gap_s, rules)
                rest = (roads.length_m[roads.arc_edge[a0]] - along_m[k - 1]) * 100.0
                era -= 1
                place, last = _search(roads.entered[a0], rest, a1, bound, roads, scratch, era)
                first = filled
                while place != roads.entered[a0]:
                    driven, filled = _append(driven, filled, roads.arc[scratch.from_step[place]])
                    place = scratch.from_place[place]
                low, high = first, filled - 1
                while low < high:
                    driven[low], driven[high] = driven[high], driven[low]
                    low += 1
                    high -= 1
                driven, filled = _append(driven, filled, last)
        at[k] = filled - 1
    driven_ptr[pieces] = filled
    return kept[:used].copy(), piece[:used].copy(), arc, along_m, at, driven[:filled].copy(), driven_ptr, era


@njit(cache=True, nogil=True)
def _append(values: Any, filled: int, value: int) -> Any:
    if filled == len(values):
        more = np.empty(2 * filled, np.int32)
        more[:filled] = values
        values = more
    values[filled] = value
    return values, filled + 1


@njit(cache=True, nogil=True)
def _search(start: int, rest: float, goal: int, bound: float, roads: Roads, scratch: Scratch, era: int) -> Any:
    """The place from which the goal arc is driven on the quickest way from a place, and that arc."""
    age = era << HALF
    low = (1 << HALF) - 1
    heap = scratch.heap
    base = np.int64(rest)
    scratch.label[start] = age + base
    heap[0] = (base << HALF) + start
    size = 1
    while size:
        first = heap[0]
        size -= 1
        _down(heap, size)
        place = first & low
        cost = first >> HALF
        if age + cost > scratch.label[place]:
            continue
        for q in range(roads.ptr[place], roads.ptr[place + 1]):
            if roads.arc[q] == goal:
                return place, goal
            then = cost + roads.step[q, 0]
            reached = roads.step[q, 1]
            if then <= bound and age + then < scratch.label[reached]:
                scratch.label[reached] = age + then
                scratch.from_step[reached] = q
                scratch.from_place[reached] = place
                size = heap_push(heap, size, (then << HALF) + reached)
    return start, goal
