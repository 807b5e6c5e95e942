"""OpenStreetMap PBF, read by pyosmium, which decodes it outside of Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium import filter as keep
from osmium import osm

from tracker.model import BadRoads
from tracker.roads.collector import BORDER_LEVELS, PLACES, Collector
from tracker.roads.tags import READ
from tracker.roads.ways import Ways

MOST_POINTS = 400_000_000
"""Points of ways at which reading stops: more would not fit the memory of a large machine."""
_REMEDY = "fetch the file again, or check that it is an OpenStreetMap extract (.osm.pbf)"
_DATES = ("osmosis_replication_timestamp", "timestamp")
_KEYS = (*READ, "waterway", "boundary", "admin_level")
_KINDS = {"n": "node", "w": "way", "r": "relation"}
_HIGHEST = 1 << 38
"""More than any number that OpenStreetMap will give in decades."""
_EVERY, _HEAD = osmium.geom.use_nodes.ALL, 9
"""All of a way's nodes, also those at one place; and the bytes in front of them in WKB."""


def read_pbf(path: Path, *, classes: frozenset[str]) -> Ways:
    """The ways of a PBF file (`osm.read_osm`)."""
    with path.open("rb") as stream:
        if b"OSMHeader" not in stream.read(64):
            raise BadRoads(f"{path}: not an OSM PBF file, whatever its name says; {_REMEDY}")
    collector = Collector(classes)
    try:
        date = _read(collector, path)
        return collector.ways(date=date)
    except BadRoads as error:
        raise BadRoads(f"{path}: {error}") from None
    except MemoryError:
        raise BadRoads(f"{path}: asks for more memory than there is; {_REMEDY}") from None
    except _DAMAGE as error:
        raise BadRoads(f"{path}: damaged, cut short or not OSM PBF ({error}); {_REMEDY}") from None


_DAMAGE = (
    *(RuntimeError, ValueError, OSError, OverflowError, EOFError, UnicodeDecodeError),
    osmium.InvalidLocationError,
)


def _read(collector: Collector, path: Path) -> str:
    """Take in a file; its date."""
    file = _file(path, osm.NODE | osm.WAY | osm.RELATION)
    coordinates = osmium.geom.WKBFactory().create_linestring
    missing: set[int] = set()
    for element in _wanted(file):
        if not element.visible:
            continue
        if element.is_way():
            missing.update(_way(collector, element, coordinates))
        elif element.is_node() and element.location.valid():
            collector.node(element.id, element.location.lon, element.location.lat, dict(element.tags))
        elif element.is_relation():
            members = [(_KINDS.get(part.type, ""), part.ref, part.role) for part in element.members]
            collector.relation(members, dict(element.tags))
    if borders := collector.border_ways_sought:
        for way in _only(_file(path, osm.NODE | osm.WAY).with_locations(), borders, osm.WAY):
            if way.is_way() and way.id in borders:
                collector.border_way(way.id, _points(collector, way, coordinates)[0])
    # Nodes that stand after their ways or have negative numbers, as in what editors save.
    if missing and (min(missing) < 0 or file.header.get("sorting", "") != "Type_then_ID"):
        for node in _only(_file(path, osm.NODE), missing, osm.NODE):
            if node.id in missing and node.visible and node.location.valid():
                collector.points([node.id], [node.location.lon], [node.location.lat])
    return next((value for key in _DATES if (value := file.header.get(key, ""))), "")[:40]


def _file(path: Path, kinds: Any) -> Any:
    return osmium.FileProcessor(osmium.io.File(str(path), "pbf"), kinds)


def _only(file: Any, numbers: set[int], kind: Any) -> Any:
    """A file of which little else than the elements of these numbers is handed to Python."""
    # The filter knows no negative numbers, and takes memory by the largest.
    few = min(numbers) >= 0 and max(numbers) < _HIGHEST
    return file.with_filter(_for(kind, keep.IdFilter(numbers))) if few else file


def _for(kind: Any, only: Any) -> Any:
    """A filter that lets pass everything of other kinds."""
    only.enable_for(kind)
    return only


def _wanted(file: Any) -> Any:
    """What is looked at in Python; everything else is passed over before."""
    places = [("place", kind) for kind in sorted(PLACES)]
    borders = [("admin_level", level) for level in sorted(BORDER_LEVELS)]
    nodes = _for(osm.NODE, keep.TagFilter(("highway", "milestone"), *places))
    ways = _for(osm.WAY, keep.KeyFilter("highway", "waterway", "boundary", "route"))
    relations = _for(osm.RELATION, keep.TagFilter(("type", "restriction"), *borders))
    return file.with_locations().with_filter(nodes).with_filter(ways).with_filter(relations)


def _way(collector: Collector, way: Any, coordinates: Callable[[Any, Any], str]) -> list[int]:
    """Hand on a way; the numbers of its nodes that have no place yet."""
    get = way.tags.get
    # Fetching the keys that count is cheaper than fetching all tags.
    tags = {key: value for key in _KEYS if (value := get(key)) is not None}
    if not collector.wants(tags):
        collector.way(way.id, (), tags)
        return []
    refs, missing = _points(collector, way, coordinates)
    if len(collector.node_id) > MOST_POINTS:
        raise BadRoads(f"more than {MOST_POINTS:,} points of ways; cut a smaller area")
    collector.way(way.id, refs, tags)
    return missing


def _points(collector: Collector, way: Any, coordinates: Callable[[Any, Any], str]) -> tuple[list[int], list[int]]:
    """A way's nodes, handed on with their places, and those that have none yet."""
    refs = [node.ref for node in way.nodes]
    try:
        points = np.frombuffer(bytes.fromhex(coordinates(way, _EVERY)), "<f8", offset=_HEAD)
        collector.points(refs, points[::2], points[1::2])
        return refs, []
    except (osmium.InvalidLocationError, RuntimeError):  # a node is missing, or there are fewer than two
        there = [(node.ref, node.location) for node in way.nodes if node.location.valid()]
        collector.points([ref for ref, _ in there], [spot.lon for _, spot in there], [spot.lat for _, spot in there])
        found = {ref for ref, _ in there}
        return refs, [ref for ref in refs if ref not in found]
