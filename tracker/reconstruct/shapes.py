"""The lines of paths: stretches of arcs cut out of the shapes of their roads, and the metres along them."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Shapes(NamedTuple):
    """The arcs of a network on the shapes of its edges."""

    edge: Ints
    """(arcs,) edge driven."""
    forward: NDArray[np.bool_]
    """(arcs,) driven along the edge's shape, or against it."""
    ptr: Ints
    """(edges + 1,) first vertex of each edge."""
    lon: Floats
    """(v,) longitude of the vertices, EPSG:4326."""
    lat: Floats
    """(v,) latitude of the vertices, EPSG:4326."""
    running: Floats
    """(v,) metres over all edges' shapes in turn."""


@njit(cache=True)
def cut(shapes: Any, arc: Any, span: Any) -> Any:
    """The lines of stretches of arcs, in the direction of driving.

    Parameters
    ----------
    shapes : Shapes
    arc : (legs,) arc of each stretch
    span : (legs, 2) metres along it at the beginning and at the end

    Returns
    -------
    (legs + 1,) first vertex of each stretch; longitude and latitude of all vertices, both ends of each included.
    """
    ptr = np.zeros(len(arc) + 1, np.int64)
    size = 0
    for k in range(len(arc)):
        size += shapes.ptr[shapes.edge[arc[k]] + 1] - shapes.ptr[shapes.edge[arc[k]]] + 2
    lon, lat = np.empty(size), np.empty(size)
    n = 0
    for k in range(len(arc)):
        begin, end = span[k]
        forward = shapes.forward[arc[k]]
        first = shapes.ptr[shapes.edge[arc[k]]]
        last = shapes.ptr[shapes.edge[arc[k]] + 1] - 1
        lon[n], lat[n] = _point(shapes, first, last, forward, begin)
        n += 1
        for i in range(last - first + 1):
            if begin < _along(shapes, first, last, forward, i) < end:
                lon[n] = shapes.lon[first + i if forward else last - i]
                lat[n] = shapes.lat[first + i if forward else last - i]
                n += 1
        lon[n], lat[n] = _point(shapes, first, last, forward, end)
        n += 1
        ptr[k + 1] = n
    return ptr, lon[:n].copy(), lat[:n].copy()


@njit(cache=True)
def _along(shapes: Any, first: Any, last: Any, forward: Any, i: Any) -> Any:
    """Metres along an arc to its vertex number i."""
    if forward:
        return shapes.running[first + i] - shapes.running[first]
    whole = shapes.running[last] - shapes.running[first]
    return whole - (shapes.running[last - i] - shapes.running[first])


@njit(cache=True)
def _point(shapes: Any, first: Any, last: Any, forward: Any, metres: Any) -> Any:
    """The point at metres along an arc, or its end where they lie beyond it."""
    low, high = 0, last - first + 1  # the last vertex that does not lie beyond is number low
    while high - low > 1:
        middle = (low + high) // 2
        if _along(shapes, first, last, forward, middle) <= metres:
            low = middle
        else:
            high = middle
    here = first + low if forward else last - low
    lon, lat = shapes.lon[here], shapes.lat[here]
    before = _along(shapes, first, last, forward, low)
    if low == last - first or metres <= before:
        return lon, lat
    then = here + 1 if forward else here - 1
    step = _along(shapes, first, last, forward, low + 1) - before
    return (
        (shapes.lon[then] - lon) / step * (metres - before) + lon,
        (shapes.lat[then] - lat) / step * (metres - before) + lat,
    )


@njit(cache=True)
def measured(path_ptr: Any, leg_ptr: Any, step: Any, leg_start: Any) -> Any:
    """Metres along its path to each vertex: the legs' own lengths are the measure, and the vertices follow them.

    Parameters
    ----------
    path_ptr : (paths + 1,) first leg of each path
    leg_ptr : (legs + 1,) first vertex of each leg
    step : (v - 1,) metres from each vertex to the next
    leg_start : (legs + paths,) metres at which each leg begins, and after the legs of a path its length
    """
    metres = np.zeros(leg_ptr[-1])
    for p in range(len(path_ptr) - 1):
        legs = path_ptr[p + 1] - path_ptr[p]
        first, end = leg_ptr[path_ptr[p]], leg_ptr[path_ptr[p + 1]]
        for v in range(first + 1, end):
            metres[v] = metres[v - 1] + step[v - 1]
        start = leg_start[path_ptr[p] + p : path_ptr[p + 1] + p + 1]
        if start[legs] <= 0:
            continue
        drawn = np.empty(legs + 1)
        for k in range(legs):
            drawn[k] = metres[leg_ptr[path_ptr[p] + k]]
        drawn[legs] = metres[end - 1]
        k = 0
        for v in range(first, end):
            while k < legs and drawn[k + 1] <= metres[v]:
                k += 1
            if k == legs or drawn[k] == metres[v]:
                metres[v] = start[k]
            else:
                metres[v] = (start[k + 1] - start[k]) / (drawn[k + 1] - drawn[k]) * (metres[v] - drawn[k]) + start[k]
    return metres
