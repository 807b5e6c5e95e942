"""A tree of boxes over pieces of road, as flat arrays that can lie in a mapped file."""

from typing import Any

import numpy as np

from tracker.roads.compiled import compiled
from tracker.roads.curve import along_curve
from tracker.roads.ways import Floats, Indexes, Ints

FANOUT = 16
"""Boxes inside a box of the next level."""
PIECE = 8
"""Straight lines in one lowest box."""
GRAIN = 1e7
"""Boxes are kept in whole parts of this many a degree, the grain of OpenStreetMap's own coordinates."""
_A, _E2, _R = 6378137.0, 6.69437999014e-3, 6371008.8
_SLACK = 1.01
"""Boxes are drawn this much too large, so that no rounding of degrees loses a road."""


def packed(lon: Floats, lat: Floats, vertex_ptr: Ints) -> tuple[Indexes, Indexes, Indexes, Indexes]:
    """The tree over all edges' shapes, built from the bottom (a packed R-tree, Kamel and Faloutsos 1993).

    Parameters
    ----------
    lon, lat : (v,) degrees of all shapes
    vertex_ptr : (m + 1,) where each edge's shape starts

    Returns
    -------
    edge, vertex : (p,) edge and first vertex of each piece of up to `PIECE` straight lines
    box : (b, 4) west, south, east, north of all boxes, the pieces' first, level by level
    level : (l + 1,) where each level starts in `box`
    """
    size = np.diff(vertex_ptr)
    pieces = (size - 2) // PIECE + 1
    edge = np.repeat(np.arange(len(size)), pieces)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    vertex = vertex_ptr[edge] + within * PIECE
    box = _boxes(lon, lat, vertex, np.minimum(vertex + PIECE, vertex_ptr[edge + 1] - 1))
    order = along_curve(box[:, [0, 2]].mean(axis=1) / GRAIN, box[:, [1, 3]].mean(axis=1) / GRAIN)
    edge, vertex, box = edge[order], vertex[order], box[order]
    levels, start = [box], [0, len(box)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        first = np.arange(0, len(below), FANOUT)
        low = np.minimum.reduceat(below[:, :2], first, axis=0)
        high = np.maximum.reduceat(below[:, 2:], first, axis=0)
        levels.append(np.concatenate([low, high], axis=1))
        start.append(start[-1] + len(first))
    return (
        edge.astype(np.int32),
        vertex.astype(np.int32),
        np.ascontiguousarray(np.concatenate(levels).astype(np.int32)),
        np.array(start, np.int32),
    )


def level_sizes(pieces: int) -> list[int]:
    """How many boxes each level of a tree over so many pieces has, the pieces' own first."""
    sizes = [pieces]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // FANOUT))
    return sizes


def _boxes(lon: Floats, lat: Floats, first: Ints, last: Ints) -> Ints:
    low_lon, low_lat = np.floor(lon * GRAIN), np.floor(lat * GRAIN)
    box = np.empty((len(first), 4), np.int64)
    # Vertices first..last of each piece; pieces overlap by a vertex, so each offset is taken on its own.
    box[:, 0], box[:, 1] = low_lon[first], low_lat[first]
    box[:, 2], box[:, 3] = low_lon[first], low_lat[first]
    for step in range(1, PIECE + 1):
        at = np.minimum(first + step, last)
        box[:, 0], box[:, 1] = np.minimum(box[:, 0], low_lon[at]), np.minimum(box[:, 1], low_lat[at])
        box[:, 2], box[:, 3] = np.maximum(box[:, 2], low_lon[at]), np.maximum(box[:, 3], low_lat[at])
    box[:, 2:] += 1
    return box


@compiled
def _degrees(radius: float, lat: float) -> Any:
    """Half the width and half the height, in degrees, of a box that holds a circle of metres."""
    high = np.degrees(radius / (_A * (1 - _E2))) * _SLACK
    narrowest = np.cos(np.radians(min(abs(lat) + high, 89.9)))
    return np.degrees(radius / _A) / narrowest * _SLACK, high


@compiled
def apart(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres between two points of the ellipsoid (`model.geodesy.distance_m`, for compiled loops)."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    vertical_a = _A / np.sqrt(1 - _E2 * np.sin(phi_a) ** 2)
    vertical_b = _A / np.sqrt(1 - _E2 * np.sin(phi_b) ** 2)
    across_a, across_b = vertical_a * np.cos(phi_a), vertical_b * np.cos(phi_b)
    turn = np.radians(lon_b - lon_a)
    # The chord in the frame whose first axis runs through the first point: no large numbers are subtracted.
    x = across_b * np.cos(turn) - across_a
    y = across_b * np.sin(turn)
    z = (1 - _E2) * (vertical_b * np.sin(phi_b) - vertical_a * np.sin(phi_a))
    half = min(np.sqrt(x * x + y * y + z * z) / (2 * _R), 1.0)
    return 2 * _R * np.arcsin(half)  # type: ignore[no-any-return]


@compiled
def foot(lon: float, lat: float, lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """The part of a straight line (straight in degrees, as the map draws it) at its point nearest to a point."""
    east, north = lon_b - lon_a, lat_b - lat_a
    phi = np.radians((lat + lat_a + north / 2) / 2)
    curve = 1 - _E2 * np.sin(phi) ** 2
    # Metres per radian east and north, half-way between point and line.
    per_east, per_north = _A / np.sqrt(curve) * np.cos(phi), _A * (1 - _E2) / curve**1.5
    ux, uy = east * per_east, north * per_north
    square = ux * ux + uy * uy
    if square <= 0:
        return 0.0
    part = ((lon - lon_a) * per_east * ux + (lat - lat_a) * per_north * uy) / square
    return min(max(part, 0.0), 1.0)  # type: ignore[no-any-return]


@compiled
def _on_piece(lon: float, lat: float, vertex_lon: Any, vertex_lat: Any, start: int, stop: int) -> Any:
    """The place nearest to a point on the lines between some vertices: metres, vertex before it, part beyond."""
    best, best_vertex, best_part = np.inf, start, 0.0
    for v in range(start, stop):
        lon_a, lat_a, lon_b, lat_b = vertex_lon[v], vertex_lat[v], vertex_lon[v + 1], vertex_lat[v + 1]
        share = foot(lon, lat, lon_a, lat_a, lon_b, lat_b)
        off = apart(lon, lat, lon_a + share * (lon_b - lon_a), lat_a + share * (lat_b - lat_a))
        if off < best:
            best, best_vertex, best_part = off, v, share
    return best, best_vertex, best_part


@compiled
def within(
    lon: Any,
    lat: Any,
    radius: Any,
    vertex_lon: Any,
    vertex_lat: Any,
    vertex_ptr: Any,
    piece_edge: Any,
    piece_vertex: Any,
    box: Any,
    level: Any,
) -> Any:
    """Every piece that comes within a radius of points: query, edge, vertex before its foot, part beyond, metres."""
    size = 64
    query = np.empty(size, np.int32)
    edge = np.empty(size, np.int32)
    vertex = np.empty(size, np.int32)
    part = np.empty(size, np.float64)
    metres = np.empty(size, np.float64)
    found = 0
    stack = np.empty(FANOUT * 16, np.int32)
    depth = np.empty(FANOUT * 16, np.int32)
    top_level = len(level) - 2
    for number in range(len(lon)):
        wide, high = _degrees(radius[number], lat[number])
        west, east = (lon[number] - wide) * GRAIN, (lon[number] + wide) * GRAIN
        south, north = (lat[number] - high) * GRAIN, (lat[number] + high) * GRAIN
        top = 1
        stack[0] = level[top_level]
        depth[0] = top_level
        while top:
            top -= 1
            at, deep = stack[top], depth[top]
            if box[at, 0] > east or box[at, 2] < west or box[at, 1] > north or box[at, 3] < south:
                continue
            if deep:
                first = level[deep - 1] + (at - level[deep]) * FANOUT
                for child in range(first, min(first + FANOUT, level[deep])):
                    stack[top] = child
                    depth[top] = deep - 1
                    top += 1
                continue
            on = piece_edge[at]
            start = piece_vertex[at]
            stop = min(start + PIECE, vertex_ptr[on + 1] - 1)
            best, best_vertex, best_part = _on_piece(lon[number], lat[number], vertex_lon, vertex_lat, start, stop)
            if best <= radius[number]:
                if found == size:
                    size *= 2
                    query, edge, vertex = _more(query, size), _more(edge, size), _more(vertex, size)
                    part, metres = _more(part, size), _more(metres, size)
                query[found], edge[found], vertex[found] = number, on, best_vertex
                part[found], metres[found] = best_part, best
                found += 1
    return query[:found], edge[:found], vertex[:found], part[:found], metres[:found]


@compiled
def _more(old: Any, size: int) -> Any:
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new


@compiled
def closest(
    lon: Any,
    lat: Any,
    vertex_lon: Any,
    vertex_lat: Any,
    vertex_ptr: Any,
    piece_edge: Any,
    piece_vertex: Any,
    box: Any,
    level: Any,
) -> Any:
    """The nearest piece of each point: edge, vertex before its foot, part beyond, metres; ties to the lowest edge."""
    count = len(lon)
    edge = np.full(count, -1, np.int32)
    vertex = np.zeros(count, np.int32)
    part = np.zeros(count, np.float64)
    metres = np.full(count, np.inf)
    stack = np.empty(FANOUT * 16, np.int32)
    depth = np.empty(FANOUT * 16, np.int32)
    near = np.empty(FANOUT, np.float64)
    top_level = len(level) - 2
    for number in range(count):
        x, y = lon[number] * GRAIN, lat[number] * GRAIN
        shrink = np.cos(np.radians(lat[number]))
        wide, high = 360.0 * GRAIN, 180.0 * GRAIN
        top = 1
        stack[0] = level[top_level]
        depth[0] = top_level
        while top:
            top -= 1
            at, deep = stack[top], depth[top]
            if box[at, 0] > x + wide or box[at, 2] < x - wide or box[at, 1] > y + high or box[at, 3] < y - high:
                continue
            if deep:
                first = level[deep - 1] + (at - level[deep]) * FANOUT
                children = min(FANOUT, level[deep] - first)
                for child in range(children):
                    b = box[first + child]
                    dx = max(b[0] - x, x - b[2], 0.0) * shrink
                    dy = max(b[1] - y, y - b[3], 0.0)
                    near[child] = dx * dx + dy * dy
                # The nearest box is looked into first, for then most others are too far.
                for child in np.argsort(-near[:children]):
                    stack[top] = first + child
                    depth[top] = deep - 1
                    top += 1
                continue
            on = piece_edge[at]
            start = piece_vertex[at]
            stop = min(start + PIECE, vertex_ptr[on + 1] - 1)
            off, v, share = _on_piece(lon[number], lat[number], vertex_lon, vertex_lat, start, stop)
            if off < metres[number] or (off == metres[number] and on < edge[number]):
                edge[number], vertex[number], part[number], metres[number] = on, v, share, off
            wide, high = _degrees(metres[number] + 0.1, lat[number])
            wide, high = wide * GRAIN, high * GRAIN
    return edge, vertex, part, metres
