"""What the README and the pages in docs promise is true."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import typer

import tracker
from tracker import cli
from tracker.evidence import checks, columns
from tracker.evidence.columns import FILE_COLUMNS
from tracker.reconstruct import belief, ensemble, pace, verdicts

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
names = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path) -> list[tuple[int, str]]:
    """Line number and code of each block of Python."""
    text = page.read_text("utf-8")
    found = re.finditer(r"^```python\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in found]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_every_block_of_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for line, code in blocks(page):
        # Blank lines before it, so that a traceback names the line of the page.
        exec(compile("\n" * (line - 1) + code, str(page), "exec"), namespace)
    if page.name == "README.md":
        assert "<title>The Wagner march" in Path("march.html").read_text("utf-8")


@names
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).is_file()] == []


@names
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    for line in re.findall(r"^    tracker (.+)$", page.read_text("utf-8"), flags=re.MULTILINE):
        words = shlex.split(line)
        command = typer.main.get_command(cli.app)
        while isinstance(command, typer.core.TyperGroup):
            assert words[0] in command.commands, line
            command = command.commands[words.pop(0)]
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        assert options <= {name for parameter in command.params for name in parameter.opts}, line


def test_the_names_in_the_table_are_at_the_front_door() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)[(.]", row)}
    assert {"read_reports", "reconstruct", "export_html"} <= named <= set(tracker.__all__)


def test_the_reports_shown_as_an_example_are_sound(tmp_path: Path) -> None:
    example = re.search(r"^    (earliest,.+\n)    (.+\n)", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    assert example is not None
    (tmp_path / "reports.csv").write_text(example[1] + example[2], "utf-8")
    (report,) = tracker.read_reports(tmp_path / "reports.csv").itertuples()
    assert (report.place, report.unit, report.radius_m, report.reliability) == ("Yelets", "main column", 6000, "B")


def test_the_roads_and_reports_drawn_by_hand_make_a_track(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "bring-your-own-march.md").read_text("utf-8")
    for language, name in (("xml", "roads.osm"), ("csv", "reports.csv")):
        (block,) = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
        (tmp_path / name).write_text(block, "utf-8")
    roads = tracker.load_roads(tmp_path / "roads.osm")
    assert set(roads.table["road"]) == {"M1", "P2"}
    march = tracker.reconstruct(tracker.read_reports(tmp_path / "reports.csv"), roads)
    (passed,) = march.tracks["column"].passages(["Middle"]).itertuples()
    assert passed.probability > 0.9
    assert march.verdicts["verdict"].tolist() == ["supports", "supports"]


def test_the_default_radius_said_is_the_one_taken() -> None:
    text = (ROOT / "docs" / "bring-your-own-march.md").read_text("utf-8")
    assert f"| {columns.DEFAULT_RADIUS_M:.0f} for every report with a place" in text
    assert f"with 95 %; {checks.MIN_RADIUS_M:.0f} or more" in text


def test_every_column_that_a_reporter_writes_is_explained() -> None:
    text = (ROOT / "docs" / "bring-your-own-march.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w, ]+?) \|", text, flags=re.MULTILINE)
    explained = {name.strip() for row in rows for name in row.split(",")}
    kept_by_a_log = {"revision", "author", "recorded_at"}
    assert set(FILE_COLUMNS) - kept_by_a_log <= explained


def test_the_picture_is_there_and_small() -> None:
    picture = (ROOT / "docs" / "page.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 300_000


def test_the_numbers_of_the_method_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "method.md").read_text("utf-8")
    tables = re.findall(r"^\| (source|information) \|(.+)\|\n\|[-|]+\n\| adds \|(.+)\|$", text, flags=re.MULTILINE)
    said = {
        name: {grade.strip(): float(adds) for grade, adds in zip(grades.split("|"), numbers.split("|"), strict=True)}
        for name, grades, numbers in tables
    }
    assert said["source"] == belief.SOURCE
    assert said["information"] == {str(grade): adds for grade, adds in belief.INFORMATION.items()}
    assert f"= {belief.UNGRADED} + source + information" in text
    assert f"{belief.CLUTTER_KM2:,.0f} km²" in text
    assert f"steps of {ensemble.STEP_S:.0f} seconds" in text
    assert f"lasts {60 / pace.HALT_END_H:.0f} minutes" in text
    assert (
        f"less than {ensemble.PRUNE * 1e6:.0f} in 1,000,000 of the best one, with the next {ensemble.LOOK_AHEAD}"
        in text
    )
    assert f"After {ensemble.WANDER * ensemble.STEP_S / 3600:.0f} hours" in text
    sure, trusted = verdicts.SURE * 100, verdicts.TRUSTED * 100
    assert f"{sure:.0f} % probable with the track and {trusted:.0f} % by its grade" in text
    assert f"more than {verdicts.HASTE} times as fast" in text


def test_a_pace_is_remembered_for_about_half_an_hour_as_the_method_says() -> None:
    step_s = 10.0
    moving = pace.mixing(step_s)[1:-1, 1:-1].astype(float)
    # Among the moving paces only: what leads to halts and stays is left where it is.
    moving += np.diag(1 - moving.sum(axis=1))
    level = np.arange(1, pace.LEVELS + 1) - pace.USUAL @ np.arange(1, pace.LEVELS + 1)
    kept = [
        (pace.USUAL * level) @ np.linalg.matrix_power(moving, int(hours * 3600 / step_s)) @ level
        for hours in (0, 0.5, 0.75)
    ]
    assert kept[1] / kept[0] > np.exp(-1) > kept[2] / kept[0]
    assert "memory of about half an hour" in (ROOT / "docs" / "method.md").read_text("utf-8")
