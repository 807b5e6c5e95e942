"""What is said of each report, and why."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.reconstruct.told import STRAIGHT, TRUNK, draw, fork, report, straight, told, verdict
from tracker.model import tables
from tracker.reconstruct import reconstruct
from tracker.roads import RoadNetwork

MARCH = (
    report("a", (39.1, 51.0), "08:00", reliability="A", credibility=1),
    report("b", (39.7, 51.0), "09:00"),
    report("c", (40.3, 51.0), "10:00", reliability="A", credibility=1),
)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


def test_there_is_one_verdict_for_each_report_in_their_order(road: RoadNetwork) -> None:
    march = reconstruct(told(*MARCH, report("w", None, "09:00", kind="statement")), road, members=100)
    assert list(march.verdicts.columns) == list(tables.VERDICTS)
    assert list(march.verdicts["report_id"]) == ["a", "b", "c", "w"]
    assert list(march.verdicts["verdict"]) == ["supports"] * 3 + ["unused"]
    assert march.verdicts["reason"].str.len().min() > 10
    assert (march.verdicts["p_true"].dropna().between(0, 1)).all()


def test_a_false_report_far_off_is_impossible_and_the_reason_names_speed_and_report(road: RoadNetwork) -> None:
    false = report("false", (40.7, 51.0), "08:05", reliability="C", credibility=3)
    said = verdict(reconstruct(told(*MARCH, false), road, members=100), "false")
    assert said["verdict"] == "impossible"
    assert said["p_true"] < 0.1
    found = re.search(r"would need (\d+) km/h from (\w+)", str(said["reason"]))
    assert found is not None
    assert int(found[1]) > 120
    assert found[2] in ("a", "b")


def test_a_false_report_at_the_same_time_names_the_report_that_forbids_it(road: RoadNetwork) -> None:
    false = report("false", (40.7, 51.0), "08:00", reliability="C", credibility=3)
    said = verdict(reconstruct(told(*MARCH, false), road, members=100), "false")
    assert said["verdict"] == "impossible"
    assert "at the same time a places column" in str(said["reason"])


def test_a_false_report_bends_no_track(road: RoadNetwork) -> None:
    false = report("false", (40.7, 51.0), "08:05", reliability="D", credibility=4)
    march = reconstruct(told(*MARCH, false), road, members=100)
    assert (march.verdicts.set_index("report_id")["verdict"].loc[["a", "b", "c"]] == "supports").all()
    assert np.median(march.tracks["column"].coordinates(MARCH[1]["earliest"])[0]) == pytest.approx(39.7, abs=0.05)


def test_a_true_report_off_the_straight_line_is_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    roads = fork(tmp_path_factory.mktemp("fork"))
    rows = report("a", (38.5, 51.0), "08:00"), report("off", (39.3, 51.12), "09:15"), report("c", (40.1, 51.0), "10:30")
    said = verdict(reconstruct(told(*rows), roads, members=100), "off")
    assert said["verdict"] == "supports"
    assert said["p_true"] > 0.9


def test_a_report_that_cannot_be_judged_is_not_taken_to_be_false(road: RoadNetwork) -> None:
    unjudged = {**MARCH[1], "reliability": "F", "credibility": 6}
    march = reconstruct(told(MARCH[0], unjudged, MARCH[2]), road, members=100)
    assert verdict(march, "b")["verdict"] == "supports"
    assert verdict(march, "b")["p_true"] > 0.8


def test_an_unjudged_report_on_its_own_still_makes_a_track(road: RoadNetwork) -> None:
    rows = [{**row, "reliability": "F", "credibility": 6} for row in MARCH]
    march = reconstruct(told(*rows), road, members=100)
    assert (march.verdicts["verdict"] == "supports").all()


def test_a_hardly_credible_report_loses_to_physics_not_to_its_grade_alone(road: RoadNetwork) -> None:
    fits = report("fits", (39.4, 51.0), "08:30", reliability="D", credibility=4)
    said = verdict(reconstruct(told(*MARCH, fits), road, members=100), "fits")
    assert said["verdict"] == "supports"


def test_a_doubtful_report_tells_its_grade_or_its_distance(road: RoadNetwork) -> None:
    # An hour is enough to be there in: physics does not forbid it, the others and the grade speak against it.
    weak = report("weak", (39.1, 51.0), "08:45", "09:30", reliability="E", credibility=5)
    said = verdict(reconstruct(told(*MARCH, weak), road, members=100), "weak")
    assert said["verdict"] in ("doubtful", "impossible")
    assert re.search(r"E5|km", str(said["reason"]))


def test_an_absence_against_the_track_is_doubted_and_one_beside_it_kept(road: RoadNetwork) -> None:
    against = report(
        "against", (39.7, 51.0), "08:50", "09:10", kind="absence", radius_m=5000.0, reliability="D", credibility=4
    )
    beside = report("beside", (40.7, 51.0), "08:00", "08:30", kind="absence", radius_m=5000.0)
    march = reconstruct(told(*MARCH, against, beside), road, members=100)
    assert verdict(march, "against")["verdict"] in ("doubtful", "impossible")
    assert verdict(march, "beside")["verdict"] == "supports"


def test_a_true_absence_far_from_the_track_is_never_impossible_and_only_its_grade_speaks_against_it(
    road: RoadNetwork,
) -> None:
    # Whoever says that nobody was 110 km away tells the truth, however fast one would have to drive there.
    absent = report("absent", (40.7, 51.0), "08:00", "08:05", kind="absence", reliability="E", credibility=5)
    said = verdict(reconstruct(told(*MARCH, absent), road, members=100), "absent")
    assert said["verdict"] == "doubtful"
    assert said["reason"] == "its grade E5 alone makes it 2% likely"


def test_an_absence_from_where_the_track_is_tells_how_probably_it_was_there(road: RoadNetwork) -> None:
    absent = report(
        "absent", (39.7, 51.0), "08:50", "09:10", kind="absence", radius_m=5000.0, reliability="D", credibility=4
    )
    said = verdict(reconstruct(told(*MARCH, absent), road, members=100), "absent")
    assert said["verdict"] == "doubtful"
    found = re.search(r"track of column was within its circle in its time \((\d+)%\)", str(said["reason"]))
    assert found is not None
    assert int(found[1]) > 80


def test_a_radius_that_covers_a_road_within_reach_is_not_cut_off_though_another_road_is_nearer(
    tmp_path: Path,
) -> None:
    # The place lies on a road that nothing joins; 3 km south of it, within its radius, the column drives by.
    island = {"p": (39.65, 51.027), "q": (39.75, 51.027)}
    roads = draw(tmp_path, {**STRAIGHT, **island}, [("abcd", TRUNK), ("pq", TRUNK)])
    weak = report("weak", (39.7, 51.027), "08:10", "08:20", radius_m=5000.0, reliability="E", credibility=5)
    on_time = report("on time", (39.7, 51.027), "08:40", "08:45", radius_m=5000.0, reliability="E", credibility=5)
    march = reconstruct(told(*MARCH, weak, on_time), roads, members=100)
    reasons = march.verdicts.set_index("report_id")["reason"]
    assert "no road" not in " ".join(reasons)
    assert verdict(march, "weak")["verdict"] == "impossible"
    assert re.search(r"would need \d+ km/h from a", reasons["weak"])
    assert verdict(march, "on time")["verdict"] == "doubtful"


def test_a_report_that_the_column_could_only_have_come_from_is_measured_in_that_direction(tmp_path: Path) -> None:
    # A one-way street of 42 km from f to a: from there to the column it is half an hour, back there is no way.
    nodes = {**STRAIGHT, "f": (38.4, 51.0)}
    roads = draw(tmp_path, nodes, [("fa", {**TRUNK, "oneway": "yes"}), ("abcd", TRUNK)])
    before = report("before", (38.41, 51.0), "07:10", reliability="E", credibility=5)
    late = report("late", (38.41, 51.0), "07:50", reliability="E", credibility=5)
    after = report("after", (38.41, 51.0), "11:30", reliability="E", credibility=5)
    march = reconstruct(told(*MARCH, before, late, after), roads, members=100)
    assert verdict(march, "before")["verdict"] != "impossible"
    assert verdict(march, "late")["verdict"] == "impossible"
    assert re.search(r"would need \d+ km/h to a", str(verdict(march, "late")["reason"]))
    assert verdict(march, "after")["verdict"] == "impossible"
    assert re.search(r"no road of the network joins its place to that of \w", str(verdict(march, "after")["reason"]))


def test_a_report_without_a_unit_is_held_against_the_tracks(road: RoadNetwork) -> None:
    fits = report("fits", (39.7, 51.0), "08:50", "09:10", unit=None)
    far = report("far", (40.7, 51.0), "08:01", unit=None, reliability="D", credibility=4)
    march = reconstruct(told(*MARCH, fits, far), road, members=100)
    assert verdict(march, "fits")["verdict"] == "supports"
    assert re.match(r"names no unit; most probably column \(\d+%\)$", str(verdict(march, "fits")["reason"]))
    assert verdict(march, "far")["verdict"] in ("doubtful", "impossible")


def test_a_place_that_no_road_joins_is_said_to_be_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    island = {"p": (39.1, 52.0), "q": (39.4, 52.0)}
    roads = draw(tmp_path_factory.mktemp("island"), {**STRAIGHT, **island}, [("abcd", TRUNK), ("pq", TRUNK)])
    said = verdict(reconstruct(told(*MARCH, report("x", (39.2, 52.0), "09:00", "14:00")), roads, members=100), "x")
    assert said["verdict"] in ("doubtful", "impossible")
    assert re.search(r"no road|comes no nearer than \d+ km", str(said["reason"]))
