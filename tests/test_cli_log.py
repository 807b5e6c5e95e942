"""A report log is kept in the shell: by people, who are told what to do, and by machines, which get JSON."""

import contextlib
import json
import sqlite3
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.small_march import ROWS, write_reports
from tracker import cli
from tracker.cli_log_words import parse_changes
from tracker.evidence.log.revision import CONTENT
from tracker.evidence.log.verbs import SqlReportLog
from tracker.model import BadReport
from tracker.terminal import json_bytes

HOUR = "2023-06-24T15:00+03:00"
EVIL = "[red]x[/]\x1b[31m\x1b]0;owned\x07\u202ecod\x9b2J\u2028{{7*7}}"
COMMANDS = (
    "add", "import", "list", "show", "correct", "retract", "restore", "history", "changes", "suggest", "link", "unlink",
    "export", "snapshot", "verify",
)  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.gpkg"


@pytest.fixture
def full(tmp_path: Path, log: Path) -> Path:
    """A log that holds the small march."""
    assert run(log, "import", write_reports(tmp_path), "--create").exit_code == 0
    return log


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, one for all the commands that change nothing."""
    folder = tmp_path_factory.mktemp("kept")
    assert run(folder / "log.gpkg", "import", write_reports(folder), "--create").exit_code == 0
    return folder / "log.gpkg"


def run(log: Path | None, *words: str | Path, **environment: str) -> Result:
    known = {"COLUMNS": "200", "TRACKER_LOG": "" if log is None else str(log), "TRACKER_AUTHOR": "Anna"}
    return CliRunner().invoke(cli.app, ["log", *map(str, words)], env={**known, **environment})


def said(log: Path | None, *words: str | Path) -> dict[str, Any]:
    """The JSON that a command answers with."""
    result = run(log, *words, "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def refused(log: Path | None, *words: str | Path, code: int = 3) -> dict[str, Any]:
    """The JSON with which a command is refused."""
    result = run(log, *words, "--json")
    assert (result.exit_code, result.stdout) == (code, "")
    document: dict[str, Any] = json.loads(result.stderr)
    assert set(document) == {"error", "type", "faults", "readings", "candidates"}
    return document


# ---- which log


def test_help_names_every_command_and_the_two_variables() -> None:
    text = run(None, "--help").output
    assert [name for name in (*COMMANDS, "TRACKER_LOG", "TRACKER_AUTHOR") if name not in text] == []
    for name in COMMANDS:
        helped = run(None, name, "--help")
        assert (helped.exit_code, "TRACKER_LOG" in helped.output, "--json" in helped.output) == (0, True, True)


def test_without_a_log_the_command_says_how_to_name_one() -> None:
    result = run(None, "list")
    assert result.exit_code == 3
    assert "give --log FILE_OR_URL, or set the environment variable TRACKER_LOG" in result.stderr


def test_a_log_that_is_not_there_is_made_only_with_create(tmp_path: Path, log: Path) -> None:
    words = ("add", "--time", HOUR)
    result = run(log, *words)
    assert (result.exit_code, "make one with --create" in result.stderr) == (3, True)
    assert not log.exists()
    assert run(None, *words, "--log", log, "--create").exit_code == 0
    assert said(log, "list")["total"] == 1


def test_a_file_that_is_no_log_is_named_without_a_traceback(tmp_path: Path) -> None:
    result = run(write_reports(tmp_path), "list")
    assert (result.exit_code, "no report log" in result.stderr) == (3, True)
    assert "Traceback" not in result.output


# ---- adding


def test_add_says_the_id_and_where_the_point_came_from(log: Path) -> None:
    result = run(
        log, "add", "--create", "--kind", "sighting", "--place", "Yelets", "--time", HOUR, "--within", "30min",
        "--unit", "main column", "--publisher", "iStories", "--url", "https://example.org/1", "--reliability", "B",
        "--credibility", "2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    name, what, where = result.stdout.splitlines()
    assert what == "  sighting of main column, Yelets, 2023-06-24 11:30 to 12:30 (UTC)"
    assert where.startswith("  lon 38.50000, lat 52.62000, within ")
    assert where.endswith("(looked up: Yelets (bundled place))")
    (row,) = said(log, "list")["reports"]
    assert (row["report_id"], row["author"], row["credibility"], row["origin"]) == (name, "Anna", 2, "iStories")


def test_the_same_report_again_adds_nothing_and_says_so(log: Path) -> None:
    words = ("add", "--create", "--time", HOUR, "--place", "M4 km 590")
    first, again = run(log, *words), run(log, *words)
    name = first.stdout.splitlines()[0]
    assert "M4 km 590 (kilometre post)" in first.stdout
    assert again.stdout.splitlines()[0] == f"{name} (the log holds it already; nothing was added)"
    assert said(log, "verify")["revisions"] == 1


def test_whether_a_report_is_new_is_what_the_log_answers(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what it shows to others by then: in PostgreSQL that waits for every transaction that began before."""
    monkeypatch.setattr(SqlReportLog, "wait", lambda *_, **__: False)
    assert "nothing was added" not in run(log, "add", "--create", "--time", HOUR).stdout
    monkeypatch.setattr(SqlReportLog, "wait", lambda *_, **__: True)
    assert "nothing was added" in run(log, "add", "--time", HOUR).stdout


