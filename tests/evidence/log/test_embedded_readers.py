"""Other programs, threads and processes read the embedded log while it is written."""

import shutil
import subprocess
import threading
import warnings
from collections.abc import Generator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest

from tests.evidence.log.writers import add, of_ids, other_processes, puppets, received, write_on
from tracker.evidence.log import open_log


@pytest.fixture
def path(tmp_path: Path) -> str:
    name = str(tmp_path / "march.gpkg")
    with open_log(name, create=True, author="Anna") as log:
        log.add(of_ids(["first"]))
    return name


@pytest.fixture
def writing(path: str) -> Generator[list[Connection]]:
    """What four processes acknowledge, which write until the test is over."""
    with started(path, 4, most=1_000_000) as (pipes, _):
        yield pipes


class started:
    """Writers that have begun together; killed at the end if they are not through."""

    def __init__(self, path: str, count: int, *, most: int) -> None:
        context = other_processes()
        self.begin = begin = context.Barrier(count)
        self.pipes: list[Connection] = []
        self.processes: list[Any] = []
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            arguments = (path, f"w{number}", theirs, begin, most)
            self.processes.append(context.Process(target=write_on, args=arguments, daemon=True))
            self.processes[-1].start()
            theirs.close()
            self.pipes.append(ours)

    def __enter__(self) -> tuple[list[Connection], list[Any]]:
        return self.pipes, self.processes

    def __exit__(self, *error: object) -> None:
        for process in self.processes:
            process.kill()
            process.join()


def test_pyogrio_reads_the_live_file_of_four_writers_from_another_process(path: str, writing: list[Connection]) -> None:
    counts = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(6):
            for pipe in writing:
                pipe.recv()
            info = pyogrio.read_info(path, layer="reports")
            table = pyogrio.read_dataframe(path, layer="reports")
            counts.append(len(table))
            assert (info["geometry_type"], info["crs"]) == ("Point", "EPSG:4326")
            assert table["report_id"].is_unique
            assert str(table["earliest"].dtype).startswith("datetime64[ms")
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_ogrinfo_reads_the_live_file_of_four_writers(path: str, writing: list[Connection]) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("there is no ogrinfo here")
    counts = []
    for _ in range(4):
        for pipe in writing:
            pipe.recv()
        answer = subprocess.run([ogrinfo, "-ro", "-so", path, "reports"], capture_output=True, text=True, check=True)
        assert answer.stderr == ""
        assert "Geometry: Point" in answer.stdout
        assert 'ID["EPSG",4326]' in answer.stdout
        counts.append(int(answer.stdout.split("Feature Count: ")[1].split()[0]))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("count", [4, 8])
def test_several_writers_all_get_in_and_times_follow_their_order(path: str, count: int) -> None:
    with started(path, count, most=10) as (pipes, processes):
        told = [list(received(pipe)) for pipe in pipes]
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * count
    with open_log(path) as log:
        assert log.verify().problems == ()
        there = log.changes(limit=100_000).revisions
    assert set(there["report_id"]) == {"first", *(name for ids in told for batch in ids for name in batch)}
    assert len(there) == 1 + count * 18
    assert there["recorded_at"].is_monotonic_increasing


def test_changes_in_portions_miss_nothing_while_four_write(path: str) -> None:
    with started(path, 4, most=10) as (pipes, processes), open_log(path) as log:
        seen: list[str] = []
        cursor = None
        while len(seen) < 1 + 4 * 18:
            assert log.wait(60, cursor=cursor or "0")
            news = log.changes(cursor, limit=5)
            assert 0 < len(news.revisions) <= 5
            seen += news.revisions["report_id"].tolist()
            cursor = news.cursor
        for pipe, process in zip(pipes, processes, strict=True):
            list(received(pipe))
            process.join()
        assert not log.wait(0, cursor=cursor)
        assert seen == log.changes(limit=100_000).revisions["report_id"].tolist()


def test_waiting_ends_when_another_process_adds(path: str) -> None:
    with puppets(2) as (waiting, writer):
        waiting("open", path)
        writer("open", path)
        assert not waiting("wait", 0)
        waiting.begin("wait", 60)
        writer("add", ["news"])
        assert waiting.end()
        assert not waiting("wait", 0)


def test_threads_read_whole_states_while_others_write(path: str) -> None:
    with open_log(path, author="Anna") as log:
        wrong: list[object] = []
        ended = threading.Event()

        def read() -> None:
            before = 0
            try:
                while not ended.is_set():
                    table = log.reports()
                    # Batches are whole, and no look sees less than the one before.
                    if (len(table) - 1) % 5 or len(table) < before:
                        wrong.append(len(table))
                    before = len(table)
            except Exception as error:
                wrong.append(error)

        def write(name: str) -> None:
            try:
                for number in range(6):
                    log.add(of_ids([f"{name}-{number}-{part}" for part in range(5)]))
            except Exception as error:
                wrong.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        writers = [threading.Thread(target=write, args=(name,)) for name in "abc"]
        for thread in [*readers, *writers]:
            thread.start()
        for thread in writers:
            thread.join()
        ended.set()
        for thread in readers:
            thread.join()
        assert wrong == []
        assert len(log.reports()) == 1 + 3 * 6 * 5
        assert log.verify().problems == ()


def test_snapshots_taken_while_writing_are_states_that_the_log_went_through(
    path: str, writing: list[Connection]
) -> None:
    with open_log(path) as log:
        digests = []
        for number in range(3):
            for pipe in writing:
                pipe.recv()
            copy = Path(path).with_name(f"copy{number}.gpkg")
            log.snapshot(copy)
            with open_log(copy) as then:
                assert then.verify().problems == ()
                digests.append(then.digest())
        counts = [int(digest.split(":")[0]) for digest in digests]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]
        for digest in digests:
            assert log.verify(digest=digest).problems == ()


def test_a_log_made_by_many_at_once_is_one_log(tmp_path: Path) -> None:
    from tests.evidence.log.writers import make_at_once

    path, context = str(tmp_path / "new.gpkg"), other_processes()
    begin = context.Barrier(8)
    pipes, processes = [], []
    for number in range(8):
        ours, theirs = context.Pipe(duplex=False)
        processes.append(context.Process(target=make_at_once, args=(path, f"w{number}", theirs, begin), daemon=True))
        processes[-1].start()
        theirs.close()
        pipes.append(ours)
    assert [pipe.recv() for pipe in pipes] == ["made"] * 8
    for process in processes:
        process.join()
    with open_log(path) as log:
        assert sorted(log.reports()["report_id"]) == [f"w{number}" for number in range(8)]
        assert log.verify().problems == ()
    assert {file.name for file in tmp_path.iterdir()} <= {"new.gpkg", "new.gpkg.lock", "new.gpkg-wal", "new.gpkg-shm"}


def test_opening_a_log_that_others_use_does_not_look_through_it_for_damage(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.evidence.log.sqlite_file import SqliteFile

    with puppets(1) as (writer,):
        writer("open", path)
        writer("add", ["a"])
        looks: list[int] = []
        monkeypatch.setattr(SqliteFile, "_check_quickly", lambda self: looks.append(1))
        open_log(path).close()
        assert looks == []
        writer("add", ["b"])
        writer.kill()
        with open_log(path, author="Anna") as log:
            assert looks == [1]
            add(log, ["c"])
            assert isinstance(log.reports()["earliest"].iloc[0], pd.Timestamp)
