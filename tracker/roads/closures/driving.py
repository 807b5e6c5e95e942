"""The fastest way from junction to junction for one who leaves at a moment and meets closures."""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

import pandas as pd

from tracker.model import BadTime
from tracker.roads.closures.closures import Closures
from tracker.roads.ways import Indexes

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

SLOWED = 2.0
"""How many times the free travel time a slowed piece takes; an assumption, no report of the bundled case says."""

_Barrier = tuple[float, float, float, float, float]
"""Metres where it begins and ends along the arc, seconds when it begins and ends, and its factor (inf: stands)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRoute:
    """A way with its times; no edges where there is none."""

    edges: tuple[int, ...]
    """Edges in driving order."""
    arrival_s: tuple[float, ...]
    """Seconds after departure at the end of each edge."""
    seconds: float
    """Seconds in all, inf where there is no way."""


def drive(
    network: "RoadNetwork", closures: Closures, start: int, end: int, depart: datetime, *, who: str = "traffic"
) -> TimedRoute:
    """The earliest arrival between two junctions, turn restrictions obeyed, waiting before closures allowed.

    Parameters
    ----------
    network, closures : roads, and what closes them
    start, end : junction numbers
    depart : with a zone
    who : traffic, stopped where `traffic` says so; or column, stopped where `column` is blocks

    Raises
    ------
    BadTime
        The departure has no zone.
    ValueError
        `who` is neither, or a junction is none of the network's.
    """
    if depart.tzinfo is None:
        raise BadTime(f"depart {depart} has no zone; give one, as in 2023-06-24T15:00+03:00")
    if who not in ("traffic", "column") or not {start, end} <= set(range(len(network.node_lon))):
        raise ValueError(f"{who!r}, {start}, {end}: give traffic or column, and junctions of the network")
    graph, barriers = network.graph, _barriers(closures, pd.Timestamp(depart), who)
    best, back, heap = {start: 0.0}, {start: (-1, -1)}, [(0.0, start)]
    while heap:
        now, place = heapq.heappop(heap)
        if now > best[place]:
            continue
        if int(graph.junction[place]) == end:
            return _route(network, graph.arc, place, best, back)
        for step in range(int(graph.ptr[place]), int(graph.ptr[place + 1])):
            goal, free = int(graph.by_time[step, 1]), float(graph.by_time[step, 0]) / 1000
            then = _through(network, barriers, int(graph.arc[step]), now, free)
            if then < best.get(goal, inf):
                best[goal], back[goal] = then, (place, step)
                heapq.heappush(heap, (then, goal))
    return TimedRoute(edges=(), arrival_s=(), seconds=inf)


def _barriers(closures: Closures, depart: pd.Timestamp, who: str) -> dict[int, list[_Barrier]]:
    found: dict[int, list[_Barrier]] = defaultdict(list)
    table = closures.table
    columns = ("edge", "from_m", "to_m", "from", "to", "effect", "traffic", "column")
    for edge, a, b, begin, finish, effect, traffic, column in zip(*(table[name] for name in columns), strict=True):
        stands = traffic if who == "traffic" else column == "blocks"
        slows = who == "traffic" and effect == "slowed"
        if edge >= 0 and (stands or slows):
            until = inf if pd.isna(finish) else (finish - depart).total_seconds()
            found[edge].append((a, b, (begin - depart).total_seconds(), until, inf if stands else SLOWED))
    return found


def _through(network: "RoadNetwork", barriers: dict[int, list[_Barrier]], arc: int, now: float, free: float) -> float:
    """The moment at the arc's end: later in is never earlier out, since one may wait before a piece until it ends."""
    edge = int(network.arc_edge[arc])
    if edge not in barriers:
        return now + free
    length, along = float(network.length_m[edge]), bool(network.arc_forward[arc])
    here = [(a, b, *rest) if along else (length - b, length - a, *rest) for a, b, *rest in barriers[edge]]
    cuts = sorted({0.0, length, *(at for a, b, *_ in here for at in (a, b))})
    for a, b in pairwise(cuts):
        over = [rest for begin, finish, *rest in here if begin <= a and b <= finish]
        now = _piece(over, now, free * (b - a) / length)
    return now


def _piece(over: list[list[float]], now: float, free: float) -> float:
    """The earliest end of a piece: go in now or when one of its barriers has ended, whichever is out first."""
    out = inf
    for enter in sorted({now, *(until for _, until, _ in over if now < until < inf)}):
        factor = max((by for begin, until, by in over if begin <= enter < until), default=1.0)
        out = min(out, enter + free * factor)
    return out


def _route(
    network: "RoadNetwork", arcs: Indexes, place: int, best: dict[int, float], back: dict[int, tuple[int, int]]
) -> TimedRoute:
    seconds = best[place]
    edges: list[int] = []
    arrivals: list[float] = []
    while back[place][1] >= 0:
        arrivals.append(best[place])
        edges.append(int(network.arc_edge[arcs[back[place][1]]]))
        place = back[place][0]
    return TimedRoute(edges=tuple(edges[::-1]), arrival_s=tuple(arrivals[::-1]), seconds=seconds)
