"""Simulated marches with a known truth: how far off, how honest, how many false reports found, at what cost.

    python tests/bench/marches.py [FOLDER] [--seed S --count N] [--family NAME] [--jobs N] [--roads FILE] [--write PAGE]

FOLDER holds marches as JSON ({family, t0, reports, truth}). With --seed N marches of each family are simulated afresh
by the script beside the checkout, into a folder that is gone afterwards; without a folder and a seed the marches beside
the checkout are taken, and without those nothing is measured. The two baselines (straight lines; snapped to the nearest
road, then the quickest way) are computed in the same run by the code beside the marches. Every family is reconstructed
in processes of its own, which open prepared roads. --write puts the tables into a page, between its marks.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import marches_one, marches_tables  # noqa: E402
from tests.bench.marches_edges import Ground, compared, walked  # noqa: E402
from tests.bench.marches_score import as_if_right, false_claims, scored  # noqa: E402
from tests.bench.markdown import fill  # noqa: E402
from tracker.roads import prepare_roads  # noqa: E402

SHARED = ROOT.parent / "shared"
SCRIPTS = SHARED / "bench"
FAMILIES = ("march", "sparse", "busy")


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """The scripts of a folder can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def simulated(roads: Path, out: Path, seed: int, count: int) -> Path:
    """A folder of fresh marches."""
    asked = [sys.executable, str(SCRIPTS / "simulate.py"), str(roads), str(out), str(seed), str(count)]
    subprocess.run(asked, check=True, stderr=subprocess.DEVNULL)
    return out


class Bench:
    """The roads in every form that is needed, and the scripts beside the checkout."""

    def __init__(self, roads: Path, work: Path) -> None:
        with beside(SCRIPTS):
            import baselines
            import score_march
            import simulate
        self.baselines, self.score, self.simulate = baselines, score_march, simulate
        self.extract = simulate.load(roads)
        self.tree = baselines.cKDTree(self.extract[0][self.extract[3]] * [0.62, 1])
        self.prepared = str(work / "roads")
        network = prepare_roads(roads, self.prepared)
        self.ground = Ground(points=self.extract[0], hours=self.extract[1], network=network)

    def family(self, files: list[Path], jobs: int) -> Iterator[dict[str, Any]]:
        """What was found of each march, one after the other."""
        processes = multiprocessing.get_context("spawn")
        begin = (self.prepared, str(files[0]))
        with ProcessPoolExecutor(jobs, processes, marches_one.open_roads, begin) as pool:
            for file, answer in zip(files, pool.map(marches_one.answer, map(str, files)), strict=True):
                yield self._of(json.loads(file.read_text("utf-8")), answer)

    def _of(self, march: dict[str, Any], answer: marches_one.Answer) -> dict[str, Any]:
        with walked(self.simulate) as snapped:
            snap = self.baselines.snap(march, *self.extract, self.tree)
        return {
            **scored(march, answer, self.score),
            "line": self.baselines.line(march).mean(),
            "snap": snap.mean(),
            "right": list(as_if_right(march, answer, self.score)),
            "false": false_claims(march, answer.doubted, self.score),
            "edges": compared(march, answer, snapped, self.ground),
            "reports": len(march["reports"]),
            "cost": {"wall": answer.wall, "cpu": answer.cpu, "peak": answer.peak},
        }


def main(arguments: list[str] | None = None) -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Simulated marches with a known truth.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--roads", type=Path, default=SHARED / "roads" / "corridor_major.osm.bz2")
    parser.add_argument("--seed", type=int, help="simulate fresh marches with this seed")
    parser.add_argument("--count", type=int, default=8, help="fresh marches of each family")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, help="processes that reconstruct at once")
    parser.add_argument("--write", type=Path, help="a page with marks for the tables")
    options = parser.parse_args(arguments)
    given = options.folder or (SCRIPTS / "marches" if options.seed is None else None)
    for needed in (given, options.roads, *(SCRIPTS / name for name in ("baselines.py", "score_march.py"))):
        if needed is not None and not needed.exists():
            print(f"marches: skipped, {needed.name} is not beside the checkout")
            return
    with tempfile.TemporaryDirectory(prefix="tracker-marches-") as name:
        bench = Bench(options.roads, Path(name))
        sets = {} if given is None else {f"marches of the folder {given.name}": given}
        if options.seed is not None:
            fresh = simulated(options.roads, Path(name) / "fresh", options.seed, options.count)
            sets[f"fresh marches, seed {options.seed}"] = fresh
        texts = []
        for title, folder in sets.items():
            found = {}
            for family in options.family or FAMILIES:
                if files := sorted(folder.glob(f"{family}-*.json")):
                    print(f"{title}: {family}, {len(files)}", file=sys.stderr, flush=True)
                    found[family] = list(bench.family(files, options.jobs))
            texts.append(marches_tables.page(title, found))
            print(texts[-1], flush=True)
    if options.write:
        fill(options.write, "marches", "\n\n".join(texts))


if __name__ == "__main__":
    main()
