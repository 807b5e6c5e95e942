"""Simulated marches with a known truth: how far off, how honest, how many false reports found, at what cost.

    python tests/bench/marches.py [FOLDER] [--roads FILE]

FOLDER holds marches as JSON ({family, t0, reports, truth}); without one those beside the checkout are taken, and
without those nothing is measured. The two baselines (straight lines; snapped to the nearest road, then the quickest
way) are computed in the same run by the code beside the marches.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tracker  # noqa: E402
from tracker.model import tables  # noqa: E402

SHARED = ROOT.parent / "shared"
FAMILIES = ("march", "sparse", "busy")
EVERY_MIN = 5


def reports_of(march: dict[str, Any]) -> gpd.GeoDataFrame:
    """The reports table of a march; the answer, `false`, stays out of it."""
    rows = pd.DataFrame(march["reports"])
    columns = {name: rows[name] for name in rows if name in tables.REPORTS}
    for name in ("earliest", "latest"):
        columns[name] = pd.to_datetime(rows[name], utc=True, format="ISO8601").dt.as_unit("us")
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs=tables.CRS)
    return tables.table({**columns, "geometry": points}, tables.REPORTS)


def asked(march: dict[str, Any], reports: gpd.GeoDataFrame) -> np.ndarray:
    """(n, 3) minute, lon, lat of the truth every five minutes between the first and the last interval's middle."""
    start = pd.Timestamp(march["t0"])
    minutes = [(reports[name] - start) / pd.Timedelta(minutes=1) for name in ("earliest", "latest")]
    middle = (minutes[0] + minutes[1]) / 2
    truth = np.array(march["truth"])
    known = (truth[:, 0] >= max(middle.min(), 0)) & (truth[:, 0] <= middle.max())
    return truth[known & (truth[:, 0] % EVERY_MIN == 0)]


def measure(march: dict[str, Any], roads: tracker.RoadNetwork, score: Any) -> dict[str, float]:
    """Errors in km, coverage, energy score, found false reports and CPU seconds of one march."""
    reports = reports_of(march)
    begun = time.process_time()
    result = tracker.reconstruct(reports, roads, seed=0)
    spent = time.process_time() - begun
    track = result.tracks["column"]
    want = asked(march, reports)
    times = pd.Timestamp(march["t0"]) + pd.to_timedelta(want[:, 0], unit="min")
    positions = track.positions(times)
    # The score takes a small map about the middle of the march; weights are those of each time.
    lat0 = float(np.mean([row[2] for row in march["truth"]]))
    points = score.xy_km(positions.geometry.x, positions.geometry.y, lat0).reshape(len(times), -1, 2)
    weights = positions["weight"].to_numpy().reshape(len(times), -1)
    path = score.xy_km(*np.array(march["truth"]).T[1:], lat0)
    error, in90, in50, energy = score.score_one(
        (path, score.xy_km(want[:, 1], want[:, 2], lat0)), list(zip(points, weights, strict=True))
    )
    false = np.array([row["false"] for row in march["reports"]], bool)
    found = result.verdicts["verdict"].isin(["doubtful", "impossible"]).to_numpy()
    return {
        "error": error.mean(),
        "in90": in90.mean(),
        "in50": in50.mean(),
        "energy": energy.mean(),
        "hit": (found & false).sum(),
        "found": found.sum(),
        "false": false.sum(),
        "cpu": spent,
    }


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """The scripts of a folder can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def main(arguments: list[str] | None = None) -> None:
    """Prints one line for each family."""
    parser = argparse.ArgumentParser(description="Simulated marches with a known truth.")
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "bench" / "marches")
    parser.add_argument("--roads", type=Path, default=SHARED / "roads" / "corridor_major.osm.bz2")
    options = parser.parse_args(arguments)
    scripts = SHARED / "bench"
    for needed in (options.folder, options.roads, scripts / "baselines.py", scripts / "score_march.py"):
        if not needed.exists():
            print(f"marches: skipped, {needed.name} is not beside the checkout")
            return
    with beside(scripts):
        import baselines
        import score_march
        import simulate
    roads = tracker.load_roads(options.roads)
    ground = simulate.load(options.roads)
    tree = baselines.cKDTree(ground[0][ground[3]] * [0.62, 1])
    print(f"{'family':8}{'marches':>8}{'error km':>10}{'line':>7}{'snap':>7}{'ratio':>7}", end="")
    print(f"{'in 90 %':>9}{'in 50 %':>9}{'energy':>8}{'precision':>11}{'recall':>8}{'CPU s':>7}", flush=True)
    for family in FAMILIES:
        rows: dict[str, list[float]] = defaultdict(list)
        for file in sorted(options.folder.glob(f"{family}-*.json")):
            march = json.loads(file.read_text("utf-8"))
            for name, value in measure(march, roads, score_march).items():
                rows[name].append(float(value))
            rows["line"].append(baselines.line(march).mean())
            rows["snap"].append(baselines.snap(march, *ground, tree).mean())
        if not rows:
            continue
        mean = {name: float(np.mean(values)) for name, values in rows.items()}
        hit = sum(rows["hit"])
        print(
            f"{family:8}{len(rows['error']):8}{mean['error']:10.2f}{mean['line']:7.2f}{mean['snap']:7.2f}"
            f"{mean['error'] / min(mean['line'], mean['snap']):7.3f}{mean['in90']:9.1%}{mean['in50']:9.1%}"
            f"{mean['energy']:8.2f}{hit / max(sum(rows['found']), 1):11.2f}{hit / max(sum(rows['false']), 1):8.2f}"
            f"{mean['cpu']:7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
