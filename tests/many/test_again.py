"""A run that broke off is run again: what is made of the same is kept, everything else is made."""

import subprocess
import sys
from concurrent.futures import BrokenExecutor, CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.many import tiny
from tests.many.tiny import MEMBERS, InTurn, digest, hidden, march, marks
from tracker.many import WorkersLost, reconstruct_many
from tracker.model import Conflict


def many(cases: Any, roads: Any, out: Path, **options: Any) -> pd.DataFrame:
    return reconstruct_many(cases, roads, out_dir=out, **{"executor": InTurn(), "members": MEMBERS, **options})


def test_a_second_run_keeps_every_file_and_sends_nobody_to_work(roads: Path, tmp_path: Path) -> None:
    cases = {"a": march(0), "b": march(1)}
    first = many(cases, roads, tmp_path)
    before, executor = marks(tmp_path), InTurn()
    second = many(cases, roads, tmp_path, executor=executor)
    assert second.state.tolist() == ["kept", "kept"]
    assert second.files.tolist() == first.files.tolist()
    assert marks(tmp_path) == before
    assert executor.seen == []


@pytest.mark.parametrize("what", ["reports", "seed", "members", "roads", "program"])
def test_a_case_made_of_something_else_is_made_again(
    roads: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many({"a": march(0), "b": march(1)}, roads, tmp_path / "out")
    cases = {"a": march(0), "b": march(1)}
    options: dict[str, Any] = {}
    if what == "reports":
        cases["b"] = march(2)
    elif what == "roads":
        roads = tiny.roads(tmp_path / "other", ref="M2")
    elif what == "program":
        for module in ("tracker.many", "tracker.many_cases"):
            monkeypatch.setattr(f"{module}.program", lambda: "99.0")
    else:
        options = {"seed": {"seed": 1}, "members": {"members": MEMBERS + 1}}[what]
    states = many(cases, roads, tmp_path / "out", **options).state.tolist()
    assert states == (["kept", "made"] if what == "reports" else ["made", "made"])


@pytest.mark.parametrize("file", ["column.parquet", "verdicts.parquet"])
@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "foreign", "older", "swapped"])
def test_a_case_with_a_file_that_is_gone_or_damaged_is_made_again(
    roads: Path, tmp_path: Path, file: str, harm: str
) -> None:
    many({"a": march()}, roads, tmp_path / "x")
    before, path = digest(tmp_path / "x"), tmp_path / "x" / "a" / file
    if harm == "gone":
        path.unlink()
    elif harm == "foreign":
        pd.DataFrame({"a": [1]}).to_parquet(path)
    elif harm == "swapped":
        (other,) = {*path.parent.iterdir()} - {path}
        path.write_bytes(other.read_bytes())
    elif harm == "older":
        many({"a": march(3)}, roads, tmp_path / "y")
        path.write_bytes((tmp_path / "y" / "a" / file).read_bytes())
    else:
        path.write_bytes(path.read_bytes()[: 0 if harm == "empty" else -100])
    assert many({"a": march()}, roads, tmp_path / "x").state.tolist() == ["made"]
    assert digest(tmp_path / "x") == before


def test_the_track_of_a_unit_that_is_no_more_goes_and_a_stranger_s_file_stays(roads: Path, tmp_path: Path) -> None:
    many({"a": march(units=("column", "escort"))}, roads, tmp_path)
    (tmp_path / "a" / "notes.parquet").write_bytes(b"mine")
    many({"a": march()}, roads, tmp_path)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "column.parquet", "notes.parquet", "verdicts.parquet",
    ]  # fmt: skip


def test_roads_replaced_in_their_folder_are_opened_anew_by_a_worker_that_lives_on(tmp_path: Path) -> None:
    place = tiny.roads(tmp_path, ref="M1")
    with ThreadPoolExecutor(1) as pool:
        many({"a": march()}, place, tmp_path / "x", executor=pool)
        tiny.roads(tmp_path, ref="M2")
        made = many({"a": march()}, place, tmp_path / "x", executor=pool)
        assert made.state.tolist() == ["made"]
    many({"a": march()}, place, tmp_path / "y")
    assert digest(tmp_path / "x") == digest(tmp_path / "y")


