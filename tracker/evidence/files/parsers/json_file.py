"""GeoJSON, and lists of plain JSON objects: by Python's own reader, which follows no link and runs no driver."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from .grid import Grid, Refused, text_of
from .points import Point, add_placed, is_wgs84, to_wgs84
from .source import Source

_POINTS = "make it a point, or give the place as lon and lat"


def parse(source: Source) -> Grid:
    """Rows numbered from 1 in the order of the features (or objects), properties as columns.

    Raises
    ------
    Refused
        When the file is not JSON, or JSON of something else.
    """
    source.no_layers("JSON")
    top = _loaded(source.text())
    grid = Grid()
    if isinstance(top, dict) and isinstance(top.get("events"), list):
        top = top["events"]
    if isinstance(top, list):
        for row, entry in enumerate(top, 1):
            if isinstance(entry, dict):
                grid.add(row, {name: text_of(value) for name, value in entry.items()})
            else:
                grid.fault(row, "is not an object with columns", 'write {"time": ..., ...}', value=text_of(entry))
        return grid
    features = _features(top)
    authority, code = _system(top)
    points: list[Point | None] = []
    held: list[tuple[int, dict[str, str]]] = []
    for row, cells, point in _read(features, grid):
        held.append((row, cells))
        points.append(point)
    moved = points if is_wgs84(authority, code) else to_wgs84(points, authority=authority, code=code)
    for (row, cells), point in zip(held, moved, strict=True):
        add_placed(grid, row, cells, point)
    return grid


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_not_json)
    except RecursionError:
        raise Refused("is nested too deeply", "write reports as flat objects") from None
    except json.JSONDecodeError as error:
        problem = f"is not sound JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise Refused(problem, "save it again as JSON") from None
    except ValueError:
        raise Refused("has a number with thousands of digits", "write numbers such as 38.5") from None


def _not_json(name: str) -> NoReturn:
    raise Refused(f"has {name}, which is not a number in JSON", "write null where a value is not known", value=name)


def _features(top: Any) -> list[Any]:
    kind = top.get("type") if isinstance(top, dict) else None
    if kind == "FeatureCollection" and isinstance(top.get("features"), list):
        return list(top["features"])
    if kind == "Feature":
        return [top]
    said = f"JSON of type {kind[:40]!r}" if isinstance(kind, str) else "JSON without features"
    raise Refused(f"is {said}, not a table of reports", "save it as a GeoJSON FeatureCollection of points")


def _system(top: dict[str, Any]) -> tuple[str, str]:
    crs = top.get("crs")
    if crs is None:
        return "OGC", "CRS84"
    named = crs.get("properties") if isinstance(crs, dict) and crs.get("type") == "name" else None
    name = named.get("name") if isinstance(named, dict) else None
    found = (
        re.fullmatch(r"(?:urn:ogc:def:crs:)?([A-Za-z]+):[0-9.]*:?([A-Za-z0-9]+)", name)
        if isinstance(name, str)
        else None
    )
    if found is None:
        problem = "states a reference system by a link or in other words, which are not followed"
        raise Refused(problem, "export the file in EPSG:4326", column="crs", value=text_of(crs))
    return found[1], found[2]


def _read(features: list[Any], grid: Grid) -> Iterator[tuple[int, dict[str, str], Point | None]]:
    for row, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            grid.fault(row, "is not a feature", "write each report as a Feature", value=text_of(feature))
            continue
        properties = feature.get("properties")
        if not isinstance(properties, dict | None):
            grid.fault(row, "has properties that are no object", "write them as an object", value=text_of(properties))
            continue
        geometry = feature.get("geometry")
        cells = {name: text_of(value) for name, value in (properties or {}).items()}
        if geometry is None:
            yield row, cells, None
            continue
        pair = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
        if pair == []:
            yield row, cells, None
        elif isinstance(pair, list) and len(pair) >= 2 and all(type(value) in (int, float) for value in pair[:2]):
            try:
                yield row, cells, (float(pair[0]), float(pair[1]))
            except OverflowError:
                grid.fault(row, "has a coordinate beyond all numbers", "write degrees", column="geometry")
        else:
            kind = geometry.get("type") if isinstance(geometry, dict) else None
            what = (
                f"is a {kind[:40]}, not a point" if isinstance(kind, str) and kind != "Point" else "is no sound point"
            )
            grid.fault(row, what, _POINTS, column="geometry")
