"""OpenStreetMap XML, plain or compressed, in one pass."""

import bz2
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from tracker.model import BadRoads
from tracker.roads.collector import Collector
from tracker.roads.ways import Ways

MOST_BYTES = 4 << 30
"""Unpacked size at which reading stops: a small archive may unpack to anything."""
_CHUNK = 1 << 20
SUFFIXES: dict[str, Callable[[Path], IO[bytes] | gzip.GzipFile]] = {
    ".osm": lambda path: path.open("rb"),
    ".bz2": bz2.BZ2File,
    ".gz": gzip.GzipFile,
}
"""How each form is opened."""
_REMEDY = "fetch the file again, or check that it is an OpenStreetMap export (.osm, .osm.bz2, .osm.gz)"


def read_xml(path: Path, *, classes: frozenset[str]) -> Ways:
    """The ways of an OSM XML file (`osm.read_osm`)."""
    reader = _Reader(Collector(classes))
    try:
        _parse(reader, path)
        if borders := reader.collector.border_ways_sought:
            again = _Reader(reader.collector)
            again.sought = borders
            _parse(again, path)
        return reader.collector.ways(date=reader.date)
    except expat.ExpatError as error:
        raise BadRoads(f"{path}, line {error.lineno}: {expat.ErrorString(error.code)}; {_REMEDY}") from None
    except _Refused as error:
        line = reader.parser.CurrentLineNumber
        raise BadRoads(f"{path}, line {line}: {error}; {_REMEDY}") from None
    except (ValueError, OverflowError, KeyError) as error:
        line = reader.parser.CurrentLineNumber
        raise BadRoads(f"{path}, line {line}: missing or unreadable attribute ({error}); {_REMEDY}") from None
    except (EOFError, OSError, zlib.error) as error:
        raise BadRoads(f"{path}: the compressed data is damaged or cut short ({error}); {_REMEDY}") from None


def _parse(reader: "_Reader", path: Path) -> None:
    for chunk in _chunks(path):
        reader.parser.Parse(chunk, False)
    reader.parser.Parse(b"", True)
    reader.finish()


def _chunks(path: Path) -> Iterator[bytes]:
    size = 0
    with SUFFIXES[path.suffix.lower()](path) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise BadRoads(f"{path}: unpacks to more than {MOST_BYTES >> 20} MiB; cut a smaller area")
            yield chunk


class _Refused(Exception):
    """Something in the XML that must not be there."""


class _Reader:
    """Hands on elements as expat walks the file; an element is finished by the start of the next."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.sought: set[int] | None = None
        """On a second walk: the ways of borders to hand on, and nothing else."""
        nodes = self.collector
        self._point, self._east, self._north = nodes.node_id.append, nodes.lon.append, nodes.lat.append
        self.date = ""
        # The encoding is fixed because OSM XML is always UTF-8 and a forged declaration reaches Python's codecs.
        self.parser = expat.ParserCreate(encoding="UTF-8")
        self.parser.StartElementHandler = self._first
        self.parser.StartDoctypeDeclHandler = self._refuse_dtd
        self.parser.EntityDeclHandler = self._refuse_dtd
        self._kind = ""
        self._attributes: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._refs: list[str] = []
        self._members: list[tuple[str, int, str]] = []

    def _refuse_dtd(self, *_: object) -> None:
        raise _Refused("a document type or entity declaration, which OSM files never have")

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        if name != "osm":
            raise _Refused(f"the file begins with <{name[:40]}>, not with <osm>")
        self.date = attributes.get("timestamp", attributes.get("osm_base", ""))[:40]
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "nd":
            self._refs.append(attributes["ref"])
        elif name == "tag":
            self._tags[attributes["k"]] = attributes["v"]
        elif name == "node":
            self.finish()
            self._kind, self._attributes = name, attributes
            if self.sought is None and attributes.get("action") != "delete" and attributes.get("visible") != "false":
                self._node(attributes)
        elif name in ("way", "relation"):
            self.finish()
            self._kind, self._attributes = name, attributes
        elif name == "member":
            self._members.append((attributes["type"], int(attributes["ref"]), attributes.get("role", "")))
        elif name == "meta" and not self.date:
            self.date = attributes.get("osm_base", "")[:40]
        elif name == "remark":
            raise _Refused("the server's answer carries a remark: its query failed or was cut short")

    def _node(self, attributes: dict[str, str]) -> None:
        lon, lat = float(attributes["lon"]), float(attributes["lat"])
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise _Refused(f"a node at lon {lon}, lat {lat}, which is not on the earth")
        self._point(int(attributes["id"]))
        self._east(lon)
        self._north(lat)

    def finish(self) -> None:
        """Take in the last element begun."""
        if self.sought is not None:
            if self._kind == "way" and int(self._attributes.get("id", 0)) in self.sought:
                self.collector.border_way(int(self._attributes["id"]), list(map(int, self._refs)))
            self._tags = {}
        elif self._tags:
            deleted = self._attributes.get("action") == "delete" or self._attributes.get("visible") == "false"
            if not deleted:
                self._take()
            self._tags = {}
        if self._refs:
            self._refs = []
        if self._members:
            self._members = []

    def _take(self) -> None:
        attributes, tags = self._attributes, self._tags
        if self._kind == "way":
            self.collector.way(int(attributes.get("id", 0)), list(map(int, self._refs)), tags)
        elif self._kind == "relation":
            self.collector.relation(self._members, tags)
        elif self._kind == "node":
            self.collector.node(int(attributes["id"]), float(attributes["lon"]), float(attributes["lat"]), tags)
