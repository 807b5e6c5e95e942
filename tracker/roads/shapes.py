"""Lengths along edges' shapes, and points at a length."""

import numpy as np

from tracker.model import geodesy
from tracker.roads.ways import Floats, Indexes, Ints

SHORTEST_M = 0.01
"""No edge is shorter: a centimetre is the grain of the map, and a length of 0 would be no fraction's base."""


def step_metres(lon: Floats, lat: Floats, ptr: Ints | Indexes) -> Floats:
    """Metres from the vertex before, ``(v,)``; 0 where an edge begins."""
    step = np.zeros(len(lon))
    if len(lon):
        step[1:] = geodesy.distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        step[ptr[:-1]] = 0
    return step


def edge_metres(running: Floats, ptr: Ints | Indexes) -> Floats:
    """True metres of each edge, ``(m,)``, at least `SHORTEST_M`."""
    return np.maximum(running[ptr[1:] - 1] - running[ptr[:-1]], SHORTEST_M)


def point_on(
    edge: Ints, offset_m: Floats, *, running: Floats, lon: Floats, lat: Floats, ptr: Ints | Indexes
) -> tuple[Floats, Floats]:
    """Longitude and latitude, ``(q,)`` each, at metres along edges (linear between vertices, clipped to the edge)."""
    first, last = ptr[edge], ptr[edge + 1] - 1
    sought = np.clip(running[first] + offset_m, running[first], running[last])
    vertex = np.clip(np.searchsorted(running, sought, side="right") - 1, first, last - 1)
    step = running[vertex + 1] - running[vertex]
    part = np.clip((sought - running[vertex]) / np.where(step > 0, step, 1), 0, 1)
    return lon[vertex] + part * (lon[vertex + 1] - lon[vertex]), lat[vertex] + part * (lat[vertex + 1] - lat[vertex])
