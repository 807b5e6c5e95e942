"""The compiled step: all weight goes one step on over the roads."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tracker.reconstruct.pace import HALT, LEVELS, MODES, STAY
from tracker.reconstruct.terms import TURNAROUND, Floats, Ground, Ints, Motion, Told, at_or_after

NOTHING = 1e-30
"""Weight that is none."""

TINY = 1e-13
"""Weight not worth carrying across a junction. Reports count only when their interval ends, so until then all the
weight that they favour may be a very small share of the whole."""


@njit(cache=True)
def enter(block: int, on: Any, listed: Any, count: int) -> Any:
    if not on[block]:
        on[block] = 1
        listed[count] = block
        count += 1
    return count


class Flood(NamedTuple):
    """Weight on its way over the ends of blocks, by the block that it enters: two sides, written and read in turn."""

    number: Ints
    """(2, blocks) entry of each block, or -1."""
    block: Ints
    """(2, entries) block of each entry."""
    depth: Floats
    """(2, entries, planes, MODES, LEVELS) weight by how many cells beyond the block's first it goes."""


@njit(cache=True)
def advance(
    t: int, ground: Ground, motion: Motion, told: Told, alive: Ints, listed: Ints,
    now: Any, new: Any, mixed: Any, flood: Flood, on: Any, entered: Any,
) -> Any:  # fmt: skip
    """All weight goes one step on: modes change, then all move. Returns the number of blocks entered, and the flood.

    What crosses a block's end is gathered by the block that it enters, wherever it came from, and goes on from there
    together: through a town's short streets lead too many ways to walk each.
    """
    ptr, reverse = ground.ptr, ground.reverse
    out = np.zeros((len(alive), MODES, LEVELS), np.float32)
    count, waiting, side = 0, 0, 0
    for a in listed:
        lo, n = ptr[a], ptr[a + 1] - ptr[a]
        turn = motion.turning[t] if reverse[a] >= 0 else np.float32(0.0)
        standing, leaving = _mix(alive, now, mixed, lo, n, motion)
        # Cells of an arc follow one another, so that weight crosses from block to block by itself.
        end = ground.arc_end[a] if leaving > TINY else lo + n
        cell = lo
        while cell < min(lo + n + LEVELS, end):
            count = enter(ground.block[cell], on, entered, count)
            cell = ptr[ground.block[cell] + 1]
        for j in range(len(alive)):
            if mixed[j, n, 0] > 0:
                _move(mixed[j], new[alive[j]], lo, n, end, np.float32(1.0) - turn)
        if standing * turn > TINY:
            count = enter(reverse[a], on, entered, count)
            _turn_round(a, t, turn, ground, motion, told, alive, mixed, new)
        if leaving > TINY and lo + n + LEVELS > end:
            for j in range(len(alive)):
                _leave(mixed[j], n, end - lo, out[j])
            flood, waiting = _pour(ground.block[end - 1], 0, ground, alive, out, flood, 0, waiting)
    while waiting:
        coming = waiting
        waiting = 0
        for q in range(coming):
            b = flood.block[side, q]
            flood.number[side, b] = -1
            if np.sum(flood.depth[side, q, 0]) <= TINY:
                continue
            count = enter(b, on, entered, count)
            lo, n = ptr[b], ptr[b + 1] - ptr[b]
            for j in range(len(alive)):
                p = alive[j]
                for m in range(MODES):
                    for left in range(min(LEVELS, n)):
                        new[p, lo + left, m] += flood.depth[side, q, j, m, left]
            if n < LEVELS:
                out[:] = flood.depth[side, q, : len(alive)]
                flood, waiting = _pour(b, n, ground, alive, out, flood, 1 - side, waiting)
        side = 1 - side
    return count, flood


@njit(cache=True)
def _mix(alive: Ints, now: Any, mixed: Any, lo: int, n: int, motion: Motion) -> Any:
    """Modes change in one block, which is left empty; [n, 0] of a plane says how much is in it. Returns the weight
    that stands, and the weight that leaves the block."""
    for j in range(len(alive)):
        have = now[alive[j], lo : lo + n]
        weight = weight_of(have)
        if weight > NOTHING:
            np.dot(have, motion.mix, mixed[j, :n])
            # Numbers so small that processors take a hundred times longer over them.
            for i in range(n):
                for m in range(MODES):
                    mixed[j, i, m] = mixed[j, i, m] if mixed[j, i, m] > NOTHING else np.float32(0.0)
        else:
            weight = np.float32(0.0)
        mixed[j, n, 0] = weight
        have[:] = np.float32(0.0)
    standing, leaving = np.float32(0.0), np.float32(0.0)
    if mixed[0, n, 0] > 0:
        for i in range(n):
            standing += mixed[0, i, HALT] + mixed[0, i, STAY]
        for k in range(1, LEVELS + 1):
            for i in range(max(0, n - k), n):
                leaving += mixed[0, i, k]
    return standing, leaving


