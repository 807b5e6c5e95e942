"""Roads from a file, or the bundled corridor."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from tracker.model import BadRoads, bundled
from tracker.roads.build import build
from tracker.roads.network import RoadNetwork
from tracker.roads.osm import read_osm
from tracker.roads.tags import CLASSES


def load_roads(path: str | PathLike[str] | None = None, *, classes: Iterable[str] = CLASSES) -> RoadNetwork:
    """The road network of an OpenStreetMap file, or of the bundled corridor.

    Parameters
    ----------
    path : an .osm, .osm.bz2 or .osm.gz file; None for the bundled roads
    classes : the `highway` values to take; by default all that a convoy drives

    Returns
    -------
    RoadNetwork in EPSG:4326 with lengths in true metres. Ways closed to vehicles, areas and pieces of
    less than 1 % of the total length are left out and counted in `dropped`.

    Raises
    ------
    MissingFile
        There is no such file.
    BadRoads
        The file is damaged or not an OpenStreetMap file, or holds no drivable road, or a class is unknown.

    Examples
    --------
    >>> roads = load_roads()
    >>> bool(roads.table.groupby("road").length_m.sum()["M4"] > 1_000_000)
    True
    """
    chosen = frozenset(classes)
    if unknown := chosen - frozenset(CLASSES):
        raise BadRoads(f"{', '.join(sorted(unknown))}: not a road class; choose among {', '.join(CLASSES)}")
    if path is None:
        file = bundled("roads.osm")
    else:
        file = Path(path)
    return build(read_osm(file, classes=chosen), source=str(file))
