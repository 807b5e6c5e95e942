"""Thousands of units or cases at once: over processes of this machine, or over any executor's workers."""

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tracker.model import Track
    from tracker.roads import RoadNetwork

EVERY_S = 600
"""Seconds between the rows of a written track."""
FORMAT = "convoy-tracker track 1"
"""What the metadata of a written file says it is."""
VERDICTS = "verdicts"
"""Name of the file that holds a case's verdicts."""


def reconstruct_many(
    cases: "Mapping[str, gpd.GeoDataFrame] | gpd.GeoDataFrame",
    roads: "RoadNetwork | str | os.PathLike[str] | None" = None,
    *,
    out_dir: str | os.PathLike[str],
    executor: Executor | None = None,
    seed: int = 0,
    members: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> "pd.DataFrame":
    """Reconstruct many cases, each of them written as it is finished, and say what became of each.

    Parameters
    ----------
    cases : name of each case -> its reports table; or one reports table, of which every unit becomes a case of its own
    roads : the roads of all cases: a prepared folder (`prepare_roads`), or a network; the bundled ones by default
    out_dir : folder that the files go to; it is made
    executor : any `concurrent.futures.Executor`, such as ``dask.distributed.Client(...).get_executor()``, whose workers
        see `out_dir` under the same path; by default processes of this machine, one for each processor
    seed, members : as for `reconstruct`
    progress : called with the number of cases done and of all cases

    Returns
    -------
    DataFrame in the order of the cases: case, state ("made", "kept" from an earlier run, "failed"), files (tuple of
    paths), reason (why it failed, else empty).

    For each unit one GeoParquet is written, `CASE/UNIT.parquet`: every ten minutes from its first report to its last
    the most central point, the roads that hold 90 %, and the radius that does (`Track.at`); and one
    `CASE/verdicts.parquet`.
    A file is written whole or not at all, and its bytes depend on nothing but reports, roads, seed and members. A run
    that broke off is run again: cases whose files are there, made of the same, are kept.

    The roads travel to no worker: each opens the same folder and shares its memory.

    Raises
    ------
    BadReport
        A name of a case is no name, or a table is given of which no row names a unit.
    BadRoads
        The roads cannot be opened or written.
    """
    named = _named(cases)
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    with _folder(roads, out) as (folder, fingerprint):
        tasks = {name: _task(name, table, folder, fingerprint, out, seed, members) for name, table in named.items()}
        with _pool(executor) as pool:
            results = _gathered(pool, tasks, progress)
    import pandas as pd

    rows = [(name, *results[name]) for name in tasks]
    return pd.DataFrame(rows, columns=["case", "state", "files", "reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All that a worker needs; a few kilobytes."""

    reports: bytes
    """The reports table as GeoParquet."""
    roads: str
    """The prepared folder."""
    out: str
    """The folder of the case's files."""
    made_of: str
    """Digest of reports, roads, seed and members."""
    seed: int
    """As for `reconstruct`."""
    members: int | None
    """As for `reconstruct`; None for its own number."""


Result = tuple[str, tuple[str, ...], str]
"""State, files and reason of one case."""


def run(task: Task) -> Result:
    """Do one case; what is wrong with it is its result, and stops no other."""
    from tracker.model import TrackerError

    try:
        if kept := _kept(task):
            return "kept", kept, ""
        return "made", _made(task), ""
    except (TrackerError, ValueError, OSError) as error:
        return "failed", (), f"{type(error).__name__}: {error}"


def _named(cases: "Mapping[str, gpd.GeoDataFrame] | gpd.GeoDataFrame") -> "Mapping[str, gpd.GeoDataFrame]":
    from tracker.model import BadReport, Fault

    if not isinstance(cases, Mapping):
        cases = {str(unit): table for unit, table in cases.groupby("unit", sort=True)}
        if not cases:
            raise BadReport([Fault(file="", row=None, column="unit", value="", problem="no report names a unit",
                                   remedy="name the units, or give cases as {name: reports}")])  # fmt: skip
    wrong = [name for name in cases if not isinstance(name, str) or not name.strip()]
    if wrong:
        raise BadReport([Fault(file="", row=None, column="case", value=repr(name)[:80], problem="a case without a name",
                               remedy="give a text") for name in wrong])  # fmt: skip
    return cases


def _task(
    name: str, reports: "gpd.GeoDataFrame", folder: Path, fingerprint: str, out: Path, seed: int, members: int | None
) -> Task:
    told = io.BytesIO()
    reports.reset_index(drop=True).to_parquet(told)
    digest = hashlib.sha256(told.getvalue())
    digest.update(json.dumps([FORMAT, fingerprint, int(seed), members]).encode())
    return Task(
        reports=told.getvalue(),
        roads=str(folder),
        out=str(out / file_name(name)),
        made_of=digest.hexdigest(),
        seed=int(seed),
        members=members,
    )


def file_name(name: str) -> str:
    """A name that any file system takes, different for different names.

    >>> file_name("main column"), file_name("../etc")
    ('main column', 'etc-f7f9121f')
    """
    safe = re.sub(r"[^\w .-]", "", name).strip(" .")[:60]
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


@contextmanager
def _folder(roads: "RoadNetwork | str | os.PathLike[str] | None", out: Path) -> Iterator[tuple[Path, str]]:
    """The prepared folder that every worker opens, and the digest of what is in it."""
    from tracker.roads import load_roads, read_manifest, save

    if isinstance(roads, str | os.PathLike) and Path(roads).is_dir():
        yield Path(roads).resolve(), _fingerprint(read_manifest(Path(roads)))
        return
    network = load_roads(roads) if roads is None or isinstance(roads, str | os.PathLike) else roads
    with tempfile.TemporaryDirectory(dir=out, prefix=".roads.") as scratch:
        save(network, Path(scratch) / "roads")
        yield (Path(scratch) / "roads").resolve(), _fingerprint(read_manifest(Path(scratch) / "roads"))


def _fingerprint(manifest: Mapping[str, Any]) -> str:
    said = json.dumps([manifest["sha256"], manifest["profile"]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


@contextmanager
def _pool(executor: Executor | None) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: a copy of this one would share its threads' locks and its open logs.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        yield pool


def _gathered(
    pool: Executor, tasks: Mapping[str, Task], progress: Callable[[int, int], None] | None
) -> dict[str, Result]:
    futures: dict[Future[Result], str] = {pool.submit(run, task): name for name, task in tasks.items()}
    results: dict[str, Result] = {}
    # Other executors' futures are not those of this module: what counts is that they can be waited for.
    native = all(isinstance(future, Future) for future in futures)
    for future in as_completed(futures) if native else list(futures):
        results[futures[future]] = future.result()
        if progress is not None:
            progress(len(results), len(tasks))
    return results


# ---- in the worker


def _kept(task: Task) -> tuple[str, ...]:
    """The files of an earlier run that was made of the same, if all of them are there."""
    import pyarrow.parquet as pq

    last = Path(task.out) / f"{VERDICTS}.parquet"
    try:
        said = pq.read_schema(last).metadata or {}
        files = json.loads(said[b"convoy-tracker"])
    except (OSError, ValueError, KeyError):
        return ()
    if files.get("made_of") != task.made_of:
        return ()
    paths = [Path(task.out) / name for name in files["files"]]
    return tuple(str(path) for path in paths) if all(path.is_file() for path in paths) else ()


def _made(task: Task) -> tuple[str, ...]:
    import geopandas as gpd

    from tracker.reconstruct import reconstruct
    from tracker.roads import load_roads

    reports = gpd.read_parquet(io.BytesIO(task.reports))
    options = {} if task.members is None else {"members": task.members}
    march = reconstruct(reports, _opened(task.roads, load_roads), seed=task.seed, **options)
    folder = Path(task.out)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{file_name(unit)}.parquet" for unit in march.tracks]
    for name, track in zip(names, march.tracks.values(), strict=True):
        _write(_rows(track), folder / name, {"made_of": task.made_of, "unit": track.unit})
    # Last, since it says that all the others are there.
    files = [*names, f"{VERDICTS}.parquet"]
    _write(march.verdicts, folder / files[-1], {"made_of": task.made_of, "files": files})
    return tuple(str(folder / name) for name in files)


_OPEN: dict[str, "RoadNetwork"] = {}
"""The roads that this worker has opened; the last one stays open for the next case."""


def _opened(folder: str, load: "Callable[[str], RoadNetwork]") -> "RoadNetwork":
    if folder not in _OPEN:
        _OPEN.clear()
        _OPEN[folder] = load(folder)
    return _OPEN[folder]


def _rows(track: "Track") -> "gpd.GeoDataFrame":
    """Where a unit was, every ten minutes."""
    import pandas as pd

    first = track.known_from.ceil(f"{EVERY_S}s")
    last = max(track.known_until.floor(f"{EVERY_S}s"), track.known_from)
    times = pd.date_range(first, last, freq=f"{EVERY_S}s") if first <= last else pd.DatetimeIndex([track.known_from])
    return track.at(times).assign(unit=track.unit)


def _write(table: "gpd.GeoDataFrame", path: Path, said: Mapping[str, Any]) -> None:
    """Write a table whole or not at all."""
    import pyarrow.parquet as pq

    held = io.BytesIO()
    table.to_parquet(held, compression="zstd")
    arrow = pq.read_table(io.BytesIO(held.getvalue()))
    meta = {**(arrow.schema.metadata or {}), b"convoy-tracker": json.dumps({"format": FORMAT, **said}).encode()}
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as scratch:
        try:
            pq.write_table(arrow.replace_schema_metadata(meta), scratch, compression="zstd")
            scratch.flush()
            os.fsync(scratch.fileno())
            os.replace(scratch.name, path)
        except BaseException:
            os.unlink(scratch.name)
            raise
