"""The command line says why, and what if."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.small_march import HOSTILE, ROWS, write_reports, write_roads
from tracker import cli


def tracker(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], env={"COLUMNS": "200"})


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def march(tmp_path: Path) -> list[str | Path]:
    """Options that name a small march."""
    return ["--reports", write_reports(tmp_path), "--roads", write_roads(tmp_path)]


# ---- explain


def test_explain_says_what_a_report_moved_and_which_reports_agree(march: list[str | Path]) -> None:
    result = tracker("explain", "b", *march, "--zone", "Europe/Moscow")
    assert result.exit_code == 0, result.output
    text = squeezed(result.stdout)
    assert text.startswith("b (Two, grade B2) puts column at Middle, 10:40-10:45 on 24 June. It agrees with the track")
    assert "With and without unit at time apart, km draws alone radius, km without" in text
    assert re.search(r"column its earliest 06-24 10:40 \d+\.\d", text)
    assert "Agree with it report whose word likely how close" in text
    assert "a One 100% a (One), 27 km away and at most 45 min before or after" in text


def test_explain_says_what_a_false_report_conflicts_with(march: list[str | Path]) -> None:
    text = squeezed(tracker("explain", "d", *march).stdout)
    assert "It is held to be impossible" in text
    assert re.search(r"needs \d+ km/h to c, where the roads allow 80; one of c, this report, or the assumption", text)
    assert re.search(r"c column 100% \d+ 80 needs \d+ km/h to c", text)


def test_explain_answers_machines_with_one_document(march: list[str | Path]) -> None:
    said = json.loads(tracker("explain", "b", *march, "--json").stdout)
    assert (said["report_id"], said["unit"], said["verdict"]) == ("b", "column", "supports")
    assert 0.9 < said["p_true"] <= 1
    assert said["moved"][0]["time"] == "2023-06-24T07:40:00Z"
    assert said["moved"][0]["geometry"]["type"] == "LineString"
    assert {row["report_id"] for row in said["supports"]} == {"a", "c"}


def test_what_has_no_number_is_null_for_machines(march: list[str | Path]) -> None:
    said = json.loads(tracker("explain", "f", *march, "--json").stdout)
    assert said["p_true"] is None
    assert said["p_alone"] is None


def test_an_unknown_report_is_refused_with_3_and_the_nearest_name(march: list[str | Path], tmp_path: Path) -> None:
    result = tracker("explain", "bb", *march)
    assert (result.exit_code, "no report 'bb' (did you mean 'b'?)" in result.stderr) == (3, True)
    as_json = tracker("explain", "bb", *march, "--json")
    assert json.loads(as_json.stderr)["type"] == "UnknownReport"


def test_markup_in_a_report_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    row = ROWS[0].replace("a,", "x,").replace("Westend", HOSTILE).replace("One", HOSTILE)
    result = tracker("explain", "x", "--reports", write_reports(tmp_path, row), "--roads", write_roads(tmp_path))
    assert result.exit_code == 0, result.output
    assert f"x ({HOSTILE}, grade A1) puts column at {HOSTILE}" in squeezed(result.stdout)


# ---- without


def test_without_tells_what_changes_hour_by_hour(march: list[str | Path]) -> None:
    result = tracker("without", "b", *march)
    assert result.exit_code == 0, result.output
    text = squeezed(result.stdout)
    assert text.startswith("Without 1 report (b): ")
    assert re.search(r"column hour 06-24 08:00 \d+\.\d", text)


def test_without_takes_an_origin_and_says_it_to_machines(march: list[str | Path]) -> None:
    said = json.loads(tracker("without", "--origin", "Five", *march, "--json").stdout)
    assert said["removed"] == ["e"]
    assert "No track of escort could be made." in said["words"]
    assert {row["unit"] for row in said["moved"]} == {"column"}


def test_without_needs_a_name_and_knows_what_is_like_it(march: list[str | Path]) -> None:
    nothing = tracker("without", *march)
    assert (nothing.exit_code, "--origin NAME" in nothing.stderr) == (3, True)
    unknown = tracker("without", "bb", "--origin", "Fiv", *march)
    assert unknown.exit_code == 3
    assert "'bb' (did you mean 'b'?)" in squeezed(unknown.stderr)
    assert "'Fiv' (did you mean 'Five'?)" in squeezed(unknown.stderr)


def test_leaving_out_every_report_is_refused(march: list[str | Path]) -> None:
    result = tracker("without", *"abcdef", *march)
    assert (result.exit_code, "leave at least one in" in result.stderr) == (3, True)


# ---- check-report

PLACE = ("--lon", "39.8", "--lat", "52.0", "--radius", "500")


def test_check_report_says_which_column_it_could_be_and_why_not(march: list[str | Path]) -> None:
    result = tracker("check-report", *PLACE, "--time", "2023-06-24T10:10+03:00", "--within", "5min", *march)
    assert result.exit_code == 0, result.output
    text = squeezed(result.stdout)
    assert "This report puts a column at 52.000 N 39.800 E, 07:05-07:15 on 24 June. It fits no column" in text
    assert re.search(r"column 0% 1 needs \d+ km/h from a, where the roads allow 80", text)
    assert "100% 0 false, or of a column that no report names" in text


def test_check_report_takes_words_for_place_and_time(march: list[str | Path]) -> None:
    asked = ("--place", "52.0 N 39.4 E", "--time", "24 June 2023 10:42", "--zone", "Europe/Moscow", "--unit", "column")
    said = json.loads(tracker("check-report", *asked, *march, "--radius", "1000", "--json").stdout)
    assert said["verdict"] == "supports"
    assert said["p_true"] > 0.9
    assert said["p_range"][0] <= said["p_true"] <= said["p_range"][1]
    assert said["conflicts"] == []
    assert "within" in said["place"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            ("--place", "52.0 N 39.4 E", "--lon", "39.8", "--time", "2023-06-24T10:10Z"),
            "place is given beside lon or lat",
        ),
        ((*PLACE, "--time", "2023-06-24T10:10Z", "--latest", "2023-06-24T11:00Z"), "time is given beside earliest or"),
        ((*PLACE, "--time", "2023-06-24T10:10"), "zone"),
    ],
)
def test_check_report_refuses_what_is_said_twice_and_times_without_a_zone(
    march: list[str | Path], asked: tuple[str, ...], words: str
) -> None:
    result = tracker("check-report", *asked, *march)
    assert result.exit_code != 0
    assert words in squeezed(result.stderr)


def test_check_report_lists_every_fault_and_ends_with_1(march: list[str | Path]) -> None:
    result = tracker("check-report", "--lon", "39.8", "--lat", "152", "--unit", "escrot", *march)
    assert result.exit_code == 1
    text = squeezed(result.stderr)
    assert "the report: 4 faults found" in text
    for words in ("column unit: escrot is no unit with a track", "column lat: 152.0 is not between -90 and 90",
                  "column radius_m: is not given", "column earliest: is not given"):  # fmt: skip
        assert words in text


# ---- look


def test_look_lists_roads_with_hours_and_what_is_left(march: list[str | Path]) -> None:
    result = tracker("look", "-n", "2", *march, "--zone", "Europe/Moscow")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert re.match(r"1\. a dashcam on the M1 .* on 24 June: column, there with \d+%; expected fall \d", first)
    assert second.startswith("2. a dashcam on the M1 ")


def test_look_answers_machines_and_refuses_a_unit_that_is_not_there(march: list[str | Path]) -> None:
    looks = json.loads(tracker("look", "--unit", "column", *march, "--json").stdout)["looks"]
    assert {look["unit"] for look in looks} == {"column"}
    assert looks[0]["geometry"]["type"] == "LineString"
    refused = tracker("look", "--unit", "colum", *march)
    assert (refused.exit_code, "did you mean 'column'" in refused.stderr) == (3, True)


@pytest.mark.parametrize("words", [["explain"], ["look", "-n", "0"], ["check-report", "--kind", "statement"]])
def test_a_misspelt_question_ends_with_2(words: list[str]) -> None:
    assert tracker(*words).exit_code == 2
