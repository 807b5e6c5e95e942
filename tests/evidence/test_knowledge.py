"""What had been published by a moment."""

from datetime import UTC, datetime
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pytest

from tracker.evidence import read_reports
from tracker.evidence.knowledge import known_at, published_at
from tracker.model import BadTime

MOSCOW = "Europe/Moscow"


def one(**cells: object) -> gpd.GeoDataFrame:
    """The bundled Krasnoye sighting with other cells: seen 14:30 to 16:25 Moscow time."""
    reports = read_reports()
    row = reports[reports["report_id"] == "r117"].reset_index(drop=True)
    for column, value in cells.items():
        row[column] = pd.Series([value], dtype=row[column].dtype)
    return row


def stamp(zone: str = MOSCOW, **cells: object) -> str | None:
    (moment,) = published_at(one(**cells), zone=zone)
    return None if pd.isna(moment) else moment.tz_convert(MOSCOW).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(("hour", "count"), [(12, 16), (16, 27), (20, 36)])
def test_on_the_day_of_the_march_few_of_the_bundled_reports_were_known(hour: int, count: int) -> None:
    known = known_at(read_reports(), f"2023-06-24T{hour}:00+03:00", zone=MOSCOW)
    assert len(known) == count


def test_at_noon_no_published_report_named_the_main_column() -> None:
    known = known_at(read_reports(), "2023-06-24T12:00+03:00", zone=MOSCOW)
    assert "main column" not in set(known["unit"].dropna())


def test_every_bundled_report_is_known_in_the_end_and_none_before_the_march() -> None:
    reports = read_reports()
    pd.testing.assert_frame_equal(known_at(reports, "2025-01-01T00:00Z"), reports)
    assert known_at(reports, "2023-06-23T12:00Z").empty


def test_the_table_keeps_its_columns_and_dtypes_and_counts_anew() -> None:
    reports = read_reports()
    known = known_at(reports, datetime(2023, 6, 24, 13, tzinfo=UTC))
    pd.testing.assert_series_equal(known.dtypes, reports.dtypes)
    assert known.index.tolist() == list(range(len(known)))
    assert known.crs == reports.crs


def test_nothing_is_known_that_was_not_known_an_hour_later() -> None:
    reports = read_reports()
    hours = [f"2023-06-24T{hour:02}:00+03:00" for hour in range(24)]
    known = [set(known_at(reports, hour)["report_id"]) for hour in hours]
    assert all(earlier <= later for earlier, later in pairwise(known))


def test_an_hour_of_publication_is_taken_as_it_stands() -> None:
    assert stamp() == "2023-06-24 16:25"
    assert stamp(published="2023-06-24T13:25:00Z") == "2023-06-24 16:25"


@pytest.mark.parametrize(
    ("published", "end"),
    [
        ("2023-06-26", "2023-06-27 00:00"),
        ("2023-07", "2023-08-01 00:00"),
        ("2023-12", "2024-01-01 00:00"),
        ("2024", "2025-01-01 00:00"),
        ("2023-06-26T10:00", "2023-06-27 00:00"),
    ],
)
def test_a_day_a_month_or_a_year_counts_as_its_end(published: str, end: str) -> None:
    assert stamp(published=published) == end


def test_the_end_of_a_day_is_in_the_zone_asked_for() -> None:
    assert stamp(zone="UTC", published="2023-06-26") == "2023-06-27 03:00"


def test_the_stamp_in_the_bounds_is_taken_where_the_basis_says_so_and_the_day_agrees() -> None:
    assert stamp(published="2023-06-24") == "2023-06-24 16:25"
    assert stamp(published="") == "2023-06-24 16:25"
    assert stamp(published="2023-06-25") == "2023-06-26 00:00"
    assert stamp(published="2023-06-24", time_basis="observed") == "2023-06-25 00:00"
    assert stamp(published="2023-06-24", kind="roadblock") == "2023-06-24 14:30"


def test_without_a_publication_a_report_is_known_from_when_it_was_recorded_or_never() -> None:
    recorded = pd.Timestamp("2023-07-01T09:00Z")
    assert stamp(published="", time_basis="observed", recorded_at=recorded) == "2023-07-01 12:00"
    assert stamp(published="", time_basis="observed") is None
    assert stamp(published="spring", time_basis="observed") is None
    assert stamp(published="2023-02-31", time_basis="observed") is None
    assert known_at(one(published="", time_basis="observed"), "2030-01-01T00:00Z").empty


def test_the_moments_are_in_microseconds_of_utc_with_the_index_of_the_reports() -> None:
    reports = read_reports().iloc[5:9]
    moments = published_at(reports)
    assert str(moments.dtype) == "datetime64[us, UTC]"
    assert moments.index.tolist() == [5, 6, 7, 8]
    assert published_at(reports.iloc[:0]).empty


@pytest.mark.parametrize("t", ["2023-06-24T12:00", datetime.fromisoformat("2023-06-24T12:00"), "noon", 5, pd.NaT])
def test_a_moment_without_a_zone_or_none_at_all_is_refused(t: object) -> None:
    with pytest.raises(BadTime, match="2023-06-24T15:00"):
        known_at(read_reports(), t)  # type: ignore[arg-type]


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(BadTime, match="is no time zone"):
        published_at(read_reports(), zone="Moscow time")
