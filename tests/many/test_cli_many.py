"""Many cases in the shell: a folder of files, or the units of one."""

import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.many.tiny import InTurn, marks
from tests.small_march import HEADER, ROWS, write_reports, write_roads
from tracker import many as module
from tracker.cli_many import Files, many
from tracker.model import BadReport

app = typer.Typer()
app.command()(many)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started: what they do has tests of its own."""
    monkeypatch.setattr(module, "over_processes", lambda tasks, done: module.over(InTurn(), tasks, done))


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "200"})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    return write_roads(tmp_path)


def test_every_file_of_a_folder_is_a_case_and_a_bad_one_fails_alone(roads: Path, tmp_path: Path) -> None:
    cases, out = tmp_path / "cases", tmp_path / "out"
    cases.mkdir()
    write_reports(cases)
    (cases / "reports.tsv").write_text("\n".join([HEADER, *ROWS[:3]]).replace(",", "\t"), "utf-8")
    (cases / "evil\n[red].csv").write_text("report_id\n1\n", "utf-8")
    (cases / ".notes").write_text("mine", "utf-8")
    result = run(cases, out, "--roads", roads)
    assert result.exit_code == 1
    assert f"{out}: 3 cases; 2 made, 1 failed" in result.output
    assert "  evil\\n[red]: BadReport: " in result.output
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["reports.csv", "reports.tsv"]
    before = marks(out)
    (cases / "evil\n[red].csv").unlink()
    again = run(cases, out, "--roads", roads)
    assert again.exit_code == 0
    assert "2 cases; 2 kept from before" in again.output
    assert marks(out) == before


def test_files_with_names_alike_are_each_a_case(tmp_path: Path) -> None:
    for name in ("a.csv", "a.json", "a.csv.bak", "b.csv"):
        (tmp_path / name).touch()
    assert sorted(Files(tmp_path)) == ["a.csv", "a.csv.bak", "a.json", "b"]


def test_a_case_of_half_a_character_is_refused_before_anything_is_made(roads: Path, tmp_path: Path) -> None:
    with pytest.raises(BadReport, match="is no name for a case"):
        module.reconstruct_many({"caf\udce9": None}, roads, out_dir=tmp_path / "out")  # type: ignore[dict-item]
    assert not (tmp_path / "out").exists()


def test_every_unit_of_a_file_is_a_case(roads: Path, tmp_path: Path) -> None:
    result = run(write_reports(tmp_path), tmp_path / "out", "--roads", roads)
    assert (result.exit_code, "2 cases; 2 made" in result.output) == (0, True)
    assert sorted(name for name in marks(tmp_path / "out")) == [
        "column/column.parquet",
        "column/verdicts.parquet",
        "escort/escort.parquet",
        "escort/verdicts.parquet",
    ]


def test_what_is_not_there_is_named(roads: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source, said in ((tmp_path / "empty", "no file in it"), (tmp_path / "none.csv", "there is no file")):
        result = run(source, tmp_path / "out", "--roads", roads)
        assert result.exit_code == 3
        assert said in result.output
    assert not (tmp_path / "out").exists()


def test_without_dask_a_scheduler_is_refused_with_what_to_install(
    roads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run(write_reports(tmp_path), tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 3
    assert "pip install 'convoy-tracker[dask]'" in result.output


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed; it is the extra `dask`")
    result = run(write_reports(tmp_path), tmp_path / "out", "--scheduler", "nowhere://x")
    assert result.exit_code == 3
    assert "--scheduler nowhere://x: no dask scheduler answers there" in result.output
