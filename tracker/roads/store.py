"""The prepared network: a folder of arrays that are mapped into memory and not read."""

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.model import BadRoads, MissingFile
from tracker.roads.export import edge_table
from tracker.roads.folder import ARRAYS, FORMAT, LICENCE, MANIFEST, TABLES, VERSION, faults
from tracker.roads.graph import SearchGraph
from tracker.roads.mapped import LINE_KINDS, PLACE_KINDS, Mapped
from tracker.roads.nearest import EdgeIndex
from tracker.roads.network import RoadNetwork
from tracker.roads.profiles import Profile
from tracker.roads.tags import CLASSES
from tracker.roads.texts import Texts

_REMEDY = "make it again with `tracker roads prepare`"
_MOST_MANIFEST = 1 << 20
_SIZES = {"classes": len(CLASSES), "place kinds": len(PLACE_KINDS), "line kinds": len(LINE_KINDS)}


def save(network: RoadNetwork, folder: str | PathLike[str], *, source: str = "", sha256: str = "") -> None:
    """Write a prepared folder: whole, or not at all.

    Parameters
    ----------
    network : the roads
    folder : where to write; a prepared folder that is there already is replaced, anything else is refused
    source, sha256 : name and hash of the file that the roads come from, for the manifest

    The same roads give the same bytes. Arrays are .npy files (no pickle); `edges.parquet` and `junctions.parquet` are
    GeoParquet for other programs and are not read back.

    Raises
    ------
    BadRoads
        Something else is at the path, or it cannot be written.
    """
    target = Path(folder)
    check_target(target)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
            made = Path(scratch) / "roads"
            made.mkdir()
            _write(network, made, source=source, sha256=sha256)
            _swap(made, target, aside=Path(scratch) / "before")
    except OSError as error:
        raise BadRoads(f"{target}: cannot be written ({error}); nothing was changed there") from None


def _swap(made: Path, target: Path, *, aside: Path) -> None:
    """Put a folder where another may be, which is put aside, and back again where that fails."""
    if target.exists():
        os.replace(target, aside)
    try:
        os.replace(made, target)
    except OSError:
        if aside.exists():
            os.replace(aside, target)
        raise


def _ours(folder: Path) -> bool:
    """Whether a folder is empty, or one of prepared roads and nothing besides: then it may be replaced."""
    if not folder.is_dir():
        return False
    there = {path.name for path in folder.iterdir()}
    if not there:
        return True
    if MANIFEST not in there or not there <= {MANIFEST, *TABLES, *(f"{name}.npy" for name in ARRAYS)}:
        return False
    try:
        read_manifest(folder)
    except BadRoads:
        return False
    return True


def check_target(folder: Path) -> None:
    """Refuse a folder that could not be written: before long work, and not only after it.

    Raises
    ------
    BadRoads, MissingFile
        Something else is there already; or there is no folder to write it in, or that may not be written to.
    """
    if folder.exists() and not _ours(folder):
        raise BadRoads(f"{folder}: something else is there already; give a folder that is new, empty or prepared")
    if not folder.parent.is_dir():
        raise MissingFile(f"{folder.parent}: no such folder for {folder.name}; make it, or give another path")
    if not os.access(folder.parent, os.W_OK):
        raise BadRoads(f"{folder.parent}: may not be written to; give another path")


