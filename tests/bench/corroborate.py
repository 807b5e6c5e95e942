"""A million reports of known events: how long finding the events takes, what memory, and how many pairs are right.

python tests/bench/corroborate.py [reports]
"""

import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tracker.evidence.voices import same_event  # noqa: E402
from tracker.evidence.voices.near import hanging_together, near_pairs  # noqa: E402
from tracker.model import tables  # noqa: E402

Ints = NDArray[np.int64]


def marches(size: int, *, vague: float = 0.0, seed: int = 0) -> tuple[gpd.GeoDataFrame, Ints]:
    """Reports of random events of 200 units, and the event of each.

    An event has 1 + Poisson(1.2) reports, off by 150 m and 8 minutes (standard deviations) and saying so in radius and
    interval; of the vague share of reports the radius is 5 km and the interval 4 hours, and they are off by as much.
    """
    random = np.random.default_rng(seed)
    event = np.repeat(np.arange(size), 1 + random.poisson(1.2, size))[:size]
    events = int(event.max()) + 1
    wide = random.random(size) < vague
    off_m, off_s = np.where(wide, 5000 / 2.45, 150.0), np.where(wide, 3600.0, 480.0)
    lat = random.uniform(48, 51, events)[event] + random.normal(0, 1, size) * off_m / 111_320
    lon = random.uniform(28, 34, events)[event] + random.normal(0, 1, size) * off_m / 71_500
    when = random.uniform(0, 86_400 * max(20, size / 5000), events)[event] + random.normal(0, 1, size) * off_s
    half = pd.to_timedelta(np.where(wide, 7200, 600), unit="s")
    middle = pd.Timestamp("2023-06-24", tz="UTC") + pd.to_timedelta(when.round(), unit="s")
    columns = {
        "report_id": [f"r{k:07d}" for k in range(size)],
        "kind": np.full(size, "sighting"),
        "unit": np.char.add("unit ", random.integers(0, 200, events)[event].astype(str)),
        "earliest": pd.Series(middle - half),
        "latest": pd.Series(middle + half),
        "radius_m": np.where(wide, 5000.0, 2.45 * 150),
        "geometry": gpd.points_from_xy(lon, lat),
    }
    return tables.table(columns, tables.REPORTS), event


def right(found: Ints, truth: Ints) -> tuple[float, float]:
    """Precision and recall of the pairs of reports that share an event."""

    def pairs(labels: Ints) -> float:
        counts = np.unique(labels, return_counts=True)[1]
        return float((counts * (counts - 1) / 2).sum())

    both = pairs(found * (int(truth.max()) + 1) + truth)
    return both / max(pairs(found), 1), both / max(pairs(truth), 1)


def main(size: int) -> None:
    """Prints seconds, memory before and after, precision and recall, for exact reports and with one in ten vague."""
    for vague in (0.0, 0.1):
        reports, truth = marches(size, vague=vague)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        begun, busy = time.perf_counter(), time.process_time()
        one, other, _, _ = near_pairs(reports)
        events = hanging_together(size, one, other)
        kernel = time.perf_counter() - begun
        busy = time.process_time() - busy
        begun = time.perf_counter()
        table = same_event(reports)
        whole = time.perf_counter() - begun
        precision, recall = right(events, truth)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{size:,} reports, {vague:.0%} vague: events {kernel:.2f} s (processor {busy:.2f} s), "
            f"with a table of {len(table):,} pairs {whole:.2f} s, "
            f"pair precision {precision:.3f} recall {recall:.3f}, "
            f"peak memory {peak:.2f} GB (reports alone {before:.2f})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
