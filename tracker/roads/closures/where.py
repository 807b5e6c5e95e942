"""From a roadblock's place to pieces of road."""

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tracker.model import UnknownPlace, geodesy
from tracker.roads.posts import KilometrePosts
from tracker.roads.tags import road_label
from tracker.roads.ways import Bools, Floats, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

NAMELESS_M = 5_000.0
"""The largest radius at which the nearest road stands for one that is not named: town centres lie 1 to 7 km off."""
_STEP_M = 200.0
_BESIDE_M = 10_000.0
_LONGEST = 500
_KM = re.compile(
    r"(?<![\w-])([A-ZА-Я]{1,2}[ -]?\d{1,3}),? (?:km|км) ?(\d{1,4})"
    r"(?:(?: to | - |-|–| до )(?:(?:km|км) ?)?(\d{1,4}))?(?!\d)"
)


class Piece(NamedTuple):
    """Part of an edge, with the probability that the roadblock (if at one spot) is on it."""

    edge: int
    from_m: float
    to_m: float
    share: float


def pieces_of(
    network: "RoadNetwork", posts: KilometrePosts, *, place: str, road: str, lon: float, lat: float,
    radius_m: float, throughout: bool,
) -> tuple[list[Piece], str]:  # fmt: skip
    """Pieces of road that a roadblock closes, and the reason for them or for there being none."""
    said = list(_KM.finditer(place[:_LONGEST]))
    if said:
        found = [_by_posts(network, posts, match) for match in said]
        pieces = [piece for some, _ in found for piece in some]
        return pieces, "; ".join(why for _, why in found)
    if not np.isfinite([lon, lat, radius_m]).all() or radius_m <= 0:
        return [], "no place, or no radius, is given"
    near = network.candidates(lon, lat, radius_m)
    if road:
        chosen = np.unique(near.edge[_is_road(network, near.edge, road)])
        if not len(chosen):
            return [], f"no piece of {road} within {radius_m:,.0f} m is on these roads"
    elif radius_m > NAMELESS_M:
        return [], f"an area of {radius_m:,.0f} m and no road named: closes nothing in particular"
    elif not len(near.edge):
        return [], f"no road within {radius_m:,.0f} m"
    else:
        chosen = near.edge[:1]
    pieces = [piece for edge in chosen.tolist() for piece in _in_disc(network, edge, lon, lat, radius_m)]
    named = f"{road} named" if road else "the nearest road, none is named"
    if throughout:
        return pieces, f"{named}: throughout within {radius_m:,.0f} m"
    return _shared(pieces), f"{named}: at one spot within {radius_m:,.0f} m"


def _by_posts(network: "RoadNetwork", posts: KilometrePosts, said: "re.Match[str]") -> tuple[list[Piece], str]:
    road, first = road_label(said[1]), float(said[2])
    last = float(said[3]) if said[3] else first
    first, last = min(first, last), max(first, last)
    stretch = last > first
    try:
        posts.point_at(road, [first, last])
        reach = 0.0 if stretch else (posts.accuracy_at(road, first) + 500.0) / 1000
    except UnknownPlace as unknown:
        return [], str(unknown)
    edges = np.flatnonzero(_is_road(network, np.arange(len(network.length_m)), road))
    pieces = [
        piece for edge in edges.tolist() for piece in _between(network, posts, road, edge, first - reach, last + reach)
    ]
    if not pieces:
        return [], f"{road} km {first:g} is not on these roads"
    if stretch:
        return pieces, f"{road} km {first:g} to km {last:g} by its posts, throughout"
    return _shared(pieces), f"{road} km {first:g} by its posts, at one spot within {reach * 1000:,.0f} m"


def _is_road(network: "RoadNetwork", edges: Ints, road: str) -> Bools:
    label = road_label(road).casefold()
    names = (network.road, network.name, network.int_name)
    return np.array([any(label == str(texts[edge]).casefold() for texts in names) for edge in edges], bool)


def _samples(network: "RoadNetwork", edge: int) -> Floats:
    length = float(network.length_m[edge])
    return np.linspace(0, length, max(int(np.ceil(length / _STEP_M)), 1) + 1)


def _in_disc(network: "RoadNetwork", edge: int, lon: float, lat: float, radius_m: float) -> list[Piece]:
    along = _samples(network, edge)
    x, y = network.point_at(np.full(len(along), edge), along)
    pieces = _runs(edge, along, geodesy.distance_m(x, y, lon, lat) <= radius_m)
    if pieces:
        return pieces
    near = network.candidates(lon, lat, radius_m)
    at = float(near.offset_m[near.edge == edge][0])
    return [Piece(edge, max(at - _STEP_M / 2, 0), min(at + _STEP_M / 2, float(network.length_m[edge])), 1.0)]


def _between(
    network: "RoadNetwork", posts: KilometrePosts, road: str, edge: int, first: float, last: float
) -> list[Piece]:
    along = _samples(network, edge)
    x, y = network.point_at(np.full(len(along), edge), along)
    km, chain = posts.km_at(road, x, y), posts.chains[road]
    foot_x, foot_y = posts.point_at(road, km)
    inside = (km >= first) & (km <= last) & (km > chain.km[0]) & (km < chain.km[-1])
    return _runs(edge, along, inside & (geodesy.distance_m(x, y, foot_x, foot_y) <= _BESIDE_M))


def _runs(
    edge: int,
    along: Floats,
    inside: Bools,
) -> list[Piece]:
    turns = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
    half = (along[1] - along[0]) / 2
    return [
        Piece(edge, float(max(along[a] - half, 0)), float(min(along[b - 1] + half, along[-1])), 1.0)
        for a, b in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
    ]


def _shared(pieces: list[Piece]) -> list[Piece]:
    total = sum(piece.to_m - piece.from_m for piece in pieces)
    return [piece._replace(share=(piece.to_m - piece.from_m) / total) for piece in pieces]
