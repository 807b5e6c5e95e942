"""The terms that the compiled loops share: roads, motion and claims as arrays, and what the filter keeps."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

SIGHTING, TURNAROUND, ABSENCE, PASSING = 0, 1, 2, 3
"""How a report is read: seen at one moment of its interval, any as likely as any other; turned round within it; not
there at all; or seen as it passed, at a moment that the interval merely bounds (staying makes it no likelier)."""


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
