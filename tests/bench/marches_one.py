"""A simulated march, reconstructed in a process of its own: what was concluded, and what it cost.

The process opens prepared roads, so its memory is that of a reconstruction and not of reading a road file.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import tracker
from tests.bench.roads_one import peak_mib
from tracker.model import tables

EVERY_MIN = 5
UNIT = "column"
_OPENED: list[tracker.RoadNetwork] = []


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What the tracker says of one march."""

    minutes: np.ndarray
    """(t,) minutes after the march's beginning, one by one, as far as truth and track both reach."""
    lon: np.ndarray
    """(t, members) where every history is at them."""
    lat: np.ndarray
    """(t, members)."""
    weights: np.ndarray
    """(members,) of the histories."""
    edges: dict[int, float]
    """Probability of each edge that any history drove."""
    doubted: np.ndarray
    """(reports,) whether a report is called doubtful or impossible."""
    wall: float
    """Seconds that the reconstruction took."""
    cpu: float
    """Processor seconds that it took."""
    peak: float
    """MiB that the process has held at most, so far."""


def reports_of(march: dict[str, Any]) -> gpd.GeoDataFrame:
    """The reports table of a march; the answer, `false`, stays out of it."""
    rows = pd.DataFrame(march["reports"])
    columns = {name: rows[name] for name in rows if name in tables.REPORTS}
    for name in ("earliest", "latest"):
        columns[name] = pd.to_datetime(rows[name], utc=True, format="ISO8601").dt.as_unit("us")
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs=tables.CRS)
    return tables.table({**columns, "geometry": points}, tables.REPORTS)


def open_roads(folder: str, warm: str) -> None:
    """Open the process's roads, and reconstruct one march, so that all code is compiled before anything is timed."""
    _OPENED.append(tracker.load_roads(folder))
    tracker.reconstruct(reports_of(json.loads(Path(warm).read_text("utf-8"))), _OPENED[0], seed=0)


def answer(file: str) -> Answer:
    """What the tracker makes of the reports of a march's file."""
    march = json.loads(Path(file).read_text("utf-8"))
    reports = reports_of(march)
    wall, cpu = time.perf_counter(), time.process_time()
    result = tracker.reconstruct(reports, _OPENED[0], seed=0)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = peak_mib()
    track, start = result.tracks[UNIT], pd.Timestamp(march["t0"])
    minutes = np.array([row[0] for row in march["truth"]])
    times = start + pd.to_timedelta(minutes, unit="min")
    inside = (times >= track.start) & (times <= track.end)
    positions = track.positions(times[inside])
    shape = (int(inside.sum()), -1)
    return Answer(
        minutes=minutes[inside],
        lon=positions.geometry.x.to_numpy().reshape(shape),
        lat=positions.geometry.y.to_numpy().reshape(shape),
        weights=positions["weight"].to_numpy().reshape(shape)[0],
        edges={int(edge): float(p) for edge, p in track.edges["probability"].items()},
        doubted=result.verdicts["verdict"].isin(["doubtful", "impossible"]).to_numpy(),
        wall=wall,
        cpu=cpu,
        peak=peak,
    )
