"""Dense traces: the roads that the log of a satellite receiver was driven on."""

from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import BadTrace, tables
from tracker.reconstruct.following import Roads, Rules, Scratch, follow
from tracker.roads import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGMA_M = 10.0
"""Standard error of a fix in metres, each way, where nothing else is known: a phone or dashcam under open sky."""
GAP_S = 300.0
"""Seconds without a fix after which a drive ends and another begins."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Match:
    """A trace put on roads."""

    fixes: gpd.GeoDataFrame
    """One row per fix, in the order given (`tables.FIXES`): where on which edge, how far off, in which drive."""
    drives: gpd.GeoDataFrame
    """One row per unbroken drive (`tables.DRIVES`): from when to when, how long, over which edges, along which line."""

    def __repr__(self) -> str:
        matched = int((self.fixes["edge"] >= 0).sum())
        return f"<Match of {matched} of {len(self.fixes)} fixes in {len(self.drives)} drives>"


def match(points: gpd.GeoDataFrame, roads: RoadNetwork, *, sigma_m: float = SIGMA_M, gap_s: float = GAP_S) -> Match:
    """The roads that a dense trace was driven on.

    Parameters
    ----------
    points : fixes as points with a column `time` (with a zone), in any CRS and any order
    roads : the road network; its one-ways and turn restrictions are kept to
    sigma_m : standard error of a fix in metres, each way
    gap_s : seconds without a fix after which a drive ends and another begins

    Returns
    -------
    Match. Between fixes of one drive the roads are followed; over a gap, and where no road joins two fixes, nothing
    is drawn.

    Raises
    ------
    BadTrace
        Something is no point on earth, or no time with a zone; all that is wrong is counted, and the first row shown.

    Notes
    -----
    A hidden Markov model over road positions (Newson and Krumm 2009): fixes nearer together than two standard errors
    are passed over; what a drive is long is held against the straight line.
    """
    lon, lat, seconds = _checked(points)
    if not (np.isfinite(sigma_m) and 0.1 <= sigma_m <= 1000):
        raise ValueError(f"sigma_m is {sigma_m}; give metres from 0.1 to 1000")
    if not gap_s > 0:
        raise ValueError(f"gap_s is {gap_s}; give seconds, more than 0")
    order = np.argsort(seconds, kind="stable")
    # The scratch memory of a matcher is its thread's.
    matcher = _matcher(roads, get_ident())
    found = matcher.follow(lon[order], lat[order], seconds[order], sigma_m=float(sigma_m), gap_s=float(gap_s))
    return _told(points, roads, order, seconds[order], found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """What the loop found (`following.follow`)."""

    kept: Ints
    part: Ints
    arc: Ints
    along_m: Floats
    at: Ints
    driven: Ints
    ptr: Ints


class Matcher:
    """The arrays of one network, and memory that is used again from trace to trace."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        graph, index, searcher = network.graph, network.index, network.searcher
        places = len(graph.junction)
        self.roads = Roads(
            vertex_lon=network.vertex_lon,
            vertex_lat=network.vertex_lat,
            vertex_ptr=network.vertex_ptr,
            running_m=network.running_m,
            piece_edge=index.piece_edge,
            piece_vertex=index.piece_vertex,
            box=index.box,
            level=index.level,
            length_m=network.length_m,
            edge_arcs=network.edge_arcs,
            arc_edge=network.arc_edge,
            entered=graph.entered,
            ptr=graph.ptr,
            step=graph.by_length,
            arc=graph.arc,
        )
        self.scratch = Scratch(
            label=searcher.label,
            heap=searcher.heap,
            from_step=np.empty(places, np.int32),
            from_place=np.empty(places, np.int32),
            mark=np.zeros(len(network.arc_edge), np.int32),
        )

    def follow(self, lon: Floats, lat: Floats, seconds: Floats, *, sigma_m: float, gap_s: float) -> Followed:
        """The arcs driven, for fixes in order of their seconds."""
        rules = Rules(
            sigma_m=sigma_m, radius_m=max(4 * sigma_m, 40.0), apart_m=2 * sigma_m, gap_s=gap_s, beta_m=3.0,
            beta_ms=1.0, stretch=2.0, slack_m=200.0, slack_ms=8.0,
        )  # fmt: skip
        era = self.network.searcher.era
        *found, last = follow(lon, lat, seconds, self.roads, rules, self.scratch, era[0])
        era[0] = int(last)
        kept, part, arc, along_m, at, driven, ptr = found
        return Followed(kept=kept, part=part, arc=arc, along_m=along_m, at=at, driven=driven, ptr=ptr)


@lru_cache(maxsize=8)
def _matcher(network: RoadNetwork, thread: int) -> Matcher:
    return Matcher(network)


