"""The road network: junctions, edges with their shape, and the directed arcs that may be driven."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from tracker.model import tables
from tracker.roads.shapes import point_on, running_metres
from tracker.roads.tags import CLASSES
from tracker.roads.ways import Floats, Ints, Named

if TYPE_CHECKING:
    from tracker.roads.nearest import Candidates, EdgeIndex, Nearest
    from tracker.roads.states import RoadStates

Bools = NDArray[np.bool_]
Strings = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNetwork:
    """Roads as flat, read-only arrays: n junctions, m edges (pieces of road), k arcs (allowed travels)."""

    node_lon: Floats
    """(n,) junctions, degrees east, WGS84."""
    node_lat: Floats
    """(n,) junctions, degrees north, WGS84."""
    edge_tail: Ints
    """(m,) junction where the edge's shape begins."""
    edge_head: Ints
    """(m,) junction where it ends; the same one for a ring."""
    length_m: Floats
    """(m,) true metres along the shape, at least 0.01."""
    highway: NDArray[np.int8]
    """(m,) road class, an index into `classes`."""
    speed_kmh: NDArray[np.float32]
    """(m,) free speed of a convoy in km/h: the class's, capped by the legal one."""
    oneway: NDArray[np.int8]
    """(m,) 0 both ways, 1 only along the shape (a one-way edge is always drawn as it is driven), -1 only against it."""
    inferred: Bools
    """(m,) assumed by the map's maker, not surveyed."""
    road: Strings
    """(m,) label: the ref in Latin letters (`road_label`), or the name where there is no ref, or empty."""
    ref: Strings
    """(m,) the ref as the map writes it, or empty."""
    name: Strings
    """(m,) local name, or empty."""
    int_name: Strings
    """(m,) name in English or Latin letters, or empty."""
    vertex_lon: Floats
    """(v,) shapes of all edges one after the other, degrees east, both end junctions included."""
    vertex_lat: Floats
    """(v,) degrees north."""
    vertex_ptr: Ints
    """(m + 1,) where each edge's shape starts."""
    arc_edge: Ints
    """(k,) edge driven; arcs are sorted by their tail."""
    arc_forward: Bools
    """(k,) driven along the edge's shape, or against it."""
    arc_tail: Ints
    """(k,) junction where the arc starts."""
    arc_head: Ints
    """(k,) junction where it ends."""
    arc_reverse: Ints
    """(k,) the arc over the same edge the other way, or -1."""
    seconds: Floats
    """(k,) free travel time."""
    arc_ptr: Ints
    """(n + 1,) where the arcs that leave each junction start."""
    named: tuple[Named, ...] = ()
    """Named places of the map."""
    dropped: Mapping[str, int]
    """Why and how much of the source was left out: reason -> count."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The road classes that `highway` counts."""
        return CLASSES

    @cached_property
    def table(self) -> gpd.GeoDataFrame:
        """The edges as a table (`tables.ROADS`), index = edge number; made once, copy before changing it."""
        of_vertex = np.repeat(np.arange(len(self.length_m)), np.diff(self.vertex_ptr))
        shapes = shapely.linestrings(np.stack([self.vertex_lon, self.vertex_lat], axis=1), indices=of_vertex)
        columns: dict[str, Any] = {
            "road": _or_absent(self.road),
            "highway": np.array(CLASSES, object)[self.highway],
            "name": _or_absent(self.name),
            "int_name": _or_absent(self.int_name),
            "inferred": self.inferred,
            "length_m": self.length_m,
            "geometry": shapes,
        }
        return tables.table(columns, tables.ROADS)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """The map's named places as a table (`tables.PLACES`), possibly empty; copy before changing it."""
        columns: dict[str, Any] = {
            "place": [named.place for named in self.named],
            "place_local": [named.place_local for named in self.named],
            "kind": [named.kind for named in self.named],
            "geometry": shapely.points([(named.lon, named.lat) for named in self.named]) if self.named else [],
        }
        return tables.table(columns, tables.PLACES)

    @cached_property
    def running_m(self) -> Floats:
        """(v,) metres over all edges' shapes in turn; differences inside an edge are metres along it."""
        return running_metres(self.vertex_lon, self.vertex_lat, self.vertex_ptr)

    @cached_property
    def index(self) -> "EdgeIndex":
        """The spatial index behind `nearest` and `candidates`, built on first use."""
        from tracker.roads.nearest import EdgeIndex

        return EdgeIndex.of(self)

    @cached_property
    def fastest(self) -> "tuple[sparse.csr_array, Ints]":
        """Junction-to-junction seconds as a sparse matrix, and the arc behind each entry (`routes.fastest_arcs`)."""
        from tracker.roads.routes import fastest_arcs

        return fastest_arcs(self)

    def states(self, spacing_s: float) -> "RoadStates":
        """Positions along every arc about every `spacing_s` seconds of free travel."""
        from tracker.roads.states import road_states

        return road_states(self, spacing_s)

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> "Nearest":
        """The nearest road position of each point: edge, metres along it, distance in metres, each ``(q,)``."""
        return self.index.nearest(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))

    def candidates(self, lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike) -> "Candidates":
        """Every edge within a radius (one, or one per point, in metres) of each point, at its nearest position."""
        points = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        return self.index.candidates(*points, np.asarray(radius_m, float))

    def largest(self) -> "RoadNetwork":
        """The largest part (by length) in which every junction can be driven to from every other."""
        from tracker.roads.build import largest

        return largest(self)

    def point_at(self, edge: ArrayLike, offset_m: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude, each ``(q,)``, at metres along edges' shapes (clipped to the edge)."""
        return point_on(
            np.atleast_1d(np.asarray(edge, np.int64)),
            np.atleast_1d(np.asarray(offset_m, float)),
            running=self.running_m,
            lon=self.vertex_lon,
            lat=self.vertex_lat,
            ptr=self.vertex_ptr,
        )

    @classmethod
    def from_osmnx(cls, graph: Any) -> "RoadNetwork":
        """The network of an osmnx graph (a MultiDiGraph in longitude and latitude, simplified or not)."""
        from tracker.roads.osmnx_graph import from_osmnx

        return from_osmnx(graph)


def _or_absent(texts: Strings) -> list[str | None]:
    return [text or None for text in texts]
