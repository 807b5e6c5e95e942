"""The alibi of a new report, before it is added."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import tracker
from tests.reconstruct.told import STRAIGHT, TRUNK, clock, report, straight, told
from tests.roads.napkin import draw
from tracker import BadReport, reconstruct
from tracker.model import explanations
from tracker.reconstruct import March
from tracker.roads import RoadNetwork

MARCH = (
    report("a", (39.1, 51.0), "08:00", reliability="A", credibility=1),
    report("b", (39.7, 51.0), "09:00"),
    report("c", (40.3, 51.0), "10:00", reliability="A", credibility=1),
)
NEW = {"lon": 40.5, "lat": 51.0, "radius_m": 1000, "earliest": "2023-06-24T08:10+03:00", "unit": "column"}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


@pytest.fixture(scope="module")
def march(road: RoadNetwork) -> March:
    return reconstruct(told(*MARCH), road, members=200)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> March:
    """Two columns on two roads that do not meet, a degree of latitude apart."""
    far = {name: (lon, lat + 1) for name, (lon, lat) in zip("efgh", STRAIGHT.values(), strict=True)}
    roads = draw(tmp_path_factory.mktemp("two"), {**STRAIGHT, **far}, [("abcd", TRUNK), ("efgh", TRUNK)])
    north = [report(f"n{at}", (39.1 + at * 0.6, 52.0), f"{8 + at:02}:00", unit="north") for at in range(3)]
    return reconstruct(told(*MARCH, *north), roads, members=200)


def faults(given: object, march: March) -> dict[str, str]:
    with pytest.raises(BadReport) as refused:
        tracker.check_report(given, march)  # type: ignore[arg-type]
    return {str(fault.column): fault.problem for fault in refused.value.faults}


# ---- can it be?


def test_an_interval_that_never_ends_and_an_empty_id_break_nothing(march: March) -> None:
    endless = {**NEW, "latest": pd.Timestamp("2262-01-01T00:00Z"), "report_id": ""}
    found = tracker.check_report(endless, march)
    assert found.words
    assert 0 <= found.p_true <= 1


def test_a_report_that_nobody_could_drive_to_names_the_speed_the_report_and_what_may_be_wrong(march: March) -> None:
    found = tracker.check_report(NEW, march)
    conflict = found.conflicts.set_index("report_id").loc["a"]
    # 98.2 km from a, less the two radii (roads are known in pieces of 400 m), in ten minutes.
    assert 96_200 < conflict["metres"] < 97_100
    assert conflict["needed_kmh"] == pytest.approx(conflict["metres"] / 600 * 3.6)
    assert conflict["allowed_kmh"] == pytest.approx(80, abs=0.5)
    assert found.verdict == "impossible"
    assert found.p_true < 0.01
    assert f"needs {conflict['needed_kmh']:.0f} km/h from a, where the roads allow 80" in found.words
    assert "one of a, this report, or the assumption of one column is wrong" in found.words


def test_of_an_interval_the_moment_that_leaves_most_time_counts(march: March) -> None:
    # From 08:00 to 08:40 there are forty minutes; to half past nine there is time enough, though not at ten past eight.
    hasty = tracker.check_report({**NEW, "latest": "2023-06-24T08:40+03:00"}, march).conflicts.set_index("report_id")
    assert hasty.loc["a", "spare_s"] == 2400
    assert 143 < hasty.loc["a", "needed_kmh"] < 147
    lasting = tracker.check_report({**NEW, "latest": "2023-06-24T09:30+03:00"}, march).conflicts
    assert "a" not in set(lasting["report_id"])


def test_a_report_that_the_column_must_have_come_from_is_measured_in_that_direction(march: March) -> None:
    before = {**NEW, "earliest": "2023-06-24T08:05+03:00", "lon": 39.75}
    conflicts = tracker.check_report(before, march).conflicts.set_index("report_id")
    assert conflicts.loc["a", "words"].startswith("needs ")
    assert " from a, " in conflicts.loc["a", "words"]
    after = tracker.check_report({**NEW, "earliest": "2023-06-24T09:50+03:00", "lon": 39.2}, march)
    assert any(" to c, " in words for words in after.conflicts["words"])


def test_a_report_on_the_way_at_the_right_time_fits(march: March) -> None:
    found = tracker.check_report({**NEW, "lon": 39.4, "earliest": clock("08:30"), "reliability": "C",
                                  "credibility": 3}, march)  # fmt: skip
    assert found.verdict == "supports"
    assert found.p_true > 0.9
    assert found.conflicts.empty
    assert "agrees with the track of column" in found.words


def test_one_that_is_possible_and_does_not_fit_is_told_how_near_the_track_comes(march: March) -> None:
    # Two hours are enough to come there from anywhere; but c saw the column 30 km from there.
    late = {
        **NEW,
        "lon": 39.9,
        "earliest": clock("09:59"),
        "latest": clock("10:01"),
        "reliability": "E",
        "credibility": 5,
    }
    found = tracker.check_report(late, march)
    assert found.verdict != "supports"
    assert "the nearest comes within 26 km in its time" in found.words or "within 27 km" in found.words


@pytest.mark.parametrize(("lon", "hour"), [(39.4, "08:25"), (39.55, "08:30"), (39.9, "09:15")])
def test_the_probability_is_the_one_that_the_verdict_would_have(
    march: March, road: RoadNetwork, lon: float, hour: str
) -> None:
    new = report("new", (lon, 51.0), hour, reliability="E", credibility=4)
    asked = tracker.check_report(new, march)
    added = reconstruct(told(*MARCH, new), road, members=200).verdicts.set_index("report_id").loc["new"]
    assert asked.p_true == pytest.approx(added["p_true"], abs=0.1)
    assert asked.verdict == added["verdict"]


def test_where_few_histories_come_by_the_probability_is_told_with_its_range(march: March) -> None:
    room = import_module("tracker.reconstruct.explaining.alibi")
    # One history of 200 carries all the odds: they are known within a factor of e^2; if all do, much better.
    assert room._mean({"column": np.array([1.0] + 199 * [0.0])}) == pytest.approx((1 / 200, np.exp(2)))
    assert room._mean({"column": np.ones(200)}) == pytest.approx((1, np.exp(2 / np.sqrt(200))))
    sure = tracker.check_report({**NEW, "lon": 39.4, "earliest": clock("08:30")}, march)
    assert sure.p_range[0] <= sure.p_true <= sure.p_range[1]
    assert sure.p_range[1] - sure.p_range[0] < 0.1
    assert "between" not in sure.words
    given = {"kind": "sighting", "lon": 39.4, "lat": 51.0, "earliest": clock("08:30"), "latest": clock("08:30")}
    words = import_module("tracker.reconstruct.explaining.paragraphs").alibi_words(
        replace(sure, p_range=(0.31, 0.92)), given, march, ZoneInfo("UTC")
    )
    assert "(between 31 % and 92 %: few histories come by its place)" in words


def test_an_absence_where_the_column_was_is_not_believed_and_one_elsewhere_is(march: March) -> None:
    absence = {**NEW, "kind": "absence", "radius_m": 8000, "earliest": clock("08:45"), "latest": clock("09:15")}
    there = tracker.check_report({**absence, "lon": 39.7}, march)
    elsewhere = tracker.check_report({**absence, "lon": 40.7}, march)
    assert there.p_true < 0.05
    assert list(there.conflicts["report_id"]) == ["b"]
    assert elsewhere.p_true > 0.5
    assert elsewhere.verdict == "supports"


# ---- of which column?


def test_a_report_without_a_unit_is_given_to_the_column_that_was_there(two: March) -> None:
    asked = {**NEW, "lon": 39.4, "lat": 52.0, "earliest": clock("08:30"), "unit": None}
    found = tracker.check_report(asked, two)
    assert list(found.could_be.columns) == list(explanations.COULD_BE)
    could = found.could_be.set_index(found.could_be["unit"].fillna("none"))["probability"]
    assert could.sum() == pytest.approx(1)
    assert could["north"] > 0.85
    assert could["column"] < 0.001
    assert found.unit is None
    assert found.p_true == pytest.approx(1 - could["none"])
    assert "It could be north" in found.words
    assert "Not column: no road joins its place and that of" in found.words


def test_a_report_that_fits_no_column_says_what_speaks_against_each(two: March) -> None:
    found = tracker.check_report({**NEW, "unit": None}, two)
    assert found.verdict == "impossible"
    assert found.could_be["unit"].isna().idxmax() == len(found.could_be) - 1
    assert found.could_be["probability"].iloc[-1] > 0.99
    assert "It fits no column" in found.words
    assert set(found.could_be["conflicts"].iloc[:-1]) == {1, 3}


def test_halfway_between_two_columns_both_are_possible(tmp_path: Path) -> None:
    twins = [report(f"t{at}", (39.1 + at * 0.6, 51.0), f"{8 + at:02}:00", unit="twin") for at in range(3)]
    march = reconstruct(told(*MARCH, *twins), straight(tmp_path), members=1000)
    asked = {**NEW, "lon": 39.4, "earliest": clock("08:30"), "unit": None}
    could = tracker.check_report(asked, march).could_be.set_index("unit")["probability"]
    assert could["column"] == pytest.approx(could["twin"], abs=0.3)


# ---- what is given


def test_a_row_of_a_table_is_taken_as_well_as_a_mapping(march: March) -> None:
    given = {**NEW, "latest": NEW["earliest"]}
    row = {name: value for name, value in given.items() if name not in ("lon", "lat")}
    times = {name: [clock("08:10")] for name in ("earliest", "latest")}
    table = gpd.GeoDataFrame(
        {"unit": ["column"], "radius_m": [1000.0], **times}, geometry=[Point(40.5, 51.0)], crs=4326
    )
    one = tracker.check_report(given, march)
    whole = told(report("x", (40.5, 51.0), "08:10", reliability=None, credibility=None))
    for other in (table, table.to_crs(32637), whole, {**row, "geometry": Point(40.5, 51.0)}):
        again = tracker.check_report(other, march)
        assert again.p_true == pytest.approx(one.p_true)
        assert again.conflicts["needed_kmh"].to_numpy() == pytest.approx(one.conflicts["needed_kmh"].to_numpy())


def test_every_fault_of_a_report_is_listed_at_once(march: March) -> None:
    bad = {"lat": 152, "radiusm": 3, "time": "now", "earliest": "2023-06-24T08:30", "unit": "colum",
           "kind": "statement", "reliability": "Z", "credibility": 9, "latest": "soon"}  # fmt: skip
    assert faults(bad, march) == {
        "radiusm": "is no field of a report",
        "time": "is no field of a report",
        "kind": "places nobody",
        "unit": "is no unit with a track",
        "lon": "is not given",
        "lat": "is not between -90 and 90",
        "radius_m": "is not given",
        "earliest": "has no time zone",
        "latest": "is no time",
        "reliability": "is not a reliability that is known",
        "credibility": "is not a credibility that is known",
    }


@pytest.mark.parametrize(
    ("change", "column", "problem"),
    [
        ({"radius_m": 0}, "radius_m", "is not between 1 and 2e+06"),
        ({"radius_m": "wide"}, "radius_m", "is no number"),
        ({"lon": np.nan}, "lon", "is not given"),
        ({"lon": True}, "lon", "is no number"),
        ({"earliest": None}, "earliest", "is not given"),
        ({"earliest": 5}, "earliest", "is no time"),
        ({"latest": "2023-06-24T08:00+03:00"}, "latest", "is before earliest"),
        ({"report_id": "a"}, "report_id", "is in the march already"),
        ({"kind": "absence", "unit": None}, "unit", "is not given, and an absence is of some unit"),
        ({"lon": None, "lat": None, "geometry": "here"}, "geometry", "is not a point"),
    ],
)
def test_a_fault_names_the_field_and_what_is_wrong(
    march: March, change: dict[str, object], column: str, problem: str
) -> None:
    assert faults({**NEW, **change}, march)[column] == problem


def test_what_is_no_report_is_refused(march: March) -> None:
    assert faults("Yelets at three", march) == {"None": "is no report"}
    assert faults(told(*MARCH), march) == {"None": "holds 3 reports"}
    given = {name: value for name, value in NEW.items() if name not in ("lon", "lat")}
    assert faults({**given, "geometry": "here"}, march) == {"geometry": "is not a point"}


def test_before_the_march_nothing_is_known_but_what_roads_allow(march: March) -> None:
    found = tracker.check_report({**NEW, "earliest": "2023-06-24T07:45+03:00"}, march)
    assert np.isnan(found.p_true)
    assert found.verdict == "unused"
    assert "nothing more can be said" in found.words
    assert set(found.conflicts["report_id"]) >= {"a"}


def test_a_march_without_tracks_has_nothing_to_hold_a_report_against(road: RoadNetwork) -> None:
    empty = reconstruct(told(report("w", None, "09:00", kind="statement")), road, members=100)
    found = tracker.check_report({**NEW, "unit": None}, empty)
    assert np.isnan(found.p_true)
    assert "There is no track to hold it against." in found.words


def test_checking_changes_neither_the_report_nor_the_march(march: March) -> None:
    given, verdicts = dict(NEW), march.verdicts.copy()
    one, two = tracker.check_report(given, march), tracker.check_report(given, march)
    assert given == NEW
    assert one.words == two.words
    pd.testing.assert_frame_equal(march.verdicts, verdicts)
    assert list(one.conflicts.columns) == list(explanations.CONFLICTS)
