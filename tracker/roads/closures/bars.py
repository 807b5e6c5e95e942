"""Ways past closures as arrays: the parts of each arc, and what bars them for whom."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from tracker.roads.closures.closures import Closures
from tracker.roads.closures.standing import Reach, standing
from tracker.roads.closures.timed import NEVER
from tracker.roads.ways import Indexes, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_STANDS = -1
_EARLIEST, _LATEST = -(2**62), 2**62


class _Bar(NamedTuple):
    """A row of the closures as it lies on one arc, in metres from the arc's start and milliseconds after departure."""

    row: int
    low: float
    high: float
    begin: int
    end: int
    stands: bool
    spread_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Ways past closures for one departure, as `timed.through` reads them."""

    part_ptr: Ints
    part_ms: Ints
    bar_ptr: Ints
    bar: Ints
    row: Ints
    """(b,) row of the closures' table of each bar."""

    def arrays(self) -> tuple[Ints, Ints, Ints, Ints]:
        """What the inner loops take."""
        return self.part_ptr, self.part_ms, self.bar_ptr, self.bar


@dataclass(slots=True)
class WayMaker:
    """Ways, made one after the other."""

    network: "RoadNetwork"
    bars: dict[int, list[_Bar]]
    """Arc -> what bars it."""
    parts: list[int] = field(default_factory=lambda: [0])
    ms: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])
    bar: list[tuple[int, int, int]] = field(default_factory=list)
    row: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, network: "RoadNetwork", closures: Closures, depart: pd.Timestamp, who: str, sure: float) -> "WayMaker":
        """A maker of ways for those who leave at that moment."""
        bars: dict[int, list[_Bar]] = defaultdict(list)
        stops, costs = ("traffic", "traffic_s") if who == "traffic" else ("column", "column_s")
        table = closures.table
        names = ("edge", "from_m", "to_m", "share", "spot", "report_id", "from", "to", stops, costs)
        cells = {name: table[name].tolist() for name in names}
        spots: dict[str, list[tuple[int, _Bar, Reach]]] = defaultdict(list)
        for arc, row in zip(closures.arc.tolist(), closures.row.tolist(), strict=True):
            low, high = float(cells["from_m"][row]), float(cells["to_m"][row])
            if not network.arc_forward[arc]:
                length = float(network.length_m[cells["edge"][row]])
                low, high = length - high, length - low
            stands = cells[stops][row] is True or cells[stops][row] == "blocks"
            begin, end = (_ms(cells[name][row], depart) for name in ("from", "to"))
            bar = _Bar(
                row, low, high, _EARLIEST if begin is None else begin, _LATEST if end is None else end, stands,
                0.0 if stands else 1000 * float(cells[costs][row]),
            )  # fmt: skip
            if stands and cells["spot"][row]:
                spots[str(cells["report_id"][row])].append(
                    (arc, bar, Reach(arc, low, high, float(cells["share"][row])))
                )
            else:
                bars[arc].append(bar)
        for some in spots.values():
            at = standing(network, [reach for _, _, reach in some], sure)
            for (arc, bar, _), metres in zip(some, at, strict=True):
                if metres is not None:
                    bars[arc].append(bar._replace(low=metres, high=metres))
        return cls(network, dict(bars))

    def add(self, arc: int, start_m: float, end_m: float, free_ms: int) -> int:
        """The number of one more way: along an arc, from metres to metres from its start."""
        over = self.bars.get(arc, [])
        marks = [(bar.low, bar.high) for bar in over]
        cuts = sorted({start_m, end_m, *(at for pair in marks for at in pair if start_m < at < end_m)})
        spots = {low for low, high in marks if low == high and start_m <= low <= end_m}
        reach = max(end_m - start_m, 1e-9)
        done = 0
        for at, then in zip(cuts, [*cuts[1:], None], strict=True):
            if at in spots:
                self._part(0, [(bar, _STANDS) for bar, mark in zip(over, marks, strict=True) if mark == (at, at)])
            if then is None:
                break
            # Parts are whole milliseconds and sum to the way's.
            until = round(free_ms * (then - start_m) / reach)
            on = [
                (bar, _STANDS if bar.stands else round(bar.spread_ms * (then - at) / max(bar.high - bar.low, 0.01)))
                for bar, (low, high) in zip(over, marks, strict=True)
                if low <= at and then <= high and low < high
            ]
            self._part(until - done, on)
            done = until
        self.parts.append(len(self.ms))
        return len(self.parts) - 2

    def _part(self, ms: int, bars: list[tuple[_Bar, int]]) -> None:
        self.ms.append(ms)
        self.bar += [(bar.begin, bar.end, cost) for bar, cost in bars if bar.begin < bar.end]
        self.row += [bar.row for bar, _ in bars if bar.begin < bar.end]
        self.ends.append(len(self.bar))

    def ways(self) -> Ways:
        """All ways made so far."""
        return Ways(
            part_ptr=np.array(self.parts, np.int64), part_ms=np.array(self.ms, np.int64),
            bar_ptr=np.array(self.ends, np.int64), bar=np.array(self.bar, np.int64).reshape(-1, 3),
            row=np.array(self.row, np.int64),
        )  # fmt: skip

    def barred(self, free_ms: Ints) -> Indexes:
        """(k,) the way of each arc that something bars, made now, or -1."""
        found = np.full(len(self.network.arc_edge), -1, np.int32)
        for arc in self.bars:
            found[arc] = self.add(arc, 0.0, float(self.network.length_m[self.network.arc_edge[arc]]), int(free_ms[arc]))
        return found


def followed(ways: Ways, way: int, now: int) -> tuple[int, int, list[int]]:
    """`timed.through` told in full: the moment at the end, milliseconds stood waiting, and the rows met."""
    waited, met = 0, list[int]()
    for part in range(int(ways.part_ptr[way]), int(ways.part_ptr[way + 1])):
        of = slice(int(ways.bar_ptr[part]), int(ways.bar_ptr[part + 1]))
        bars, rows = ways.bar[of].tolist(), ways.row[of].tolist()
        best = (NEVER, now)
        for enter in sorted({now, *(end for _, end, _ in bars if end > now)}):
            costs = [cost for begin, end, cost in bars if begin <= enter < end]
            if min(costs, default=0) >= 0:
                best = min(best, (enter + int(ways.part_ms[part]) + max(costs, default=0), enter))
        met += [row for row, (begin, end, _) in zip(rows, bars, strict=True) if begin <= best[1] and now < end]
        waited += best[1] - now
        now = best[0]
    return now, waited, met


def _ms(moment: object, depart: pd.Timestamp) -> int | None:
    """Milliseconds after departure; None where the table says nothing."""
    if pd.isna(moment):  # type: ignore[call-overload]
        return None
    return round((pd.Timestamp(moment) - depart).total_seconds() * 1000)  # type: ignore[arg-type]
