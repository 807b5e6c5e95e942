"""One small file for each thing that can be wrong with a file as a whole."""

import gzip
import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tracker.evidence import check_file, read_reports
from tracker.model import BadReport, Fault, MissingFile

HEADER = "report_id,earliest,latest,lon,lat,summary"
ROW = "r1,2023-06-24T14:30+03:00,2023-06-24T15:15+03:00,38.5,52.62,Yelets"


def only_fault(path: Path) -> Fault:
    with pytest.raises(BadReport) as caught:
        read_reports(path)
    assert list(caught.value.faults) == check_file(path)
    assert len(caught.value.faults) == 1, str(caught.value)
    return caught.value.faults[0]


def saved(folder: Path, content: str | bytes, *, name: str = "march.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path / "a\0b.csv"):
        with pytest.raises(MissingFile, match=r"none\.csv|a.*b\.csv"):
            read_reports(path)
        with pytest.raises(MissingFile):
            check_file(path)


def test_a_folder_is_no_file_of_reports(tmp_path: Path) -> None:
    fault = only_fault(tmp_path)
    assert (fault.file, fault.row, fault.column) == (tmp_path.name, None, None)
    assert "folder" in fault.problem


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    assert only_fault(saved(tmp_path, content)).problem == "is empty"


@pytest.mark.parametrize("content", [HEADER, HEADER + "\n", HEADER + "\n\n,,,,,\n"])
def test_a_header_alone_is_a_fault(tmp_path: Path, content: str) -> None:
    fault = only_fault(saved(tmp_path, content))
    assert (fault.row, fault.problem) == (1, "has a header and no reports")


def _workbook() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    return held.getvalue()


def _plain_zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("march.csv", HEADER)
    return held.getvalue()


def _database(folder: Path) -> bytes:
    path = folder / "made.gpkg"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE reports (seq INTEGER)")
    made.close()
    return path.read_bytes()


def test_a_file_of_another_format_is_called_by_its_name(tmp_path: Path) -> None:
    others = {
        "Excel workbook": _workbook(),
        "zip archive": _plain_zip(),
        "SQLite": _database(tmp_path),
        "gzip": gzip.compress(b"a"),
        "Parquet": b"PAR1....PAR1",
        "JSON": b'\xef\xbb\xbf {"type": "FeatureCollection"}',
        "XML": b"<?xml version='1.0'?><kml/>",
        "PDF": b"%PDF-1.7",
    }
    for name, content in others.items():
        fault = only_fault(saved(tmp_path, content))
        assert (fault.row, fault.column) == (None, None)
        assert name in fault.problem
        assert "save its table as CSV" in fault.remedy


def test_text_in_windows_cyrillic_is_found_by_its_first_byte(tmp_path: Path) -> None:
    text = f"{HEADER}\n{ROW}\n" + ROW.replace("r1", "r2").replace("Yelets", "Елец, колонна")
    text = text.replace("Елец, колонна", '"Елец, колонна"')
    fault = only_fault(saved(tmp_path, text.encode("cp1251")))
    offset = text.index("Е")
    assert (fault.row, fault.column, fault.value) == (3, None, "0xc5")
    assert fault.problem == f"at byte {offset} is not UTF-8 (the file looks like cp1251)"
    assert "Save as > CSV UTF-8" in fault.remedy


def test_text_with_western_accents_is_guessed_as_such(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER}\n{ROW} passé à côté".encode("cp1252")))
    assert "cp1252" in fault.problem
    assert fault.row == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    # A letter that UTF-8 cannot begin with, so that the file without a mark is not taken for text with NULs.
    faults = check_file(saved(tmp_path, f"{HEADER}\n{ROW} ÿ".encode(encoding)))
    assert len(faults) == 1
    assert encoding[:6] in faults[0].problem.lower()


def test_a_wrong_encoding_hides_no_other_fault(tmp_path: Path) -> None:
    text = f"{HEADER}\n{ROW.replace('52.62', '95')}\nr2{ROW[2:]} Елец"
    faults = check_file(saved(tmp_path, text.encode("cp1251")))
    assert [(fault.row, fault.column) for fault in faults] == [(2, "lat"), (3, None)]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, b"\xef\xbb\xbf" + f"{HEADER}\n{ROW}".encode()))
    assert reports["report_id"].tolist() == ["r1"]


def test_a_wide_row_is_refused_and_never_shifted(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER}\n{ROW}\nr2{ROW[2:]}, then north\n"))
    assert (fault.row, fault.column) == (3, None)
    assert fault.problem == "has 7 cells where the header has 6"
    assert fault.value.startswith("r2,2023")


