"""KML and KMZ: each placemark with a point and a time is a report, each fix of a gx:Track a sighting."""

import re
from itertools import zip_longest
from typing import Any

from .grid import Grid, Refused
from .points import add_placed, fill_radii
from .source import Source
from .xml_in import child, local, root_of, words
from .zip_in import members

_SHAPES = {"LineString": "a line", "LinearRing": "a ring", "Polygon": "a polygon", "MultiGeometry": "several shapes"}
_TIMES = {"time", "earliest", "latest", "datetime", "timestamp"}


def parse(source: Source) -> Grid:
    """Rows numbered from 1: placemarks in the order of the file, each fix of a track on its own.

    Names in ExtendedData are columns. A placemark without any has its name as place and its description as summary;
    the name of a track is its unit.

    Raises
    ------
    Refused
        When the file is not KML, has no placemark, or links to another file.
    """
    grid = Grid()
    data = source.data()
    if data[:2] == b"PK":
        inside = members(data, wanted=lambda name: name.lower().endswith(".kml"))
        if len(inside) != 1:
            raise Refused(f"is a zip archive with {len(inside)} KML files", "keep one file doc.kml in it")
        (data,) = inside.values()
    root = root_of(source, data, name="kml")
    fixes: dict[int, bool] = {}
    number = 0
    for element in root.iter():
        if local(element) == "NetworkLink":
            raise Refused("links to another file (NetworkLink), which is never fetched", "save what it links to as KML")
        if local(element) == "Placemark":
            for track in [inner for inner in element.iter() if local(inner) == "Track"]:
                number = _add_track(grid, number, element, track, fixes)
            if not any(local(inner) in ("Track", "MultiTrack") for inner in element.iter()):
                number += 1
                _add_mark(grid, number, element)
    if not number:
        raise Refused("has no placemark", "save the places as KML")
    fill_radii(grid, fixes)
    return grid


def _add_mark(grid: Grid, number: int, mark: Any) -> None:
    cells = _extended(mark)
    if not cells:
        cells = {"place": words(mark, "name"), "summary": words(mark, "description")}
    if not any(cells.get(name) for name in _TIMES):
        times = _times(mark, open_end=cells.get("kind") in ("roadblock", "absence"))
        if times is None:
            grid.fault(
                number, "has no time", "give the placemark a TimeStamp or TimeSpan, or take it out", column="time"
            )
            return
        cells |= times
    for inner in mark:
        if what := _SHAPES.get(local(inner)):
            grid.fault(number, f"is {what}, not a point", "mark it with a point", column="geometry")
            return
    point = child(mark, "Point")
    said = "" if point is None else words(point, "coordinates")
    if not said:
        add_placed(grid, number, cells, None)
        return
    try:
        if not re.fullmatch(r"[-+0-9.eE, \t]+", said.split()[0]):  # Python's float takes 1_000 and digits of any script
            raise ValueError
        lon, lat = (float(part) for part in said.split(",")[:2])
    except ValueError:
        grid.fault(number, "is not a longitude and a latitude", "write 39.71,47.24", column="geometry", value=said)
        return
    add_placed(grid, number, cells, (lon, lat))


def _add_track(grid: Grid, number: int, mark: Any, track: Any, fixes: dict[int, bool]) -> int:
    whens = [(inner.text or "").strip() for inner in track if local(inner) == "when"]
    coords = [(inner.text or "").split() for inner in track if local(inner) == "coord"]
    for when, coord in zip_longest(whens, coords):
        number += 1
        if when is None or coord is None or len(coord) < 2:
            grid.fault(number, "has a time without a place, or a place without a time", "give each fix both")
            continue
        fixes[len(grid.rows)] = True
        cells = {"earliest": when, "latest": when, "unit": words(mark, "name"), "lon": coord[0], "lat": coord[1]}
        grid.add(number, cells)
    return number


def _extended(mark: Any) -> dict[str, str]:
    held = child(mark, "ExtendedData")
    found: dict[str, str] = {}
    for inner in () if held is None else held.iter():
        if local(inner) == "Data":
            found[str(inner.get("name", ""))] = words(inner, "value")
        elif local(inner) == "SimpleData":
            found[str(inner.get("name", ""))] = (inner.text or "").strip()
    return found


def _times(mark: Any, *, open_end: bool) -> dict[str, str] | None:
    """Earliest and latest of a placemark; one moment does not say when what stands throughout ended."""
    stamp, span = child(mark, "TimeStamp"), child(mark, "TimeSpan")
    if stamp is not None and (when := words(stamp, "when")):
        return {"earliest": when, "latest": "" if open_end else when}
    if span is not None and (words(span, "begin") or words(span, "end")):
        return {"earliest": words(span, "begin"), "latest": words(span, "end")}
    return None
