"""The embedded log under attack and under load: what was lost, how long writers wait, and a million reports.

    python tests/bench/log_embedded.py [--only kill,disk,writers,fsync,million] [--rows 1000000] [--rounds 25]

Every part of the million runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.corroborate import marches  # noqa: E402
from tests.evidence.log.writers import add, of_ids, other_processes, received, write_on  # noqa: E402
from tracker.evidence.log import open_log  # noqa: E402
from tracker.model import LogUnavailable, tables  # noqa: E402

SEVEN = ("report_id", "kind", "unit", "earliest", "latest", "radius_m", "geometry")


def kill(folder: Path, *, rounds: int) -> None:
    """kill -9 of four writers at random moments, round after round on one log."""
    path = str(folder / "killed.gpkg")
    open_log(path, create=True, author="Anna").close()
    random, context = np.random.default_rng(0), other_processes()
    acknowledged: set[str] = set()
    reopened, torn = [], 0
    for number in range(rounds):
        begin = context.Barrier(4)
        pipes, processes = [], []
        for name in "abcd":
            ours, theirs = context.Pipe(duplex=False)
            arguments = (path, f"{name}{number}", theirs, begin, 1_000_000)
            processes.append(context.Process(target=write_on, args=arguments, daemon=True))
            processes[-1].start()
            theirs.close()
            pipes.append(ours)
        for pipe, process in zip(pipes, processes, strict=True):
            acknowledged.update(name for _ in range(int(random.integers(1, 60))) for name in pipe.recv())
            time.sleep(random.uniform(0, 0.02))
            process.kill()
        for pipe, process in zip(pipes, processes, strict=True):
            acknowledged.update(name for ids in received(pipe) for name in ids)
            process.join()
        started = time.perf_counter()
        with open_log(path) as log:
            reopened.append((time.perf_counter() - started) * 1000)
            assert log.verify().sound, log.verify().problems
            there = set(log.reports(columns=["report_id"])["report_id"])
        batches: dict[str, int] = {}
        for name in there:
            if name.count("-") == 2:
                batches[name[:-2]] = batches.get(name[:-2], 0) + 1
        torn = sum(size != 3 for size in batches.values())
    lost, more = len(acknowledged - there), len(there - acknowledged)
    print(
        f"kill -9 of 4 writers x {rounds}: acknowledged {len(acknowledged):,}, lost {lost}, present but unacknowledged "
        f"{more}, torn batches {torn}, reopen {statistics.median(reopened):.1f} ms (worst {max(reopened):.1f})"
    )


def disk(folder: Path) -> None:
    """A small disk that fills up, and is then given room."""
    small = folder / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)], check=False).returncode:
        print("disk full: nothing may be mounted here")
        return
    try:
        ballast = small / "ballast"
        ballast.write_bytes(bytes(500_000))
        acknowledged: list[str] = []
        refused = None
        with open_log(small / "march.gpkg", create=True, author="Anna") as log:
            while refused is None:
                try:
                    add(log, [f"r{len(acknowledged)}"])
                    acknowledged.append(f"r{len(acknowledged)}")
                except LogUnavailable as error:
                    refused = error
            same = acknowledged == list(log.reports()["report_id"])
            ballast.unlink()
            add(log, ["after"])
            sound = log.verify().sound
        print(f"disk full: acknowledged {len(acknowledged):,}, all present and no other: {same}, then sound: {sound}")
        print(f"  it said: {refused}".replace(str(small), "."))
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


def _write_timed(path: str, name: str, answer: Any, begin: Any, seconds: float) -> None:
    waits, end = [], None
    try:
        with open_log(path, author=name) as log:
            add(log, [f"{name}-warm"])
            begin.wait()
            end = time.perf_counter() + seconds
            while (now := time.perf_counter()) < end:
                add(log, [f"{name}-{len(waits)}"])
                waits.append(time.perf_counter() - now)
        answer.send((waits, None))
    except Exception as error:
        answer.send((waits, f"{type(error).__name__}: {error}"))


def writers(folder: Path) -> None:
    """Four and eight processes that add single reports for five seconds."""
    context = other_processes()
    for count in (4, 8):
        path = str(folder / f"writers{count}.gpkg")
        open_log(path, create=True, author="Anna").close()
        begin, told = context.Barrier(count), []
        pipes = []
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            context.Process(target=_write_timed, args=(path, f"w{number}", theirs, begin, 5.0), daemon=True).start()
            theirs.close()
            pipes.append(ours)
        told = [pipe.recv() for pipe in pipes]
        done = [len(waits) for waits, _ in told]
        errors = [error for _, error in told if error]
        waits = np.concatenate([waits for waits, _ in told]) * 1000
        with open_log(path) as log:
            table = log.changes(limit=10_000_000).revisions
            complete = len(table) == sum(done) + count and table["recorded_at"].is_monotonic_increasing
        print(
            f"{count} writers: {sum(done) / 5:,.0f} adds/s, wait median {np.median(waits):.1f} ms, p99 "
            f"{np.percentile(waits, 99):.1f} ms, worst {waits.max():.1f} ms, slowest..fastest writer "
            f"{min(done) / 5:.0f}..{max(done) / 5:.0f}/s, errors {errors or 'none'}, all there in order: {complete}"
        )


def fsync(folder: Path) -> None:
    """Single durable adds beside raw writes and fsyncs of as many bytes as an add puts into the -wal file."""
    path = folder / "single.gpkg"
    rows: list[tuple[float, float, float]] = []
    with open_log(path, create=True, author="Anna") as log:
        wal = path.with_name(path.name + "-wal")
        add(log, ["warm"])
        before = wal.stat().st_size
        add(log, ["warmer"])
        size = wal.stat().st_size - before
        with open(folder / "raw", "wb", buffering=0) as raw:
            raw.write(bytes(100 * size))
            os.fsync(raw.fileno())
            for repetition in range(7):
                single, table_like, plain = [], [], []
                for number in range(30):
                    tables_one = of_ids([f"t{repetition}-{number}"])
                    begin = time.perf_counter()
                    add(log, [f"s{repetition}-{number}"])
                    single.append(time.perf_counter() - begin)
                    begin = time.perf_counter()
                    log.add(tables_one)
                    table_like.append(time.perf_counter() - begin)
                    begin = time.perf_counter()
                    raw.seek(number * size)
                    raw.write(bytes(size))
                    os.fsync(raw.fileno())
                    plain.append(time.perf_counter() - begin)
                rows.append((statistics.median(single), statistics.median(table_like), statistics.median(plain)))
    one, table, plain_ = (statistics.median(column) * 1000 for column in zip(*rows, strict=True))
    print(
        f"single durable add: {one:.2f} ms as said, {table:.2f} ms as a table of one row; raw write and fsync of the "
        f"same {size:,} bytes {plain_:.2f} ms: {one / plain_:.1f} and {table / plain_:.1f} times"
    )


# ---- a million reports


def million_reports(rows: int) -> Any:
    """Synthetic reports with words in every column that a newsroom fills."""
    table, _ = marches(rows)
    number = pd.Series(np.arange(rows).astype(str), dtype="str")
    table["place"] = "a village near km " + number
    table["road"] = "M4"
    table["summary"] = "Residents saw a column of trucks and tanks pass report " + number
    table["publisher"] = "channel " + (pd.Series(np.arange(rows) % 500).astype(str))
    table["origin"] = table["publisher"]
    table["url"] = "https://example.org/post/" + number
    table["time_basis"] = "observed"
    table["reliability"] = "C"
    table["credibility"] = pd.array(np.full(rows, 3), dtype="Int64")
    return table


def _measured(what: Callable[[], Any], answer: Any) -> None:
    """Send seconds and the peak of this process in GB; `what` prepares and returns what is timed."""
    timed = what()
    begin, busy = time.perf_counter(), time.process_time()
    said = timed()
    answer.send(
        (
            time.perf_counter() - begin,
            time.process_time() - busy,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
            said,
        )
    )


class Load:
    """Adding all reports to a new log."""

    def __init__(self, path: str, rows: int) -> None:
        self.path, self.rows = path, rows

    def __call__(self) -> Callable[[], str]:
        reports = million_reports(self.rows)
        log = open_log(self.path, create=True, author="Anna")

        def timed() -> str:
            log.add(reports)
            return f"{len(reports):,} reports"

        return timed


class Ask:
    """One question to the log."""

    def __init__(self, path: str, verb: str, /, **how: Any) -> None:
        self.path, self.verb, self.how = path, verb, how

    def __call__(self) -> Callable[[], str]:
        log = open_log(self.path, author="Anna")
        log.reports(unit="nobody", columns=["report_id"])
        names = {"reports": "reports", "verify": "verify", "snapshot": "snapshot", "digest": "digest"}

        def timed() -> str:
            answer = getattr(log, names[self.verb])(**self.how)
            if self.verb == "verify":
                return "sound" if answer.sound else str(answer.problems)
            return f"{len(answer):,} rows" if self.verb == "reports" else ""

        return timed


class Open:
    """Opening the log."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> Callable[[], str]:
        def timed() -> str:
            open_log(self.path).close()
            return ""

        return timed


