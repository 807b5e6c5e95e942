"""OpenStreetMap files of every form, read without trusting them."""

from pathlib import Path

from tracker.model import BadRoads, MissingFile
from tracker.roads.osm_pbf import read_pbf
from tracker.roads.osm_xml import SUFFIXES, read_xml
from tracker.roads.ways import Ways


def read_osm(path: Path, *, classes: frozenset[str]) -> Ways:
    """The drivable ways, named places, kilometre posts, turn restrictions, rivers and borders of an OSM file.

    Parameters
    ----------
    path : .osm, .osm.bz2, .osm.gz or .osm.pbf
    classes : the `highway` values to keep

    Raises
    ------
    MissingFile
        There is no such file.
    BadRoads
        The file is damaged, cut short, of another kind, or larger than `osm_xml.MOST_BYTES`. The message names file,
        line where there is one, and remedy.
    """
    if not path.is_file():
        raise MissingFile(f"{path}: no such road file; check the path; roads of a place come with download_roads")
    if not path.stat().st_size:
        raise BadRoads(f"{path}: the file is empty; fetch it again")
    suffix = path.suffix.lower()
    if suffix == ".pbf":
        return read_pbf(path, classes=classes)
    if suffix in SUFFIXES:
        return read_xml(path, classes=classes)
    raise BadRoads(
        f"{path}: not a kind of road file that is read here; give .osm, .osm.bz2, .osm.gz, .osm.pbf, .graphml, or a "
        "folder of prepared roads"
    )
