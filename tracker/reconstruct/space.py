"""The road cells that a column can be in, and where it can go from each: the state space of the filter."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tracker.model import geodesy
from tracker.reconstruct.turning import REGION_ARCS, turn_probabilities
from tracker.roads import RoadNetwork

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

CELL_S = 20.0
"""Free travel time through one cell, in seconds: 150 to 450 m of road."""

BEYOND_KM = 100.0
"""How far beyond the outermost reports a column may have been."""

BLOCK = 12
"""Cells of a block, about."""


@dataclass(frozen=True, eq=False)
class RoadSpace:
    """Cells along every arc of a network, in blocks of a few, and the ways from block to block.

    A block is a piece of one arc: the filter keeps and drops whole blocks, so a long arc costs only where the unit
    may be.
    """

    network: RoadNetwork
    """The network that the cells lie on."""
    inside: NDArray[np.bool_]
    """(arcs,) whether an arc was made into cells, unless it is too short for one."""
    arc_ptr: Ints
    """(arcs + 1,) first cell of each arc."""
    arc: Ints
    """(cells,) arc of each cell."""
    lon: Floats
    """(cells,) longitude of the cells' middles."""
    lat: Floats
    """(cells,) latitude of the cells' middles."""
    tree: Any
    """k-d tree over the cells' earth-centred metres."""
    ptr: Ints
    """(blocks + 1,) first cell of each block."""
    block: Ints
    """(cells,) block of each cell."""
    before: Ints
    """(cells,) the cell that a column most probably came from; its own number where there is none."""
    after: Ints
    """(cells,) the cell that a column most probably drives to next; its own number where there is none."""
    middle: Floats
    """(blocks, 3) earth-centred metres of each block's middle."""
    reverse: Ints
    """(blocks,) the block of the same stretch in the opposite direction, or -1."""
    succ_ptr: Ints
    """(blocks + 1,) where each block's onward ways begin."""
    succ: Ints
    """Blocks reached next, arcs too short for a cell being passed through."""
    succ_p: NDArray[np.float32]
    """Probability of going on to each."""
    pred_ptr: Ints
    """(blocks + 1,) the same ways by the block entered."""
    pred: Ints
    """Blocks come from."""
    pred_p: NDArray[np.float32]
    """Probability of that way, as in `succ_p`."""


Area = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""


def space_for(network: RoadNetwork, reports: gpd.GeoDataFrame) -> RoadSpace:
    """The cells that the columns which reports speak of can be on: of a network of a region all of them.

    Parameters
    ----------
    network : roads
    reports : reports that say where a column was
    """
    return road_space(network, _area(network, reports))


