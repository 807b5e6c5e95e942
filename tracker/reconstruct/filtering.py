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

from tracker.reconstruct.advancing import advance, clear, new_flood, run_of
from tracker.reconstruct.keeping import keep_shares, keep_weights, room_for
from tracker.reconstruct.pace import MODES
from tracker.reconstruct.terms import (
    ABSENCE,
    PASSING,
    SIGHTING,
    TURNAROUND,
    Floats,
    Ground,
    Ints,
    Motion,
    Told,
    Weights,
)

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

FEW = 16
"""Claims that weigh in together."""

NOTHING = np.float32(1e-30)
"""Weight that is none: with numbers much smaller, processors take a hundred times longer."""


@njit(cache=True, nogil=True)
def begun(ground: Ground, cells: Ints, weights: Floats, rest: Floats, now: Any) -> Any:
    """The weights of the first step: cells and their weights, by mode as at rest.

    ``now`` is (planes, modes, cells) zeros.
    """
    blocks = len(ground.ptr) - 1
    held = np.zeros((len(now), blocks), np.uint8)
    for j in range(len(cells)):
        held[0, ground.block[cells[j]]] = 1
        for m in range(MODES):
            now[0, m, cells[j]] += weights[j] * rest[m]
    return Weights(now, held)


@njit(cache=True, nogil=True)
def forward(
    ground: Ground, motion: Motion, told: Told, weights: Weights, begin: int, end: int, prune: float,
    keeps: bool, data: Floats,
) -> Any:  # fmt: skip
    """Filter the claims of steps ``begin`` to ``end`` forward, from the weights after the step before.

    A block of cells is dropped when its share of the weight, times what the next claims could still make of it, is
    below ``prune`` of the best; the weights themselves never look ahead. Filtered again from the same weights, a
    stretch has the same weights to the last bit.

    The weights become those after the last step. Returns what is kept of every step (`Kept`; nothing unless
    ``keeps``; in ``data`` if that is large enough), and the logarithm of the evidence.
    """
    blocks, planes = weights.held.shape[1], len(weights.held)
    flood = new_flood(blocks, planes)
    live = np.zeros(planes, np.int32)  # plane 0, and those of the claims that are open at this step
    score, mass = np.empty(blocks, np.float64), np.empty((planes, blocks), np.float64)
    sums = np.empty(len(ground.block), np.float32)
    listed_all = np.empty(blocks, np.int32)
    kept = room_for(begin, end - begin, data)
    log_evidence = 0.0
    for t in range(begin, end):
        living = 1
        ending = False
        for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
            live[living] = 1 + told.slot[told.opened[o]]
            living += 1
            ending = ending or told.last[told.opened[o]] == t
        alive = live[:living]
        if t > 0:
            listed = _listed(weights.held[0], listed_all)
            flood = advance(t, ground, motion, told, alive, listed, weights, flood)
        listed = _listed(weights.held[0], listed_all)
        _listen(t, told, ground, motion.pace, weights, listed)
        looks = ending or t % PRUNE_EVERY == 0
        if looks:
            _look(t, told, ground.ptr, alive, listed, weights, mass, sums)
        if keeps:
            kept = keep_shares(kept, t, told, ground, weights, listed)
        if ending:
            log_evidence += _weigh_in(t, told, ground.ptr, listed, alive, weights)
            _masses(ground.ptr, alive, listed, weights, mass, sums)
        if keeps:
            keep_weights(kept, t, ground, weights, listed)
        if looks:
            _drop(t, told, ground, alive, listed, weights, mass, score, prune)
    return kept, log_evidence


@njit(cache=True, nogil=True)
def _listed(held: Any, room: Ints) -> Any:
    """The blocks that hold weight, ascending."""
    count = 0
    for b in range(len(held)):
        if held[b]:
            room[count] = b
            count += 1
    return room[:count]


@njit(cache=True, nogil=True)
def _listen(t: int, told: Told, ground: Ground, pace: Ints, weights: Weights, listed: Ints) -> None:
    """The open claims see what is in their cells at this step."""
    ptr, now, held = ground.ptr, weights.now, weights.held
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        r = told.opened[o]
        s = 1 + told.slot[r]
        if told.kind[r] == ABSENCE and t == told.first[r]:
            for b in listed:
                held[s, b] = 1
                now[s, :, ptr[b] : ptr[b + 1]] = now[0, :, ptr[b] : ptr[b + 1]]
        if told.kind[r] == TURNAROUND:
            continue
        for e in range(told.ptr[r], told.ptr[r + 1]):
            c = told.cell[e]
            if not held[0, ground.block[c]]:
                continue
            if told.kind[r] == ABSENCE:
                for m in range(MODES):
                    if told.value[e, pace[m]] > 0:
                        now[s, m, c] = 0.0
                continue
            held[s, ground.block[c]] = 1
            for m in range(MODES):
                value = told.value[e, pace[m]]
                if told.kind[r] == SIGHTING:
                    now[s, m, c] += now[0, m, c] * value
                else:
                    now[s, m, c] += (now[0, m, c] - now[s, m, c]) * value


@njit(cache=True, nogil=True)
def _look(t: int, told: Told, ptr: Ints, alive: Ints, listed: Ints, weights: Weights, mass: Any, sums: Any) -> None:
    """Weight that is none becomes none, and so does what a claim has seen of a block if it cannot matter there."""
    _masses(ptr, alive, listed, weights, mass, sums)
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        r = told.opened[o]
        s, least = 1 + told.slot[r], 0.0 if told.kind[r] == ABSENCE else SLIGHT / told.gain[r]
        for b in listed:
            if weights.held[s, b] and mass[s, b] <= least * mass[0, b]:
                clear(weights, s, ptr, b)


