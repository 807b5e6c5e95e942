"""Whose word it is: reports that repeat one another are one voice."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tracker.model.geodesy import distance_m

_PAIRS_AT_ONCE = 1_000_000
"""Pairs compared in one go: some 100 MB of working memory."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def copies(reports: gpd.GeoDataFrame) -> "pd.Series[str]":
    """The report that each report repeats, or NA for a voice of its own.

    Two reports say the same when they have one origin, one unit (none counts as one) and one kind, their intervals
    touch, and their places are no farther apart than the larger of their radii. What says the same as a copy is a
    copy too. The most precise of them speaks for all: the smallest radius, then the shortest interval, then the
    first report_id. A report of no known origin, or without a place, repeats none.

    Parameters
    ----------
    reports : a reports table

    Returns
    -------
    Series of str named ``repeats``, on the index of the reports: a report_id, or NA.
    """
    size = len(reports)
    geometry = reports.geometry
    usable = (geometry.notna() & ~geometry.is_empty & reports["origin"].notna()).to_numpy(bool)
    lon, lat = geometry.x.to_numpy(float), geometry.y.to_numpy(float)
    radius = reports["radius_m"].fillna(0.0).to_numpy(float)
    start = _microseconds(reports["earliest"], absent=np.iinfo(np.int64).min)
    end = _microseconds(reports["latest"], absent=np.iinfo(np.int64).max)
    groups = reports.groupby(["origin", "unit", "kind"], dropna=False, sort=False).ngroup().to_numpy(np.int64)
    rows = np.flatnonzero(usable)
    rows = rows[np.lexsort((start[rows], groups[rows]))]
    ones: list[Ints] = [np.empty(0, np.int64)]
    others: list[Ints] = [np.empty(0, np.int64)]
    for one, other in _overlapping(rows, groups, start, end):
        apart = distance_m(lon[one], lat[one], lon[other], lat[other])
        near = apart <= np.maximum(radius[one], radius[other])
        ones.append(one[near])
        others.append(other[near])
    left, right = np.concatenate(ones), np.concatenate(others)
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(size, size))
    voice = connected_components(graph, directed=False)[1]
    # An open end is the longest interval; unsigned, so that the widest difference fits.
    length = end.view(np.uint64) - start.view(np.uint64)
    ids = reports["report_id"].to_numpy(object)
    rank = np.empty(size, np.int64)
    rank[np.argsort(ids, kind="stable")] = np.arange(size)
    best_first = np.lexsort((rank, length, radius))
    speaker = np.full(size, -1)
    speaker[voice[best_first[::-1]]] = best_first[::-1]  # written last: the best
    speaks = speaker[voice]
    repeats = np.where(speaks == np.arange(size), None, ids[speaks])
    return pd.Series(repeats, index=reports.index, dtype="str", name="repeats")


def _microseconds(times: "pd.Series[pd.Timestamp]", *, absent: int) -> Ints:
    values = times.dt.as_unit("us").dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(values), np.int64(absent), values.astype(np.int64))


def _overlapping(rows: Ints, groups: Ints, start: Ints, end: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows of one group whose intervals touch, in portions; rows ordered by group and start."""
    size = len(rows)
    ends_of_group = np.searchsorted(groups[rows], groups[rows], side="right")
    until = np.empty(size, np.int64)
    for first in np.unique(np.searchsorted(groups[rows], groups[rows], side="left")):
        last = ends_of_group[first]
        until[first:last] = first + np.searchsorted(start[rows[first:last]], end[rows[first:last]], side="right")
    counts = np.maximum(until - np.arange(size) - 1, 0)
    begin = 0
    while begin < size:
        total = np.cumsum(counts[begin : begin + _PAIRS_AT_ONCE])
        stop = begin + max(1, int(np.searchsorted(total, _PAIRS_AT_ONCE, side="right")))
        some = counts[begin:stop]
        one = np.repeat(np.arange(begin, stop), some)
        within = np.arange(len(one)) - np.repeat(np.cumsum(some) - some, some)
        yield rows[one], rows[one + 1 + within]
        begin = stop
