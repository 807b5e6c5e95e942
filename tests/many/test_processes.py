"""Many cases over processes of this machine: killed, interrupted or not, the files are whole and the same."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.many.tiny import LONGEST_S, MEMBERS, Deadly, InTurn, digest, hidden, march, marks, wait_for
from tracker import many_workers
from tracker.many import WorkersLost, reconstruct_many

CASES = {f"case {at}": march(at) for at in range(4)}

SCRIPT = """
import sys
from pathlib import Path
from tests.many.tiny import MEMBERS, march
from tracker.many import reconstruct_many

def main():
    cases = {f"case {at}": march(at) for at in range(int(sys.argv[3]))}
    reconstruct_many(cases, Path(sys.argv[1]), out_dir=Path(sys.argv[2]), members=MEMBERS)

"""
GUARDED = SCRIPT + 'if __name__ == "__main__":\n    main()\n'
UNGUARDED = SCRIPT + "main()\n"


@pytest.fixture(scope="module")
def alone(roads: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of what one process makes, one case after the other."""
    out = tmp_path_factory.mktemp("alone")
    reconstruct_many(CASES, roads, out_dir=out, executor=InTurn(), members=MEMBERS)
    return digest(out)


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of processes on any machine."""
    monkeypatch.setattr(many_workers, "_processors", lambda: 2)


def test_a_process_that_is_killed_changes_no_byte(roads: Path, tmp_path: Path, alone: str) -> None:
    killed = []

    def kill_one(done: int, of: int) -> None:
        if done == 1:
            child = multiprocessing.active_children()[0]
            child.kill()
            killed.append(child.pid)

    made = reconstruct_many(CASES, roads, out_dir=tmp_path, members=MEMBERS, progress=kill_one)
    assert len(killed) == 1
    assert made.state.tolist() == ["made"] * len(CASES)
    assert digest(tmp_path) == alone
    assert hidden(tmp_path) == []


def test_a_case_that_kills_its_process_fails_and_stops_no_other(roads: Path, tmp_path: Path) -> None:
    deadly = march()
    deadly.attrs["payload"] = Deadly()
    cases = {"first": deadly, **CASES}
    made = reconstruct_many(cases, roads, out_dir=tmp_path, members=MEMBERS).set_index("case")
    assert made.state.to_dict() == {"first": "failed", **dict.fromkeys(CASES, "made")}
    assert "killed twice" in made.reason["first"]


def start(script: str, roads: Path, out: Path, cases: int, tmp_path: Path) -> "subprocess.Popen[str]":
    (tmp_path / "script.py").write_text(script, "utf-8")
    return subprocess.Popen(
        [sys.executable, tmp_path / "script.py", roads, out, str(cases)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_script_that_forgot_its_guard_is_told_so_at_once(roads: Path, tmp_path: Path) -> None:
    with start(UNGUARDED, roads, tmp_path / "out", 3, tmp_path) as script:
        _, said = script.communicate(timeout=LONGEST_S)
    assert script.returncode == 1
    assert said.splitlines()[-1].startswith(f"{WorkersLost.__module__}.{WorkersLost.__name__}: ")
    assert 'below `if __name__ == "__main__":`' in said.splitlines()[-1]


def some_but_not_all(out: Path) -> bool:
    return len([*out.glob("*/verdicts.parquet")]) > 0


def test_ctrl_c_lets_the_cases_under_way_be_finished_and_begins_no_other(roads: Path, tmp_path: Path) -> None:
    out, cases = tmp_path / "out", 60
    with start(GUARDED, roads, out, cases, tmp_path) as script:
        wait_for(lambda: some_but_not_all(out), "the first case")
        os.killpg(script.pid, signal.SIGINT)
        _, said = script.communicate(timeout=LONGEST_S)
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert said.count("Traceback") == 1
    made = [path.parent for path in out.glob("*/verdicts.parquet")]
    assert 0 < len(made) < cases
    assert sorted(made) == sorted(path for path in out.iterdir() if path.name != ".lock")


def test_a_run_killed_at_any_moment_is_taken_up_by_the_next(roads: Path, tmp_path: Path, alone: str) -> None:
    out = tmp_path / "out"
    with start(GUARDED, roads, out, len(CASES), tmp_path) as script:
        wait_for(lambda: some_but_not_all(out), "the first case")
        os.killpg(script.pid, signal.SIGKILL)
        script.communicate(timeout=LONGEST_S)
    before = {name: mark for name, mark in marks(out).items() if (out / name).with_name("verdicts.parquet").is_file()}
    assert before
    states = reconstruct_many(CASES, roads, out_dir=out, executor=InTurn(), members=MEMBERS).state.tolist()
    assert states.count("kept") == len(before) // 2
    assert before.items() <= marks(out).items()
    assert digest(out) == alone
    assert hidden(out) == []
