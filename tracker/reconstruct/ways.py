"""The ways back from a cell: all that leads to it in one step, met again where they meet."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.reconstruct.pace import LEVELS
from tracker.reconstruct.terms import Ground, Ints


class Ways(NamedTuple):
    """The ways back from one cell over the ends of blocks, met again where they meet: entries, and links between."""

    number: Ints
    """(LEVELS, blocks) entry of a block with so many cells still to go back in it, or -1."""
    block: Ints
    """(entries,) block."""
    left: Ints
    """(entries,) cells to go back beyond the block's last."""
    p: NDArray[np.float64]
    """(entries,) probability of all ways on from there."""
    link: Ints
    """(entries,) first link, or -1."""
    to: Ints
    """(links,) entry, later in time, that this way leads to, or -1 for the cell itself."""
    share: NDArray[np.float64]
    """(links,) probability of this way."""
    following: Ints
    """(links,) next link of the same entry, or -1."""


@njit(cache=True)
def ways_back(ground: Ground, block: int, cells: int, ways: Ways) -> Any:
    """Enter in `ways` all that leads to the first cell of a block from so many cells before it. Returns the number of
    entries."""
    entries, links = _link_back(ground, block, -1, 1.0, cells - 1, ways, 0, 0)
    # From the most cells left to the fewest: an entry is complete before it is gone on from.
    for left in range(cells - 1, -1, -1):
        entry = 0
        while entry < entries:
            b = ways.block[entry]
            n = ground.size[b]
            if ways.left[entry] == left and left >= n:
                entries, links = _link_back(ground, b, entry, ways.p[entry], left - n, ways, entries, links)
            entry += 1
    for entry in range(entries):
        ways.number[ways.left[entry], ways.block[entry]] = -1
    return entries


@njit(cache=True)
def _link_back(
    ground: Ground, block: int, to: int, p: float, left: int, ways: Ways, entries: int, links: int
) -> Any:  # fmt: skip
    for e in range(ground.onward_ptr[block], ground.onward_ptr[block + 1]):
        b = ground.onward[e]
        entry = ways.number[left, b]
        if entry < 0:
            entry = entries
            entries += 1
            ways.number[left, b] = entry
            ways.block[entry], ways.left[entry], ways.p[entry], ways.link[entry] = b, left, 0.0, -1
        share = p * ground.onward_p[e]
        ways.p[entry] += share
        ways.to[links], ways.share[links], ways.following[links] = to, share, ways.link[entry]
        ways.link[entry] = links
        links += 1
    return entries, links


@njit(cache=True)
def new_ways(blocks: int, links: int) -> Any:
    """Room for the ways back over a map of so many blocks, and of so many links between them."""
    # As many as there can be; no memory is taken before it is written to.
    most, links = LEVELS * blocks, LEVELS * links
    return Ways(
        np.full((LEVELS, blocks), -1, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.float64),
        np.empty(most, np.int32),
        np.empty(links, np.int32),
        np.empty(links, np.float64),
        np.empty(links, np.int32),
    )


@njit(cache=True)
def choose(ways: Ways, entry: int, x: float) -> Any:
    """A link of an entry by the probability of its way, and a number between 0 and 1 for the next choice."""
    want = x * ways.p[entry]
    link = ways.link[entry]
    while ways.following[link] >= 0 and want > ways.share[link]:
        want -= ways.share[link]
        link = ways.following[link]
    return link, min(max(want / max(ways.share[link], 1e-300), 0.0), 1.0)
