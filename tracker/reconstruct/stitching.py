"""Compiled loops that make drives of matched fixes: the arcs between them, where every fix lies, the line driven."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.roads import heap_push, metres_per_degree

HALF = 32


class Roads(NamedTuple):
    """The arrays of a network that the loops read."""

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
    arc_forward: Any
    entered: Any
    ptr: Any
    step: Any
    quick: Any
    arc: Any


class Scratch(NamedTuple):
    """Memory of the searches, used again from fix to fix."""

    label: NDArray[np.int64]
    heap: NDArray[np.int64]
    from_step: NDArray[np.int32]
    from_place: NDArray[np.int32]
    mark: NDArray[np.int32]


@njit(cache=True, nogil=True)
def stitched(
    kept: Any, part: Any, pieces: int, arc: Any, along_m: Any, back_m: float, roads: Roads, scratch: Scratch, era: int
) -> Any:
    """All arcs between the arcs of the kept fixes; `along_m` comes back without steps backward.

    Returns
    -------
    at : (k,) where in `driven` each kept fix stands
    driven, driven_ptr, era : as `following.follow` gives them
    """
    used = len(kept)
    at = np.empty(used, np.int32)
    driven = np.empty(2 * used + 64, np.int32)
    filled = 0
    driven_ptr = np.zeros(pieces + 1, np.int32)
    for k in range(used):
        piece = part[kept[k]]
        if k == 0 or piece != part[kept[k - 1]]:
            driven_ptr[piece] = filled
            driven, filled = _append(driven, filled, arc[k])
        elif arc[k] == arc[k - 1] and along_m[k] >= along_m[k - 1] - back_m:
            along_m[k] = max(along_m[k], along_m[k - 1])
        else:
            era -= 1
            start = roads.entered[arc[k - 1]]
            place = _search(start, arc[k], roads, scratch, era)
            first = filled
            while place != start:
                driven, filled = _append(driven, filled, roads.arc[scratch.from_step[place]])
                place = scratch.from_place[place]
            driven[first:filled] = driven[first:filled][::-1].copy()
            driven, filled = _append(driven, filled, arc[k])
        at[k] = filled - 1
    driven_ptr[pieces] = filled
    return at, driven[:filled].copy(), driven_ptr, era


@njit(cache=True, nogil=True)
def _append(values: Any, filled: int, value: int) -> Any:
    if filled == len(values):
        more = np.empty(2 * filled, np.int32)
        more[:filled] = values
        values = more
    values[filled] = value
    return values, filled + 1


@njit(cache=True, nogil=True)
def _search(start: int, goal: int, roads: Roads, scratch: Scratch, era: int) -> int:
    """The place from which the goal arc is driven on the quickest way from a place to it; there is one."""
    age = era << HALF
    low = (1 << HALF) - 1
    heap = scratch.heap
    scratch.label[start] = age
    heap[0] = start
    size = 1
    while size:
        first = heap[0]
        size = heap_pop(heap, size)
        place = first & low
        cost = first >> HALF
        if age + cost > scratch.label[place]:
            continue
        for q in range(roads.ptr[place], roads.ptr[place + 1]):
            if roads.arc[q] == goal:
                return int(place)
            then = cost + roads.quick[q, 0]
            reached = roads.quick[q, 1]
            if age + then < scratch.label[reached]:
                scratch.label[reached] = age + then
                scratch.from_step[reached] = q
                scratch.from_place[reached] = place
                size = heap_push(heap, size, (then << HALF) + reached)
    return start


@njit(cache=True, nogil=True)
def heap_pop(heap: Any, size: int) -> int:
    """The new size of a 4-ary heap without its least item, which the caller has taken from its root."""
    size -= 1
    if size == 0:
        return 0
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
    return size


@njit(cache=True, nogil=True)
def lengths(part: Any, kept: Any, along_m: Any, at: Any, driven: Any, roads: Roads) -> Any:
    """(k,) metres driven from the kept fix before to each; 0 for the first of a piece."""
    length = np.zeros(len(kept), np.float64)
    for k in range(1, len(kept)):
        if part[kept[k]] == part[kept[k - 1]]:
            length[k] = along_m[k] - along_m[k - 1]
            for step in range(at[k - 1], at[k]):
                length[k] += roads.length_m[roads.arc_edge[driven[step]]]
    return length


@njit(cache=True, nogil=True)
def placed(
    lon: Any,
    lat: Any,
    seconds: Any,
    part: Any,
    kept: Any,
    along_m: Any,
    at: Any,
    driven: Any,
    length: Any,
    roads: Roads,
) -> Any:
    """Where every fix lies on the way driven: between kept fixes by the time; -1 and NaN where nowhere.

    Returns
    -------
    piece : (n,) `part`; and where a fix off all roads or astray lies between two of one piece, that piece
    edge, offset_m : (n,) edge and metres along its shape
    x, y : (n,) that place, degrees east and north
    off_m : (n,) metres from the fix to it
    """
    edge = np.full(len(lon), -1, np.int64)
    offset, x, y, off = np.full((4, len(lon)), np.nan)
    piece = part.astype(np.int64)
    for k in range(len(kept)):
        whole = k + 1 < len(kept) and part[kept[k + 1]] == part[kept[k]]
        stop = kept[k + 1] if whole else len(lon)
        lasts = seconds[kept[k + 1]] - seconds[kept[k]] if whole else 0.0
        step, passed = at[k], 0.0
        for fix in range(kept[k], stop):
            if not whole and part[fix] != part[kept[k]]:
                break
            piece[fix] = part[kept[k]]
            metres = along_m[k] - passed
            if lasts > 0:
                metres += (seconds[fix] - seconds[kept[k]]) / lasts * length[k + 1]
            on = roads.arc_edge[driven[step]]
            while whole and step < at[k + 1] and metres > roads.length_m[on]:
                metres -= roads.length_m[on]
                passed += roads.length_m[on]
                step += 1
                on = roads.arc_edge[driven[step]]
            metres = min(max(metres, 0.0), roads.length_m[on])
            edge[fix] = on
            offset[fix] = metres if roads.arc_forward[driven[step]] else roads.length_m[on] - metres
            x[fix], y[fix] = _point(on, offset[fix], roads)
            east_m, north_m = metres_per_degree(lat[fix])
            off[fix] = np.hypot((x[fix] - lon[fix]) * east_m, (y[fix] - lat[fix]) * north_m)
    return piece, edge, offset, x, y, off


@njit(cache=True, nogil=True)
def _point(edge: int, offset_m: float, roads: Roads) -> Any:
    """Degrees east and north at metres along an edge's shape."""
    low, high = roads.vertex_ptr[edge], roads.vertex_ptr[edge + 1] - 1
    wanted = roads.running_m[low] + offset_m
    while high - low > 1:
        middle = (low + high) // 2
        if roads.running_m[middle] <= wanted:
            low = middle
        else:
            high = middle
    long = roads.running_m[low + 1] - roads.running_m[low]
    share = min(max((wanted - roads.running_m[low]) / long, 0.0), 1.0) if long > 0 else 0.0
    return (
        roads.vertex_lon[low] + share * (roads.vertex_lon[low + 1] - roads.vertex_lon[low]),
        roads.vertex_lat[low] + share * (roads.vertex_lat[low + 1] - roads.vertex_lat[low]),
    )


