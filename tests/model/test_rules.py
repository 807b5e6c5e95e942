"""What keeps a table from being a reports table: one rule, one fault that names row, column and remedy."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from tests.reconstruct.told import report, told
from tracker.model import Fault, faults_of, tables

GOOD = (
    report("a", (39.2, 51.0), "08:00"),
    report("b", (39.5, 51.0), "08:30", "09:30"),
    report("w", None, "09:00", kind="statement", unit=None, radius_m=None),
)


def faults(**change: object) -> list[Fault]:
    """The faults of three reports of which the second one is changed."""
    return faults_of(told(GOOD[0], {**GOOD[1], **change}, GOOD[2]))


def test_reports_without_a_fault_have_none() -> None:
    assert faults_of(told(*GOOD)) == []


def test_an_open_end_and_what_cannot_be_judged_are_no_faults() -> None:
    assert faults(latest=pd.NaT, reliability=None, credibility=None, time_basis=None, origin=None, unit=None) == []


def test_times_in_any_zone_and_unit_are_no_faults() -> None:
    reports = told(*GOOD)
    assert faults_of(reports.assign(earliest=reports["earliest"].dt.tz_convert("Europe/Moscow").dt.as_unit("ns"))) == []


@pytest.mark.parametrize(
    ("change", "column", "problem"),
    [
        ({"earliest": pd.NaT}, "earliest", "is empty"),
        ({"latest": GOOD[0]["earliest"]}, "latest", "is before earliest"),
        ({"kind": "rumour"}, "kind", "is not a kind"),
        ({"kind": None}, "kind", "is not a kind"),
        ({"time_basis": "guessed"}, "time_basis", "is not a time_basis"),
        ({"reliability": "G"}, "reliability", "is not a reliability"),
        ({"credibility": 7}, "credibility", "is not a credibility"),
        ({"report_id": "a"}, "report_id", "is the id of an earlier row"),
        ({"report_id": ""}, "report_id", "is empty"),
        ({"report_id": None}, "report_id", "is empty"),
        ({"radius_m": float("nan")}, "radius_m", "is empty for a report with a place"),
        ({"radius_m": 0.0}, "radius_m", "is not above zero"),
        ({"radius_m": -5.0}, "radius_m", "is not above zero"),
        ({"radius_m": float("inf")}, "radius_m", "is over 2,000 km"),
        ({"geometry": box(39.0, 51.0, 39.1, 51.1)}, "geometry", "is not a point"),
        ({"geometry": LineString([(39, 51), (40, 51)])}, "geometry", "is not a point"),
        ({"geometry": Point(39.5, 151.0)}, "geometry", "is not on the globe"),
        ({"geometry": Point(float("inf"), 51.0)}, "geometry", "is not on the globe"),
    ],
    ids=str,
)
def test_a_cell_that_breaks_a_rule_is_named_by_row_and_column(
    change: dict[str, object], column: str, problem: str
) -> None:
    (fault,) = faults(**change)
    assert (fault.file, fault.row, fault.column) == ("<table>", 1, column)
    assert fault.problem.startswith(problem)
    assert fault.remedy


@pytest.mark.parametrize("name", ["report_id", "kind", "time_basis", "earliest", "radius_m", "geometry", "origin"])
def test_a_missing_column_is_the_only_fault(name: str) -> None:
    (fault,) = faults_of(told(*GOOD).drop(columns=name))
    assert (fault.row, fault.column, fault.problem) == (None, name, "is missing")


def test_a_column_that_stands_twice_is_refused() -> None:
    reports = told(*GOOD)
    (fault,) = faults_of(pd.concat([reports, reports[["unit"]]], axis=1))
    assert (fault.column, fault.problem) == ("unit", "stands 2 times in the table")


@pytest.mark.parametrize(
    ("reports", "column", "problem"),
    [
        (told(*GOOD).to_crs("EPSG:3857"), "geometry", "is not in longitude and latitude"),
        (told(*GOOD).set_crs(None, allow_override=True), "geometry", "has no reference system"),
        (pd.DataFrame(told(*GOOD)), "geometry", "is not the geometry of a GeoDataFrame"),
        (told(*GOOD).assign(radius_m=["1 km"] * 3), "radius_m", "is not a column of numbers"),
        (told(*GOOD).assign(latest=["10:00"] * 3), "latest", "has no time zone"),
        (told(), None, "holds no report"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_of_another_sort_is_refused(reports: gpd.GeoDataFrame, column: str | None, problem: str) -> None:
    (fault,) = faults_of(reports)
    assert (fault.row, fault.column, fault.problem) == (None, column, problem)


def test_longitude_and_latitude_by_another_name_are_welcome() -> None:
    assert faults_of(told(*GOOD).set_crs("OGC:CRS84", allow_override=True)) == []


def test_names_that_are_numbers_are_refused_row_by_row() -> None:
    found = faults_of(told(*GOOD).assign(unit=pd.Series([1, "column", None], dtype=object)))
    assert [(fault.row, fault.column, fault.value) for fault in found] == [(0, "unit", "1")]


def test_all_faults_are_listed_at_once_the_table_first_then_row_by_row() -> None:
    reports = told(
        {**GOOD[0], "kind": "rumour", "radius_m": -1.0},
        {**GOOD[1], "earliest": pd.NaT},
        {**GOOD[2], "report_id": "a"},
    ).drop(columns="origin")
    places = [(fault.row, fault.column) for fault in faults_of(reports)]
    assert places == [(None, "origin"), (0, "kind"), (0, "radius_m"), (1, "earliest"), (2, "report_id")]


def test_a_mistyped_year_names_the_first_and_the_last_report() -> None:
    late = report("late", (39.5, 51.0), "2023-09-01T08:00")
    (fault,) = faults_of(told(*GOOD, late))
    assert "more than 60 days" in fault.problem
    assert "from a (2023-06-24" in fault.problem
    assert "to late (2023-09-01" in fault.problem
    assert (fault.row, fault.column, fault.value) == (None, "earliest", "column")


def test_a_report_of_two_units_together_is_of_each_when_a_year_is_mistyped() -> None:
    (fault,) = faults_of(told(*GOOD, report("late", (39.5, 51.0), "2023-09-01T08:00", unit="escort + column")))
    assert "to late (2023-09-01" in fault.problem
    assert fault.value == "column"


def test_within_two_months_or_of_two_units_or_without_a_place_no_year_is_mistyped() -> None:
    later = "2023-09-01T08:00"
    for more in (
        report("c", (39.5, 51.0), "2023-08-20T08:00"),
        report("c", (39.5, 51.0), later, unit="another"),
        report("c", None, later),
        report("c", (39.5, 51.0), "08:00", later, kind="roadblock"),
    ):
        assert faults_of(told(*GOOD, more)) == []


def test_any_report_a_year_off_is_a_mistyped_year() -> None:
    (fault,) = faults_of(told(*GOOD, report("said", None, "2032-06-24T10:00", kind="statement", unit=None)))
    assert "more than 300 days, from a" in fault.problem
    assert "to said" in fault.problem


def test_the_table_is_not_changed() -> None:
    reports = told(*GOOD)
    kept = reports.copy()
    faults_of(reports)
    pd.testing.assert_frame_equal(reports, kept)


def test_every_needed_column_is_one_of_the_contract() -> None:
    from tracker.model.rules import NEEDED

    assert set(NEEDED) <= set(tables.REPORTS)
