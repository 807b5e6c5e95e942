"""The bundled case: where the main column was, what became of the reports, how long it all takes, and the memory.

python tests/bench/bundled_case.py
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tracker  # noqa: E402
from tracker.roads import KilometrePosts  # noqa: E402

HOURS = ("06:00", "12:00", "15:00", "20:00")
PLACES = {"Pavlovsk": (40.11, 50.46), "Voronezh bypass": (39.36, 51.70), "Yelets": (38.50, 52.62)}
ZONE = "Europe/Moscow"
IN_A_PROCESS = """
import json, time
begun = time.perf_counter()
import tracker
from tests.bench.roads_one import peak_mib
reports, roads = tracker.read_reports(), tracker.load_roads()
read = time.perf_counter()
tracker.reconstruct(reports, roads, seed=0)
print(json.dumps({"read": read - begun, "first": time.perf_counter() - read, "peak": peak_mib()}))
"""


def import_seconds() -> float:
    """Seconds that a new process takes to import the package and its verbs, beyond starting Python."""

    def run(code: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        return time.perf_counter() - begun

    names = "import tracker; tracker.read_reports, tracker.load_roads, tracker.reconstruct, tracker.export_html"
    return run(names) - run("pass")


def first_in_a_process(**environment: str) -> dict[str, float]:
    """Seconds to import and read, and of the first reconstruction; MiB that the process has held at most."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", IN_A_PROCESS]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=environment)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def where(track: tracker.Track) -> None:
    """Prints the kilometres of the M4 and the radius at some hours, and the passages of some places."""
    times = pd.DatetimeIndex([f"2023-06-24T{hour}" for hour in HOURS]).tz_localize(ZONE)
    lon, lat = track.coordinates(times)
    km = np.array([KilometrePosts.read().km_at("M4", *row) for row in zip(lon, lat, strict=True)])
    print(f"{track.unit}, 24 June, Moscow time:")
    for hour, kilometres, radius in zip(HOURS, km, track.at(times)["radius_m"], strict=True):
        low, middle, high = np.quantile(kilometres, (0.05, 0.5, 0.95))
        print(f"  {hour}  M4 km {middle:4.0f} ({low:.0f} to {high:.0f})  90 % within {radius / 1000:.0f} km")
    for row in track.passages(PLACES).itertuples():
        low, middle, high = (time.tz_convert(ZONE).strftime("%d. %H:%M") for time in (row.t05, row.t50, row.t95))
        print(f"  {row.place:16} {row.probability:4.0%}  {middle} ({low} to {high})")


def main() -> None:
    """Prints everything."""
    begun = time.perf_counter()
    reports = tracker.read_reports()
    read = time.perf_counter() - begun
    roads = tracker.load_roads()
    loaded = time.perf_counter() - begun - read
    # The first compiles what is not yet compiled; it is not timed.
    march = tracker.reconstruct(reports, roads, seed=0)
    warm, cpu = [], []
    for _ in range(3):
        begun, spent = time.perf_counter(), time.process_time()
        march = tracker.reconstruct(reports, roads, seed=0)
        warm.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - spent)
    where(march.tracks["main column"])
    counts = march.verdicts["verdict"].value_counts()
    print("verdicts:", ", ".join(f"{verdict} {count}" for verdict, count in counts.items()))
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        page = tracker.export_html(march, Path(folder) / "march.html", zone=ZONE)
        exported = time.perf_counter() - begun
        size = Path(page).stat().st_size
        kept = first_in_a_process()
        bare = first_in_a_process(NUMBA_CACHE_DIR=str(Path(folder) / "compiled"))
    print(f"import {import_seconds():.2f} s, read reports {read:.2f} s, load roads {loaded:.2f} s")
    print(
        f"reconstruct {len(march.tracks)} units, {len(reports)} reports: warm {min(warm):.2f} s (CPU {min(cpu):.2f} s, "
        f"{min(cpu) / len(reports) * 1000:.0f} ms a report)"
    )
    print(
        f"first in a process, after {kept['read']:.2f} s of importing and reading: {kept['first']:.2f} s, "
        f"and {bare['first']:.2f} s where nothing is compiled yet; its memory {kept['peak']:.0f} MiB at most"
    )
    print(f"export {exported:.2f} s, from an edit to the new page {min(warm) + exported:.2f} s, page {size} bytes")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
