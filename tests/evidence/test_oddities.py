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


def test_of_the_bundled_case_only_the_claim_in_rostov_oblast_is_odd() -> None:
    assert [odd.value for odd in oddities(read_reports())] == ["r009"]