def test_a_place_that_nothing_knows_is_said_plainly(log: Path) -> None:
    result = run(log, "add", "--create", "--time", HOUR, "--place", "Zzyzzx")
    assert "kept without a point: nothing at hand knows 'Zzyzzx'" in result.stdout
    assert "no place was given" in run(log, "add", "--time", HOUR).stdout


def test_a_point_that_is_given_wins(log: Path) -> None:
    row = said(log, "add", "--create", "--time", HOUR, "--place", "Yelets", "--lon", "-1.5", "--lat", "-2.25",
               "--radius", "40", "--id", "mine")["report"]  # fmt: skip
    assert (row["report_id"], row["lon"], row["lat"], row["radius_m"]) == ("mine", -1.5, -2.25, 40)


def test_every_fault_of_a_report_is_told_at_once_and_nothing_added(log: Path) -> None:
    words = ("add", "--create", "--time", "15:00", "--reliability", "G", "--url", "nowhere")
    result = run(log, *words)
    assert result.exit_code == 1
    assert "the report: 3 faults found" in result.stderr
    assert "or give --zone 'Europe/Moscow'" in result.stderr
    document = refused(log, *words, code=1)
    assert [fault["column"] for fault in document["faults"]] == ["url", "reliability", "time"]
    assert said(log, "list")["total"] == 0


def test_several_places_of_one_name_are_listed(log: Path) -> None:
    document = refused(log, "add", "--create", "--time", HOUR, "--place", "Ivanovka")
    assert document["type"] == "AmbiguousPlace"
    assert len(document["candidates"]) > 1
    assert set(document["candidates"][0]) == {"name", "lon", "lat", "radius_m", "method", "detail"}
    assert "near=" not in document["error"]


# ---- importing


def test_import_says_how_many_came_in_and_how_many_were_there(tmp_path: Path, log: Path) -> None:
    file = write_reports(tmp_path)
    assert "reports.csv: 6 reports added" in run(log, "import", file, "--create").stdout
    assert "nothing new: the log holds all of them already" in run(log, "import", file).stdout
    write_reports(tmp_path, ROWS[0].replace("a,", "g,"))
    assert said(log, "import", file)["added"] == 1


def test_a_dry_run_needs_no_log_and_lists_what_check_lists(tmp_path: Path, log: Path) -> None:
    file = write_reports(tmp_path, ROWS[0].replace("a,sighting", "x,sigting"))
    result = run(None, "import", file, "--dry-run")
    assert (result.exit_code, "write sighting" in result.stdout) == (1, True)
    answer = run(None, "import", file, "--dry-run", "--json")
    document = json.loads(answer.stdout)
    assert (answer.exit_code, [fault["row"] for fault in document["faults"]]) == (1, [8])
    sound = run(log, "import", write_reports(tmp_path), "--dry-run", "--create")
    assert (sound.exit_code, "dry run" in sound.stdout) == (0, True)
    assert not log.exists()


def test_a_file_with_a_fault_adds_nothing(tmp_path: Path, full: Path) -> None:
    file = write_reports(tmp_path, ROWS[0].replace("a,sighting", "x,sigting"), ROWS[0].replace("a,", "y,"))
    document = refused(full, "import", file, code=1)
    assert [fault["problem"] for fault in document["faults"]] == ["is not a kind that is known"]
    assert said(full, "list")["total"] == 6


