"""The compiled loop backward: histories drawn from what the filter kept."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.reconstruct.pace import MODES
from tracker.reconstruct.terms import ABSENCE, PASSING, TURNAROUND, Flags, Ground, Kept, Motion, Told, at_or_after
from tracker.reconstruct.ways import choose, new_ways, ways_back

Ints = NDArray[np.int32]


class Drawing(NamedTuple):
    """Histories as far as they are drawn, from the last step back."""

    block: Ints
    """(steps, histories) block of each at each step."""
    cell: Ints
    """(steps, histories) cell within the block."""
    mode: NDArray[np.int8]
    """(steps, histories)."""
    turned: Flags
    """(steps, histories) 1 where it turned round in the step that ends there."""
    hop: Ints
    """(steps, histories) where the list of blocks that it passed wholly within the step starts; -1 if none."""
    hops: NDArray[np.int64]
    """(1,) entries of the lists."""
    hop_block: Ints
    """(entries and room for more,) blocks passed."""
    hop_next: Ints
    """(entries and room for more,) the entry that follows each, or -1."""
    resolved: Flags
    """(claims, histories) 1 where it is settled at which step a claim has seen the history."""
    later: NDArray[np.float64]
    """(claims, histories) probability that a passing history was not seen after this step."""


def new_drawing(steps: int, histories: int, claims: int) -> Drawing:
    """Nothing drawn yet."""
    return Drawing(
        block=np.empty((steps, histories), np.int32),
        cell=np.empty((steps, histories), np.int32),
        mode=np.empty((steps, histories), np.int8),
        turned=np.zeros((steps, histories), np.uint8),
        hop=np.full((steps, histories), -1, np.int32),
        hops=np.zeros(1, np.int64),
        hop_block=np.empty(1 << 12, np.int32),
        hop_next=np.empty(1 << 12, np.int32),
        resolved=np.zeros((claims, histories), np.uint8),
        later=np.ones((claims, histories)),
    )


@njit(cache=True, nogil=True)
def backward(
    ground: Ground, motion: Motion, told: Told, kept: Kept, uniform: NDArray[np.float64], drawing: Drawing
) -> Any:
    """Draw histories backward through one stretch of time; the one after it must be drawn already.

    ``ground`` holds the ways *back* from each block; ``uniform`` is (steps, histories, 3) numbers between 0 and 1, of
    all steps. Returns the drawing.
    """
    ptr, size_of, pace = ground.ptr, ground.size, motion.pace
    data, data_at, seen_at = kept.data, kept.data_at, kept.seen_at
    steps, histories = uniform.shape[0], uniform.shape[1]
    block_at, cell_at, mode_at, turned = drawing.block, drawing.cell, drawing.mode, drawing.turned
    hop_at, resolved, later = drawing.hop, drawing.resolved, drawing.later
    hop_block, hop_next, hops = drawing.hop_block, drawing.hop_next, drawing.hops[0]
    where = np.full(len(ptr) - 1, -1, np.int64)
    most = 1 << 10
    opt_block, opt_cell, opt_mode, opt_turn, opt_from, opt_w = _options(most)
    ways = new_ways(len(ptr) - 1, len(ground.onward))

    for step in range(len(kept.step_ptr) - 2, -1, -1):
        t = kept.begin + step
        opened = told.open_ptr[t + 1] - told.open_ptr[t]
        begin = kept.seen_ptr[step] - kept.step_ptr[step] * opened
        for q in range(kept.step_ptr[step], kept.step_ptr[step + 1]):
            where[kept.blocks[q]] = q
        if t == steps - 1:
            _last(ground, kept, step, uniform[t], block_at[t], cell_at[t], mode_at[t])
        for h in range(histories if t < steps - 1 else 0):
            y_block, y_cell, y_mode = block_at[t + 1, h], cell_at[t + 1, h], mode_at[t + 1, h]
            k = pace[y_mode]
            size = 0
            # Every cell that k cells of travel bring to y, with the probability of all the ways.
            if k == 0:
                turn = motion.turning[t + 1] if ground.reverse[y_block] >= 0 else np.float32(0.0)
                for turning in range(2):
                    b = ground.reverse[y_block] if turning else y_block
                    p = float(turn) if turning else 1.0 - turn
                    if b < 0 or where[b] < 0 or p <= 0:
                        continue
                    i = size_of[b] - 1 - y_cell if turning else y_cell
                    for m in range(MODES):
                        w = _weight(data, data_at, where[b], i, m) * motion.mix[m, y_mode] * p
                        if w > 0:
                            opt_block[size], opt_cell[size], opt_mode[size] = b, i, m
                            opt_turn[size], opt_from[size], opt_w[size] = turning, -1, w
                            size += 1
            else:
                entries = ways_back(ground, y_block, k - y_cell, ways) if y_cell < k else 1
                if entries * MODES > most:
                    most = 2 * entries * MODES
                    opt_block, opt_cell, opt_mode, opt_turn, opt_from, opt_w = _options(most)
                for entry in range(entries):
                    b = ways.block[entry] if y_cell < k else y_block
                    i = size_of[b] - 1 - ways.left[entry] if y_cell < k else y_cell - k
                    p = ways.p[entry] if y_cell < k else 1.0
                    if i < 0 or where[b] < 0:
                        continue
                    for m in range(MODES):
                        w = _weight(data, data_at, where[b], i, m) * motion.mix[m, y_mode] * p
                        if w > 0:
                            opt_block[size], opt_cell[size], opt_mode[size] = b, i, m
                            opt_turn[size], opt_from[size], opt_w[size] = 0, entry if y_cell < k else -1, w
                            size += 1
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
                    seen = _share(data, seen_at, begin, opened, where[b], o, opt_cell[j], opt_mode[j])
                    f = told.base[r] + told.gain[r] * later[r, h] * seen
                    if opt_turn[j] and told.kind[r] == TURNAROUND:
                        f += told.gain[r] * _value(told, r, ptr[b] + opt_cell[j], 0)
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
            # Of the ways from there, one; the blocks that it passes through, in order of travel.
            entry, before, x = opt_from[pick], -1, uniform[t, h, 2]
            while entry >= 0:
                link, x = choose(ways, entry, x)
                entry = ways.to[link]
                if entry >= 0:
                    if hops >= len(hop_block):
                        hop_block, hop_next = _twice(hop_block), _twice(hop_next)
                    hop_block[hops], hop_next[hops] = ways.block[entry], -1
                    if before < 0:
                        hop_at[t + 1, h] = hops
                    else:
                        hop_next[before] = hops
                    before = hops
                    hops += 1
            if opt_turn[pick]:
                b = opt_block[pick]
                for o in range(opened):
                    r = told.opened[told.open_ptr[t] + o]
                    if told.kind[r] == TURNAROUND and not resolved[r, h] and told.last[r] != t:
                        seen = _share(data, seen_at, begin, opened, where[b], o, opt_cell[pick], opt_mode[pick])
                        here = told.gain[r] * _value(told, r, ptr[b] + opt_cell[pick], 0)
                        if uniform[t, h, 1] * (told.base[r] + told.gain[r] * seen + here) < here:
                            resolved[r, h] = 1
        # Was it at this step that an open claim saw the unit?
        for h in range(histories):
            b = block_at[t, h]
            for o in range(opened):
                r = told.opened[told.open_ptr[t] + o]
                if resolved[r, h] or told.kind[r] == TURNAROUND:
                    continue
                here = _value(told, r, ptr[b] + cell_at[t, h], pace[mode_at[t, h]])
                if here <= 0:
                    continue
                if told.kind[r] == ABSENCE:
                    resolved[r, h] = 1
                    continue
                seen = _share(data, seen_at, begin, opened, where[b], o, cell_at[t, h], mode_at[t, h])
                # A fresh number per claim from one draw: fractional parts of golden multiples.
                x = uniform[t, h, 1] + 0.6180339887498949 * (o + 1)
                gain = told.gain[r] * later[r, h]
                if (x - np.floor(x)) * (told.base[r] + gain * seen) < gain * here:
                    resolved[r, h] = 1
                elif told.kind[r] == PASSING:
                    later[r, h] *= 1.0 - here
        for q in range(kept.step_ptr[step], kept.step_ptr[step + 1]):
            where[kept.blocks[q]] = -1
    drawing.hops[0] = hops
    return Drawing(
        block_at, cell_at, mode_at, turned, hop_at, drawing.hops, hop_block, hop_next, resolved, later
    )  # fmt: skip


@njit(cache=True)
def _options(most: int) -> Any:
    """Room for so many cells and modes that a step may have come from: block, cell, mode, whether it turned, way and
    weight of each."""
    return (
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int8),
        np.empty(most, np.uint8),
        np.empty(most, np.int32),
        np.empty(most, np.float64),
    )


@njit(cache=True)
def _weight(data: Any, data_at: Any, entry: int, cell: int, mode: int) -> Any:
    """What the filter kept of a cell and a mode of a block that it kept."""
    return float(data[data_at[entry] + cell * MODES + mode])


@njit(cache=True)
def _share(data: Any, seen_at: Any, begin: int, opened: int, entry: int, o: int, cell: int, mode: int) -> Any:
    """The share of a cell and a mode that the o-th open claim of a step has seen; of a block not kept nothing."""
    if entry < 0:
        return 0.0
    at = seen_at[begin + entry * opened + o]
    return float(data[at + cell * MODES + mode]) if at >= 0 else 0.0


@njit(cache=True)
def _last(ground: Ground, kept: Kept, step: int, uniform: Any, block: Any, cell: Any, mode: Any) -> None:
    """The last positions, stratified: they spread evenly over the final distribution."""
    histories, total = len(uniform), 0.0
    for q in range(kept.step_ptr[step], kept.step_ptr[step + 1]):
        for j in range(ground.size[kept.blocks[q]] * MODES):
            total += kept.data[kept.data_at[q] + j]
    h, run = 0, 0.0
    for q in range(kept.step_ptr[step], kept.step_ptr[step + 1]):
        b = kept.blocks[q]
        for i in range(ground.size[b]):
            for m in range(MODES):
                w = _weight(kept.data, kept.data_at, q, i, m)
                run += w
                while w > 0 and h < histories and run >= (h + uniform[h, 0]) / histories * total * (1 - 1e-9):
                    block[h], cell[h], mode[h] = b, i, m
                    h += 1


@njit(cache=True)
def _value(told: Told, r: int, cell: int, pace: int) -> Any:
    """What claim r says of a cell come to at a pace."""
    e = at_or_after(told, r, cell)
    if e < told.ptr[r + 1] and told.cell[e] == cell:
        return float(told.value[e, pace])
    return 0.0


@njit(cache=True)
def _twice(values: Any) -> Any:
    bigger = np.empty(2 * len(values), values.dtype)
    bigger[: len(values)] = values
    return bigger
