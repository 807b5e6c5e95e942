"""Roadblocks on the ways onto a road: its exits and ramps, not the road itself."""

import re
from typing import TYPE_CHECKING

import numpy as np

from tracker.model import geodesy
from tracker.roads.ways import Bools

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

PIECE_M = 200.0
"""The last metres before the junction, on which the way onto a road is stopped."""
_LONGEST = 2_500
_ACCESS = re.compile(
    r"\b(?:access|exits?|entr(?:y|ies|ances?)|ramps?|slip roads?) (?:to|onto|on to) (?:the )?"
    r"(?:[MRA][ -]?\d|highway|motorway|road)|\broads out of\b"
    r"|\b(?:съезд|выезд|въезд|заезд)\w{0,3} на (?:трасс|дорог|автодорог|[МРАMPA][ -]?\d)",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\b(?:exits|entries|entrances|ramps|slip roads|roads out of|(?:съезд|выезд|въезд|заезд)ы)\b", re.IGNORECASE
)


def says_access(words: str) -> bool:
    """Whether words are about the ways onto a road.

    >>> says_access("blocking access to the M4"), says_access("the exit towards Aksai")
    (True, False)
    """
    return bool(_ACCESS.search(words[:_LONGEST]))


def joining(
    network: "RoadNetwork", own: Bools, words: str, lon: float, lat: float, radius_m: float
) -> tuple[list[tuple[int, float, float, bool]], bool, str]:
    """The last metres of the arcs that lead onto a road within a circle.

    Parameters
    ----------
    network : the roads
    own : (m,) the edges of the road itself
    words : of one exit, or of several: then each is closed
    lon, lat, radius_m : the circle

    Returns
    -------
    Edge, from and to metres, and whether it is driven along its shape; whether each of them is closed, or only one
    somewhere (of the junction nearest to the middle); and words for the reason.
    """
    near = network.candidates(lon, lat, radius_m).edge
    near = near[own[near]]
    nodes = np.unique(np.concatenate([network.edge_tail[near], network.edge_head[near]]))
    away = geodesy.distance_m(np.asarray(network.node_lon)[nodes], np.asarray(network.node_lat)[nodes], lon, lat)
    arcs = np.flatnonzero(np.isin(network.arc_head, nodes[away <= radius_m]) & ~own[network.arc_edge])
    each = bool(_EACH.search(words[:_LONGEST]))
    if len(arcs) and not each:
        ahead = np.asarray(network.arc_head)[arcs]
        metres = away[np.searchsorted(nodes, ahead)]
        arcs = arcs[metres <= metres.min() + PIECE_M]
    spans = []
    for arc in arcs.tolist():
        edge, forward = int(network.arc_edge[arc]), bool(network.arc_forward[arc])
        length = float(network.length_m[edge])
        last = min(PIECE_M, length)
        spans.append((edge, length - last, length, True) if forward else (edge, 0.0, last, False))
    what = "the ways onto the road are closed, not the road itself:"
    if not spans:
        return [], each, f"{what} none joins it within {radius_m:,.0f} m on these roads;"
    return spans, each, f"{what} {'each' if each else 'one'} of {len(spans)} within {radius_m:,.0f} m;"
