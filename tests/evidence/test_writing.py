"""Reports leave as files of seven formats, whole or not at all, and come back the same."""

import csv
import json
import os
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from pandas.testing import assert_frame_equal

from tests.small_march import write_reports as write_march
from tracker.evidence import read_reports
from tracker.evidence.log import open_log
from tracker.evidence.writing import FORMATS, write_reports
from tracker.model import BadReport, MissingFile, TrackerError, tables

EXACT = ("geojson", "gpkg", "parquet")
KML = "{http://www.opengis.net/kml/2.2}"
GPX = "{http://www.topografix.com/GPX/1/1}"

FORMULAS = (
    '=HYPERLINK("https://example.org/?"&A1)', "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "\u00a0=1",
    "\u200b=1", "\ufeff=1", "＝1", "＋1", "－1", "＠x", " \u3000＝1", "\u2212 1", "\r\n=1",
)  # fmt: skip


def reports_of(**columns: list[object]) -> gpd.GeoDataFrame:
    """A sound table of as many sightings as there are values."""
    size = len(next(iter(columns.values())))
    hour = pd.Timestamp("2023-06-24T12:00Z")
    base: dict[str, object] = {
        "report_id": [f"r{number}" for number in range(size)],
        "kind": ["sighting"] * size,
        "earliest": [hour] * size,
        "latest": [hour + pd.Timedelta(minutes=30)] * size,
        "time_basis": ["observed"] * size,
        "reliability": ["F"] * size,
        "credibility": [6] * size,
        "revision": [1] * size,
    }
    return tables.table(base | columns, tables.REPORTS)


