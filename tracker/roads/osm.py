"""OpenStreetMap XML, plain or compressed, read in one pass without trusting it."""

import bz2
import gzip
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

import numpy as np

from tracker.model import BadRoads, MissingFile
from tracker.roads.tags import RoadTags, read_tags, refusal
from tracker.roads.ways import Ints, Named, Ways

MOST_BYTES = 4 << 30
"""Unpacked size at which reading stops: a small archive may unpack to anything."""
_CHUNK = 1 << 20
_OPENERS: dict[str, Callable[[Path], IO[bytes] | gzip.GzipFile]] = {
    ".osm": lambda path: path.open("rb"),
    ".bz2": bz2.BZ2File,
    ".gz": gzip.GzipFile,
}
_PLACES = frozenset({"city", "town", "village", "hamlet"})
_REMEDY = "fetch the file again, or check that it is an OpenStreetMap XML export (.osm, .osm.bz2, .osm.gz)"


def read_osm(path: Path, *, classes: frozenset[str]) -> Ways:
    """The drivable ways and named places of an OSM XML file.

    Parameters
    ----------
    path : .osm, .osm.bz2 or .osm.gz
    classes : the `highway` values to keep

    Raises
    ------
    MissingFile
        There is no such file.
    BadRoads
        The file is damaged, cut short, not OSM XML, declares a document type or entities, or unpacks to
        more than `MOST_BYTES`. The message names file, line and remedy.
    """
    if not path.is_file():
        raise MissingFile(f"{path}: no such road file; check the path, or call load_roads() for the bundled roads")
    reader = _Reader(classes)
    try:
        for chunk in _chunks(path):
            reader.parser.Parse(chunk, False)
        reader.parser.Parse(b"", True)
        reader.finish()
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
    return reader.ways()


def _chunks(path: Path) -> Iterator[bytes]:
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        raise BadRoads(f"{path}: not a kind of road file that is read here; give .osm, .osm.bz2 or .osm.gz")
    size = 0
    with opener(path) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise BadRoads(f"{path}: unpacks to more than {MOST_BYTES >> 20} MiB; cut a smaller area")
            yield chunk


class _Refused(Exception):
    """Something in the XML that must not be there."""


class _Reader:
    """Collects nodes and ways as expat walks the file; an element is finished by the start of the next."""

    def __init__(self, classes: frozenset[str]) -> None:
        self.classes = classes
        # The encoding is fixed because OSM XML is always UTF-8 and a forged declaration reaches Python's codecs.
        self.parser = expat.ParserCreate(encoding="UTF-8")
        self.parser.StartElementHandler = self._first
        self.parser.StartDoctypeDeclHandler = self._refuse_dtd
        self.parser.EntityDeclHandler = self._refuse_dtd
        self.node_id, self.lon, self.lat = array("q"), array("d"), array("d")
        self.refs, self.ptr = array("q"), array("q", [0])
        self.tags: dict[RoadTags, int] = {}
        self.kind, self.way_id = array("q"), array("q")
        self.named: list[Named] = []
        self.dropped: Counter[str] = Counter()
        self._kind = ""
        self._attributes: dict[str, str] = {}
        self._element_tags: dict[str, str] = {}
        self._element_refs: list[str] = []

    def _refuse_dtd(self, *_: object) -> None:
        raise _Refused("a document type or entity declaration, which OSM files never have")

    def _first(self, name: str, _: dict[str, str]) -> None:
        if name != "osm":
            raise _Refused(f"the file begins with <{name[:40]}>, not with <osm>")
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "nd":
            self._element_refs.append(attributes["ref"])
        elif name == "tag":
            self._element_tags[attributes["k"]] = attributes["v"]
        elif name in ("node", "way", "relation"):
            self.finish()
            self._kind = name
            self._attributes = attributes
            if name == "node" and attributes.get("action") != "delete" and attributes.get("visible") != "false":
                self._node(attributes)
        elif name == "remark":
            raise _Refused("the server's answer carries a remark: its query failed or was cut short")

    def _node(self, attributes: dict[str, str]) -> None:
        lon, lat = float(attributes["lon"]), float(attributes["lat"])
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise _Refused(f"a node at lon {lon}, lat {lat}, which is not on the earth")
        self.node_id.append(int(attributes["id"]))
        self.lon.append(lon)
        self.lat.append(lat)

    def finish(self) -> None:
        """Take in the last element begun."""
        if self._element_tags:
            if self._kind == "way" and "highway" in self._element_tags:
                self._way()
            elif self._kind == "node" and self._element_tags.get("place") in _PLACES:
                self._place()
            self._element_tags = {}
        if self._element_refs:
            self._element_refs = []

    def _way(self) -> None:
        if self._attributes.get("action") == "delete" or self._attributes.get("visible") == "false":
            return
        reason = refusal(self._element_tags, classes=self.classes)
        if reason is None and len(self._element_refs) < 2:
            reason = "way of fewer than two points"
        if reason is not None:
            self.dropped[reason] += 1
            return
        self.refs.extend(map(int, self._element_refs))
        self.ptr.append(len(self.refs))
        self.way_id.append(int(self._attributes.get("id", 0)))
        self.kind.append(self.tags.setdefault(read_tags(self._element_tags), len(self.tags)))

    def _place(self) -> None:
        tags = self._element_tags
        if (name := tags.get("name:en") or tags.get("int_name") or tags.get("name")) and "lon" in self._attributes:
            self.named.append(
                Named(
                    place=name,
                    place_local=tags.get("name") or name,
                    kind=tags["place"],
                    lon=float(self._attributes["lon"]),
                    lat=float(self._attributes["lat"]),
                )
            )

    def ways(self) -> Ways:
        """All that was read and finished, with node ids turned into point numbers."""
        points = _number(np.array(self.node_id, np.int64), np.array(self.refs, np.int64))
        if missing := int((points < 0).sum()):
            self.dropped["point outside the extract"] = missing
        return Ways(
            lon=np.array(self.lon),
            lat=np.array(self.lat),
            points=points,
            ptr=np.array(self.ptr, np.int64),
            tags=tuple(self.tags),
            kind=np.array(self.kind, np.int64),
            way_id=np.array(self.way_id, np.int64),
            named=tuple(self.named),
            dropped=dict(self.dropped),
        )


def _number(ids: Ints, refs: Ints) -> Ints:
    """Position of each ref among the ids, -1 where it is absent; of equal ids the last counts."""
    if not len(ids):
        return np.full(len(refs), -1, np.int64)
    order = np.argsort(ids, kind="stable")
    at = np.searchsorted(ids[order], refs, side="right") - 1
    found = order[np.maximum(at, 0)]
    return np.where(ids[found] == refs, found, -1)