@njit(cache=True, nogil=True)
def drawn(driven: Any, driven_ptr: Any, start_m: Any, end_m: Any, roads: Roads) -> Any:
    """The lines of all pieces: places in degrees (p, 2), and the piece of each.

    Parameters
    ----------
    start_m, end_m : (pieces,) metres along the first and the last arc of each piece
    """
    most = 2 * len(start_m)
    for a in driven:
        most += roads.vertex_ptr[roads.arc_edge[a] + 1] - roads.vertex_ptr[roads.arc_edge[a]]
    line = np.empty((most, 2), np.float64)
    of_piece = np.empty(most, np.int32)
    filled = 0
    for piece in range(len(start_m)):
        first, last = driven_ptr[piece], driven_ptr[piece + 1] - 1
        for step in range(first, last + 1):
            edge, forward = roads.arc_edge[driven[step]], roads.arc_forward[driven[step]]
            long = roads.length_m[edge]
            begin, end = roads.vertex_ptr[edge], roads.vertex_ptr[edge + 1] - 1
            low = start_m[piece] if step == first else 0.0
            high = end_m[piece] if step == last else long
            if step == first:
                line[filled] = _point(edge, low if forward else long - low, roads)
                of_piece[filled] = piece
                filled += 1
            # The vertex at an arc's beginning was the end of the one before.
            for k in range(begin + 1, end):
                vertex = k if forward else end + begin - k
                metres = roads.running_m[vertex] - roads.running_m[begin]
                metres = metres if forward else long - metres
                if low < metres < high:
                    line[filled] = roads.vertex_lon[vertex], roads.vertex_lat[vertex]
                    of_piece[filled] = piece
                    filled += 1
            # A line has two points at least, even where nothing was driven; elsewhere none is said twice.
            if high > low or (step == last and (filled < 2 or of_piece[filled - 2] != piece)):
                line[filled] = _point(edge, high if forward else long - high, roads)
                of_piece[filled] = piece
                filled += 1
    return line[:filled].copy(), of_piece[:filled].copy()
