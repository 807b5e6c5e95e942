"""Cases that cost next to nothing, executors of which a test can see the inside, and the digest of a folder."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import Point

from tests.roads.napkin import draw
from tracker.model import tables
from tracker.roads import save

MEMBERS = 100
LONGEST_S = 240.0
"""How long anything may take before a test gives up: only a hang takes longer."""

LINE = {"a": (38.9, 52.0), "b": (39.4, 52.0), "c": (39.8, 52.0)}


def roads(folder: Path, *, name: str = "roads", ref: str = "M1") -> Path:
    """62 km of one road, prepared."""
    folder.mkdir(parents=True, exist_ok=True)
    save(draw(folder, LINE, [("ab", {"highway": "trunk", "ref": ref}), ("bc", {"highway": "trunk", "ref": ref})]),
         folder / name)  # fmt: skip
    return folder / name


def march(number: int = 0, *, units: tuple[str, ...] = ("column",)) -> gpd.GeoDataFrame:
    """Two sightings of each unit, 25 km and half an hour apart; each number has a march of its own."""
    start = pd.Timestamp("2023-06-24T10:00+03:00") + pd.Timedelta(minutes=number % 60)
    rows = [
        {"report_id": f"{unit}-{at}", "kind": "sighting", "unit": unit, "reliability": "B", "credibility": 2,
         "earliest": start + pd.Timedelta(minutes=30 * at), "latest": start + pd.Timedelta(minutes=30 * at + 2),
         "time_basis": "observed", "geometry": Point(39.05 + 0.36 * at + 0.0001 * (number % 400), 52.0),
         "radius_m": 500.0, "origin": f"witness {at}", "revision": 1}
        for unit in units for at in range(2)
    ]  # fmt: skip
    return tables.table({name: [row.get(name) for row in rows] for name in tables.REPORTS}, tables.REPORTS)


def digest(folder: Path) -> str:
    """Digest of all files that are not hidden, and of their names."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            found.update(json.dumps([inside.as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()]).encode())
    return found.hexdigest()


def hidden(folder: Path) -> list[str]:
    """What is left that nobody asked for."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(".*") if path.name != ".lock")


def marks(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file with the number and the moment that change when it is written again."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*.parquet"))
        if ".run-" not in str(path)
    }


def wait_for(what: Callable[[], Any], name: str) -> Any:
    """What a condition gives once it gives something."""
    end = time.monotonic() + LONGEST_S
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {LONGEST_S:.0f} s for {name}")
        time.sleep(0.02)
    return found


class InTurn(Executor):
    """Does each task when it is told of it, here; `seen` are the tasks."""

    def __init__(self, before: Callable[[Any], None] = lambda task: None) -> None:
        self.before, self.seen = before, list[Any]()

    def submit(self, work: Callable[..., Any], /, *told: Any, **options: Any) -> Future[Any]:
        self.seen.append(told[0])
        self.before(told[0])
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        future.set_result(work(*told, **options))
        return future


class Gated(Executor):
    """Another executor whose workers tell that they began a case, and wait for a file before they do it."""

    def __init__(self, inner: Executor, folder: Path) -> None:
        self.inner, self.folder = inner, folder
        folder.mkdir()

    def submit(self, work: Callable[..., Any], /, *told: Any, **options: Any) -> Future[Any]:
        return self.inner.submit(behind_gate, str(self.folder), work, *told, **options)

    def begun(self) -> dict[str, int]:
        """Cases begun, with the process that has each."""
        return {path.name[6:]: int(path.read_text()) for path in self.folder.glob("begun-*")}

    def open(self) -> None:
        """Let everybody through."""
        (self.folder / "open").touch()


def behind_gate(folder: str, work: Callable[..., Any], task: Any) -> Any:
    """Say who has the task, wait at the gate, do it."""
    at = Path(folder)
    told = at / f"telling-{os.getpid()}"
    told.write_text(str(os.getpid()))
    os.replace(told, at / f"begun-{task.case}")
    wait_for((at / "open").exists, "the gate")
    return work(task)


class Deadly:
    """Kills the process that unpacks it."""

    def __deepcopy__(self, memo: object) -> "Deadly":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return kill_this_process, ()


def kill_this_process() -> None:
    """End like a process that the machine ends for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)
