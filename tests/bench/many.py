"""A thousand units over a dask cluster: a worker killed, the scheduler killed, the bytes, and what it costs.

    python tests/bench/many.py [--units N]

Tiny reports (two sightings a unit) over one road, so that the engine costs little and what is around it shows. The
scheduler and its two workers are processes of their own. "serial" is one process that does one unit after the other.
CPU is that of all processes of a run, without their start; what a killed worker had used is counted.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.many import tiny
from tests.many.cluster import Cluster, dask_cluster
from tracker.many import WorkersLost, reconstruct_many
from tracker.many_cases import _rows
from tracker.reconstruct import reconstruct
from tracker.roads import load_roads

SAMPLE = 50
Progress = Callable[[int, int], None]


class Spent:
    """Seconds, on the clock and of the processors, that this process and a cluster's have spent since it was made."""

    def __init__(self, cluster: Cluster | None = None) -> None:
        pids = [process.pid for process in (cluster.scheduler, *cluster.workers)] if cluster else []
        self.others = [psutil.Process(pid) for pid in pids]
        self.begun, self.own = time.perf_counter(), time.process_time()
        self.before = self.last = {process.pid: _cpu(process) for process in self.others}

    def look(self) -> None:
        """Note what the cluster's processes have used, since a dead one cannot be asked."""
        self.last = self.last | {process.pid: _cpu(process) for process in self.others if process.is_running()}

    def so_far(self) -> tuple[float, float]:
        """Wall and CPU seconds."""
        self.look()
        others = sum(self.last[pid] - self.before[pid] for pid in self.last)
        return time.perf_counter() - self.begun, time.process_time() - self.own + others


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=1000)
    units = parser.parse_args().units
    cases = {f"unit {at:04}": tiny.march(at, units=(f"unit {at:04}",)) for at in range(units)}
    with tempfile.TemporaryDirectory(prefix="many.") as folder:
        work = Path(folder)
        roads = tiny.roads(work)

        def run(name: str, executor: Any, progress: Progress | None = None) -> list[str]:
            made = reconstruct_many(
                cases, roads, out_dir=work / name, executor=executor, members=tiny.MEMBERS, progress=progress
            )
            return list(made.state)

        plain, at = plain_ms(list(cases.values())[:: max(1, units // SAMPLE)], roads)
        print(f"{units:,} units; plain reconstruct {plain[0]:.0f} ms wall, {plain[1]:.0f} ms CPU a unit, warm")
        print(f"Track.at every ten minutes {at[0]:.0f} ms wall, {at[1]:.0f} ms CPU a unit")
        print(f"\n{'run':34} {'made':>6} {'kept':>6} {'wall s':>8} {'CPU s':>8} {'over plain, ms a unit':>22}  bytes")
        print(f"{'':34} {'':>6} {'':>6} {'':>8} {'':>8} {'wall':>11} {'CPU':>10}")

        def tell(name: str, states: list[str], spent: tuple[float, float], out: str) -> None:
            made = states.count("made")
            over = [(1000 * seconds - made * ms) / len(states) for seconds, ms in zip(spent, plain, strict=True)]
            same = "" if out == "serial" else "same" if tiny.digest(work / out) == serial else "DIFFERENT"
            print(f"{name:34} {made:>6,} {states.count('kept'):>6,} {spent[0]:>8.1f} {spent[1]:>8.1f}"
                  f" {over[0]:>11.0f} {over[1]:>10.0f}  {same}", flush=True)  # fmt: skip

        spent = Spent()
        states = run("serial", tiny.InTurn())
        serial = tiny.digest(work / "serial")
        tell("serial", states, spent.so_far(), "serial")
        spent = Spent()
        states = run("serial", tiny.InTurn())
        tell("serial, run again", states, spent.so_far(), "serial")
        with dask_cluster(work / "first") as (cluster, client):
            spent = Spent(cluster)

            def kill_worker(done: int, of: int) -> None:
                if done == units // 2:
                    spent.look()
                    cluster.kill_worker(cluster.workers[0].pid)

            states = run("worker", client.get_executor(), kill_worker)
            tell("2 workers, one killed half-way", states, spent.so_far(), "worker")
        with dask_cluster(work / "second") as (cluster, client):
            spent = Spent(cluster)

            def kill_scheduler(done: int, of: int) -> None:
                if done == units // 2:
                    spent.look()
                    cluster.kill_scheduler()

            try:
                run("scheduler", client.get_executor(), kill_scheduler)
            except WorkersLost as lost:
                wall, cpu = spent.so_far()
                print(f"2 workers, scheduler killed half-way: {wall:.1f} s, {cpu:.1f} CPU s, then {str(lost)[-140:]}")
        before = tiny.marks(work / "scheduler")
        with dask_cluster(work / "third") as (cluster, client):
            spent = Spent(cluster)
            states = run("scheduler", client.get_executor())
            tell("the same, run again, new cluster", states, spent.so_far(), "scheduler")
        after = tiny.marks(work / "scheduler")
        whole = [name for name in before if f"{Path(name).parent}/verdicts.parquet" in before]
        print(f"{sum(after[name] == before[name] for name in whole):,} of {len(whole):,} files kept were not touched")


def plain_ms(tables: list[Any], roads: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    """Milliseconds, wall and CPU, of a plain reconstruction and of the rows of its track: means over the tables."""
    network = load_roads(roads)
    reconstruct(tables[0], network, members=tiny.MEMBERS)
    sums = [[0.0, 0.0], [0.0, 0.0]]
    for table in tables:
        marks = [(time.perf_counter(), time.process_time())]
        march = reconstruct(table, network, members=tiny.MEMBERS)
        marks.append((time.perf_counter(), time.process_time()))
        for track in march.tracks.values():
            _rows(track)
        marks.append((time.perf_counter(), time.process_time()))
        for part in range(2):
            for clock in range(2):
                sums[part][clock] += 1000 * (marks[part + 1][clock] - marks[part][clock]) / len(tables)
    return (sums[0][0], sums[0][1]), (sums[1][0], sums[1][1])


if __name__ == "__main__":
    main()
