"""Dense traces: points matched in a CPU second, and how right, beside Valhalla, OSRM, mappymatch and leuvenmapmatching.

    python tests/bench/dense.py [--work FOLDER] [--trips N] [--seed S] [--quick]

Simulated trips (`dense_trips.py`) over the streets of Liechtenstein, logged every 1, 5, 15 and 60 seconds with a
standard error of 10 m each way. All get the same roads and traces in the same run, each in a process of its own
(`dense_one.py`), in an environment that is made for them (`dense_peers.py`). "tracker" is `tracker.match` with all
traces in one call and the table of the drives, "with fixes" with the table of the fixes too, "each" with one call for
each trace; "loop" is ours from arrays to arrays. CPU time of a pass over all traces; the median of several rounds in
which all take turns (the two that are slow get one, of a minute).
F1: over metres of directed pieces of road, the mean over trips. Mismatch: metres wrongly added and wrongly missed, of
the true ones (Newson and Krumm 2009), the median. --quick leaves out the two that are slow.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import dense_trips
from tests.bench.dense_peers import matchers_python, osrm_graph, osrm_programs, valhalla_tiles
from tests.bench.peers import work_folder
from tests.conftest import ROOT, SHARED
from tracker.roads import RoadNetwork, prepare_roads

SAMPLINGS_S = (1, 5, 15, 60)
SIGMA_M = 10.0
TARGETS = {1: 10, 5: 10, 15: 5, 60: 5}
"""Times that we are to be faster than Valhalla and OSRM."""
ONE = Path(__file__).with_name("dense_one.py")
PORT = 5731
OURS = ("tracker", "with fixes", "each", "loop")
TOGETHER = ("tracker", "with fixes")
SLOW = ("mappymatch", "leuven")
ROUNDS = 5


def main(arguments: list[str] | None = None) -> None:
    """Prints one row for each sampling and matcher."""
    parser = argparse.ArgumentParser(description="Dense traces: points a CPU second, F1 and route mismatch.")
    parser.add_argument("--work", help="folder for what is dear to make; by default among the temporary ones")
    parser.add_argument("--trips", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20260731)
    parser.add_argument("--quick", action="store_true", help="without mappymatch and leuvenmapmatching")
    parser.add_argument("--only", help="matchers by name, separated by commas")
    options = parser.parse_args(arguments)
    if not (SHARED / "roads").is_dir():
        print("dense: skipped, the extracts are not beside the checkout")
        return
    work = work_folder(options.work) / "dense"
    work.mkdir(exist_ok=True)
    pbf = dense_trips.clean_extract(dense_trips.SOURCE, work / "streets.osm.pbf")
    roads = prepare_roads(pbf, work / "streets", profile="car")
    streets = dense_trips.Streets(roads)
    driven = dense_trips.trips(
        roads.largest(), dense_trips.Streets(roads.largest()), count=options.trips, seed=options.seed
    )
    chance = np.random.default_rng(options.seed + 1)
    traces = {
        every: [dense_trips.logged(trip, every_s=every, sigma_m=SIGMA_M, chance=chance) for trip in driven]
        for every in SAMPLINGS_S
    }
    truths = [streets_of(trip, streets) for trip in driven]
    kilometres = [sum(streets.metres[pair] for pair in pairs) / 1000 for pairs in truths]
    print(f"{len(driven)} trips of {statistics.median(kilometres):.1f} km in the middle, seed {options.seed}")
    setup = made_ready(work, pbf, roads, streets, traces)
    names = [
        "tracker",
        "with fixes",
        "each",
        "loop",
        "valhalla",
        "osrm",
        *([] if options.quick else ["mappymatch", "leuven"]),
    ]
    names = options.only.split(",") if options.only else names
    running = {name: started for name in names if (started := Running.of(name, setup, work))}
    place = points_of(pbf)
    for every, logs in traces.items():
        fast = {name: one for name, one in running.items() if name not in SLOW}
        rounds = [{name: float(one.told(f"time {every}")) for name, one in fast.items()} for _ in range(ROUNDS)]
        figures = {}
        for name, one in running.items():
            found = one.told(f"answer {every}")
            lines = found["lines"][0] if name in TOGETHER else found["lines"]
            cpu = statistics.median(spent[name] for spent in rounds) if name in fast else found["cpu"]
            figures[name] = {"cpu": cpu, "lines": lines}
        table(every, logs, figures, truths, streets, place)
    for one in running.values():
        one.end()


def streets_of(trip: dense_trips.Trip, streets: dense_trips.Streets) -> dense_trips.Pairs:
    """The true pieces of road, by the numbers of the whole network's points."""
    return streets.pairs([list(point) for point in zip(trip.lon.tolist(), trip.lat.tolist(), strict=True)])


