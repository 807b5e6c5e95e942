"""The embedded log keeps its locks, and all that it acknowledged, whatever else happens to its file in its process."""

import gc
import os
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path

import pyogrio
import pytest

from tests.evidence.log.writers import (
    Puppet,
    of_ids,
    open_and_close,
    other_processes,
    puppets,
    write_and_meddle,
)
from tracker.evidence.log import ReportLog, open_log
from tracker.evidence.log.turns import holders

MEDDLING = ("open", "copy", "copy all", "pyogrio", "geopandas")


@pytest.fixture
def path(tmp_path: Path) -> str:
    name = str(tmp_path / "march.gpkg")
    open_log(name, create=True, author="Anna").close()
    return name


@pytest.fixture
def four() -> Generator[list[Puppet]]:
    with puppets(4) as made:
        yield made


def held(path: str) -> set[str]:
    """The ids that a fresh look finds in a sound log."""
    with open_log(path) as log:
        assert log.verify().problems == ()
        return set(log.reports(columns=["report_id"])["report_id"])


@pytest.mark.parametrize("how", MEDDLING)
def test_a_writer_whose_process_meddled_with_the_file_is_warned_and_loses_nothing(
    path: str, four: list[Puppet], how: str
) -> None:
    meddler, passing, other, _ = four
    meddler("open", path)
    assert meddler("add", ["m1"]) == []
    meddler("touch", path, how)
    # For SQLite alone this one would be the last to close the file, and so remove what the meddler writes to.
    passing("open", path)
    passing("close")
    other("open", path)
    other("add", ["o1"])
    (warning,) = meddler("add", ["m2"])
    assert warning.startswith("RuntimeWarning: another library opened")
    assert "log.snapshot(path)" in warning
    assert other("add", ["o2"]) == []
    assert meddler("add", ["m3"]) == []
    assert set(other("ids")) == {"m1", "m2", "m3", "o1", "o2"} == held(path)


@pytest.mark.parametrize("how", MEDDLING)
def test_two_meddlers_do_not_remove_what_the_other_one_wrote(path: str, four: list[Puppet], how: str) -> None:
    one, two, passing, _ = four
    one("open", path)
    one("add", ["one-1"])
    one("touch", path, how)
    passing("open", path)
    passing("close")
    two("open", path)
    two("add", ["two-1"])
    two("touch", path, "open")
    one("add", ["one-2"])
    two("add", ["two-2"])
    one("close")
    two.kill()
    assert held(path) == {"one-1", "one-2", "two-1", "two-2"}


def test_closing_after_meddling_leaves_what_a_killed_writer_wrote(path: str, four: list[Puppet]) -> None:
    meddler, passing, killed, _ = four
    meddler("open", path)
    meddler("add", ["m1"])
    meddler("touch", path, "open")
    passing("open", path)
    passing("close")
    killed("open", path)
    killed("add", ["k1"])
    killed.kill()
    meddler("close")
    assert held(path) == {"m1", "k1"}


def test_a_reader_whose_process_meddled_still_sees_what_others_add(path: str, four: list[Puppet]) -> None:
    reader, passing, writer, _ = four
    reader("open", path)
    reader("touch", path, "pyogrio")
    passing("open", path)
    passing("close")
    writer("open", path)
    writer("add", ["w1"])
    assert reader("ids") == ["w1"]


def test_a_second_writer_does_not_get_in_while_the_first_one_meddles_in_a_thread(path: str, four: list[Puppet]) -> None:
    with open_log(path, author="Anna") as log:
        store = log._store  # type: ignore[attr-defined]
        four[0]("open", path)

        def change(connection: object, now: str) -> bool:
            meddling = threading.Thread(target=lambda: pyogrio.read_dataframe(path, layer="reports"))
            meddling.start()
            meddling.join()
            four[0].begin("add", ["late"])
            # It waits for its turn: nothing comes back while this one writes.
            return four[0]._pipe.poll(0.3)

        answered = store.write(change)
        assert four[0].end() == []
    assert not answered
    assert held(path) == {"late"}


def test_a_revision_written_while_the_locks_went_counts_once(path: str) -> None:
    with open_log(path, author="Anna") as log, pytest.warns(RuntimeWarning, match="dropped the log's locks"):
        log.add(of_ids(["a"]), progress=lambda done, of: open(path, "rb").close())
    assert held(path) == {"a"}


