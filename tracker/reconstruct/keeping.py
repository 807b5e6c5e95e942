"""What the filter keeps for drawing backward: every step of a stretch of time, and the weights between stretches.

Every step of a long march would fill gigabytes. So the weights are packed up before each stretch, and a stretch is
filtered again when its turn to be drawn has come (checkpoints, as in Griewank 1992).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tracker.reconstruct.advancing import run_of
from tracker.reconstruct.pace import MODES
from tracker.reconstruct.terms import Flags, Floats, Ints, Kept, Told, Weights


class Packed(NamedTuple):
    """Weights without the blocks that hold none."""

    held: Flags
    """(planes, blocks) as in `Weights`."""
    data: Floats
    """By plane, block, mode and cell."""


@njit(cache=True, nogil=True)
def pack(weights: Weights, ptr: Ints) -> Any:
    """The weights, packed."""
    held = weights.held.copy()
    size = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            size += held[p, b] * (ptr[b + 1] - ptr[b]) * MODES
    data = np.empty(size, np.float32)
    at = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            if held[p, b]:
                n = ptr[b + 1] - ptr[b]
                for m in range(MODES):
                    data[at : at + n] = weights.now[p, m, ptr[b] : ptr[b + 1]]
                    at += n
    return Packed(held, data)


@njit(cache=True, nogil=True)
def unpack(packed: Packed, weights: Weights, ptr: Ints) -> None:
    """The packed weights put in the place of others."""
    now, held = weights.now, weights.held
    at = 0
    for p in range(len(held)):
        for b in range(held.shape[1]):
            n = ptr[b + 1] - ptr[b]
            if packed.held[p, b]:
                for m in range(MODES):
                    now[p, m, ptr[b] : ptr[b + 1]] = packed.data[at : at + n]
                    at += n
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
def keep_shares(kept: Kept, t: int, told: Told, ptr: Ints, weights: Weights, listed: Ints) -> Any:
    """Make room for a step's weights, and keep the shares of them that the open claims have seen so far."""
    step, count, held = t - kept.begin, len(listed), weights.held
    opened = told.open_ptr[t + 1] - told.open_ptr[t]
    entry, seen_entry, used = kept.step_ptr[step], kept.seen_ptr[step], kept.step_at[step]
    kept.step_ptr[step + 1], kept.seen_ptr[step + 1] = entry + count, seen_entry + count * opened
    blocks, data_at = _roomier(kept.blocks, entry, count), _roomier(kept.data_at, entry, count)
    seen_at = _roomier(kept.seen_at, seen_entry, count * opened)
    at = used
    for q in range(count):
        b = listed[q]
        blocks[entry + q], data_at[entry + q] = b, at
        at += (ptr[b + 1] - ptr[b]) * MODES
    for o in range(opened):
        s = 1 + told.slot[told.opened[told.open_ptr[t] + o]]
        for q in range(count):
            b = listed[q]
            seen_at[seen_entry + q * opened + o] = at if held[s, b] else -1
            at += (ptr[b + 1] - ptr[b]) * MODES * held[s, b]
    kept.step_at[step + 1] = at
    data = _roomier(kept.data, used, at - used)
    have = weights.now[0]
    for o in range(opened):
        s = 1 + told.slot[told.opened[told.open_ptr[t] + o]]
        seen, q = weights.now[s], 0
        while q < count:
            to, z = seen_at[seen_entry + q * opened + o], q + 1
            if to >= 0:
                while z < count and listed[z] == listed[z - 1] + 1 and held[s, listed[z]]:
                    z += 1
                _keep_share(seen, have, ptr[listed[q]], ptr[listed[z - 1] + 1], data[to:])
            q = z
    return Kept(kept.begin, kept.step_ptr, kept.step_at, blocks, data_at, kept.seen_ptr, seen_at, data)


@njit(cache=True, nogil=True)
def keep_weights(kept: Kept, t: int, ptr: Ints, weights: Weights, listed: Ints) -> None:
    """Keep the weights of a step."""
    q, now, entry = 0, weights.now[0], kept.step_ptr[t - kept.begin]
    while q < len(listed):
        z = run_of(listed, q)
        _keep_cells(now, ptr[listed[q]], ptr[listed[z - 1] + 1], kept.data[kept.data_at[entry + q] :])
        q = z


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