@njit(cache=True, nogil=True)
def _masses(ptr: Ints, alive: Ints, listed: Ints, weights: Weights, mass: Any, sums: Any) -> None:
    """The sum of each plane's weights over each block; ``sums`` is room for one plane."""
    now, held, q = weights.now, weights.held, 0
    while q < len(listed):
        z = run_of(listed, q)
        first, last = listed[q], listed[z - 1]
        lo, hi = ptr[first], ptr[last + 1]
        for p in alive:
            if not np.any(held[p, first : last + 1]):
                mass[p, first : last + 1] = 0.0
                continue
            here = sums[lo:hi]
            here[:] = np.float32(0.0)
            for m in range(MODES):
                mode = now[p, m, lo:hi]
                for i in range(hi - lo):
                    mode[i] = mode[i] if mode[i] > NOTHING else np.float32(0.0)
                    here[i] += mode[i]
            for b in range(first, last + 1):
                total = np.float32(0.0)
                for c in range(ptr[b], ptr[b + 1]):
                    total += sums[c]
                mass[p, b] = total
        q = z


@njit(cache=True, nogil=True)
def _weigh_in(t: int, told: Told, ptr: Ints, listed: Any, alive: Ints, weights: Weights) -> Any:
    """Claims whose interval ends here weigh in for good; then all weights sum to 1. Returns the logarithm of the
    evidence."""
    ending = np.empty(told.open_ptr[t + 1] - told.open_ptr[t], np.int32)
    ends = 0
    for o in range(told.open_ptr[t], told.open_ptr[t + 1]):
        if told.last[told.opened[o]] == t:
            ending[ends] = told.opened[o]
            ends += 1
    log_evidence = 0.0
    # What a plane says is its share of plane 0, which weighing in does not change: so a few at a time, whose product
    # 64 bits hold.
    for e in range(0, ends, FEW):
        log_evidence += _weigh_few(ending[e : min(e + FEW, ends)], told, ptr, listed, alive, weights)
    return log_evidence


@njit(cache=True, nogil=True)
def _weigh_few(ending: Ints, told: Told, ptr: Ints, listed: Any, alive: Ints, weights: Weights) -> Any:
    now, held = weights.now, weights.held
    most, log_most = np.empty(len(ending), np.float64), 0.0
    for e in range(len(ending)):
        r = ending[e]
        s = 1 + told.slot[r]
        top = 0.0
        for b in listed:
            if held[s, b]:
                for m in range(MODES):
                    for c in range(ptr[b], ptr[b + 1]):
                        if now[0, m, c] > 0:
                            top = max(top, float(now[s, m, c]) / now[0, m, c])
        most[e] = told.base[r] + told.gain[r] * top
        log_most += np.log(most[e])
    total = 0.0
    for b in listed:
        for m in range(MODES):
            for c in range(ptr[b], ptr[b + 1]):
                have = float(now[0, m, c])
                if have > 0:
                    total += have * _factor(b, m, c, have, ending, most, told, weights)
    if total <= 0:
        return -np.inf
    for b in listed:
        for m in range(MODES):
            for c in range(ptr[b], ptr[b + 1]):
                have = float(now[0, m, c])
                if have > 0:
                    f = _factor(b, m, c, have, ending, most, told, weights) / total
                    for p in alive:
                        if held[p, b]:
                            now[p, m, c] = f * now[p, m, c]
        for r in ending:
            s = 1 + told.slot[r]
            if held[s, b]:
                now[s, :, ptr[b] : ptr[b + 1]] = np.float32(0.0)
                held[s, b] = 0
    return log_most + np.log(total)


@njit(cache=True, nogil=True)
def _factor(b: int, m: int, c: int, have: float, ending: Any, most: Any, told: Told, weights: Weights) -> Any:
    """What claims say of a cell and mode together, against the most that each says anywhere."""
    f = 1.0
    for e in range(len(ending)):
        r = ending[e]
        s = 1 + told.slot[r]
        share = weights.now[s, m, c] / have if weights.held[s, b] else 0.0
        f *= (told.base[r] + told.gain[r] * share) / most[e]
    return f


@njit(cache=True, nogil=True)
def _drop(
    t: int, told: Told, ground: Ground, alive: Ints, listed: Ints, weights: Weights, mass: Any, score: Any, prune: float
) -> None:
    """Drop the blocks that could not matter any more."""
    ptr = ground.ptr
    best = -np.inf
    for b in listed:
        score[b] = _worth(b, t, told, ground, mass)
        best = max(best, score[b])
    for b in listed:
        if score[b] < best + np.log(prune):
            for p in alive:
                clear(weights, p, ptr, b)


@njit(cache=True, nogil=True)
def _worth(b: int, t: int, told: Told, ground: Ground, mass: Any) -> Any:
    """What a block's weights and the next claims together may make of it, as a logarithm."""
    have = mass[0, b]
    worth, product = np.log(have) if have > 0 else -np.inf, 1.0
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
        product *= 1.0 + gain * (mass[1 + told.slot[r], b] / (have + 1e-300) + could)
        if product > 1e200:
            worth, product = worth + np.log(product), 1.0
    return worth + np.log(product)
