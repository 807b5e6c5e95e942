"""Reading a good file: filled columns, verbatim text, and nothing but BadReport for a bad one."""

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.evidence import check_file, read_reports, summary
from tracker.evidence.columns import FILE_COLUMNS, TEXTS
from tracker.model import BadReport, bundled, tables

GOOD = (
    "report_id,kind,unit,earliest,latest,lon,lat,radius_m,summary,publisher,reliability,credibility\n"
    'r1,sighting,main column,2023-06-24T14:30+03:00,2023-06-24T12:15Z,38.5,52.62,6000,"Seen, at Yelets",iStories,B,2\n'
    "r2,roadblock,,2023-06-24 06:00:00+0300,,39.2,51.67,2500,M4 closed,Governor,A,1\n"
    "r3,statement,,2023-06-24T20:25:00.5+03,2023-06-24T20:25:01+03:00,,,,Back to camp,Prigozhin,B,1\n"
)


def saved(folder: str | Path, content: str | bytes) -> Path:
    path = Path(folder) / "march.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_table_has_the_columns_and_types_of_the_contract(tmp_path: Path) -> None:
    reports = read_reports(str(saved(tmp_path, GOOD)))
    assert list(reports.columns) == list(tables.REPORTS)
    assert {name: str(dtype) for name, dtype in reports.dtypes.items()} == dict(tables.REPORTS)
    assert reports.crs.to_string() == "EPSG:4326"
    assert reports.index.equals(pd.RangeIndex(3))
    assert reports.geometry.iloc[0].coords[0] == (38.5, 52.62)
    assert reports.geometry.iloc[2] is None


def test_times_are_utc_whatever_their_offset(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, GOOD))
    assert reports["earliest"].tolist() == [
        pd.Timestamp("2023-06-24T11:30:00Z"),
        pd.Timestamp("2023-06-24T03:00:00Z"),
        pd.Timestamp("2023-06-24T17:25:00.500Z"),
    ]
    assert reports["latest"].isna().tolist() == [False, True, False]


def test_columns_that_a_file_lacks_are_filled(tmp_path: Path) -> None:
    content = "time,lon,lat,publisher,origin\n2023-06-24T14:30Z,38.5,52.62,TASS,\n2023-06-24T15:00Z,,,Baza,Gusev\n"
    reports = read_reports(saved(tmp_path, content))
    assert reports["kind"].tolist() == ["sighting"] * 2
    assert reports["time_basis"].tolist() == ["observed"] * 2
    assert reports["latest"].equals(reports["earliest"])
    assert reports["radius_m"].fillna(-1).tolist() == [5000.0, -1]
    assert reports["reliability"].tolist() == ["F", "F"]
    assert reports["credibility"].tolist() == [6, 6]
    assert reports["revision"].tolist() == [1, 1]
    assert reports["origin"].tolist() == ["TASS", "Gusev"]
    assert reports[["unit", "place", "author", "recorded_at"]].isna().all(axis=None)


def test_one_time_does_not_say_when_a_roadblock_was_lifted(tmp_path: Path) -> None:
    content = "time,kind,lon,lat\n2023-06-24T14:30Z,roadblock,38.5,52.62\n2023-06-24T14:30Z,absence,38.5,52.62\n"
    assert read_reports(saved(tmp_path, content))["latest"].isna().tolist() == [True, False]


def test_ids_made_from_content_do_not_depend_on_the_order_of_rows_or_columns(tmp_path: Path) -> None:
    one = read_reports(saved(tmp_path, "time,lon,lat\n2023-06-24T14:30Z,1,2\n2023-06-24T15:30Z,1,2\n"))
    two = read_reports(saved(tmp_path, "lat,lon,time\n2,1,2023-06-24T15:30Z\n2,1,2023-06-24T14:30Z\n"))
    assert one["report_id"].tolist() == two["report_id"].tolist()[::-1]
    assert one["report_id"].is_unique


def test_rows_that_are_equal_to_the_letter_get_ids_of_their_own(tmp_path: Path) -> None:
    ids = read_reports(saved(tmp_path, "time,lon,lat\n" + "2023-06-24T14:30Z,1,2\n" * 3))["report_id"].tolist()
    assert ids == [ids[0], f"{ids[0]}-2", f"{ids[0]}-3"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_separate_as_well_as_commas(tmp_path: Path, delimiter: str) -> None:
    held = io.StringIO(newline="")
    csv.writer(held, delimiter=delimiter).writerows(csv.reader(io.StringIO(GOOD)))
    expected = read_reports(saved(tmp_path, GOOD))
    pd.testing.assert_frame_equal(read_reports(saved(tmp_path, held.getvalue())), expected)


def test_text_that_looks_absent_stays_text(tmp_path: Path) -> None:
    content = (
        "time,lon,lat,unit,place,road,notes\n2023-06-24T14:30Z,1,2,NA,None,nan,\n2023-06-24T14:30Z,1,2,null, ,-,x\n"
    )
    reports = read_reports(saved(tmp_path, content))
    assert reports["unit"].tolist() == ["NA", "null"]
    assert reports["place"].tolist() == ["None", " "]
    assert reports["road"].tolist() == ["nan", "-"]
    assert reports["notes"].isna().tolist() == [True, False]


def test_spaces_around_codes_and_numbers_do_no_harm(tmp_path: Path) -> None:
    content = (
        " Report_ID ,kind,earliest,latest,lon,lat,radius_m,credibility,url\n"
        " r1 , sighting , 2023-06-24T14:30z ,2023-06-24t15:00Z, 38.5 ,52.62 , +6e3, 2 , https://example.org \n"
    )
    row = read_reports(saved(tmp_path, content)).iloc[0]
    assert (row["report_id"], row["kind"], row["radius_m"], row["credibility"]) == ("r1", "sighting", 6000.0, 2)
    assert row["url"] == "https://example.org"


def test_columns_with_other_names_are_passed_over(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, ",time,lon,lat,colour,\n0,2023-06-24T14:30Z,1,2,green,\n"))
    assert list(reports.columns) == list(tables.REPORTS)


