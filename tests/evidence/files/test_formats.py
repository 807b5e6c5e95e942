"""Every format becomes the same table; what cannot become one is refused in words of that format."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from tests.evidence.files import samples
from tracker.evidence import check_file, check_oddities, read_reports
from tracker.model import BadReport, Fault, tables


def saved(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only_fault(path: Path, layer: str | None = None) -> Fault:
    (fault,) = check_file(path, layer=layer)
    return fault


@pytest.mark.parametrize("ending", [ending for ending in samples.FILES if ending != "gpx"])
def test_every_format_gives_the_same_table(tmp_path: Path, ending: str) -> None:
    path = saved(tmp_path, f"march.{ending}", samples.FILES[ending]())
    expected = read_reports(saved(tmp_path, "expected.csv", samples.csv_file()))
    pd.testing.assert_frame_equal(pd.DataFrame(read_reports(path)), pd.DataFrame(expected))
    assert [fault.problem for fault in check_oddities(path)] == ["2 reports without an archived copy: r1, r3"]


def test_the_format_is_known_without_an_ending(tmp_path: Path) -> None:
    for ending in ("json", "parquet", "xlsx", "kml", "kmz", "csv", "gpkg"):
        path = saved(tmp_path, f"upload-{ending}", samples.FILES[ending]())
        assert read_reports(path)["report_id"].tolist() == ["r1", "r2", "r3"], ending


def test_tables_that_geopandas_wrote_are_read_back(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "march.csv", samples.csv_file()))
    reports.to_parquet(tmp_path / "march.parquet")
    reports.to_file(tmp_path / "march.gpkg", layer="march")
    reports.astype({"earliest": str, "latest": str}).replace("NaT", None).to_file(tmp_path / "march.geojson")
    for name in ("march.parquet", "march.gpkg", "march.geojson"):
        again = read_reports(tmp_path / name)
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(reports))


def test_each_waypoint_and_track_point_with_a_time_is_a_sighting(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "march.gpx", samples.gpx_file()))
    assert reports["unit"].astype(object).where(reports["unit"].notna(), None).tolist() == [None, *["main column"] * 2]
    assert reports["kind"].tolist() == ["sighting"] * 3
    assert reports["radius_m"].tolist() == [50.0] * 3
    assert reports["place"].iloc[0] == "Yelets"
    assert reports["earliest"].iloc[2] == pd.Timestamp("2023-06-24T06:05:00.5Z")


def test_a_waypoint_without_a_time_is_a_fault_that_counts_waypoints(tmp_path: Path) -> None:
    content = samples.gpx_file().replace(b"<time>2023-06-24T06:00:00Z</time>", b"")
    fault = only_fault(saved(tmp_path, "march.gpx", content))
    assert (fault.row, fault.column) == (2, "time")
    fault = only_fault(saved(tmp_path, "bare.gpx", "<gpx><wpt lat='1' lon='2'/></gpx>"))
    assert "has no time" in fault.problem


def test_routes_are_plans_and_no_reports(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, "march.gpx", "<gpx><rte><rtept lat='1' lon='2'/></rte></gpx>"))
    assert "its routes are plans" in fault.problem


def test_a_kml_track_gives_its_fixes_and_a_mark_keeps_the_radius_of_a_town(tmp_path: Path) -> None:
    content = (
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
        "<Placemark><name>main column</name><gx:Track><when>2023-06-24T06:00:00Z</when>"
        "<when>2023-06-24T06:01:00Z</when>"
        "<gx:coord>39.2 51.6 0</gx:coord><gx:coord>39.2 51.7 0</gx:coord></gx:Track></Placemark>"
        "<Placemark><name>Yelets</name><description>Seen</description><TimeStamp><when>2023-06-24T12:00:00Z</when>"
        "</TimeStamp><Point><coordinates>38.5,52.62,0</coordinates></Point></Placemark></kml>"
    )
    reports = read_reports(saved(tmp_path, "march.kml", content))
    assert reports["radius_m"].tolist() == [50.0, 50.0, 5000.0]
    assert reports["unit"].tolist()[:2] == ["main column"] * 2
    assert reports.loc[2, ["place", "summary"]].tolist() == ["Yelets", "Seen"]


def test_a_kml_line_and_a_placemark_without_time_are_faults(tmp_path: Path) -> None:
    line = "<LineString><coordinates>1,2 3,4</coordinates></LineString>"
    time = "<TimeStamp><when>2023-06-24T12:00:00Z</when></TimeStamp>"
    content = f"<kml><Placemark>{time}{line}</Placemark><Placemark><Point/></Placemark></kml>"
    faults = check_file(saved(tmp_path, "march.kml", content))
    assert [(fault.row, fault.column) for fault in faults] == [(1, "geometry"), (2, "time")]


def test_the_only_sheet_with_our_columns_is_taken_and_rows_are_those_of_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.xlsx_file()))
    book["march"].insert_rows(1, 2)
    book["march"]["K5"] = 95
    book.save(tmp_path / "march.xlsx")
    fault = only_fault(tmp_path / "march.xlsx")
    assert (fault.row, fault.column, fault.value) == (5, "lat", "95")


def test_a_sheet_must_be_named_when_there_are_several(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.xlsx_file()))
    book.copy_worksheet(book["march"]).title = "later"
    book.save(tmp_path / "march.xlsx")
    fault = only_fault(tmp_path / "march.xlsx")
    assert "'march', 'later'" in fault.problem
    assert fault.remedy == "choose one, as in layer='march'"
    assert len(read_reports(tmp_path / "march.xlsx", layer="later")) == 3
    assert "its sheets: 'notes', 'march', 'later'" in only_fault(tmp_path / "march.xlsx", layer="soon").remedy


def test_a_layer_must_be_named_when_there_are_several(tmp_path: Path) -> None:
    samples.geopackage(tmp_path / "march.gpkg")
    samples.geopackage(tmp_path / "march.gpkg", layer='sec\'ond "x"')
    assert "2 layers that may be meant" in only_fault(tmp_path / "march.gpkg").problem
    assert len(read_reports(tmp_path / "march.gpkg", layer='sec\'ond "x"')) == 3


@pytest.mark.parametrize("ending", ["csv", "json", "kml", "gpx", "parquet"])
def test_a_layer_of_a_format_without_layers_is_a_fault(tmp_path: Path, ending: str) -> None:
    fault = only_fault(saved(tmp_path, f"march.{ending}", samples.FILES[ending]()), layer="x")
    assert "no layers to choose from" in fault.problem


def test_a_date_of_a_spreadsheet_has_no_zone_and_is_refused_with_the_rewrite(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.xlsx_file()))
    book["march"]["D2"] = pd.Timestamp("2023-06-24T14:30").to_pydatetime()
    book.save(tmp_path / "march.xlsx")
    fault = only_fault(tmp_path / "march.xlsx")
    assert (fault.row, fault.column, fault.value) == (2, "earliest", "2023-06-24T14:30:00")
    assert "2023-06-24T14:30+03:00 if Moscow time" in fault.remedy


def test_a_naive_time_of_parquet_is_refused_and_one_with_a_zone_is_taken(tmp_path: Path) -> None:
    zoned = pd.DataFrame({"time": pd.to_datetime(["2023-06-24T14:30+03:00"]), "lon": [1.5], "lat": [2.5]})
    zoned.to_parquet(tmp_path / "zoned.parquet")
    assert read_reports(tmp_path / "zoned.parquet")["earliest"].iloc[0] == pd.Timestamp("2023-06-24T11:30Z")
    zoned.assign(time=zoned["time"].dt.tz_localize(None)).to_parquet(tmp_path / "naive.parquet")
    assert "has no time zone" in only_fault(tmp_path / "naive.parquet").problem


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_another_reference_system_is_turned_into_longitude_and_latitude(tmp_path: Path, ending: str) -> None:
    reports = read_reports(saved(tmp_path, "march.csv", samples.csv_file())).to_crs(32637)
    path = tmp_path / f"utm.{ending}"
    reports.to_file(path) if ending == "gpkg" else reports.to_parquet(path)
    again = read_reports(path)
    assert again.crs.to_string() == "EPSG:4326"
    assert again.geometry.iloc[0].distance(gpd.points_from_xy([38.5], [52.62])[0]) < 1e-8


def test_a_file_that_states_no_reference_system_is_refused(tmp_path: Path) -> None:
    samples.geopackage(tmp_path / "march.gpkg", organization="NONE", code=-1)
    assert "states no reference system" in only_fault(tmp_path / "march.gpkg").problem
    reports = read_reports(saved(tmp_path, "march.csv", samples.csv_file()))
    gpd.GeoDataFrame(pd.DataFrame(reports), geometry=reports.geometry.values.copy()).set_crs(
        None, allow_override=True
    ).to_parquet(tmp_path / "march.parquet")
    assert "states no reference system" in only_fault(tmp_path / "march.parquet").problem


def test_lines_are_faults_of_their_row(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    told = samples.features()
    told["features"][1]["geometry"] = line
    fault = only_fault(saved(tmp_path, "march.geojson", json.dumps(told)))
    assert (fault.row, fault.column, fault.problem) == (2, "geometry", "is a LineString, not a point")
    frame = gpd.GeoDataFrame.from_features(told, crs="EPSG:4326")
    frame.to_parquet(tmp_path / "march.parquet")
    frame.to_file(tmp_path / "march.gpkg")
    for name in ("march.parquet", "march.gpkg"):
        fault = only_fault(tmp_path / name)
        assert (fault.row, fault.problem) == (2, "is a line, not a point")


def test_columns_that_repeat_the_geometry_must_agree_with_it(tmp_path: Path) -> None:
    told = samples.features()
    for feature, lat in zip(told["features"], ("52.62", "51.67", ""), strict=True):
        feature["properties"]["latitude"] = lat
    assert check_file(saved(tmp_path, "march.geojson", json.dumps(told))) == []
    told["features"][0]["properties"]["latitude"] = "52.63"
    fault = only_fault(saved(tmp_path, "march.geojson", json.dumps(told)))
    assert (fault.row, fault.column, fault.problem) == (1, "latitude", "is not what the geometry says")


@pytest.mark.parametrize(("made", "named"), [("gpx", "kml"), ("csv", "xlsx"), ("parquet", "csv"), ("json", "parquet")])
def test_an_ending_that_contradicts_the_content_is_a_fault(tmp_path: Path, made: str, named: str) -> None:
    fault = only_fault(saved(tmp_path, f"march.{named}", samples.FILES[made]()))
    assert ", not " in fault.problem
    assert "give it the ending" in fault.remedy


def _log(path: Path) -> sqlite3.Connection:
    """A live log: its layer is a view, its latest rows are in the write-ahead file."""
    samples.geopackage(path)
    log = sqlite3.connect(path, isolation_level=None)
    log.execute("PRAGMA journal_mode = WAL")
    log.execute("ALTER TABLE reports RENAME TO report_log")
    log.execute("CREATE VIEW reports AS SELECT fid AS OGC_FID, * FROM report_log WHERE report_id <> 'r3'")
    return log


def test_a_live_log_is_read_with_what_was_just_written(tmp_path: Path) -> None:
    path = tmp_path / "march.gpkg"
    log = _log(path)
    log.execute("UPDATE report_log SET summary = 'just now' WHERE report_id = 'r1'")
    log.execute("BEGIN IMMEDIATE")
    log.execute("UPDATE report_log SET summary = 'not yet' WHERE report_id = 'r1'")
    assert (tmp_path / "march.gpkg-wal").stat().st_size > 0
    assert read_reports(path)["summary"].tolist() == ["just now", "M4 closed"]
    (tmp_path / "link.gpkg").symlink_to(path)
    assert read_reports(tmp_path / "link.gpkg")["summary"].iloc[0] == "just now"
    (tmp_path / "link.gpkg").unlink()
    log.execute("COMMIT")
    assert read_reports(path)["summary"].iloc[0] == "not yet"
    log.close()
    before = sorted(tmp_path.iterdir())
    assert read_reports(path)["summary"].iloc[0] == "not yet"
    assert sorted(tmp_path.iterdir()) == before == [path]


def test_reading_does_not_drop_the_locks_of_a_writer_in_this_process(tmp_path: Path) -> None:
    path = tmp_path / "march.gpkg"
    samples.geopackage(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    read_reports(path)
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    done = subprocess.run([sys.executable, "-c", other, str(path)], capture_output=True, text=True, check=False)
    assert "database is locked" in done.stderr
    writer.close()


def test_a_bad_file_of_any_format_raises_what_the_check_lists(tmp_path: Path) -> None:
    path = saved(tmp_path, "march.geojson", samples.json_file().replace(b"38.5", b"380.5"))
    with pytest.raises(BadReport) as caught:
        read_reports(path)
    assert list(caught.value.faults) == check_file(path)
    assert caught.value.faults[0].row == 1


def test_the_table_of_any_format_is_the_contract(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "march.gpx", samples.gpx_file()))
    assert {name: str(dtype) for name, dtype in reports.dtypes.items()} == dict(tables.REPORTS)
