"""From a roadblock's place to pieces of road."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tracker.model import geodesy
from tracker.roads.closures.access import joining, says_access
from tracker.roads.closures.heading import Direction, direction_of, ways
from tracker.roads.closures.names import RoadNames, folded, road_numbers
from tracker.roads.closures.stations import said_stretches, station, stretch_between
from tracker.roads.posts import KilometrePosts
from tracker.roads.ways import Bools, Floats

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

NAMELESS_M = 5_000.0
"""The largest radius at which the nearest road stands for one that is not named: town centres lie 1 to 7 km off."""
_STEP_M = 200.0
_BRIDGE = re.compile(r"\bbridges?\b|\bмост", re.IGNORECASE)


class Piece(NamedTuple):
    """Part of an edge that a roadblock is on, or may be on."""

    edge: int
    from_m: float
    to_m: float
    along: bool = True
    """Whether it stops those who drive along the edge's shape."""
    against: bool = True
    """Whether it stops those who drive against it."""
    share: float = 1.0
    """Probability that the roadblock is on this piece."""
    throughout: bool = False
    """Whether the whole piece is affected."""
    joins: bool = False
    """Whether it is a way onto a road, with the direction and the share that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a report says of where its roadblock is; absent text is empty, absent numbers are NaN."""

    place: str
    road: str
    heading: str
    summary: str
    lon: float
    lat: float
    radius_m: float
    throughout: bool
    """Its effect holds all over what is said (a jam, a limit on transit)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The roads that roadblocks are looked for on."""

    network: "RoadNetwork"
    names: RoadNames
    posts: KilometrePosts

    def pieces(self, said: Said) -> tuple[list[Piece], str]:
        """Pieces of road that a roadblock closes, and the reason for them or for there being none."""
        towards = direction_of(self.network, said.heading, said.place, said.summary, said.lon, said.lat)
        found = self._by_posts(said) or self._by_point(said)
        pieces = [piece for some, _ in found for piece in self._shared(some, towards)]
        why = "; ".join(words for _, words in found)
        return pieces, f"{why}; {towards.words!r}: one way" if pieces and towards else why

    def _by_posts(self, said: Said) -> list[tuple[list[Piece], str]]:
        found = []
        for road, first, last in said_stretches(said.place, said.road):
            on = self.names.edges(road)
            if last > first:
                spans, why = stretch_between(self.network, self.posts, on, road, first, last)
                found.append(([Piece(*span, throughout=True) for span in spans], why))
                continue
            spot, why = station(self.posts, road, first)
            if spot is None:
                found.append(([], why))
            else:
                found.append((self._disc(on, *spot), f"{why}, at one spot within {spot[2]:,.0f} m"))
        return found

    def _by_point(self, said: Said) -> list[tuple[list[Piece], str]]:
        if not np.isfinite([said.lon, said.lat, said.radius_m]).all() or said.radius_m <= 0:
            return [([], "no place, or no radius, is given")]
        roads = {folded(road): road for road in [*road_numbers(said.place)[::-1], said.road] if road}
        if roads:
            on = {road: self.names.edges(road) for road in reversed(roads.values())}
            if says_access(f"{said.place} | {said.summary}"):
                return [self._access(said, on)]
            return [self._named(said, road, mask) for road, mask in on.items()]
        if said.radius_m > NAMELESS_M:
            return [([], f"an area of {said.radius_m:,.0f} m and no road named: closes nothing in particular")]
        near = self.network.candidates(said.lon, said.lat, said.radius_m).edge[:1]
        if not len(near):
            return [([], f"no road within {said.radius_m:,.0f} m")]
        only = np.zeros(len(self.network.length_m), bool)
        only[near] = True
        pieces = self._disc(only, said.lon, said.lat, said.radius_m)
        return [(pieces, f"the nearest road, none is named: at one spot within {said.radius_m:,.0f} m")]

    def _named(self, said: Said, road: str, on: Bools) -> tuple[list[Piece], str]:
        pieces = self._disc(on, said.lon, said.lat, said.radius_m)
        if not pieces:
            return [], f"no piece of {road} within {said.radius_m:,.0f} m is on these roads"
        if said.throughout:
            pieces = [piece._replace(throughout=True) for piece in pieces]
            return pieces, f"{road} named: throughout within {said.radius_m:,.0f} m"
        bridge = "; the bridge itself is not looked for" if _BRIDGE.search(said.place[:500]) else ""
        return pieces, f"{road} named: at one spot within {said.radius_m:,.0f} m{bridge}"

    def _access(self, said: Said, on: dict[str, Bools]) -> tuple[list[Piece], str]:
        own = np.logical_or.reduce(list(on.values()))
        spans, each, why = joining(
            self.network, own, f"{said.place} | {said.summary}", said.lon, said.lat, said.radius_m
        )
        share = 1.0 if each or not spans else 1 / len(spans)
        pieces = [
            Piece(edge, low, high, forward, not forward, share, joins=True)
            for edge, low, high, forward in spans
        ]  # fmt: skip
        return pieces, f"{why} {' and '.join(on)} named"

    def _disc(self, on: Bools, lon: float, lat: float, radius_m: float) -> list[Piece]:
        """Pieces of a road inside a circle, always with the place nearest to its middle."""
        near = self.network.candidates(lon, lat, radius_m)
        mine = on[near.edge]
        return [
            Piece(edge, low, high)
            for edge, at in zip(near.edge[mine].tolist(), near.offset_m[mine].tolist(), strict=True)
            for low, high in self._inside(edge, at, lon, lat, radius_m)
        ]

    def _inside(self, edge: int, at: float, lon: float, lat: float, radius_m: float) -> list[tuple[float, float]]:
        length = float(self.network.length_m[edge])
        # The nearest place is a sample too, so that a short touch is never missed.
        even = np.linspace(0, length, max(int(np.ceil(length / _STEP_M)), 1) + 1)
        along = np.unique(np.concatenate([even, [at]]))
        x, y = self.network.point_at(np.full(len(along), edge), along)
        inside = geodesy.distance_m(x, y, lon, lat) <= radius_m
        inside[along == at] = True
        return _runs(along, inside)

    def _shared(self, pieces: list[Piece], towards: Direction | None) -> list[Piece]:
        """The pieces that may be driven, each with the ways it stops and with its share of the probability.

        Two carriageways are one road: over both ways the shares sum to 2, over one way to 1.
        """
        turned = [self._turned(piece, towards) for piece in pieces]
        turned = [piece for piece in turned if piece.along or piece.against]
        total = sum((piece.to_m - piece.from_m) * (piece.along + piece.against) for piece in turned)
        total /= 1 if towards else 2
        return [
            piece
            if piece.throughout or piece.joins
            else piece._replace(share=min((piece.to_m - piece.from_m) / max(total, 0.01), 1.0))
            for piece in turned
        ]

    def _turned(self, piece: Piece, towards: Direction | None) -> Piece:
        along, against = ways(self.network, piece.edge, piece.from_m, piece.to_m, None if piece.joins else towards)
        arcs = self.network.edge_arcs[:, piece.edge] >= 0
        return piece._replace(
            along=bool(piece.along and along and arcs[0]), against=bool(piece.against and against and arcs[1])
        )


def _runs(along: Floats, inside: Bools) -> list[tuple[float, float]]:
    """From and to metres of the runs of samples that are inside, each half a gap longer where it ends in the open."""
    turns = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
    middle = np.concatenate([along[:1], (along[1:] + along[:-1]) / 2, along[-1:]])
    return [
        (float(middle[a]), float(middle[b])) for a, b in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
    ]