def cells(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as any other program reads them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


# ---- the way out and back


@pytest.mark.parametrize("ending", [*EXACT, "csv", "tsv"])
def test_the_bundled_reports_come_back_the_same(tmp_path: Path, ending: str) -> None:
    reports = read_reports()
    file = tmp_path / f"march.{ending}"
    assert write_reports(reports, file) == len(reports) == 176
    back = read_reports(file)
    if ending in ("csv", "tsv"):
        # What a spreadsheet would run has an apostrophe more, and that is all.
        for name in ("summary", "notes"):
            assert back[name].str.replace("'", "").equals(reports[name].str.replace("'", ""))
        back[["summary", "notes"]] = reports[["summary", "notes"]]
    assert_frame_equal(back, reports)


@pytest.mark.parametrize("ending", EXACT)
def test_hard_text_absent_cells_and_odd_times_come_back_the_same(tmp_path: Path, ending: str) -> None:
    hard = [
        "=1+1",
        " blanks ",
        "line\r\nbreak\rand\ttab",
        "quo\"te';,",
        "\x01\x1b[31m\u202e",
        "Ель́ня 🚚 \u2028",
        None,
        "-5",
    ]
    size = len(hard)
    reports = reports_of(summary=hard, place=hard, kind=["roadblock"] * size, latest=[pd.NaT] * size)
    reports.loc[0, "earliest"] += pd.Timedelta(milliseconds=7)
    reports.geometry = gpd.points_from_xy([-12.5, 0, 39.123456789012345, *[1] * (size - 3)], [-89.5] * size, crs=4326)
    reports.loc[1, "geometry"] = None
    reports["radius_m"] = [4000.5, float("nan"), *[6000.0] * (size - 2)]
    file = tmp_path / f"x.{ending}"
    write_reports(reports, file)
    assert_frame_equal(read_reports(file), reports)


def test_a_log_comes_back_with_its_authors_and_revisions(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.gpkg", create=True, author="Anna") as log:
        log.import_file(write_march(tmp_path))
        log.correct("a", reason="typo", unit="escort", author="Boris")
        reports = log.reports()
    for ending in (*EXACT, "csv"):
        write_reports(reports, tmp_path / f"out.{ending}")
        assert_frame_equal(read_reports(tmp_path / f"out.{ending}"), reports)


def test_kml_comes_back_with_every_column(tmp_path: Path) -> None:
    reports = read_reports()
    write_reports(reports, tmp_path / "march.kml")
    back = read_reports(tmp_path / "march.kml")
    texts = [name for name, dtype in tables.REPORTS.items() if dtype == "str"]
    assert_frame_equal(back.drop(columns=texts), reports.drop(columns=texts))
    for name in texts:
        assert back[name].equals(reports[name].str.strip()), name


@pytest.mark.parametrize("ending", [ending for ending in FORMATS if ending != "gpkg"])
def test_the_same_reports_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    for name in ("one", "two"):
        write_reports(read_reports(), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_table_that_is_written_stays_as_it_was(tmp_path: Path) -> None:
    reports, before = read_reports(), read_reports()
    for ending in FORMATS:
        write_reports(reports, tmp_path / f"x.{ending}", public=True)
    assert_frame_equal(reports, before)


@pytest.mark.parametrize("ending", FORMATS)
def test_public_leaves_out_authors_and_notes(tmp_path: Path, ending: str) -> None:
    reports = reports_of(author=["Anna Secretova"], notes=["the source is her brother"], summary=["seen"])
    reports.geometry = gpd.points_from_xy([39.0], [52.0], crs=4326)
    reports["radius_m"] = [500.0]
    file = tmp_path / f"x.{ending}"
    write_reports(reports, file, public=True)
    data = file.read_bytes()
    assert b"seen" in data
    assert b"Secretova" not in data
    assert b"brother" not in data
    assert b'"author"' not in data
    assert read_reports(file)[["author", "notes"]].isna().all(axis=None)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_without_reports_makes_an_empty_file_and_not_an_error(tmp_path: Path, ending: str) -> None:
    assert write_reports(read_reports().iloc[:0], tmp_path / f"x.{ending}") == 0
    assert (tmp_path / f"x.{ending}").stat().st_size > 0


# ---- spreadsheets


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_no_cell_begins_what_a_spreadsheet_runs(tmp_path: Path, ending: str) -> None:
    reports = reports_of(summary=list(FORMULAS), publisher=list(FORMULAS), report_id=list(FORMULAS))
    write_reports(reports, tmp_path / f"x.{ending}")
    rows = cells(tmp_path / f"x.{ending}")
    for name in ("summary", "publisher", "report_id"):
        assert [row[name][0] for row in rows] == ["'"] * len(FORMULAS)
        assert [row[name].replace("'", "") for row in rows] == list(FORMULAS)


def test_a_cell_that_a_spreadsheet_would_split_begins_no_formula_in_its_parts(tmp_path: Path) -> None:
    text = "x;=1;\u00a0@y\n=2\r\n+3, -4; fine-5"
    write_reports(reports_of(summary=[text]), tmp_path / "x.csv")
    write_reports(reports_of(summary=[text]), tmp_path / "x.tsv")
    assert cells(tmp_path / "x.csv")[0]["summary"] == "x;'=1;'\u00a0@y\n'=2\r\n'+3, -4; fine-5"
    assert cells(tmp_path / "x.tsv")[0]["summary"] == "x;'=1;'\u00a0@y\n'=2\r\n'+3,' -4; fine-5"


def test_numbers_and_times_of_a_spreadsheet_stay_what_they_are(tmp_path: Path) -> None:
    reports = reports_of(summary=["fine"])
    reports.geometry = gpd.points_from_xy([-12.5], [-3.25], crs=4326)
    reports["radius_m"] = [4000.0]
    write_reports(reports, tmp_path / "x.csv")
    (row,) = cells(tmp_path / "x.csv")
    assert (row["lon"], row["lat"], row["radius_m"]) == ("-12.5", "-3.25", "4000")
    assert (row["earliest"], row["latest"]) == ("2023-06-24T12:00:00Z", "2023-06-24T12:30:00Z")


def test_a_spreadsheet_file_begins_with_the_mark_of_utf_8_and_its_lines_end_in_cr_lf(tmp_path: Path) -> None:
    write_reports(reports_of(place=["Елец"]), tmp_path / "x.csv")
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfreport_id,kind,")
    assert data.count(b"\r\n") == data.count(b"\n") == 2


# ---- maps


def test_geojson_is_that_of_the_standard(tmp_path: Path) -> None:
    reports = reports_of(summary=["a", "b"])
    reports.geometry = gpd.GeoSeries([None, *gpd.points_from_xy([39.5], [52.25])], crs=4326)
    reports["radius_m"] = [float("nan"), 500.0]
    write_reports(reports, tmp_path / "x.geojson")
    said = json.loads((tmp_path / "x.geojson").read_text("utf-8"))
    assert set(said) == {"type", "features"}
    unplaced, placed = said["features"]
    assert unplaced["geometry"] is None
    assert placed["geometry"] == {"type": "Point", "coordinates": [39.5, 52.25]}
    assert placed["properties"]["earliest"] == "2023-06-24T12:00:00Z"
    assert unplaced["properties"]["radius_m"] is None


def test_other_programs_read_the_geopackage_with_its_times(tmp_path: Path) -> None:
    write_reports(read_reports(), tmp_path / "x.gpkg")
    assert pyogrio.list_layers(tmp_path / "x.gpkg").tolist() == [["reports", "Point"]]
    table = pyogrio.read_dataframe(tmp_path / "x.gpkg")
    assert (len(table), table.crs.to_epsg(), str(table["earliest"].dt.tz)) == (176, 4326, "UTC")


def test_a_placemark_has_its_interval_and_its_text_is_no_markup(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script> & <b>"x"</b> ]]> \x01'
    write_reports(reports_of(summary=[evil], place=[evil], report_id=['"><x>']), tmp_path / "x.kml")
    (mark,) = ET.parse(tmp_path / "x.kml").iter(f"{KML}Placemark")
    assert mark.findtext(f"{KML}TimeSpan/{KML}begin") == "2023-06-24T12:00:00Z"
    assert mark.findtext(f"{KML}TimeSpan/{KML}end") == "2023-06-24T12:30:00Z"
    # A globe shows the description as HTML: the text must be text there too.
    shown = mark.findtext(f"{KML}description") or ""
    assert shown.startswith("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;")
    assert shown.count("<") == shown.count("<br>") == 1
    assert mark.find(f"{KML}Point") is None
    kept = {data.get("name"): data.findtext(f"{KML}value") for data in mark.iter(f"{KML}Data")}
    assert kept["summary"] == evil.replace("\x01", "\ufffd")


def test_a_waypoint_has_the_first_possible_moment_and_a_report_without_a_place_is_left_out(tmp_path: Path) -> None:
    reports = reports_of(summary=["<a> & b", "x"], url=["https://example.org/?a=1&b=2", None])
    reports.geometry = gpd.GeoSeries([*gpd.points_from_xy([-0.00001], [52.25]), None], crs=4326)
    reports["radius_m"] = [500.0, float("nan")]
    assert write_reports(reports, tmp_path / "x.gpx") == 1
    (point,) = ET.parse(tmp_path / "x.gpx").iter(f"{GPX}wpt")
    assert point.attrib == {"lat": "52.2500000", "lon": "-0.0000100"}
    assert [child.tag.removeprefix(GPX) for child in point] == ["time", "name", "cmt", "desc", "link", "type"]
    assert point.findtext(f"{GPX}time") == "2023-06-24T12:00:00Z"
    assert "to 2023-06-24T12:30:00Z, within 500 m" in (point.findtext(f"{GPX}cmt") or "")
    assert point.findtext(f"{GPX}desc") == "<a> & b"
    assert read_reports(tmp_path / "x.gpx")["url"].tolist() == ["https://example.org/?a=1&b=2"]


# ---- whole or not at all


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("mine")
    with pytest.raises(TrackerError, match="is there already"):
        write_reports(read_reports(), file)
    assert file.read_text() == "mine"
    write_reports(read_reports(), file, overwrite=True)
    assert len(read_reports(file)) == 176


@pytest.mark.parametrize("name", ["log.gpkg", "log.csv"])
@pytest.mark.parametrize("opened", [True, False])
def test_a_report_log_is_never_replaced_whatever_its_name(tmp_path: Path, name: str, opened: bool) -> None:
    log = open_log(tmp_path / name, create=True, author="Anna")
    log.import_file(write_march(tmp_path))
    reports = log.reports()
    if not opened:
        log.close()
    with pytest.raises(TrackerError, match="is a report log, which is never replaced"):
        write_reports(reports, tmp_path / name, overwrite=True)
    log.close()
    with open_log(tmp_path / name, author="Anna") as again:
        again.retract("a", reason="still the same log")
        assert (again.verify().sound, len(again.reports())) == (True, 5)


def test_writing_beside_an_open_log_leaves_its_locks(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.gpkg", create=True, author="Anna") as log:
        log.import_file(write_march(tmp_path))
        for ending in FORMATS:
            write_reports(log.reports(), tmp_path / f"out.{ending}")
        # A log whose locks went would warn here, and a warning is an error.
        log.retract("a", reason="no")
        file = str(tmp_path / "log.gpkg")
        code = f"import sqlite3; sqlite3.connect({file!r}, timeout=0).execute('PRAGMA journal_mode=DELETE')"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "locked" in other.stderr


def test_what_cannot_be_finished_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "old.csv").write_text("mine")
    monkeypatch.setattr(os, "fsync", full)
    for name in ("new.csv", "old.csv"):
        with pytest.raises(TrackerError, match="cannot be written: no space left on device; check the disk"):
            write_reports(read_reports(), tmp_path / name, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "mine"


def test_a_disk_without_links_is_written_to_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    write_reports(read_reports(), tmp_path / "x.csv")
    with pytest.raises(TrackerError, match="is there already"):
        write_reports(read_reports(), tmp_path / "x.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize(
    ("name", "format", "problem"),
    [
        ("x.docx", None, "x.docx ends in .docx, which is no format of reports; end it in one of csv, tsv, geojson"),
        ("x", None, "x has no ending"),
        ("x.csv", "shp", "'shp' is no format that can be written; choose one of csv"),
        ("x\0.csv", None, "NUL character"),
        (".", "csv", "is a folder"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_a_remedy(
    tmp_path: Path, name: str, format: str | None, problem: str
) -> None:
    with pytest.raises(TrackerError, match=problem):
        write_reports(read_reports(), tmp_path / name, format=format)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is no folder"):
        write_reports(read_reports(), tmp_path / "no" / "x.csv")


def test_a_table_that_is_no_table_of_reports_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadReport):
        write_reports(read_reports().drop(columns="kind"), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_format_may_be_named_where_the_ending_says_something_else(tmp_path: Path) -> None:
    write_reports(read_reports(), tmp_path / "march.backup", format="gpkg")
    with sqlite3.connect(tmp_path / "march.backup") as connection:
        assert connection.execute("SELECT count(*) FROM reports").fetchone() == (176,)
    connection.close()