def _checked(points: gpd.GeoDataFrame) -> tuple[Floats, Floats, Floats]:
    """Longitudes, latitudes and seconds since the first fix."""
    wrong = []
    if "time" not in points or not isinstance(points["time"].dtype, pd.DatetimeTZDtype):
        raise BadTrace("the trace has no column `time` of times with a zone; read it with tracker.read_trace")
    if points.crs is None:
        raise BadTrace("the trace says no CRS; set it, as in points.set_crs('EPSG:4326')")
    shapes = points.geometry if points.crs == tables.CRS else points.geometry.to_crs(tables.CRS)
    is_point = (shapely.get_type_id(np.asarray(shapes)) == 0) & ~np.asarray(shapes.is_empty)
    lon, lat = np.full((2, len(points)), np.nan)
    lon[is_point], lat[is_point] = (
        shapely.get_x(np.asarray(shapes)[is_point]),
        shapely.get_y(np.asarray(shapes)[is_point]),
    )
    off = ~(np.abs(lon) <= 180) | ~(np.abs(lat) <= 90)
    if off.any():
        wrong.append(f"{off.sum()} fixes are no points on earth, the first in row {points.index[off.argmax()]}")
    late = points["time"].isna().to_numpy()
    if late.any():
        wrong.append(f"{late.sum()} fixes have no time, the first in row {points.index[late.argmax()]}")
    if wrong:
        raise BadTrace("; ".join(wrong) + "; mend or drop these rows")
    if not len(points):
        return lon, lat, np.zeros(0)
    return lon, lat, np.asarray((points["time"] - points["time"].min()) / pd.Timedelta(seconds=1), float)


def _told(points: gpd.GeoDataFrame, roads: RoadNetwork, order: Ints, seconds: Floats, found: Followed) -> Match:
    """The tables of what was found."""
    count = len(order)
    length = np.asarray(roads.length_m)[roads.arc_edge[found.driven]]
    begun = np.concatenate([[0.0], np.cumsum(length)])
    chainage = begun[found.at] + found.along_m
    part = np.full(count, -1)
    metres = np.full(count, np.nan)
    drives = []
    for number in range(len(found.ptr) - 1):
        of_part = np.flatnonzero(found.part == number)
        first, last = found.kept[of_part[[0, -1]]]
        inside = np.arange(first, last + 1)
        part[inside] = number
        metres[inside] = np.interp(seconds[inside], seconds[found.kept[of_part]], chainage[of_part])
        arcs = found.driven[found.ptr[number] : found.ptr[number + 1]]
        span = chainage[of_part[0]], chainage[of_part[-1]]
        edges = roads.arc_edge[arcs]
        line = _line(roads, arcs, span[0] - begun[found.ptr[number]], span[1] - begun[found.ptr[number]])
        when = points["time"].iloc[order[[first, last]]].tolist()
        drives.append((number, *when, span[1] - span[0], tuple(edges.tolist()), line))
    matched = part >= 0
    step = np.clip(np.searchsorted(begun, metres[matched], side="right") - 1, 0, max(len(length) - 1, 0))
    # A fix at the very end of a drive stands on that drive's last arc and not on the next drive's first.
    step = np.clip(step, found.ptr[part[matched]], found.ptr[part[matched] + 1] - 1)
    arc = found.driven[step]
    edge = np.full(count, -1)
    edge[matched] = roads.arc_edge[arc]
    along = np.clip(metres[matched] - begun[step], 0, length[step])
    along = np.where(roads.arc_forward[arc], along, length[step] - along)
    lon, lat = roads.point_at(edge[matched], along)
    back = np.empty(count, np.int64)
    back[order] = np.arange(count)
    offset, place = np.full(count, np.nan), np.full(count, None, object)
    offset[matched], place[matched] = along, shapely.points(lon, lat)
    shapes = gpd.GeoSeries(place[back], crs=tables.CRS)
    given = points.geometry.to_crs(tables.CRS).reset_index(drop=True)
    fixes = tables.table(
        {
            "time": points["time"].dt.as_unit("us").dt.tz_convert("UTC"),
            "drive": part[back],
            "edge": edge[back],
            "offset_m": offset[back],
            "off_m": _apart(given, shapes),
            "geometry": shapes,
        },
        tables.FIXES,
    )
    names = ("drive", "start", "end", "length_m", "edges", "geometry")
    columns = dict(zip(names, zip(*drives, strict=True), strict=True)) if drives else {}
    return Match(fixes=fixes, drives=tables.table(columns, tables.DRIVES))


def _apart(given: gpd.GeoSeries, placed: gpd.GeoSeries) -> Floats:
    """Metres between fixes and where they were put; NaN where nowhere."""
    from tracker.model import geodesy

    away = np.full(len(given), np.nan)
    there = placed.notna().to_numpy()
    away[there] = geodesy.distance_m(given.x[there], given.y[there], placed[there].x, placed[there].y)
    return away


def _line(roads: RoadNetwork, arcs: Ints, start_m: float, end_m: float) -> shapely.LineString:
    """The line along arcs, from metres along the first to metres from its beginning."""
    parts = []
    for arc in arcs:
        edge = roads.arc_edge[arc]
        piece = slice(int(roads.vertex_ptr[edge]), int(roads.vertex_ptr[edge + 1]))
        points = np.stack([roads.vertex_lon[piece], roads.vertex_lat[piece], roads.running_m[piece]], axis=1)
        points[:, 2] -= points[0, 2]
        if not roads.arc_forward[arc]:
            points[:, 2] = points[-1, 2] - points[:, 2]
            points = points[::-1]
        parts.append(points)
    ends = np.cumsum([0.0, *(part[-1, 2] for part in parts)])
    for part, begun in zip(parts, ends[:-1], strict=True):
        part[:, 2] += begun
    lon, lat, metres = np.concatenate(parts).T
    inner = (metres > start_m) & (metres < end_m)
    cut = [start_m, *metres[inner], max(end_m, start_m)]
    first = np.append(True, np.diff(metres) > 0)
    return shapely.LineString(
        np.stack([np.interp(cut, metres[first], lon[first]), np.interp(cut, metres[first], lat[first])], axis=1)
    )