@njit(cache=True)
def weight_of(values: Any) -> Any:
    """The sum of (n, modes) values; a sum for each mode first, since one after the other is slow."""
    a, b, c, d = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for i in range(len(values)):
        for m in range(0, MODES, 4):
            a += values[i, m]
            b += values[i, m + 1]
            c += values[i, m + 2]
            d += values[i, m + 3]
    return (a + b) + (c + d)


@njit(cache=True)
def _move(mixed: Any, new: Any, lo: int, n: int, end: int, stays: Any) -> None:
    """One plane of one block moves along its arc, mode k by k cells, as far as the arc's end."""
    for i in range(n):
        new[lo + i, HALT] += stays * mixed[i, HALT]
        new[lo + i, STAY] += stays * mixed[i, STAY]
    if lo + n + LEVELS <= end:
        for i in range(n):
            for k in range(1, LEVELS + 1):
                new[lo + i + k, k] += mixed[i, k]
    else:
        for k in range(1, LEVELS + 1):
            for i in range(min(n, end - lo - k)):
                new[lo + i + k, k] += mixed[i, k]


@njit(cache=True)
def _leave(mixed: Any, n: int, room: int, out: Any) -> None:
    """What of one plane of one block comes to lie beyond its arc's end, by how many cells."""
    out[:] = np.float32(0.0)
    if mixed[n, 0] > 0:
        for k in range(1, LEVELS + 1):
            for i in range(max(0, room - k), n):
                out[k, i + k - room] = mixed[i, k]


@njit(cache=True)
def _turn_round(
    a: int, t: int, turn: Any, ground: Ground, motion: Motion, told: Told, alive: Ints, mixed: Any, new: Any
) -> None:
    """Of who stands in a block, some turn back; an open turnaround sees them do it."""
    lo, n = ground.ptr[a], ground.ptr[a + 1] - ground.ptr[a]
    far = ground.ptr[ground.reverse[a]] + n - 1
    for m in range(MODES):
        if motion.pace[m] == 0:
            for j in range(len(alive)):
                if mixed[j, n, 0] > 0:
                    for i in range(n):
                        new[alive[j], far - i, m] += turn * mixed[j, i, m]
            for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
                r = told.opened[o]
                if told.kind[r] == TURNAROUND and told.first[r] < t:
                    e = at_or_after(told, r, lo)
                    while e < told.ptr[r + 1] and told.cell[e] < lo + n:
                        i = told.cell[e] - lo
                        new[1 + told.slot[r], far - i, m] += turn * mixed[0, i, m] * told.value[e, 0]
                        e += 1


@njit(cache=True)
def _pour(a: int, gone: int, ground: Ground, alive: Ints, out: Any, flood: Flood, side: int, waiting: int) -> Any:
    """What leaves a block goes into the flood of those entered next. Returns the flood, and how many wait."""
    number, block, depth = flood.number, flood.block, flood.depth
    for e in range(ground.onward_ptr[a], ground.onward_ptr[a + 1]):
        b, share = ground.onward[e], ground.onward_p[e]
        q = number[side, b]
        if q < 0:
            if waiting == block.shape[1]:
                block, depth = _deeper(block, depth)
            q = waiting
            waiting += 1
            number[side, b], block[side, q] = q, b
            depth[side, q, : len(alive)] = np.float32(0.0)
        for j in range(len(alive)):
            for m in range(MODES):
                for left in range(gone, LEVELS):
                    depth[side, q, j, m, left - gone] += share * out[j, m, left]
    return Flood(number, block, depth), waiting


@njit(cache=True)
def _deeper(block: Ints, depth: Any) -> Any:
    size = block.shape[1]
    more_block = np.empty((2, 2 * size), np.int32)
    more_depth = np.empty((2, 2 * size, *depth.shape[2:]), np.float32)
    more_block[:, :size], more_depth[:, :size] = block, depth
    return more_block, more_depth
