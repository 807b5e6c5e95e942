"""From points to roads: the nearest position, or all within a radius, in true metres."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tracker.roads.boxes import closest, packed, within
from tracker.roads.ways import Floats, Indexes, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork


class Nearest(NamedTuple):
    """The nearest road position of each of q points."""

    edge: Ints
    """(q,) edge."""
    offset_m: Floats
    """(q,) metres along the edge's shape."""
    distance_m: Floats
    """(q,) true metres from the point to that position."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Road positions within a radius of points, sorted by query, then by distance: one per query and edge."""

    query: Ints
    """(c,) number of the point asked about."""
    edge: Ints
    """(c,) edge."""
    offset_m: Floats
    """(c,) metres along the edge's shape to its position nearest to the point."""
    distance_m: Floats
    """(c,) true metres from the point to that position."""
    lon: Floats
    """(c,) degrees east of that position."""
    lat: Floats
    """(c,) degrees north."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EdgeIndex:
    """A tree of boxes over all edges' shapes (`boxes.packed`)."""

    piece_edge: Indexes
    """(p,) edge of each piece."""
    piece_vertex: Indexes
    """(p,) vertex where each piece starts."""
    box: Indexes
    """(b, 4) west, south, east and north of all boxes in 1e-7 degrees, the pieces' first, level by level."""
    level: Indexes
    """(l + 1,) where each level starts in `box`."""

    @classmethod
    def of(cls, lon: Floats, lat: Floats, vertex_ptr: Ints) -> "EdgeIndex":
        """The index of shapes."""
        piece_edge, piece_vertex, box, level = packed(lon, lat, vertex_ptr)
        return cls(piece_edge=piece_edge, piece_vertex=piece_vertex, box=box, level=level)

    def nearest(self, network: "RoadNetwork", lon: Floats, lat: Floats) -> Nearest:
        """The nearest position of each point; ties go to the lowest edge number."""
        _check(lon, lat)
        edge, vertex, part, metres = closest(lon, lat, *self._ground(network))
        return Nearest(
            edge=edge.astype(np.int64), offset_m=_along(network, edge, vertex, part), distance_m=np.asarray(metres)
        )

    def candidates(self, network: "RoadNetwork", lon: Floats, lat: Floats, radius_m: Floats) -> Candidates:
        """One position per point and edge within the radius (a scalar or ``(q,)``)."""
        _check(lon, lat)
        radius = np.ascontiguousarray(np.broadcast_to(radius_m, lon.shape))
        query, edge, vertex, part, metres = within(lon, lat, radius, *self._ground(network))
        # Of each edge the nearest position, and the edges of each point by distance.
        order = np.lexsort((vertex, metres, edge, query))
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(query[order]) != 0) | (np.diff(edge[order]) != 0)
        order = order[first]
        order = order[np.lexsort((edge[order], metres[order], query[order]))]
        edge, vertex, part = edge[order], vertex[order], part[order]
        return Candidates(
            query=query[order].astype(np.int64),
            edge=edge.astype(np.int64),
            offset_m=_along(network, edge, vertex, part),
            distance_m=metres[order],
            lon=_between(network.vertex_lon, vertex, part),
            lat=_between(network.vertex_lat, vertex, part),
        )

    def _ground(self, network: "RoadNetwork") -> tuple[Floats | Indexes, ...]:
        shapes = network.vertex_lon, network.vertex_lat, network.vertex_ptr
        return (*shapes, self.piece_edge, self.piece_vertex, self.box, self.level)


def _along(network: "RoadNetwork", edge: Indexes, vertex: Indexes, part: Floats) -> Floats:
    """Metres along the edge."""
    begun = network.running_m[vertex] - network.running_m[network.vertex_ptr[edge]]
    return np.asarray(begun + part * (network.running_m[vertex + 1] - network.running_m[vertex]))


def _between(degrees: Floats, vertex: Indexes, part: Floats) -> Floats:
    return np.asarray(degrees[vertex] + part * (degrees[vertex + 1] - degrees[vertex]))


def _check(lon: Floats, lat: Floats) -> None:
    bad = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    if len(bad):
        raise ValueError(f"point {bad[0]}: lon {lon[bad[0]]}, lat {lat[bad[0]]}; give finite degrees")
