"""An area cut into boxes that a server answers for in one go."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

SMALLEST_KM = 0.5
"""Side of a tile that is not split any more."""
_KM_OF_DEGREE = 111.32
_GRAIN = 1e5
"""Bounds are rounded outward to a hundred-thousandth of a degree, about a metre."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A box in degrees of WGS84."""

    south: float
    """Degrees north of its lower side."""
    west: float
    """Degrees east of its left side."""
    north: float
    """Degrees north of its upper side."""
    east: float
    """Degrees east of its right side."""

    @property
    def side_km(self) -> float:
        """The longer side in kilometres."""
        lat = math.radians((self.south + self.north) / 2)
        return max(self.north - self.south, (self.east - self.west) * math.cos(lat)) * _KM_OF_DEGREE

    def __str__(self) -> str:
        return f"{self.west:g},{self.south:g},{self.east:g},{self.north:g}"


def tiles(area: BaseGeometry, *, side_km: float) -> list[Tile]:
    """The boxes, at most `side_km` kilometres a side, that an area needs: from the south-west, row by row.

    Each is shrunk to what it holds of the area, so that a slanting corridor asks for little beside it.
    """
    west, south, east, north = area.bounds
    rows = math.ceil((north - south) / (side_km / _KM_OF_DEGREE))
    lat = np.linspace(south, north, rows + 1)
    found: list[Tile] = []
    for low, high in itertools.pairwise(lat.tolist()):
        widest = math.cos(math.radians(min(abs(low), abs(high)))) if low * high > 0 else 1.0
        columns = math.ceil((east - west) / (side_km / _KM_OF_DEGREE / widest))
        lon = np.linspace(west, east, columns + 1)
        found += _held(area, shapely.box(lon[:-1], low, lon[1:], high))
    return found


def quarters(tile: Tile, area: BaseGeometry) -> list[Tile]:
    """Those of a tile's four quarters that hold something of the area."""
    lon = np.array([tile.west, (tile.west + tile.east) / 2, tile.east])
    lat = np.array([tile.south, (tile.south + tile.north) / 2, tile.north])
    boxes = [shapely.box(lon[i], lat[j], lon[i + 1], lat[j + 1]) for j in (0, 1) for i in (0, 1)]
    return _held(area, np.array(boxes, object))


def _held(area: BaseGeometry, boxes: object) -> list[Tile]:
    shapely.prepare(area)
    parts = shapely.intersection(area, np.asarray(boxes)[shapely.intersects(area, boxes)])
    bounds = shapely.bounds(parts[shapely.area(parts) > 0])
    low = np.floor(bounds[:, :2] * _GRAIN) / _GRAIN
    high = np.ceil(bounds[:, 2:] * _GRAIN) / _GRAIN
    return [
        Tile(south, west, north, east) for (west, south), (east, north) in zip(low.tolist(), high.tolist(), strict=True)
    ]
