"""The road network: junctions, edges with their shape, and the directed arcs that may be driven."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from tracker.model import tables
from tracker.roads.mapped import Mapped
from tracker.roads.shapes import point_on
from tracker.roads.tags import CLASSES
from tracker.roads.texts import Texts
from tracker.roads.ways import Bools, ContextLine, Floats, Indexes, Ints, Milestone, Named

if TYPE_CHECKING:
    from tracker.roads.closures import Closures
    from tracker.roads.graph import SearchGraph
    from tracker.roads.nearest import Candidates, EdgeIndex, Nearest
    from tracker.roads.posts import KilometrePosts
    from tracker.roads.profiles import Profile
    from tracker.roads.search import Searcher
    from tracker.roads.states import RoadStates

Strings = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNetwork:
    """Roads as flat, read-only arrays: n junctions, m edges (pieces of road), k arcs (allowed travels).

    Junctions are numbered along a space-filling curve and edges by their junctions, so that what is near on the
    map is near in memory. The arrays may lie in a mapped file (`load_roads` of a prepared folder).
    """

    node_lon: Floats
    """(n,) junctions, degrees east, WGS84."""
    node_lat: Floats
    """(n,) junctions, degrees north, WGS84."""
    edge_tail: Indexes
    """(m,) junction where the edge's shape begins."""
    edge_head: Indexes
    """(m,) junction where it ends; the same one for a ring."""
    length_m: Floats
    """(m,) true metres along the shape, at least 0.01."""
    highway: NDArray[np.int8]
    """(m,) road class, an index into `classes`."""
    legal_kmh: NDArray[np.float32]
    """(m,) legal speed in km/h, 0 where the map says none."""
    speed_kmh: NDArray[np.float32]
    """(m,) free speed of the profile in km/h: the class's, capped by the legal one and by the surface."""
    oneway: NDArray[np.int8]
    """(m,) 0 both ways, 1 only along the shape (a one-way edge is always drawn as it is driven), -1 only against it."""
    inferred: Bools
    """(m,) assumed by the map's maker, not surveyed."""
    toll: Bools
    """(m,) driven for a toll."""
    osm_way: Ints
    """(m,) OpenStreetMap's number of the way that the edge begins on, 0 where there is none."""
    text: Indexes
    """(m, 5) text numbers of road label, ref, name, int_name and surface."""
    texts: Texts
    """The texts."""
    vertex_lon: Floats
    """(v,) shapes of all edges one after the other, degrees east, both end junctions included."""
    vertex_lat: Floats
    """(v,) degrees north."""
    vertex_ptr: Indexes
    """(m + 1,) where each edge's shape starts."""
    running_m: Floats
    """(v,) metres over all edges' shapes in turn; differences inside an edge are metres along it."""
    arc_edge: Indexes
    """(k,) edge driven; arcs are sorted by their tail."""
    arc_forward: Bools
    """(k,) driven along the edge's shape, or against it."""
    arc_tail: Indexes
    """(k,) junction where the arc starts."""
    arc_head: Indexes
    """(k,) junction where it ends."""
    arc_reverse: Indexes
    """(k,) the arc over the same edge the other way, or -1."""
    edge_arcs: Indexes
    """(2, m) arc along each edge's shape, and arc against it; -1 where that must not be driven."""
    seconds: Floats
    """(k,) free travel time."""
    arc_ptr: Indexes
    """(n + 1,) where the arcs that leave each junction start."""
    barred_edge: Indexes
    """Edges of the runs that turn restrictions forbid, one run after the other."""
    barred_along: Bools
    """Whether each is driven along its shape in that run."""
    barred_ptr: Indexes
    """(runs + 1,) where each run starts."""
    graph: "SearchGraph"
    """What searches drive over."""
    index: "EdgeIndex"
    """What `nearest` and `candidates` look in."""
    mapped: Mapped
    """Places, kilometre posts, rivers and borders."""
    dropped: Mapping[str, int]
    """Why and how much of the source was left out: reason -> count."""
    date: str
    """The moment the map data is of, ISO 8601, as its source states it, or empty."""
    profile: "Profile"
    """Whose speeds and rights these are."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The road classes that `highway` counts."""
        return CLASSES

    @cached_property
    def road(self) -> Strings:
        """(m,) label: the ref in Latin letters (`road_label`), or the name where there is no ref, or empty."""
        return self._texts(0)

    @cached_property
    def ref(self) -> Strings:
        """(m,) the ref as the map writes it, or empty."""
        return self._texts(1)

    @cached_property
    def name(self) -> Strings:
        """(m,) local name, or empty."""
        return self._texts(2)

    @cached_property
    def int_name(self) -> Strings:
        """(m,) name in English or Latin letters, or empty."""
        return self._texts(3)

    @cached_property
    def surface(self) -> Strings:
        """(m,) surface as the map has it, or empty."""
        return self._texts(4)

    def _texts(self, column: int) -> Strings:
        return np.asarray(self.texts.all[self.text[:, column]])

    @property
    def named(self) -> tuple[Named, ...]:
        """Named places of the map."""
        return self.mapped.named

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """Kilometre posts that the map has."""
        return self.mapped.milestones

    @property
    def context(self) -> tuple[ContextLine, ...]:
        """Rivers, canals and borders of the map."""
        return self.mapped.context

    @cached_property
    def posts(self) -> "KilometrePosts":
        """The kilometre posts of these roads, for chainages; of none where none are known."""
        from tracker.roads.posts import KilometrePosts

        return KilometrePosts.from_network(self)

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
            "inferred": np.array(self.inferred),
            "length_m": np.array(self.length_m),
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

    @property
    def searcher(self) -> "Searcher":
        """The scratch memory of this thread's searches."""
        from tracker.roads.search import Searcher

        if not hasattr(self._by_thread, "searcher"):
            self._by_thread.searcher = Searcher.of(self.graph)
        searcher: Searcher = self._by_thread.searcher
        return searcher

    @cached_property
    def _by_thread(self) -> threading.local:
        return threading.local()

    def with_posts(self, posts: "KilometrePosts") -> "RoadNetwork":
        """The same roads with these kilometre posts (`KilometrePosts.read` of a CSV file) in place of the map's."""
        mapped = Mapped.of(self.named, posts.milestones, self.context)
        return replace(self, mapped=mapped)

    def closed(self, reports: gpd.GeoDataFrame) -> "Closures":
        """What the roadblocks among reports close on these roads, from when to when (`closures.closed`)."""
        from tracker.roads.closures import closed

        return closed(self, reports)

    def under(self, profile: "Profile") -> "RoadNetwork":
        """The same roads with another profile's speeds and rights."""
        from tracker.roads.build import under

        return under(self, profile)

    def states(self, spacing_s: float) -> "RoadStates":
        """Positions along every arc about every `spacing_s` seconds of free travel."""
        from tracker.roads.states import road_states

        return road_states(self, spacing_s)

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> "Nearest":
        """The nearest road position of each point: edge, metres along it, distance in metres, each ``(q,)``."""
        return self.index.nearest(self, np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))

    def candidates(self, lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike) -> "Candidates":
        """Every edge within a radius (one, or one per point, in metres) of each point, at its nearest position."""
        points = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        return self.index.candidates(self, *points, np.asarray(radius_m, float))

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
