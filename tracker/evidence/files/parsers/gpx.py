"""GPX: each waypoint and each point of a track that has a time is a sighting; a track's name is the unit."""

from typing import Any

from .grid import Grid, Refused
from .points import FIX_RADIUS_M
from .source import Source
from .xml_in import child, local, root_of, words

_TIMELESS = "has no time, so that it says nothing of a march"


def parse(source: Source) -> Grid:
    """Rows numbered from 1: waypoints and track points in the order of the file.

    Routes are plans and are passed over. Radii are those of a receiver's fix.

    Raises
    ------
    Refused
        When the file is not GPX, or has neither waypoints nor tracks.
    """
    grid = Grid()
    root = root_of(source, source.data(), name="gpx")
    number = 0
    for element in root:
        if local(element) == "wpt":
            number += 1
            link = child(element, "link")
            more = {
                "unit": "",
                "place": words(element, "name"),
                "summary": words(element, "desc") or words(element, "cmt"),
                "url": "" if link is None else str(link.get("href", "")),
            }
            _add(grid, number, element, more)
        elif local(element) == "trk":
            unit = words(element, "name")
            for segment in element:
                for point in segment if local(segment) == "trkseg" else ():
                    if local(point) == "trkpt":
                        number += 1
                        _add(grid, number, point, {"unit": unit, "place": "", "summary": "", "url": ""})
    if not number:
        only = " (its routes are plans)" if any(local(element) == "rte" for element in root) else ""
        raise Refused(f"has no waypoint and no track point{only}", "export waypoints or tracks with their times")
    return grid


def _add(grid: Grid, number: int, point: Any, more: dict[str, str]) -> None:
    time = words(point, "time")
    if not time:
        grid.fault(number, _TIMELESS, "give it a <time>, or take it out", column="time")
        return
    place = {"lon": str(point.get("lon", "")), "lat": str(point.get("lat", "")), "radius_m": str(FIX_RADIUS_M)}
    grid.add(number, {"time": time, **place, **more})
