"""Thousands of units or cases at once: over processes of this machine, or over any executor's workers."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.many_cases import Result, Task, digest, failed, fingerprint, program
from tracker.many_files import file_names, kept_files, only_run
from tracker.many_workers import Lost, over, over_processes
from tracker.model import BadReport, Fault, TrackerError, faults_of, names_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tracker.roads import RoadNetwork

Cases = Mapping[str, "gpd.GeoDataFrame"]


class WorkersLost(TrackerError, RuntimeError):
    """The workers of a run are gone; what they finished is kept."""


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
    cases : name of each case -> its reports table; or one reports table, of which every unit becomes a case of its own,
        together with the roadblocks that name no unit
    roads : the roads of all cases: a prepared folder (`prepare_roads`), or a network; the bundled ones by default
    out_dir : folder that the files go to; it is made
    executor : any `concurrent.futures.Executor`, such as ``dask.distributed.Client(...).get_executor()``, whose workers
        see `out_dir` and the roads under the same paths; by default processes of this machine, one for each processor
    seed, members : as for `reconstruct`
    progress : called with the number of cases done and of all cases

    Returns
    -------
    DataFrame in the order of the cases: case, state ("made", "kept" from an earlier run, "failed"), files (tuple of
    paths), reason (why it failed, else empty). A case that fails stops no other.

    For each unit one GeoParquet is written, `CASE/UNIT.parquet`: every ten minutes from its first report to its last
    the most central point, the roads that hold 90 %, and the radius that does (`Track.at`); and one
    `CASE/verdicts.parquet`, ordered by report_id.
    A file is written whole or not at all, and its bytes depend on nothing but names, reports (in any order), roads,
    seed, members and the versions of the programs. A run that broke off is run again: cases whose files are there, made
    of the same, are kept.

    The roads travel to no worker: each opens the same folder and shares its memory.

    Raises
    ------
    BadReport
        A name of a case is no name; or a table is given that is no reports table, or of which no row names a unit.
    BadRoads
        The roads cannot be opened or written.
    Conflict
        Another run is writing into the folder.
    WorkersLost
        The executor gave up. What was finished is there; run it again, and it goes on from there.
    """
    import pandas as pd

    named = _named(cases)
    out = Path(out_dir).resolve()
    options = {"seed": index(seed), "members": None if members is None else index(members)}
    results: dict[str, Result] = {}

    def done(name: str, result: Result) -> None:
        results[name] = result
        if progress is not None:
            progress(len(results), len(named))

    with only_run(out) as scratch:
        tasks = {}
        for name, task in _tasks(named, _ground(roads, scratch), out, scratch, options):
            if not isinstance(task, Task):
                done(name, task)
            elif files := kept_files(Path(task.folder), task.made_of):
                done(name, ("kept", files, ""))
            else:
                tasks[name] = task
        try:
            if executor is None:
                over_processes(tasks, done)
            else:
                over(executor, tasks, done)
        except Lost as lost:
            raise WorkersLost(
                f"{out}: the workers were lost ({lost}) with {len(results):,} of {len(named):,} cases done, which are "
                "kept; run it again, with workers that live, and it goes on from there"
            ) from lost.__cause__
    return pd.DataFrame([(name, *results[name]) for name in named], columns=["case", "state", "files", "reason"])


# ---- what there is to do


def _named(cases: "Cases | gpd.GeoDataFrame") -> Cases:
    if not isinstance(cases, Mapping):
        return _units(cases)
    wrong = [name for name in cases if not isinstance(name, str) or not name.strip() or not _is_text(name)]
    if wrong:
        remedy = "give a text; of a file, a name in UTF-8"
        raise BadReport([_fault("case", ascii(name)[:80], "is no name for a case", remedy) for name in wrong])
    return cases


def _is_text(name: str) -> bool:
    """Whether a name has whole characters only: half of one, as of a file name in another encoding, no file takes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _units(reports: "gpd.GeoDataFrame") -> Cases:
    """Each unit's reports, with the roadblocks that name no unit: they stand in everybody's way."""
    if faults := faults_of(reports, one_march=False):
        raise BadReport(faults)
    everybody = (reports["unit"].isna() & (reports["kind"] == "roadblock")).to_numpy(bool)
    if reports["unit"].isna().all():
        raise BadReport([_fault("unit", "", "no report names a unit", "name the units, or give {name: reports}")])
    # A report of units that drove together is of each.
    told = reports["unit"].reset_index(drop=True).map(names_of).astype(object).explode().dropna()
    rows = {str(unit): set(own.index) for unit, own in told.groupby(told, sort=True)}
    return {unit: reports.iloc[sorted({*own, *everybody.nonzero()[0]})] for unit, own in rows.items()}


def _fault(column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file="<table>", row=None, column=column, value=value, problem=problem, remedy=remedy)


def _ground(roads: "RoadNetwork | str | os.PathLike[str] | None", scratch: Path) -> tuple[str, str]:
    """The prepared folder that every worker opens, and the digest of what is in it."""
    from tracker.roads import load_roads, read_manifest, save

    network = load_roads(roads) if roads is None or isinstance(roads, str | os.PathLike) else roads
    if isinstance(roads, str | os.PathLike) and Path(roads).is_dir():
        path = Path(roads).resolve()
    else:
        path = scratch / "roads"
        save(network, path)
    return str(path), fingerprint(read_manifest(path))


def _tasks(
    named: Cases, ground: tuple[str, str], out: Path, scratch: Path, options: dict[str, int | None]
) -> "Iterator[tuple[str, Task | Result]]":
    """What each worker is told; or the result of a case whose table cannot even be read through."""
    roads, of = ground
    for name, folder in file_names(named).items():
        try:
            reports = named[name]
            made_of = digest(reports, name, of, *options.values(), program())
        except Exception as error:
            yield name, failed(error)
            continue
        yield (
            name,
            Task(
                case=name,
                reports=reports,
                roads=roads,
                ground=of,
                folder=str(out / folder),
                scratch=str(scratch),
                program=program(),
                made_of=made_of,
                seed=options["seed"] or 0,
                members=options["members"],
            ),
        )
