"""Drives past closures: waits, delays, ways round; equal to a plain search, and never earlier for leaving later."""

import heapq
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roads.closures.blocks import EVENING, NOON, reports
from tests.roads.napkin import draw
from tracker.model import BadTime, tables
from tracker.roads import RoadNetwork, shortest_path
from tracker.roads.closures import Closures, closed, drive
from tracker.roads.closures.bars import WayMaker, Ways
from tracker.roads.closures.standing import Reach, standing

M4 = {"highway": "trunk", "ref": "M4"}
NODES = {"a": (39.0, 51.0), "b": (39.05, 51.0), "c": (39.2, 51.0), "n": (39.1, 51.3)}
BEFORE = datetime(2023, 6, 23, 12, tzinfo=UTC)
DURING = datetime(2023, 6, 24, 0, tzinfo=UTC)


@pytest.fixture
def line(tmp_path: Path) -> RoadNetwork:
    return draw(tmp_path, NODES, [("ac", M4)])


def nothing(roads: RoadNetwork) -> Closures:
    return Closures.of(roads, tables.table({}, tables.CLOSURES))


def at(roads: RoadNetwork, name: str) -> tuple[int, float]:
    edge, offset, _ = roads.nearest(*NODES[name])
    return int(edge[0]), float(offset[0])


