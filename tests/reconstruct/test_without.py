"""What changes if a source is wrong."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reconstruct.told import clock, report, told
from tests.reconstruct.two_ways import DECIDES, ENDS, two_ways
from tracker import UnknownReport, reconstruct
from tracker.model import explanations
from tracker.reconstruct import March
from tracker.reconstruct.explaining.differences import moved
from tracker.roads import RoadNetwork

OTHER = report("south", (39.3, 50.88), "09:15", reliability="D", credibility=4)
"""Said by a poor source: at the same time on the other road."""

ESCORT = report("e", (38.7, 51.0), "08:20", unit="escort"), report("f", (38.9, 51.0), "08:40", unit="escort")


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return two_ways(tmp_path_factory.mktemp("ways"))


@pytest.fixture(scope="module")
def march(ways: RoadNetwork) -> March:
    north = {**DECIDES, "origin": "Daily", "reliability": "A", "credibility": 1}
    return reconstruct(told(*ENDS, north, OTHER, *ESCORT), ways, members=200)


@pytest.fixture(scope="module")
def found(march: March) -> explanations.Without:
    return march.without(report_ids="north")


def test_the_road_that_flips_is_named_with_the_one_that_it_takes_the_place_of(found: explanations.Without) -> None:
    roads = found.roads.set_index("road")
    assert roads.loc["N1", "probability"] > 0.95
    assert roads.loc["N1", "probability_without"] < 0.2
    assert roads.loc["S1", "probability"] < 0.05
    assert roads.loc["S1", "probability_without"] > 0.8
    assert "Column would most likely go by S1" in found.words
    assert "instead of N1" in found.words


def test_the_verdict_that_flips_is_told_with_both_probabilities(found: explanations.Without) -> None:
    flip = found.verdicts.set_index("report_id").loc["south"]
    assert flip["verdict"] in ("doubtful", "impossible")
    assert flip["verdict_without"] == "supports"
    assert flip["p_true"] < 0.1
    assert flip["p_true_without"] > 0.8
    assert "south would be supports instead of" in found.words
    assert "north" not in set(found.verdicts["report_id"])


def test_the_new_march_is_one_without_these_reports_and_can_be_asked_in_turn(
    march: March, found: explanations.Without
) -> None:
    assert found.removed == ("north",)
    assert list(found.march.reports["report_id"]) == ["a", "c", "south", "e", "f"]
    assert list(found.march.verdicts["report_id"]) == ["a", "c", "south", "e", "f"]
    assert isinstance(found.march, March)
    assert found.march.explain("south").verdict == "supports"
    assert list(march.reports["report_id"]) == ["a", "c", "north", "south", "e", "f"]


def test_hour_by_hour_both_tracks_stand_beside_each_other(found: explanations.Without) -> None:
    column = found.moved[found.moved["unit"] == "column"].set_index("time")
    assert list(column.index) == list(pd.to_datetime(["2023-06-24T05:00Z", "2023-06-24T06:00Z", "2023-06-24T07:00Z",
                                                      "2023-06-24T07:30Z"]))  # fmt: skip
    assert column["km"].iloc[0] < 1
    # At nine the unit is 20 km from one of the roads' start, 16 km up or down.
    assert column["km"].iloc[1] > 10
    assert column["km"].iloc[1] > 5 * column["noise_km"].iloc[1]


def test_two_draws_of_the_same_differ_by_about_the_noise(ways: RoadNetwork) -> None:
    rows = told(*ENDS, DECIDES)
    at = [("then", clock("09:45"))]
    tracks = [reconstruct(rows, ways, seed=seed, members=100).tracks["column"] for seed in range(25)]
    found = pd.concat([moved("column", one, two, at) for one, two in pairwise(tracks)])
    assert found["km"].mean() == pytest.approx(found["noise_km"].mean(), rel=0.3)
    assert (found["noise_km"] < found["radius_m"] / 1000 / 5).all()


def test_a_unit_that_nothing_is_taken_from_keeps_its_track_to_the_last_digit(
    march: March, found: explanations.Without
) -> None:
    escort = found.moved[found.moved["unit"] == "escort"]
    assert (escort["km"] == 0).all()
    for one, two in zip(march.tracks["escort"].histories, found.march.tracks["escort"].histories, strict=True):
        np.testing.assert_array_equal(one.seconds, two.seconds)
        np.testing.assert_array_equal(one.metres, two.metres)


def test_all_reports_of_an_origin_go_together(march: March, found: explanations.Without) -> None:
    by_origin = march.without(origin="Daily")
    assert by_origin.removed == ("north",)
    assert by_origin.words.startswith("Without 1 report (Daily): ")
    pd.testing.assert_frame_equal(by_origin.moved, found.moved)


def test_reports_and_an_origin_may_be_named_together(march: March) -> None:
    both = march.without(report_ids=["south", "a"], origin="Daily")
    assert both.removed == ("a", "north", "south")


def test_the_same_clock_goes_on_when_the_first_report_is_left_out(march: March) -> None:
    rest = march.without(report_ids=["a"])
    assert rest.march.tracks["column"].start == march.tracks["column"].start
    assert rest.moved["time"].min() == march.tracks["column"].known_from


def test_a_unit_whose_only_reports_are_left_out_is_said_to_have_no_track(march: March) -> None:
    gone = march.without(report_ids=["e", "f"])
    assert list(gone.march.tracks) == ["column"]
    assert "No track of escort could be made." in gone.words
    assert "escort" not in set(gone.moved["unit"])


def test_a_report_that_moved_nothing_changes_nothing(ways: RoadNetwork) -> None:
    march = reconstruct(told(*ENDS, report("w", None, "09:00", kind="statement")), ways, members=100)
    same = march.without(report_ids=["w"])
    assert (same.moved["km"] == 0).all()
    assert same.roads.empty
    assert same.verdicts.empty
    assert "nothing changes" in same.words


def test_without_a_speaker_its_repeat_speaks(ways: RoadNetwork) -> None:
    again = {**DECIDES, "report_id": "copy", "radius_m": 1500.0}
    march = reconstruct(told(*ENDS, DECIDES, again), ways, members=100)
    assert march.verdicts.set_index("report_id")["verdict"]["copy"] == "unused"
    rest = march.without(report_ids=["north"])
    assert rest.verdicts.set_index("report_id")["verdict_without"]["copy"] == "supports"
    assert rest.roads.empty


def test_everything_unknown_is_named_at_once_with_what_is_most_like_it(march: March) -> None:
    with pytest.raises(UnknownReport) as refused:
        march.without(report_ids=["nroth", "zzz"], origin="Dayly")
    for words in ("'nroth' (did you mean 'north'?)", "'zzz'", "'Dayly' (did you mean 'Daily'?)"):
        assert words in str(refused.value)


def test_something_must_be_named_and_something_must_be_left(march: March) -> None:
    with pytest.raises(ValueError, match="nothing is named"):
        march.without()
    with pytest.raises(ValueError, match="all 6 reports"):
        march.without(report_ids=list(march.reports["report_id"]))


def test_roads_of_one_name_are_told_apart_by_where_they_lie(tmp_path: Path) -> None:
    from tests.reconstruct.told import fork

    march = reconstruct(
        told(*ENDS, {**DECIDES, "reliability": "A", "credibility": 1}, OTHER), fork(tmp_path), members=100
    )
    roads = march.without(report_ids="north").roads.set_index("road")
    assert roads.loc["P22 in the north", "probability"] > 0.9
    assert roads.loc["P22 in the south", "probability_without"] > 0.8
