"""The edges near one point, for compiled loops that ask about one point after the other."""

from typing import Any

import numpy as np

from tracker.roads.boxes import FANOUT, GRAIN, PIECE
from tracker.roads.compiled import compiled

_A, _E2 = 6378137.0, 6.69437999014e-3


@compiled
def metres_per_degree(lat: float) -> Any:
    """Metres of one degree east and of one degree north at a latitude (WGS84)."""
    phi = np.radians(lat)
    curve = 1 - _E2 * np.sin(phi) ** 2
    return np.radians(1.0) * _A / np.sqrt(curve) * np.cos(phi), np.radians(1.0) * _A * (1 - _E2) / curve**1.5


@compiled
def edges_near(
    lon: float, lat: float, radius_m: float, vertex_lon: Any, vertex_lat: Any, vertex_ptr: Any, running_m: Any,
    piece_edge: Any, piece_vertex: Any, box: Any, level: Any, stack: Any, edge: Any, offset_m: Any, square_m2: Any,
) -> int:  # fmt: skip
    """How many edges come within a radius of a point; the nearest ones are put into the buffers, one place each.

    On a plane that touches the earth at the point: good to a thousandth within a few kilometres, and fast.

    Parameters
    ----------
    lon, lat, radius_m : the point and the radius in metres
    vertex_lon ... level : shapes and index of the network (`RoadNetwork`, `EdgeIndex`)
    stack : (256, 2) scratch
    edge, offset_m, square_m2 : (c,) receive the edges, metres along each, and squared metres from the point; of more
        than c edges the nearest c
    """
    east_m, north_m = metres_per_degree(lat)
    wide, high = radius_m / east_m, radius_m / north_m
    west, east = (lon - wide) * GRAIN, (lon + wide) * GRAIN
    south, north = (lat - high) * GRAIN, (lat + high) * GRAIN
    most = len(edge)
    count = 0
    top = 1
    stack[0, 0] = level[len(level) - 2]
    stack[0, 1] = len(level) - 2
    while top:
        top -= 1
        at, deep = stack[top, 0], stack[top, 1]
        if deep:
            first = level[deep - 1] + (at - level[deep]) * FANOUT
            for child in range(first, min(first + FANOUT, level[deep])):
                if (
                    box[child, 0] <= east
                    and box[child, 2] >= west
                    and box[child, 1] <= north
                    and box[child, 3] >= south
                ):
                    stack[top, 0] = child
                    stack[top, 1] = deep - 1
                    top += 1
            continue
        on = piece_edge[at]
        start = piece_vertex[at]
        stop = min(start + PIECE, vertex_ptr[on + 1] - 1)
        best, best_along = radius_m * radius_m, -1.0
        ax, ay = (vertex_lon[start] - lon) * east_m, (vertex_lat[start] - lat) * north_m
        for v in range(start, stop):
            bx, by = (vertex_lon[v + 1] - lon) * east_m, (vertex_lat[v + 1] - lat) * north_m
            ux, uy = bx - ax, by - ay
            long = ux * ux + uy * uy
            part = 0.0
            if long > 0:
                part = min(max(-(ax * ux + ay * uy) / long, 0.0), 1.0)
            x, y = ax + part * ux, ay + part * uy
            off = x * x + y * y
            if off <= best:
                best = off
                best_along = running_m[v] + part * (running_m[v + 1] - running_m[v])
            ax, ay = bx, by
        if best_along < 0:
            continue
        best_along -= running_m[vertex_ptr[on]]
        slot = -1
        for other in range(count):
            if edge[other] == on:
                slot = other
                break
        if slot >= 0:
            if best >= square_m2[slot]:
                continue
        elif count < most:
            slot = count
            count += 1
        else:
            slot = 0
            for other in range(1, count):
                if square_m2[other] > square_m2[slot]:
                    slot = other
            if square_m2[slot] <= best:
                continue
        edge[slot], offset_m[slot], square_m2[slot] = on, best_along, best
    return count
