"""Reports chosen by unit and grade."""

import pytest

from tracker.evidence import read_reports, select_reports


def test_without_demands_every_report_stays() -> None:
    reports = read_reports()
    assert select_reports(reports)["report_id"].tolist() == reports["report_id"].tolist()


def test_a_unit_is_chosen_and_reports_of_no_unit_stay() -> None:
    reports = read_reports()
    chosen = select_reports(reports, units=["rostov group"])
    assert set(chosen["unit"].dropna()) == {"rostov group"}
    assert chosen["unit"].isna().sum() == reports["unit"].isna().sum()


def test_grades_are_a_floor_and_what_cannot_be_judged_is_below_it() -> None:
    chosen = select_reports(read_reports(), reliability="C", credibility=3)
    assert set(chosen["reliability"]) == {"A", "B", "C"}
    assert chosen["credibility"].max() == 3
    assert list(chosen.index) == list(range(len(chosen)))


def test_a_missing_grade_counts_as_one_that_cannot_be_judged() -> None:
    reports = read_reports()
    reports["credibility"] = reports["credibility"].mask(reports["credibility"] == 2)
    assert select_reports(reports, credibility=5)["credibility"].notna().all()
    assert len(select_reports(reports, credibility=6)) == len(reports)


def test_choosing_does_not_change_the_table() -> None:
    reports = read_reports()
    before = reports.copy()
    select_reports(reports, units=[], reliability="A", credibility=1)
    assert reports.equals(before)


@pytest.mark.parametrize("demand", [{"reliability": "G"}, {"credibility": 0}])
def test_a_grade_that_does_not_exist_is_refused(demand: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not a grade"):
        select_reports(read_reports(), **demand)  # type: ignore[arg-type]
