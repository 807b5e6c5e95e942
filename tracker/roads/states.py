"""Positions along the arcs, evenly spaced in time: the places where a column may be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.roads.ways import Floats, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadStates:
    """Cells along arcs, in driving order; each stands for `spacing_s` seconds of free travel."""

    spacing_s: float
    """Seconds of free travel between neighbours."""
    ptr: Ints
    """(arcs + 1,) where each arc's cells start; an arc shorter than the spacing may have none."""
    arc: Ints
    """(s,) arc of each cell."""
    offset_m: Floats
    """(s,) metres of the cell's middle along the arc, in driving direction."""
    lon: Floats
    """(s,) degrees east of the cell's middle."""
    lat: Floats
    """(s,) degrees north."""


def road_states(network: "RoadNetwork", spacing_s: float) -> RoadStates:
    """Cells of about `spacing_s` seconds along every arc.

    An arc has ``floor(seconds / spacing + u)`` cells with ``u`` from a golden-ratio sequence over the edges,
    so that the number of cells along a long route is right on average, not rounded up at every junction.
    An arc and its reverse have equal counts. Cell i of n is centred at the fraction (i + 1/2) / n.

    Raises
    ------
    ValueError
        The spacing is not a positive number of seconds.
    """
    if not (np.isfinite(spacing_s) and spacing_s > 0):
        raise ValueError(f"spacing_s is {spacing_s}; give a positive number of seconds")
    edge = network.arc_edge
    shift = ((edge + 1) * _GOLDEN) % 1.0
    cells = np.floor(network.seconds / spacing_s + shift).astype(np.int64)
    ptr = np.concatenate([[0], np.cumsum(cells)]).astype(np.int64)
    arc = np.repeat(np.arange(len(edge)), cells)
    part = (np.arange(ptr[-1]) - ptr[arc] + 0.5) / cells[arc]
    length = network.length_m[edge[arc]]
    along = np.where(network.arc_forward[arc], part, 1 - part) * length
    lon, lat = network.point_at(edge[arc], along)
    states = RoadStates(spacing_s=float(spacing_s), ptr=ptr, arc=arc, offset_m=part * length, lon=lon, lat=lat)
    for values in (states.ptr, states.arc, states.offset_m, states.lon, states.lat):
        values.setflags(write=False)
    return states