def made_ready(
    work: Path, pbf: Path, roads: RoadNetwork, streets: dense_trips.Streets, traces: Mapping[int, Any]
) -> dict[str, Any]:
    """What the matchers need to know."""
    logs = work / "traces.json"
    logs.write_text(json.dumps(traces), encoding="utf-8")
    setup: dict[str, Any] = {
        "checkout": str(ROOT), "folder": str(work / "streets"), "traces": str(logs), "sigma_m": SIGMA_M, "port": PORT,
        "streets": str(work / "streets.json"), "xml": str(work / "streets.osm"),
    }  # fmt: skip
    allowed = []
    for arc, edge in enumerate(np.asarray(roads.arc_edge).tolist()):
        piece = streets.vertex_point[int(roads.vertex_ptr[edge]) : int(roads.vertex_ptr[edge + 1])].tolist()
        piece = piece if roads.arc_forward[arc] else piece[::-1]
        allowed += list(pairwise(piece))
    points = np.stack([streets.lon, streets.lat], axis=1).tolist()
    Path(setup["streets"]).write_text(json.dumps({"points": points, "steps": allowed}), encoding="utf-8")
    if not Path(setup["xml"]).exists():
        with osmium.SimpleWriter(setup["xml"]) as writer:
            for element in osmium.FileProcessor(str(pbf)):
                writer.add(element)
    setup["python"] = str(matchers_python(work) or "")
    if setup["python"]:
        python = Path(setup["python"])
        setup["valhalla"] = str(valhalla_tiles(python, pbf, work / "valhalla") or "")
        programs = osrm_programs(work, python)
        if programs is not None:
            setup["osrm_routed"] = str(programs / "bin" / "osrm-routed")
            setup["osrm"] = str(osrm_graph(programs, pbf, work / "osrm-roads") or "")
    return setup


class Running:
    """One matcher in a process of its own, which answers line by line."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name, self.process = name, process

    @classmethod
    def of(cls, name: str, setup: Mapping[str, Any], work: Path) -> "Running | None":
        """The matcher, ready; None, after a line that says why, where it could not run."""
        python = sys.executable if name in OURS else setup["python"]
        if not python or (name in ("valhalla", "osrm") and not setup.get(name)):
            print(f"{name}: not run, it could not be made ready")
            return None
        asked, log = work / "setup.json", work / f"{name}.log"
        asked.write_text(json.dumps(dict(setup)), encoding="utf-8")
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [python, str(ONE), name, str(asked)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        assert process.stdout is not None
        if not process.stdout.readline():
            why = (log.read_text(encoding="utf-8").strip().splitlines() or ["?"])[-1]
            print(f"{name}: failed ({why[:150]})", flush=True)
            return None
        return cls(name, process)

    def told(self, line: str) -> Any:
        """The answer to one line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended without an answer to {line!r}")
        return json.loads(answer)

    def end(self) -> None:
        """Let it go."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def points_of(pbf: Path) -> dict[int, list[float]]:
    """Where each point of the map is."""
    return {node.id: [node.lon, node.lat] for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE)}


def table(
    every: int, logs: Any, figures: Mapping[str, Any], truths: list[dense_trips.Pairs], streets: dense_trips.Streets,
    place: Mapping[int, list[float]],
) -> None:  # fmt: skip
    """Prints the rows of one sampling."""
    print(f"\nevery {every} s: {sum(len(log['lon']) for log in logs):,} fixes")
    print(f"  {'':12}{'points/CPU s':>14}{'F1':>8}{'F1 worst':>10}{'mismatch':>10}{'trips':>7}{'ours is':>10}")
    ours = 0.0
    for name, found in figures.items():
        done = len(found["lines"])
        speed = sum(len(log["lon"]) for log in logs[:done]) / max(found["cpu"], 1e-9)
        ours = speed if name == "tracker" else ours
        times = f"{ours / speed:9.1f}x" if ours else ""
        marks = [
            dense_trips.score(true, pairs(lines or [], streets, place), streets)
            for true, lines in zip(truths, found["lines"], strict=False)
        ]
        right = f"{'':28}"
        if name != "loop":
            f1, off = zip(*marks, strict=True)
            right = f"{statistics.mean(f1):8.4f}{min(f1):10.3f}{statistics.median(off):10.4f}"
        failed = f"  ({found['lines'].count(None)} failed)" if None in found["lines"] else ""
        print(f"  {name:12}{speed:14,.0f}{right}{done:7}{times:>10}{failed}", flush=True)
    for peer in ("valhalla", "osrm"):
        if ours and peer in figures:
            speed = sum(len(log["lon"]) for log in logs) / figures[peer]["cpu"]
            reached = "reached" if ours / speed >= TARGETS[every] else "MISSED"
            print(f"  budget: {TARGETS[every]}x {peer}: {reached} ({ours / speed:.1f}x)")


def pairs(lines: Any, streets: dense_trips.Streets, place: Mapping[int, list[float]]) -> dense_trips.Pairs:
    """The directed pieces of road that an answer's lines go over."""
    found: dense_trips.Pairs = []
    for line in lines:
        found += streets.pairs([place[point] if isinstance(point, int) else point for point in line])
    return found


if __name__ == "__main__":
    main()
