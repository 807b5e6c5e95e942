"""Beyond the reports: where a unit may have come from before the first, and gone to after the last."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.reconstruct.histories import Drawn
from tracker.reconstruct.space import RoadSpace


def extend(
    space: RoadSpace,
    drawn: Drawn,
    modes: NDArray[np.int8],
    *,
    before: int,
    after: int,
    mix: NDArray[np.float32],
    pace: NDArray[np.int32],
    random: np.random.Generator,
) -> tuple[Drawn, NDArray[np.int8]]:
    """The drawn histories with steps added before and after, in which they drive as columns do, knowing nothing.

    Returns them, and the cells that each went in the step that ends there, (steps, histories).

    Parameters
    ----------
    space : road cells
    drawn : histories of the steps with reports
    modes : (steps, histories) their modes
    before, after : how many steps to add
    mix, pace : mode changes in a step, and cells moved by mode
    random : source of the draws
    """
    gone = pace[modes].astype(np.int8)
    if before == 0 and after == 0:
        return drawn, gone
    sizes = np.diff(space.ptr).astype(np.int32)
    count = drawn.block.shape[1]
    cumulated = np.cumsum(mix.astype(float), axis=1)
    forth = _walk(sizes, space.succ_ptr, space.succ, space.succ_p, cumulated, pace,
                  drawn.block[-1], drawn.cell[-1], modes[-1], random.random((after, count, 2)))  # fmt: skip
    # Back in time: the same walk over the turns reversed, with cells counted from the arc's end.
    mirrored = (sizes[drawn.block[0]] - 1 - drawn.cell[0]).astype(np.int32)
    back = _walk(sizes, space.pred_ptr, space.pred, _normal(space.pred_ptr, space.pred_p), cumulated, pace,
                 drawn.block[0], mirrored, modes[0], random.random((before, count, 2)))  # fmt: skip
    arc_b, cell_b, gone_b, hop_b, hop_arc_b, hop_next_b = back
    arc_f, cell_f, gone_f, hop_f, hop_arc_f, hop_next_f = forth
    # Back in time a step begins where it ends in time; how the very first was driven is not drawn.
    gone = np.concatenate([gone_b[::-1][:1], gone_b[:0:-1], gone, gone_f])
    cell_b = sizes[arc_b] - 1 - cell_b if before else cell_b
    # A hop chain found back in time runs from the later arc to the earlier: turn each chain round.
    hop_b, hop_next_b = _turned(hop_b, hop_next_b)
    shift_b, shift_f = len(drawn.hop_block), len(drawn.hop_block) + len(hop_arc_b)
    none = np.full((1, count), -1, np.int32)
    # hop_b[j] belongs to the step between j and j+1 back in time; in time order it ends at the later one.
    hop = np.concatenate([none, _moved(hop_b[::-1], shift_b), drawn.hop[1:], _moved(hop_f, shift_f)])
    whole = Drawn(
        block=np.concatenate([arc_b[::-1], drawn.block, arc_f]),
        cell=np.concatenate([cell_b[::-1], drawn.cell, cell_f]).astype(np.int32),
        turned=np.concatenate([np.zeros((before, count), np.uint8), drawn.turned, np.zeros((after, count), np.uint8)]),
        hop=hop,
        hop_block=np.concatenate([drawn.hop_block, hop_arc_b, hop_arc_f]),
        hop_next=np.concatenate([drawn.hop_next, _moved(hop_next_b, shift_b), _moved(hop_next_f, shift_f)]),
    )
    return whole, gone


def _moved(links: NDArray[np.int32], by: int) -> NDArray[np.int32]:
    return np.where(links >= 0, links + by, -1).astype(np.int32)


def _normal(ptr: NDArray[np.int32], p: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.add.reduceat(np.append(p, np.float32(0)), ptr[:-1])
    return np.asarray(p / np.repeat(np.where(total > 0, total, 1), np.diff(ptr)), np.float32)


@njit(cache=True)
def _turned(first: Any, following: Any) -> Any:
    new_first = np.full_like(first, -1)
    new_next = np.full_like(following, -1)
    for t in range(first.shape[0]):
        for h in range(first.shape[1]):
            at = first[t, h]
            last = np.int32(-1)
            while at >= 0:
                new_next[at] = last
                last = at
                at = following[at]
            new_first[t, h] = last
    return new_first, new_next


@njit(cache=True)
def _walk(
    sizes: Any, out_ptr: Any, out_arc: Any, out_p: Any, cumulated: Any, pace: Any,
    arc: Any, cell: Any, mode: Any, uniform: Any,
) -> Any:  # fmt: skip
    steps, count = uniform.shape[0], uniform.shape[1]
    arcs = np.empty((steps, count), np.int32)
    cells = np.empty((steps, count), np.int32)
    gone = np.empty((steps, count), np.int8)
    hop = np.full((steps, count), -1, np.int32)
    hop_arc = np.empty(1024, np.int32)
    hop_next = np.empty(1024, np.int32)
    hops = 0
    for h in range(count):
        a = arc[h]
        i = cell[h]
        m = mode[h]
        for t in range(steps):
            for m2 in range(cumulated.shape[1]):
                if uniform[t, h, 0] <= cumulated[m, m2]:
                    m = m2
                    break
            i += pace[m]
            x = uniform[t, h, 1]
            passed = np.int32(-1)
            while i >= sizes[a]:
                if out_ptr[a + 1] == out_ptr[a]:
                    i = sizes[a] - 1
                    break
                rest = i - sizes[a]
                run = 0.0
                b = out_arc[out_ptr[a + 1] - 1]
                for e in range(out_ptr[a], out_ptr[a + 1]):
                    run += out_p[e]
                    if x <= run:
                        # What is left of the number decides the next turn.
                        x = (x - run + out_p[e]) / max(out_p[e], 1e-9)
                        b = out_arc[e]
                        break
                if rest >= sizes[b]:
                    if hops >= len(hop_arc):
                        more_arc = np.empty(2 * len(hop_arc), np.int32)
                        more_next = np.empty(2 * len(hop_arc), np.int32)
                        more_arc[:hops] = hop_arc[:hops]
                        more_next[:hops] = hop_next[:hops]
                        hop_arc = more_arc
                        hop_next = more_next
                    hop_arc[hops] = b
                    hop_next[hops] = -1
                    if passed < 0:
                        hop[t, h] = hops
                    else:
                        hop_next[passed] = hops
                    passed = np.int32(hops)
                    hops += 1
                a = b
                i = rest
            arcs[t, h] = a
            gone[t, h] = pace[m]
            cells[t, h] = i
    return arcs, cells, gone, hop, hop_arc[:hops].copy(), hop_next[:hops].copy()
