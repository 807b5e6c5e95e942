"""The compiled loop backward: histories drawn from what the filter kept."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.reconstruct.filtering import ABSENCE, PASSING, TURNAROUND, Ground, Kept, Motion, Told, at_or_after
from tracker.reconstruct.pace import MODES

MOST = 1 << 14
"""Cells and modes that one step may have come from, at most."""


@njit(cache=True)
def backward(ground: Ground, motion: Motion, told: Told, kept: Kept, uniform: NDArray[np.float64]) -> Any:
    """Draw histories backward.

    ``ground`` holds the ways *back* from each block; ``uniform`` is (steps, histories, 2) numbers between 0 and 1.

    Returns block, cell within the block, mode and whether it turned round in the step that ends there, each (steps,
    histories); and the blocks passed wholly within a step, as linked lists: where the list of a step starts, (steps,
    histories), -1 if none; the blocks; and the entry that follows each.
    """
    ptr, pace = ground.ptr, motion.pace
    steps, histories = uniform.shape[0], uniform.shape[1]
    block_at = np.empty((steps, histories), np.int32)
    cell_at = np.empty((steps, histories), np.int32)
    mode_at = np.empty((steps, histories), np.int8)
    turned = np.zeros((steps, histories), np.uint8)
    hop_at = np.full((steps, histories), -1, np.int32)
    resolved = np.zeros((len(told.first), histories), np.uint8)
    later = np.ones((len(told.first), histories))  # probability that a passing unit was not seen after this step
    where = np.full(len(ptr) - 1, -1, np.int64)
    opt_block, opt_cell = np.empty(MOST, np.int32), np.empty(MOST, np.int32)
    opt_mode, opt_turn = np.empty(MOST, np.int8), np.empty(MOST, np.uint8)
    opt_from, opt_w = np.empty(MOST, np.int32), np.empty(MOST, np.float64)
    stack_block, stack_left = np.empty(4096, np.int32), np.empty(4096, np.int32)
    stack_p, stack_hop = np.empty(4096, np.float64), np.empty(4096, np.int32)
    hop_block, hop_next = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int32)
    hops = 0

    for t in range(steps - 1, -1, -1):
        opened = told.open_ptr[t + 1] - told.open_ptr[t]
        at = kept.data_ptr[t]
        for q in range(kept.step_ptr[t], kept.step_ptr[t + 1]):
            b = kept.blocks[q]
            where[b] = at
            at += (ptr[b + 1] - ptr[b]) * (MODES + 2 * opened)
        if t == steps - 1:
            _last(ptr, kept, t, uniform, where, block_at, cell_at, mode_at)
        for h in range(histories if t < steps - 1 else 0):
            y_block, y_cell, y_mode = block_at[t + 1, h], cell_at[t + 1, h], mode_at[t + 1, h]
            k = pace[y_mode]
            size, mark = 0, hops
            # Every cell that k cells of travel bring to y, with the probability of the way.
            if k == 0:
                turn = motion.turning[t + 1] if ground.reverse[y_block] >= 0 else np.float32(0.0)
                for turning in range(2):
                    b = ground.reverse[y_block] if turning else y_block
                    p = float(turn) if turning else 1.0 - turn
                    if b < 0 or where[b] < 0 or p <= 0:
                        continue
                    i = ptr[b + 1] - ptr[b] - 1 - y_cell if turning else y_cell
                    for m in range(MODES):
                        w = kept.data[where[b] + i * MODES + m] * motion.mix[m, y_mode] * p
                        if w > 0:
                            opt_block[size], opt_cell[size], opt_mode[size] = b, i, m
                            opt_turn[size], opt_from[size], opt_w[size] = turning, -1, w
                            size += 1
            else:
                top = 1
                stack_block[0], stack_left[0], stack_p[0], stack_hop[0] = -1, k - y_cell - 1, 1.0, -1
                while top:
                    top -= 1
                    from_block, left, p0, hop = stack_block[top], stack_left[top], stack_p[top], stack_hop[top]
                    # The first entry is y's own block: k cells back may well lie within it.
                    own = from_block < 0 and left < 0
                    if from_block < 0:
                        from_block = y_block
                    begin = ground.onward_ptr[from_block]
                    for e in range(begin, begin + 1 if own else ground.onward_ptr[from_block + 1]):
                        b = y_block if own else ground.onward[e]
                        p = 1.0 if own else p0 * ground.onward_p[e]
                        n = ptr[b + 1] - ptr[b]
                        i = y_cell - k if own else n - 1 - left
                        if i >= 0:
                            if where[b] < 0:
                                continue
                            for m in range(MODES):
                                w = kept.data[where[b] + i * MODES + m] * motion.mix[m, y_mode] * p
                                if w > 0 and size < MOST:
                                    opt_block[size], opt_cell[size], opt_mode[size] = b, i, m
                                    opt_turn[size], opt_from[size], opt_w[size] = 0, hop, w
                                    size += 1
                        elif top < 4095:
                            if hops >= len(hop_block):
                                hop_block, hop_next = _twice(hop_block), _twice(hop_next)
                            hop_block[hops], hop_next[hops] = b, hop
                            stack_block[top], stack_left[top], stack_p[top] = b, left - n, p
                            stack_hop[top] = hops
                            hops += 1
                            top += 1
            if size == 0:
                # Rounding has left no way here: the column stood.
                opt_block[0], opt_cell[0], opt_mode[0] = y_block, y_cell, y_mode
                opt_turn[0], opt_from[0], opt_w[0] = 0, -1, 1.0
                size = 1
            # What the claims that are still open say of each, against the best: many together would pass any number.
            for o in range(opened):
                r = told.opened[told.open_ptr[t] + o]
                if told.last[r] == t or resolved[r, h]:
                    continue
                top_f = 0.0
                for j in range(size):
                    b = opt_block[j]
                    n = ptr[b + 1] - ptr[b]
                    share = MODES + 2 * o + (pace[opt_mode[j]] > 0)
                    seen = kept.data[where[b] + share * n + opt_cell[j]] if where[b] >= 0 else np.float32(0.0)
                    f = told.base[r] + told.gain[r] * later[r, h] * seen
                    if opt_turn[j] and told.kind[r] == TURNAROUND:
                        f += told.gain[r] * _value(told, r, ptr[b] + opt_cell[j])
                    opt_w[j] *= f
                    top_f = max(top_f, f)
                for j in range(size):
                    opt_w[j] /= top_f
            total = 0.0
            for j in range(size):
                total += opt_w[j]
            want, run, pick = uniform[t, h, 0] * total, 0.0, size - 1
            for j in range(size):
                run += opt_w[j]
                if run >= want and opt_w[j] > 0:
                    pick = j
                    break
            block_at[t, h], cell_at[t, h], mode_at[t, h] = opt_block[pick], opt_cell[pick], opt_mode[pick]
            turned[t + 1, h] = opt_turn[pick]
            hop_at[t + 1, h] = opt_from[pick]
            if opt_from[pick] < 0:
                hops = mark
            if opt_turn[pick]:
                b = opt_block[pick]
                for o in range(opened):
                    r = told.opened[told.open_ptr[t] + o]
                    if told.kind[r] == TURNAROUND and not resolved[r, h] and told.last[r] != t:
                        share = MODES + 2 * o + (pace[opt_mode[pick]] > 0)
                        seen = kept.data[where[b] + share * (ptr[b + 1] - ptr[b]) + opt_cell[pick]]
                        here = told.gain[r] * _value(told, r, ptr[b] + opt_cell[pick])
                        if uniform[t, h, 1] * (told.base[r] + told.gain[r] * seen + here) < here:
                            resolved[r, h] = 1
        # Was it at this step that an open claim saw the unit?
        for h in range(histories):
            b = block_at[t, h]
            for o in range(opened):
                r = told.opened[told.open_ptr[t] + o]
                if resolved[r, h] or told.kind[r] == TURNAROUND:
                    continue
                here = _value(told, r, ptr[b] + cell_at[t, h])
                if here <= 0:
                    continue
                if told.kind[r] == ABSENCE:
                    resolved[r, h] = 1
                    continue
                share = MODES + 2 * o + (pace[mode_at[t, h]] > 0)
                seen = kept.data[where[b] + share * (ptr[b + 1] - ptr[b]) + cell_at[t, h]] if where[b] >= 0 else 0.0
                # A fresh number per claim from one draw: fractional parts of golden multiples.
                x = uniform[t, h, 1] + 0.6180339887498949 * (o + 1)
                gain = told.gain[r] * later[r, h]
                if (x - np.floor(x)) * (told.base[r] + gain * seen) < gain * here:
                    resolved[r, h] = 1
                elif told.kind[r] == PASSING:
                    later[r, h] *= 1.0 - here
        for q in range(kept.step_ptr[t], kept.step_ptr[t + 1]):
            where[kept.blocks[q]] = -1
    return block_at, cell_at, mode_at, turned, hop_at, hop_block[:hops].copy(), hop_next[:hops].copy()


@njit(cache=True)
def _last(ptr: Any, kept: Kept, t: int, uniform: Any, where: Any, block_at: Any, cell_at: Any, mode_at: Any) -> None:
    """The last positions, stratified: they spread evenly over the final distribution."""
    histories = uniform.shape[1]
    total = 0.0
    for q in range(kept.step_ptr[t], kept.step_ptr[t + 1]):
        b = kept.blocks[q]
        for j in range((ptr[b + 1] - ptr[b]) * MODES):
            total += kept.data[where[b] + j]
    h, run = 0, 0.0
    for q in range(kept.step_ptr[t], kept.step_ptr[t + 1]):
        b = kept.blocks[q]
        for j in range((ptr[b + 1] - ptr[b]) * MODES):
            w = kept.data[where[b] + j]
            run += w
            while w > 0 and h < histories and run >= (h + uniform[t, h, 0]) / histories * total * (1 - 1e-9):
                block_at[t, h], cell_at[t, h], mode_at[t, h] = b, j // MODES, j % MODES
                h += 1


@njit(cache=True)
def _value(told: Told, r: int, cell: int) -> Any:
    """What claim r says of a cell."""
    e = at_or_after(told, r, cell)
    if e < told.ptr[r + 1] and told.cell[e] == cell:
        return float(told.value[e])
    return 0.0


@njit(cache=True)
def _twice(values: Any) -> Any:
    bigger = np.empty(2 * len(values), values.dtype)
    bigger[: len(values)] = values
    return bigger
