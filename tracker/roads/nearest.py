"""From points to roads: the nearest position, or all within a radius, in true metres."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from tracker.model import geodesy
from tracker.roads.ways import Floats, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_BATCH = 256
_A, _E2 = 6378137.0, 6.69437999014e-3
_SLACK = 1.01
"""Boxes are drawn this much too large, so that no rounding of degrees loses a road."""


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
    """A tree over all straight pieces of all edges' shapes."""

    network: "RoadNetwork"
    """The roads."""
    edge: Ints
    """(pieces,) edge of each piece."""
    vertex: Ints
    """(pieces,) vertex where each piece starts; it ends at the next one."""
    tree: shapely.STRtree
    """The pieces in degrees."""

    @classmethod
    def of(cls, network: "RoadNetwork") -> "EdgeIndex":
        """The index of a network."""
        of_vertex = np.repeat(np.arange(len(network.length_m)), np.diff(network.vertex_ptr))
        vertex = np.flatnonzero(of_vertex[:-1] == of_vertex[1:])
        points = np.stack([network.vertex_lon, network.vertex_lat], axis=1)
        pieces = shapely.linestrings(np.stack([points[vertex], points[vertex + 1]], axis=1))
        return cls(network=network, edge=of_vertex[vertex], vertex=vertex, tree=shapely.STRtree(pieces))

    def nearest(self, lon: Floats, lat: Floats) -> Nearest:
        """The nearest position of each point; ties go to the lowest edge number."""
        _check(lon, lat)
        found: list[Candidates] = []
        for part in _batches(len(lon)):
            # The piece nearest in degrees is near enough to bound the search for the one nearest in metres.
            piece = self.tree.query_nearest(shapely.points(lon[part], lat[part]), all_matches=False)[1]
            bound = self._measure(np.arange(len(piece)), piece, lon[part], lat[part]).distance_m
            found.append(self._within(lon[part], lat[part], bound * _SLACK + 0.1))
        starts = [np.unique(batch.query, return_index=True)[1] for batch in found]
        return Nearest(
            edge=np.concatenate([batch.edge[at] for batch, at in zip(found, starts, strict=True)] or [_none_int()]),
            offset_m=np.concatenate([batch.offset_m[at] for batch, at in zip(found, starts, strict=True)] or [_none()]),
            distance_m=np.concatenate(
                [batch.distance_m[at] for batch, at in zip(found, starts, strict=True)] or [_none()]
            ),
        )

    def candidates(self, lon: Floats, lat: Floats, radius_m: Floats) -> Candidates:
        """One position per point and edge within the radius (a scalar or ``(q,)``)."""
        _check(lon, lat)
        radius = np.broadcast_to(radius_m, lon.shape)
        found = [self._within(lon[part], lat[part], radius[part]) for part in _batches(len(lon))]
        first = [part.start for part in _batches(len(lon))]
        return Candidates(
            query=np.concatenate([b.query + start for b, start in zip(found, first, strict=True)] or [_none_int()]),
            edge=np.concatenate([batch.edge for batch in found] or [_none_int()]),
            offset_m=np.concatenate([batch.offset_m for batch in found] or [_none()]),
            distance_m=np.concatenate([batch.distance_m for batch in found] or [_none()]),
            lon=np.concatenate([batch.lon for batch in found] or [_none()]),
            lat=np.concatenate([batch.lat for batch in found] or [_none()]),
        )

    def _within(self, lon: Floats, lat: Floats, radius: Floats) -> Candidates:
        high = np.degrees(radius / (_A * (1 - _E2))) * _SLACK
        narrowest = np.cos(np.radians(np.minimum(np.abs(lat) + high, 89.9)))
        wide = np.degrees(radius / _A) / narrowest * _SLACK
        query, piece = self.tree.query(shapely.box(lon - wide, lat - high, lon + wide, lat + high))
        measured = self._measure(query, piece, lon, lat)
        inside = measured.distance_m <= radius[query]
        # Of each edge the nearest position, and the edges of each point by distance.
        order = np.lexsort((measured.distance_m, measured.edge, query))
        order = order[inside[order]]
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(query[order]) != 0) | (np.diff(measured.edge[order]) != 0)
        order = order[first]
        order = order[np.lexsort((measured.edge[order], measured.distance_m[order], query[order]))]
        return Candidates(
            query=query[order],
            edge=measured.edge[order],
            offset_m=measured.offset_m[order],
            distance_m=measured.distance_m[order],
            lon=measured.lon[order],
            lat=measured.lat[order],
        )

    def _measure(self, query: Ints, piece: Ints, lon: Floats, lat: Floats) -> Candidates:
        """Foot of each point on each piece; straight means straight in degrees, as the map draws it."""
        net, start = self.network, self.vertex[piece]
        lon_a, lat_a = net.vertex_lon[start], net.vertex_lat[start]
        east, north = net.vertex_lon[start + 1] - lon_a, net.vertex_lat[start + 1] - lat_a
        phi = np.radians((lat[query] + lat_a + north / 2) / 2)
        curve = 1 - _E2 * np.sin(phi) ** 2
        # Metres per radian east and north, half-way between point and piece.
        per_east, per_north = _A / np.sqrt(curve) * np.cos(phi), _A * (1 - _E2) / curve**1.5
        ux, uy = east * per_east, north * per_north
        px, py = (lon[query] - lon_a) * per_east, (lat[query] - lat_a) * per_north
        square = ux**2 + uy**2
        part = np.clip((px * ux + py * uy) / np.where(square > 0, square, 1), 0, 1)
        foot_lon, foot_lat = lon_a + part * east, lat_a + part * north
        edge = self.edge[piece]
        along = net.running_m[start] - net.running_m[net.vertex_ptr[edge]]
        return Candidates(
            query=query,
            edge=edge,
            offset_m=along + part * (net.running_m[start + 1] - net.running_m[start]),
            distance_m=geodesy.distance_m(lon[query], lat[query], foot_lon, foot_lat),
            lon=foot_lon,
            lat=foot_lat,
        )


def _batches(count: int) -> Iterator[slice]:
    return (slice(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH))


def _check(lon: Floats, lat: Floats) -> None:
    bad = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    if len(bad):
        raise ValueError(f"point {bad[0]}: lon {lon[bad[0]]}, lat {lat[bad[0]]}; give finite degrees")


def _none() -> Floats:
    return np.zeros(0)


def _none_int() -> Ints:
    return np.zeros(0, np.int64)
