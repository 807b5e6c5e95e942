"""A million reports of known events: how long finding the events takes, what memory, and how many pairs are right.

python tests/bench/corroborate.py [reports [reports to suggest links for]]
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tracker.evidence.voices import corroboration, merge_origins, same_event, suggest_links  # noqa: E402
from tracker.evidence.voices.near import hanging_together, near_pairs  # noqa: E402
from tracker.model import tables  # noqa: E402

Ints = NDArray[np.int64]
T = TypeVar("T")


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


def plain_tree(reports: gpd.GeoDataFrame) -> Ints:
    """The lab's baseline: events by scipy's tree over places and times alone, neither radius nor kind nor unit seen."""
    lon, lat = np.radians(reports.geometry.x.to_numpy()), np.radians(reports.geometry.y.to_numpy())
    when = (reports["earliest"] + (reports["latest"] - reports["earliest"]) / 2).dt.as_unit("us").astype("int64")
    place = 6371008.8 / 600 * np.c_[np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    points = np.c_[place, when.to_numpy() / 1e6 / 2700]
    tree = cKDTree(points, leafsize=16, balanced_tree=False, compact_nodes=False)
    one, other = tree.query_pairs(1.0, p=np.inf, output_type="ndarray").T
    near = ((points[one, :3] - points[other, :3]) ** 2).sum(axis=1) <= 1
    graph = coo_array((np.ones(near.sum(), bool), (one[near], other[near])), shape=(len(points),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def our_events(reports: gpd.GeoDataFrame) -> Ints:
    """The event of each report: what `same_event` finds, before it is made a table."""
    one, other, _, _ = near_pairs(reports)
    return hanging_together(len(reports), one, other)


def timed(what: str, done: Callable[[], T]) -> tuple[T, float]:
    """What the call returns, and its processor seconds; a line of them is printed."""
    begun, busy = time.perf_counter(), time.process_time()
    result = done()
    busy = time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    wall = time.perf_counter() - begun
    print(f"  {what:34} processor {busy:6.2f} s, wall {wall:6.2f} s, load {os.getloadavg()[0]:.1f}, peak {peak:.2f} GB")
    return result, busy


def main(size: int, suggest: int) -> None:
    """Seconds, load, memory, precision and recall beside the baseline, for exact reports and with one in ten vague."""
    our_events(marches(1000)[0])  # compiled, or read from the cache of compiled code
    for vague in (0.0, 0.1):
        reports, truth = marches(size, vague=vague)
        print(f"{size:,} reports, {vague:.0%} vague")
        ours, theirs = [], []
        for _ in range(3):
            events, busy = timed("events", lambda: our_events(reports))  # noqa: B023
            plain, baseline = timed("events, plain cKDTree", lambda: plain_tree(reports))  # noqa: B023
            ours.append(busy)
            theirs.append(baseline)
        for what, found in (("ours", events), ("plain cKDTree", plain)):
            print(f"  {what}: pair precision %.3f recall %.3f" % right(found, truth))
        print(f"  best of 3: {min(ours):.2f} s, {min(ours) / min(theirs):.2f} of the plain cKDTree")
        table, _ = timed("same_event", lambda: same_event(reports))  # noqa: B023
    first = table.drop_duplicates("report_id")[["report_id", "other_id"]]
    links = first.assign(relation=np.where(np.arange(len(first)) % 2, "repost", "same event"))
    timed(f"merge_origins, {len(links):,} links", lambda: merge_origins(reports, links))
    timed("corroboration, the same", lambda: corroboration(reports, links))
    some = marches(suggest, vague=0.1)[0]
    timed(f"suggest_links, {suggest:,} wordless", lambda: suggest_links(some))


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    main(asked[0] if asked else 1_000_000, asked[1] if asked[1:] else 100_000)
