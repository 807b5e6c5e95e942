"""The compiled loop of the matching: from fixes to the arcs driven (Newson and Krumm 2009), piece by piece."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tracker.reconstruct.stitching import HALF, Roads, Scratch, heap_pop, stitched
from tracker.roads import edges_near, heap_push, metres_per_degree

MOST_EDGES = 8
"""Edges that one fix may mean, the nearest ones."""
MOST = 2 * MOST_EDGES
"""Candidates of one fix: arcs over these edges, either way."""
MOST_DOUBTED = 3
"""Fixes one after the other that no drive leads to and that are yet taken for astray, if one after them fits again."""
LOST = 12.0
"""A candidate so much worse than the best one (natural logarithms of likelihood) is no longer gone on from."""
_FAR = np.float32(3e38)


class Rules(NamedTuple):
    """How fixes are weighed.

    A drive differs from the straight line by an exponential of mean `beta_m` and `beta_ms` metres a second, is longer
    by no more than `hopeless` such means, and never longer than `top_ms` metres a second allow, where two times may
    differ by `grain_s` more than they say and fixes are off.
    """

    sigma_m: float
    radius_m: float
    apart_m: float
    back_m: float
    gap_s: float
    beta_m: float
    beta_ms: float
    hopeless: float
    top_ms: float
    grain_s: float


@njit(cache=True, nogil=True)
def follow(lon: Any, lat: Any, seconds: Any, trace: Any, roads: Roads, rules: Rules, scratch: Scratch, era: int) -> Any:
    """Which arcs were driven.

    Parameters
    ----------
    lon, lat, seconds, trace : (n,) fixes in order of their trace and time; those of two traces are never joined

    Returns
    -------
    part : (n,) number of the unbroken piece that each fix belongs to, -1 where it stands alone, off all roads
    kept : (k,) fixes that the drives were made of, in order
    arc, along_m : (k,) arc of each and metres along it in driving direction
    at : (k,) where in `driven` that arc stands
    driven : arcs of all pieces in driving order
    driven_ptr : (pieces + 1,) where each piece starts in `driven`
    era : the last search's
    """
    count = len(lon)
    kept = np.empty(count, np.int32)
    part = np.full(count, -1, np.int32)
    arcs = np.empty((count, MOST), np.int32)
    along = np.empty((count, MOST), np.float32)
    before = np.empty((count, MOST), np.int8)
    sizes = np.empty(count, np.int8)
    score = np.empty(MOST, np.float32)
    fresh = np.empty(MOST, np.float32)
    stack = np.empty((256, 2), np.int32)
    near_edge = np.empty(MOST_EDGES, np.int32)
    near_along = np.empty(MOST_EDGES, np.float64)
    near_square = np.empty(MOST_EDGES, np.float64)
    chosen = np.empty(count, np.int8)
    used, pieces, doubted, first_doubted = 0, 0, 0, 0
    going = False
    alive_s = 0.0
    skip = rules.apart_m * rules.apart_m
    weight = 0.5 / (rules.sigma_m * rules.sigma_m)
    fix = 0
    while fix < count or doubted:
        last = kept[used - 1] if used else 0
        if going and (fix == count or trace[fix] != trace[last] or seconds[fix] - alive_s >= rules.gap_s):
            going = False
        if not going and doubted:
            # What was doubted begins a piece of its own.
            fix, doubted = first_doubted, 0
        gap_m = 0.0
        if going:
            east_m, north_m = metres_per_degree(lat[fix])
            x, y = (lon[fix] - lon[last]) * east_m, (lat[fix] - lat[last]) * north_m
            square = x * x + y * y
            ends = fix == count - 1 or trace[fix + 1] != trace[fix] or seconds[fix + 1] - seconds[fix] >= rules.gap_s
            if square < skip and not ends:
                part[fix] = pieces - 1
                alive_s, doubted = seconds[fix], 0
                fix += 1
                continue
            gap_m = np.sqrt(square)
        near = edges_near(
            lon[fix], lat[fix], rules.radius_m, roads.vertex_lon, roads.vertex_lat, roads.vertex_ptr, roads.running_m,
            roads.piece_edge, roads.piece_vertex, roads.box, roads.level, stack, near_edge, near_along, near_square,
        )  # fmt: skip
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
        if size == 0:
            fix += 1
            continue
        if going:
            era, joined = _join(
                used, size, sizes[used - 1], arcs, along, before, score, fresh, gap_m, seconds[fix] - seconds[last],
                roads, rules, scratch, era,
            )  # fmt: skip
            if not joined:
                if not doubted:
                    first_doubted = fix
                doubted += 1
                going = doubted <= MOST_DOUBTED
                fix += 1
                continue
        else:
            # The piece before ends at its best candidate, and a new one begins: nothing is drawn in between.
            if used:
                chosen[used - 1] = _least(score, sizes[used - 1])
            pieces += 1
            before[used, :size] = -1
            going = True
        score[:size] = fresh[:size]
        kept[used], sizes[used], part[fix] = fix, size, pieces - 1
        alive_s, doubted = seconds[fix], 0
        used += 1
        fix += 1
    if used:
        chosen[used - 1] = _least(score, sizes[used - 1])
    arc = np.empty(used, np.int32)
    along_m = np.empty(used, np.float64)
    for k in range(used - 1, -1, -1):
        if k + 1 < used and part[kept[k]] == part[kept[k + 1]]:
            chosen[k] = before[k + 1, chosen[k + 1]]
        arc[k], along_m[k] = arcs[k, chosen[k]], along[k, chosen[k]]
    at, driven, driven_ptr, era = stitched(
        kept[:used], part, pieces, arc, along_m, rules.back_m, roads, scratch, era
    )  # fmt: skip
    return part, kept[:used].copy(), arc, along_m, at, driven, driven_ptr, era


@njit(cache=True, nogil=True)
def _least(score: Any, size: int) -> int:
    best = 0
    for i in range(1, size):
        if score[i] < score[best]:
            best = i
    return best


@njit(cache=True, nogil=True)
def _join(
    used: int, size: int, size_before: int, arcs: Any, along: Any, before: Any, score: Any, fresh: Any, gap_m: float,
    gap_s: float, roads: Roads, rules: Rules, scratch: Scratch, era: int,
) -> Any:  # fmt: skip
    """Best way from any candidate of the fix before to each of this one; whether there is any at all.

    `fresh` holds what each candidate itself costs, and comes back with the whole costs.
    """
    expected = gap_m * 100.0
    per = 0.01 / (rules.beta_m + rules.beta_ms * gap_s)
    bound = min(expected + rules.hopeless / per, 100.0 * (rules.top_ms * (gap_s + rules.grain_s) + 4 * rules.sigma_m))
    along_weight = 0.25 / (rules.sigma_m * rules.sigma_m)
    total = np.empty(MOST, np.float32)
    for i in range(size):
        total[i] = _FAR
        before[used, i] = -1
        scratch.mark[arcs[used, i]] = i + 1
    low = (1 << HALF) - 1
    best = _least(score, size_before)
    surest = fresh[_least(fresh, size)]
    least = _FAR
    for turn in range(size_before):
        # The best one first: what it reaches need not be looked for from the others where they can only do worse.
        j = best if turn == 0 else turn - 1 if turn <= best else turn
        if score[j] > score[best] + LOST:
            continue
        a0 = arcs[used - 1, j]
        o0 = along[used - 1, j]
        missing = size
        here = scratch.mark[a0]
        if here:
            ahead = along[used, here - 1] - o0
            if ahead >= -rules.back_m and ahead * 100.0 <= bound:
                # A fix a little behind is the noise of one that has not moved.
                cost = score[j] + abs(abs(ahead) * 100.0 - expected) * per
                if ahead < 0:
                    cost += ahead * ahead * along_weight
                if cost < total[here - 1]:
                    total[here - 1] = cost
                    before[used, here - 1] = j
                    least = min(least, cost + fresh[here - 1])
                missing -= 1
        # A drive so long that whatever it leads to is lost need not be looked for.
        limit = min(bound, expected + (least + LOST - surest - score[j]) / per)
        rest = (roads.length_m[roads.arc_edge[a0]] - o0) * 100.0
        if rest > limit:
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
            heaped = heap_pop(heap, heaped)
            place = first & low
            cost_here = first >> HALF
            if cost_here > limit:
                break
            if age + cost_here > scratch.label[place]:
                continue
            for q in range(roads.ptr[place], roads.ptr[place + 1]):
                i = scratch.mark[roads.arc[q]]
                if i:
                    drive = cost_here + along[used, i - 1] * 100.0
                    if drive <= limit:
                        cost = score[j] + abs(drive - expected) * per
                        if cost < total[i - 1]:
                            total[i - 1] = cost
                            before[used, i - 1] = j
                            if cost + fresh[i - 1] < least:
                                least = cost + fresh[i - 1]
                                limit = min(limit, expected + (least + LOST - surest - score[j]) / per)
                    missing -= 1
                then = cost_here + roads.step[q, 0]
                if then <= limit:
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
