"""The fastest way for one who leaves at a moment and meets closures."""

from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from tracker.model import BadTime
from tracker.roads.closures.bars import WayMaker, Ways, followed
from tracker.roads.closures.closures import Closures
from tracker.roads.closures.timed import NEVER, earliest, through
from tracker.roads.ways import Floats, Indexes, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

RoadPosition = tuple[int, float]
"""An edge, and metres along its shape."""

Who = Literal["column", "traffic"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimedRoute:
    """A way with its times; no edges where there is none."""

    metres: float
    """Length in true metres; inf where there is no way."""
    seconds: float
    """Seconds from departure to arrival, waits included; inf where there is no way."""
    edges: Ints
    """(e,) edges in driving order, the first and last perhaps driven only in part."""
    arrival_s: Floats
    """(e,) seconds after departure at the end of each edge (of the last: at the goal)."""
    wait_s: Floats
    """(e,) seconds stood on each edge in front of what is closed."""
    met: tuple[str, ...]
    """Reports whose closures were met: waited for, or passed while they held; each once, in driving order."""


_NO_ROUTE = TimedRoute(
    metres=inf, seconds=inf, edges=np.zeros(0, np.int64), arrival_s=np.zeros(0), wait_s=np.zeros(0), met=()
)


def drive(
    network: "RoadNetwork", closures: Closures, start: RoadPosition, end: RoadPosition, depart: datetime, *,
    who: Who = "column", sure: float = 0.5,
) -> TimedRoute:  # fmt: skip
    """The earliest arrival between two road positions, one-ways and turn restrictions obeyed.

    One may wait before a closure until it ends, so leaving later is never arriving earlier. A roadblock at one spot
    stops one who has passed `sure` of the places where it may be; what it costs one who passes is its share of the
    expected seconds. Where several roadblocks hold one place, the one that costs most counts. A closure
    that begins while one is on its piece lets one go on. There is no turning round inside an edge, and no arrival
    later than 24 days.

    Parameters
    ----------
    network, closures : roads, and what closes them
    start, end : edge and metres along its shape, as `RoadNetwork.nearest` gives them
    depart : the moment of departure, with a zone
    who : column, stopped where `column` is blocks and delayed where it delays; or traffic, stopped where `traffic`
    sure : probability, above 0 and up to 1, at which a roadblock somewhere along pieces of road is taken to be met

    Raises
    ------
    BadTime
        The departure has no zone.
    ValueError
        `who` is neither, `sure` is no such probability, or a position lies on no edge.
    """
    if depart.tzinfo is None:
        raise BadTime(f"depart {depart} has no zone; give one, as in 2023-06-24T15:00+03:00")
    if who not in ("column", "traffic"):
        raise ValueError(f"who is {who!r}; give column or traffic")
    if not 0 < sure <= 1:
        raise ValueError(f"sure is {sure}; give a probability above 0 and up to 1")
    a, b = _checked(network, start), _checked(network, end)
    return _Drive(network, closures, WayMaker.of(network, closures, pd.Timestamp(depart), who, sure)).route(a, b)


class _Part(NamedTuple):
    """An arc driven from metres to metres from its start, as a numbered way."""

    arc: int
    start_m: float
    end_m: float
    way: int


class _Drive:
    """One search."""

    def __init__(self, network: "RoadNetwork", closures: Closures, maker: WayMaker) -> None:
        self.network, self.closures, self.maker = network, closures, maker
        graph = network.graph
        self.arc_ms = np.zeros(len(network.arc_edge), np.int64)
        self.arc_ms[graph.arc] = graph.by_time[:, 0]

    def route(self, a: RoadPosition, b: RoadPosition) -> TimedRoute:
        direct, leave, reach = self._ends(a, b)
        barred = self.maker.barred(self.arc_ms)
        ways = self.maker.ways()
        best, chain = NEVER, list[_Part]()
        for part in direct:
            moment = through(part.way, 0, *ways.arrays())
            if moment < best:
                best, chain = moment, [part]
        found, driven = self._search(ways, barred, leave, reach)
        if found < best:
            best, chain = found, driven
        return self._told(ways, chain, best) if best < NEVER else _NO_ROUTE

    def _ends(self, a: RoadPosition, b: RoadPosition) -> tuple[list[_Part], list[_Part], list[_Part]]:
        """The ways inside one edge, out of the first edge, and into the last one."""
        length_a, length_b = (float(self.network.length_m[edge]) for edge, _ in (a, b))
        direct, leave, reach = list[_Part](), list[_Part](), list[_Part]()
        for side in (0, 1):
            at, to = (a[1], b[1]) if side == 0 else (length_a - a[1], length_b - b[1])
            out, into = int(self.network.edge_arcs[side, a[0]]), int(self.network.edge_arcs[side, b[0]])
            if out >= 0:
                leave.append(self._part(out, at, length_a))
            if into >= 0:
                reach.append(self._part(into, 0.0, to))
            if out >= 0 and a[0] == b[0] and at <= to:
                direct.append(self._part(out, at, to))
        return direct, leave, reach

    def _part(self, arc: int, start_m: float, end_m: float) -> _Part:
        pace = float(self.network.speed_kmh[self.network.arc_edge[arc]]) / 3.6
        free_ms = min(round(1000 * (end_m - start_m) / pace), NEVER)
        return _Part(arc, start_m, end_m, self.maker.add(arc, start_m, end_m, free_ms))

    def _search(
        self, ways: Ways, barred: Indexes, leave: list[_Part], reach: list[_Part]
    ) -> tuple[int, list[_Part]]:  # fmt: skip
        """The moment of arrival over junctions, and the parts driven."""
        graph, arrays = self.network.graph, ways.arrays()
        places = len(graph.junction)
        label, came = np.full(places, NEVER, np.int64), np.empty(places, np.int32)
        before, heap = np.empty(places, np.int32), np.empty(len(graph.arc) + len(leave) + 1, np.int64)
        moment, goal, place = earliest(
            graph.ptr, graph.by_time, graph.arc, barred,
            graph.entered[[part.arc for part in leave]].astype(np.int64),
            np.array([through(part.way, 0, *arrays) for part in leave], np.int64),
            np.array([part.arc for part in reach], np.int64), np.array([part.way for part in reach], np.int64),
            *arrays, label, came, before, heap,
        )  # fmt: skip
        if moment >= NEVER:
            return NEVER, []
        parts = [reach[goal]]
        while came[place] >= 0:
            arc = int(graph.arc[came[place]])
            length = float(self.network.length_m[self.network.arc_edge[arc]])
            parts.append(_Part(arc, 0.0, length, int(barred[arc])))
            place = int(before[place])
        parts.append(leave[-1 - int(came[place])])
        return moment, parts[::-1]

    def _told(self, ways: Ways, parts: list[_Part], moment: int) -> TimedRoute:
        now, arrival, waits, rows = 0, list[int](), list[int](), list[int]()
        for part in parts:
            waited = 0
            if part.way < 0:
                now += int(self.arc_ms[part.arc])
            else:
                now, waited, met = followed(ways, part.way, now)
                rows += met
            arrival.append(now)
            waits.append(waited)
        reports = self.closures.table["report_id"].tolist()
        return TimedRoute(
            metres=sum(part.end_m - part.start_m for part in parts),
            seconds=moment / 1000,
            edges=np.array([self.network.arc_edge[part.arc] for part in parts], np.int64),
            arrival_s=np.array(arrival) / 1000,
            wait_s=np.array(waits) / 1000,
            met=tuple(dict.fromkeys(str(reports[row]) for row in rows)),
        )


def _checked(network: "RoadNetwork", position: RoadPosition) -> RoadPosition:
    edge, offset = int(position[0]), float(position[1])
    if not (0 <= edge < len(network.length_m) and np.isfinite(offset)):
        raise ValueError(f"{position} is no road position; edges are numbered 0 to {len(network.length_m) - 1}")
    return edge, min(max(offset, 0.0), float(network.length_m[edge]))
