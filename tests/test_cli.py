"""The command line says what it did, and says what to do when it refuses."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.small_march import HEADER, HOSTILE, ROWS, write_reports, write_roads
from tracker import cli

ROOT = Path(__file__).resolve().parents[1]


def tracker(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], env={"COLUMNS": "200"})


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def keep_log(folder: Path) -> Path:
    """The small march in a report log."""
    path = folder / "log.gpkg"
    result = tracker("log", "import", write_reports(folder), "--log", path, "--create", "--author", "Anna")
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def march(tmp_path: Path) -> list[str | Path]:
    """Options that name a small march."""
    return ["--reports", write_reports(tmp_path), "--roads", write_roads(tmp_path)]


# ---- help


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys, tracker.cli\ntry: tracker.cli.app(['--help'])\nexcept SystemExit: print(*sys.modules, sep='\\n')"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.splitlines())
    assert "tracker.cli" in loaded
    assert {"pandas", "geopandas", "numba", "streamlit", "folium", "osmnx"} & loaded == set()


def test_every_command_tells_its_options() -> None:
    for command, option in (("export", "--reports"), ("check", "FILE"), ("serve", "--port")):
        result = tracker(command, "--help")
        assert (result.exit_code, option in result.output) == (0, True)


@pytest.mark.parametrize("words", [["march"], ["check"], ["serve", "--port", "0"], ["export", "--seed", "x"]])
def test_a_misspelt_command_ends_with_2(words: list[str]) -> None:
    assert tracker(*words).exit_code == 2


# ---- check


def test_check_says_what_a_sound_file_holds(tmp_path: Path) -> None:
    result = tracker("check", write_reports(tmp_path))
    assert result.exit_code == 0
    assert "reports.csv: 6 reports, no fault, 2023-06-24 to 2023-06-24 (UTC)" in result.stdout
    assert "column sighting 4 0 4 06-24 07:00 06-24 08:25" in squeezed(result.stdout)
    assert "(none named) statement 1 1 1" in squeezed(result.stdout)


def test_check_lists_every_fault_with_its_remedy_and_ends_with_1(tmp_path: Path) -> None:
    bad = [
        ROWS[0].replace("a,sighting", "x,sigting").replace("+03:00,2", ",2"),
        ROWS[1].replace("b,", "a,").replace("52.0", "152.0"),
    ]
    result = tracker("check", write_reports(tmp_path, *bad))
    assert result.exit_code == 1
    text = squeezed(result.stdout)
    assert "reports.csv: 4 faults found" in text
    for words in (
        "row 8, column kind: sigting is not a kind that is known -> write sighting",
        "row 8, column earliest: 2023-06-24T10:00 has no time zone -> add the offset: 2023-06-24T10:00+03:00 if Moscow",
        "row 9, column report_id: a is also the id in row 2",
        "row 9, column lat: 152.0",
    ):
        assert words in text


def test_check_reads_the_exports_of_others_and_says_how(tmp_path: Path) -> None:
    file = tmp_path / "acled.csv"
    header = (
        "event_id_cnty,event_date,time_precision,disorder_type,event_type,sub_event_type,actor1,country,location,"
        "latitude,longitude,geo_precision,source,notes,fatalities"
    )
    row = "RUS1,24 June 2023,1,Political violence,Battles,Clash,Wagner,Russia,Voronezh,51.67,39.2,1,Reuters,A clash,0"
    rows = [header, row]
    file.write_text("\n".join(rows), "utf-8")
    told = tracker("check", file)
    assert (told.exit_code, "read it with --profile acled" in squeezed(told.stdout)) == (1, True), told.output
    result = tracker("check", file, "--profile", "acled")
    assert (result.exit_code, "acled.csv: 1 report, no fault" in squeezed(result.stdout)) == (0, True), result.output


def test_a_remedy_for_many_rows_is_said_once(tmp_path: Path) -> None:
    bad = [ROWS[0].replace("a,sighting", f"x{i},sigting") for i in range(10)]
    result = tracker("check", write_reports(tmp_path, *bad))
    assert squeezed(result.stdout).count("write sighting") == 1
    assert "rows 8, 9, 10, 11, 12, 13, 14, 15 and 2 more, column kind: sigting is not" in squeezed(result.stdout)


def test_example_times_stay_whole_in_a_narrow_terminal(tmp_path: Path) -> None:
    path = write_reports(tmp_path, ROWS[0].replace("a,", "x,").replace("2023-06-24T10:00+03:00", "24.06.2023 10:00"))
    narrow = CliRunner().invoke(cli.app, ["check", str(path)], env={"COLUMNS": "40"})
    lines = narrow.stdout.splitlines()
    assert max(map(len, lines[1:])) <= 40
    assert any("2023-06-24T10:00+03:00" in line for line in lines)


def test_what_is_only_odd_is_said_and_ends_with_0(tmp_path: Path) -> None:
    far = ROWS[4].replace("e,", "x,").replace("10:30", "11:30").replace("10:35", "11:35").replace("39.0,", "49.0,")
    result = tracker("check", write_reports(tmp_path, far))
    assert result.exit_code == 0
    text = squeezed(result.stdout)
    assert "7 reports, no fault" in text
    assert "Worth a second look (2); the file can be used as it is: row 5, column earliest: d would need 809" in text
    assert "row 8, column earliest: x would need 633 km/h from e, the report before of its unit -> check" in text


def test_text_of_reports_cannot_colour_or_steer_the_terminal(tmp_path: Path) -> None:
    evil = "[red]x[/]\x1b[31m\x1b]0;owned\x07\u202ecod"
    fault = tracker("check", write_reports(tmp_path, ROWS[0].replace("a,sighting", f"x,{evil}")))
    clean = tracker("check", write_reports(tmp_path, ROWS[0].replace("a,sighting,column", f"x,sighting,{evil}")))
    assert (fault.exit_code, clean.exit_code) == (1, 0)
    for result in (fault, clean):
        assert not {"\x1b", "\x07", "\u202e"} & set(result.output)
        assert r"[red]x[/]\x1b[31m\x1b]0;owned\x07\u202ecod" in result.output


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "is empty"), (b"\x89PNG\r\n\x1a\n\0\0", "is a picture, not CSV"), (HEADER.encode(), "no reports")],
)
def test_a_file_that_is_no_table_of_reports_is_a_fault(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "reports.csv"
    file.write_bytes(content)
    result = tracker("check", file)
    assert (result.exit_code, problem in squeezed(result.stdout)) == (1, True)


def test_a_missing_file_is_named_without_a_traceback(tmp_path: Path) -> None:
    result = tracker("check", tmp_path / "nothing.csv")
    assert result.exit_code == 3
    assert "there is no file" in result.stderr
    assert "nothing.csv" in result.stderr
    assert "Traceback" not in result.output


# ---- export


def test_export_writes_one_page_and_says_what_it_holds(tmp_path: Path, march: list[str | Path]) -> None:
    page = tmp_path / "page.html"
    result = tracker("export", page, *march, "--title", "A napkin", "--credit", "Me", "--zone", "Europe/Moscow")
    assert result.exit_code == 0, result.output
    assert "page.html: 2 units; 6 reports: 4 place a column and agree, 1 doubted" in squeezed(result.stdout)
    assert "1 does not move a track (1 statement)" in squeezed(result.stdout)
    assert result.stderr == ""
    text = page.read_text("utf-8")
    assert "<title>A napkin</title>" in text
    assert "MSK" in text


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page_of_the_bundled_case_is_light_enough_for_a_phone(tmp_path: Path, lang: str) -> None:
    page = tmp_path / "page.html"
    assert tracker("export", page, "--lang", lang).exit_code == 0
    assert page.stat().st_size <= 500_000


def test_reports_of_your_own_are_shown_in_utc_and_without_the_bundled_title(
    tmp_path: Path, march: list[str | Path]
) -> None:
    page = tmp_path / "page.html"
    assert tracker("export", page, *march).exit_code == 0
    text = page.read_text("utf-8")
    assert '"zone":{"name":"UTC",' in text.replace(" ", "")
    assert cli.BUNDLED_TITLE not in text


def test_the_same_seed_writes_the_same_page(tmp_path: Path, march: list[str | Path]) -> None:
    pages = [tmp_path / name for name in ("one.html", "two.html", "other.html")]
    for page, seed in zip(pages, ("1", "1", "2"), strict=True):
        assert tracker("export", page, *march, "--seed", seed).exit_code == 0
    one, two, other = (page.read_bytes() for page in pages)
    assert one == two != other


def test_hostile_text_reaches_the_page_only_as_data(tmp_path: Path) -> None:
    reports = write_reports(tmp_path, ROWS[0].replace("a,", "x,").replace("passing", HOSTILE))
    page = tmp_path / "page.html"
    assert tracker("export", page, "--reports", reports, "--roads", write_roads(tmp_path)).exit_code == 0
    text = page.read_text("utf-8")
    assert "{{7*7}}" in text
    assert "<script>alert(1)" not in text


def test_reports_and_roads_that_do_not_belong_together_are_warned_of(tmp_path: Path) -> None:
    reports = tmp_path / "reports.csv"
    away = [row.replace("52.0,", "42.0,") if "escort" in row else row for row in ROWS]
    reports.write_text("\n".join([HEADER, *away]), "utf-8")
    result = tracker("export", tmp_path / "page.html", "--reports", reports, "--roads", write_roads(tmp_path))
    assert result.exit_code == 0, result.output
    assert "1 unit; 6 reports" in squeezed(result.stdout)
    said = squeezed(result.stderr)
    assert "warning: escort: no track could be made; no road is near its only report with a place." in said
    assert "warning: 1 of 5 reports with a place lies more than 3 radii and 10 km from every road" in said
    assert "belong together?" in said


def test_a_language_without_words_is_refused_with_those_that_have_some(tmp_path: Path) -> None:
    result = tracker("export", tmp_path / "page.html", "--lang", "fr")
    assert result.exit_code == 2
    assert "'en'" in result.stderr
    assert "'ru'" in result.stderr
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("page", "problem"),
    [(".", "is a folder"), ("nowhere/page.html", "is not there; make it"), ("reports.csv", "does not end in .html")],
)
def test_a_page_that_should_not_be_written_is_refused_with_a_remedy(tmp_path: Path, page: str, problem: str) -> None:
    before = write_reports(tmp_path).read_bytes()
    result = tracker("export", tmp_path / page)
    assert (result.exit_code, problem in squeezed(result.stderr)) == (3, True)
    assert (tmp_path / "reports.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["reports.csv"]


def test_faults_in_the_reports_end_export_with_1_and_no_page(tmp_path: Path, march: list[str | Path]) -> None:
    write_reports(tmp_path, ROWS[0])
    result = tracker("export", tmp_path / "page.html", *march)
    assert (result.exit_code, "is also the id in row 2" in squeezed(result.stderr)) == (1, True)
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--reports", "nothing.csv", "there is no file"),
        ("--roads", "nothing.osm", "nothing.osm"),
        ("--roads", "reports.csv", "reports.csv"),
        ("--zone", "Mars/Olympus", "there is no time zone named 'Mars/Olympus'"),
        ("--zone", "../etc/passwd", "there is no time zone"),
    ],
)
def test_what_export_cannot_use_is_named_and_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, value: str, problem: str
) -> None:
    write_reports(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = tracker("export", "page.html", option, value)
    assert (result.exit_code, problem in squeezed(result.stderr)) == (3, True)
    assert "Traceback" not in result.output
    assert not Path("page.html").exists()


def test_the_reports_of_a_log_can_be_drawn(tmp_path: Path, march: list[str | Path]) -> None:
    log = keep_log(tmp_path)
    page = tmp_path / "page.html"
    result = tracker("export", page, "--log", log, *march[2:])
    assert result.exit_code == 0, result.output
    assert "2 units; 6 reports" in squeezed(result.stdout)
    text = page.read_text("utf-8")
    assert '"zone":{"name":"UTC",' in text.replace(" ", "")
    assert cli.BUNDLED_TITLE not in text


@pytest.mark.parametrize("command", [["export", "page.html"], ["serve"]])
def test_reports_and_a_log_cannot_be_given_both(tmp_path: Path, march: list[str | Path], command: list[str]) -> None:
    result = tracker(*command, *march, "--log", keep_log(tmp_path))
    assert (result.exit_code, "give one of the two" in result.stderr) == (3, True)


@pytest.mark.parametrize("command", [["export", "page.html"], ["serve"]])
def test_a_log_that_is_not_there_is_refused_and_not_made(tmp_path: Path, command: list[str]) -> None:
    result = tracker(*command, "--log", tmp_path / "no.gpkg")
    assert (result.exit_code, "there is no report log" in result.stderr) == (3, True)
    assert list(tmp_path.iterdir()) == []


# ---- serve


def test_serve_tells_the_dashboard_of_the_log_and_of_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environments: list[dict[str, str]] = []
    monkeypatch.setattr(cli, "_run", lambda _, environment: environments.append(environment) or 0)
    monkeypatch.chdir(tmp_path)
    keep_log(tmp_path)
    result = tracker("serve", "--log", "log.gpkg", "--author", "Anna", "--port", "18502")
    assert result.exit_code == 0, result.output
    assert tracker("serve", "--port", "18502").exit_code == 0
    with_log, without = environments
    assert with_log["TRACKER_LOG"] == str(tmp_path / "log.gpkg")
    assert (with_log["TRACKER_AUTHOR"], with_log["TRACKER_ZONE"]) == ("Anna", "UTC")
    assert (with_log["TRACKER_TITLE"], with_log["TRACKER_REPORTS"]) == ("", "")
    assert (without["TRACKER_LOG"], without["TRACKER_TITLE"]) == ("", cli.BUNDLED_TITLE)


def test_serve_starts_streamlit_for_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, march: list[str | Path]
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(cli, "_run", lambda command, environment: started.append((command, environment)) or 0)
    result = tracker("serve", *march, "--port", "18501", "--zone", "Europe/Kyiv")
    assert result.exit_code == 0, result.output
    ((command, environment),) = started
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert {"--server.address=localhost", "--server.port=18501", "--browser.gatherUsageStats=false"} <= set(command)
    assert environment["TRACKER_REPORTS"] == str(tmp_path / "reports.csv")
    assert environment["TRACKER_ROADS"] == str(tmp_path / "roads.osm")
    assert environment["TRACKER_ZONE"] == "Europe/Kyiv"
    assert "http://localhost:18501" in result.stdout


def test_serve_refuses_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = tracker("serve", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, "is taken" in result.stderr) == (3, True)


def test_serve_refuses_reports_that_are_not_there(tmp_path: Path) -> None:
    result = tracker("serve", "--reports", tmp_path / "nothing.csv")
    assert (result.exit_code, "there is no file" in result.stderr) == (3, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a program without telling it")
def test_a_program_started_ends_with_the_one_that_started_it() -> None:
    child = "import os, sys, signal; print(os.getpid(), flush=True); signal.pause()"
    code = f"from tracker import cli; import os, sys; cli._run([sys.executable, '-c', {child!r}], dict(os.environ))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        parent.terminate()
        parent.wait(60)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
