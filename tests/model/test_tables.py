"""Every table has exactly the columns that are written down."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from tracker.model import tables


@pytest.mark.parametrize(
    "schema",
    [
        tables.REPORTS, tables.VERDICTS, tables.ROADS, tables.PLACES, tables.POSITIONS, tables.EDGES, tables.ROUTES
    ],
)  # fmt: skip
def test_a_table_without_rows_has_all_columns_and_types(schema: dict[str, str]) -> None:
    empty = tables.table({}, schema)
    assert isinstance(empty, gpd.GeoDataFrame)
    assert list(empty.columns) == list(schema)
    assert len(empty) == 0
    assert empty.crs == tables.CRS
    assert {name: str(empty[name].dtype) for name in schema} == dict(schema)


def test_columns_not_given_are_absent_and_their_types_kept() -> None:
    one = tables.table({"report_id": ["r1"], "geometry": [Point(39.0, 51.0)]}, tables.REPORTS)
    assert {name: str(one[name].dtype) for name in tables.REPORTS} == dict(tables.REPORTS)
    absent = one.drop(columns=["report_id", "geometry", "revision"])
    assert absent.isna().all().all()
    assert one["revision"].tolist() == [0]


def test_the_index_counts_from_zero_whatever_index_the_values_had() -> None:
    values = pd.Series(["a", "b"], index=[7, 3])
    one = tables.table(
        {"report_id": values, "geometry": gpd.GeoSeries([Point(1, 2), None], index=[9, 8])}, tables.REPORTS
    )
    assert list(one.index) == [0, 1]
    assert one["report_id"].tolist() == ["a", "b"]
    assert one.geometry.iloc[0] == Point(1, 2)
    assert one.geometry.iloc[1] is None


def test_times_come_out_in_microseconds_of_utc() -> None:
    given = [pd.Timestamp("2023-06-24T15:00+03:00")]
    one = tables.table({"earliest": given}, tables.REPORTS)
    assert one["earliest"].iloc[0] == given[0]
    assert str(one["earliest"].dtype) == tables.TIME


def test_the_words_of_the_contract_are_those_of_the_tables() -> None:
    assert tables.KINDS == ("sighting", "roadblock", "incident", "absence", "turnaround", "statement")
    assert tables.TIME_BASES == ("observed", "published", "inferred")
    assert tables.CREDIBILITY == (1, 2, 3, 4, 5, 6)
    assert "".join(tables.RELIABILITY) == "ABCDEF"
