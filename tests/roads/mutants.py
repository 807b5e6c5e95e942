"""Damaged road files by the thousand: ``python tests/roads/mutants.py --runs 10000 --seed 0``.

Every mutant is loaded in a process of its own with little memory and little time. It may be loaded or refused with a
`TrackerError`; anything else (another error, a crash, a hang) is printed with the number that makes it again.
"""

import argparse
import bz2
import gzip
import json
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

MOST_BYTES, MOST_SECONDS, STARTING_SECONDS = 6 << 30, 60.0, 240.0
"""Address space of a worker, and the time that one mutant, or the first with all imports, may take."""
NODES = {name: (39 + 0.01 * (at % 5), 51 + 0.01 * (at // 5)) for at, name in enumerate("abcdefghijklmnopqrst")}
WAYS = [
    ("abcde", {"highway": "primary", "ref": "М-4", "oneway": "yes", "maxspeed": "90"}),
    ("afkp", {"highway": "secondary", "maxspeed": "RU:urban"}),
    ("bglq", {"highway": "residential", "surface": "gravel"}),
    ("pqrst", {"highway": "tertiary", "toll": "yes"}),
    ("ejot", {"highway": "trunk", "oneway": "-1"}),
    ("fghij", {"waterway": "river", "name": "Дон"}),
    ("klmno", {"boundary": "administrative", "admin_level": "4"}),
    ("cm", {}),
]
RELATIONS = [
    ([("from", "abcde"), ("via", "b"), ("to", "bglq")], {"type": "restriction", "restriction": "no_left_turn"}),
    ([("from", "afkp"), ("via", "p"), ("to", "pqrst")], {"type": "restriction", "restriction": "only_left_turn"}),
    ([("from", "bglq"), ("via", "pqrst"), ("to", "afkp")], {"type": "restriction", "restriction": "no_u_turn"}),
    ([("outer", "klmno"), ("outer", "cm")], {"type": "boundary", "boundary": "administrative", "admin_level": "2"}),
]
PLACES = {
    "c": {"highway": "milestone", "distance": "590"},
    "q": {"highway": "milestone", "distance": "12", "ref": "А-270"},
    "a": {"place": "town", "name": "Ростов", "name:en": "Rostov"},
}
_WORDS = (
    ('id="', 'id="9223372036854775807'), ('id="', 'id="-'), ('ref="', 'ref="-'), ('lon="39', 'lon="1e5'),
    ('lat="51', 'lat="nan'), ('lon="39.0', 'lon="-179.99'), ('lat="51.0', 'lat="89.99'), ('k="highway"', 'k="ref"'),
    ("<tag", "<nd"), ("<osm", '<!DOCTYPE x [<!ENTITY a "b">]><osm'), (">39.", ">x9."), ("LINESTRING", "POLYGON"),
    ("<graphml", '<!DOCTYPE x [<!ENTITY a "b">]><graphml'), ("primary", "footway"), ("primary", "trunk"),
    ('attr.type="string"', 'attr.type="int"'), ('source="1"', 'source="77"'), ('v="yes"', 'v="&a;"'),
    ('v="yes"', 'v="no"'), ("restriction", "multipolygon"), ('role="via"', 'role="from"'), ('v="590"', 'v="9e9"'),
    ('type="node"', 'type="way"'),
    ("no_left_turn", "only_left_turn"), ("</way>", "</way><way/>"), ("</node>", ""), ("<nd ", '<nd ref="1"/><nd '),
    ('v="90"', 'v="1e999"'), ('v="90"', 'v="\u0663\u0660"'), ("М-4", "M" * 3000), ("М-4", "\x00"),
    ("admin_level", "highway"), ('v="4"', 'v="\u00b2"'), ("osmid", "oneway"), ("False", "[1, 2]"), ("100.0", "-inf"),
    ("100.0", "nan"), ("epsg:4326", "epsg:3857"), ("reversed", "geometry"),
)  # fmt: skip


@dataclass
class Tally:
    """What became of the mutants."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(form, loaded, refused or worse) -> count."""
    failures: list[str] = field(default_factory=list)
    """Every mutant that was neither loaded nor refused."""
    slowest_s: float = 0.0
    """Seconds of the slowest."""
    slowest: str = ""
    """Which that was."""
    peak_mib: int = 0
    """Most memory that any worker held."""
    largest: str = ""
    """Which mutant took it there."""

    def add(self, number: int, form: str, outcome: str, why: str, seconds: float, kib: int) -> None:
        self.outcomes[form, outcome] += 1
        if seconds > self.slowest_s:
            self.slowest_s, self.slowest = seconds, f"mutant {number}, {form}"
        if kib // 1024 > self.peak_mib:
            self.peak_mib, self.largest = kib // 1024, f"mutant {number}, {form}"
        if outcome not in ("loaded", "refused"):
            self.failures.append(f"mutant {number}, {form}: {outcome} {why}")


def originals(folder: Path, *, shared: Path | None) -> dict[str, tuple[str, Any]]:
    """Form -> file suffix and whole bytes; of prepared folders the suffix is empty and the folder stands in place."""
    import osmium

    from tests.roads.napkin import osm
    from tracker.roads import load_roads, prepare_roads

    text = osm(NODES, WAYS, relations=RELATIONS, places=PLACES)
    plain = folder / "napkin.osm"
    plain.write_text(text, encoding="utf-8")
    found: dict[str, tuple[str, Any]] = {
        "osm": (".osm", text.encode()),
        "bz2": (".osm.bz2", bz2.compress(text.encode())),
        "gz": (".osm.gz", gzip.compress(text.encode(), mtime=0)),
    }
    forms = {"pbf": "", "pbf raw": ",pbf_compression=none,pbf_dense_nodes=false", "pbf dense": ",pbf_compression=none"}
    for form, options in forms.items():
        path = folder / f"{form}.osm.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(path), f"pbf{options}")) as writer:
            for one in osmium.FileProcessor(str(plain)):
                writer.add(one)
        found[form] = ".osm.pbf", path.read_bytes()
    found["graphml"] = ".graphml", _graphml(folder)
    prepare_roads(plain, folder / "prepared")
    found["folder"] = "", folder / "prepared"
    if shared is not None:
        monaco, liechtenstein = shared / "graphhopper_monaco.osm.gz", shared / "liechtenstein.osm.pbf"
        found["real gz"] = ".osm.gz", monaco.read_bytes()
        found["real osm"] = ".osm", gzip.decompress(monaco.read_bytes())
        found["real pbf"] = ".osm.pbf", liechtenstein.read_bytes()
        raw = folder / "raw.osm.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(raw), "pbf,pbf_compression=none")) as writer:
            for one in osmium.FileProcessor(str(monaco)):
                writer.add(one)
        found["real pbf raw"] = ".osm.pbf", raw.read_bytes()
        prepare_roads(monaco, folder / "monaco")
        found["real folder"] = "", folder / "monaco"
    load_roads(plain)
    return found


def _graphml(folder: Path) -> bytes:
    import networkx as nx
    import osmnx
    from shapely.geometry import LineString

    graph = nx.MultiDiGraph(crs="epsg:4326")
    spots = list(NODES.values())
    for number, (lon, lat) in enumerate(spots):
        graph.add_node(number, x=lon, y=lat, street_count=2)
    for a, b in zip(range(19), range(1, 20), strict=True):
        shape = LineString([spots[a], (39.001, 51.002), spots[b]])
        highway = "primary" if a % 2 else ["primary", "secondary"]
        graph.add_edge(
            a, b, osmid=a + 1, highway=highway, oneway=False, reversed=False, length=100.0, geometry=shape,
            maxspeed="90", ref="М-4",
        )  # fmt: skip
    osmnx.save_graphml(graph, folder / "napkin.graphml")
    return (folder / "napkin.graphml").read_bytes()


def mutant(chance: random.Random, form: str, suffix: str, whole: Any, target: Path, others: list[Path]) -> Path:
    """The path of a damaged copy."""
    if not suffix:
        path = target / "folder"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(whole, path)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            _damage_folder(chance, path, others)
        return path
    path = target / f"mutant{suffix}"
    if (
        suffix == ".osm.pbf"
        and form != "real pbf"
        and chance.random() < 0.5
        and _rewritten(chance, target, path, whole)
    ):
        return path
    packed = {".osm.gz": (gzip.decompress, _gzip), ".osm.bz2": (bz2.decompress, bz2.compress)}.get(suffix)
    data = whole
    if packed and chance.random() < 0.7:
        # Inside, or else nearly every mutant stops at the checksum.
        path.write_bytes(packed[1](_damaged(chance, packed[0](data), text=True)))
    else:
        path.write_bytes(_damaged(chance, data, text=suffix in (".osm", ".graphml")))
    return path


def _rewritten(chance: random.Random, target: Path, path: Path, whole: bytes) -> bool:
    """A sound PBF file of damaged contents: through XML, and whether that could be done."""
    import osmium

    before, between = target / "before.osm.pbf", target / "between.osm"
    before.write_bytes(whole)
    for at in (between, path):
        at.unlink(missing_ok=True)
    try:
        with osmium.SimpleWriter(str(between)) as writer:
            for one in osmium.FileProcessor(str(before)):
                writer.add(one)
        between.write_bytes(_damaged(chance, between.read_bytes(), text=True))
        with osmium.SimpleWriter(str(path)) as writer:
            for one in osmium.FileProcessor(str(between)):
                writer.add(one)
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError):
        return False
    return True


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _damaged(chance: random.Random, whole: bytes, *, text: bool) -> bytes:
    data = bytearray(whole)
    mild = chance.random() < 0.7
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        if not data:
            break
        at = chance.randrange(len(data))
        end = min(len(data), at + chance.randint(1, 300))
        kind = chance.randrange(4) if text and mild else chance.randrange(4, 11)
        if kind == 0:
            _digit(chance, data)
        elif kind <= 2:
            old, new = (word.encode() for word in chance.choice(_WORDS))
            data = bytearray(_replaced(chance, bytes(data), old, new))
        elif kind == 3:
            _lines(chance, data, at)
        elif kind == 4:
            data[at] = chance.randrange(256)
        elif kind == 5:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 6 and not mild:
            del data[at:end]
        elif kind == 7 and not mild:
            data[at:at] = data[at:end]
        elif kind == 8:
            data[at : at + 9] = bytes([255] * len(data[at : at + 9]))
        elif kind == 9 and not mild:
            del data[at:]
        else:
            data[at] = (data[at] + 1) % 256
    return bytes(data)


def _digit(chance: random.Random, data: bytearray) -> None:
    """Another digit in place of one, and the text stays well-formed."""
    start = chance.randrange(len(data))
    at = next((at for at in range(start, min(start + 2000, len(data))) if 48 <= data[at] <= 57), None)
    if at is not None:
        data[at] = chance.randrange(48, 58)


def _replaced(chance: random.Random, data: bytes, old: bytes, new: bytes) -> bytes:
    """One word for another in a few places, not always the first ones."""
    begin = chance.randrange(len(data)) if chance.random() < 0.5 else 0
    return data[:begin] + data[begin:].replace(old, new, chance.randint(1, 4))


def _lines(chance: random.Random, data: bytearray, at: int) -> None:
    """A line lost, or there twice."""
    start = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at) + 1 or len(data)
    if chance.random() < 0.5:
        del data[start:end]
    else:
        data[start:start] = data[start:end]


def _damage_folder(chance: random.Random, folder: Path, others: list[Path]) -> None:
    path = chance.choice(sorted(folder.glob("*.npy")))
    kind = chance.randrange(12)
    if kind == 0:
        _damage_manifest(chance, folder / "manifest.json")
    elif kind == 1:
        data = path.read_bytes()
        path.write_bytes(data[: chance.randrange(len(data))])
    elif kind == 2:
        path.write_bytes(_damaged(chance, path.read_bytes(), text=False))
    elif kind == 3:
        path.unlink()
    elif kind == 4:
        other = chance.choice(sorted(folder.glob("*.npy")))
        data = other.read_bytes()
        other.write_bytes(path.read_bytes())
        path.write_bytes(data)
    elif kind == 5:
        shutil.copyfile(chance.choice(others) / path.name, path)
    else:
        _damage_array(chance, path)


def _damage_array(chance: random.Random, path: Path) -> None:
    try:
        values = np.load(path, allow_pickle=False).copy()
    except (ValueError, OSError, EOFError):
        return
    flat = values.reshape(-1)
    kind = chance.randrange(10)
    if kind == 0:
        values = values.astype(chance.choice(("<f4", "<i8", ">i4", "<c8", "<U3")))
    elif kind == 1:
        values = chance.choice((flat, flat[:0], values[None], flat[: len(flat) // 2], np.concatenate([flat, flat])))
    elif kind == 2:
        values = np.asfortranarray(values[::-1])
    elif len(flat):
        size = min(len(flat), chance.choice((1, 1, 2, 20)))
        at = [chance.randrange(len(flat)) for _ in range(size)]
        if flat.dtype.kind == "f":
            with np.errstate(over="ignore"):
                flat[at] = chance.choice(
                    (np.nan, np.inf, -np.inf, -1.0, 0.0, 1e300, 1e-300, 180.0, float(flat[at[0]]) + 1)
                )
        elif flat.dtype.kind in "iu":
            limits = np.iinfo(flat.dtype)
            new = chance.choice((limits.max, limits.min, -1, 0, 1, int(flat.max()), int(flat[at[0]]) + 1, len(flat)))
            flat[at] = min(max(new, limits.min), limits.max)
        else:
            flat[at] = ~flat[at]
    np.save(path, values, allow_pickle=False)


def _damage_manifest(chance: random.Random, path: Path) -> None:
    if chance.random() < 0.4:
        path.write_bytes(_damaged(chance, path.read_bytes(), text=True))
        return
    manifest = json.loads(path.read_bytes())
    place = manifest
    while True:
        key = chance.choice(sorted(place))
        if isinstance(place[key], dict) and place[key] and chance.random() < 0.7:
            place = place[key]
            continue
        break
    if chance.random() < 0.4:
        del place[key]
    else:
        place[key] = chance.choice((None, -1, 0, 1e400, "", [], {}, [{}], "car", float("nan"), 10**30, True))
    path.write_text(json.dumps(manifest), encoding="utf-8")


def use(path: Path) -> None:
    """Load roads and drive them."""
    from tracker.roads import CAR, load_roads, reach, shortest_path

    roads = load_roads(path)
    if not path.is_dir():
        return
    lon, lat = [39.005, 39.02, 7.42, 100.0], [51.0, 51.03, 43.73, -60.0]
    spots = roads.nearest(lon, lat)
    roads.candidates(lon, lat, 800.0)
    edges = [0, len(roads.length_m) // 2, len(roads.length_m) - 1, *spots.edge.tolist()]
    for back in (False, True):
        reach(roads, [0, len(roads.node_lon) - 1], back=back)
        reach(roads, [0], limit=500.0, by="metres", back=back)
    for start, end in pairwise(edges):
        if max(start, end) < len(roads.length_m) and min(start, end) >= 0:
            shortest_path(roads, (start, 1.0), (end, 2.0))
    roads.under(CAR)


def work(pipe: Connection) -> None:
    """Load what is named until told to stop; answer with outcome, reason, seconds and KiB."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    from tracker.model import TrackerError

    while path := pipe.recv():
        begun = time.perf_counter()
        try:
            use(Path(path))
            outcome, why = "loaded", ""
        except TrackerError:
            outcome, why = "refused", ""
        except BaseException as error:  # whatever it is, it is reported
            ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "tracker" in frame.filename]
            at = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
            outcome, why = "ESCAPED", f"{type(error).__name__}: {str(error)[:120]} @ {at}"
        spent = time.perf_counter() - begun
        pipe.send((outcome, why, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


class _Worker:
    """A process that loads mutants, started anew after a crash or a hang."""

    def __init__(self) -> None:
        self.process: Any = None
        self.pipe: Any = None
        self.fresh = True

    def ask(self, path: Path) -> tuple[str, str, float, int]:
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.pipe, far = context.Pipe()
            self.process = context.Process(target=work, args=(far,), daemon=True)
            self.process.start()
            far.close()
            self.fresh = True
        patience = STARTING_SECONDS if self.fresh else MOST_SECONDS
        try:
            self.pipe.send(str(path))
            if self.pipe.poll(patience):
                self.fresh = False
                answer: tuple[str, str, float, int] = self.pipe.recv()
                return answer
            self.process.kill()
            self.process.join()
            self.process = None
            return "HUNG", "", patience, 0
        except (EOFError, OSError):
            self.process.join()
            code, self.process = self.process.exitcode, None
            return "CRASHED", f"exit code {code}", 0.0, 0

    def stop(self) -> None:
        if self.process is not None:
            self.pipe.send("")
            self.process.join(10)
            self.process.kill()


def run(runs: int, *, seed: int, jobs: int = 1, shared: Path | None = None) -> Tally:
    """Load as many mutants, numbered from the seed on."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        whole = originals(folder, shared=shared)
        forms = sorted(whole)
        others = [place for suffix, place in whole.values() if not suffix]

        def share(job: int) -> None:
            target = folder / f"job{job}"
            target.mkdir()
            worker = _Worker()
            for number in range(seed + job, seed + runs, jobs):
                chance = random.Random(number)
                # Real files are large: fewer of them.
                real = [form for form in forms if form.startswith("real")]
                small = [form for form in forms if not form.startswith("real")]
                form = chance.choice(real) if real and chance.random() < 0.08 else chance.choice(small)
                path = mutant(chance, form, *whole[form], target, others)
                tally.add(number, form, *worker.ask(path))
            worker.stop()

        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(share, range(jobs)))
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    shared = ROOT.parent / "shared" / "roads"
    tally = run(asked.runs, seed=asked.seed, jobs=asked.jobs, shared=shared if shared.is_dir() else None)
    for (form, outcome), count in sorted(tally.outcomes.items()):
        print(f"{form:14} {outcome:8} {count:6}")
    print(f"slowest {tally.slowest_s:.1f} s ({tally.slowest}), most memory {tally.peak_mib} MiB ({tally.largest})")
    print(f"{len(tally.failures)} failures")
    print("\n".join(tally.failures[:100]))
    return bool(tally.failures)


if __name__ == "__main__":
    raise SystemExit(main())
