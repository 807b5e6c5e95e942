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

from tracker.reconstruct.pace import LEVELS, MODES

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

TINY = 1e-13
"""Weight not worth carrying across a junction. Reports count only when their interval ends, so until then all the
weight that they favour may be a very small share of the whole."""


class Ground(NamedTuple):
    """Road cells in blocks, and the ways onward, as the loops need them."""

    ptr: Ints
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
    """What drawing backward needs: by step the blocks, by block weights and the shares seen by open claims."""

    step_ptr: NDArray[np.int64]
    blocks: Ints
    data_ptr: NDArray[np.int64]
    data: Floats


@njit(cache=True)
def forward(
    ground: Ground, motion: Motion, told: Told, cells: Ints, weights: Floats, rest: Floats, slots: int, prune: float
) -> Any:
    """Filter all claims forward from weighted first cells; returns what to keep of every step, and the log evidence.

    A block of cells is dropped when its share of the weight, times what the next claims could still make of it, is
    below ``prune`` of the best; the weights themselves never look ahead.
    """
    ptr = ground.ptr
    blocks = len(ptr) - 1
    steps = len(motion.turning)
    now = np.zeros((1 + slots, ptr[blocks], MODES), np.float32)
    new = np.zeros((1 + slots, ptr[blocks], MODES), np.float32)
    on_now, on_new = np.zeros(blocks, np.uint8), np.zeros(blocks, np.uint8)
    list_now, list_new = np.empty(blocks, np.int32), np.empty(blocks, np.int32)
    block_of = np.empty(ptr[blocks], np.int32)
    for b in range(blocks):
        block_of[ptr[b] : ptr[b + 1]] = b
    weighed = np.empty((ptr[blocks], MODES), np.float64)
    mixed = np.empty((1 + slots, 1 + np.max(ptr[1:] - ptr[:-1]), MODES), np.float32)
    flood = Flood(
        np.full((2, blocks), -1, np.int32),
        np.empty((2, 256), np.int32),
        np.empty((2, 256, 1 + slots, LEVELS, MODES), np.float32),
    )
    live = np.zeros(1 + slots, np.int32)  # plane 0, and those of the claims that are open at this step
    score = np.empty(blocks, np.float64)
    step_ptr, data_ptr = np.zeros(steps + 1, np.int64), np.zeros(steps + 1, np.int64)
    kept_blocks, kept = np.empty(1 << 14, np.int32), np.empty(1 << 20, np.float32)
    log_evidence = 0.0

    count = 0
    for j in range(len(cells)):
        count = _enter(block_of[cells[j]], on_now, list_now, count)
        for m in range(MODES):
            now[0, cells[j], m] += weights[j] * rest[m]

    for t in range(steps):
        living = 1
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            live[living] = 1 + told.slot[told.opened[o]]
            living += 1
        alive = live[:living]
        if t > 0:
            listed = list_now[:count]
            count, flood = _advance(
                t, ground, motion, told, alive, listed, now, new, mixed, flood, on_new, list_new
            )
            on_now[listed] = 0
            now, new = new, now
            on_now, on_new = on_new, on_now
            list_now, list_new = list_new, list_now
        _listen(t, told, ptr, now, on_now, list_now[:count], block_of)

        opened = told.open_ptr[t + 1] - told.open_ptr[t]
        need = 0
        for q in range(count):
            need += (ptr[list_now[q] + 1] - ptr[list_now[q]]) * (MODES + 2 * opened)
        kept = _roomier(kept, data_ptr[t], need)
        kept_blocks = _roomier(kept_blocks, step_ptr[t], count)
        at = data_ptr[t]
        for q in range(count):
            _keep_shares(list_now[q], t, told, ptr, motion.pace, now, kept, at)
            kept_blocks[step_ptr[t] + q] = list_now[q]
            at += (ptr[list_now[q] + 1] - ptr[list_now[q]]) * (MODES + 2 * opened)
        step_ptr[t + 1] = step_ptr[t] + count
        data_ptr[t + 1] = at
        log_evidence += _weigh_in(t, told, ptr, list_now[:count], alive, now, weighed)

        at = data_ptr[t]
        best = -np.inf
        for q in range(count):
            b = list_now[q]
            score[q] = _worth(b, t, told, ground, now, kept, at)
            best = max(best, score[q])
            at += (ptr[b + 1] - ptr[b]) * (MODES + 2 * opened)
        remain = 0
        for q in range(count):
            b = list_now[q]
            if score[q] < best + np.log(prune):
                on_now[b] = 0
                for p in alive:
                    now[p, ptr[b] : ptr[b + 1]] = 0.0
            else:
                list_now[remain] = b
                remain += 1
        count = remain
    return step_ptr, kept_blocks, data_ptr, kept, log_evidence


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
    """(2, entries, planes, LEVELS, MODES) weight by how many cells beyond the block's first it goes."""


