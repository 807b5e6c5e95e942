"""What the embedded log acknowledged is there after writers were killed and after the disk was full."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from tests.evidence.log.writers import of_ids, other_processes, puppets, received, write_on
from tracker.evidence.log import open_log
from tracker.model import LogUnavailable


@pytest.fixture
def path(tmp_path: Path) -> str:
    name = str(tmp_path / "march.gpkg")
    open_log(name, create=True, author="Anna").close()
    return name


@pytest.mark.parametrize("seed", [1, 2])
def test_what_killed_writers_had_acknowledged_is_there_and_batches_are_whole(path: str, seed: int) -> None:
    random, context = np.random.default_rng(seed), other_processes()
    begin = context.Barrier(4)
    pipes, processes = [], []
    for name in "abcd":
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=write_on, args=(path, name, theirs, begin, 100_000), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    acknowledged: list[list[str]] = []
    for pipe, process in zip(pipes, processes, strict=True):
        # Random, but counted in what came back, not in seconds.
        acknowledged += [pipe.recv() for _ in range(int(random.integers(1, 12)))]
        process.kill()
    for pipe, process in zip(pipes, processes, strict=True):
        acknowledged += received(pipe)
        process.join()

    with open_log(path) as log:
        assert log.verify().problems == ()
        there = log.reports().set_index("report_id")["summary"].to_dict()
        for ids in acknowledged:
            for name in ids:
                assert there[name] == f"{name} seen on the road"
        batches: dict[str, set[str]] = {}
        for name in there:
            if name.count("-") == 2:
                batches.setdefault(name[:-2], set()).add(name[-1])
        assert all(parts == {"a", "b", "c"} for parts in batches.values())
        assert len(acknowledged) >= 4
        # Each writer had at most one more on the way, of one report or of a batch of three.
        assert len(there) - sum(map(len, acknowledged)) <= 4 * 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A file system of 2 megabytes; the test is skipped where nobody may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        answer = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if answer.returncode:
        pytest.skip(f"nothing may be mounted here: {answer.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(path: str) -> list[list[str]]:
    """Batches added until the log refuses, which it does with a remedy."""
    acknowledged: list[list[str]] = []
    with open_log(path, author="Anna") as log:
        refused = None
        while refused is None:
            ids = [f"r{len(acknowledged)}-{part}" for part in range(40)]
            try:
                log.add(of_ids(ids, words="and " * 20))
                acknowledged.append(ids)
            except LogUnavailable as error:
                refused = str(error)
        assert refused.endswith("is full, nothing of this was written; make room, try again")
        assert set(log.reports()["report_id"]) == {name for ids in acknowledged for name in ids}
        assert log.verify().sound
        with pytest.raises(LogUnavailable, match="full"):
            log.add(of_ids([f"more-{part}" for part in range(40)], words="and " * 20))
    return acknowledged


def test_a_full_disk_refuses_the_report_and_keeps_the_others(small_disk: Path) -> None:
    path = str(small_disk / "march.gpkg")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 500_000)
    open_log(path, create=True, author="Anna").close()
    acknowledged = filled(path)
    assert len(acknowledged) > 2
    ballast.unlink()
    with open_log(path, author="Anna") as log:
        log.add(of_ids(["after"]))
        assert len(log.reports()) == 40 * len(acknowledged) + 1
        assert log.verify().sound


def test_a_full_disk_leaves_no_half_made_log_and_no_half_made_snapshot(small_disk: Path) -> None:
    with open_log(small_disk / "march.gpkg", create=True, author="Anna") as log:
        log.add(of_ids([f"r{number}" for number in range(400)], words="and " * 100))
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        ballast.write_bytes(b"\0" * (free - 20_000))
        with pytest.raises(LogUnavailable, match="full"):
            log.snapshot(small_disk / "copy.gpkg")
        with pytest.raises(LogUnavailable, match=r"full|no space left"):
            open_log(small_disk / "new.gpkg", create=True)
        here = {file.name for file in small_disk.iterdir()}
        assert here == {"march.gpkg", "march.gpkg-wal", "march.gpkg-shm", "march.gpkg.lock", "ballast"}
        assert len(log.reports()) == 400


def test_a_file_that_may_not_grow_refuses_the_report_and_keeps_the_others(path: str) -> None:
    with puppets(1, rlimit_bytes=400_000) as (writer,):
        writer("open", path)
        acknowledged = []
        refused = None
        while refused is None:
            ids = [f"r{len(acknowledged)}-{part}" for part in range(40)]
            try:
                writer("add", ids)
                acknowledged += ids
            except LogUnavailable as error:
                refused = str(error)
        assert "check the disk" in refused
        assert writer("ids") == acknowledged
        assert writer("verify") == []
    with open_log(path, author="Anna") as log:
        log.add(of_ids(["after"]))
        assert list(log.reports()["report_id"]) == [*acknowledged, "after"]
        assert log.verify().sound
