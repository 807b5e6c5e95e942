"""The compiled loop forward: what the reports so far say of every road cell and pace.

State = (cell of a directed road, pace). A cell is about 18 s of free travel; pace k moves k cells a step, so nobody
is ever faster than the road and the vehicle allow. A report's unknown moment within its interval belongs to the state:
plane r carries the weight that has been seen by report r so far (its additive functional), and is folded into the
weights at the interval's end. Where intervals overlap, having been seen by one report is taken to be independent of
having been seen by the other, given the cell.

Forward filtering, backward sampling: Godsill, Doucet & West (2004); additive functionals: Cappe (2011).
"""

from typing import Any

import numpy as np
from numba import njit

from tracker.reconstruct.advancing import Flood, advance, enter, weight_of
from tracker.reconstruct.pace import LEVELS, MODES
from tracker.reconstruct.terms import ABSENCE, PASSING, SIGHTING, TURNAROUND, Floats, Ground, Ints, Kept, Motion, Told

REACH_MS, SPREAD_MS = 13.0, 5.0
"""How far a column may drive until a report's interval ends, mean and spread in m/s, when deciding what to drop."""

BLUR_MS, HOPE = 8.0, 3.0
"""The same for a report of one moment: its place is blurred by the driving; and how much likelier it is taken to be."""

MOST_HOPE = 3e3
"""What a report to come may add to a place at most: it may be false, and then the true places are out of its reach."""

PRUNE_EVERY = 4
"""Steps after which blocks are looked through for those to drop; and whenever a claim weighs in."""

SLIGHT = 1e-6
"""A claim that could change a block's weight by less than this share has seen nothing there."""


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
        count = enter(ground.block[cells[j]], on_now, list_now, count)
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
            count, flood = advance(t, ground, motion, told, alive, listed, now, new, mixed, flood, on_new, list_new)
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
def _roomier(values: Any, used: int, need: int) -> Any:
    if used + need <= len(values):
        return values
    bigger = np.empty(2 * (used + need), values.dtype)
    bigger[:used] = values[:used]
    return bigger


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
    have, seen = weight_of(now[0, ptr[b] : ptr[b + 1]]), weight_of(here)
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
    mass = float(weight_of(now[0, here]))
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
        seen = float(weight_of(now[1 + told.slot[r], here]))
        product *= 1.0 + gain * (seen / (mass + 1e-300) + could)
        if product > 1e200:
            worth, product = worth + np.log(product), 1.0
    return worth + np.log(product)
