"""What reports do to a track: they choose roads, send units back, hold them, and let them go."""

import numpy as np
import pandas as pd
import pytest

from tests.reconstruct.told import away_from, clock, fork, report, straight, told, verdict
from tracker.model import Track
from tracker.reconstruct import check_report, reconstruct
from tracker.roads import RoadNetwork

NORTH, SOUTH = (39.3, 51.12), (39.3, 50.88)
WEST, EAST = (38.5, 51.0), (40.1, 51.0)


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return fork(tmp_path_factory.mktemp("fork"))


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


def column(roads: RoadNetwork, *rows: dict[str, object]) -> Track:
    return reconstruct(told(*rows), roads, members=200).tracks["column"]


def by_north(track: Track) -> float:
    passed = track.passages({"north": NORTH, "south": SOUTH}, radius_m=3000).set_index("place")["probability"]
    return float(passed["north"])


ENDS = (report("a", WEST, "08:00"), report("c", EAST, "10:30"))


def test_a_fork_without_evidence_keeps_both_ways(forked: RoadNetwork) -> None:
    track = column(forked, *ENDS)
    passed = track.passages({"north": NORTH, "south": SOUTH}, radius_m=3000)
    assert (passed["probability"] > 0.1).all()
    assert (track.routes["weight"] > 0.1).sum() >= 2
    assert track.routes["weight"].sum() == pytest.approx(1)


def test_evidence_on_one_way_leaves_hardly_any_of_the_other(forked: RoadNetwork) -> None:
    assert by_north(column(forked, *ENDS, report("n", NORTH, "09:10", "09:30"))) > 0.95
    assert by_north(column(forked, *ENDS, report("s", SOUTH, "09:10", "09:30"))) < 0.05


def test_an_absence_from_one_way_leaves_the_other(forked: RoadNetwork) -> None:
    gone = report("x", NORTH, "08:00", "10:30", kind="absence", radius_m=8000.0, reliability="A", credibility=1)
    assert by_north(column(forked, *ENDS, gone)) < 0.15


@pytest.mark.parametrize("radius_m", [250.0, 600.0])
def test_an_absence_from_a_small_circle_on_the_only_way_is_not_leapt_over(road: RoadNetwork, radius_m: float) -> None:
    ends = [report(name, (lon, 51.0), hour, reliability="A", credibility=1)
            for name, lon, hour in (("a", 39.1, "08:00"), ("b", 39.9, "09:20"))]  # fmt: skip
    nowhere = report("not", (39.5, 51.0), "07:30", "10:00", kind="absence", radius_m=radius_m, reliability="A",
                     credibility=1)  # fmt: skip
    march = reconstruct(told(*ends, nowhere), road, members=100)
    assert float(verdict(march, "not")["p_true"]) < 0.05


def test_a_turnaround_of_one_minute_is_held_against_the_turns_around_it(road: RoadNetwork) -> None:
    there = (("a", 39.1, "08:00"), ("b", 39.5, "09:00"), ("c", 39.5, "10:00"), ("d", 39.1, "11:00"))
    march = reconstruct(told(*(report(name, (lon, 51.0), hour) for name, lon, hour in there)), road, members=200)
    turn = {"kind": "turnaround", "unit": "column", "lon": 39.55, "lat": 51.0, "radius_m": 8000.0}
    minutes = pd.date_range(clock("09:20"), clock("09:40"), freq="2min")
    p = [check_report({**turn, "earliest": minute, "latest": minute}, march).p_true for minute in minutes]
    assert min(p) > 0.01


def test_routes_name_the_reports_that_speak_for_and_against_them(forked: RoadNetwork) -> None:
    routes = column(forked, *ENDS, report("n", NORTH, "09:10", "09:30")).routes
    assert set(routes["supporting"].iloc[0]) == {"a", "c", "n"}
    assert routes["weight"].is_monotonic_decreasing


def test_a_turnaround_sends_the_unit_back(road: RoadNetwork) -> None:
    out, turned = report("a", (39.1, 51.0), "08:00"), report("t", (40.2, 51.0), "09:00", "10:30", kind="turnaround")
    back = report("b", (39.1, 51.0), "12:00")
    track = column(road, out, turned, back)
    furthest = np.max([history.path.lon.max() for history in track.histories])
    assert furthest > 40.15
    middle = np.median(track.coordinates(clock("09:45"))[0])
    assert middle > 39.9
    assert np.median(away_from(track, "12:00", (39.1, 51.0))) < 2000


def test_a_turnaround_alone_makes_the_unit_drive_the_other_way(road: RoadNetwork) -> None:
    rows = report("a", (39.1, 51.0), "08:00"), report("b", (39.7, 51.0), "08:50")
    turned = report("t", (40.2, 51.0), "09:20", "09:50", kind="turnaround", reliability="A", credibility=1)
    later = report("end", None, "12:00", kind="statement")
    ahead, behind = (column(road, *rows, *more, later).coordinates(clock("11:00"))[0] for more in ((), (turned,)))
    assert np.mean(behind < 40.2) > np.mean(ahead < 40.2) + 0.2


def test_a_unit_seen_twice_at_one_place_stays_near(road: RoadNetwork) -> None:
    track = column(road, report("a", (39.9, 51.0), "10:00"), report("b", (39.9, 51.0), "16:00"))
    for time in ("11:00", "13:00", "15:00"):
        assert np.median(away_from(track, time, (39.9, 51.0))) < 5000


def test_the_longer_the_silence_the_wider_the_region(road: RoadNetwork) -> None:
    rows = (
        report("a", (39.1, 51.0), "08:00"),
        report("b", (39.3, 51.0), "08:20"),
        report("z", None, "14:00", kind="statement"),
    )
    track = column(road, *rows)
    radius = track.at([clock(time) for time in ("08:20", "08:50", "09:20", "10:00")])["radius_m"]
    assert radius.is_monotonic_increasing
    assert radius.iloc[0] < 3000
    assert radius.iloc[-1] > 15_000


def test_a_track_never_becomes_a_confident_straight_line(forked: RoadNetwork) -> None:
    # From end to end as the crow flies there is no road for 40 km: nobody is there.
    track = column(forked, *ENDS)
    times = pd.date_range(track.start, track.end, freq="5min")
    lon, lat = track.coordinates(times)
    assert forked.nearest(lon.ravel(), lat.ravel()).distance_m.max() < 50
    between = (lon > 39.1) & (lon < 39.5)
    assert between.any()
    assert (np.abs(lat[between] - 51.0) > 0.03).all()


def test_a_precise_report_holds_the_unit_closer_than_a_vague_one(road: RoadNetwork) -> None:
    radius = []
    for metres in (500.0, 5000.0, 20_000.0):
        track = column(road, report("a", (39.1, 51.0), "08:00"), report("b", (39.9, 51.0), "09:00", radius_m=metres))
        radius.append(float(track.at(clock("09:00"))["radius_m"].iloc[0]))
    assert radius[0] < radius[1] < radius[2]


def test_an_hour_of_the_source_and_a_bound_of_it_both_bring_the_unit_to_the_place(road: RoadNetwork) -> None:
    for basis in ("observed", "published", "inferred"):
        unsure = report("b", (39.9, 51.0), "08:30", "10:30", time_basis=basis)
        march = reconstruct(told(report("a", (39.1, 51.0), "08:00"), unsure, report("c", (40.4, 51.0), "11:00")), road)
        passed = march.tracks["column"].passages({"b": (39.9, 51.0)}, radius_m=2000).iloc[0]
        assert passed["probability"] > 0.9
        assert verdict(march, "b")["verdict"] == "supports"