def test_another_report_of_the_same_id_is_a_conflict(tmp_path: Path, full: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text(file.read_text("utf-8").replace("still here", "gone"), "utf-8")
    assert refused(full, "import", file)["type"] == "Conflict"


# ---- changing


def test_a_correction_shows_what_was_and_what_is(full: Path) -> None:
    result = run(full, "correct", "a", "--set", "radius_m=8000", "--set", "summary=", "--reason", "a typo")
    assert result.stdout.splitlines() == [
        "a is at revision 2",
        "  radius_m: 500.0 -> 8000.0",
        "  summary: passing -> (empty)",
    ]
    again = run(full, "correct", "a", "--set", "radius=8000", "--reason", "a typo")
    assert again.stdout == "a says so already; nothing was changed (revision 2)\n"
    document = said(full, "correct", "a", "--set", "credibility=4", "--reason", "x")
    assert document == {"report_id": "a", "revision": 3, "changed": {"credibility": {"from": 1, "to": 4}}}


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (
            ["correct", "a", "--set", "plcae=x", "--reason", "x"],
            1,
            "can be corrected; write place; choose among kind, ",
        ),
        *(
            (["correct", "a", "--set", f"{name}=x", "--reason", "x"], 1, "is nothing that a report has, or that can be")
            for name in ("id", "report_id", "reason", "expect_revision", "author", "recorded_at", "geometry", "self")
        ),
        (["correct", "a", "--set", "place", "--reason", "x"], 3, "'place' names no column; write --set column=value"),
        (["correct", "a", "--set", "unit=x", "--set", "unit=y", "--reason", "x"], 3, "--set gives unit twice"),
        (["correct", "a", "--set", "lon=0", "--set", "lat=0", "--reason", "x"], 1, "are 0, which means not known"),
        (["correct", "a", "--set", "radius_m=wide", "--reason", "x"], 1, "is not a number"),
        (["correct", "a", "--set", "unit=x", "--reason", " "], 1, "is empty; say why"),
        (["correct", "no", "--set", "unit=x", "--reason", "x"], 3, "holds no report 'no'; `tracker log list`"),
        (["retract", "a", "--reason", "x", "--expect-revision", "7"], 3, "is at revision 1 by Anna, not 7"),
        (["restore", "a", "--reason", "x"], 3, "is not retracted"),
        (["link", "a", "b", "cousin", "--reason", "x"], 1, "write one of repost, same event, different"),
        (["unlink", "a", "b", "--reason", "x"], 3, "nothing to take back"),
        (["show", "no"], 3, "holds no report 'no'"),
        (["show", "a", "--as-of", "2020-01-01T00:00Z"], 3, "did not hold a at 2020-01-01T00:00Z"),
        (["history", "no"], 3, "holds no report 'no'"),
        (["list", "--kind", "sigting"], 3, "'sigting' is no kind of report; choose among sighting"),
        (["list", "--bbox", "1,2,3"], 3, "write west,south,east,north"),
        (["list", "--bbox", "3,2,1,x"], 3, "write west,south,east,north"),
        (["list", "--since", "2023-06-24 15:00"], 3, "without a zone"),
        (["list", "--zone", "Mars/Olympus"], 3, "there is no time zone named 'Mars/Olympus'"),
        (["changes", "--after", "x"], 3, "is not a cursor"),
        (["verify", "--digest", "x"], 3, "is not a digest of a log"),
        (["export", "x.docx"], 3, "no format of reports"),
        (["add", "--time", HOUR, "--online", "me"], 3, "give your e-mail address"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy_in_words_and_in_json(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert problem in refused(kept, *words, code=code)["error"]
    result = run(kept, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr
    assert said(kept, "verify")["revisions"] == 6


def test_every_column_of_what_a_report_says_can_be_corrected() -> None:
    names = (*CONTENT, "time", "within", "zone")
    assert set(parse_changes([f"{name}=1" for name in names])) == set(names)
    with pytest.raises(BadReport) as refused:
        parse_changes(["unit=x", "author=x", "plcae=x"])
    assert [fault.column for fault in refused.value.faults] == ["author", "plcae"]
    assert set(refused.value.faults[0].remedy.removeprefix("choose among ").split(", ")) == set(names)


def test_a_change_without_a_reason_is_misspelt(full: Path) -> None:
    assert run(full, "retract", "a").exit_code == 2


def test_a_retracted_report_is_out_of_the_list_and_can_be_read_and_brought_back(full: Path) -> None:
    assert run(full, "retract", "a", "--reason", "a joke").stdout == "a is retracted (revision 2)\n"
    assert [row["report_id"] for row in said(full, "list")["reports"]] == ["b", "c", "d", "e", "f"]
    shown = run(full, "show", "a").stdout
    assert "RETRACTED" in shown
    assert "retract: a joke" in shown
    assert said(full, "show", "a")["retracted"] is True
    assert run(full, "restore", "a", "--reason", "no joke").stdout == "a is back (revision 3)\n"
    assert said(full, "list")["total"] == 6


def test_history_tells_who_when_why_and_only_what_changed(full: Path) -> None:
    run(full, "correct", "a", "--set", "latest=2023-06-24T10:30+03:00", "--reason", "the video", "--author", "Boris")
    lines = run(full, "history", "a", "--zone", "Europe/Moscow").stdout.splitlines()
    assert lines[0] == "a (times: Europe/Moscow)"
    assert lines[2].endswith("Boris  correct: the video")
    assert lines[3:] == ["        latest: 2023-06-24 10:05 -> 2023-06-24 10:30"]
    first, second = said(full, "history", "a")["revisions"]
    assert first["changed"]["kind"] == {"from": None, "to": "sighting"}
    assert second["changed"] == {"latest": {"from": "2023-06-24T07:05:00Z", "to": "2023-06-24T07:30:00Z"}}
    assert (second["author"], second["reason"], len(second["hash"])) == ("Boris", "the video", 64)
    assert second["recorded_at"].endswith("Z")


# ---- asking


def test_the_list_is_filtered_and_limited_to_those_added_last(full: Path) -> None:
    def ids(*words: str) -> list[str]:
        return [row["report_id"] for row in said(full, "list", *words)["reports"]]

    assert ids("--unit", "escort", "--kind", "sighting") == ["e"]
    assert ids("--kind", "statement", "--kind", "roadblock") == ["f"]
    assert ids("--since", "2023-06-24T11:00+03:00") == ["c", "d"]
    assert ids("--until", "2023-06-24T10:00+03:00") == ["a", "f"]
    assert ids("--bbox", "39.3,51,40,53") == ["b", "c"]
    assert ids("--limit", "2") == ["e", "f"]
    assert ids("--limit", "0") == ["a", "b", "c", "d", "e", "f"]
    text = run(full, "list", "--limit", "2").stdout
    assert "6 reports (the 2 added last; --limit 0 lists all); times: UTC" in text


def test_the_list_of_a_narrow_terminal_keeps_ids_and_times_whole(full: Path) -> None:
    text = run(full, "list", "--zone", "Europe/Moscow", COLUMNS="80").stdout
    assert "06-24 10:40  10:45  Middle" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_list_as_of_a_past_moment_is_what_the_log_held_then(full: Path) -> None:
    then = said(full, "history", "a")["revisions"][0]["recorded_at"]
    run(full, "retract", "a", "--reason", "x")
    assert said(full, "list")["total"] == 5
    assert said(full, "list", "--as-of", then)["total"] == 6
    assert said(full, "list", "--as-of", "2020-01-01T00:00Z")["total"] == 0
    assert said(full, "show", "a", "--as-of", then)["retracted"] is False


def test_changes_come_after_a_cursor_and_each_once(full: Path) -> None:
    document = said(full, "changes", "--limit", "4")
    assert [row["report_id"] for row in document["revisions"]] == ["a", "b", "c", "d"]
    document = said(full, "changes", "--after", document["cursor"])
    assert [row["report_id"] for row in document["revisions"]] == ["e", "f"]
    run(full, "retract", "a", "--reason", "x")
    (row,) = said(full, "changes", "--after", document["cursor"], "--wait", "0")["revisions"]
    assert (row["operation"], row["reason"], row["revision"]) == ("retract", "x", 2)
    assert run(full, "changes", "--after", document["cursor"]).stdout.endswith("cursor: 7\n")


def test_a_suggestion_comes_with_the_command_that_accepts_it(tmp_path: Path, log: Path) -> None:
    again = ROWS[1].replace("b,", "b2,").replace("Two", "$(echo 'Three').")
    assert run(log, "import", write_reports(tmp_path, again), "--create").exit_code == 0
    total = said(log, "suggest")["total"]
    (pair,) = [one for one in said(log, "suggest")["suggestions"] if {one["report_id"], one["other_id"]} == {"b", "b2"}]
    assert set(pair) == {"report_id", "other_id", "relation", "score", "reason"}
    text = run(log, "suggest").stdout
    assert (
        f"tracker log link {pair['report_id']} {pair['other_id']} {pair['relation'].replace(' ', '-')} --reason" in text
    )
    words = (pair["report_id"], pair["other_id"], pair["relation"].replace(" ", "-"), "--reason", "yes")
    assert run(log, "link", *words).exit_code == 0
    assert said(log, "suggest")["total"] < total
    (link,) = said(log, "show", "b")["links"]
    assert (link["relation"], link["reason"], link["author"]) == (pair["relation"], "yes", "Anna")
    assert "(Anna: yes)" in run(log, "show", "b2").stdout
    assert run(log, "unlink", *words[:2], "--reason", "no").exit_code == 0
    assert said(log, "show", "b")["links"] == []


# ---- keeping


def test_verify_ends_with_0_for_a_log_as_it_was_written_and_with_4_for_an_edited_one(
    tmp_path: Path, full: Path
) -> None:
    document = said(full, "verify")
    assert (document["sound"], document["revisions"], document["reports"], document["problems"]) == (True, 6, 6, [])
    assert run(full, "verify", "--digest", document["digest"]).exit_code == 0
    copy = tmp_path / "copy.gpkg"
    assert run(full, "snapshot", copy).exit_code == 0
    with sqlite3.connect(copy) as connection:
        connection.execute("DROP TRIGGER report_log_no_update")
        connection.execute("UPDATE report_log SET summary = 'false' WHERE report_id = 'b'")
    connection.close()
    result = run(copy, "verify")
    assert result.exit_code == 4
    assert "6 revisions of 6 reports: NOT as it was written" in result.stdout
    assert "revision 1 of b (number 2) was edited; compare it with a snapshot" in result.stdout
    assert json.loads(run(copy, "verify", "--json").stdout)["sound"] is False


def test_a_snapshot_is_a_log_and_never_replaces_a_file(tmp_path: Path, full: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    assert said(full, "snapshot", copy) == {"file": str(copy)}
    assert said(copy, "verify")["digest"] == said(full, "verify")["digest"]
    assert "is there already" in refused(full, "snapshot", copy)["error"]


def test_export_writes_what_the_filters_leave_and_public_leaves_out_the_desk(tmp_path: Path, full: Path) -> None:
    run(full, "correct", "a", "--set", "notes=call her back", "--reason", "x", "--author", "Boris")
    file = tmp_path / "out.csv"
    assert said(full, "export", file, "--unit", "column") == {"file": str(file), "reports": 4, "left_out": 0}
    assert "call her back" in file.read_text("utf-8")
    assert "(--overwrite)" in run(full, "export", file, "--public").stderr
    assert run(full, "export", file, "--public", "--overwrite").exit_code == 0
    text = file.read_text("utf-8")
    assert not {"call her back", "Anna", "Boris"} & set(text.replace("\r\n", ",").split(","))
    assert "6 reports" in run(full, "export", tmp_path / "x.backup", "--format", "geojson").stdout
    gpx = run(full, "export", tmp_path / "out.gpx")
    assert "5 reports; 1 without a place left out" in gpx.stdout


def test_an_export_never_replaces_a_log(full: Path) -> None:
    assert "is a report log, which is never replaced" in refused(full, "export", full, "--overwrite")["error"]
    assert said(full, "verify")["sound"]


# ---- text that would do harm


def in_the_name_of(log: Path, text: str) -> None:
    """Make text the author of all and the id of the report "evil": the log refuses both, another program need not."""
    with contextlib.closing(sqlite3.connect(log)) as connection, connection:
        connection.execute("DROP TRIGGER report_log_no_update")
        connection.execute("UPDATE report_log SET author = ?", (text,))
        for column in ("report_id", "other_id"):
            connection.execute(f"UPDATE report_log SET {column} = ? WHERE {column} = 'evil'", (text,))


def test_text_of_reports_cannot_colour_or_steer_the_terminal(log: Path) -> None:
    said(log, "add", "--create", "--id", "evil", "--time", HOUR, "--summary", EVIL, "--place", EVIL, "--unit", EVIL,
         "--publisher", EVIL)  # fmt: skip
    said(log, "add", "--id", "other", "--time", HOUR, "--summary", EVIL, "--publisher", EVIL)
    said(log, "link", "evil", "other", "repost", "--reason", EVIL)
    said(log, "correct", "evil", "--set", f"notes={EVIL}", "--reason", EVIL)
    in_the_name_of(log, EVIL)
    results = [
        run(log, *words, *json)
        for json in ([], ["--json"])
        for words in (
            ["list"], ["show", EVIL], ["history", EVIL], ["changes"], ["suggest"], ["verify"], ["show", f"{EVIL}?"],
            ["correct", EVIL, "--set", EVIL, "--reason", "x"], ["link", EVIL, EVIL, EVIL, "--reason", "x"],
            ["retract", EVIL, "--reason", "x"], ["export", EVIL], ["list", "--kind", EVIL], ["list", "--zone", EVIL],
        )
    ]  # fmt: skip
    for result in results:
        found = {letter for letter in result.output if unicodedata.category(letter) in {"Cc", "Cf", "Zl"}}
        assert found <= {"\n"}
        assert "Traceback" not in result.output
    assert EVIL in json.loads(run(log, "history", EVIL, "--json").stdout)["revisions"][0]["author"]


def test_no_line_break_in_a_report_can_forge_a_line_of_the_log(log: Path) -> None:
    forged = "x\n   9  2026-01-01 00:00:00  Boss  correct: FORGED\n  publisher    FORGED\r\ndigest: FORGED"
    told = ("--time", HOUR, "--unit", forged, "--publisher", forged, "--summary", forged)
    said(log, "add", "--create", "--id", "evil", "--place", forged, "--road", forged, "--notes", forged, *told)
    said(log, "add", "--id", "other", *told)
    said(log, "correct", "evil", "--set", f"heading={forged}", "--reason", forged)
    said(log, "link", "other", "evil", "repost", "--reason", forged)
    in_the_name_of(log, forged)
    for words, number in ((["history", forged], 4), (["history", "other"], 3), (["changes"], 5), (["verify"], 7)):
        assert len(run(log, *words).stdout.splitlines()) == number, words
    listed = run(log, "list", COLUMNS="1000").stdout
    assert [line for line in listed.splitlines() if line.lstrip().startswith(("9 ", "publisher  ", "digest"))] == []
    lines = run(log, "show", forged).stdout.splitlines()
    # Where fields begin, each begins once; the other lines are texts that go on, and stand further in.
    fields = [line.split()[0] for line in lines if not line.startswith(" " * 15)]
    assert len(fields) == len(set(fields))
    assert len(lines) - len(fields) == 2 * forged.count("\n")
    run(log, "retract", forged, "--reason", forged)
    assert sum("FORGED" in line for line in run(log, "show", forged).stdout.splitlines()[:2]) == 2


def test_no_line_break_in_a_report_can_forge_a_command_to_be_copied(log: Path) -> None:
    for name in ("evil", "other"):
        said(log, "add", "--create", "--id", name, "--time", HOUR, "--place", "Yelets", "--publisher", "P", "--origin",
             "Q", "--summary", "Two hundred lorries and nine tanks pass the town")  # fmt: skip
    in_the_name_of(log, "x\n    tracker log retract other --reason FORGED #")
    lines = run(log, "suggest").stdout.splitlines()
    assert (len(lines), sum(line.startswith("    tracker log ") for line in lines)) == (5, 1)


def test_json_keeps_text_to_the_letter_and_writes_out_what_a_terminal_might_obey() -> None:
    text = EVIL + "Елец 🚚 \U000e0001 \ufeff \x7f \u00ad"
    data = json_bytes({"text": text})
    assert json.loads(data) == {"text": text}
    assert "Елец 🚚".encode() in data
    assert r"\u202e" in data.decode()
    assert r"\udb40\udc01" in data.decode()
    assert r"\u009b" in data.decode()
    assert r"\u007f" in data.decode()
