"""Roads from wherever people have them, or the bundled corridor."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from tracker.model import BadRoads, bundled
from tracker.roads.build import build, chosen
from tracker.roads.network import RoadNetwork
from tracker.roads.osm import read_osm
from tracker.roads.osmnx_graph import from_osmnx, read_graphml
from tracker.roads.posts import KilometrePosts
from tracker.roads.profiles import CONVOY, Profile, profile_named
from tracker.roads.store import open_folder, save
from tracker.roads.tags import CLASSES


def load_roads(
    source: str | PathLike[str] | Any | None = None,
    *,
    classes: Iterable[str] = CLASSES,
    profile: str | Profile | None = None,
) -> RoadNetwork:
    """The road network of OpenStreetMap data, or of the bundled corridor.

    Parameters
    ----------
    source : an .osm, .osm.bz2, .osm.gz or .osm.pbf file, a .graphml file of osmnx, a folder that `prepare_roads`
        made, or an osmnx graph; None for the bundled roads
    classes : the `highway` values to take; by default all that a convoy drives
    profile : whose speeds and rights: "convoy" or "car", or a `Profile`; by default a prepared folder's own, and
        the convoy's for everything else

    Returns
    -------
    RoadNetwork in EPSG:4326 with lengths in true metres. Ways closed to vehicles, areas and pieces of
    less than 1 % of the total length are left out and counted in `dropped`.

    Raises
    ------
    MissingFile
        There is no such file.
    BadRoads
        The file or folder is damaged or of another kind, or holds no drivable road, or a class or profile is unknown.

    Examples
    --------
    >>> roads = load_roads()
    >>> bool(roads.table.groupby("road").length_m.sum()["M4"] > 1_000_000)
    True
    """
    wanted = frozenset(classes)
    if unknown := wanted - frozenset(CLASSES):
        raise BadRoads(f"{', '.join(sorted(unknown))}: not a road class; choose among {', '.join(CLASSES)}")
    who = None if profile is None else profile_named(profile)
    if source is None:
        return _bundled(wanted, who or CONVOY)
    if not isinstance(source, str | PathLike):
        return _only(from_osmnx(source, profile=who or CONVOY), wanted)
    path = Path(source)
    if path.is_dir():
        network = _only(open_folder(path), wanted)
        return network if who is None else network.under(who)
    if path.suffix.lower() == ".graphml":
        return _only(from_osmnx(read_graphml(path), profile=who or CONVOY), wanted)
    return build(read_osm(path, classes=wanted), source=str(path), profile=who or CONVOY)


def prepare_roads(
    source: str | PathLike[str] | Any | None,
    folder: str | PathLike[str],
    *,
    classes: Iterable[str] = CLASSES,
    profile: str | Profile | None = None,
) -> RoadNetwork:
    """The network of a source, written to a folder from which `load_roads` opens it in milliseconds.

    Parameters
    ----------
    source, classes, profile : as for `load_roads`
    folder : where to write; a prepared folder that is there already is replaced

    Returns
    -------
    RoadNetwork, opened from the folder. The same source gives the same bytes.

    Raises
    ------
    MissingFile, BadRoads
        As `load_roads`; or the folder cannot be written, and then nothing is.
    """
    network = load_roads(source, classes=classes, profile=profile)
    file = Path(source) if isinstance(source, str | PathLike) else None
    sha256 = ""
    if file is not None and file.is_file():
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    save(network, folder, source=file.name if file is not None else "", sha256=sha256)
    return open_folder(Path(folder))


def _bundled(classes: frozenset[str], profile: Profile) -> RoadNetwork:
    file = bundled("roads.osm")
    ways = read_osm(file, classes=classes)
    return build(replace(ways, milestones=KilometrePosts.read().milestones), source=str(file), profile=profile)


def _only(network: RoadNetwork, classes: frozenset[str]) -> RoadNetwork:
    if len(classes) == len(CLASSES):
        return network
    keep = np.isin(network.highway, [CLASSES.index(name) for name in classes])
    if not keep.any():
        raise BadRoads(f"none of these roads is {', '.join(sorted(classes))}; choose other classes")
    return chosen(network, keep)
