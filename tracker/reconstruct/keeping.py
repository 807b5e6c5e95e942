"""What the filter keeps for drawing backward: every step of a stretch of time, and the weights between stretches.

Every step of a long march would fill gigabytes. So the weights are packed up before each stretch, and a stretch is
filtered again when its turn to be drawn has come (checkpoints, as in Griewank 1992).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tracker.reconstruct.pace import MODES
from tracker.reconstruct.terms import Flags, Floats, Ground, Ints, Kept, Told, Weights


class Packed(NamedTuple):
    """Weights without the blocks that hold none."""

    held: Flags
    """(planes, blocks) as in `Weights`."""
    data: Floats
    """By plane, block, mode and cell."""


@njit(cache=True, nogil=True)
def pack(weights: Weights, ground: Ground) -> Any:
    """The weights, packed."""
    held, ptr, size = weights.held.copy(), ground.ptr, ground.size
    total = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            total += held[p, b] * size[b] * MODES
    data = np.empty(total, np.float32)
    at = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            if held[p, b]:
                for m in range(MODES):
                    for c in range(ptr[b], ptr[b] + size[b]):
                        data[at] = weights.now[p, m, c]
                        at += 1
    return Packed(held, data)


@njit(cache=True, nogil=True)
def unpack(packed: Packed, weights: Weights, ground: Ground) -> None:
    """The packed weights put in the place of others."""
    now, held, ptr, size = weights.now, weights.held, ground.ptr, ground.size
    at = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            if packed.held[p, b]:
                for m in range(MODES):
                    for c in range(ptr[b], ptr[b] + size[b]):
                        now[p, m, c] = packed.data[at]
                        at += 1
            elif held[p, b]:
                now[p, :, ptr[b] : ptr[b + 1]] = np.float32(0.0)
            held[p, b] = packed.held[p, b]


@njit(cache=True, nogil=True)
def room_for(begin: int, steps: int, data: Floats) -> Any:
    """Room to keep some steps."""
    return Kept(
        begin,
        np.zeros(steps + 1, np.int64),
        np.zeros(steps + 1, np.int64),
        np.empty(1 << 12, np.int32),
        np.empty(1 << 12, np.int64),
        np.zeros(steps + 1, np.int64),
        np.empty(1 << 12, np.int64),
        data,
    )


@njit(cache=True, nogil=True)
def keep_shares(kept: Kept, t: int, told: Told, ground: Ground, weights: Weights, listed: Ints) -> Any:
    """Make room for a step's weights, and keep the shares of them that the open claims have seen so far."""
    step, count, held, size = t - kept.begin, len(listed), weights.held, ground.size
    opened = told.open_ptr[t + 1] - told.open_ptr[t]
    entry, seen_entry, used = kept.step_ptr[step], kept.seen_ptr[step], kept.step_at[step]
    kept.step_ptr[step + 1], kept.seen_ptr[step + 1] = entry + count, seen_entry + count * opened
    blocks, data_at = _roomier(kept.blocks, entry, count), _roomier(kept.data_at, entry, count)
    seen_at = _roomier(kept.seen_at, seen_entry, count * opened)
    at = used
    for q in range(count):
        b = listed[q]
        blocks[entry + q], data_at[entry + q] = b, at
        at += size[b] * MODES
    for o in range(opened):
        s = 1 + told.slot[told.opened[told.open_ptr[t] + o]]
        for q in range(count):
            b = listed[q]
            seen_at[seen_entry + q * opened + o] = at if held[s, b] else -1
            at += size[b] * MODES * held[s, b]
    kept.step_at[step + 1] = at
    data = _roomier(kept.data, used, at - used)
    have = weights.now[0]
    for o in range(opened):
        s = 1 + told.slot[told.opened[told.open_ptr[t] + o]]
        seen, q = weights.now[s], 0
        while q < count:
            to, z = seen_at[seen_entry + q * opened + o], q + 1
            if to >= 0:
                while z < count and _follows(listed, z, ground) and held[s, listed[z]]:
                    z += 1
                last = listed[z - 1]
                _keep_share(seen, have, ground.ptr[listed[q]], ground.ptr[last] + size[last], data[to:])
            q = z
    return Kept(kept.begin, kept.step_ptr, kept.step_at, blocks, data_at, kept.seen_ptr, seen_at, data)


@njit(cache=True, nogil=True)
def keep_weights(kept: Kept, t: int, ground: Ground, weights: Weights, listed: Ints) -> None:
    """Keep the weights of a step."""
    q, now, entry = 0, weights.now[0], kept.step_ptr[t - kept.begin]
    while q < len(listed):
        z = q + 1
        while z < len(listed) and _follows(listed, z, ground):
            z += 1
        last = listed[z - 1]
        lo, hi = ground.ptr[listed[q]], ground.ptr[last] + ground.size[last]
        _keep_cells(now, lo, hi, kept.data[kept.data_at[entry + q] :])
        q = z


@njit(cache=True, nogil=True)
def _follows(listed: Ints, z: int, ground: Ground) -> Any:
    """Whether a block follows the one listed before it on the same arc: then so do their cells."""
    before = listed[z - 1]
    return listed[z] == before + 1 and ground.ptr[before] + ground.size[before] == ground.ptr[before + 1]


@njit(cache=True, nogil=True)
def _keep_cells(now: Any, lo: int, hi: int, to: Any) -> None:
    x0, x1, x2, x3 = now[0, lo:hi], now[1, lo:hi], now[2, lo:hi], now[3, lo:hi]
    x4, x5, x6, x7 = now[4, lo:hi], now[5, lo:hi], now[6, lo:hi], now[7, lo:hi]
    rows = to[: (hi - lo) * MODES].reshape((hi - lo, MODES))
    for i in range(hi - lo):
        row = rows[i]
        row[0], row[1], row[2], row[3] = x0[i], x1[i], x2[i], x3[i]
        row[4], row[5], row[6], row[7] = x4[i], x5[i], x6[i], x7[i]


@njit(cache=True, nogil=True)
def _keep_share(seen: Any, have: Any, lo: int, hi: int, to: Any) -> None:
    rows, least = to[: (hi - lo) * MODES].reshape((hi - lo, MODES)), np.float32(1e-38)
    for m in range(MODES):
        x, y = seen[m, lo:hi], have[m, lo:hi]
        for i in range(hi - lo):
            rows[i, m] = x[i] / max(y[i], least)


@njit(cache=True, nogil=True)
def _roomier(values: Any, used: int, need: int) -> Any:
    if used + need <= len(values):
        return values
    bigger = np.empty(2 * (used + need), values.dtype)
    bigger[:used] = values[:used]
    return bigger