def test_the_file_order_is_kept_over_many_portions(tmp_path: Path) -> None:
    lines = [f"q{i},2023-06-24T14:30Z,{i % 90},2" for i in range(45_000)]
    reports = read_reports(saved(tmp_path, "\n".join(["report_id,time,lon,lat", *lines])))
    assert reports["report_id"].tolist() == [f"q{i}" for i in range(45_000)]
    assert reports.geometry.x.tolist() == [float(i % 90) for i in range(45_000)]


def test_bad_rows_that_fill_a_portion_do_not_end_the_reading(tmp_path: Path) -> None:
    content = "time,lon,lat\n" + "x\n" * 20_000 + "soon,1,2\n"
    faults = check_file(saved(tmp_path, content))
    assert len(faults) == 20_001
    assert (faults[-1].row, faults[-1].column) == (20_002, "time")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                name: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
                for name in TEXTS
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_text_is_kept_to_the_letter(rows: list[dict[str, str]]) -> None:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, ["time", "lon", "lat", *TEXTS], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows({"time": "2023-06-24T14:30Z", "lon": "1", "lat": "2", **row} for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        reports = read_reports(saved(folder, held.getvalue()))
    for name in TEXTS:
        kept = reports[name].astype(object).where(reports[name].notna(), "").tolist()
        asked = [row[name] or (row["publisher"] if name == "origin" else "") for row in rows]
        assert kept == asked


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(GOOD)),
            st.integers(0, 3),
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from(
                    [b'"', b",", b"\n", b"\r", b"\0", b"nan", b"-", b"9999", b"\xff\xfe", b"T", b"e", b";"]
                ),
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(damages: list[tuple[int, int, bytes]]) -> None:
    data = GOOD.encode()
    for place, length, patch in damages:
        data = data[:place] + patch + data[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = saved(folder, data)
        faults = check_file(path)
        if faults:
            with pytest.raises(BadReport) as caught:
                read_reports(path)
            assert list(caught.value.faults) == faults
            lines = data.count(b"\n") + data.count(b"\r") + 1
            assert all(fault.row is None or 1 <= fault.row <= lines for fault in faults)
        else:
            reports = read_reports(path)
            assert {name: str(dtype) for name, dtype in reports.dtypes.items()} == dict(tables.REPORTS)
            assert reports["report_id"].is_unique


def test_the_bundled_case_is_read_without_a_fault() -> None:
    reports = read_reports()
    assert check_file(bundled("reports.csv")) == []
    assert len(reports) == 176
    assert {name: str(dtype) for name, dtype in reports.dtypes.items()} == dict(tables.REPORTS)
    assert reports["earliest"].notna().all()
    assert reports.loc[reports["latest"].isna(), "kind"].isin(["roadblock", "absence"]).all()
    assert (reports.geometry.notna() == reports["radius_m"].notna()).all()


def test_a_swapped_row_anywhere_in_the_bundled_case_is_found(tmp_path: Path) -> None:
    lines = list(csv.DictReader(bundled("reports.csv").read_text(encoding="utf-8").splitlines(keepends=True)))
    placed = [row for row in lines if row["lon"]]
    for row in placed[::8]:
        row["lon"], row["lat"] = row["lat"], row["lon"]
        held = io.StringIO(newline="")
        writer = csv.DictWriter(held, list(row))
        writer.writeheader()
        writer.writerows(lines)
        row["lon"], row["lat"] = row["lat"], row["lon"]
        faults = check_file(saved(tmp_path, held.getvalue()))
        assert [fault.value for fault in faults] == [row["lon"]]


def test_a_summary_counts_reports_units_and_places(tmp_path: Path) -> None:
    told = summary(read_reports(saved(tmp_path, GOOD)))
    assert told[["kind", "reports", "unplaced", "origins"]].to_numpy().tolist() == [
        ["sighting", 1, 0, 1],
        ["roadblock", 1, 0, 1],
        ["statement", 1, 1, 1],
    ]
    assert told["unit"].isna().tolist() == [False, True, True]
    assert told["latest"].iloc[1] == pd.Timestamp("2023-06-24T03:00Z")


def test_the_columns_of_a_file_are_those_of_the_table_with_lon_and_lat_for_the_geometry() -> None:
    assert set(FILE_COLUMNS) == set(tables.REPORTS) - {"geometry"} | {"lon", "lat"}