def _write(network: RoadNetwork, folder: Path, *, source: str, sha256: str) -> None:
    arrays = dict(_arrays(network))
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=False)
    for name, table in zip(TABLES, (edge_table(network), _junctions(network)), strict=True):
        table.to_parquet(folder / name, compression="zstd", index=False)
    files = [*(f"{name}.npy" for name in arrays), *TABLES]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "source": {"name": source, "sha256": sha256},
        "date": network.date,
        "licence": LICENCE,
        "profile": asdict(network.profile) | {"class_kmh": dict(network.profile.class_kmh)},
        "counts": {
            "junctions": len(network.node_lon),
            "edges": len(network.length_m),
            "arcs": len(network.arc_edge),
            "kilometres": round(float(network.length_m.sum()) / 1000, 3),
            "forbidden turns": len(network.barred_ptr) - 1,
            "places": len(network.mapped.place_kind),
            "kilometre posts": len(network.mapped.post_km),
            "rivers and borders": len(network.mapped.line_kind),
        },
        "bounds": [float(f(values)) for f in (np.min, np.max) for values in (network.vertex_lon, network.vertex_lat)],
        "dropped": dict(network.dropped),
        "sha256": {name: _sha256(folder / name) for name in files},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, default=float)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def open_folder(folder: Path) -> RoadNetwork:
    """The network of a prepared folder; its arrays are mapped, and shared with every process that opens it.

    Raises
    ------
    BadRoads
        The folder is damaged, foreign or of another version: all that is wrong is listed.
    """
    manifest = read_manifest(folder)
    arrays: dict[str, NDArray[Any]] = {}
    missing: list[str] = []
    for name in ARRAYS:
        try:
            arrays[name] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except Exception as error:  # a damaged header makes numpy's reader raise what Python's parser raises
            missing.append(f"{name}.npy: {error}")
    wrong = missing or faults(arrays, _SIZES)
    _let_go(arrays)
    if wrong:
        raise BadRoads("\n".join([f"{folder}: a damaged folder of prepared roads; {_REMEDY}", *wrong]))
    try:
        profile = Profile(**manifest["profile"])
        dropped = {str(reason): int(count) for reason, count in manifest["dropped"].items()}
        date = str(manifest["date"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadRoads(f"{folder / MANIFEST}: not as it was written ({error!r}); {_REMEDY}") from None

    def noun(kind: type[Any], prefix: str, **more: Any) -> Any:
        names = {field.name for field in fields(kind)} - more.keys()
        return kind(**{name: arrays[prefix + name].view(np.ndarray) for name in names}, **more)

    return noun(  # type: ignore[no-any-return]
        RoadNetwork,
        "",
        texts=noun(Texts, "texts."),
        graph=noun(SearchGraph, "graph."),
        index=noun(EdgeIndex, "index."),
        mapped=noun(Mapped, "mapped.", texts=noun(Texts, "mapped.texts.")),
        dropped=dropped,
        date=date,
        profile=profile,
    )


def _let_go(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Give back the memory in which the arrays were looked through; what is used comes back by itself."""
    for array in arrays.values():
        if isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            array.base.madvise(mmap.MADV_DONTNEED)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a prepared folder says of itself: source, date, licence, profile, counts, bounds.

    Raises
    ------
    BadRoads
        There is no such manifest, or it is of another program or version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise BadRoads(f"{folder}: a folder, but not of prepared roads (no {MANIFEST} in it); {_REMEDY}")
    try:
        with path.open("rb") as stream:
            text = stream.read(_MOST_MANIFEST + 1)
        if len(text) > _MOST_MANIFEST:
            raise ValueError("too long")
        manifest = json.loads(text)
        form, version = manifest["format"], manifest["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRoads(f"{path}: not as it was written ({error}); {_REMEDY}") from None
    if form != FORMAT or version != VERSION:
        raise BadRoads(
            f"{path}: {form!r} version {version!r}; this program reads {FORMAT!r} version {VERSION}; {_REMEDY}"
        )
    return dict(manifest)


def verify_folder(folder: str | PathLike[str]) -> list[str]:
    """What is not as it was written in a prepared folder, file by file; empty where all is.

    Reads every byte, which opening does not.
    """
    path = Path(folder)
    hashes = read_manifest(path).get("sha256")
    if not isinstance(hashes, dict):
        return [f"{MANIFEST}: it names no files"]
    found = []
    for name in [*(f"{name}.npy" for name in ARRAYS), *TABLES]:
        if not (path / name).is_file():
            found.append(f"{name}: it is not there")
        elif _sha256(path / name) != hashes.get(name):
            found.append(f"{name}: changed since it was written")
    return found


def _arrays(noun: object, prefix: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """All arrays of a noun and of the nouns in it, by their paths."""
    for field in fields(noun):  # type: ignore[arg-type]
        value = getattr(noun, field.name)
        if isinstance(value, np.ndarray):
            yield prefix + field.name, value
        elif is_dataclass(value) and not isinstance(value, Profile):
            yield from _arrays(value, f"{prefix}{field.name}.")


def _junctions(network: RoadNetwork) -> gpd.GeoDataFrame:
    points = shapely.points(network.node_lon, network.node_lat)
    return gpd.GeoDataFrame({"junction": np.arange(len(points))}, geometry=points, crs="EPSG:4326")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
