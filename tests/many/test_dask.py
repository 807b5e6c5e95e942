"""Many cases over a dask cluster: workers and schedulers may be killed, and no file shows it."""

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("distributed", reason="dask is not installed; it is the extra `dask`")

from tests.many.cluster import dask_cluster
from tests.many.tiny import LONGEST_S, MEMBERS, Gated, InTurn, digest, hidden, march, marks, wait_for
from tracker.many import WorkersLost, reconstruct_many

CASES = {f"case {at}": march(at) for at in range(6)}


@pytest.fixture(scope="module")
def alone(roads: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of what one process makes, one case after the other."""
    out = tmp_path_factory.mktemp("alone")
    reconstruct_many(CASES, roads, out_dir=out, executor=InTurn(), members=MEMBERS)
    assert len(marks(out)) == 2 * len(CASES)
    return digest(out)


class Running(Thread):
    """A run that goes on while the test does something to it."""

    def __init__(self, roads: Path, out: Path, executor: Any, **options: Any) -> None:
        super().__init__(daemon=True)
        self.told = {
            "cases": CASES,
            "roads": roads,
            "out_dir": out,
            "executor": executor,
            "members": MEMBERS,
            **options,
        }
        self.states: list[str] = []
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.states = reconstruct_many(**self.told).state.tolist()
        except BaseException as error:
            self.error = error

    def ended(self) -> "Running":
        self.join(LONGEST_S)
        assert not self.is_alive(), "the run hangs"
        return self


def test_a_worker_killed_with_a_case_in_its_hands_changes_no_byte(roads: Path, tmp_path: Path, alone: str) -> None:
    with dask_cluster(tmp_path / "dask") as (cluster, client):
        gate = Gated(client.get_executor(), tmp_path / "gate")
        going = Running(roads, tmp_path / "out", gate)
        begun = wait_for(lambda: len(found := gate.begun()) >= 2 and found, "both workers to begin a case")
        assert set(begun.values()) == {worker.pid for worker in cluster.workers}
        cluster.kill_worker(begun[min(begun)])
        gate.open()
        assert going.ended().error is None
        assert going.states == ["made"] * len(CASES)
        # The case that it had was begun again, by the other.
        assert set(gate.begun().values()) - {begun[min(begun)]} == {begun[max(begun)]}
        assert gate.begun()[min(begun)] == begun[max(begun)]
        if (maps := Path(f"/proc/{begun[max(begun)]}/maps")).is_file():
            assert str(roads / "vertex_lon.npy") in maps.read_text()
    assert digest(tmp_path / "out") == alone
    assert hidden(tmp_path / "out") == []


def test_a_run_whose_scheduler_dies_ends_with_an_error_and_a_new_cluster_goes_on(
    roads: Path, tmp_path: Path, alone: str
) -> None:
    out = tmp_path / "out"
    with dask_cluster(tmp_path / "first") as (cluster, client):

        def kill(done: int, of: int) -> None:
            if done == 3:
                cluster.kill_scheduler()

        going = Running(roads, out, client.get_executor(), progress=kill).ended()
    assert isinstance(going.error, WorkersLost)
    assert "of 6 cases done, which are kept; run it again" in str(going.error)
    assert hidden(out) == []
    # A case under way when the scheduler died may have been finished all the same.
    before = {name: mark for name, mark in marks(out).items() if (out / name).with_name("verdicts.parquet").is_file()}
    assert 2 * 3 <= len(before) < 2 * len(CASES)
    with dask_cluster(tmp_path / "second", workers=1) as (_, client):
        again = Running(roads, out, client.get_executor()).ended()
    assert again.error is None
    assert again.states.count("kept") == len(before) // 2
    assert again.states.count("made") == len(CASES) - len(before) // 2
    assert before.items() <= marks(out).items()
    assert digest(out) == alone
