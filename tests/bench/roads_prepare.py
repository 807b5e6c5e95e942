"""Roads from file to folder and back: what preparing and opening cost, beside osmnx and pyrosm.

    python tests/bench/roads_prepare.py [--work FOLDER] [--quick]

Every figure comes from a process of its own. Its work is measured after a small town has been done, so that imports
and compiled code are loaded; "in all" is the CPU of another, fresh process from its start to its end. What numba
compiles is ready on disk, except in the one line that says so. osmnx reads no PBF and pyrosm no XML: their files are
converted beforehand, by osmium. FOLDER keeps what is dear to make (the tiled country, converted files, pyrosm's
environment) for the next time. --quick leaves out the country and the corridor with all roads.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import osmium

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.country import country
from tests.bench.peers import peers_python, work_folder
from tests.conftest import SHARED
from tracker.roads import CLASSES

ONE = Path(__file__).with_name("roads_one.py")
SMALL = SHARED / "roads" / "graphhopper_monaco.osm.gz"
OPENINGS, PREPARATIONS = 7, 3
OPEN_MS, OPEN_MIB, TIMES_OSMNX = 50, 50, 10
PYROSM_BYTES = 14 << 30
"""Address space that pyrosm may take at country size."""

Figures = Mapping[str, Any]
# Python's own byte code is kept too, beside and not in the packages, whatever the caller's shell says of it.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: object, python: str | Path = sys.executable, limit: int = 0, **environment: str) -> Figures:
    """The figures of one measurement in a new process; empty, after a line that says why, where it failed."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [str(python), str(ONE), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**_ENVIRONMENT, **environment},
        preexec_fn=bounded if limit else None,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if answer.returncode:
        why = (answer.stderr.strip().splitlines() or [f"ended by signal {-answer.returncode}"])[-1]
        print(f"  {arguments[0]}: failed: {why[:100]}", flush=True)
        return {}
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"whole": whole, **json.loads(answer.stdout.splitlines()[-1])}


def twice(*arguments: object, before: Path, times: int = 1, **more: Any) -> dict[str, float]:
    """Figures of the work after a file before it, and `whole` and `peak` of processes that do nothing else."""
    alone = medians(run(*arguments, **more) for _ in range(times))
    work = medians(run(*arguments, before, **more) for _ in range(times)) if alone else {}
    return work | {"whole": alone["whole"], "peak": alone["peak"]} if work else {}


def medians(rows: Iterable[Figures]) -> dict[str, float]:
    """The median of each figure over several runs."""
    rows = [row for row in rows if row]
    return {name: statistics.median(row[name] for row in rows) for name in (rows[0] if rows else ())}


def converted(source: Path, target: Path, *, roads_alone: bool = False) -> Path:
    """The same map data in the form that the target's name says; or only its drivable ways and their points."""
    if target.exists():
        return target
    partial = target.with_name(f".partial.{target.name}")
    partial.unlink(missing_ok=True)
    if roads_alone:
        with osmium.BackReferenceWriter(str(partial), str(source), overwrite=True) as writer:
            for way in osmium.FileProcessor(str(source), osmium.osm.WAY):
                if way.tags.get("highway") in CLASSES:
                    writer.add(way)
    else:
        with osmium.SimpleWriter(str(partial)) as writer:
            for element in osmium.FileProcessor(str(source)):
                writer.add(element)
    partial.replace(target)
    return target


def head() -> None:
    """Prints what the columns are."""
    print(
        f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; CPU and wall in s, peak and private memory in MiB;\n"
        f"x is the peer's CPU against ours\n"
        f"  {'':20}{'CPU':>8}{'in all':>8}{'wall':>8}{'peak':>8}{'junctions':>11}{'arcs':>11}{'disk MB':>9}"
        f"{'open ms':>9}{'private':>8}{'x CPU':>8}{'x in all':>9}"
    )


