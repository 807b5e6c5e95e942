"""The compiled search of `near_pairs`: a sweep over a grid of cells of space and time."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_KEYS = 2**62
"""Cells are numbered by one integer, and must be fewer than this."""


def within(points: Floats, reach: Floats, tags: Ints, seeking: Bools, width: float) -> tuple[Ints, Ints]:
    """Pairs of rows near in space and in time, of one kind and of units that go together.

    The cells of a coarse grid are swept in their order. Of the neighbours of a cell those along the third axis lie one
    after another, so each of the 27 (of half of them, where all rows seek) is a window that only ever moves on: no
    tree, no hashing, and memory is read in order.

    Parameters
    ----------
    points : (n, 4) earth-centred x, y, z and time, in units in which the width is one for all
    reach : (n, 2) how far each row reaches in space and in time; the larger of two rows counts
    tags : (n, 2) numbers of kind and unit; a unit below 0 goes with any
    seeking : (n,) pairs hold at least one of these rows, and no other reaches farther than the width
    width : side of a cell, not less than any reach

    Returns
    -------
    Row numbers of both of each pair, in no particular order.
    """
    low = np.asarray([points[:, side].min() for side in range(4)])
    extent = np.asarray([points[:, side].max() for side in range(4)]) - low
    sides = np.full(4, width)
    space = np.floor(extent[:3] / width).astype(np.int64) + 3
    # One mistyped year must not make more hours than there are integers: then cells are longer.
    sides[3] = max(width, extent[3] / (_KEYS // int(space.prod()) - 4))
    # An empty cell at both ends of each axis, so that a neighbour beyond the edge is nobody's cell.
    steps = np.asarray([space[1] * space[2], space[2], 1, space.prod()])
    keys = np.zeros(len(points), np.int64)
    for side in range(4):
        keys += (((points[:, side] - low[side]) / sides[side]).astype(np.int64) + 1) * steps[side]
    order = np.argsort(keys)
    x, y, t = np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij")
    windows = np.sort((x * steps[0] + y * steps[1] + t * steps[3]).ravel())
    if seeking.all():
        windows = windows[13:]
    one, other = _sweep(keys[order], windows, points[order], reach[order], tags[order], seeking[order])
    return order[one], order[other]


@njit(cache=True)
def _sweep(keys: Ints, windows: Ints, points: Floats, reach: Floats, tags: Ints, seeking: Bools) -> Any:
    size, found = len(keys), 0
    begin, end = np.zeros(len(windows), np.int64), np.zeros(len(windows), np.int64)
    one, other = np.empty(size + 16, np.int64), np.empty(size + 16, np.int64)
    for i in range(size):
        if not seeking[i]:
            continue
        if i == 0 or keys[i] != keys[i - 1] or not seeking[i - 1]:
            for w in range(len(windows)):
                first, last = keys[i] + windows[w] - 1, keys[i] + windows[w] + 1
                b, e = begin[w], end[w]
                while b < size and keys[b] < first:
                    b += 1
                e = max(b, e)
                while e < size and keys[e] <= last:
                    e += 1
                begin[w], end[w] = b, e
        for w in range(len(windows)):
            for j in range(begin[w], end[w]):
                if seeking[j] and j <= i:
                    continue
                if tags[i, 0] != tags[j, 0] or (tags[i, 1] != tags[j, 1] and tags[i, 1] >= 0 and tags[j, 1] >= 0):
                    continue
                if abs(points[i, 3] - points[j, 3]) > max(reach[i, 1], reach[j, 1]):
                    continue
                chord = 0.0
                for side in range(3):
                    chord += (points[i, side] - points[j, side]) ** 2
                if chord > max(reach[i, 0], reach[j, 0]) ** 2:
                    continue
                if found == len(one):
                    more_one, more_other = np.empty(2 * found, np.int64), np.empty(2 * found, np.int64)
                    more_one[:found], more_other[:found] = one, other
                    one, other = more_one, more_other
                one[found], other[found] = i, j
                found += 1
    return one[:found].copy(), other[:found].copy()
