"""A dense trace is put on the roads that it was driven on."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.reconstruct.traced import START, along, at, corners, driven, trace
from tests.roads.napkin import draw
from tracker.model import BadTrace, geodesy, tables
from tracker.reconstruct import match
from tracker.reconstruct.match import _matcher
from tracker.reconstruct.stitching import Scratch
from tracker.roads import RoadNetwork

ROAD = {"highway": "secondary"}
#  e---f---g
#  |   |   |      each side 400 m
#  a---b---c---d
NODES = corners(
    {"a": (0, 0), "b": (400, 0), "c": (800, 0), "d": (1200, 0), "e": (0, 400), "f": (400, 400), "g": (800, 400)}
)
# Each street has a name of its own, so that it is an edge of its own.
WAYS = [(path, {**ROAD, "name": path}) for path in ("ab", "bc", "cd", "ef", "fg", "ae", "bf", "cg")]


@pytest.fixture
def roads(tmp_path: Path) -> RoadNetwork:
    return draw(tmp_path, NODES, WAYS)


def test_a_drive_is_followed_round_its_corners(roads: RoadNetwork) -> None:
    found = match(along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=5, off_m=10), roads)
    assert len(found.drives) == 1
    assert driven(roads, NODES, found.drives.edges[0]) == ["ab", "bf", "fg"]
    assert found.drives.length_m[0] == pytest.approx(1080, abs=25)
    assert found.drives.start[0] == START
    assert found.fixes.off_m.max() < 40


def test_the_line_driven_is_as_long_as_it_says_and_lies_on_the_roads(roads: RoadNetwork) -> None:
    found = match(along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=5, off_m=10), roads)
    lon, lat = np.array(found.drives.geometry[0].coords).T
    assert geodesy.path_metres(lon, lat)[-1] == pytest.approx(found.drives.length_m[0], rel=1e-3)
    assert roads.nearest(lon, lat).distance_m.max() < 0.01
    given = along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=5, off_m=10)
    away = geodesy.distance_m(given.geometry.x, given.geometry.y, found.fixes.geometry.x, found.fixes.geometry.y)
    np.testing.assert_allclose(found.fixes.off_m, away, rtol=1e-3, atol=1e-3)


def test_a_fix_lies_where_its_edge_and_metres_say(roads: RoadNetwork) -> None:
    fixes = match(along([(750, 400), (400, 400), (400, 0), (50, 0)], every_s=3, off_m=10), roads).fixes
    lon, lat = roads.point_at(fixes.edge, fixes.offset_m)
    np.testing.assert_allclose(fixes.geometry.x, lon, atol=1e-9)
    np.testing.assert_allclose(fixes.geometry.y, lat, atol=1e-9)


def test_two_sparse_fixes_are_joined_by_the_quickest_way(tmp_path: Path) -> None:
    lanes = [(path, {"highway": "living_street"} if path == "bc" else tags) for path, tags in WAYS]
    network = draw(tmp_path, NODES, lanes)
    found = match(trace([(300, 0), (900, 0)], [0, 90]), network)
    assert driven(network, NODES, found.drives.edges[0]) == ["ab", "bf", "fg", "cg", "cd"]


def test_the_carriageway_is_the_one_that_leads_the_way_driven(tmp_path: Path) -> None:
    nodes = corners({"a": (0, 0), "b": (2000, 0), "c": (2000, 16), "d": (0, 16)})
    one_way = {"highway": "motorway", "oneway": "yes"}
    network = draw(tmp_path, nodes, [("ab", one_way), ("cd", one_way), ("bc", ROAD), ("da", ROAD)])
    # The fixes lie nearer to the other carriageway.
    east, west = ([(float(x), 10.0) for x in range(100, 1900, 100)][:: 1 - 2 * turned] for turned in (0, 1))
    for places, path in ((east, "ab"), (west, "cd")):
        found = match(trace(places, range(0, 4 * len(places), 4)), network)
        assert driven(network, nodes, found.drives.edges[0]) == [path]


def test_a_forbidden_turn_is_not_driven(tmp_path: Path) -> None:
    no_left: Any = [
        ([("from", "ab"), ("via", "b"), ("to", "bf")], {"type": "restriction", "restriction": "no_left_turn"})
    ]
    path = [(300.0, 0.0), (400.0, 100.0)]
    free = draw(tmp_path, NODES, WAYS)
    assert driven(free, NODES, match(trace(path, [0, 30]), free).drives.edges[0]) == ["ab", "bf"]
    network = draw(tmp_path, NODES, WAYS, relations=no_left)
    driven_on = [driven(network, NODES, edges) for edges in match(trace(path, [0, 120]), network).drives.edges]
    assert driven_on
    assert not any(("ab", "bf") in pairwise(edges) for edges in driven_on)


def test_a_dead_end_is_driven_in_and_out_again(roads: RoadNetwork) -> None:
    found = match(along([(500, 0), (1190, 0), (800, 0), (800, 300)], every_s=2), roads)
    assert driven(roads, NODES, found.drives.edges[0]) == ["bc", "cd", "cd", "cg"]


def test_a_drive_ends_at_its_last_fix_however_near_to_the_one_before(roads: RoadNetwork) -> None:
    found = match(trace([(100, 0), (160, 0), (190, 0)], [0, 5, 8]), roads)
    assert found.drives.length_m[0] == pytest.approx(90, abs=0.1)
    assert found.drives.end[0] - found.drives.start[0] == pd.Timedelta(seconds=8)
    before_gap = match(trace([(100, 0), (160, 0), (190, 0), (800, 100), (800, 200)], [0, 5, 8, 900, 920]), roads)
    assert before_gap.drives.length_m.tolist() == pytest.approx([90, 100], abs=0.1)


# ---- gaps


def test_a_gap_is_never_bridged(roads: RoadNetwork) -> None:
    first, later = along([(0, 0), (400, 0)], every_s=5), along([(400, 400), (800, 400)], every_s=5)
    later["time"] += pd.Timedelta(minutes=10)
    found = match(gpd.GeoDataFrame(pd.concat([first, later], ignore_index=True)), roads)
    assert [driven(roads, NODES, edges) for edges in found.drives.edges] == [["ab"], ["fg"]]
    assert found.drives.end[0] == first.time.iloc[-1]
    assert found.drives.start[1] == later.time.iloc[0]
    assert len(match(gpd.GeoDataFrame(pd.concat([first, later])), roads, gap_s=1200).drives) == 1


def test_a_gap_of_a_year_may_be_allowed_and_counts_no_number_over(roads: RoadNetwork) -> None:
    places = [(100.0, 0.0), (160.0, 0.0), (800.0, 300.0), (800.0, 200.0)]
    found = match(trace(places, [0, 10, 3e7, 3e7 + 10]), roads, gap_s=1e9)
    assert driven(roads, NODES, found.drives.edges[0])[0] == "ab"
    assert driven(roads, NODES, found.drives.edges[0])[-1] == "cg"
    assert 900 < found.drives.length_m[0] < 5000


def test_standing_is_no_gap(roads: RoadNetwork) -> None:
    """A receiver that goes on logging for ten minutes at one place belongs to one drive."""
    places = [(100.0, 0.0), (200.0, 0.0)] + 600 * [(300.0, 0.0)] + [(400.0, 100.0), (400.0, 200.0)]
    found = match(trace(places, range(len(places))), roads)
    assert len(found.drives) == 1
    assert (found.fixes.drive == 0).all()


def test_one_who_stands_does_not_seem_to_wander(roads: RoadNetwork) -> None:
    chance = np.random.default_rng(3)
    standing = chance.normal((395, 5), 10, (300, 2))
    places = [(float(x), 0.0) for x in range(100, 390, 12)] + list(map(tuple, standing.tolist()))
    places += [(400.0, float(y)) for y in range(10, 300, 12)]
    found = match(trace(places, range(len(places))), roads)
    assert driven(roads, NODES, found.drives.edges[0]) == ["ab", "bf"]
    assert found.drives.length_m[0] < 650


def test_where_no_road_leads_on_another_drive_begins(tmp_path: Path) -> None:
    nodes = NODES | corners({"h": (0, 1000), "i": (1200, 1000)})
    network = draw(tmp_path, nodes, [*WAYS, ("hi", ROAD)])
    places = [(float(x), 0.0) for x in range(0, 600, 60)] + [(float(x), 1000.0) for x in range(600, 1200, 60)]
    found = match(trace(places, range(0, 100, 5)), network)
    assert [driven(network, nodes, edges) for edges in found.drives.edges] == [["ab", "bc"], ["hi"]]
    assert found.drives.end[0] < found.drives.start[1]
    assert (found.fixes.drive >= 0).all()


def test_fixes_of_two_segments_are_never_joined(roads: RoadNetwork) -> None:
    whole = along([(0, 0), (800, 0)], every_s=5)
    other = along([(0, 400), (800, 400)], every_s=5)
    both = gpd.GeoDataFrame(pd.concat([whole.assign(segment="red"), other.assign(segment="blue")]))
    # Two receivers at one time: their fixes alternate.
    both = both.sort_values("time", kind="stable").reset_index(drop=True)
    found = match(both, roads)
    assert [driven(roads, NODES, edges) for edges in found.drives.edges] == [["ab", "bc"], ["ef", "fg"]]
    assert (found.fixes.drive == (both.segment == "blue")).all()
    apart = match(whole.assign(segment=np.arange(len(whole)) // 7), roads)
    assert len(apart.drives) == 2


# ---- what is astray


def test_a_fix_astray_on_another_road_is_not_driven_to(roads: RoadNetwork) -> None:
    places = [(float(x), 0.0) for x in range(60, 760, 20)]
    places[17] = (400.0, 400.0)
    found = match(trace(places, np.arange(len(places)) * 1.6), roads)
    assert driven(roads, NODES, found.drives.edges[0]) == ["ab", "bc"]
    assert len(found.drives) == 1
    assert found.fixes.off_m[17] == pytest.approx(400, abs=1)
    assert found.fixes.offset_m.notna().all()


@pytest.mark.parametrize(("strays", "drives"), [(3, 1), (4, 3)])
def test_three_fixes_in_a_row_may_be_astray_and_four_are_a_drive(tmp_path: Path, strays: int, drives: int) -> None:
    network = draw(tmp_path, NODES | corners({"h": (0, 1000), "i": (1200, 1000)}), [*WAYS, ("hi", ROAD)])
    places = [(float(x), 0.0) for x in range(30, 1150, 60)]
    places[5 : 5 + strays] = [(east, 1000.0) for east, _ in places[5 : 5 + strays]]
    assert len(match(trace(places, range(0, 5 * len(places), 5)), network).drives) == drives


def test_a_fix_off_all_roads_is_put_where_the_drive_was_at_its_time(roads: RoadNetwork) -> None:
    places = [(float(x), 0.0) for x in range(60, 760, 60)]
    places[3] = (200.0, 200.0)
    found = match(trace(places, range(0, 5 * len(places), 5)), roads)
    assert len(found.drives) == 1
    lon, lat = at(240, 0)
    assert (found.fixes.geometry[3].x, found.fixes.geometry[3].y) == (pytest.approx(lon, abs=1e-6), pytest.approx(lat))


def test_before_the_first_and_after_the_last_fix_on_a_road_nothing_is_said(roads: RoadNetwork) -> None:
    places = [(-300.0, 0.0), (60.0, 0.0), (120.0, 0.0), (180.0, 0.0), (200.0, -300.0)]
    fixes = match(trace(places, [0, 30, 35, 40, 60]), roads).fixes
    assert fixes.drive.tolist() == [-1, 0, 0, 0, -1]
    assert fixes.edge.tolist()[0] == -1
    assert fixes.geometry.isna().tolist() == [True, False, False, False, True]
    assert fixes.off_m.isna().tolist() == [True, False, False, False, True]


def test_nobody_drives_400_km_an_hour(tmp_path: Path) -> None:
    network = draw(tmp_path, corners({"a": (0, 0), "b": (9000, 0)}), [("ab", ROAD)])
    places = [(float(x), 0.0) for x in range(0, 9000, 550)]
    assert len(match(trace(places, range(0, 15 * len(places), 15)), network).drives) == 1
    assert len(match(trace(places, range(0, 5 * len(places), 5)), network).drives) == len(places)


def test_times_in_whole_minutes_are_taken_for_what_they_are(roads: RoadNetwork) -> None:
    """A spreadsheet has cut the seconds off: three fixes have one time, and yet nobody flew."""
    places = [(float(x), 0.0) for x in range(50, 1200, 250)]
    found = match(trace(places, [0, 0, 0, 60, 60]), roads)
    assert [driven(roads, NODES, edges) for edges in found.drives.edges] == [["ab", "bc", "cd"]]
    assert len(match(trace(places, [1, 1, 1, 60, 60]), roads).drives) > 1


# ---- any input


def test_fixes_come_back_in_the_order_given(roads: RoadNetwork) -> None:
    given = along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=2, off_m=10)
    shuffled = given.sample(frac=1, random_state=4)
    ordered, mixed = match(given, roads), match(shuffled, roads)
    assert ordered.drives.equals(mixed.drives)
    assert mixed.fixes.time.tolist() == shuffled.time.tolist()
    back = mixed.fixes.set_axis(shuffled.index).sort_index()
    assert back.equals(ordered.fixes)


def test_fixes_at_one_time_are_taken_in_their_order(roads: RoadNetwork) -> None:
    places = [(100.0, 0.0), (160.0, 0.0), (160.0, 3.0), (160.0, 0.0), (220.0, 0.0)]
    found = match(trace(places, [0, 5, 5, 5, 10]), roads)
    assert len(found.drives) == 1
    assert np.isfinite(found.fixes.offset_m).all()
    assert found.drives.length_m[0] == pytest.approx(120, abs=1)


@pytest.mark.parametrize("crs", ["EPSG:32637", "EPSG:3857"])
def test_a_trace_may_be_in_any_reference_system(roads: RoadNetwork, crs: str) -> None:
    given = along([(50, 0), (400, 0), (400, 400)], every_s=5, off_m=10)
    ours, theirs = match(given, roads), match(given.to_crs(crs), roads)
    assert theirs.drives.crs == theirs.fixes.crs == tables.CRS
    assert theirs.drives.edges.tolist() == ours.drives.edges.tolist()
    np.testing.assert_allclose(theirs.fixes.offset_m, ours.fixes.offset_m, atol=1e-4)


def test_no_fix_is_no_drive(roads: RoadNetwork) -> None:
    found = match(trace([], []), roads)
    assert (len(found.fixes), len(found.drives)) == (0, 0)
    assert repr(found) == "<Match of 0 of 0 fixes in 0 drives>"
    elsewhere = match(trace([(9000, 9000)], [0]), roads)
    assert (elsewhere.fixes.drive.tolist(), len(elsewhere.drives)) == ([-1], 0)


def test_one_fix_is_a_drive_without_length(roads: RoadNetwork) -> None:
    found = match(trace([(100, 8)], [0]), roads)
    assert found.drives.length_m.tolist() == [0.0]
    assert found.fixes.off_m[0] == pytest.approx(8, abs=0.01)
    assert found.drives.start[0] == found.drives.end[0] == START


@pytest.mark.parametrize("places", [[], [(100.0, 0.0)], [(9000.0, 0.0)], [(100.0, 0.0), (300.0, 0.0)]])
def test_both_tables_are_as_the_contract_says(roads: RoadNetwork, places: list[tuple[float, float]]) -> None:
    found = match(trace(places, range(0, 20 * len(places), 20)), roads)
    for table, schema in ((found.fixes, tables.FIXES), (found.drives, tables.DRIVES)):
        assert {name: str(table[name].dtype) for name in table} == dict(schema)
        assert list(table) == list(schema)
        assert table.crs == tables.CRS
        assert table.index.tolist() == list(range(len(table)))
    assert all(isinstance(edge, int) for edges in found.drives.edges for edge in edges)


def test_the_same_trace_gives_the_same_bytes_and_stays_as_it_was(roads: RoadNetwork) -> None:
    given = along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=1, off_m=10)
    before = given.copy(deep=True)
    first, second = match(given, roads), match(given, roads)
    assert first.drives.to_json(default=str) == second.drives.to_json(default=str)
    assert first.fixes.to_json(default=str) == second.fixes.to_json(default=str)
    assert given.equals(before)
    third = match(given, roads)
    given["time"] = given["time"] + pd.Timedelta(days=1)
    # Tables that are made later know nothing of a change made since.
    assert third.fixes.to_json(default=str) == first.fixes.to_json(default=str)


def test_threads_match_on_one_network_without_disturbing_each_other(roads: RoadNetwork) -> None:
    there = [(50.0, 0.0), (400.0, 0.0), (400.0, 400.0), (750.0, 400.0)]
    # So long that the threads are at work at the same time.
    given = [along((there + there[::-1]) * 40, every_s=2, off_m=12, seed=seed) for seed in range(4)]

    def offsets(one: gpd.GeoDataFrame) -> bytes:
        fixes = match(one, roads).fixes
        return fixes["edge"].to_numpy().tobytes() + fixes["offset_m"].to_numpy().tobytes()

    alone = [offsets(one) for one in given]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(offsets, given * 6))
    assert together == alone * 6


def test_each_thread_has_scratch_memory_of_its_own(roads: RoadNetwork) -> None:
    both_there = Barrier(2)

    def scratch(_: int) -> Scratch:
        found = _matcher(roads).scratch
        both_there.wait(timeout=60)
        return found

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(scratch, range(2))
    assert not any(np.shares_memory(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_thread_that_takes_the_number_of_an_ended_one_finds_the_same(roads: RoadNetwork) -> None:
    given = along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=2, off_m=12)
    found: list[str] = []
    for _ in range(8):
        thread = Thread(target=lambda: found.append(match(given, roads).fixes.to_json(default=str)))
        thread.start()
        thread.join()
    assert found == [match(given, roads).fixes.to_json(default=str)] * 8


def test_searches_may_be_counted_out(roads: RoadNetwork) -> None:
    """Each search has a number less than the one before; when they run out, the count begins anew."""
    given = along([(50, 0), (400, 0), (400, 400), (750, 400)], every_s=2, off_m=12)
    expected = match(given, roads).fixes.to_json(default=str)
    roads.searcher.era[0] = 7
    assert match(given, roads).fixes.to_json(default=str) == expected
    assert roads.searcher.era[0] > 1_000_000


# ---- what is refused


def test_all_that_is_wrong_is_counted_and_the_first_row_shown(roads: RoadNetwork) -> None:
    given = along([(0, 0), (400, 0)], every_s=5).set_index(pd.Index(range(10, 17)))
    given.loc[[12, 14], "geometry"] = [shapely.Point(200, 51), None]
    given.loc[13, "geometry"] = shapely.LineString([(0, 0), (1, 1)])
    given.loc[11, "time"] = pd.NaT
    with pytest.raises(
        BadTrace, match=r"3 fixes are no points on earth, the first in row 12; 1 fixes have no time, .* 11;"
    ):
        match(given, roads)
    given = along([(0, 0), (400, 0)], every_s=5)
    given.geometry = [shapely.Point(np.nan, 51), shapely.Point(np.inf, 51), shapely.Point(), *given.geometry[3:]]
    with pytest.raises(BadTrace, match="3 fixes are no points on earth, the first in row 0"):
        match(given, roads)


def test_a_trace_without_a_zone_or_a_reference_system_is_refused(roads: RoadNetwork) -> None:
    given = along([(0, 0), (400, 0)], every_s=5)
    for wrong in (
        given.drop(columns="time"),
        given.assign(time=given.time.dt.tz_localize(None)),
        given.assign(time="9:00"),
    ):
        with pytest.raises(BadTrace, match="no column `time` of times with a zone"):
            match(wrong, roads)
    with pytest.raises(BadTrace, match="says no CRS; set it"):
        match(given.set_crs(None, allow_override=True), roads)


@pytest.mark.parametrize(
    "options", [{"sigma_m": 0.0}, {"sigma_m": np.nan}, {"sigma_m": 2000.0}, {"gap_s": 0}, {"gap_s": np.nan}]
)
def test_an_option_out_of_range_is_refused(roads: RoadNetwork, options: dict[str, float]) -> None:
    (name,) = options
    with pytest.raises(ValueError, match=f"{name} is .*; give "):
        match(trace([(0, 0)], [0]), roads, **options)
