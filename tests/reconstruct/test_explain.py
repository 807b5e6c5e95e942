"""What one report moved, what it conflicts with and what agrees with it."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reconstruct.told import FORK, clock, report, straight, told
from tests.reconstruct.two_ways import DECIDES, ENDS, two_ways
from tracker import BadTime, UnknownReport, reconstruct
from tracker.model import explanations, geodesy
from tracker.reconstruct import March
from tracker.roads import RoadNetwork

MARCH = (
    report("a", (39.1, 51.0), "08:00", reliability="A", credibility=1),
    report("b", (39.7, 51.0), "09:00"),
    report("c", (40.3, 51.0), "10:00", reliability="A", credibility=1),
)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return two_ways(tmp_path_factory.mktemp("ways"))


@pytest.fixture(scope="module")
def decided(ways: RoadNetwork) -> March:
    false = report("false", (38.5, 51.0), "10:20", reliability="E", credibility=5)
    return reconstruct(told(*ENDS, DECIDES, false), ways, members=200)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


def by_road(found: explanations.Explanation) -> pd.DataFrame:
    return found.roads.set_index("road")[["probability", "probability_without"]]


# ---- what it moved


def test_a_report_that_decides_between_two_roads_is_said_to_and_both_roads_are_named(decided: March) -> None:
    found = decided.explain("north")
    roads = by_road(found)
    assert roads.loc["N1", "probability"] > 0.98
    assert roads.loc["S1", "probability"] < 0.02
    # Without it the two ways are as good as each other: half of 200 histories each, give or take three deviations.
    assert roads.loc[["N1", "S1"], "probability_without"].between(0.39, 0.61).all()
    assert found.method == "drawn again"
    assert "N1" in found.words
    assert "S1" in found.words


def test_at_its_time_the_report_takes_the_other_road_out_of_the_radius(decided: March) -> None:
    moved = decided.explain("north").moved.set_index("at")
    apart = float(geodesy.distance_m(*FORK["n"], *FORK["s"]))
    assert moved.loc["its time", "time"] == clock("09:15")
    assert moved.loc["its time", "radius_m"] < 5_000
    # From one road the other is about 27 km away, if the unit drives as far along it.
    assert moved.loc["its time", "radius_without_m"] == pytest.approx(apart, rel=0.4)


def test_the_times_of_the_neighbours_are_looked_at_too_and_there_nothing_moves(decided: March) -> None:
    moved = decided.explain("north").moved.set_index("at")
    assert {"a, before", "c, after"} <= set(moved.index)
    near = moved.loc[["a, before", "c, after"]]
    assert (near["km"] < 1).all()
    assert (near["noise_km"] < 1).all()
    assert near["radius_without_m"].to_numpy() == pytest.approx(near["radius_m"].to_numpy(), rel=0.5)


def test_a_line_leads_from_the_middle_without_it_to_the_middle_as_it_is(decided: March) -> None:
    row = decided.explain("north").moved.set_index("at").loc["its time"]
    end = row["geometry"].coords[-1]
    middle = decided.tracks["column"].at(clock("09:15")).geometry.iloc[0]
    assert end == pytest.approx((middle.x, middle.y))
    assert geodesy.distance_m(*row["geometry"].coords[0], *end) / 1000 == pytest.approx(row["km"])


def test_a_report_that_is_not_believed_moved_nothing_and_that_is_weighed_and_not_drawn(decided: March) -> None:
    found = decided.explain("false")
    assert found.method == "weighed again"
    assert (found.moved["km"] < 0.01).all()
    assert found.roads.empty
    assert "hardly moves" in found.words


def test_weighing_again_and_drawing_again_give_the_same_track(
    road: RoadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As far as 39.9 by 08:50 the unit must have hurried: by a poor source that is likely, and not sure.
    weak = report("weak", (39.9, 51.0), "08:50", reliability="E", credibility=5)
    march = reconstruct(told(MARCH[0], MARCH[2], weak), road, members=1000)
    p = float(march.verdicts.set_index("report_id")["p_true"]["weak"])
    assert 0.5 < p < 0.9
    room = import_module("tracker.reconstruct.explaining.explain")
    monkeypatch.setattr(room, "ENOUGH", 1.0)
    weighed = march.explain("weak")
    monkeypatch.setattr(room, "ENOUGH", np.inf)
    drawn = march.explain("weak")
    assert (weighed.method, drawn.method) == ("weighed again", "drawn again")
    one, two = (found.moved[found.moved["at"] != "farthest hour"].set_index("at") for found in (weighed, drawn))
    assert one["radius_without_m"].to_numpy() == pytest.approx(two["radius_without_m"].to_numpy(), rel=0.25)
    ends = [np.array([line.coords[0] for line in found["geometry"]]) for found in (one, two)]
    apart = geodesy.distance_m(*ends[0].T, *ends[1].T)
    assert (apart < 3_000).all()


def test_the_first_of_two_reports_is_missed_before_and_not_after(road: RoadNetwork) -> None:
    march = reconstruct(told(*MARCH), road, members=200)
    moved = march.explain("a").moved.set_index("at")
    assert moved.loc["its time", "radius_without_m"] > 5 * moved.loc["its time", "radius_m"]
    assert moved.loc["b, after", "km"] < 1


def test_without_its_only_report_there_would_be_no_track(road: RoadNetwork) -> None:
    march = reconstruct(told(*MARCH, report("e", (39.5, 51.0), "08:30", unit="escort")), road, members=100)
    found = march.explain("e")
    assert found.moved.empty
    assert "there would be no track of escort" in found.words


def test_repeats_are_one_voice_and_are_left_out_with_it(ways: RoadNetwork) -> None:
    again = {**DECIDES, "report_id": "copy", "radius_m": 1500.0}
    march = reconstruct(told(*ENDS, DECIDES, again), ways, members=200)
    found = march.explain("north")
    assert by_road(found).loc["S1", "probability_without"] > 0.35
    assert "with 1 repeat" in found.words
    copy = march.explain("copy")
    assert copy.verdict == "unused"
    assert "repeats north" in copy.words
    assert copy.moved.empty


def test_a_report_that_places_nobody_moved_nothing(road: RoadNetwork) -> None:
    rows = report("w", None, "09:00", kind="statement"), report("x", (39.7, 51.0), "09:00", kind="roadblock")
    march = reconstruct(told(*MARCH, *rows), road, members=100)
    for name in ("w", "x"):
        found = march.explain(name)
        assert found.verdict == "unused"
        assert np.isnan(found.p_alone)
        assert len(found.moved) == len(found.conflicts) == len(found.supports) == 0
        assert "It moves no track" in found.words


# ---- what it conflicts with, and what agrees


def test_a_conflict_tells_the_speed_that_both_need_and_the_speed_that_the_roads_allow(decided: March) -> None:
    conflict = decided.explain("false").conflicts.set_index("report_id").loc["c"]
    # From 38.5 to c: 5 km, two ways of 50 km, 35 km and less the two radii, in the ten minutes between the reports.
    road = float(geodesy.distance_m(38.5, 51.0, 39.0, 51.0) + geodesy.distance_m(39.6, 51.0, 40.1, 51.0)) + 49_900
    assert conflict["spare_s"] == 600
    assert conflict["metres"] == pytest.approx(road - 2_000, abs=1_000)
    assert conflict["needed_kmh"] == pytest.approx(conflict["metres"] / 600 * 3.6)
    assert conflict["allowed_kmh"] == pytest.approx(conflict["metres"] / conflict["drive_s"] * 3.6)
    assert 60 < conflict["allowed_kmh"] <= 80
    assert conflict["p_true"] > 0.9


def test_the_words_say_what_may_be_wrong(decided: March) -> None:
    words = decided.explain("false").words
    assert "where the roads allow" in words
    assert "one of c, this report, or the assumption of one column is wrong" in words


def test_reports_that_can_be_true_together_do_not_conflict(decided: March) -> None:
    for name in ("a", "north", "c"):
        assert set(decided.explain(name).conflicts["report_id"]) <= {"false"}


def test_a_sighting_within_a_reported_absence_conflicts_with_it(road: RoadNetwork) -> None:
    absent = report("absent", (39.7, 51.0), "08:30", "09:30", kind="absence", radius_m=8000.0,
                    reliability="D", credibility=4)  # fmt: skip
    march = reconstruct(told(*MARCH, absent), road, members=100)
    seen, denied = march.explain("b").conflicts, march.explain("absent").conflicts
    assert list(seen["report_id"]) == ["absent"]
    assert list(denied["report_id"]) == ["b"]
    assert "says that it was not there then" in seen["words"].iloc[0]
    assert np.isnan(seen["needed_kmh"].iloc[0])


def test_only_other_origins_agree_and_the_closest_in_time_come_first(road: RoadNetwork) -> None:
    same = report("same", (39.75, 51.0), "09:05", origin="witness b")
    march = reconstruct(told(*MARCH, same, report("d", (39.8, 51.0), "09:10")), road, members=100)
    found = march.explain("b").supports
    assert list(found["report_id"]) == ["d", "a", "c"]
    assert found["within_s"].tolist() == [600, 3600, 3600]
    assert (found["p_together"] > 0.9).all()


def test_nothing_is_said_to_agree_with_a_report_that_is_not_believed(decided: March) -> None:
    assert decided.explain("false").supports.empty


# ---- asking


def test_the_grade_alone_and_the_verdict_stand_beside_each_other(decided: March) -> None:
    found = decided.explain("north")
    assert (found.verdict, found.unit) == ("supports", "column")
    assert found.p_alone == pytest.approx(1 / (1 + np.exp(-(0.6 + 0.9 + 1.3))))
    assert found.p_true > found.p_alone
    assert "by its grade alone 94 %" in found.words


def test_times_in_words_are_of_the_zone_that_is_asked_for(decided: March) -> None:
    assert "06:15 on 24 June" in decided.explain("north").words
    assert "09:15 on 24 June" in decided.explain("north", zone="Europe/Moscow").words
    with pytest.raises(BadTime, match="no time zone named 'Moscow'"):
        decided.explain("north", zone="Moscow")


def test_an_unknown_report_is_named_with_the_one_that_is_most_like_it(decided: March) -> None:
    with pytest.raises(UnknownReport, match=r"'nroth' .did you mean 'north'"):
        decided.explain("nroth")


def test_explaining_changes_nothing_and_says_the_same_again(decided: March) -> None:
    before = decided.verdicts.copy(), decided.reports.copy()
    one, two = decided.explain("north"), decided.explain("north")
    assert one.words == two.words
    pd.testing.assert_frame_equal(one.moved, two.moved)
    pd.testing.assert_frame_equal(decided.verdicts, before[0])
    pd.testing.assert_frame_equal(decided.reports, before[1])


def test_the_order_of_the_rows_changes_no_answer(decided: March, ways: RoadNetwork) -> None:
    rows = decided.reports.iloc[::-1].reset_index(drop=True)
    turned = reconstruct(rows, ways, members=200)
    for name in ("north", "false"):
        assert turned.explain(name).words == decided.explain(name).words
    pd.testing.assert_frame_equal(turned.where_to_look(3), decided.where_to_look(3))
    assert turned.without(report_ids="north").words == decided.without(report_ids="north").words


def test_every_table_has_the_columns_of_its_contract(decided: March) -> None:
    found = decided.explain("north")
    for table, schema in (
        (found.moved, explanations.MOVED),
        (found.roads, explanations.ROADS_CHANGED),
        (found.passages, explanations.PASSAGES_CHANGED),
        (found.conflicts, explanations.CONFLICTS),
        (found.supports, explanations.SUPPORTS),
    ):
        assert list(table.columns) == list(schema)


def test_a_place_that_only_one_of_the_ways_passes_is_told_with_both_probabilities(tmp_path: Path) -> None:
    from tests.reconstruct.told import TRUNK
    from tests.reconstruct.two_ways import NORTH, SOUTH
    from tests.roads.napkin import osm
    from tracker.roads import load_roads

    town = {"n": {"place": "town", "name": "Northtown"}}
    path = tmp_path / "towns.osm"
    path.write_text(osm(FORK, [("ab", TRUNK), ("bnc", NORTH), ("bsc", SOUTH), ("cd", TRUNK)], places=town), "utf-8")
    march = reconstruct(told(*ENDS, DECIDES), load_roads(path), members=200)
    passed = march.explain("north").passages.set_index("place").loc["Northtown"]
    assert passed["probability"] > 0.98
    exact = float(
        march.without(report_ids="north").march.tracks["column"].passages(["Northtown"])["probability"].iloc[0]
    )
    assert passed["probability_without"] == pytest.approx(exact)


def test_a_turnaround_is_drawn_again_since_it_makes_turning_likelier(tmp_path: Path) -> None:
    roads = straight(tmp_path)
    rows = MARCH[0], report("turn", (40.3, 51.0), "10:00", kind="turnaround", reliability="E", credibility=5)
    march = reconstruct(told(*rows, report("end", (39.1, 51.0), "12:00")), roads, members=100)
    assert march.explain("turn").method == "drawn again"