def test_a_short_row_is_refused(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER}\n{ROW}\nr2,2023-06-24T14:30+03:00\n"))
    assert (fault.row, fault.problem) == (3, "has 2 cells where the header has 6")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_counted_as_an_editor_counts_them(tmp_path: Path, end: str) -> None:
    story = '"Seen\nat ""the"" bridge,\nthen gone"'.replace("\n", end)
    lines = [HEADER, ROW.replace("Yelets", story), "", ROW.replace("r1", "r2").replace("52.62", "95")]
    fault = only_fault(saved(tmp_path, end.join(lines)))
    # Line 1 is the header, 2 to 4 the story, 5 is blank.
    assert (fault.row, fault.column, fault.value) == (6, "lat", "95")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    content = "report_id,earliest,summary\nr1,2023-06-24T14:30Z,Yelets\n"
    faults = check_file(saved(tmp_path, content))
    assert [(fault.row, fault.column, fault.problem) for fault in faults] == [
        (None, "latest", "is missing"),
        (None, "lon", "is missing"),
        (None, "lat", "is missing"),
    ]


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER},Lat\n{ROW},52.62\n"))
    assert (fault.column, fault.problem) == ("lat", "is there 2 times")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("raduis_m", "radius_m"), ("report id", "report_id"), ("relability", "reliability")],
)
def test_a_misspelt_column_is_not_lost_in_silence(tmp_path: Path, wrong: str, meant: str) -> None:
    header = HEADER.replace("report_id,", "") if meant == "report_id" else HEADER
    row = ROW.removeprefix("r1,") if meant == "report_id" else ROW
    fault = only_fault(saved(tmp_path, f"{header},{wrong}\n{row},1\n"))
    assert (fault.column, fault.remedy) == (wrong, f"rename it to {meant}")


@pytest.mark.parametrize(
    "header",
    ["datetime,longitude,latitude", "timestamp,lng,lat", "date,x,y", "time,долгота,широта", "Date , LONG,Latitude"],
)
def test_usual_synonyms_of_columns_are_taken(tmp_path: Path, header: str) -> None:
    reports = read_reports(saved(tmp_path, f"{header},source,link\n2023-06-24T14:30Z,38.5,52.6,TASS,https://a.ru/1\n"))
    assert reports.geometry.iloc[0].coords[0] == (38.5, 52.6)
    assert reports.loc[0, ["publisher", "url"]].tolist() == ["TASS", "https://a.ru/1"]


def test_two_columns_that_mean_the_same_are_a_fault_that_names_both(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER},latitude\n{ROW},52.62\n"))
    assert (fault.column, fault.problem) == ("latitude", "means the same as lat")
    fault = only_fault(saved(tmp_path, "datetime,timestamp,lon,lat\n2023-06-24T14:30Z,2023-06-24T14:30Z,38.5,52.6\n"))
    assert fault.problem == "means the same as timestamp: both would be time"
    fault = only_fault(saved(tmp_path, "time,lon,lat,source,источник\n2023-06-24T14:30Z,38.5,52.6,a,b\n"))
    assert (fault.column, fault.problem) == ("source", "means the same as источник: both would be publisher")


def test_a_word_that_may_mean_something_else_is_passed_over_beside_the_column_itself(tmp_path: Path) -> None:
    row = read_reports(saved(tmp_path, f"{HEADER},x,y,id,source,publisher\n{ROW},1,2,7,a link,TASS\n")).iloc[0]
    assert (row["report_id"], row["publisher"], row.geometry.x) == ("r1", "TASS", 38.5)


def test_a_fault_is_in_the_column_as_the_file_calls_it(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, "datetime,longitude,latitude\n2023-06-24T14:30Z,38.5,95\n"))
    assert (fault.row, fault.column, fault.value) == (2, "latitude", "95")


def test_a_required_column_that_is_misspelt_is_one_fault(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER.replace('earliest', 'earlyest')}\n{ROW}\n"))
    assert (fault.column, fault.remedy) == ("earlyest", "rename it to earliest")


def test_a_date_beside_the_bounds_is_not_asked_to_become_a_second_time(tmp_path: Path) -> None:
    assert check_file(saved(tmp_path, f"{HEADER},date\n{ROW},24 June\n")) == []


def test_a_time_beside_its_bounds_is_a_fault(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER},time\n{ROW},2023-06-24T14:30Z\n"))
    assert fault.column == "time"


def test_a_table_of_something_else_is_told_what_a_header_is(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, "name,amount\nApples,3\n"))
    assert (fault.row, fault.problem) == (1, "has no column of a table of reports")


def test_a_quotation_mark_that_never_closes_costs_one_row_only(tmp_path: Path) -> None:
    open_row = ROW.replace("Yelets", '"Yelets')
    bad_row = ROW.replace("r1", "r3").replace("52.62", "95")
    faults = check_file(saved(tmp_path, f"{HEADER}\n{open_row}\nr2{ROW[2:]}\n{bad_row}\n"))
    assert [(fault.row, fault.column) for fault in faults] == [(2, None), (4, "lat")]
    assert "not closed" in faults[0].problem


def test_text_after_a_closing_quotation_mark_is_refused(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER}\n{ROW.replace('Yelets', chr(34) + 'the' + chr(34) + ' bridge')}\n"))
    assert fault.row == 2
    assert "quotation mark" in fault.problem


def test_a_cell_too_large_for_the_csv_reader_is_a_fault(tmp_path: Path) -> None:
    fault = only_fault(saved(tmp_path, f"{HEADER}\n{ROW}\nr2{ROW[2:]}{'x' * 200_000}\n"))
    assert fault.row == 3
    assert "100,000 characters" in fault.problem
    assert len(fault.value) == 60