def line(who: str, made: Figures, ours: Figures, *, size: float = 0, opened: Figures | None = None) -> None:
    """Prints one row."""
    wall, private = (opened["wall"] * 1000, opened["private"]) if opened else (0.0, 0.0)
    print(
        f"  {who:20}{made['cpu']:8.2f}{made['whole']:8.2f}{made['wall']:8.2f}{made['peak']:8.0f}"
        f"{int(made['junctions']):11,}{int(made['arcs']):11,}"
        + (f"{size / 1e6:9.1f}" if size else f"{'-':>9}")
        + (f"{wall:9.1f}{private:8.1f}" if opened else f"{'-':>9}{'-':>8}")
        + f"{made['cpu'] / ours['cpu']:7.1f}x{made['whole'] / ours['whole']:8.1f}x",
        flush=True,
    )


def measure_ours(source: Path, folder: Path, small: Path, *, times: int) -> tuple[Figures, Figures]:
    """Preparing and opening, ours; a row is printed."""
    made = twice("prepare", source, folder, before=SMALL, times=times)
    size = sum(file.stat().st_size for file in folder.iterdir())
    os.sync()  # pages not yet on disk would be counted as written by whoever maps them
    openings = [run("reopen", folder, small) for _ in range(OPENINGS)]
    opened: dict[str, Any] = medians({name: row[name] for name in ("cpu", "wall", "peak")} for row in openings)
    for when in ("opened", "used"):
        opened[when] = medians(row[when] for row in openings)
    opened["private"] = opened["opened"]["Private"]
    line("tracker", made, made, size=size, opened=opened)
    return made, opened


def measure_osmnx(who: str, xml: Path, *, work: Path, ours: Figures) -> Figures:
    """osmnx, from an .osm file; a row is printed. What it keeps and opens again is GraphML."""
    graphml = work / f"{xml.name}.graphml"
    made = twice("osmnx", xml, graphml, before=SMALL)
    if made:
        line(who, made, ours, size=made["bytes"], opened=run("osmnx_open", graphml))
    graphml.unlink(missing_ok=True)
    return made


def measure_pyrosm(source: Path, *, python: Path | None, work: Path, ours: Figures, times: int = 1) -> None:
    """pyrosm, from a .pbf file; a row is printed. It keeps nothing: opening again is reading again."""
    if python is None:
        return
    before, pbf = (
        path if path.suffix == ".pbf" else converted(path, work / f"{path.name.split('.')[0]}.osm.pbf")
        for path in (SMALL, source)
    )
    made = twice("pyrosm", pbf, before=before, times=times, python=python, limit=PYROSM_BYTES)
    if made:
        line("pyrosm", made, ours)


def measure(
    source: Path, *, work: Path, small: Path, python: Path | None, osmnx: bool, times: int
) -> tuple[list[Figures], Figures, Figures]:
    """All rows of one file: osmnx's figures and how they stand to ours, ours, and those of our opening."""
    print(f"{source.name} ({source.stat().st_size / 1e6:.1f} MB)", flush=True)
    made, opened = measure_ours(source, work / f"{source.name}.roads", small, times=times)
    theirs: list[Figures] = []
    if osmnx:
        files = {"osmnx": source if source.suffix != ".pbf" else converted(source, work / source.stem)}
        if source.name in ("liechtenstein.osm.pbf", "graphhopper_monaco.osm.gz"):
            # These have more than roads in them, and osmnx takes every way of a file.
            alone = work / f"{source.name.split('.')[0]}-roads.osm"
            files["osmnx, roads alone"] = converted(source, alone, roads_alone=True)
        theirs = [measure_osmnx(who, file, work=work, ours=made) for who, file in files.items()]
    measure_pyrosm(source, python=python, work=work, ours=made, times=times)
    return [figures for figures in theirs if figures], made, opened