def million(folder: Path, *, rows: int) -> None:
    """Adding, reading, one day, one unit, a box, verifying, a snapshot."""
    path = str(folder / "million.gpkg")
    day = {"since": "2023-07-04T00:00Z", "until": "2023-07-05T00:00Z"}
    parts: list[tuple[str, Any]] = [
        ("add", Load(path, rows)),
        ("open", Open(path)),
        ("reports, all columns", Ask(path, "reports")),
        ("reports, 7 columns", Ask(path, "reports", columns=SEVEN)),
        ("one day", Ask(path, "reports", **day)),
        ("one unit", Ask(path, "reports", unit="unit 7")),
        ("a box of half a degree", Ask(path, "reports", bbox=(30.0, 49.0, 30.5, 49.5))),
        ("verify", Ask(path, "verify")),
        ("digest", Ask(path, "digest")),
        ("snapshot", Ask(path, "snapshot", path=str(folder / "copy.gpkg"))),
    ]
    context = other_processes()
    print(f"{rows:,} reports of {len(tables.REPORTS)} columns")
    print(f"{'':24}{'seconds':>9}{'processor':>11}{'peak GB':>9}")
    for name, what in parts:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_measured, args=(what, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            seconds, busy, peak, said = ours.recv()
            print(f"{name:24}{seconds:9.2f}{busy:11.2f}{peak:9.2f}  {said}", flush=True)
        except EOFError:
            print(f"{name:24}  broke", flush=True)
        process.join()
    print(f"the file: {Path(path).stat().st_size / 1e6:,.0f} MB")


def main() -> None:
    """Prints a line or a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="kill,disk,fsync,writers,million")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=25)
    asked = parser.parse_args()
    parts = {
        "kill": lambda folder: kill(folder, rounds=asked.rounds),
        "disk": disk,
        "fsync": fsync,
        "writers": writers,
        "million": lambda folder: million(folder, rows=asked.rows),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only.split(","):
            print(f"[load {os.getloadavg()[0]:.1f}]", flush=True)
            parts[name](Path(folder))


if __name__ == "__main__":
    main()
