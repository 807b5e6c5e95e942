"""The quickest drives between all the roads that two reports can mean: what physics allows between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.model import geodesy
from tracker.reconstruct.space import RoadSpace
from tracker.roads import least, shortest_path

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BESIDE_M = 500.0
"""A place beside the roads also means those within a quarter more than the distance of the nearest one, and this."""

NEAR_M = 2000.0
"""Up to this radius every edge counts, at its nearest point; beyond, roads too short for a cell do not matter."""


class Spots(NamedTuple):
    """Positions on roads."""

    edge: Ints
    """(p,) edge."""
    offset_m: Floats
    """(p,) metres along the edge's shape."""


@dataclass(frozen=True, eq=False)
class Drives:
    """Drives over one network."""

    space: RoadSpace
    """Road cells of the network."""

    def spots(self, lon: float, lat: float, radius_m: float) -> Spots:
        """The road positions that a place and its radius can mean; never none, unless there is no road at all."""
        network, space = self.space.network, self.space
        off_road = float(network.nearest(lon, lat).distance_m[0])
        reach = max(radius_m, 1.25 * off_road + BESIDE_M)
        near = network.candidates(lon, lat, max(min(reach, NEAR_M), off_road + 1))
        chord = geodesy.metres_to_chord(reach)
        cell = np.array(space.tree.query_ball_point(geodesy.earth_centred(lon, lat), chord), np.int64)
        arc = np.asarray(space.arc, np.int64)[cell]
        first, size = np.asarray(space.arc_ptr, np.int64)[arc], np.diff(space.arc_ptr)[arc]
        part = (cell - first + 0.5) / size
        edge = np.asarray(network.arc_edge, np.int64)[arc]
        along = np.where(network.arc_forward[arc], part, 1 - part) * network.length_m[edge]
        return Spots(np.concatenate([near.edge, edge]), np.concatenate([near.offset_m, along]))

    def seconds(self, here: Spots, there: Sequence[Spots], *, back: bool = False) -> Floats:
        """Least free seconds from here to each of the others (or back: from each of them to here); inf without a way.

        Returns
        -------
        (len(there),) seconds.
        """
        at_junctions = self._junctions(here, back=back)
        return np.array([self._arrivals(here, spots, at_junctions, back=back).min(initial=np.inf) for spots in there])

    def metres(self, here: Spots, there: Spots) -> float:
        """Length of the quickest drive from here to there in metres; inf without a way."""
        last = int(self._arrivals(here, there, self._junctions(here, back=False), back=False).argmin())
        goal = Spots(there.edge[[last]], there.offset_m[[last]])
        first = int(self._arrivals(goal, here, self._junctions(goal, back=True), back=True).argmin())
        start, end = (int(here.edge[first]), float(here.offset_m[first])), (int(goal.edge[0]), float(goal.offset_m[0]))
        return shortest_path(self.space.network, start, end).metres

    def _junctions(self, spots: Spots, *, back: bool) -> Floats:
        """(n,) least seconds from any of the positions to every junction, or from every junction to any of them."""
        ends = self._ends(spots, leaving=not back)
        junction, seconds = (np.concatenate([end[part] for end in ends]) for part in (0, 1))
        allowed = np.isfinite(seconds)
        return least(self.space.network, junction[allowed], start=seconds[allowed], back=back)

    def _arrivals(self, here: Spots, there: Spots, at_junctions: Floats, *, back: bool) -> Floats:
        """(p,) least seconds to each position of there (or back from it)."""
        best = np.full(len(there.edge), np.inf)
        for junction, seconds in self._ends(there, leaving=back):
            best = np.minimum(best, at_junctions[junction] + seconds)
        network = self.space.network
        for edge in np.intersect1d(here.edge, there.edge):
            to = there.edge == edge
            ahead = there.offset_m[to][:, None] - here.offset_m[here.edge == edge]
            ahead = -ahead if back else ahead
            allowed = np.where(ahead > 0, network.oneway[edge] >= 0, network.oneway[edge] <= 0) | (ahead == 0)
            drive = np.where(allowed, np.abs(ahead), np.inf).min(axis=1) / self._pace(edge)
            best[to] = np.minimum(best[to], drive)
        return best

    def _ends(self, spots: Spots, *, leaving: bool) -> list[tuple[Ints, Floats]]:
        """Junctions at either end of the positions' edges, and the seconds to them (or from them); inf if forbidden."""
        network, edge = self.space.network, spots.edge
        pace, rest = self._pace(edge), np.asarray(network.length_m)[edge] - spots.offset_m
        forward, against = network.oneway[edge] >= 0, network.oneway[edge] <= 0
        to_head, to_tail = (forward, against) if leaving else (against, forward)
        return [
            (np.asarray(network.edge_head, np.int64)[edge], np.where(to_head, rest / pace, np.inf)),
            (np.asarray(network.edge_tail, np.int64)[edge], np.where(to_tail, spots.offset_m / pace, np.inf)),
        ]

    def _pace(self, edge: Ints) -> Floats:
        """Metres a second on edges."""
        return np.asarray(self.space.network.speed_kmh, float)[edge] / 3.6
