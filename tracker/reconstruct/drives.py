"""The quickest drives between all the roads that two reports can mean: what physics allows between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.model import geodesy
from tracker.reconstruct.space import RoadSpace
from tracker.roads import shortest_path

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BESIDE_M = 500.0
"""A place beside the roads also means those within a quarter more than the distance of the nearest one, and this."""

_LONGEST_S = 2_000_000.0
"""Longer drives, of three weeks, are as good as none."""

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
    _known: dict[tuple[float, float, float], Spots] = field(default_factory=dict, repr=False)
    """Positions that were asked for before."""

    def spots(self, lon: float, lat: float, radius_m: float) -> Spots:
        """The road positions that a place and its radius can mean; never none, unless there is no road at all."""
        place = (lon, lat, radius_m)
        if place not in self._known:
            self._known[place] = self._near(*place)
        return self._known[place]

    def _near(self, lon: float, lat: float, radius_m: float) -> Spots:
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
        at_places = self._places(here, back=back)
        return np.array([self._arrivals(here, spots, at_places, back=back).min(initial=np.inf) for spots in there])

    def metres(self, here: Spots, there: Spots) -> float:
        """Length of the quickest drive from here to there in metres; inf without a way."""
        last = int(self._arrivals(here, there, self._places(here, back=False), back=False).argmin())
        goal = Spots(there.edge[[last]], there.offset_m[[last]])
        first = int(self._arrivals(goal, here, self._places(goal, back=True), back=True).argmin())
        start, end = (int(here.edge[first]), float(here.offset_m[first])), (int(goal.edge[0]), float(goal.offset_m[0]))
        return shortest_path(self.space.network, start, end).metres

    @cached_property
    def _over(self) -> tuple[Ints, Ints]:
        """The places from which each arc is driven, one arc after the other, and where those of each arc start."""
        graph = self.space.network.graph
        place = np.repeat(np.arange(len(graph.junction)), np.diff(graph.ptr))
        order = np.argsort(graph.arc, kind="stable")
        count = np.bincount(graph.arc, minlength=len(self.space.network.arc_edge))
        return place[order], np.concatenate([[0], np.cumsum(count)])

    def _places(self, spots: Spots, *, back: bool) -> Floats:
        """(s,) least seconds from any position to every place of the search graph, or from there to any position."""
        network = self.space.network
        _, arc, seconds = self._arcs(spots, leaving=not back)
        if back:
            which, place = self._before(arc)
            seconds = seconds[which]
        else:
            place = np.asarray(network.graph.entered, np.int64)[arc]
        begin = np.rint(np.minimum(seconds, _LONGEST_S) * 1000)
        found, ms = network.searcher.settled(
            place.astype(np.int32), begin.astype(np.int32), limit=int(_LONGEST_S * 1000), by="seconds", back=back,
            wanted=np.zeros(0, np.int32),
        )  # fmt: skip
        dense = np.full(len(network.graph.junction), np.inf)
        dense[found] = ms / 1000
        return dense

    def _arrivals(self, here: Spots, there: Spots, at_places: Floats, *, back: bool) -> Floats:
        """(p,) least seconds to each position of there (or back from it)."""
        network = self.space.network
        best = np.full(len(there.edge), np.inf)
        spot, arc, seconds = self._arcs(there, leaving=back)
        if back:
            np.minimum.at(best, spot, at_places[np.asarray(network.graph.entered)[arc]] + seconds)
        else:
            which, place = self._before(arc)
            np.minimum.at(best, spot[which], at_places[place] + seconds[which])
        for edge in np.intersect1d(here.edge, there.edge):
            to = there.edge == edge
            ahead = there.offset_m[to][:, None] - here.offset_m[here.edge == edge]
            ahead = -ahead if back else ahead
            along, against = network.edge_arcs[:, edge] >= 0
            allowed = np.where(ahead > 0, along, against) | (ahead == 0)
            drive = np.where(allowed, np.abs(ahead), np.inf).min(axis=1) / self._pace(edge)
            best[to] = np.minimum(best[to], drive)
        return best

    def _before(self, arc: Ints) -> tuple[Ints, Ints]:
        """The places from which arcs are driven: which of the arcs, and the place."""
        places, ptr = self._over
        count = np.diff(ptr)[arc]
        which = np.repeat(np.arange(len(arc)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return which, places[ptr[arc][which] + within]

    def _arcs(self, spots: Spots, *, leaving: bool) -> tuple[Ints, Ints, Floats]:
        """The arcs that lead away from positions (or to them): which position, the arc, seconds over its part."""
        network, edge = self.space.network, spots.edge
        pace, rest = self._pace(edge), np.asarray(network.length_m)[edge] - spots.offset_m
        arcs = np.asarray(network.edge_arcs, np.int64)[:, edge]
        parts = np.stack([rest, spots.offset_m] if leaving else [spots.offset_m, rest]) / pace
        side, spot = np.nonzero(arcs >= 0)
        return spot, arcs[side, spot], parts[side, spot]

    def _pace(self, edge: Ints) -> Floats:
        """Metres a second on edges."""
        return np.asarray(self.space.network.speed_kmh, float)[edge] / 3.6
