"""The compiled loop forward: what the reports so far say of every road cell and pace.

State = (cell of a directed road, pace). A cell is about 18 s of free travel; pace k moves k cells a step, so nobody
is ever faster than the road and the vehicle allow. A report's unknown moment within its interval belongs to the state:
plane r carries the weight that has been seen by report r so far (its additive functional), and is folded into the
weights at the interval's end. Where intervals overlap, having been seen by one report is taken to be independent of
having been seen by the other, given the cell.

Forward filtering, backward sampling: Godsill, Doucet & West (2004); additive functionals: Cappe (2011).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.reconstruct.pace import HALT, LEVELS, MODES, STAY

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

SIGHTING, TURNAROUND, ABSENCE, PASSING = 0, 1, 2, 3
"""How a report is read: seen at one moment of its interval, any as likely as any other; turned round within it; not
there at all; or seen as it passed, at a moment that the interval merely bounds (staying makes it no likelier)."""

REACH_MS, SPREAD_MS = 13.0, 5.0
"""How far a column may drive until a report's interval ends, mean and spread in m/s, when deciding what to drop."""

BLUR_MS, HOPE = 8.0, 3.0
"""The same for a report of one moment: its place is blurred by the driving; and how much likelier it is taken to be."""

MOST_HOPE = 3e3
"""What a report to come may add to a place at most: it may be false, and then the true places are out of its reach."""

PRUNE_EVERY = 4
"""Steps after which blocks are looked through for those to drop; and whenever a claim weighs in."""

NOTHING = 1e-30
"""Weight that is none."""

SLIGHT = 1e-6
"""A claim that could change a block's weight by less than this share has seen nothing there."""

TINY = 1e-13
"""Weight not worth carrying across a junction. Reports count only when their interval ends, so until then all the
weight that they favour may be a very small share of the whole."""


class Ground(NamedTuple):
    """Road cells in blocks, and the ways onward, as the loops need them."""

    ptr: Ints
    block: Ints
    arc_end: Ints
    """(blocks,) the cell after the last of the block's arc."""
    onward_ptr: Ints
    onward: Ints
    onward_p: Floats
    reverse: Ints
    middle: Floats


class Motion(NamedTuple):
    """Changes of mode in a step, cells moved by mode, and the chance of turning round for who stands, by step."""

    mix: Floats
    pace: Ints
    turning: Floats


class Told(NamedTuple):
    """The claims of one unit, and which of them are open at each step."""

    first: Ints
    last: Ints
    kind: Ints
    gain: Floats
    base: Floats
    slot: Ints
    ptr: Ints
    cell: Ints
    value: Floats
    centre: Floats
    sigma: Floats
    open_ptr: Ints
    opened: Ints
    ahead_ptr: Ints
    ahead: Ints
    ahead_s: Floats


class Kept(NamedTuple):
    """What drawing backward needs, of every step."""

    step_ptr: NDArray[np.int64]
    """(steps + 1,) where each step's blocks begin."""
    blocks: Ints
    """Blocks with weight, step by step."""
    data_at: NDArray[np.int64]
    """(blocks kept,) where the weights of each begin."""
    seen_ptr: NDArray[np.int64]
    """(steps + 1,) where each step's entries of `seen_at` begin."""
    seen_at: NDArray[np.int64]
    """By step, block and open claim, where the shares of the weights that it has seen begin; -1 where it saw none."""
    data: Floats
    """Weights, and shares of them, by cell of a block and mode."""