def test_traffic_waits_in_front_of_a_closure_until_it_ends(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4"}))
    route = drive(line, closures, at(line, "a"), at(line, "c"), DURING, who="traffic")
    free = shortest_path(line, at(line, "a"), at(line, "c"))
    to_the_middle_s = free.seconds * 0.25
    # Closed from 21:00 to 09:00; it stands half-way through the circle about (39.05, 51.0).
    assert route.wait_s.tolist() == pytest.approx([9 * 3600 - to_the_middle_s], abs=15)
    assert route.seconds == pytest.approx(9 * 3600 + free.seconds * 0.75, abs=15)
    assert route.met == ("r0",)
    assert route.metres == pytest.approx(free.metres)


def test_before_it_closes_and_after_it_opens_nobody_waits(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4"}))
    free = shortest_path(line, at(line, "a"), at(line, "c")).seconds
    for depart in (BEFORE, NOON.to_pydatetime()):
        route = drive(line, closures, at(line, "a"), at(line, "c"), depart, who="traffic")
        assert route.seconds == pytest.approx(free, abs=0.01)
        assert route.met == ()


def test_a_column_drives_through_a_barrier_and_loses_a_quarter_of_an_hour(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4"}))
    free = shortest_path(line, at(line, "a"), at(line, "c")).seconds
    route = drive(line, closures, at(line, "a"), at(line, "c"), DURING)
    assert route.seconds == pytest.approx(free + 900, abs=0.01)
    assert (route.wait_s.sum(), route.met) == (0, ("r0",))


def test_a_column_that_passes_a_third_of_the_places_expects_a_third_of_the_delay(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4", "radius_m": 1_500.0}))
    edge, middle = at(line, "b")
    free = shortest_path(line, (edge, middle - 500), (edge, middle + 500)).seconds
    assert drive(line, closures, (edge, middle - 500), (edge, middle + 500), DURING).seconds == pytest.approx(
        free + 300, abs=25
    )


def test_a_report_told_twice_delays_a_column_once(line: RoadNetwork) -> None:
    once, twice = (closed(line, reports(*[{"road": "M4"}] * count)) for count in (1, 2))
    ends = at(line, "a"), at(line, "c"), DURING
    assert drive(line, twice, *ends).seconds == drive(line, once, *ends).seconds
    assert drive(line, twice, *ends).met == ("r0", "r1")


def test_a_slowed_road_takes_traffic_twice_as_long_and_a_column_no_longer(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4", "summary": "a jam", "radius_m": 50_000.0}))
    free = shortest_path(line, at(line, "a"), at(line, "c")).seconds
    assert drive(line, closures, at(line, "a"), at(line, "c"), DURING, who="traffic").seconds == pytest.approx(2 * free)
    assert drive(line, closures, at(line, "a"), at(line, "c"), DURING).seconds == pytest.approx(free, abs=0.01)


def test_what_never_opens_is_driven_round_or_has_no_way(tmp_path: Path, line: RoadNetwork) -> None:
    for_ever = reports({"road": "M4", "latest": pd.NaT, "summary": "The bridge was blown up."})
    route = drive(line, closed(line, for_ever), at(line, "a"), at(line, "c"), DURING)
    assert (route.seconds, route.metres, route.edges.tolist(), route.met) == (inf, inf, [], ())
    around = draw(tmp_path, NODES, [("ac", M4), ("anc", {"highway": "primary"})])
    route = drive(around, closed(around, for_ever), at(around, "a"), at(around, "c"), DURING)
    assert 60_000 < route.metres < 80_000


def test_the_other_way_stays_open_where_one_way_is_closed(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4", "summary": "Eastbound traffic is turned back"}))
    there = drive(line, closures, at(line, "a"), at(line, "c"), DURING, who="traffic")
    back = drive(line, closures, at(line, "c"), at(line, "a"), DURING, who="traffic")
    assert (there.wait_s.sum() > 3600, back.wait_s.sum()) == (True, 0)


def test_who_drives_only_a_little_of_where_a_roadblock_may_be_is_not_stopped_for_sure(line: RoadNetwork) -> None:
    closures = closed(line, reports({"road": "M4"}))
    edge, middle = at(line, "b")
    for far, sure, stopped in [(-1_500, 0.5, False), (500, 0.5, True), (-1_500, 0.1, True), (500, 0.9, False)]:
        route = drive(line, closures, at(line, "a"), (edge, middle + far), DURING, who="traffic", sure=sure)
        assert (route.wait_s.sum() > 0) == stopped, (far, sure)


def test_a_roadblock_stands_half_way_however_many_edges_the_road_has(tmp_path: Path) -> None:
    lanes = [(f"{cross}{name}", {"highway": "residential"}) for cross, name in zip("pqr", "uvw", strict=True)]
    nodes = {**NODES, "p": (39.03, 51.0), "q": (39.06, 51.0), "r": (39.07, 51.0)}
    nodes |= {name: (nodes[cross][0], 51.01) for cross, name in zip("pqr", "uvw", strict=True)}
    whole = draw(tmp_path, NODES, [("ac", M4)])
    cut = draw(tmp_path, nodes, [("apqrc", M4), *lanes])
    waits = []
    for roads in (whole, cut):
        closures = closed(roads, reports({"road": "M4"}))
        waits.append(drive(roads, closures, at(roads, "a"), at(roads, "c"), DURING, who="traffic").wait_s.sum())
    assert len(cut.length_m) == 7
    assert waits[0] == pytest.approx(waits[1], abs=15)


def test_of_three_ways_from_a_fork_each_pair_passes_more_than_half(tmp_path: Path) -> None:
    nodes = {"o": (39.0, 51.0), "e": (39.2, 51.0), "w": (38.8, 51.0), "n": (39.0, 51.1)}
    roads = draw(tmp_path, nodes, [("wo", M4), ("oe", M4), ("on", M4)])
    arcs = np.arange(len(roads.arc_edge))
    reaches = [Reach(arc, 0.0, float(roads.length_m[roads.arc_edge[arc]]), 1 / 3) for arc in arcs.tolist()]
    stands = standing(roads, reaches, 0.5)
    centre = int(np.bincount(roads.arc_tail).argmax())
    assert [metres is not None for metres in stands] == (roads.arc_tail == centre).tolist()


def test_a_departure_without_a_zone_is_refused(line: RoadNetwork) -> None:
    with pytest.raises(BadTime, match="zone"):
        drive(line, nothing(line), (0, 0.0), (0, 1.0), DURING.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("start", "more", "problem"),
    [((9, 0.0), {}, "road position"), ((0, np.nan), {}, "road position"), ((0, 0.0), {"sure": 0.0}, "sure"),
     ((0, 0.0), {"sure": np.nan}, "sure"), ((0, 0.0), {"who": "tank"}, "tank")],
)  # fmt: skip
def test_what_cannot_be_driven_is_named(line: RoadNetwork, start: Any, more: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        drive(line, nothing(line), start, (0, 1.0), DURING, **more)


# A grid of streets, some one-way, with two forbidden turns.
SIDE = 4
GRID = {
    chr(ord("a") + SIDE * y + x): (39.0 + 0.01 * x + 0.001 * y, 51.0 + 0.006 * y)
    for x in range(SIDE)
    for y in range(SIDE)
}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    names = [*GRID]
    ways: list[Any] = []
    for number, name in enumerate(names):
        if number % SIDE < SIDE - 1:
            ways.append((name + names[number + 1], {"highway": ("primary", "residential", "trunk")[number % 3]}))
        if number + SIDE < len(names):
            tags = {"highway": "tertiary", **({"oneway": "yes"} if number % 5 == 0 else {})}
            ways.append((name + names[number + SIDE], tags))
    relations = [
        ([("from", "bc"), ("via", "c"), ("to", "cd")], {"type": "restriction", "restriction": "no_straight_on"}),
        ([("from", "fj"), ("via", "j"), ("to", "jk")], {"type": "restriction", "restriction": "only_right_turn"}),
    ]
    return draw(tmp_path_factory.mktemp("grid"), GRID, ways, relations=relations)


@st.composite
def some_closures(draw_: Any) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw_(st.integers(0, 14))):
        low, high = sorted((draw_(st.floats(0, 1)), draw_(st.floats(0, 1))))
        begin = draw_(st.integers(-600, 1200))
        rows.append(
            {
                "report_id": f"r{number // 2}", "edge": draw_(st.integers(0, 99)), "low": low, "high": high,
                "from": EVENING + pd.Timedelta(seconds=begin),
                "to": draw_(st.sampled_from([pd.NaT, EVENING + pd.Timedelta(seconds=begin + 60 * number)])),
                "share": draw_(st.sampled_from([0.2, 0.5, 1.0])), "spot": draw_(st.booleans()),
                "direction": draw_(st.sampled_from(["both", "along", "against"])),
                "traffic": draw_(st.booleans()), "column": draw_(st.sampled_from(["blocks", "delays", "nothing"])),
                "traffic_s": draw_(st.sampled_from([0.0, 33.3, 500.0])),
                "column_s": draw_(st.sampled_from([0.0, 12.5, 900.0])), "effect": "closed", "road": None, "why": "",
            }
        )  # fmt: skip
    return rows


def as_closures(roads: RoadNetwork, rows: list[dict[str, Any]]) -> Closures:
    for row in rows:
        row["edge"] %= len(roads.length_m)
        row["from_m"], row["to_m"] = (row[part] * float(roads.length_m[row["edge"]]) for part in ("low", "high"))
    names = [name for name in tables.CLOSURES if name != "geometry"]
    return Closures.of(roads, tables.table({name: [row[name] for row in rows] for name in names}, tables.CLOSURES))


def plainly_through(ways: Ways, way: int, now: float) -> float:
    """The moment at a way's end: of all moments at which one might go into each part, the best."""
    for part in range(ways.part_ptr[way], ways.part_ptr[way + 1]):
        bars = ways.bar[ways.bar_ptr[part] : ways.bar_ptr[part + 1]].tolist()
        outs = []
        for enter in [now, *(end for _, end, _ in bars if end > now)]:
            holding = [inf if cost < 0 else cost for begin, end, cost in bars if begin <= enter < end]
            outs.append(enter + int(ways.part_ms[part]) + max(holding, default=0))
        now = min(outs)
    return now if now < 2**31 - 1 else inf


def plainly(roads: RoadNetwork, closures: Closures, a: Any, b: Any, depart: datetime, who: str) -> float:
    """Seconds of a drive, by a plain search over every step."""
    graph, maker = roads.graph, WayMaker.of(roads, closures, pd.Timestamp(depart), who, 0.5)
    ms = dict(zip(graph.arc.tolist(), graph.by_time[:, 0].tolist(), strict=True))

    def part(edge: int, side: int, low: float, high: float) -> int:
        free = round(1000 * (high - low) / (float(roads.speed_kmh[edge]) / 3.6))
        return maker.add(int(roads.edge_arcs[side, edge]), low, high, free)

    def along(position: Any, side: int) -> float:
        return float(position[1] if side == 0 else roads.length_m[position[0]] - position[1])

    sides_a = [side for side in (0, 1) if roads.edge_arcs[side, a[0]] >= 0]
    sides_b = [side for side in (0, 1) if roads.edge_arcs[side, b[0]] >= 0]
    leave = {
        int(roads.edge_arcs[side, a[0]]): part(a[0], side, along(a, side), float(roads.length_m[a[0]]))
        for side in sides_a
    }
    reach = {int(roads.edge_arcs[side, b[0]]): part(b[0], side, 0.0, along(b, side)) for side in sides_b}
    direct = [
        part(a[0], side, along(a, side), along(b, side))
        for side in sides_a
        if a[0] == b[0] and along(a, side) <= along(b, side)
    ]
    whole = {arc: maker.add(arc, 0.0, float(roads.length_m[roads.arc_edge[arc]]), ms[arc]) for arc in ms}
    ways = maker.ways()
    best = min((plainly_through(ways, way, 0) for way in direct), default=inf)
    heap = [(plainly_through(ways, way, 0), int(graph.entered[arc])) for arc, way in leave.items()]
    heapq.heapify(heap)
    done: set[int] = set()
    while heap:
        now, place = heapq.heappop(heap)
        if place in done or now == inf:
            continue
        done.add(place)
        for step in range(graph.ptr[place], graph.ptr[place + 1]):
            arc = int(graph.arc[step])
            if arc in reach:
                best = min(best, plainly_through(ways, reach[arc], now))
            heapq.heappush(heap, (plainly_through(ways, whole[arc], now), int(graph.by_time[step, 1])))
    return best / 1000


@settings(max_examples=150, deadline=None)
@given(
    rows=some_closures(),
    ends=st.tuples(st.integers(0, 99), st.floats(0, 1), st.integers(0, 99), st.floats(0, 1)),
    who=st.sampled_from(["column", "traffic"]),
    later=st.integers(0, 3000),
)
def test_drives_equal_a_plain_search_and_leaving_later_never_arrives_earlier(
    grid: RoadNetwork, rows: list[dict[str, Any]], ends: tuple[int, float, int, float], who: Any, later: int
) -> None:
    assert len(grid.graph.double) > 0
    closures = as_closures(grid, rows)
    edge_a, edge_b = ends[0] % len(grid.length_m), ends[2] % len(grid.length_m)
    a, b = (edge_a, ends[1] * float(grid.length_m[edge_a])), (edge_b, ends[3] * float(grid.length_m[edge_b]))
    depart = EVENING.to_pydatetime()
    route = drive(grid, closures, a, b, depart, who=who)
    assert route.seconds == plainly(grid, closures, a, b, depart, who)
    free = shortest_path(grid, a, b)
    assert route.seconds >= free.seconds - 0.05
    if not rows:
        assert route.seconds == pytest.approx(free.seconds, abs=0.05)
    if route.seconds < inf:
        assert route.arrival_s[-1] == route.seconds
        assert (np.diff(route.arrival_s) >= 0).all()
    assert later + drive(grid, closures, a, b, depart + timedelta(seconds=later), who=who).seconds >= route.seconds