def _area(network: RoadNetwork, reports: gpd.GeoDataFrame) -> Area | None:
    places = reports.geometry[reports.geometry.notna() & ~reports.geometry.is_empty]
    if len(network.arc_tail) <= REGION_ARCS or len(places) == 0:
        return None
    lon, lat = places.x.to_numpy(float), places.y.to_numpy(float)
    north = BEYOND_KM / 111
    east = north / max(np.cos(np.radians(np.abs(lat).max())), 0.1)
    # Rounded, so that one report more does not mean other cells.
    south_west, north_east = (lon.min() - east, lat.min() - north), (lon.max() + east, lat.max() + north)
    west, south, east, north = (*np.floor(south_west), *np.ceil(north_east))
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=2)
def road_space(network: RoadNetwork, area: Area | None = None) -> RoadSpace:
    """The cells of a network, within an area if one is given and has any; kept for those last used, since they never
    change."""
    states = network.states(CELL_S)
    inside = _inside(network, area)
    kept = inside[np.asarray(states.arc)]
    if area is not None and not kept.any():  # all reports lie far from every road
        return road_space(network)
    size = np.where(inside, np.diff(states.ptr), 0).astype(np.int32)
    arc_ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    turns = _skip_short(size, *turn_probabilities(network, inside))
    ptr, of_arc = _blocks(size)
    reverse, succ_ptr, succ, succ_p = _join_blocks(ptr, of_arc, np.asarray(network.arc_reverse, np.int64), *turns)
    blocks = len(ptr) - 1
    source = np.repeat(np.arange(blocks, dtype=np.int32), np.diff(succ_ptr))
    order = np.argsort(succ, kind="stable")
    pred_ptr = np.concatenate([[0], np.cumsum(np.bincount(succ, minlength=blocks))]).astype(np.int32)
    pred, pred_p = source[order], succ_p[order]
    lon, lat = np.asarray(states.lon, float)[kept], np.asarray(states.lat, float)[kept]
    xyz = geodesy.earth_centred(lon, lat)
    before, after = _neighbours(ptr, (succ_ptr, succ, succ_p), (pred_ptr, pred, pred_p))
    return RoadSpace(
        network=network,
        inside=inside,
        arc_ptr=arc_ptr,
        arc=np.asarray(states.arc, np.int32)[kept],
        lon=lon,
        lat=lat,
        tree=cKDTree(xyz),
        ptr=ptr,
        block=np.repeat(np.arange(blocks, dtype=np.int32), np.diff(ptr)),
        before=before,
        after=after,
        middle=xyz[(ptr[:-1] + ptr[1:]) // 2],
        reverse=reverse,
        succ_ptr=succ_ptr,
        succ=succ,
        succ_p=succ_p,
        pred_ptr=pred_ptr,
        pred=pred,
        pred_p=pred_p,
    )


def _inside(network: RoadNetwork, area: Area | None) -> NDArray[np.bool_]:
    """(arcs,) whether an arc lies in an area from end to end."""
    if area is None:
        return np.ones(len(network.arc_tail), bool)
    lon, lat = np.asarray(network.node_lon), np.asarray(network.node_lat)
    node = (lon >= area[0]) & (lon <= area[2]) & (lat >= area[1]) & (lat <= area[3])
    return np.asarray(node[network.arc_tail] & node[network.arc_head])


def _blocks(size: Ints) -> tuple[Ints, Ints]:
    """First cell of each block, and each block's arc.

    An odd number of blocks an arc, mirrored about the middle one: then the blocks of both directions of a road match.
    """
    ptr, of_arc = [0], []
    for arc in np.flatnonzero(size):
        cells = int(size[arc])
        pieces = max(1, round(cells / BLOCK)) | 1
        half = [i * cells // pieces for i in range(1, pieces // 2 + 1)]
        cuts = [0, *half, *(cells - cut for cut in reversed(half)), cells]
        cuts = sorted(set(cuts))
        begin = ptr[-1]
        ptr.extend(begin + cut for cut in cuts[1:])
        of_arc.extend([arc] * (len(cuts) - 1))
    return np.array(ptr, np.int32), np.array(of_arc, np.int32)


def _join_blocks(
    ptr: Ints, of_arc: Ints, arc_reverse: NDArray[np.int64], turn_ptr: Ints, turn_arc: Ints, turn_p: NDArray[np.float32]
) -> tuple[Ints, Ints, Ints, NDArray[np.float32]]:
    blocks = len(of_arc)
    arcs = len(arc_reverse)
    first = np.searchsorted(of_arc, np.arange(arcs)).astype(np.int64)
    last = np.searchsorted(of_arc, np.arange(arcs), side="right") - 1
    opposite = arc_reverse[of_arc]
    number = np.arange(blocks)
    reverse = np.where(opposite >= 0, last[opposite] - (number - first[of_arc]), -1).astype(np.int32)
    ends = number == last[of_arc]
    counts = np.where(ends, np.diff(turn_ptr)[of_arc], 1)
    succ_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    succ = np.empty(succ_ptr[-1], np.int32)
    succ_p = np.ones(succ_ptr[-1], np.float32)
    within = succ_ptr[:-1][~ends]
    succ[within] = number[~ends] + 1
    for block in number[ends]:
        at, turns = (
            slice(succ_ptr[block], succ_ptr[block + 1]),
            slice(turn_ptr[of_arc[block]], turn_ptr[of_arc[block] + 1]),
        )
        succ[at], succ_p[at] = first[turn_arc[turns]], turn_p[turns]
    return reverse, succ_ptr, succ, succ_p


Ways = tuple[Ints, Ints, NDArray[np.float32]]
"""Where each block's ways begin, the blocks that they lead to, and the probability of each."""


def _neighbours(ptr: Ints, onward: Ways, back: Ways) -> tuple[Ints, Ints]:
    """The likeliest cell before and after each."""
    cells = ptr[-1]
    before, after = np.arange(cells, dtype=np.int32) - 1, np.arange(cells, dtype=np.int32) + 1
    begins, ends = ptr[:-1], ptr[1:] - 1
    before[begins] = _likeliest(*back, ends, begins)
    after[ends] = _likeliest(*onward, begins, ends)
    return before, after


def _likeliest(way_ptr: Ints, to: Ints, p: NDArray[np.float32], cell: Ints, none: Ints) -> Ints:
    """The cell of the block that each block's likeliest way leads to; of several the first."""
    of = np.repeat(np.arange(len(none)), np.diff(way_ptr))
    order = np.lexsort((-p, of))
    some = np.flatnonzero(np.diff(way_ptr))
    found = none.copy()
    found[some] = cell[to[order[way_ptr[some]]]]
    return found


@njit(cache=True)
def _skip_short(size: Any, turn_ptr: Any, turn_arc: Any, turn_p: Any) -> Any:
    arcs = len(size)
    ptr = np.zeros(arcs + 1, np.int32)
    out_arc = np.empty(4 * len(turn_arc) + 16, np.int32)
    out_p = np.empty(4 * len(turn_arc) + 16, np.float32)
    stack_arc = np.empty(256, np.int64)
    stack_p = np.empty(256, np.float64)
    stack_depth = np.empty(256, np.int64)
    at = 0
    for a in range(arcs):
        begin = at
        total = 0.0
        if size[a] > 0:
            top = 1
            stack_arc[0] = a
            stack_p[0] = 1.0
            stack_depth[0] = 0
            while top:
                top -= 1
                b0 = stack_arc[top]
                p0 = stack_p[top]
                depth = stack_depth[top]
                for j in range(turn_ptr[b0], turn_ptr[b0 + 1]):
                    b = turn_arc[j]
                    p = p0 * turn_p[j]
                    if size[b] > 0:
                        if at >= len(out_arc):
                            more = np.empty(2 * len(out_arc), np.int32)
                            more[:at] = out_arc[:at]
                            out_arc = more
                            more_p = np.empty(2 * len(out_p), np.float32)
                            more_p[:at] = out_p[:at]
                            out_p = more_p
                        out_arc[at] = b
                        out_p[at] = p
                        total += p
                        at += 1
                    elif depth < 12 and p > 1e-3 and top < 255:
                        stack_arc[top] = b
                        stack_p[top] = p
                        stack_depth[top] = depth + 1
                        top += 1
            for j in range(begin, at):
                out_p[j] /= total
        ptr[a + 1] = at
    return ptr, out_arc[:at].copy(), out_p[:at].copy()
