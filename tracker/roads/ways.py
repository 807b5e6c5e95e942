"""Roads before they are a network: ways over numbered points, the same from every source."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.roads.tags import RoadTags

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
    """(ways,) what each way is."""
    named: tuple[Named, ...]
    """The map's named places."""
    dropped: Mapping[str, int]
    """Reason -> how many ways (or points) were left out."""
