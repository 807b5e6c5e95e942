"""Roads before they are a network: ways over numbered points, the same from every source."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracker.roads.tags import RoadTags

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A named point of the map."""

    place: str
    """English name where the map has one, otherwise the local one."""
    place_local: str
    """Name in the local script."""
    kind: str
    """city, town, village or hamlet."""
    lon: float
    """Degrees east, WGS84."""
    lat: float
    """Degrees north, WGS84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A kilometre post that the map has (`highway=milestone`)."""

    km: float
    """Kilometres on the sign."""
    road: str
    """Label of the road that the post names (`road_label`), or empty where it names none."""
    lon: float
    """Degrees east, WGS84."""
    lat: float
    """Degrees north, WGS84."""
    accuracy_m: float = 50.0
    """Metres within which the post stands there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContextLine:
    """A line that helps to read the map: a river, a canal or a border."""

    kind: str
    """river, canal or border."""
    name: str
    """English name where the map has one, otherwise the local one, or empty."""
    level: int
    """`admin_level` of a border (2 a state, 4 an oblast), 0 for water."""
    lon: Floats
    """(p,) degrees east, WGS84."""
    lat: Floats
    """(p,) degrees north."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A turn that may not be taken, or the only one that may (relation `type=restriction`)."""

    only: bool
    """The way to is the only one to go on by; otherwise it must not be taken."""
    way_from: int
    """Way driven on before, a number in the ways."""
    via: tuple[int, ...]
    """The point where the turn is made; or, where `via_ways`, the ways between, in driving order."""
    via_ways: bool
    """`via` holds ways and not a point."""
    way_to: int
    """Way driven on after, a number in the ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Drivable ways as sequences of shared points; ways meet where they share a point's number."""

    lon: Floats
    """(points,) degrees east, WGS84."""
    lat: Floats
    """(points,) degrees north, WGS84."""
    points: Ints
    """Point numbers of all ways, one after the other; -1 where the extract lacks the point."""
    ptr: Ints
    """(ways + 1,) where each way starts in `points`."""
    tags: tuple[RoadTags, ...]
    """The distinct tags of the ways."""
    kind: Ints
    """(ways,) which of `tags` each way has."""
    way_id: Ints
    """(ways,) OpenStreetMap's number of each way, 0 where there is none."""
    named: tuple[Named, ...] = ()
    """The map's named places."""
    milestones: tuple[Milestone, ...] = ()
    """The map's kilometre posts."""
    restrictions: tuple[Restriction, ...] = ()
    """Turns forbidden and turns prescribed."""
    context: tuple[ContextLine, ...] = ()
    """Rivers and borders."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason -> how many ways (or points, or relations) were left out."""
    date: str = ""
    """The moment the map data is of, ISO 8601 in UTC, as the source states it; empty where it does not."""
