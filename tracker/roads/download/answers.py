"""What Overpass answers, read without trusting it."""

import json
import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tracker.model import BadRoads
from tracker.roads.collector import Collector
from tracker.roads.ways import Ways

_MOST_SHOWN = 10
_BIGGEST_ID = 2**62
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Tags = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The elements of one answer, all of the right types."""

    date: str
    """The moment that the map is of, ISO 8601 in UTC, or empty where the answer does not say."""
    remark: str
    """What the server remarks, or empty: it may have broken off."""
    nodes: dict[int, tuple[float, float]]
    """Node -> longitude and latitude in degrees."""
    node_tags: dict[int, Tags]
    """Tags of the nodes that have any."""
    ways: dict[int, tuple[list[int], Tags]]
    """Way -> its nodes and tags."""
    relations: dict[int, tuple[list[tuple[str, int, str]], Tags]]
    """Relation -> kind, number and role of its members, and its tags."""


def read_answer(raw: bytes) -> Answer:
    """The answer that these bytes are.

    Raises
    ------
    BadRoads
        They are no whole JSON answer of Overpass, or an element of it is not as elements are.
    """
    try:
        document = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRoads(f"not JSON, or cut short ({str(error)[:120]})") from None
    elements = document.get("elements") if isinstance(document, dict) else None
    if not isinstance(elements, list):
        raise BadRoads("JSON, but not an answer of Overpass: it has no list of elements")
    header, remark = document.get("osm3s"), document.get("remark", "")
    date = header.get("timestamp_osm_base", "") if isinstance(header, dict) else ""
    answer = Answer(
        date=date if isinstance(date, str) and _MOMENT.fullmatch(date) else "",
        remark=remark if isinstance(remark, str) else str(remark)[:200],
        nodes={},
        node_tags={},
        ways={},
        relations={},
    )
    wrong: list[str] = []
    for place, element in enumerate(elements):
        try:
            _take(answer, element)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            wrong.append(f"element {place}: {str(error)[:100]}")
            if len(wrong) > _MOST_SHOWN:
                wrong[-1] = "and more"
                break
    if wrong:
        raise BadRoads("; ".join(wrong))
    return answer


class Together:
    """What the answers of all tiles say of an area, each element once."""

    def __init__(self, area: BaseGeometry) -> None:
        self.area = area
        shapely.prepare(area)
        self._node_id, self._lon, self._lat = array("q"), array("d"), array("d")
        self._named: dict[int, tuple[float, float, Tags]] = {}
        self._ways: dict[int, tuple[Sequence[int], Tags]] = {}
        self._relations: dict[int, tuple[list[tuple[str, int, str]], Tags]] = {}

    def add(self, answer: Answer) -> None:
        """Take from an answer what lies in the area; a way counts whole when any of it does."""
        for number in _inside(answer, self.area):
            refs, tags = answer.ways[number]
            if number not in self._ways:
                self._ways[number] = array("q", refs), tags
                for ref in refs:
                    if ref in answer.nodes:
                        lon, lat = answer.nodes[ref]
                        self._node_id.append(ref)
                        self._lon.append(lon)
                        self._lat.append(lat)
        for number, tags in answer.node_tags.items():
            if number in answer.nodes and shapely.intersects_xy(self.area, *answer.nodes[number]):
                self._named[number] = *answer.nodes[number], tags
        self._relations |= answer.relations

    def ways(self, classes: frozenset[str], *, date: str) -> Ways:
        """All of it, in the order of its numbers: how the area was cut into tiles does not show in the network."""
        collector = Collector(classes)
        numbers, first = np.unique(np.array(self._node_id, np.int64), return_index=True)
        lon, lat = np.array(self._lon, float)[first], np.array(self._lat, float)[first]
        collector.points(numbers.tolist(), lon.tolist(), lat.tolist())
        for number, (refs, tags) in sorted(self._ways.items()):
            collector.way(number, refs, tags)
        for number, (x, y, tags) in sorted(self._named.items(), key=lambda item: item[0]):
            collector.node(number, x, y, tags)
        for _, (members, tags) in sorted(self._relations.items(), key=lambda item: item[0]):
            collector.relation(members, tags)
        return collector.ways(date=date)


def _inside(answer: Answer, area: BaseGeometry) -> list[int]:
    """The ways any part of which lies in the area."""
    numbers, lines = [], []
    for number, (refs, _) in answer.ways.items():
        points = [answer.nodes[ref] for ref in refs if ref in answer.nodes]
        if points:
            numbers.append(number)
            lines.append(shapely.linestrings(points if len(points) > 1 else points * 2))
    inside = shapely.intersects(area, np.array(lines, object)) if lines else []
    return [number for number, yes in zip(numbers, inside, strict=True) if yes]


def _take(answer: Answer, element: dict[str, Any]) -> None:
    """Put one element where it belongs."""
    kind, number, tags = element["type"], _number(element["id"]), _tags(element.get("tags", {}))
    if kind == "node":
        answer.nodes[number] = _degrees(element["lon"], 180), _degrees(element["lat"], 90)
        # A node may be told twice, once with its tags and once as the bare point of a way.
        if tags:
            answer.node_tags[number] = tags
    elif kind == "way":
        answer.ways[number] = [_number(ref) for ref in _list(element.get("nodes", []))], tags
    elif kind == "relation":
        members = [_member(member) for member in _list(element.get("members", []))]
        answer.relations[number] = members, tags
    else:
        raise ValueError(f"{str(kind)[:30]!r} is no kind of element")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _number(value: Any) -> int:
    if type(value) is not int or not 0 < value < _BIGGEST_ID:
        raise ValueError(f"{str(value)[:40]!r} is not the number of an element")
    return value


def _degrees(value: Any, most: int) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > most:
        raise ValueError(f"{str(value)[:40]!r} is no longitude or latitude in degrees")
    return float(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{str(value)[:40]!r} is no list")
    return value


def _tags(value: Any) -> Tags:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"{str(value)[:40]!r} are no tags")
    # JSON can spell half of a letter ("\ud800"), which no file can hold; that is a ValueError too.
    "".join(value.values()).encode()
    return value


def _member(value: Any) -> tuple[str, int, str]:
    if not isinstance(value, dict) or not isinstance(value.get("role"), str) or not isinstance(value.get("type"), str):
        raise ValueError(f"{str(value)[:40]!r} is no member of a relation")
    return value["type"], _number(value["ref"]), value["role"]
