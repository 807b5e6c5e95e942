"""Nodes, ways and relations of any source of OpenStreetMap data, collected into ways that roads are made of."""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import shapely

from tracker.roads.restrictions import Members, resolve
from tracker.roads.tags import READ, RoadTags, changes_direction, read_tags, refusal, road_label
from tracker.roads.ways import ContextLine, Floats, Ints, Milestone, Named, Ways

PLACES = frozenset({"city", "town", "village", "hamlet"})
WATER = frozenset({"river", "canal"})
BORDER_LEVELS = frozenset({"2", "4"})
_KM = re.compile(r"(?:km|км)?\.?\s*(\d{1,4}(?:[.,]\d{1,3})?)\s*(?:km|км|-?й км)?\.?", re.IGNORECASE)
_ROAD = re.compile(r"[A-ZА-Я]{1,2}[\s\-\u2010-\u2013]?\d{1,4}[A-ZА-Я]?", re.IGNORECASE)


class Collector:
    """Takes in elements one by one, in any order."""

    def __init__(self, classes: frozenset[str]) -> None:
        self.classes = classes
        self.node_id, self.lon, self.lat = array("q"), array("d"), array("d")
        self.dropped: Counter[str] = Counter()
        self._refs, self._ptr = array("q"), array("q", [0])
        self._way_id, self._kind = array("q"), array("q")
        self._tags: dict[RoadTags, int] = {}
        self._known: dict[tuple[str | None, ...], int | str] = {}
        """What was read before: of each combination of tags its number in `_tags`, or why it is refused."""
        self._named: list[Named] = []
        self._posts: list[tuple[int, float, str, float, float]] = []
        self._restrictions: list[tuple[Mapping[str, str], Members]] = []
        self._lines: dict[tuple[int, str], tuple[Sequence[int], str]] = {}
        """Way and what it is (river, canal, border) -> its points and its name."""
        self._level: dict[int, int] = {}
        """Way -> the `admin_level` of the highest border that it is part of."""

    def points(self, numbers: Sequence[int], lon: Sequence[float] | Floats, lat: Sequence[float] | Floats) -> None:
        """Where nodes are; of a node told twice the last counts."""
        self.node_id.extend(numbers)
        self.lon.frombytes(np.asarray(lon, float).tobytes())
        self.lat.frombytes(np.asarray(lat, float).tobytes())

    def node(self, number: int, lon: float, lat: float, tags: Mapping[str, str]) -> None:
        """A node's tags: a named place or a kilometre post."""
        if tags.get("place") in PLACES:
            if name := tags.get("name:en") or tags.get("int_name") or tags.get("name"):
                local = tags.get("name") or name
                self._named.append(Named(place=name, place_local=local, kind=tags["place"], lon=lon, lat=lat))
        elif tags.get("highway") == "milestone" and (km := _kilometres(tags)) is not None:
            self._posts.append((number, km, _post_road(tags), lon, lat))

    def wants(self, tags: Mapping[str, str]) -> bool:
        """Whether the points of a way with these tags will be needed: for what is dropped none are."""
        return (
            ("highway" in tags and isinstance(self._read(tags), int))
            or tags.get("waterway") in WATER
            or tags.get("boundary") == "administrative"
        )

    def way(self, number: int, refs: Sequence[int], tags: Mapping[str, str]) -> None:
        """A way: a road, a river or part of a border."""
        if "highway" in tags or tags.get("route") == "ferry":
            self._road(number, refs, tags)
        if tags.get("waterway") in WATER:
            self._lines[number, tags["waterway"]] = refs, _name(tags)
        if tags.get("boundary") == "administrative":
            self.border_way(number, refs)
            if tags.get("admin_level") in BORDER_LEVELS:
                self._border(number, int(tags["admin_level"]))

    def relation(self, members: Members, tags: Mapping[str, str]) -> None:
        """A relation: a turn restriction or a border."""
        if tags.get("type") == "restriction":
            self._restrictions.append((tags, members))
        elif tags.get("boundary") == "administrative" and tags.get("admin_level") in BORDER_LEVELS:
            for kind, number, _ in members:
                if kind == "way":
                    self._border(number, int(tags["admin_level"]))

    def border_way(self, number: int, refs: Sequence[int]) -> None:
        """A way that is part of a border, if a relation or its own tags give it a level."""
        self._lines[number, "border"] = refs, ""

    @property
    def border_ways_sought(self) -> set[int]:
        """Ways that borders have as members and that were not handed in: ways without a tag of their own."""
        return {way for way in self._level if (way, "border") not in self._lines}

    def _border(self, way: int, level: int) -> None:
        self._level[way] = min(level, self._level.get(way, level))

    def _road(self, number: int, refs: Sequence[int], tags: Mapping[str, str]) -> None:
        read = self._read(tags)
        if isinstance(read, int) and len(refs) < 2:
            read = "way of fewer than two points"
        if isinstance(read, str):
            self.dropped[read] += 1
            return
        if changes_direction(tags):
            self.dropped["change of one-way direction, taken as open both ways"] += 1
        self._refs.extend(refs)
        self._ptr.append(len(self._refs))
        self._way_id.append(number)
        self._kind.append(read)

    def _read(self, tags: Mapping[str, str]) -> int | str:
        said = tuple(map(tags.get, READ))
        found = self._known.get(said)
        if found is None:
            reason = refusal(tags, classes=self.classes)
            found = reason if reason is not None else self._tags.setdefault(read_tags(tags), len(self._tags))
            self._known[said] = found
        return found

    def ways(self, *, date: str = "") -> Ways:
        """All that was taken in, with nodes turned into point numbers."""
        ids, lon, lat = np.array(self.node_id, np.int64), np.array(self.lon), np.array(self.lat)
        refs, ptr, way_id, kind = self._roads()
        order = np.argsort(ids, kind="stable")
        sorted_ids = ids[order]

        def numbered(asked: Ints) -> Ints:
            """Position of each node among the points, -1 where it is absent; of equal nodes the last counts."""
            if not len(ids):
                return np.full(len(asked), -1, np.int64)
            found = order[np.maximum(np.searchsorted(sorted_ids, asked, side="right") - 1, 0)]
            return np.where(ids[found] == asked, found, -1)

        points = numbered(refs)
        if missing := int((points < 0).sum()):
            self.dropped["point outside the extract"] = missing
        way_number = {number: at for at, number in enumerate(way_id.tolist())}
        restrictions = resolve(self._restrictions, way_number=way_number, point_number=numbered, dropped=self.dropped)
        return Ways(
            lon=lon,
            lat=lat,
            points=points,
            ptr=ptr,
            tags=tuple(self._tags),
            kind=kind,
            way_id=way_id,
            named=tuple(self._named),
            milestones=tuple(self._milestones(refs, ptr, kind)),
            restrictions=tuple(restrictions),
            context=tuple(self._context(lon, lat, numbered)),
            dropped=dict(self.dropped),
            date=date,
        )

    def _roads(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Points of all ways, where each starts, its number and its kind; of a way told twice the last counts."""
        refs, ptr = np.array(self._refs, np.int64), np.array(self._ptr, np.int64)
        way_id, kind = np.array(self._way_id, np.int64), np.array(self._kind, np.int64)
        last = len(way_id) - 1 - np.unique(way_id[::-1], return_index=True)[1]
        if len(last) == len(way_id):
            return refs, ptr, way_id, kind
        keep = np.isin(np.arange(len(way_id)), last)
        refs = refs[np.repeat(keep, np.diff(ptr))]
        ptr = np.concatenate([[0], np.cumsum(np.diff(ptr)[keep])])
        return refs, ptr, way_id[keep], kind[keep]

    def _milestones(self, refs: Ints, ptr: Ints, kind: Ints) -> Iterable[Milestone]:
        """The posts, each with its road: the one that it names, or else the one that it stands on."""
        tags = list(self._tags)
        standing = np.array([number for number, _, road, _, _ in self._posts if not road], np.int64)
        at = np.flatnonzero(np.isin(refs, standing)) if len(standing) else np.zeros(0, np.int64)
        ways = np.searchsorted(ptr, at, side="right") - 1
        on: dict[int, str] = {}
        for number, way in zip(refs[at].tolist(), ways.tolist(), strict=True):
            if ref := tags[kind[way]].ref:
                on.setdefault(number, road_label(ref))
        for number, km, road, lon, lat in self._posts:
            yield Milestone(km=km, road=road or on.get(number, ""), lon=lon, lat=lat)

    def _context(self, lon: Floats, lat: Floats, numbered: Callable[[Ints], Ints]) -> Iterable[ContextLine]:
        """Rivers by name and borders by level, their ways joined where they meet."""
        groups: dict[tuple[str, str, int], list[Floats]] = {}
        for (number, kind), (refs, name) in self._lines.items():
            level = self._level.get(number, 0) if kind == "border" else 0
            if kind == "border" and not level:
                continue
            points = numbered(np.array(refs, np.int64))
            points = points[points >= 0]
            if len(points) > 1:
                groups.setdefault((kind, name, level), []).append(np.stack([lon[points], lat[points]], axis=1))
        for (kind, name, level), lines in groups.items():
            joined = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(line) for line in lines]))
            for part in shapely.get_parts(joined):
                x, y = shapely.get_coordinates(part).T
                yield ContextLine(kind=kind, name=name, level=level, lon=x.copy(), lat=y.copy())


def _name(tags: Mapping[str, str]) -> str:
    return (tags.get("name:en") or tags.get("int_name") or tags.get("name") or "").strip()


def _kilometres(tags: Mapping[str, str]) -> float | None:
    """Kilometres on a post, where one of its tags is such a number and nothing else."""
    for key in ("distance", "pk", "milestone", "ref", "name", "inscription"):
        if found := _KM.fullmatch(tags.get(key, "").strip()[:20]):
            return float(found[1].replace(",", "."))
    return None


def _post_road(tags: Mapping[str, str]) -> str:
    """Label of the road that a post names, or empty."""
    for key in ("road_ref", "highway:ref", "road:ref", "destination:ref", "ref"):
        if _ROAD.fullmatch(said := tags.get(key, "").strip()[:20]):
            return road_label(said)
    return ""
