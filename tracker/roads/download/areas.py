"""What a download is asked for, a name, a box, a polygon or a corridor, as one checked polygon."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from tracker.model import BadRoads

MOST_KM2 = 250_000.0
"""Largest area of one download in square kilometres: about a hundred requests of the usual size."""
WIDEST_KM = 500.0
"""Greatest width of a corridor."""
_LAT_LIMIT = 85.0
_STEP_M, _PIECE_M = 10_000.0, 50_000.0
_GEOD = Geod(ellps="WGS84")
_FORMS = (
    "give a place name, a box (west, south, east, north), a polygon, or a line (or lon, lat pairs) with width_km=..."
)


def read_area(area: Any, *, width_km: float | None, named: Callable[[str], BaseGeometry]) -> BaseGeometry:
    """The polygon, or polygons, of an area in WGS84 degrees, checked.

    Parameters
    ----------
    area : a place name; four numbers west, south, east, north; a polygon or multipolygon in WGS84; a GeoDataFrame or
        GeoSeries of polygons, or of one line, in any CRS; a LineString, or a list of lon, lat pairs
    width_km : full width of the corridor along a line, in kilometres; only for a line
    named : gives the polygon of a place name

    Raises
    ------
    BadRoads
        The area is none of these, is damaged, crosses the antimeridian, or is larger than `MOST_KM2`.
    """
    shape = _shape(area, named)
    if isinstance(shape, shapely.LineString):
        if width_km is None:
            raise BadRoads("the area is a line; give the width of the corridor along it, as in width_km=20")
        return _checked(corridor(shape, width_km=width_km))
    if width_km is not None:
        raise BadRoads("width_km goes with a line only, and the area is none; leave it out, or give a line")
    return _checked(shape)


def square_km(area: BaseGeometry) -> float:
    """The area of polygons in square kilometres, on the ellipsoid."""
    parts = shapely.get_parts(shapely.orient_polygons(area))
    return sum(abs(_GEOD.geometry_area_perimeter(part)[0]) for part in parts) / 1e6


def corridor(line: shapely.LineString, *, width_km: float) -> BaseGeometry:
    """All within half of `width_km` (kilometres) of a line of degrees; the line goes straight over the ground."""
    points = shapely.get_coordinates(line)
    wrong = _bad_points(points)
    if not (isinstance(width_km, Real) and 0 < width_km <= WIDEST_KM):
        wrong.append(f"width_km is {width_km!r}; give kilometres, more than 0 and at most {WIDEST_KM:g}")
    if not wrong and len(np.unique(points, axis=0)) < 2:
        wrong.append("a line of fewer than two different points")
    if not wrong:
        length_km = _GEOD.line_length(points[:, 0], points[:, 1]) / 1000
        if length_km * width_km > 1.5 * MOST_KM2:
            wrong.append(_too_large(length_km * width_km))
        # One degree more than the corridor needs, so that no piece of it is turned over the edge of the map.
        reach = 1 + width_km / 111 / math.cos(math.radians(min(abs(points[:, 1]).max(), _LAT_LIMIT)))
        if abs(points[:, 0]).max() + reach > 180:
            wrong.append("the corridor crosses the antimeridian (180 degrees east); download its two sides one by one")
    if wrong:
        raise BadRoads("; ".join([f"the line of the area: {wrong[0]}", *wrong[1:]]))
    return shapely.union_all([_piece(part, width_km * 500) for part in _pieces(points)])


def _shape(area: Any, named: Callable[[str], BaseGeometry]) -> BaseGeometry:
    """The geometry that is meant, not yet checked."""
    if isinstance(area, str):
        if not area.strip():
            raise BadRoads(f"an empty place name; {_FORMS}")
        try:
            area.encode()
        except UnicodeEncodeError:
            raise BadRoads(f"the place name {area[:80]!a} is not text; write it in UTF-8") from None
        return named(area.strip())
    if isinstance(area, gpd.GeoDataFrame | gpd.GeoSeries):
        if area.crs is None:
            raise BadRoads("the area's table has no CRS; set it, as in area.set_crs('EPSG:4326')")
        parts = area.geometry.to_crs("EPSG:4326").dropna()
        return _flat(parts.iloc[0] if len(parts) == 1 else shapely.union_all(parts.to_numpy()))
    if isinstance(area, BaseGeometry):
        return _flat(area)
    try:
        numbers = np.array(list(area), float)
    except (TypeError, ValueError, OverflowError):
        raise BadRoads(f"{str(area)[:80]!r} is no area; {_FORMS}") from None
    if numbers.shape == (4,):
        return _box(numbers.tolist())
    if numbers.ndim == 2 and numbers.shape[1] == 2 and len(numbers) > 1:
        return shapely.LineString(numbers)
    raise BadRoads(f"numbers of the shape {numbers.shape} are no area; {_FORMS}")


def _flat(shape: BaseGeometry) -> BaseGeometry:
    return shapely.force_2d(shape)


def _box(corners: Sequence[float]) -> BaseGeometry:
    west, south, east, north = corners
    wrong = _bad_points(np.array(corners).reshape(2, 2))
    if not wrong and west >= east:
        wrong.append(
            f"west {west:g} is not below east {east:g}; give west, south, east, north (a box over the "
            "antimeridian must be downloaded as two)"
        )
    if not wrong and south >= north:
        wrong.append(f"south {south:g} is not below north {north:g}; are these lat, lon pairs? {_FORMS}")
    if wrong:
        raise BadRoads("; ".join([f"the box of the area: {wrong[0]}", *wrong[1:]]))
    return shapely.box(west, south, east, north)


def _checked(shape: BaseGeometry) -> BaseGeometry:
    """A polygon that can be downloaded."""
    if not isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        raise BadRoads(f"the area is a {shape.geom_type}; {_FORMS}")
    if shape.is_empty:
        raise BadRoads(f"the area is empty; {_FORMS}")
    wrong = _bad_points(shapely.get_coordinates(shape))
    if not wrong and not shape.is_valid:
        wrong.append(f"not valid ({shapely.is_valid_reason(shape)}); repair it, as with shapely.make_valid")
    west, _, east, _ = shape.bounds
    if not wrong and east - west > 180:
        wrong.append("it spans more than half the globe; an area over the antimeridian must be downloaded as two")
    if not wrong and (size := square_km(shape)) > MOST_KM2:
        wrong.append(_too_large(size))
    elif not wrong and not size:
        wrong.append("it has no extent")
    if wrong:
        raise BadRoads("; ".join([f"the polygon of the area: {wrong[0]}", *wrong[1:]]))
    return shape


def _too_large(size: float) -> str:
    return (
        f"{size:,.0f} square kilometres, and a download takes at most {MOST_KM2:,.0f}; give a smaller area or a "
        "corridor, or fetch a country's extract (.osm.pbf) and give it to prepare_roads"
    )


def _bad_points(points: NDArray[np.float64]) -> list[str]:
    """What is wrong with longitudes and latitudes, ``(p, 2)``."""
    if not np.isfinite(points).all():
        return ["a coordinate is not a finite number; give degrees"]
    lon, lat = points[:, 0], points[:, 1]
    outside = (abs(lon) > 180) | (abs(lat) > _LAT_LIMIT)
    if not outside.any():
        return []
    first = points[outside][0]
    said = f"lon {first[0]:g}, lat {first[1]:g} is outside of +-180 and +-{_LAT_LIMIT:g} degrees"
    if not ((abs(lat) > 180) | (abs(lon) > _LAT_LIMIT)).any():
        return [f"{said}; longitude and latitude seem swapped, longitude comes first"]
    return [f"{said}; give degrees of WGS84"]


def _pieces(points: NDArray[np.float64]) -> Iterable[NDArray[np.float64]]:
    """The line in pieces of about 50 km, each beginning where the last ended, with a point at least every 10 km."""
    piece, length = [points[0]], 0.0
    for (lon, lat), (to_lon, to_lat) in itertools.pairwise(points.tolist()):
        metres = _GEOD.inv(lon, lat, to_lon, to_lat)[2]
        steps = max(1, math.ceil(metres / _STEP_M))
        between = _GEOD.npts(lon, lat, to_lon, to_lat, steps - 1) if steps > 1 else []
        for point in [*between, (to_lon, to_lat)]:
            piece.append(np.asarray(point))
            length += metres / steps
            if length >= _PIECE_M:
                yield np.array(piece)
                piece, length = [np.asarray(point)], 0.0
    if len(piece) > 1:
        yield np.array(piece)


def _piece(points: NDArray[np.float64], half_m: float) -> BaseGeometry:
    """A buffer in true metres: projected around the piece's own middle, where 100 km are off by centimetres."""
    lon, lat = points[len(points) // 2]
    local = CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m")
    there = Transformer.from_crs("EPSG:4326", local, always_xy=True)
    x, y = there.transform(points[:, 0], points[:, 1])
    wide = shapely.LineString(np.stack([x, y], axis=1)).buffer(half_m, quad_segs=8)
    return shapely.transform(
        wide, lambda xy: np.stack(there.transform(xy[:, 0], xy[:, 1], direction="INVERSE"), axis=1)
    )
