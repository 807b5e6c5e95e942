"""One small file for each thing that can be wrong in a cell."""

from pathlib import Path

import pandas as pd
import pytest

from tracker.evidence import check_file, check_table, read_reports
from tracker.model import BadReport, Fault

GOOD = {
    "report_id": "r1",
    "kind": "sighting",
    "unit": "main column",
    "earliest": "2023-06-24T14:30+03:00",
    "latest": "2023-06-24T15:15+03:00",
    "time_basis": "observed",
    "lon": "38.50",
    "lat": "52.62",
    "radius_m": "6000",
    "summary": "Seen at Yelets",
    "url": "https://example.org/1",
    "reliability": "B",
    "credibility": "2",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "march.csv"
    lines = [",".join(GOOD), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def only_fault(path: Path) -> Fault:
    with pytest.raises(BadReport) as caught:
        read_reports(path)
    assert list(caught.value.faults) == check_file(path)
    assert len(caught.value.faults) == 1, str(caught.value)
    return caught.value.faults[0]


BAD_CELLS = [
    ("earliest", "2023-06-24T14:30", "no time zone", "+03:00"),
    ("earliest", "2023-06-24 14:30:00", "no time zone", "+03:00"),
    ("latest", "2023-06-24", "without hour", "bounds"),
    ("earliest", "24.06.2023 14:30", "not a time", "write 2023-06-24T14:30+03:00 if Moscow time, 2023-06-24T14:30Z if"),
    ("earliest", "about three", "not a time", "ISO 8601"),
    ("earliest", "2023-06-24T14:30 Europe/Moscow", "not a time", "write 2023-06-24T14:30+03:00"),
    ("earliest", "2023-06-31T14:30Z", "no date or hour that exists", "ISO 8601"),
    ("earliest", "2023-06-24T24:30Z", "no date or hour that exists", "ISO 8601"),
    ("earliest", "2023-06-24T14:30+25:00", "not a time", "ISO 8601"),
    ("earliest", "1687606200", "is a number", "write 2023-06-24T11:30Z if these are Unix seconds"),
    ("earliest", "45101.604", "is a number", "it is 2023-06-24T14:30+03:00 if Moscow time"),
    ("earliest", "", "is empty", "earliest"),
    ("latest", "", "is empty", "latest"),
    ("latest", "2023-06-24T14:29+03:00", "before earliest", "swap"),
    ("earliest", "1812-06-24T14:30Z", "1900", "year"),
    ("latest", "2203-06-24T14:30Z", "2199", "year"),
    ("lat", "181", "out of -90 to 90", "check"),
    ("lon", "200", "out of -180 to 180", "check"),
    ("lat", "138.5", "swapped", "swap"),
    ("lat", "nan", "not a finite number", "empty"),
    ("lon", "-inf", "not a finite number", "empty"),
    ("lon", "1e999", "not a finite number", "number"),
    ("lon", "3_8", "not a finite number", "number"),
    ("lat", "٥٢", "not a finite number", "number"),
    ("lat", "52°37'N", "degrees and minutes", "decimal"),
    ("lat", "", "empty while lon", "both"),
    ("lon", "", "empty while lat", "both"),
    ("kind", "sigthing", "not a kind", "write sighting"),
    ("kind", "Sighting", "not a kind", "write sighting"),
    ("kind", "", "is empty", "one of"),
    ("time_basis", "guessed", "not a time_basis", "observed"),
    ("reliability", "b", "not a reliability", "write B"),
    ("reliability", "G", "not a reliability", "one of"),
    ("credibility", "7", "not a credibility", "one of"),
    ("credibility", "2.0", "not a credibility", "one of"),
    ("radius_m", "0", "not above zero", "metres"),
    ("radius_m", "-5", "not above zero", "metres"),
    ("radius_m", "2000001", "over 2,000 km", "metres"),
    ("earliest", "24/06/2023 9:05", "not a time", "write 2023-06-24T09:05+03:00 if Moscow time"),
    ("earliest", "06/07/2023 9:05", "not a time", "ISO 8601"),
    ("earliest", "31.06.2023 14:30", "no date or hour that exists", "ISO 8601"),
    ("earliest", "24.06.2023 14:30 MSK", "not a time", "write 2023-06-24T14:30+03:00"),
    ("earliest", "24.06.2023 14:30 Mars/Olympus", "not a time", "ISO 8601"),
    ("earliest", "24.06.2012 14:30", "not a time", "write 2012-06-24T14:30+04:00 if Moscow time"),
    ("latest", "24.06.2023", "a day without hour", "latest 2023-06-24T23:59+03:00 if Moscow time"),
    ("earliest", "12345678901234567890", "is a number", "ISO 8601"),
    ("radius_m", "6", "looks like kilometres", "write metres: 6 km = 6000"),
    ("radius_m", "2.5", "looks like kilometres", "write metres: 2.5 km = 2500"),
    ("radius_m", "9.99", "looks like kilometres", "write metres"),
    ("radius_m", "6 km", "has a unit", "write metres without a unit: 6000"),
    ("radius_m", "2.5км", "has a unit", "write metres without a unit: 2500"),
    ("radius_m", "800 m", "has a unit", "write metres without a unit: 800"),
    ("radius_m", "far", "not a finite number", "number"),
    ("unit", "Main  Column ", "differs only in case or blanks", "write main column"),
    ("unit", "  ", "is blanks only", "empty"),
    ("radius_m", "", "empty for a report with a place", "95 %"),
    ("url", "javascript:alert(1)", "not a web address", "https"),
    ("url", "example.org/1", "not a web address", "https"),
    ("url", "https:///1", "not a web address", "https"),
    ("url", "https://example.org/a b", "not a web address", "https"),
    ("url", "data:text/html;base64;PHNjcmlwdD4", "not a web address", "https"),
    ("summary", "a\0b", "NUL", "remove"),
    ("summary", "x" * 100_001, "over 100,000 characters", "shorten"),
    ("report_id", "", "is empty", "id"),
]


@pytest.mark.parametrize(("column", "value", "problem", "remedy"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_row_column_value_and_remedy(
    tmp_path: Path, column: str, value: str, problem: str, remedy: str
) -> None:
    path = write(tmp_path, GOOD, {**GOOD, "report_id": "r2", column: value}, {**GOOD, "report_id": "r3"})
    fault = only_fault(path)
    assert (fault.file, fault.row, fault.column) == ("march.csv", 3, column)
    assert fault.value == (value if len(value) <= 60 else value[:57] + "...")
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_a_decimal_comma_is_named_and_mended_in_the_remedy(tmp_path: Path) -> None:
    fault = only_fault(write(tmp_path, {**GOOD, "lat": '"52,62"'}))
    assert (fault.row, fault.column, fault.value) == (2, "lat", "52,62")
    assert (fault.problem, fault.remedy) == ("has a decimal comma", "write 52.62")


def test_a_report_at_zero_zero_is_not_taken_for_a_place(tmp_path: Path) -> None:
    fault = only_fault(write(tmp_path, {**GOOD, "lon": "0", "lat": "0.0"}))
    assert (fault.row, fault.column) == (2, "lon")
    assert "leave both empty" in fault.remedy


def test_an_id_that_is_there_twice_names_both_rows(tmp_path: Path) -> None:
    fault = only_fault(write(tmp_path, GOOD, {**GOOD, "report_id": "r2"}, {**GOOD, "report_id": " r1"}))
    assert (fault.row, fault.column, fault.value) == (4, "report_id", "r1")
    assert "row 2" in fault.problem


def test_swapped_coordinates_are_found_by_the_company_they_keep(tmp_path: Path) -> None:
    towns = [("38.50", "52.62"), ("39.20", "51.67"), ("39.71", "47.24"), ("55.75", "37.62"), ("38.98", "52.88")]
    rows = [{**GOOD, "report_id": f"r{i}", "lon": lon, "lat": lat} for i, (lon, lat) in enumerate(towns)]
    fault = only_fault(write(tmp_path, *rows))
    assert (fault.row, fault.column, fault.value) == (5, "lat", "37.62")
    assert fault.remedy == "swap lon and lat"


def test_a_lone_report_far_away_is_not_called_swapped(tmp_path: Path) -> None:
    towns = [("38.50", "52.62"), ("39.20", "51.67"), ("39.71", "47.24"), ("27.56", "53.90"), ("32.53", "15.55")]
    rows = [{**GOOD, "report_id": f"r{i}", "lon": lon, "lat": lat} for i, (lon, lat) in enumerate(towns)]
    assert check_file(write(tmp_path, *rows)) == []


@pytest.mark.parametrize("kind", ["roadblock", "absence"])
def test_what_holds_throughout_may_have_an_open_end(tmp_path: Path, kind: str) -> None:
    assert check_file(write(tmp_path, {**GOOD, "kind": kind, "latest": ""})) == []


@pytest.mark.parametrize("kind", ["sighting", "incident", "turnaround", "statement"])
def test_what_was_seen_at_a_moment_needs_a_latest_time(tmp_path: Path, kind: str) -> None:
    fault = only_fault(write(tmp_path, {**GOOD, "kind": kind, "latest": ""}))
    assert fault.column == "latest"


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    bad = {
        "r1": {"earliest": "2023-06-24T14:30"},
        "r2": {"latest": "soon"},
        "r3": {"latest": "2023-06-24T01:00Z"},
        "r4": {"lat": "95"},
        "r5": {"lon": '"38,5"'},
        "r6": {"lon": ""},
        "r7": {"kind": "rumour"},
        "r8": {"time_basis": "felt", "reliability": "Z", "credibility": "0"},
        "r9": {"radius_m": "-1"},
        "r10": {"url": "javascript:0"},
        "r11": {"earliest": "1687606200"},
        "r12": {"lat": "inf"},
    }
    rows = [{**GOOD, "report_id": name, **cells} for name, cells in bad.items()]
    path = write(tmp_path, *rows, {**GOOD, "report_id": "r1"}, {"too": "r14", "short": "sighting"})
    with pytest.raises(BadReport) as caught:
        read_reports(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "earliest"),
        (3, "latest"),
        (4, "latest"),
        (5, "lat"),
        (6, "lon"),
        (7, "lon"),
        (8, "kind"),
        (9, "time_basis"),
        (9, "reliability"),
        (9, "credibility"),
        (10, "radius_m"),
        (11, "url"),
        (12, "earliest"),
        (13, "lat"),
        (14, "report_id"),
        (15, None),
    ]
    assert str(caught.value).startswith("16 faults found\nmarch.csv, row 2, column earliest: '2023-06-24T14:30' has no")


def test_a_message_shows_fifty_faults_and_counts_the_rest(tmp_path: Path) -> None:
    rows = [{**GOOD, "report_id": f"r{i}", "kind": "rumour"} for i in range(70)]
    with pytest.raises(BadReport) as caught:
        read_reports(write(tmp_path, *rows))
    assert len(caught.value.faults) == 70
    lines = str(caught.value).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "... and 20 more"


def test_a_table_with_values_instead_of_text_is_checked_alike() -> None:
    frame = pd.DataFrame(
        {
            "earliest": pd.to_datetime(["2023-06-24T14:30Z", None], utc=True),
            "latest": pd.to_datetime(["2023-06-24T14:30Z", "2023-06-24T14:30Z"], utc=True),
            "lon": [38.5, 39.0],
            "lat": [None, 52.0],
        }
    )
    faults = check_table(frame)
    assert [(fault.file, fault.row, fault.column) for fault in faults] == [
        ("<table>", 0, "lat"),
        ("<table>", 1, "earliest"),
    ]


def test_of_two_spellings_of_a_unit_as_common_as_each_other_the_tidy_one_is_to_be_used(tmp_path: Path) -> None:
    fault = only_fault(write(tmp_path, {**GOOD, "unit": "north "}, {**GOOD, "report_id": "r2", "unit": "North"}))
    assert (fault.row, fault.column, fault.value, fault.remedy) == (2, "unit", "north ", "write North")


def test_units_with_names_of_their_own_are_no_fault(tmp_path: Path) -> None:
    names = ["north", "north 2", "south", ""]
    rows = [{**GOOD, "report_id": f"r{i}", "unit": name} for i, name in enumerate(names)]
    assert check_file(write(tmp_path, *rows)) == []


def test_a_radius_of_ten_metres_is_no_fault(tmp_path: Path) -> None:
    assert check_file(write(tmp_path, {**GOOD, "radius_m": "10"})) == []