def test_two_logs_on_one_file_in_one_process_do_not_disturb_each_other(path: str) -> None:
    one, two = open_log(path, author="Anna"), open_log(path, author="Boris")
    one.add(of_ids(["a"]))
    two.add(of_ids(["b"]))
    two.close()
    one.add(of_ids(["c"]))
    third = open_log(path, author="Vera")
    one.close()
    third.add(of_ids(["d"]))
    third.close()
    assert held(path) == {"a", "b", "c", "d"}
    assert holders(Path(path)) == []


def test_opening_again_and_again_beside_an_open_log_keeps_no_file_open(path: str) -> None:
    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))

    with open_log(path, author="Anna") as log:
        open_log(path).close()
        before = open_files()
        for _ in range(20):
            open_log(path).close()
        assert open_files() == before
        log.add(of_ids(["a"]))
    assert holders(Path(path)) == []
    assert not [file for file in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{file}").resolve() == Path(path)]


def test_another_connection_of_this_process_keeps_its_locks_when_the_log_is_closed(path: str) -> None:
    log = open_log(path, author="Anna")
    raw = sqlite3.connect(path)
    raw.execute("SELECT count(*) FROM reports").fetchone()
    log.add(of_ids(["a"]))
    log.close()
    assert holders(Path(path))
    assert raw.execute("SELECT count(*) FROM reports").fetchone() == (1,)
    raw.close()
    assert held(path) == {"a"}


def test_a_log_that_was_closed_opens_itself_again_without_a_word(path: str) -> None:
    log = open_log(path, author="Anna")
    log.close()
    log.add(of_ids(["a"]))
    log.close()
    log.close()
    assert list(log.reports()["report_id"]) == ["a"]
    log.close()
    assert held(path) == {"a"}


def test_a_forgotten_log_is_closed_and_folded(path: str) -> None:
    log: ReportLog | None = open_log(path, author="Anna")
    assert log is not None
    log.add(of_ids(["a"]))
    del log
    gc.collect()
    assert holders(Path(path)) == []
    assert not Path(path + "-wal").exists()


def test_a_process_that_only_reads_and_leaves_disturbs_no_writer(path: str, four: list[Puppet]) -> None:
    writer, reader, *_ = four
    writer("open", path)
    writer("add", ["a"])
    reader("open", path)
    assert reader("ids") == ["a"]
    reader.leave()
    assert writer("add", ["b"]) == []
    assert held(path) == {"a", "b"}


def test_a_forked_child_writes_beside_its_parent(path: str, four: list[Puppet]) -> None:
    parent = four[0]
    parent("open", path)
    parent("add", ["p1"])
    assert parent("fork", ["c1"]) == 0
    assert parent("add", ["p2"]) == []
    assert held(path) == {"p1", "c1", "p2"}


def test_a_forked_child_goes_on_after_its_parent_has_closed_the_log(path: str, four: list[Puppet]) -> None:
    parent, other, *_ = four
    parent("open", path)
    parent("add", ["p1"])
    child = parent("fork and keep")
    parent("close")
    other("open", path)
    other("add", ["o1"])
    assert parent("child adds", child, "c1") == "added"
    other("add", ["o2"])
    other("close")
    assert parent("child adds", child, "c2") == "added"
    other("open", path)
    other("add", ["o3"])
    assert parent("child adds", child, "c3") == "added"
    parent("child ends", child)
    assert held(path) == {"p1", "o1", "o2", "o3", "c1", "c2", "c3"}


def test_a_forked_child_leaves_what_a_killed_writer_wrote(path: str, four: list[Puppet]) -> None:
    parent, killed, *_ = four
    parent("open", path)
    child = parent("fork and keep")
    parent("close")
    killed("open", path)
    killed("add", ["k1"])
    killed.kill()
    assert parent("child adds", child, "c1") == "added"
    parent("child ends", child)
    assert held(path) == {"k1", "c1"}


def test_meddling_writers_lose_nothing_among_others_that_open_and_close(path: str) -> None:
    context = other_processes()
    begin = context.Barrier(4)
    pipes, processes = [], []
    shares = [
        (write_and_meddle, ("m0", 12, ("pyogrio", "open", "geopandas"))),
        (write_and_meddle, ("m1", 12, ("copy all", "pyogrio", "copy"))),
        (open_and_close, ("c0", 12)),
        (open_and_close, ("c1", 12)),
    ]
    for target, (name, *rest) in shares:
        ours, theirs = context.Pipe(duplex=False)
        processes.append(context.Process(target=target, args=(path, name, theirs, begin, *rest), daemon=True))
        processes[-1].start()
        theirs.close()
        pipes.append(ours)
    told = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join()
    assert [kinds for _, kinds in told] == [["RuntimeWarning"], ["RuntimeWarning"], [], []]
    assert held(path) == {name for done, _ in told for name in done}
    assert len(held(path)) == 48