@njit(cache=True)
def _advance(
    t: int, ground: Ground, motion: Motion, told: Told, alive: Ints, listed: Ints,
    now: Any, new: Any, mixed: Any, flood: Flood, on: Any, entered: Any,
) -> Any:  # fmt: skip
    """All weight goes one step on: modes change, then all move. Returns the number of blocks entered, and the flood.

    What crosses a block's end is gathered by the block that it enters, wherever it came from, and goes on from there
    together: through a town's short streets lead too many ways to walk each.
    """
    ptr, pace, reverse = ground.ptr, motion.pace, ground.reverse
    out = np.empty((len(alive), LEVELS, MODES), np.float32)
    count, waiting, side = 0, 0, 0
    for a in listed:
        lo, n = ptr[a], ptr[a + 1] - ptr[a]
        count = _enter(a, on, entered, count)
        turn = motion.turning[t] if reverse[a] >= 0 else np.float32(0.0)
        standing = _mix(alive, now, mixed, lo, n, motion)
        for j in range(len(alive)):
            p = alive[j]
            if mixed[j, n, 0] <= 0:  # nothing in this plane
                out[j] = np.float32(0.0)
                continue
            for m in range(MODES):
                k = pace[m]
                if k == 0:
                    for i in range(n):
                        new[p, lo + i, m] += (np.float32(1.0) - turn) * mixed[j, i, m]
                else:
                    for i in range(n - k):
                        new[p, lo + i + k, m] += mixed[j, i, m]
                for left in range(LEVELS):
                    i = n + left - k
                    out[j, left, m] = mixed[j, i, m] if left < k and i >= 0 else np.float32(0.0)
        if standing * turn > TINY:
            count = _enter(reverse[a], on, entered, count)
            _turn_round(a, t, turn, ground, motion, told, alive, mixed, new)
        if np.sum(out[0]) > TINY:
            flood, waiting = _pour(a, 0, ground, alive, out, flood, side, waiting)
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
                for left in range(min(LEVELS, n)):
                    for m in range(MODES):
                        new[p, lo + left, m] += flood.depth[side, q, j, left, m]
            if n < LEVELS:
                for j in range(len(alive)):
                    for left in range(LEVELS):
                        for m in range(MODES):
                            out[j, left, m] = flood.depth[side, q, j, left, m]
                flood, waiting = _pour(b, n, ground, alive, out, flood, 1 - side, waiting)
        side = 1 - side
    return count, flood


@njit(cache=True)
def _mix(alive: Ints, now: Any, mixed: Any, lo: int, n: int, motion: Motion) -> Any:
    """Modes change in one block, which is left empty; row n of a plane says whether there is anything in it. Returns
    the weight that stands."""
    mix = motion.mix
    for j in range(len(alive)):
        p = alive[j]
        total = np.float32(0.0)
        for i in range(n):
            for m in range(MODES):
                total += now[p, lo + i, m]
        mixed[j, n, 0] = total
        if total <= 0:
            continue
        for i in range(n):
            for m2 in range(MODES):
                mixed[j, i, m2] = np.float32(0.0)
            for m in range(MODES):
                w = now[p, lo + i, m]
                now[p, lo + i, m] = np.float32(0.0)
                for m2 in range(MODES):
                    mixed[j, i, m2] += w * mix[m, m2]
    standing = np.float32(0.0)
    if mixed[0, n, 0] > 0:
        for i in range(n):
            for m in range(MODES):
                if motion.pace[m] == 0:
                    standing += mixed[0, i, m]
    return standing


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
                        new[1 + told.slot[r], far - i, m] += turn * mixed[0, i, m] * told.value[e]
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
            for left in range(gone, LEVELS):
                for m in range(MODES):
                    depth[side, q, j, left - gone, m] += share * out[j, left, m]
    return Flood(number, block, depth), waiting


