"""Dense traces: the roads that the log of a satellite receiver was driven on."""

import threading
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import BadTrace, tables
from tracker.reconstruct.following import MOST, MOST_DOUBTED, Rules, follow
from tracker.reconstruct.matched import Fixes, Followed, Match
from tracker.reconstruct.stitching import HALF, Roads, Scratch
from tracker.roads import RoadNetwork

__all__ = ["GAP_S", "SIGMA_M", "Match", "match"]

SIGMA_M = 10.0
"""Standard error of a fix in metres, each way, where nothing else is known: a phone or dashcam under open sky."""
GAP_S = 300.0
"""Seconds without a fix after which a drive ends and another begins."""
_TOP_MS = 70.0
"""Nobody drives faster: 250 km/h. A fix that asks for more is astray."""
_NOT_A_TIME = np.iinfo(np.int64).min
_MINUTE_US = 60_000_000
_FIRST_ERA = 2**30
_MOST_SEARCHES = (MOST + 1) * (MOST_DOUBTED + 2)
"""Searches that one fix may cost."""


def match(points: gpd.GeoDataFrame, roads: RoadNetwork, *, sigma_m: float = SIGMA_M, gap_s: float = GAP_S) -> Match:
    """The roads that a dense trace was driven on, or many traces.

    Parameters
    ----------
    points : fixes as points with a column `time` (with a zone), in any CRS and any order; with a column `segment`
        (`tracker.read_trace` gives one) each value of it is a trace of its own, so that the logs of many receivers are
        matched in one call
    roads : the road network; its one-ways and turn restrictions are kept to
    sigma_m : standard error of a fix in metres, each way
    gap_s : seconds without a fix after which a drive ends and another begins

    Returns
    -------
    Match. Between fixes of one drive the roads are followed; over a gap, between segments, and where no road joins two
    fixes, nothing is drawn. Fixes that are astray between others that fit are put where the drive was at their time.

    Raises
    ------
    BadTrace
        Something is no point on earth, or no time with a zone; all that is wrong is counted, and the first row shown.

    Notes
    -----
    A hidden Markov model over road positions (Newson and Krumm 2009): fixes nearer together than five standard
    errors are passed over, because one that stands would seem to wander; what a drive is long is held against the
    straight line; between two fixes it took the quickest way. `docs/matching.md` has the figures.
    """
    if not (np.isfinite(sigma_m) and 0.1 <= sigma_m <= 1000):
        raise ValueError(f"sigma_m is {sigma_m}; give metres from 0.1 to 1000")
    if not gap_s > 0:
        raise ValueError(f"gap_s is {gap_s}; give seconds, more than 0")
    fixes, matcher = _in_order(points), _matcher(roads)
    found = matcher.follow(fixes, sigma_m=float(sigma_m), gap_s=float(gap_s))
    return Match(given=fixes, roads=matcher.roads, found=found)


class Matcher:
    """The arrays of one network, and memory that is used again from trace to trace; not for two threads at once."""

    def __init__(self, network: RoadNetwork) -> None:
        graph, index = network.graph, network.index
        self.searcher = network.searcher
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
            arc_forward=network.arc_forward,
            entered=graph.entered,
            ptr=graph.ptr,
            step=graph.by_length,
            quick=graph.by_time,
            arc=graph.arc,
        )
        self.scratch = Scratch(
            label=self.searcher.label,
            heap=self.searcher.heap,
            from_step=np.empty(places, np.int32),
            from_place=np.empty(places, np.int32),
            mark=np.zeros(len(network.arc_edge), np.int32),
        )

    def follow(self, fixes: Fixes, *, sigma_m: float, gap_s: float) -> Followed:
        """The arcs driven."""
        rules = Rules(
            sigma_m=sigma_m, radius_m=max(4 * sigma_m, 40.0), apart_m=5 * sigma_m, back_m=3 * sigma_m, gap_s=gap_s,
            beta_m=3.0, beta_ms=1.0, hopeless=25.0, top_ms=_TOP_MS, grain_s=fixes.grain_s,
        )  # fmt: skip
        era = self.searcher.era
        if era[0] <= _MOST_SEARCHES * (len(fixes.lon) + 1):
            self.scratch.label[:] = _FIRST_ERA << HALF
            era[0] = _FIRST_ERA
        found = follow(fixes.lon, fixes.lat, fixes.seconds, fixes.segment, self.roads, rules, self.scratch, era[0])
        part, kept, arc, along_m, at, driven, ptr, last = found
        era[0] = int(last)
        return Followed(part=part, kept=kept, arc=arc, along_m=along_m, at=at, driven=driven, ptr=ptr)


_by_thread = threading.local()


def _matcher(network: RoadNetwork) -> Matcher:
    """This thread's matcher of a network, made once."""
    if not hasattr(_by_thread, "matchers"):
        _by_thread.matchers = WeakKeyDictionary()
    matchers: WeakKeyDictionary[RoadNetwork, Matcher] = _by_thread.matchers
    if network not in matchers:
        matchers[network] = Matcher(network)
    return matchers[network]


def _in_order(points: gpd.GeoDataFrame) -> Fixes:
    """The fixes, checked and sorted."""
    if "time" not in points or not isinstance(points["time"].dtype, pd.DatetimeTZDtype):
        raise BadTrace("the trace has no column `time` of times with a zone; read it with tracker.read_trace")
    if points.crs is None:
        raise BadTrace("the trace says no CRS; set it, as in points.set_crs('EPSG:4326')")
    place = _places(points.geometry if points.crs == tables.CRS else points.geometry.to_crs(tables.CRS))
    moment = pd.DatetimeIndex(points["time"].array).as_unit("us").asi8
    wrong = []
    off = ~((np.abs(place[:, 0]) <= 180) & (np.abs(place[:, 1]) <= 90))
    timeless = moment == _NOT_A_TIME
    if off.any():
        wrong.append(f"{off.sum()} fixes are no points on earth, the first in row {points.index[off.argmax()]}")
    if timeless.any():
        wrong.append(f"{timeless.sum()} fixes have no time, the first in row {points.index[timeless.argmax()]}")
    if wrong:
        raise BadTrace("; ".join(wrong) + "; mend or drop these rows")
    if "segment" in points:
        segment = pd.factorize(points["segment"], use_na_sentinel=False)[0]
        order = np.lexsort((moment, segment))
        segment = segment[order]
    else:
        segment, order = np.zeros(len(points), np.int64), np.argsort(moment, kind="stable")
    first = moment.min(initial=np.iinfo(np.int64).max)
    return Fixes(
        lon=place[order, 0], lat=place[order, 1], moment=moment[order], seconds=(moment[order] - first) / 1e6,
        segment=segment, grain_s=1.0 if (moment % _MINUTE_US).any() else 60.0, order=order,
    )  # fmt: skip


def _places(points: gpd.GeoSeries) -> NDArray[np.float64]:
    """(n, 2) longitude and latitude; NaN where there is no point."""
    shapes = np.asarray(points.array)
    is_point = shapely.get_type_id(shapes) == 0
    if is_point.all() and len(place := shapely.get_coordinates(shapes)) == len(shapes):
        return np.asarray(place)
    is_point &= ~shapely.is_empty(shapes)
    place = np.full((len(shapes), 2), np.nan)
    place[is_point] = shapely.get_coordinates(shapes[is_point])
    return place
