"""Whose word it is: reports that repeat one another are one voice."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model.geodesy import distance_m

_PAIRS_AT_ONCE = 1_000_000
"""Pairs compared in one go: some 100 MB of working memory."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def copies(reports: gpd.GeoDataFrame) -> "pd.Series[str]":
    """The report that each report repeats, or NA for a voice of its own.

    Two reports say the same when they have one origin, one unit (none counts as one) and one kind, their intervals
    share at least half of the shorter one (a moment lies within the other), and their places are no farther apart
    than the larger of their radii. The most precise one speaks first: the smallest radius, then the shortest
    interval, then the first report_id. All that say the same as it are its copies; of the rest again the most precise
    one speaks. So a copy is always near its speaker, and an observer who follows a column stays many voices, though
    each of the sightings be near the next. A report of no known origin, or without a place, repeats none.

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
    start = _microseconds(reports["earliest"], absent=-np.inf)
    end = _microseconds(reports["latest"], absent=np.inf)
    length = end - start
    groups = reports.groupby(["origin", "unit", "kind"], dropna=False, sort=False).ngroup().to_numpy(np.int64)
    rows = np.flatnonzero(usable)
    rows = rows[np.lexsort((start[rows], groups[rows]))]
    ones: list[Ints] = [np.empty(0, np.int64)]
    others: list[Ints] = [np.empty(0, np.int64)]
    for one, other in _overlapping(rows, groups, start, end):
        apart = distance_m(lon[one], lat[one], lon[other], lat[other])
        shared = np.minimum(end[one], end[other]) - np.maximum(start[one], start[other])
        same = apart <= np.maximum(radius[one], radius[other])
        same &= 2 * shared >= np.minimum(length[one], length[other])
        ones.append(one[same])
        others.append(other[same])
    ids = reports["report_id"].to_numpy(object)
    by_id = np.empty(size, np.int64)
    by_id[np.argsort(ids, kind="stable")] = np.arange(size)
    rank = np.empty(size, np.int64)
    rank[np.lexsort((by_id, length, radius))] = np.arange(size)
    speaks = _speakers(np.concatenate(ones), np.concatenate(others), rank)
    repeats = np.where(speaks == np.arange(size), None, ids[speaks])
    return pd.Series(repeats, index=reports.index, dtype="str", name="repeats")


def _speakers(ones: Ints, others: Ints, rank: Ints) -> Ints:
    """The row that speaks for each row, itself or a better one that it is paired with; the best rank comes first."""
    better = np.where(rank[ones] < rank[others], ones, others)
    worse = ones + others - better
    order = np.lexsort((rank[better], rank[worse]))
    better, worse = better[order], worse[order]
    speaks = np.arange(len(rank))
    # Each pair in the order of its worse report: whether the better one speaks for itself is then settled.
    for above, below in zip(better.tolist(), worse.tolist(), strict=True):
        if speaks[below] == below and speaks[above] == above:
            speaks[below] = above
    return speaks


def _microseconds(times: "pd.Series[pd.Timestamp]", *, absent: float) -> Floats:
    values = times.dt.as_unit("us").dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(values), absent, values.astype(np.int64))


def _overlapping(rows: Ints, groups: Ints, start: Floats, end: Floats) -> Iterator[tuple[Ints, Ints]]:
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
