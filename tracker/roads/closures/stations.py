"""Kilometres of roads in a roadblock's place: "M4 km 464 to km 777", "M4 km 118, M5 km 115"."""

import re
from typing import TYPE_CHECKING

import numpy as np

from tracker.model import UnknownPlace
from tracker.roads.closures.stretch import positions, stretch
from tracker.roads.posts import KilometrePosts
from tracker.roads.posts_words import said_kilometres
from tracker.roads.tags import road_label
from tracker.roads.ways import Bools

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

Stretch = tuple[str, float, float]
"""Road label, first and last kilometre; the same one twice for a spot."""

_LONGEST = 500
_ROUNDING_M = 500.0
_BESIDE_M = 5_000.0
"""How far from its road a post may be placed, beyond its accuracy, for the road to be found from it."""
_DETOUR = 1.3
_TO = r"(?: ?(?:-|\u2013|\u2014) ?| to | and | до | по | и )"
_RANGE = rf"(?:km|км)\.? ?(\d{{1,4}})(?:{_TO}(?:(?:km|км)\.? ?)?(\d{{1,4}}))?(?!\d)"
_WITH_ROAD = re.compile(rf"(?<![\w-])([A-ZА-Я]{{1,2}}[ -]?\d{{1,3}}),? {_RANGE}")
_BARE = re.compile(
    rf"(?<![\w-]){_RANGE}(?! (?:of|from|north|south|east|west|к|от|до|трасс|дорог|автодорог|шоссе))", re.IGNORECASE
)


def said_stretches(place: str, road: str) -> list[Stretch]:
    """The kilometres that a place names, of the roads it names or, where it names none, of the report's road.

    >>> said_stretches("M4 km 118, M5 km 115", "M4"), said_stretches("between km 928 and 932", "M4")
    ([('M4', 118.0, 118.0), ('M5', 115.0, 115.0)], [('M4', 928.0, 932.0)])
    >>> said_stretches("km 37 of the Tula-Novomoskovsk road at the M4 interchange", "M4")
    []
    """
    text = place[:_LONGEST]
    if (only := said_kilometres(text)) is not None:
        return [only[:3]]
    if found := _WITH_ROAD.findall(text):
        return [_ordered(label, first, last) for label, first, last in found]
    return [_ordered(road, first, last) for first, last in _BARE.findall(text)] if road else []


def station(posts: KilometrePosts, road: str, km: float) -> tuple[tuple[float, float, float] | None, str]:
    """Longitude, latitude and radius of a kilometre, with words for the reason; None where no post is known."""
    try:
        lon, lat = posts.point_at(road, km)
    except UnknownPlace as unknown:
        return None, str(unknown)
    reach = posts.accuracy_at(road, km) + _ROUNDING_M
    return (float(lon), float(lat), reach), f"{road} km {km:g} by its posts"


def stretch_between(
    network: "RoadNetwork", posts: KilometrePosts, on_road: Bools, road: str, first: float, last: float
) -> tuple[list[tuple[int, float, float]], str]:
    """Pieces (edge, from and to metres) of a road between two of its kilometres, and words for the reason.

    Where the map holds only part of the stretch, the part between the first and the last kilometre that it holds.
    """
    km = np.linspace(first, last, int(np.ceil(last - first)) + 1)
    try:
        lon, lat = posts.point_at(road, km)
    except UnknownPlace as unknown:
        return [], str(unknown)
    reach = _BESIDE_M + max(posts.accuracy_at(road, first), posts.accuracy_at(road, last))
    near = network.candidates(lon, lat, reach)
    known = near.query[on_road[near.edge]]
    if not len(known):
        return [], f"{road} km {first:g} to km {last:g} is not on these roads"
    a, b = int(known.min()), int(known.max())
    ends = [positions(network, on_road, float(lon[at]), float(lat[at]), reach) for at in (a, b)]
    spans = stretch(network, on_road, *ends)
    arcs = [(high - low) * int((network.edge_arcs[:, edge] >= 0).sum()) for edge, low, high in spans]
    metres, signs_m = sum(arcs) / 2, (km[b] - km[a]) * 1000
    if not spans or metres > _DETOUR * signs_m + 2 * reach:
        return [], f"{road} does not lead from km {km[a]:g} to km {km[b]:g} on these roads"
    part = "" if b - a == len(km) - 1 else f" (km {km[a]:.0f} to km {km[b]:.0f} are on these roads)"
    return spans, f"{road} km {first:g} to km {last:g} by its posts{part}, throughout"


def _ordered(road: str, first: str, last: str) -> Stretch:
    km = sorted((float(first), float(last or first)))
    return road_label(road), km[0], km[1]
