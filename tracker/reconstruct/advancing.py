"""The compiled step: all weight goes one step on over the roads."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tracker.reconstruct.pace import HALT, LEVELS, MODES, STAY
from tracker.reconstruct.terms import TURNAROUND, Floats, Ground, Ints, Motion, Told, Weights, at_or_after

TINY = 1e-13
"""Weight not worth carrying across a junction. Reports count only when their interval ends, so until then all the
weight that they favour may be a very small share of the whole."""


AT_ONCE = 512
"""Cells whose modes change together: as many as a processor has at hand."""


class Flood(NamedTuple):
    """Weight on its way over the ends of arcs, by the block that it enters: two sides, written and read in turn."""

    number: Ints
    """(2, blocks) entry of each block, or -1."""
    block: Ints
    """(2, entries) block of each entry."""
    depth: Floats
    """(2, entries, planes, MODES, LEVELS) weight by pace k, and by how many cells beyond the block's first it goes:
    fewer than k."""


@njit(cache=True, nogil=True)
def new_flood(blocks: int, planes: int) -> Any:
    return Flood(
        np.full((2, blocks), -1, np.int32),
        np.empty((2, 256), np.int32),
        np.empty((2, 256, planes, MODES, LEVELS), np.float32),
    )


@njit(cache=True, nogil=True)
def advance(
    t: int, ground: Ground, motion: Motion, told: Told, alive: Ints, listed: Ints, weights: Weights, flood: Flood
) -> Any:
    """All weight goes one step on: modes change, then all move. Returns the flood.

    ``listed`` are the blocks with weight, ascending: those that follow one another move as one, whatever roads they
    are of, since the room after each arc takes what crosses its end. From there it is gathered by the block that it
    enters, wherever it came from, and goes on together: through a town's short streets lead too many ways to walk each.
    """
    now, held, ptr = weights.now, weights.held, ground.ptr
    mixed = np.empty((MODES, AT_ONCE), np.float32)
    for p in alive:
        # From the last to the first, so that all cells ahead have moved on already.
        y = len(listed) - 1
        while y >= 0:
            x = y
            if held[p, listed[y]]:
                while x > 0 and listed[x - 1] == listed[x] - 1 and held[p, listed[x - 1]]:
                    x -= 1
                last = listed[y]
                _move(now[p], ptr[listed[x]], ptr[last + 1], motion.mix, mixed)
                for c in range(ptr[last + 1], min(ptr[last + 1] + LEVELS, ground.arc_end[last])):
                    held[p, ground.block[c]] = 1
            y = x - 1
    waiting, out, beyond = 0, np.zeros((MODES, LEVELS), np.float32), -1
    ways = (ground.onward_ptr, ground.onward, ground.onward_p)
    for first in listed:
        # What has come over a block's end may have come over the next ones, too, where these are short.
        reach = ptr[first + 1] + LEVELS if ptr[first + 1] < ground.arc_end[first] else ptr[first + 1]
        b = max(first, beyond)
        while b < len(ground.size) and ptr[b] < reach:
            if ptr[b] + ground.size[b] == ground.arc_end[b]:
                flood = _with_room(flood, waiting + ground.onward_ptr[b + 1] - ground.onward_ptr[b])
                onto = (flood.number[0], flood.block[0], flood.depth[0])
                waiting = _leave(b, ground.arc_end[b], ways, alive, now, out, onto, waiting)
            b += 1
        beyond = b
    if motion.turning[t] > 0:
        _turn_round(t, ground, motion, told, alive, listed, weights)
    return _enter(ground, alive, weights, out, flood, waiting)


@njit(cache=True, nogil=True)
def run_of(listed: Ints, q: int) -> Any:
    """The entry after the last of those blocks that follow the q-th without a gap."""
    z = q + 1
    while z < len(listed) and listed[z] == listed[z - 1] + 1:
        z += 1
    return z


@njit(cache=True, nogil=True)
def clear(weights: Weights, plane: int, ptr: Ints, block: int) -> None:
    """Leave one plane of a block without weight."""
    if weights.held[plane, block]:
        weights.now[plane, :, ptr[block] : ptr[block + 1]] = np.float32(0.0)
        weights.held[plane, block] = 0


@njit(cache=True, nogil=True)
def _move(now: Any, lo: int, hi: int, mix: Any, mixed: Any) -> None:
    """One plane of some cells: modes change, and mode k moves by k cells."""
    size = mixed.shape[1]
    for begin in range(hi - size, lo - size, -size):
        some = max(begin, lo)
        n = begin + size - some
        _mix(now, some, n, mix, mixed)
        for k in range(MODES):
            to = some + k if k <= LEVELS else some
            come, there = mixed[k], now[k, to : to + n]
            for i in range(n):
                there[i] = come[i]
    for k in range(1, LEVELS + 1):
        now[k, lo : lo + k] = np.float32(0.0)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _mix(now: Any, lo: int, n: int, mix: Any, mixed: Any) -> None:
    # Only neighbouring paces change into one another (`pace.mixing`). Cell lies by cell in memory, mode by mode, so
    # that processors take eight cells at a time.
    hi = lo + n
    x0, x1, x2, x3 = now[0, lo:hi], now[1, lo:hi], now[2, lo:hi], now[3, lo:hi]
    x4, x5, x6, x7 = now[4, lo:hi], now[5, lo:hi], now[6, lo:hi], now[7, lo:hi]
    y0, y1, y2, y3 = mixed[0, :n], mixed[1, :n], mixed[2, :n], mixed[3, :n]
    y4, y5, y6, y7 = mixed[4, :n], mixed[5, :n], mixed[6, :n], mixed[7, :n]
    m00, m10, m77, m17, m07 = mix[0, 0], mix[1, 0], mix[7, 7], mix[1, 7], mix[0, 7]
    m01, m11, m21, m71 = mix[0, 1], mix[1, 1], mix[2, 1], mix[7, 1]
    m02, m12, m22, m32, m72 = mix[0, 2], mix[1, 2], mix[2, 2], mix[3, 2], mix[7, 2]
    m03, m23, m33, m43, m73 = mix[0, 3], mix[2, 3], mix[3, 3], mix[4, 3], mix[7, 3]
    m04, m34, m44, m54, m74 = mix[0, 4], mix[3, 4], mix[4, 4], mix[5, 4], mix[7, 4]
    m05, m45, m55, m65, m75 = mix[0, 5], mix[4, 5], mix[5, 5], mix[6, 5], mix[7, 5]
    m06, m56, m66, m76 = mix[0, 6], mix[5, 6], mix[6, 6], mix[7, 6]
    for i in range(n):
        w0, w1, w2, w3, w4, w5, w6, w7 = x0[i], x1[i], x2[i], x3[i], x4[i], x5[i], x6[i], x7[i]
        moving = ((w1 + w2) + (w3 + w4)) + (w5 + w6)
        y0[i] = m00 * w0 + m10 * moving
        y1[i] = m11 * w1 + m21 * w2 + m01 * w0 + m71 * w7
        y2[i] = m22 * w2 + m12 * w1 + m32 * w3 + m02 * w0 + m72 * w7
        y3[i] = m33 * w3 + m23 * w2 + m43 * w4 + m03 * w0 + m73 * w7
        y4[i] = m44 * w4 + m34 * w3 + m54 * w5 + m04 * w0 + m74 * w7
        y5[i] = m55 * w5 + m45 * w4 + m65 * w6 + m05 * w0 + m75 * w7
        y6[i] = m66 * w6 + m56 * w5 + m06 * w0 + m76 * w7
        y7[i] = m77 * w7 + m17 * moving + m07 * w0


@njit(cache=True, nogil=True)
def _turn_round(
    t: int, ground: Ground, motion: Motion, told: Told, alive: Ints, listed: Ints, weights: Weights
) -> None:
    """Of who stands, some turn back; an open turnaround sees them do it."""
    ptr, now, held, turn = ground.ptr, weights.now, weights.held, motion.turning[t]
    for b in listed:
        back, n = ground.reverse[b], ground.size[b]
        # Both directions of a road at once, when the first comes.
        if back < 0 or (back < b and listed[np.searchsorted(listed, back)] == back):
            continue
        lo, far = ptr[b], ptr[back] + n - 1
        goes = turn * _standing_in(now[0], lo, n) > TINY
        comes = turn * _standing_in(now[0], ptr[back], n) > TINY
        for p in alive[1:]:
            if (goes and held[p, b]) or (comes and held[p, back]):
                held[p, b], held[p, back] = 1, 1
                _exchange(now[p], lo, far, n, turn)
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            r = told.opened[o]
            if told.kind[r] == TURNAROUND and told.first[r] < t:
                s = 1 + told.slot[r]
                for here, there, turns in ((b, back, goes), (back, b, comes)):
                    e = at_or_after(told, r, ptr[here])
                    while turns and e < told.ptr[r + 1] and told.cell[e] < ptr[here] + n:
                        c = ptr[there] + n - 1 - (told.cell[e] - ptr[here])
                        held[s, there] = 1
                        for m in (HALT, STAY):
                            now[s, m, c] += turn * now[0, m, told.cell[e]] * told.value[e, 0]
                        e += 1
        if goes or comes:
            held[0, b], held[0, back] = 1, 1
            _exchange(now[0], lo, far, n, turn)


@njit(cache=True, nogil=True)
def _standing_in(now: Any, lo: int, n: int) -> Any:
    total = np.float32(0.0)
    for c in range(lo, lo + n):
        total += now[HALT, c] + now[STAY, c]
    return total


@njit(cache=True, nogil=True)
def _exchange(now: Any, lo: int, far: int, n: int, turn: Any) -> None:
    """Of who stands in n cells, a share goes over to those of the other direction, of which the first faces `far`."""
    for m in (HALT, STAY):
        for i in range(n):
            one, other = now[m, lo + i], now[m, far - i]
            now[m, lo + i] = one + turn * (other - one)
            now[m, far - i] = other + turn * (one - other)


@njit(cache=True, nogil=True)
def _leave(b: int, end: int, ways: Any, alive: Ints, now: Any, out: Any, flood: Any, waiting: int) -> Any:
    """What has come to lie beyond an arc's end, in the room after its last block, goes into the flood. Returns how many
    blocks wait."""
    flows = True
    for j in range(len(alive)):
        room, total = now[alive[j], :, end : end + LEVELS], np.float32(0.0)
        for k in range(1, LEVELS + 1):
            for left in range(k):
                out[k, left] = room[k, left]
                total += room[k, left]
                room[k, left] = np.float32(0.0)
        if j == 0 and total <= TINY:
            flows = False
        if flows and total > 0:
            waiting = _pour(b, 0, ways, j, len(alive), out, flood, waiting)
    return waiting


@njit(cache=True, nogil=True)
def _enter(ground: Ground, alive: Ints, weights: Weights, out: Any, flood: Flood, waiting: int) -> Any:
    """The flood comes to lie in the blocks that it enters, or goes on where they are shorter. Returns the flood."""
    side, ways = 0, (ground.onward_ptr, ground.onward, ground.onward_p)
    now, held = weights.now, weights.held
    while waiting:
        coming = waiting
        waiting = 0
        for q in range(coming):
            b, flows = flood.block[side, q], True
            flood.number[side, b] = -1
            lo, n = ground.ptr[b], ground.size[b]
            if n < LEVELS:
                flood = _with_room(flood, waiting + ground.onward_ptr[b + 1] - ground.onward_ptr[b])
            for j in range(len(alive)):
                depth, p, total = flood.depth[side, q, j], alive[j], np.float32(0.0)
                for k in range(1, LEVELS + 1):
                    for left in range(k):
                        total += depth[k, left]
                if j == 0 and total <= TINY:
                    flows = False
                if not flows or total <= 0:
                    continue
                held[p, b] = 1
                for k in range(1, LEVELS + 1):
                    for left in range(min(k, n)):
                        now[p, k, lo + left] += depth[k, left]
                if n < LEVELS:
                    out[:] = depth
                    other = 1 - side
                    onto = (flood.number[other], flood.block[other], flood.depth[other])
                    waiting = _pour(b, n, ways, j, len(alive), out, onto, waiting)
        side = 1 - side
    return flood


@njit(cache=True, nogil=True)
def _pour(a: int, gone: int, ways: Any, j: int, planes: int, out: Any, flood: Any, waiting: int) -> Any:
    """What leaves a block in one plane goes into one side of the flood. Returns how many blocks wait."""
    onward_ptr, onward, onward_p = ways
    number, block, depth = flood
    for e in range(onward_ptr[a], onward_ptr[a + 1]):
        b, share = onward[e], onward_p[e]
        q = number[b]
        if q < 0:
            q = waiting
            waiting += 1
            number[b], block[q] = q, b
            depth[q, :planes] = np.float32(0.0)
        to = depth[q, j]
        for k in range(gone + 1, LEVELS + 1):
            for left in range(gone, k):
                to[k, left - gone] += share * out[k, left]
    return waiting


@njit(cache=True, nogil=True)
def _with_room(flood: Flood, entries: int) -> Any:
    """The flood with room for so many entries on each side."""
    size = flood.block.shape[1]
    if entries <= size:
        return flood
    block = np.empty((2, 2 * entries), np.int32)
    depth = np.empty((2, 2 * entries, *flood.depth.shape[2:]), np.float32)
    block[:, :size], depth[:, :size] = flood.block, flood.depth
    return Flood(flood.number, block, depth)
