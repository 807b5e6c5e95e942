"""The pages about a live report log, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.small_march import write_roads
from tracker.evidence import ReportLog
from tracker.logbook import open_log

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
HOSTILE = "<script>alert(1)</script> {{7*7}} [go](javascript:alert(1)) \x1b[31mred"

# Streamlit's own, while it reads its settings and runs its loop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

Open = Callable[..., AppTest]


@pytest.fixture
def log(tmp_path: Path) -> ReportLog:
    """A log with one sighting in it, by Boris."""
    log = open_log(tmp_path / "march.gpkg", create=True, author="Boris", zone="Europe/Moscow")
    log.add_sighting(
        report_id="one", place="Yelets", time="2023-06-24T15:00+03:00", within="30min", unit="column", publisher="Baza"
    )
    return log


@pytest.fixture
def opened(log: ReportLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A page of the dashboard on the log, as Anna opens it."""
    monkeypatch.setenv("TRACKER_LOG", str(tmp_path / "march.gpkg"))
    monkeypatch.setenv("TRACKER_ROADS", str(write_roads(tmp_path)))
    monkeypatch.setenv("TRACKER_ZONE", "Europe/Moscow")
    monkeypatch.setenv("TRACKER_AUTHOR", "Anna")

    def open_page(page: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        return app.switch_page(page).run()

    return open_page


def texts(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in app.text)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def fill(app: AppTest, prefix: str, **typed: str) -> AppTest:
    for name, value in typed.items():
        key = f"{prefix}_{name}"
        field = next(field for field in (*app.text_input, *app.text_area, *app.selectbox) if field.key == key)
        field.set_value(value)
    return app


def look_at(app: AppTest, report: str) -> AppTest:
    return app.selectbox(key="pick").set_value(report).run()


def test_a_report_is_added_as_it_was_understood(opened: Open, log: ReportLog) -> None:
    app = fill(opened("add.py"), "add_0", place="Yelets", time="24 June 2023 15:00", within="1h", unit="column")
    press(app, "Add the report")
    assert (
        "38.50 E, 52.62 N, within 10 km, 24 June 2023 11:00-13:00 UTC (14:00-16:00 Europe/Moscow), because point"
        in texts(app)
    )
    added = log.reports().iloc[-1]
    assert (added["unit"], added["author"]) == ("column", "Anna")


def test_trying_a_report_shows_how_it_is_understood_and_adds_nothing(opened: Open, log: ReportLog) -> None:
    app = press(fill(opened("add.py"), "add_0", place="Nowhereville", time="2023-06-24 15:00"), "Try it")
    assert "kept without a point: nothing at hand knows 'Nowhereville'" in texts(app)
    assert len(log.reports()) == 1


def test_all_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(opened: Open, log: ReportLog) -> None:
    app = fill(opened("add.py"), "add_0", place="Alexandria", time="24 June 2023 at 3", url="ftp:x", lat="200")
    press(app, "Add the report")
    said = texts(app)
    assert "Link: 'ftp:x' is not a web address" in said
    assert "When: '24 June 2023 at 3' may mean 2 things" in said
    assert "Latitude: '200' is too large" in said
    assert app.text_input(key="add_0_place").value == "Alexandria"
    assert len(log.reports()) == 1


def test_an_empty_form_is_told_what_it_needs(opened: Open) -> None:
    assert "When: is empty; give a time" in texts(press(opened("add.py"), "Add the report"))


def test_of_many_places_and_times_a_person_picks_one_without_typing_again(opened: Open, log: ReportLog) -> None:
    app = fill(opened("add.py"), "add_0", place="Springfield", time="24 June 2023 at 3")
    press(app, "Add the report")
    place = app.selectbox(key="add_0_pick_place_Springfield")
    place.set_value(next(option for option in place.options if "Illinois" in option))
    time = app.selectbox(key="add_0_pick_time_24 June 2023 at 3")
    time.set_value("24 June 2023 12:00 UTC (15:00 Europe/Moscow)")
    press(app, "Add the report")
    added = log.reports().iloc[-1]
    assert round(added.geometry.y, 2) == 39.80
    assert added["earliest"].hour == 12
    assert "Added as" in texts(app)


def test_the_same_report_said_twice_is_one(opened: Open, log: ReportLog) -> None:
    app = opened("add.py")
    press(fill(app, "add_0", place="Yelets", time="2023-06-24 15:00"), "Add the report")
    press(fill(app, "add_1", place="Yelets", time="2023-06-24 15:00"), "Add the report")
    assert "Nothing added, this is in the log already" in texts(app)
    assert len(log.reports()) == 2


def test_nobody_writes_without_a_name(opened: Open, log: ReportLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_AUTHOR", "")
    app = press(fill(opened("add.py"), "add_0", place="Yelets", time="2023-06-24 15:00"), "Add the report")
    assert "Your name: is empty" in texts(app)
    app.text_input(key="name").set_value("Clara").run()
    press(app, "Add the report")
    assert log.reports()["author"].tolist() == ["Boris", "Clara"]


def test_a_correction_sends_what_was_changed_and_why(opened: Open, log: ReportLog) -> None:
    app = look_at(opened("reports.py"), "one")
    fill(app, "correct_1", radius_m="4000", why="the video shows the square")
    press(app, "Correct the report")
    assert "Corrected, now revision 2" in texts(app)
    last = log.history("one").iloc[-1]
    assert (last["radius_m"], last["reason"], last["author"]) == (4000, "the video shows the square", "Anna")
    assert any("Radius, metres: 10000 → 4000" in str(table.value.to_dict()) for table in app.dataframe)


def test_a_correction_needs_a_reason(opened: Open, log: ReportLog) -> None:
    app = fill(look_at(opened("reports.py"), "one"), "correct_1", radius_m="4000")
    assert "Why: is empty; say why" in texts(press(app, "Correct the report"))
    assert app.text_input(key="correct_1_radius_m").value == "4000"
    assert len(log.history("one")) == 1


def test_two_editors_do_not_overwrite_each_other(opened: Open, log: ReportLog) -> None:
    app = look_at(opened("reports.py"), "one")
    log.correct("one", unit="escort", reason="his plates")
    fill(app, "correct_1", radius_m="4000", why="a video")
    press(app, "Correct the report")
    said = texts(app)
    assert "one is at revision 2 by Boris, not 1" in said
    assert "corrected by Boris" in said
    assert "(his plates): Unit: column → escort" in said
    assert app.text_input(key="correct_1_radius_m").value == "4000"
    press(app, "Keep what I typed; I have read this")
    press(app, "Correct the report")
    last = log.history("one").iloc[-1]
    assert (last["revision"], last["radius_m"], last["unit"]) == (3, 4000, "escort")


def test_a_retracted_report_is_found_and_brought_back(opened: Open, log: ReportLog) -> None:
    app = look_at(opened("reports.py"), "one")
    press(fill(app, "take_1", why="a fake"), "Retract the report")
    assert log.reports().empty
    app.toggle(key="gone").set_value(True).run()
    app.selectbox(key="back").set_value("one").run()
    number = app.session_state["seen"]["number"]
    press(fill(app, f"take_{number}", why="it was real"), "Restore the report")
    assert texts(app)
    assert log.reports()["report_id"].tolist() == ["one"]
    assert log.history("one")["reason"].tolist()[1:] == ["a fake", "it was real"]


def test_hostile_text_is_text_on_every_page(opened: Open, log: ReportLog) -> None:
    said = {"time": "2023-06-24T15:00+03:00", "summary": HOSTILE, "unit": HOSTILE, "publisher": HOSTILE}
    log.add_sighting(report_id="bad", place="Yelets", **said)  # type: ignore[arg-type]
    log.add_sighting(report_id="worse", place="Yelets", notes="again", **said)  # type: ignore[arg-type]
    for page in ("reports.py", "add.py", "voices.py", "march.py"):
        app = opened(page)
        if page == "reports.py":
            look_at(app, "bad")
            assert "<script>alert(1)</script> {{7*7}}" in app.code[0].value
            assert "\x1b" not in app.code[0].value
        assert not app.exception
        rendered = (*app.markdown, *app.caption, *app.title, *app.subheader, *app.success, *app.warning, *app.error)
        assert not any("script" in element.value or "7*7" in element.value for element in rendered)


def test_the_log_is_shown_as_it_was_and_says_so(opened: Open, log: ReportLog) -> None:
    app = opened("reports.py")
    app.text_input(key="moment").set_value("2001-01-01 00:00").run()
    assert not app.exception
    assert any("not as it is now" in warning.value for warning in app.warning)
    assert app.dataframe[0].value.empty


def test_a_search_leaves_the_reports_with_all_the_words(opened: Open, log: ReportLog) -> None:
    log.add_statement(report_id="two", time="2023-06-24T15:00+03:00", summary="Nobody was in Yelets")
    app = opened("reports.py")
    app.text_input(key="words").set_value("nobody yelets").run()
    assert app.dataframe[0].value["report"].tolist() == ["two"]


def test_two_voices_are_linked_for_a_reason(opened: Open, log: ReportLog) -> None:
    words = "The column of forty trucks passed the bridge of Yelets and fired at a helicopter there"
    for name in ("first", "again"):
        log.add_sighting(report_id=name, place="Yelets", time="2023-06-24T15:00+03:00", summary=words, publisher=name)
    app = opened("voices.py")
    assert app.selectbox(key="pair").value
    why = next(field for field in app.text_input if (field.key or "").startswith("why_"))
    why.set_value("word for word")
    press(app, "Put it on record")
    assert log.links()["reason"].tolist() == ["word for word"]
    assert not app.exception


def test_a_file_is_checked_before_its_reports_are_added(opened: Open, log: ReportLog) -> None:
    app = opened("imports.py")
    header = "report_id,kind,earliest,latest,lon,lat,radius_m"
    rows = f"{header}\nx,sighting,2023-06-24T15:00+03:00,2023-06-24T15:00,38,52,500\n"
    app.file_uploader(key="file").upload("../mine.csv", rows.encode(), "text/csv").run()
    assert not app.exception
    assert len(log.reports()) == 1
    assert not any("Add these" in button.label for button in app.button)
    assert "latest" in app.dataframe[0].value["column"].tolist()
    good = rows.replace("T15:00,38", "T15:00+03:00,38")
    app.file_uploader(key="file").upload("../mine.csv", good.encode(), "text/csv").run()
    press(app, "Add these 1 report")
    assert "The 1 report of ../mine.csv" in texts(app)
    assert log.reports()["author"].tolist() == ["Boris", "Anna"]


def test_the_march_is_that_of_the_log_as_it_is_now(opened: Open, log: ReportLog) -> None:
    app = opened("march.py")
    assert [table.value["report"].tolist() for table in app.dataframe if "verdict" in table.value] == [["one"]]
    log.add_statement(report_id="two", time="2023-06-24T15:00+03:00", summary="more")
    app.run()
    assert [table.value["report"].tolist() for table in app.dataframe if "verdict" in table.value] == [["one", "two"]]
