"""A march over a corridor and over a whole country: seconds for the case and for each report, and memory.

    python tests/bench/country_case.py [--work FOLDER] [--cases N] [--limit SECONDS] [--quick] [--write PAGE]

A column drives the quickest way between two places 150 to 300 km apart at two thirds of the free speed and is seen
every three quarters of an hour on average, within 5 km. Roads: the corridor's main roads, and Liechtenstein's streets,
mirrored into a country of a million edges (`country.py`); --quick takes a region of 12 tiles in its place. Every case
runs in a process of its own that opens prepared roads, twice: the first time code and roads come from the disk. A case
that takes longer than the limit is ended and said to.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tracker  # noqa: E402
from tests.bench.country import country  # noqa: E402
from tests.bench.markdown import fill, table  # noqa: E402
from tests.bench.peers import work_folder  # noqa: E402
from tests.bench.roads_one import peak_mib  # noqa: E402
from tests.conftest import SHARED  # noqa: E402
from tracker.model import geodesy  # noqa: E402
from tracker.roads import prepare_roads, shortest_path  # noqa: E402

START = pd.Timestamp("2024-05-04T03:00Z")
LONG_M = (150_000, 300_000)
HASTE = 2 / 3
EVERY_S, WITHIN_M, SIGMAS = 45 * 60, 5000.0, 2.4477
"""Seconds between reports on average, their radius, and standard deviations in it."""


def prepared(work: Path, source: Path) -> Path:
    """The prepared roads of a file, made where they are not there yet."""
    folder = work / f"prepared-{source.name.partition('.')[0]}"
    if not folder.exists():
        prepare_roads(source, folder)
    return folder


def write_case(roads: tracker.RoadNetwork, seed: int, out: Path) -> int:
    """Reports of a column that drove over the roads, as a file; returns how many they are."""
    random = np.random.default_rng(seed)
    metres, seconds = _drive(roads, random)
    moments = np.cumsum(random.exponential(EVERY_S, 100))
    moments = np.concatenate([[0.0], moments[moments < seconds[-1]], [seconds[-1]]])
    lon, lat = (np.interp(np.interp(moments, seconds, metres[0]), metres[0], along) for along in metres[1:])
    off = random.normal(0, WITHIN_M / SIGMAS, (2, len(moments)))
    half = pd.to_timedelta(random.choice([5, 15, 30], len(moments)), unit="min")
    middle = START + pd.to_timedelta(moments, unit="s")
    pd.DataFrame(
        {
            "unit": "column",
            "earliest": (middle - half).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "latest": (middle + half).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lon": lon + off[0] / (111_320 * np.cos(np.radians(lat))),
            "lat": lat + off[1] / 110_574,
            "radius_m": WITHIN_M,
            "publisher": [f"witness {number}" for number in range(len(moments))],
            "reliability": "B",
            "credibility": 2,
        }
    ).to_csv(out, index=False)
    return len(moments)


def _drive(roads: tracker.RoadNetwork, random: np.random.Generator) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """A long drive: metres, lon and lat of the ends of its edges, and the seconds at which they are passed."""
    lon, lat = np.asarray(roads.node_lon), np.asarray(roads.node_lat)
    while True:
        ends = random.integers(0, len(lon), 2)
        if geodesy.distance_m(lon[ends[0]], lat[ends[0]], lon[ends[1]], lat[ends[1]]) < LONG_M[0]:
            continue
        near = roads.nearest(lon[ends], lat[ends])
        first, last = zip(near.edge.tolist(), near.offset_m.tolist(), strict=True)
        route = shortest_path(roads, first, last)
        if LONG_M[0] < route.metres < LONG_M[1]:
            break
    edges = route.edges
    length = np.asarray(roads.length_m)[edges]
    pace = np.asarray(roads.speed_kmh)[edges] / 3.6 * HASTE
    middle_lon, middle_lat = roads.point_at(edges, length / 2)
    metres = np.cumsum(length) - length / 2
    return (metres, middle_lon, middle_lat), np.cumsum(length / pace)


def one(folder: str, file: str) -> dict[str, float]:
    """Seconds and memory of a case in this process."""
    begun = time.perf_counter()
    roads = tracker.load_roads(folder)
    spent = {"open": time.perf_counter() - begun}
    reports = tracker.read_reports(file)
    for name in ("first", "warm"):
        wall, cpu = time.perf_counter(), time.process_time()
        tracker.reconstruct(reports, roads, seed=0)
        spent |= {name: time.perf_counter() - wall, f"{name} cpu": time.process_time() - cpu}
    return {**spent, "peak": peak_mib()}


def measured(folder: Path, file: Path, limit: float) -> dict[str, Any]:
    """The same in a process of its own; where that takes too long, or breaks, why."""
    command = [sys.executable, str(Path(__file__).resolve()), "one", str(folder), str(file)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"why": f"ended after {limit:.0f} s"}
    if done.returncode:
        return {"why": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="A march over a corridor and over a whole country.")
    parser.add_argument("--work", help="where prepared roads are kept")
    parser.add_argument("--cases", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds that a case may take")
    parser.add_argument("--quick", action="store_true", help="a region instead of the country")
    parser.add_argument("--write", type=Path, help="a page with marks for the table")
    options = parser.parse_args(arguments)
    if not SHARED.is_dir():
        print("country_case: skipped, the road extracts are not beside the checkout")
        return
    work = work_folder(options.work)
    tiles = (4, 3) if options.quick else (22, 20)
    sources = {
        "corridor, main roads": SHARED / "roads" / "corridor_major.osm.bz2",
        f"{'region' if options.quick else 'country'}, {tiles[0]}x{tiles[1]} tiles": country(work, *tiles),
    }
    rows = []
    for title, source in sources.items():
        folder = prepared(work, source)
        roads = tracker.load_roads(folder)
        for seed in range(options.cases):
            with tempfile.TemporaryDirectory() as name:
                file = Path(name) / "reports.csv"
                count = write_case(roads, seed, file)
                found = measured(folder, file, options.limit)
            rows.append([f"{title}, case {seed + 1}", f"{len(roads.length_m):,}", f"{count}", *_cells(found, count)])
            print(f"country_case: {title}, case {seed + 1}: {' '.join(rows[-1][3:])}", file=sys.stderr, flush=True)
    names = ["roads", "edges", "reports", "open s", "first s", "warm s", "warm CPU s", "CPU ms a report", "peak MiB"]
    text = table(names, rows)
    print(text)
    if options.write:
        fill(options.write, "country case", text)


def _cells(found: dict[str, Any], count: int) -> list[str]:
    if "why" in found:
        return ["-", "-", found["why"], "-", "-", "-"]
    seconds = [f"{found[name]:.2f}" for name in ("open", "first", "warm", "warm cpu")]
    return [*seconds, f"{found['warm cpu'] / count * 1000:.0f}", f"{found['peak']:.0f}"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(one(*sys.argv[2:4])))
    else:
        main()
