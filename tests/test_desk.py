"""The words and forms of the pages about a report log."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tracker import desk, desk_forms, desk_words
from tracker.evidence import ReportLog
from tracker.logbook import open_log
from tracker.model import BadReport, BadTime, Conflict

ZONE = "Europe/Moscow"


@pytest.fixture
def log(tmp_path: Path) -> ReportLog:
    """A log with one sighting."""
    log = open_log(tmp_path / "march.gpkg", create=True, author="Boris")
    log.add_sighting(report_id="one", place="Yelets", time="2023-06-24T15:00+03:00", unit="column", publisher="Baza")
    return log


@pytest.fixture
def here(log: ReportLog, tmp_path: Path) -> Generator[desk.Desk]:
    """The desk of the log."""
    here = desk.open_desk(str(tmp_path / "march.gpkg"), ZONE)
    yield here
    here.log.close()
    here.scratch.close()


def test_the_version_grows_when_another_writes_and_only_then(here: desk.Desk, log: ReportLog) -> None:
    first = here.version()
    assert here.version() == first
    log.retract("one", reason="a fake")
    assert here.version() > first


def test_a_form_says_only_what_was_filled_in() -> None:
    typed = {"kind": "sighting", "place": " Yelets ", "time": "", "unit": "", "credibility": "2"}
    assert desk_forms.said(typed, {}) == {"kind": "sighting", "place": "Yelets", "credibility": 2}


def test_until_makes_two_moments_of_a_time() -> None:
    told = desk_forms.said({"kind": "roadblock", "time": "15:00", "until": "17:00"}, {})
    assert (told["earliest"], told["latest"]) == ("15:00", "17:00")


def test_a_radius_that_was_typed_wins_over_that_of_a_reading() -> None:
    told = desk_forms.said({"kind": "sighting", "radius_m": "300"}, {"lon": 1.0, "lat": 2.0, "radius_m": 7000.0})
    assert told["radius_m"] == "300"


def test_a_reading_counts_only_while_its_words_stay() -> None:
    choice = desk_forms.Choice(field="place", words="Springfield", readings={"that one": {"lon": 1.0, "lat": 2.0}})
    assert desk_forms.picked([choice], ["that one"], {"place": "Springfield"}) == {"lon": 1.0, "lat": 2.0}
    assert desk_forms.picked([choice], ["that one"], {"place": "Springfield, Ohio"}) == {}


def test_a_form_that_nobody_touched_changes_nothing(here: desk.Desk, log: ReportLog) -> None:
    history = log.history("one")
    typed = desk_words.fields(history.iloc[-1], zone=ZONE)
    assert here.changes(history, typed) == {}
    with pytest.raises(BadReport, match="change a field"):
        here.correct(history, typed, {}, why="none", author="Anna", revision=1)


def test_a_conflict_says_who_came_first_and_that_nothing_was_changed(here: desk.Desk, log: ReportLog) -> None:
    history = log.history("one")
    log.correct("one", unit="escort", reason="his plates")
    typed = {**desk_words.fields(history.iloc[-1], zone=ZONE), "radius_m": "4000"}
    with pytest.raises(Conflict) as refused:
        here.correct(history, typed, {}, why="a video", author="Anna", revision=1)
    assert here.refusal(refused.value, {}).lines[-1] == "Nothing was changed."
    assert "by Boris" in here.refusal(refused.value, {}).lines[0]
    assert "(his plates): Unit: column → escort" in desk_words.since(log.history("one"), 1, zone=ZONE)


def test_a_moment_without_a_zone_is_one_of_the_desk(here: desk.Desk) -> None:
    moment = here.moment("2023-06-24 15:00")
    assert moment is not None
    assert moment.timestamp() == 1687608000
    assert here.moment(" ") is None
    with pytest.raises(BadTime, match="is no moment"):
        here.moment("{{7*7}}")


def test_control_and_direction_characters_are_made_visible() -> None:
    assert desk_words.plain("\x1b[31mred\u202e") == "\u241b[31mred\ufffd"
    assert desk_words.plain(None) == ""


def test_the_table_has_the_newest_first_and_nothing_absent(log: ReportLog) -> None:
    log.add_statement(report_id="two", time="2023-06-24T15:00+03:00", summary="words")
    table = desk_words.reports_table(log.reports(), zone=ZONE)
    assert table["report"].tolist() == ["two", "one"]
    assert table.notna().all(axis=None)
    assert desk_words.reports_table(log.reports(), zone=ZONE, words="YELETS baza")["report"].tolist() == ["one"]
