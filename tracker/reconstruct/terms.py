"""The terms that the compiled loops share: roads, motion and claims as arrays, and what the filter keeps."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Flags = NDArray[np.uint8]

SIGHTING, TURNAROUND, ABSENCE, PASSING = 0, 1, 2, 3
"""How a report is read: seen at one moment of its interval, any as likely as any other; turned round within it; not
there at all; or seen as it passed, at a moment that the interval merely bounds (staying makes it no likelier)."""


class Ground(NamedTuple):
    """Road cells in blocks, and the ways onward, as the loops need them.

    After the cells of each arc there is room for as many as the fastest pace goes in a step: no weight lies there
    between steps.
    """

    ptr: Ints
    """(blocks + 1,) first cell of each block; the room after an arc is its last block's."""
    size: Ints
    """(blocks,) cells of each, without the room."""
    block: Ints
    """(cells,) block of each cell."""
    arc_end: Ints
    """(blocks,) the cell after the last of the block's arc: where the room begins."""
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


class Weights(NamedTuple):
    """What is known at a step, of every mode and cell: planes of weights, and the blocks where they hold any.

    Plane 0 is the weight itself; each claim that is open has a plane of the weight that it has seen.
    """

    now: Floats
    """(planes, MODES, cells and room for the fastest pace)."""
    held: Flags
    """(planes, blocks) 1 where a plane may have weight; where plane 0 has none, no plane has."""


class Kept(NamedTuple):
    """What drawing backward needs, of every step of a stretch of time."""

    begin: int
    """First step of the stretch."""
    step_ptr: NDArray[np.int64]
    """(steps + 1,) where each step's blocks begin."""
    step_at: NDArray[np.int64]
    """(steps + 1,) where the data of each step begin: its weights, then the shares of each open claim."""
    blocks: Ints
    """Blocks with weight, step by step."""
    data_at: NDArray[np.int64]
    """(blocks kept,) where the weights of each begin."""
    seen_ptr: NDArray[np.int64]
    """(steps + 1,) where each step's entries of `seen_at` begin."""
    seen_at: NDArray[np.int64]
    """By step, block and open claim, where the shares of the weights that it has seen begin; -1 where it saw none."""
    data: Floats
    """Weights, and shares of them, by cell and mode: a draw looks at all modes of a cell."""


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
