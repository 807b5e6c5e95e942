"""Points out of geometries: decoded by hand, because a place is one pair of numbers and nothing else is taken."""

import math
import struct
from collections.abc import Mapping

from .grid import Grid, Refused, number_text

PLACE_RADIUS_M = 5000
"""Metres, for a marked point of a file that also has fixes: as for a file without radii, a town centre."""
FIX_RADIUS_M = 50
"""Metres, for a fix of a satellite receiver. Open sky gives 5 to 10 m at 95 %; under trees, between houses or with a
phone on the dashboard 30 to 50 m are common, and too large a circle on a road costs nothing."""

_TYPES = ("geometry", "point", "line", "polygon", "set of points", "set of lines", "set of polygons", "collection")
_ENVELOPES = (0, 32, 48, 48, 64)
_SAME = {("LON", "lon"), ("LONGITUDE", "lon"), ("LNG", "lon"), ("LAT", "lat"), ("LATITUDE", "lat")}
_COPIES = {name.lower(): axis for name, axis in _SAME} | {"долгота": "lon", "широта": "lat"}

Point = tuple[float, float]


class NotAPoint(Exception):
    """A geometry that is no point; the message names what it is."""


def well_known(blob: bytes) -> Point | None:
    """Longitude and latitude (or x and y) of well-known binary, plain or with a GeoPackage's header; None if empty.

    Raises
    ------
    NotAPoint
        When it is another geometry, or no geometry.
    """
    try:
        if blob[:2] == b"GP":
            kind = blob[3] >> 1 & 7
            if kind >= len(_ENVELOPES):
                raise NotAPoint("a damaged geometry")
            blob = blob[8 + _ENVELOPES[kind] :]
        order = {0: ">", 1: "<"}[blob[0]]
        (code,) = struct.unpack_from(order + "I", blob, 1)
        begin = 9 if code & 0x20000000 else 5
        kind = (code & 0x0FFFFFFF) % 1000
        if kind != 1:
            raise NotAPoint(f"a {_TYPES[kind]}" if kind < len(_TYPES) else "a curve or surface")
        x, y = struct.unpack_from(order + "dd", blob, begin)
    except (struct.error, IndexError, KeyError):
        raise NotAPoint("a damaged geometry") from None
    return None if math.isnan(x) and math.isnan(y) else (x, y)


def add_placed(grid: Grid, row: int, cells: dict[str, str], point: Point | None) -> None:
    """One row of a file whose places are geometries; columns that repeat the geometry are dropped, or faults."""
    for name in list(cells):
        axis = _COPIES.get(name.strip().lower())
        if axis is None:
            continue
        said = cells.pop(name)
        if said.strip() and not _agrees(said, None if point is None else point[axis == "lat"]):
            grid.fault(row, "is not what the geometry says", "keep one of the two", column=name, value=said)
    lon, lat = ("", "") if point is None else map(number_text, point)
    grid.add(row, {**cells, "lon": lon, "lat": lat})


def _agrees(said: str, meant: float | None) -> bool:
    try:
        return meant is not None and abs(float(said) - meant) < 1e-5
    except ValueError:
        return False


def to_wgs84(points: list[Point | None], *, authority: str, code: str) -> list[Point | None]:
    """Points of a reference system that is named by authority and code, in EPSG:4326, longitude first.

    Only codes are followed, never a definition in the file: PROJ would open grid files that a definition names.

    Raises
    ------
    Refused
        When PROJ does not know the code, or it is not one of EPSG.
    """
    if is_wgs84(authority, code):
        return points
    name = f"{authority}:{code}"[:60]
    remedy = "export the file in EPSG:4326"
    if authority.upper() not in ("EPSG", "ESRI") or not code.isdecimal() or len(code) > 7:
        raise Refused(f"has the reference system {name}, which is not known here", remedy)
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        change = pyproj.Transformer.from_crs(f"{authority.upper()}:{code}", "EPSG:4326", always_xy=True)
        moved: list[Point | None] = []
        for point in points:
            lon, lat = (math.nan, math.nan) if point is None else change.transform(*point)
            moved.append(None if point is None else (round(lon, 9), round(lat, 9)))
    except ProjError:
        raise Refused(f"has the reference system {name}, which cannot be turned into EPSG:4326", remedy) from None
    return moved


def is_wgs84(authority: str, code: str) -> bool:
    """Whether authority and code name longitude and latitude of WGS84."""
    return (authority.upper(), code.upper()) in {
        ("EPSG", "4326"),
        ("OGC", "CRS84"),
        ("EPSG", "4979"),
        ("OGC", "CRS84H"),
    }


def fill_radii(grid: Grid, fixes: Mapping[int, bool]) -> None:
    """Radii where rows lack them: small for fixes of a receiver; for marked points only if the file has fixes too.

    Without fixes the column is left out, and reading fills it as it does for any file.
    """
    column = grid.names.get("radius_m", [])
    if not any(fixes.values()) and not any(column):
        return
    column.extend([""] * (len(grid.rows) - len(column)))
    placed = grid.names.get("lon", [])
    for at in range(len(grid.rows)):
        if not column[at] and at < len(placed) and placed[at]:
            column[at] = str(FIX_RADIUS_M if fixes.get(at) else PLACE_RADIUS_M)
    grid.names["radius_m"] = column