@njit(cache=True, nogil=True)
def forward(
    ground: Ground, motion: Motion, told: Told, cells: Ints, weights: Floats, rest: Floats,
    now: Any, new: Any, slots: int, prune: float,
) -> Any:  # fmt: skip
    """Filter all claims forward from weighted first cells; returns what to keep of every step, and the log evidence.

    ``now`` and ``new`` are (1 + slots, cells, modes) zeros. A block of cells is dropped when its share of the weight,
    times what the next claims could still make of it, is below ``prune`` of the best; the weights themselves never
    look ahead.
    """
    ptr = ground.ptr
    blocks = len(ptr) - 1
    steps = len(motion.turning)
    on_now, on_new = np.zeros(blocks, np.uint8), np.zeros(blocks, np.uint8)
    list_now, list_new = np.empty(blocks, np.int32), np.empty(blocks, np.int32)
    mixed = np.empty((1 + slots, 1 + np.max(ptr[1:] - ptr[:-1]), MODES), np.float32)
    flood = Flood(
        np.full((2, blocks), -1, np.int32),
        np.empty((2, 256), np.int32),
        np.empty((2, 256, 1 + slots, MODES, LEVELS), np.float32),
    )
    live = np.zeros(1 + slots, np.int32)  # plane 0, and those of the claims that are open at this step
    score = np.empty(blocks, np.float64)
    step_ptr, seen_ptr = np.zeros(steps + 1, np.int64), np.zeros(steps + 1, np.int64)
    kept_blocks, data_at = np.empty(1 << 14, np.int32), np.empty(1 << 14, np.int64)
    seen_at, kept = np.empty(1 << 14, np.int64), np.empty(1 << 20, np.float32)
    used = 0
    log_evidence = 0.0

    count = 0
    for j in range(len(cells)):
        count = _enter(ground.block[cells[j]], on_now, list_now, count)
        for m in range(MODES):
            now[0, cells[j], m] += weights[j] * rest[m]

    for t in range(steps):
        living = 1
        ending = False
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            live[living] = 1 + told.slot[told.opened[o]]
            living += 1
            ending = ending or told.last[told.opened[o]] == t
        alive = live[:living]
        if t > 0:
            listed = list_now[:count]
            count, flood = _advance(t, ground, motion, told, alive, listed, now, new, mixed, flood, on_new, list_new)
            on_now[listed] = 0
            now, new = new, now
            on_now, on_new = on_new, on_now
            list_now, list_new = list_new, list_now
        listed = list_now[:count]
        _listen(t, told, ground, motion.pace, now, on_now, listed)

        opened = told.open_ptr[t + 1] - told.open_ptr[t]
        step_ptr[t + 1], seen_ptr[t + 1] = step_ptr[t] + count, seen_ptr[t] + count * opened
        kept_blocks = _roomier(kept_blocks, step_ptr[t], count)
        data_at, seen_at = _roomier(data_at, step_ptr[t], count), _roomier(seen_at, seen_ptr[t], count * opened)
        kept_blocks[step_ptr[t] : step_ptr[t + 1]] = listed
        at = used
        for q in range(count):
            b = listed[q]
            data_at[step_ptr[t] + q] = at
            at += (ptr[b + 1] - ptr[b]) * MODES
            for o in range(opened):
                seen = _seen_of(b, told.opened[told.open_ptr[t] + o], told, ptr, now)
                seen_at[seen_ptr[t] + q * opened + o] = at if seen else -1
                at += (ptr[b + 1] - ptr[b]) * MODES * seen
        kept = _roomier(kept, used, at - used)
        used = at
        _keep_shares(listed, t, told, ptr, now, kept, seen_at[seen_ptr[t] :])
        if ending:
            log_evidence += _weigh_in(t, told, ptr, listed, alive, now)
        for q in range(count):
            _keep_weights(listed[q], ptr, now, kept, data_at[step_ptr[t] + q])
        if ending or t % PRUNE_EVERY == 0:
            best = -np.inf
            for q in range(count):
                score[q] = _worth(listed[q], t, told, ground, now)
                best = max(best, score[q])
            remain = 0
            for q in range(count):
                b = listed[q]
                if score[q] < best + np.log(prune):
                    on_now[b] = 0
                    for p in alive:
                        now[p, ptr[b] : ptr[b + 1]] = np.float32(0.0)
                else:
                    list_now[remain] = b
                    remain += 1
            count = remain
    return Kept(step_ptr, kept_blocks, data_at, seen_ptr, seen_at, kept), log_evidence


