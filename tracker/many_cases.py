"""One case of many: what travels to a worker, and what the worker does with it."""

import hashlib
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.many_files import FORMAT, VERDICTS, file_names, forget_others, settle, write_whole

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tracker.model import Track
    from tracker.roads import RoadNetwork

EVERY_S = 600
"""Seconds between the rows of a written track."""

_BOOKKEEPING = ("revision", "author", "recorded_at")
"""What a log notes of a report; it says nothing about the march."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All that a worker needs; a few kilobytes, for the roads stay where they are."""

    case: str
    """The case's name."""
    reports: "gpd.GeoDataFrame"
    """Its reports table."""
    roads: str
    """The prepared folder."""
    ground: str
    """Digest of what must be in it."""
    folder: str
    """The folder of the case's files."""
    scratch: str
    """The folder where files grow until they are whole; it is there as long as the run."""
    program: str
    """Version of the tracker that the run is made with."""
    made_of: str
    """Digest of reports, roads, seed, members and program."""
    seed: int
    """As for `reconstruct`."""
    members: int | None
    """As for `reconstruct`; None for its own number."""


Result = tuple[str, tuple[str, ...], str]
"""State, files and reason of one case."""


def run(task: Task) -> Result:
    """Do one case; whatever is wrong with it is its result, and stops no other."""
    try:
        return "made", _made(task), ""
    except Exception as error:
        return failed(error)


def failed(error: BaseException) -> Result:
    """The result of a case that ended with an error."""
    from tracker.model import TrackerError

    reason = f"{type(error).__name__}: {error}"
    if not isinstance(error, (TrackerError, OSError)) and (frames := traceback.extract_tb(error.__traceback__)):
        reason += f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"
    return "failed", (), reason


@lru_cache(maxsize=1)
def program() -> str:
    """Version of this tracker."""
    try:
        return version("convoy-tracker")
    except PackageNotFoundError:
        return ""


def fingerprint(manifest: Mapping[str, Any]) -> str:
    """Digest of the roads in a prepared folder, from its manifest."""
    said = json.dumps([manifest.get("sha256"), manifest.get("profile")], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def digest(reports: "pd.DataFrame", *more: object) -> str:
    """Digest of what a table says, whatever the order of its rows and columns, its index, and the zone of its times."""
    columns = sorted((name for name in reports.columns if name not in _BOOKKEEPING), key=str)
    rows = sorted(zip(*([_cell(value) for value in reports[name]] for name in columns), strict=True))
    return hashlib.sha256(json.dumps([FORMAT, [*map(str, columns)], rows, *more]).encode()).hexdigest()


def _cell(value: Any) -> str:
    import numpy as np
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, BaseGeometry):
        return str(value.wkb_hex)
    if isinstance(value, pd.Timestamp):
        return (value if value.tzinfo is None else value.tz_convert("UTC")).isoformat()
    if isinstance(value, str):
        return f"'{value}"
    return repr(float(value)) if isinstance(value, (int, float, np.number)) else repr(value)


# ---- in the worker


def _made(task: Task) -> tuple[str, ...]:
    from tracker.reconstruct import reconstruct

    _check(task)
    options = {} if task.members is None else {"members": task.members}
    march = reconstruct(task.reports, _opened(task.roads, task.ground), seed=task.seed, **options)
    folder, scratch = Path(task.folder), Path(task.scratch)
    folder.mkdir(exist_ok=True)
    named = {unit: f"{file}.parquet" for unit, file in file_names(march.tracks).items()}
    for unit, track in march.tracks.items():
        said = {"made_of": task.made_of, "case": task.case, "unit": unit}
        write_whole(_rows(track), folder / named[unit], scratch=scratch, said=said)
    files = [*named.values(), f"{VERDICTS}.parquet"]
    forget_others(folder, files)
    # Last, since it says that all the others are there.
    whole = {"made_of": task.made_of, "case": task.case, "files": files}
    write_whole(march.verdicts.sort_values("report_id"), folder / files[-1], scratch=scratch, said=whole)
    settle(folder)
    return tuple(str(folder / name) for name in files)


def _check(task: Task) -> None:
    """Refuse to write where the run does not look, or with another program."""
    if not Path(task.scratch).is_dir():
        raise OSError(f"{task.folder}: not the folder of the run, or the run is over; workers must see the same folder")
    if program() != task.program:
        raise OSError(f"tracker {program() or '?'} on the worker, {task.program or '?'} here; install the same")


@lru_cache(maxsize=1)
def _opened(folder: str, ground: str) -> "RoadNetwork":
    """The roads, which stay open for the worker's next case."""
    from tracker.model import BadRoads
    from tracker.roads import load_roads, read_manifest

    if fingerprint(read_manifest(Path(folder))) != ground:
        raise BadRoads(f"{folder}: not the roads of the run; workers must see the same folder, and none may change it")
    return load_roads(folder)


def _rows(track: "Track") -> "gpd.GeoDataFrame":
    """Where a unit was, every ten minutes."""
    import pandas as pd

    first = track.known_from.ceil(f"{EVERY_S}s")
    last = max(track.known_until.floor(f"{EVERY_S}s"), track.known_from)
    times = pd.date_range(first, last, freq=f"{EVERY_S}s") if first <= last else pd.DatetimeIndex([track.known_from])
    return track.at(times).assign(unit=track.unit)
