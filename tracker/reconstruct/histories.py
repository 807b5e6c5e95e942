"""From drawn road cells to histories: the roads between the cells, and the clock along them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tracker.model import History, RoadPath, geodesy
from tracker.reconstruct.space import RoadSpace

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Cells of all histories at all steps, and the arcs passed in between."""

    block: Ints
    """(steps, histories) block."""
    cell: Ints
    """(steps, histories) cell within the block."""
    turned: NDArray[np.uint8]
    """(steps, histories) 1 where the column turned round in the step that ends here."""
    hop: Ints
    """(steps, histories) first entry of `hop_block` passed wholly in the step that ends here, or -1."""
    hop_block: Ints
    """Blocks passed wholly within a step."""
    hop_next: Ints
    """Entry of the block passed after this one, or -1."""


Leg = tuple[int, float, float]
"""A stretch of one arc: arc, metres along it at the beginning and at the end."""


def histories(space: RoadSpace, drawn: Drawn, seconds: Floats) -> tuple[History, ...]:
    """The timed paths of all drawn histories.

    Parameters
    ----------
    space : the road cells
    drawn : what the filter or the walk has drawn
    seconds : (steps,) seconds after the track's start of each step
    """
    builder = _Builder(space)
    return tuple(builder.history(drawn, member, seconds) for member in range(drawn.block.shape[1]))


class _Builder:
    """Shares paths between histories that took the same roads, and bridges between the same arcs."""

    def __init__(self, space: RoadSpace) -> None:
        self.space = space
        network = space.network
        self.length = np.asarray(network.length_m, float)[network.arc_edge]
        self.size = np.diff(space.arc_ptr)
        self.paths: dict[tuple[Leg, ...], RoadPath] = {}
        self.bridges: dict[tuple[int, int], tuple[int, ...]] = {}
        self.shapes: dict[Leg, tuple[Floats, Floats]] = {}

    def history(self, drawn: Drawn, member: int, seconds: Floats) -> History:
        place = self.space.ptr[drawn.block[:, member]] + drawn.cell[:, member]
        arc = self.space.arc[place]
        cell = place - self.space.arc_ptr[arc]
        offset = (cell + 0.5) / np.maximum(self.size[arc], 1) * self.length[arc]
        turned = drawn.turned[1:, member].astype(bool)
        again = (arc[1:] == arc[:-1]) & (cell[1:] < cell[:-1])
        changes = np.flatnonzero((arc[1:] != arc[:-1]) | turned | again) + 1
        legs: list[Leg] = []
        begun = np.zeros(len(arc), np.int64)  # legs begun at each step
        entered, so_far = 0.0, 0
        for t in changes:
            before, after = int(arc[t - 1]), int(arc[t])
            if turned[t - 1]:
                legs.append((before, entered, float(offset[t - 1])))
                entered = float(offset[t])
            else:
                legs.append((before, entered, float(self.length[before])))
                passed = self._passed(drawn, int(drawn.hop[t, member]))
                legs.extend((a, 0.0, float(self.length[a])) for a in self._joined([before, *passed, after]))
                entered = 0.0
            begun[t] = len(legs) - so_far
            so_far = len(legs)
        legs.append((int(arc[-1]), entered, float(self.length[arc[-1]])))
        leg_of = np.cumsum(begun)
        path = self._path(tuple(legs))
        start = np.array([leg[1] for leg in legs])
        metres = path.leg_start[leg_of] + offset - start[leg_of]
        # Knots only where the pace changes: in between, straight lines in time say the same.
        pace = np.diff(metres)
        keep = np.ones(len(metres), bool)
        keep[1:-1] = np.abs(np.diff(pace)) > 0.5
        return History(path=path, seconds=seconds[keep], metres=np.maximum.accumulate(metres[keep]))

    def _passed(self, drawn: Drawn, hop: int) -> list[int]:
        passed = []
        while hop >= 0:
            passed.append(int(self.space.arc[self.space.ptr[drawn.hop_block[hop]]]))
            hop = int(drawn.hop_next[hop])
        return passed

    def _joined(self, arcs: list[int]) -> list[int]:
        """The arcs between the first and the last of a chain, with those that were too short for a cell put back."""
        joined: list[int] = []
        for before, after in pairwise(arcs):
            if before == after:  # two blocks of one arc
                continue
            joined.extend(self._bridge(before, after))
            joined.append(after)
        return joined[:-1] if joined else []

    def _bridge(self, before: int, after: int) -> tuple[int, ...]:
        network = self.space.network
        if network.arc_head[before] == network.arc_tail[after]:
            return ()
        if (before, after) not in self.bridges:
            # Breadth first over arcs without cells: the fewest pieces that join the two.
            queue: list[tuple[int, tuple[int, ...]]] = [(before, ())]
            seen = {before}
            found: tuple[int, ...] = ()
            while queue:
                last, chain = queue.pop(0)
                node = network.arc_head[last]
                if node == network.arc_tail[after]:
                    found = chain
                    break
                for b in range(network.arc_ptr[node], network.arc_ptr[node + 1]):
                    if self.size[b] == 0 and b not in seen:
                        seen.add(b)
                        queue.append((b, (*chain, b)))
            self.bridges[before, after] = found
        return self.bridges[before, after]

    def _path(self, legs: tuple[Leg, ...]) -> RoadPath:
        if legs not in self.paths:
            network = self.space.network
            lon, lat, leg_start = [], [], [0.0]
            for leg in legs:
                x, y = self._stretch(leg)
                lon.append(x)
                lat.append(y)
                leg_start.append(leg_start[-1] + leg[2] - leg[1])
            x, y = np.concatenate(lon), np.concatenate(lat)
            metres = geodesy.path_metres(x, y)
            # The legs' own lengths are the measure; the vertices follow them exactly.
            firsts = np.cumsum([0, *(len(part) for part in lon)])
            metres = np.interp(
                metres, metres[np.r_[firsts[:-1], firsts[-1] - 1]], leg_start
            ) if leg_start[-1] > 0 else metres  # fmt: skip
            self.paths[legs] = RoadPath(
                edges=np.asarray(network.arc_edge)[[leg[0] for leg in legs]].astype(np.int64),
                leg_start=np.array(leg_start),
                lon=x,
                lat=y,
                metres=metres,
            )
        return self.paths[legs]

    def _stretch(self, leg: Leg) -> tuple[Floats, Floats]:
        if leg not in self.shapes:
            self.shapes[leg] = self._cut(*leg)
        return self.shapes[leg]

    def _cut(self, arc: int, begin: float, end: float) -> tuple[Floats, Floats]:
        network = self.space.network
        edge = int(network.arc_edge[arc])
        at = slice(int(network.vertex_ptr[edge]), int(network.vertex_ptr[edge + 1]))
        lon, lat = np.asarray(network.vertex_lon[at], float), np.asarray(network.vertex_lat[at], float)
        metres = network.running_m[at] - network.running_m[at.start]
        if not network.arc_forward[arc]:
            lon, lat, metres = lon[::-1], lat[::-1], metres[-1] - metres[::-1]
        inner = (metres > begin) & (metres < end)
        cut = np.concatenate([[begin], metres[inner], [end]])
        return np.interp(cut, metres, lon), np.interp(cut, metres, lat)