@njit(cache=True)
def _enter(block: int, on: Any, listed: Any, count: int) -> Any:
    if not on[block]:
        on[block] = 1
        listed[count] = block
        count += 1
    return count


@njit(cache=True)
def _roomier(values: Any, used: int, need: int) -> Any:
    if used + need <= len(values):
        return values
    bigger = np.empty(2 * (used + need), values.dtype)
    bigger[:used] = values[:used]
    return bigger


class Flood(NamedTuple):
    """Weight on its way over the ends of blocks, by the block that it enters: two sides, written and read in turn."""

    number: Ints
    """(2, blocks) entry of each block, or -1."""
    block: Ints
    """(2, entries) block of each entry."""
    depth: Floats
    """(2, entries, planes, MODES, LEVELS) weight by how many cells beyond the block's first it goes."""


@njit(cache=True)
def _advance(
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
            count = _enter(ground.block[cell], on, entered, count)
            cell = ptr[ground.block[cell] + 1]
        for j in range(len(alive)):
            if mixed[j, n, 0] > 0:
                _move(mixed[j], new[alive[j]], lo, n, end, np.float32(1.0) - turn)
        if standing * turn > TINY:
            count = _enter(reverse[a], on, entered, count)
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
            count = _enter(b, on, entered, count)
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
        total = _sum(have)
        if total > NOTHING:
            np.dot(have, motion.mix, mixed[j, :n])
            # Numbers so small that processors take a hundred times longer over them.
            for i in range(n):
                for m in range(MODES):
                    mixed[j, i, m] = mixed[j, i, m] if mixed[j, i, m] > NOTHING else np.float32(0.0)
        else:
            total = np.float32(0.0)
        mixed[j, n, 0] = total
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
def _sum(values: Any) -> Any:
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


@njit(cache=True)
def _listen(t: int, told: Told, ground: Ground, pace: Ints, now: Any, on: Any, listed: Any) -> None:
    """The open claims see what is in their cells at this step."""
    ptr = ground.ptr
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        r = told.opened[o]
        s = 1 + told.slot[r]
        if told.kind[r] == ABSENCE and t == told.first[r]:
            for b in listed:
                now[s, ptr[b] : ptr[b + 1]] = now[0, ptr[b] : ptr[b + 1]]
        if told.kind[r] == TURNAROUND:
            continue
        for e in range(told.ptr[r], told.ptr[r + 1]):
            c = told.cell[e]
            if not on[ground.block[c]]:
                continue
            for m in range(MODES):
                value = told.value[e, pace[m]]
                if told.kind[r] == SIGHTING:
                    now[s, c, m] += now[0, c, m] * value
                elif told.kind[r] == PASSING:
                    now[s, c, m] += (now[0, c, m] - now[s, c, m]) * value
                else:
                    now[s, c, m] = 0.0


@njit(cache=True)
def _seen_of(b: int, r: int, told: Told, ptr: Ints, now: Any) -> Any:
    """Whether claim r has seen anything of a block's weight that could matter; if not, its plane is emptied there."""
    here = now[1 + told.slot[r], ptr[b] : ptr[b + 1]]
    have, seen = _sum(now[0, ptr[b] : ptr[b + 1]]), _sum(here)
    if seen <= 0:
        return False
    if told.kind[r] != ABSENCE and told.gain[r] * seen < SLIGHT * have:
        here[:] = np.float32(0.0)
        return False
    return True


@njit(cache=True)
def _keep_weights(b: int, ptr: Ints, now: Any, kept: Any, at: int) -> None:
    """Keep the weights of a block, by cell and mode."""
    n = ptr[b + 1] - ptr[b]
    kept[at : at + n * MODES].reshape((n, MODES))[:] = now[0, ptr[b] : ptr[b + 1]]


@njit(cache=True)
def _keep_shares(listed: Ints, t: int, told: Told, ptr: Ints, now: Any, kept: Any, seen_at: Any) -> None:
    """Keep the shares of the weights of blocks that open claims have seen."""
    entry = 0
    for b in listed:
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            at, s = seen_at[entry], 1 + told.slot[told.opened[o]]
            entry += 1
            if at < 0:
                continue
            for c in range(ptr[b], ptr[b + 1]):
                for m in range(MODES):
                    kept[at + m] = now[s, c, m] / max(now[0, c, m], np.float32(1e-38))
                at += MODES


@njit(cache=True)
def _weigh_in(t: int, told: Told, ptr: Ints, listed: Any, alive: Ints, now: Any) -> Any:
    """Claims whose interval ends here weigh in for good, all at once; then all weights sum to 1. Returns the logarithm
    of the evidence.

    In logarithms, against the best state: a dozen claims that agree would pass what 32 bits hold.
    """
    ending = np.empty(told.open_ptr[t + 1] - told.open_ptr[t], np.int32)
    ends = 0
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        if told.last[told.opened[o]] == t:
            ending[ends] = told.opened[o]
            ends += 1
    size = 0
    for b in listed:
        size += (ptr[b + 1] - ptr[b]) * MODES
    weighed = np.empty(size, np.float64)
    best, at = -np.inf, 0
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                have, w = now[0, c, m], 0.0
                if have > 0:
                    for r in ending[:ends]:
                        w += np.log(told.base[r] + told.gain[r] * (float(now[1 + told.slot[r], c, m]) / have))
                    best = max(best, w + np.log(have))
                weighed[at] = w
                at += 1
    total, at = 0.0, 0
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                if now[0, c, m] > 0:
                    weighed[at] = np.exp(weighed[at] - best)
                    total += weighed[at] * now[0, c, m]
                at += 1
    at = 0
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                f = weighed[at] / total if now[0, c, m] > 0 else 0.0
                at += 1
                for p in alive:
                    now[p, c, m] = f * now[p, c, m]
        for r in ending[:ends]:
            now[1 + told.slot[r], ptr[b] : ptr[b + 1]] = np.float32(0.0)
    return best + np.log(total)


@njit(cache=True)
def _worth(b: int, t: int, told: Told, ground: Ground, now: Any) -> Any:
    """What a block's weights and the next claims together may make of it, as a logarithm."""
    here = slice(ground.ptr[b], ground.ptr[b + 1])
    mass = float(_sum(now[0, here]))
    worth, product = np.log(mass) if mass > 0 else -np.inf, 1.0
    for j in range(told.ahead_ptr[t], told.ahead_ptr[t + 1]):
        r = told.ahead[j]
        gain = float(told.gain[r])
        apart = 0.0
        for x in range(3):
            apart += (ground.middle[b, x] - told.centre[r, x]) ** 2
        spot, left = float(told.sigma[r]) ** 2, told.ahead_s[j]
        if told.kind[r] == PASSING:
            # Any moment until the interval's end will do: hopeful, straight towards the place.
            beyond = max(0.0, np.sqrt(apart) - REACH_MS * left)
            could = np.exp(-(beyond**2) / (2 * (spot + (SPREAD_MS * left) ** 2)))
        else:
            blurred = spot + (BLUR_MS * left) ** 2
            could = HOPE * np.exp(-apart / (2 * blurred)) * 1e6 / (2 * np.pi * blurred)
        if told.first[r] > t:
            product *= 1.0 + min(gain * could, MOST_HOPE)
            continue
        seen = float(_sum(now[1 + told.slot[r], here]))
        product *= 1.0 + gain * (seen / (mass + 1e-300) + could)
        if product > 1e200:
            worth, product = worth + np.log(product), 1.0
    return worth + np.log(product)


@njit(cache=True)
def at_or_after(told: Told, r: int, cell: int) -> Any:
    """Entry of the first of claim r's cells that is not before a cell: they are sorted, so by bisection."""
    lo, hi = told.ptr[r], told.ptr[r + 1]
    while lo < hi:
        mid = (lo + hi) // 2
        if told.cell[mid] < cell:
            lo = mid + 1
        else:
            hi = mid
    return lo
