"""An environment of its own for the matchers that we are measured beside, and what each needs of the roads.

python tests/bench/dense_peers.py [FOLDER]
"""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.peers import work_folder

PEERS = ("pyvalhalla-weekly==3.5.1.post1.dev248", "mappymatch==0.7.1", "leuvenmapmatching==1.1.4", "rtree", "osmnx>=2")
OSRM = "osrm-bindings==26.10.0"
SETTINGS = """
import json, sys, valhalla
json.dump(valhalla.get_config(tile_extract="", tile_dir=sys.argv[1], verbose=False), sys.stdout)
"""
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64")


def matchers_python(work: Path) -> Path | None:
    """The Python of an environment with Valhalla, mappymatch and leuvenmapmatching; None where it cannot be made."""
    folder = work / "matchers"
    python, done = folder / "bin" / "python", folder / ".complete"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        if not _made(python, "-m", "pip", "install", "--quiet", *PEERS):
            return None
        done.touch()
    return python


def osrm_programs(work: Path, python: Path) -> Path | None:
    """The folder of OSRM's programs and profiles, out of a wheel for a Python that need not be there."""
    folder = work / "osrm"
    if not (folder / ".complete").exists():
        wheels = folder / "wheel"
        named = [word for name in PLATFORMS for word in ("--platform", name)]
        wanted = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.12", "--abi", "abi3", "--abi", "cp312"]
        if not _made(python, "-m", "pip", "download", "--quiet", *wanted, *named, "-d", str(wheels), OSRM):
            return None
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
        for program in folder.glob("osrm/bin/*"):
            program.chmod(0o755)
        (folder / ".complete").touch()
    return folder / "osrm"


def valhalla_tiles(python: Path, roads: Path, folder: Path) -> Path | None:
    """Valhalla's settings for tiles made of a PBF, with limits that no trace of ours meets."""
    settings = folder / "valhalla.json"
    if settings.exists():
        return settings
    tiles = folder / "tiles"
    tiles.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([python, "-c", SETTINGS, str(tiles)], capture_output=True, text=True)
    if made.returncode:
        return _failed("Valhalla's settings", made)
    config = json.loads(made.stdout)
    # It wants to be told of an archive, and does without one.
    config["mjolnir"]["tile_extract"] = str(folder / "none.tar")
    for name in ("admin", "timezone", "landmarks"):
        config["mjolnir"].pop(name, None)
    config["mjolnir"]["concurrency"] = 1
    config["service_limits"]["trace"].update(max_distance=2e6, max_shape=100_000, max_search_radius=1000)
    partial = settings.with_name(".partial.json")
    partial.write_text(json.dumps(config), encoding="utf-8")
    # It leaves a list of double ways where it runs.
    built = subprocess.run(
        [_beside(python, "valhalla_build_tiles"), "-c", partial.resolve(), roads.resolve()],
        capture_output=True, text=True, cwd=tiles,
    )  # fmt: skip
    if built.returncode:
        return _failed("Valhalla's tiles", built)
    partial.replace(settings)
    return settings


def osrm_graph(programs: Path, roads: Path, folder: Path) -> Path | None:
    """OSRM's files made of a PBF, for its own car."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / "roads.osrm"
    if (folder / ".complete").exists():
        return graph
    source = folder / "roads.osm.pbf"
    source.write_bytes(roads.read_bytes())
    car = next(programs.rglob("car.lua"))
    for command in (["osrm-extract", "-t", "1", "-p", car, source], ["osrm-partition", "-t", "1", graph],
                    ["osrm-customize", "-t", "1", graph]):  # fmt: skip
        done = subprocess.run([programs / "bin" / str(command[0]), *command[1:]], capture_output=True, text=True)
        if done.returncode:
            return _failed(str(command[0]), done)
    (folder / ".complete").touch()
    return graph


def _beside(python: Path, program: str) -> Path:
    """The program itself; what lies beside the Python only looks for it on the path."""
    return next(python.parents[1].glob(f"lib/python*/site-packages/valhalla/bin/{program}"))


def _made(*command: object) -> bool:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        _failed("the peers", done)
    return not done.returncode


def _failed(what: str, done: subprocess.CompletedProcess[str]) -> None:
    print(f"{what}: not made ({((done.stderr or done.stdout).strip().splitlines() or ['?'])[-1][:150]})", flush=True)


if __name__ == "__main__":
    if os.name == "nt":
        sys.exit("OSRM's programs are Linux's")
    work = work_folder(sys.argv[1] if sys.argv[1:] else None)
    if python := matchers_python(work):
        print(python, osrm_programs(work, python))
