"""What is not certainly wrong in a file of reports, and is said without refusing it."""

from pathlib import Path

import pytest

from tracker.evidence import check_file, check_oddities, oddities, read_reports
from tracker.model import BadReport

HEADER = "report_id,kind,unit,earliest,latest,lon,lat,radius_m"
SOUND = (
    "a,sighting,column,2023-06-24T10:00Z,2023-06-24T10:30Z,39.0,52.0,500",
    "b,sighting,column,2023-06-24T11:00Z,2023-06-24T11:30Z,39.4,52.0,500",
    "c,sighting,column,2023-06-24T12:00Z,2023-06-24T12:30Z,39.8,52.0,500",
)


def saved(folder: Path, *rows: str) -> Path:
    path = folder / "reports.csv"
    path.write_text("\n".join([HEADER, *SOUND, *rows, ""]), "utf-8")
    return path


def test_a_march_that_can_be_driven_is_not_remarked_on(tmp_path: Path) -> None:
    assert check_oddities(saved(tmp_path)) == []


def test_a_report_far_from_all_others_of_its_unit_is_named_and_not_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "d,sighting,column,2023-06-24T13:00Z,2023-06-24T13:10Z,49.4,52.0,500")
    assert check_file(path) == []
    (odd,) = check_oddities(path)
    assert (odd.file, odd.row, odd.column, odd.value) == ("reports.csv", 5, "lon", "d")
    assert "lies 672 km from the middle" in odd.problem


def test_a_wide_radius_or_another_unit_makes_a_far_report_ordinary(tmp_path: Path) -> None:
    assert check_oddities(saved(tmp_path, "d,sighting,column,2023-06-24T13:00Z,2023-06-24T13:10Z,49.4,52,300000")) == []
    assert check_oddities(saved(tmp_path, "d,sighting,other,2023-06-24T13:00Z,2023-06-24T13:10Z,49.4,52,500")) == []
    assert check_oddities(saved(tmp_path, "d,statement,column,2023-06-24T13:00Z,2023-06-24T13:10Z,49.4,52,500")) == []


def test_a_hop_faster_than_any_column_is_named_with_the_report_before(tmp_path: Path) -> None:
    path = saved(tmp_path, "d,sighting,column,2023-06-24T12:40Z,2023-06-24T12:50Z,45.0,52.0,500")
    assert check_oddities(path) == []  # 356 km in at most 50 minutes
    path = saved(tmp_path, "d,sighting,column,2023-06-24T12:10Z,2023-06-24T12:30Z,45.0,52.0,500")
    (odd,) = check_oddities(path)
    assert (odd.row, odd.column, odd.value) == (5, "earliest", "d")
    assert odd.problem.startswith("would need 712 km/h from c")


def test_a_file_with_faults_is_refused_and_not_looked_at_further(tmp_path: Path) -> None:
    with pytest.raises(BadReport):
        check_oddities(saved(tmp_path, "d,sighting,column,2023-06-24T12:10,2023-06-24T12:30Z,45.0,52.0,500"))


def test_of_the_bundled_case_four_lines_are_said_and_one_is_of_a_row() -> None:
    found = oddities(read_reports())
    assert [(odd.row, odd.column, odd.value) for odd in found] == [
        (None, "url", ""),
        (None, "archive_url", ""),
        (8, "lon", "r009"),
    ]
    assert found[0].problem.startswith("18 addresses are given by several rows: r003 and r092, ")
    assert found[1].problem.startswith("all 176 reports without an archived copy: r001, r002, r003 and 173 more")


WIDE = "report_id,earliest,latest,lon,lat,radius_m,summary,publisher,origin,url,archive_url,published"


def whole(folder: Path, *rows: str) -> list[str]:
    path = folder / "wide.csv"
    path.write_text("\n".join([WIDE, *rows, ""]), "utf-8")
    return [f"{odd.column}: {odd.problem}" for odd in check_oddities(path)]


def test_a_page_reported_twice_under_two_names_is_said_once(tmp_path: Path) -> None:
    same = "2023-06-24T10:00Z,2023-06-24T10:30Z,39,52,500,A long column of trucks passes the petrol station"
    said = whole(
        tmp_path,
        f"a,{same},P,Baza,https://example.org/1,https://archive.example/1,2023-06-24T11:00Z",
        f"b,{same},Q,Strana,https://www.example.org/1/,https://archive.example/2,2023-06-24T12:00Z",
    )
    assert said == [
        "None: 1 report seems to repeat another: b of a (same address)",
        "url: 1 address is given by several rows: a and b",
    ]


def test_rows_of_one_origin_are_one_voice_and_no_finding(tmp_path: Path) -> None:
    row = "2023-06-24T10:00Z,2023-06-24T10:30Z,39,52,500"
    assert whole(tmp_path, f"a,{row},Trucks seen,P,Baza,,,", f"b,{row},Tanks filmed,Q,Baza,,,") == []


def test_a_report_published_before_it_can_have_happened_is_named(tmp_path: Path) -> None:
    row = "2023-06-24T10:00Z,2023-06-24T10:30Z,39,52,500,,,,,"
    early, same_day, open_month = "2023-06-24T09:59Z", "2023-06-24", "2023-06"
    assert whole(tmp_path, f"a,{row},{early}", f"b,{row},{same_day}", f"c,{row},{open_month}") == [
        "published: 1 report published before the earliest moment it tells of: a"
    ]


def test_a_source_without_an_origin_is_named_and_a_bare_point_is_not(tmp_path: Path) -> None:
    row = "2023-06-24T10:00Z,2023-06-24T10:30Z"
    assert whole(
        tmp_path, f"a,{row},39,52,500,,,,https://example.org/1,https://archive.example/1,", f"b,{row},41,52,500,,,,,,"
    ) == ["origin: 1 report without an origin: a"]