@njit(cache=True)
def _deeper(block: Ints, depth: Any) -> Any:
    size = block.shape[1]
    more_block = np.empty((2, 2 * size), np.int32)
    more_depth = np.empty((2, 2 * size, *depth.shape[2:]), np.float32)
    more_block[:, :size], more_depth[:, :size] = block, depth
    return more_block, more_depth


@njit(cache=True)
def _listen(t: int, told: Told, ptr: Ints, now: Any, on: Any, listed: Any, block_of: Any) -> None:
    """The open claims see what is in their cells at this step."""
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        r = told.opened[o]
        s = 1 + told.slot[r]
        if told.kind[r] == ABSENCE and t == told.first[r]:
            for b in listed:
                for c in range(ptr[b], ptr[b + 1]):
                    for m in range(MODES):
                        now[s, c, m] = now[0, c, m]
        if told.kind[r] == TURNAROUND:
            continue
        for e in range(told.ptr[r], told.ptr[r + 1]):
            c = told.cell[e]
            if not on[block_of[c]]:
                continue
            value = told.value[e]
            for m in range(MODES):
                if told.kind[r] == SIGHTING:
                    now[s, c, m] += now[0, c, m] * value
                elif told.kind[r] == PASSING:
                    now[s, c, m] += (now[0, c, m] - now[s, c, m]) * value
                else:
                    now[s, c, m] = 0.0


@njit(cache=True)
def _keep_shares(b: int, t: int, told: Told, ptr: Ints, pace: Ints, now: Any, kept: Any, at: int) -> None:
    """Keep the shares of a block's weight that open claims have seen."""
    lo, n = ptr[b], ptr[b + 1] - ptr[b]
    at += MODES * n
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        s = 1 + told.slot[told.opened[o]]
        # Apart for who stands and who drives: only who stood can have turned, or is likely to have been seen for long.
        for drives in range(2):
            for i in range(n):
                have, seen = np.float32(0.0), np.float32(0.0)
                for m in range(MODES):
                    if (pace[m] > 0) == (drives > 0):
                        have += now[0, lo + i, m]
                        seen += now[s, lo + i, m]
                kept[at + i] = seen / have if have > 0 else np.float32(0.0)
            at += n


@njit(cache=True)
def _weigh_in(t: int, told: Told, ptr: Ints, listed: Any, alive: Ints, now: Any, weighed: Any) -> Any:
    """Claims whose interval ends here weigh in for good, all at once; then all weights sum to 1. Returns the logarithm
    of the evidence.

    In logarithms, against the best state: a dozen claims that agree would pass what 32 bits hold.
    """
    ending = False
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        ending = ending or told.last[told.opened[o]] == t
    best = 0.0 if not ending else -np.inf
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                have = now[0, c, m]
                weighed[c, m] = 0.0
                if have <= 0 or not ending:
                    continue
                w = 0.0
                for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
                    r = told.opened[o]
                    if told.last[r] == t:
                        w += np.log(told.base[r] + told.gain[r] * (float(now[1 + told.slot[r], c, m]) / have))
                weighed[c, m] = w
                best = max(best, w + np.log(have))
    total = 0.0
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                if now[0, c, m] > 0:
                    weighed[c, m] = np.exp(weighed[c, m] - best) if ending else 1.0
                    total += weighed[c, m] * now[0, c, m]
    for b in listed:
        for c in range(ptr[b], ptr[b + 1]):
            for m in range(MODES):
                f = weighed[c, m] / total if now[0, c, m] > 0 else 0.0
                for p in alive:
                    now[p, c, m] = f * now[p, c, m]
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            r = told.opened[o]
            if told.last[r] == t:
                now[1 + told.slot[r], ptr[b] : ptr[b + 1]] = 0.0
    return best + np.log(total)


@njit(cache=True)
def _worth(b: int, t: int, told: Told, ground: Ground, now: Any, kept: Any, at: int) -> Any:
    """Keep a block's weights, and say what they and the next claims together may make of it, as a logarithm."""
    lo, n = ground.ptr[b], ground.ptr[b + 1] - ground.ptr[b]
    mass = 0.0
    for i in range(n):
        for m in range(MODES):
            kept[at + i * MODES + m] = now[0, lo + i, m]
            mass += now[0, lo + i, m]
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
        seen = 0.0
        for i in range(n):
            for m in range(MODES):
                seen += now[1 + told.slot[r], lo + i, m]
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
