"""The dashboard on a napkin march, without a browser."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.small_march import HEADER, HOSTILE, ROWS, write_reports, write_roads

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"

# Streamlit's own, while it reads its settings and runs its loop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Reports, with a hostile one among them, and roads: of the same files the dashboard keeps what it made of them."""
    folder = tmp_path_factory.mktemp("napkin")
    extra = ROWS[0].replace("a,", "x,").replace("passing", HOSTILE)
    return write_reports(folder, extra), write_roads(folder)


@pytest.fixture
def started(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The dashboard as `tracker serve` starts it."""
    reports, roads = files
    monkeypatch.setenv("TRACKER_REPORTS", str(reports))
    monkeypatch.setenv("TRACKER_ROADS", str(roads))
    monkeypatch.setenv("TRACKER_ZONE", "Europe/Moscow")
    monkeypatch.setenv("TRACKER_TITLE", "A march on a napkin")
    return AppTest.from_file(str(APP), default_timeout=300).run()


def verdicts(app: AppTest) -> pd.DataFrame:
    return next(table.value for table in app.dataframe if "verdict" in table.value)


def passages(app: AppTest) -> pd.DataFrame:
    return next(table.value for table in app.dataframe if "when" in table.value)


def test_the_dashboard_shows_every_report_with_its_verdict(started: AppTest) -> None:
    assert not started.exception
    table = verdicts(started)
    assert table["report"].tolist() == ["a", "b", "c", "d", "e", "f", "x"]
    judged = table.set_index("report")["verdict"]
    assert (judged["b"], judged["f"]) == ("supports", "does not move a track")
    assert judged["d"] in {"doubtful", "impossible"}
    assert table["reason"].str.len().min() > 0


def test_the_dashboard_says_what_it_claims(started: AppTest) -> None:
    said = " ".join(caption.value for caption in started.caption)
    assert "90 % of the probability" in said
    assert "Europe/Moscow" in said


def test_hostile_text_is_a_cell_and_never_markup(started: AppTest) -> None:
    assert HOSTILE in verdicts(started)["summary"].tolist()
    texts = [element.value for element in (*started.markdown, *started.caption, *started.title)]
    assert not any(HOSTILE in text or "<script>" in text for text in texts)


def test_a_unit_left_out_leaves_the_table_and_the_passages(started: AppTest) -> None:
    assert set(passages(started)["unit"]) == {"column", "escort"}
    started.multiselect(key="units").set_value(["column"]).run()
    assert not started.exception
    assert set(verdicts(started)["unit"]) - {""} == {"column"}
    assert set(passages(started)["unit"]) == {"column"}


def test_stricter_grades_leave_out_reports(started: AppTest) -> None:
    started.select_slider(key="reliability").set_value("B").run()
    assert verdicts(started)["report"].tolist() == ["a", "b", "c", "x"]
    started.select_slider(key="credibility").set_value(1).run()
    assert verdicts(started)["report"].tolist() == ["a", "x"]


def test_choices_that_leave_no_report_are_said_and_not_an_error_page(started: AppTest) -> None:
    started.select_slider(key="reliability").set_value("A").run()
    started.multiselect(key="units").set_value(["escort"]).run()
    assert not started.exception
    assert [warning.value for warning in started.warning] == ["No report meets these choices."]


def test_an_emptied_choice_of_units_is_a_plain_message(started: AppTest) -> None:
    started.multiselect(key="units").set_value([]).run()
    assert not started.exception
    assert not started.dataframe
    assert [warning.value for warning in started.warning] == ["No unit is chosen. Choose one at the left."]


def test_reports_that_make_no_track_are_listed_without_a_chart(started: AppTest) -> None:
    rows = [HEADER, ROWS[0].replace("sighting,column", "sighting,"), ROWS[5]]
    started.file_uploader(key="upload").upload("mine.csv", "\n".join(rows).encode(), "text/csv").run()
    assert not started.exception
    assert [warning.value[:24] for warning in started.warning] == ["These are too few report"]
    assert [len(element.value) for element in started.dataframe] == [2]


def test_nothing_absent_is_shown_as_none(started: AppTest) -> None:
    table = verdicts(started)
    assert table.notna().all(axis=None)
    assert not table.isin(["None", "nan", "NaT", "<NA>"]).any(axis=None)


def test_chosen_places_are_the_rows_of_the_passages(started: AppTest) -> None:
    started.multiselect(key="places").set_value(["Middle"]).run()
    table = passages(started).set_index("unit")
    assert table["place"].tolist() == ["Middle", "Middle"]
    assert table.loc["column", "probability"] == "100 %"
    assert table.loc["column", "when"].startswith("probably between 10:3")
    assert "most likely 10:4" in table.loc["column", "when"]
    assert table.loc["escort", "when"] == "no finding"


def test_an_upload_replaces_the_reports_and_their_title(started: AppTest, files: tuple[Path, Path]) -> None:
    assert started.title[0].value == "A march on a napkin"
    content = files[0].read_text("utf-8").replace("a,sighting", "uploaded,sighting")
    started.file_uploader(key="upload").upload("mine.csv", content.encode(), "text/csv").run()
    assert not started.exception
    assert verdicts(started)["report"].iloc[0] == "uploaded"
    assert started.title[0].value == "Reconstructed march"


def test_an_upload_asks_for_its_zone_and_says_its_roads(started: AppTest, files: tuple[Path, Path]) -> None:
    assert not started.selectbox
    content = files[0].read_bytes()
    started.file_uploader(key="upload").upload("mine.csv", content, "text/csv").run()
    assert started.selectbox(key="zone").value == "UTC"
    assert "On the roads of roads.osm" in [text.value for text in started.text]
    assert verdicts(started)["from"].iloc[0] == "2023-06-24 07:00"
    started.selectbox(key="zone").set_value("Europe/Moscow").run()
    assert verdicts(started)["from"].iloc[0] == "2023-06-24 10:00"


def test_a_bad_upload_shows_all_its_faults_and_nothing_else(started: AppTest, files: tuple[Path, Path]) -> None:
    content = files[0].read_text("utf-8").replace("sighting", "sigting").replace("+03:00,2", ",2")
    started.file_uploader(key="upload").upload("../mine.csv", content.encode(), "text/csv").run()
    assert not started.exception
    assert not started.dataframe
    (shown,) = (element.value for element in started.code)
    assert shown.startswith("../mine.csv: 13 faults found")
    assert "column kind: sigting is not a kind that is known\n    -> write sighting" in shown
    assert "-> add the offset: 2023-06-24T10:00+03:00 if Moscow time" in shown
    assert "13 things" in started.error[0].value


def test_a_road_file_that_is_not_there_is_named(started: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ROADS", "/nowhere/roads.osm")
    started.run()
    assert not started.exception
    assert started.error[0].value == "This cannot be shown:"
    assert "/nowhere/roads.osm" in started.text[0].value
