"""OpenStreetMap PBF, read by pyosmium, which decodes it outside of Python."""

from pathlib import Path
from typing import Any

import osmium
from osmium import filter as keep
from osmium import osm

from tracker.model import BadRoads
from tracker.roads.collector import BORDER_LEVELS, PLACES, Collector
from tracker.roads.ways import Ways

MOST_POINTS = 400_000_000
"""Points of ways at which reading stops: more would not fit the memory of a large machine."""
_REMEDY = "fetch the file again, or check that it is an OpenStreetMap extract (.osm.pbf)"
_DATES = ("osmosis_replication_timestamp", "timestamp")


def read_pbf(path: Path, *, classes: frozenset[str]) -> Ways:
    """The ways of a PBF file (`osm.read_osm`); nodes must come before ways, as in every published extract."""
    collector = Collector(classes)
    try:
        file = osmium.FileProcessor(osmium.io.File(str(path), "pbf"), osm.NODE | osm.WAY | osm.RELATION)
        for element in _wanted(file):
            if element.is_way():
                _way(collector, element)
            elif element.is_node():
                lon, lat = element.location.lon, element.location.lat
                collector.node(element.id, lon, lat, dict(element.tags))
            elif element.is_relation():
                members = [(_KINDS.get(part.type, ""), part.ref, part.role) for part in element.members]
                collector.relation(members, dict(element.tags))
        date = next((value for key in _DATES if (value := file.header.get(key, ""))), "")
        return collector.ways(date=date[:40])
    except BadRoads:
        raise
    except MemoryError:
        raise BadRoads(f"{path}: asks for more memory than there is; {_REMEDY}") from None
    except (RuntimeError, ValueError, OSError, OverflowError, EOFError, UnicodeDecodeError) as error:
        raise BadRoads(f"{path}: damaged, cut short or not OSM PBF ({error}); {_REMEDY}") from None


_KINDS = {"n": "node", "w": "way", "r": "relation"}


def _wanted(file: Any) -> Any:
    """What is looked at in Python; everything else is passed over before."""
    places = [("place", kind) for kind in sorted(PLACES)]
    borders = [("admin_level", level) for level in sorted(BORDER_LEVELS)]
    nodes = keep.TagFilter(("highway", "milestone"), *places).enable_for(osm.NODE)
    ways = keep.KeyFilter("highway", "waterway", "boundary", "route").enable_for(osm.WAY)
    relations = keep.TagFilter(("type", "restriction"), *borders).enable_for(osm.RELATION)
    return file.with_locations().with_filter(nodes).with_filter(ways).with_filter(relations)


def _way(collector: Collector, way: Any) -> None:
    tags = dict(way.tags)
    if not collector.wants(tags):
        collector.way(way.id, (), tags)
        return
    nodes = [(node.ref, node.location) for node in way.nodes]
    there = [(ref, location.x, location.y) for ref, location in nodes if location.valid()]
    if there:
        numbers, x, y = zip(*there, strict=True)
        collector.points(numbers, [part / _GRAIN for part in x], [part / _GRAIN for part in y])
    if len(collector.node_id) > MOST_POINTS:
        raise BadRoads(f"more than {MOST_POINTS:,} points of ways; cut a smaller area")
    collector.way(way.id, [ref for ref, _ in nodes], tags)


_GRAIN = 1e7