def test_roads_replaced_while_the_run_goes_on_are_refused(tmp_path: Path) -> None:
    place = tiny.roads(tmp_path, ref="M1")
    (made,) = many(
        {"a": march()}, place, tmp_path / "x", executor=InTurn(lambda task: tiny.roads(tmp_path, ref="M2") and None)
    ).itertuples()
    assert made.state == "failed"
    assert "not the roads of the run" in made.reason


def test_a_worker_that_sees_another_folder_makes_nothing_there(roads: Path, tmp_path: Path) -> None:
    def elsewhere(task: Any) -> None:
        Path(task.scratch).rmdir()

    (made,) = many({"a": march()}, roads, tmp_path, executor=InTurn(elsewhere)).itertuples()
    assert made.state == "failed"
    assert "workers must see the same folder" in made.reason
    assert not (tmp_path / "a").exists()


def test_a_disk_that_refuses_leaves_no_half_file(roads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(table: gpd.GeoDataFrame, stream: Any, **_: object) -> None:
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(gpd.GeoDataFrame, "to_parquet", full)
        (made,) = many({"a": march()}, roads, tmp_path).itertuples()
    assert (made.state, made.reason) == ("failed", "OSError: [Errno 28] No space left on device")
    assert [*tmp_path.rglob("*.parquet"), *hidden(tmp_path)] == []
    assert many({"a": march()}, roads, tmp_path).state.tolist() == ["made"]


# ---- who ends early


class Gone(InTurn):
    """Does one task, and then no more."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def submit(self, work: Any, /, *told: Any, **options: Any) -> Future[Any]:
        if not self.seen:
            return super().submit(work, *told, **options)
        future: Future[Any] = Future()
        if isinstance(self.error, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize("error", [CancelledError(), BrokenExecutor("all dead")], ids=["cancelled", "broken"])
def test_workers_that_are_lost_end_the_run_with_what_to_do_and_the_next_goes_on(
    roads: Path, tmp_path: Path, error: BaseException
) -> None:
    cases = {str(at): march(at) for at in range(3)}
    with pytest.raises(WorkersLost, match="with 1 of 3 cases done, which are kept; run it again"):
        many(cases, roads, tmp_path, executor=Gone(error))
    before = marks(tmp_path)
    assert many(cases, roads, tmp_path).state.tolist() == ["kept", "made", "made"]
    assert before.items() <= marks(tmp_path).items()


def test_an_executor_that_is_shut_down_is_told_as_such(roads: Path, tmp_path: Path) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(WorkersLost, match="after shutdown"):
        many({"a": march()}, roads, tmp_path, executor=pool)


def test_a_worker_killed_by_one_case_alone_fails_that_case(roads: Path, tmp_path: Path) -> None:
    (first, second) = many({"a": march(), "b": march()}, roads, tmp_path, executor=Gone(MemoryError("b"))).itertuples()
    assert (first.state, second.state, second.reason) == ("made", "failed", "MemoryError: b")


def test_an_interrupt_takes_back_what_was_not_begun(roads: Path, tmp_path: Path) -> None:
    cases = {str(at): march(at) for at in range(8)}

    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        many(cases, roads, tmp_path, executor=pool, progress=interrupt)
    states = many(cases, roads, tmp_path).state.tolist()
    # The second may have been under way, and finished or not.
    assert states[0] == "kept"
    assert states[3:] == ["made"] * 5
    assert hidden(tmp_path) == []


# ---- two at once


def test_two_runs_do_not_write_into_one_folder(roads: Path, tmp_path: Path) -> None:
    def second(task: Any) -> None:
        with pytest.raises(Conflict, match="another run is writing there"):
            many({"b": march()}, roads, tmp_path)

    assert many({"a": march()}, roads, tmp_path, executor=InTurn(second)).state.tolist() == ["made"]
    assert many({"b": march()}, roads, tmp_path).state.tolist() == ["made"]


HOLD = """
import sys
from pathlib import Path
from tracker.many_files import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_of_another_process_keeps_the_folder_until_it_dies(roads: Path, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Conflict):
            many({"a": march()}, roads, tmp_path)
        assert len(hidden(tmp_path)) == 1
        holder.kill()
    assert many({"a": march()}, roads, tmp_path).state.tolist() == ["made"]
    assert hidden(tmp_path) == []