def cold(source: Path, work: Path) -> None:
    """Preparing when nothing is compiled yet."""
    with tempfile.TemporaryDirectory(dir=work) as empty:
        spent = run("prepare", source, work / "cold.roads", NUMBA_CACHE_DIR=empty)
    print(
        f"nothing compiled yet, {source.name}: CPU {spent['cpu']:.1f} s, peak {spent['peak']:.0f} MiB; once a machine"
    )


def shared_memory(folder: Path) -> None:
    """Prints what two processes that read every number of a folder hold, alone and together."""

    def start() -> subprocess.Popen[str]:
        asked = [sys.executable, str(ONE), "touch", str(folder)]
        return subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_ENVIRONMENT)

    def told(process: subprocess.Popen[str], ask: bool = True) -> Figures:
        assert process.stdin is not None
        assert process.stdout is not None
        if ask:
            process.stdin.write("\n")
            process.stdin.flush()
        return dict(json.loads(process.stdout.readline()))

    def row(who: str, figures: Figures) -> None:
        print(f"  {who:22}" + "".join(f"{kind:>9} {figures[kind]:6.0f}" for kind in figures))

    with start() as first:
        mapped = told(first, ask=False)["mapped"]
        print(f"every number of {mapped:.0f} MiB of mapped arrays read; MiB as /proc/self/smaps_rollup has them")
        row("one process", told(first))
        with start() as second:
            told(second, ask=False)
            row("two: the first", told(first))
            row("two: the second", told(second))
            second.communicate()
        first.communicate()


def main(arguments: list[str] | None = None) -> None:
    """Prints the rows of every file, what two processes share, and the budgets."""
    parser = argparse.ArgumentParser(description="Roads from file to folder and back.")
    parser.add_argument("--work", help="folder for what is dear to make; by default among the temporary ones")
    parser.add_argument("--quick", action="store_true", help="neither the country nor the corridor with all roads")
    options = parser.parse_args(arguments)
    extracts = SHARED / "roads"
    if not extracts.is_dir():
        print("roads_prepare: skipped, the extracts are not beside the checkout")
        return
    work = work_folder(options.work)
    python = peers_python(work)
    small = work / "small.roads"
    _ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(work / "bytecode")
    run("prepare", SMALL, small)
    head()
    ratios: dict[str, float] = {}
    names = ["graphhopper_monaco.osm.gz", "liechtenstein.osm.pbf", "corridor_major.osm.bz2", "corridor_all.osm.pbf"]
    for source in [*(extracts / name for name in names[: 3 if options.quick else 4]), country(work, 4, 3)]:
        theirs, ours, opened = measure(source, work=work, small=small, python=python, osmnx=True, times=PREPARATIONS)
        if theirs:
            ratios[source.name] = theirs[0]["cpu"] / ours["cpu"]
    if not options.quick:
        source, region = country(work, 22, 20), theirs
        _, _, opened = measure(source, work=work, small=small, python=python, osmnx=False, times=1)
        more = 22 * 20 / (4 * 3)
        for figures in region:
            print(
                f"  osmnx was not run on it: a {more:.0f}th of it took {figures['cpu']:.0f} s and "
                f"{figures['peak']:.0f} MiB, so it would take {figures['cpu'] * more / 60:.0f} minutes and "
                f"{figures['peak'] * more / 1024:.0f} GiB"
            )
    cold(extracts / "liechtenstein.osm.pbf", work)
    shared_memory(work / f"{source.name}.roads")
    used = opened["used"]
    print(f"budgets, on {source.name}")
    print(f"  open: {opened['wall'] * 1000:.1f} ms (CPU {opened['cpu'] * 1000:.1f}), at most {OPEN_MS}")
    print(
        f"  private memory of opening {opened['private']:.1f} MiB, and with a first search and candidates "
        f"{used['Private']:.1f} ({used['Dirty']:.1f} of it written), at most {OPEN_MIB}"
    )
    found = ", ".join(f"{name} {ratio:.1f}x" for name, ratio in ratios.items())
    print(f"  CPU of osmnx against ours, at least {TIMES_OSMNX}x: {found}")


if __name__ == "__main__":
    main()
