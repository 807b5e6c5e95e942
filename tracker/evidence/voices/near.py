"""Reports near one another in space and time: the candidates for one event, a million at a time."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.evidence.voices.apart import joined, kept_apart, said_different
from tracker.model import geodesy

NEAR_M = 600.0
"""Two exact reports of one event are no farther apart than this (DESIGN 5.16)."""
NEAR_S = 2700.0
"""Nor longer apart than 45 minutes."""
VAGUE_M = 15_000.0
"""A place wider than this is shared by many events and singles out none."""
VAGUE_S = 16 * 3600.0
"""So is an interval longer than this; 48 h for what lasts."""
_LASTING_S = 48 * 3600.0
_OPEN_S = 24 * 3600.0
"""What has no known end is taken to last this long."""
_REACH = 1 + 1e-6
"""Of the search, in scaled coordinates: what is exactly at the limit must not be lost to rounding."""
_LASTING = ("roadblock", "absence")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def same_event(reports: gpd.GeoDataFrame, links: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pairs of reports that may tell of one event, by place, time, kind and unit alone.

    Two reports are a pair when they have one kind, their units do not contradict (none goes with any), their places
    are no farther apart than 600 m or the larger of their radii, and the middles of their intervals no longer than
    45 minutes or the larger half interval: the truth of one can then be the truth of the other. A report with a
    radius over 15 km, or an interval over 16 hours (48 for roadblocks and absences), agrees with too much to single
    out an event, and is in no pair; neither is one without a place.

    Nearness is not passed on without end: where a chain of pairs grows longer than twice what one pair may span, it
    is cut, so that a column seen every half hour does not become one event.

    Parameters
    ----------
    reports : a reports table
    links : columns report_id, other_id, relation. Two reports that are said to be "different" are no pair, and no event
        holds both: pairs are joined closest first, save those that would. Other links are not looked at.

    Returns
    -------
    DataFrame, one row per pair: ``report_id`` < ``other_id``, ``apart_m`` (metres), ``apart_s`` (seconds between the
    middles) and ``event``, the smallest report_id of all that hang together; by report_id and other_id.
    """
    names = reports["report_id"].array
    one, other, apart_m, apart_s = near_pairs(reports)
    # From here rows are numbered by report_id, so that the order of the table decides no tie.
    order = names.argsort(kind="stable")
    names, ids = names.take(order), names.take(order).to_numpy(object)
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(len(ids))
    one, other = np.minimum(rank[one], rank[other]), np.maximum(rank[one], rank[other])
    order = np.lexsort((other, one))
    one, other, apart_m, apart_s = one[order], other[order], apart_m[order], apart_s[order]
    never = said_different(ids, links)
    never_one, never_other = np.minimum(*never), np.maximum(*never)
    may = ~np.isin(one * len(ids) + other, never_one * len(ids) + never_other)
    one, other, apart_m, apart_s = one[may], other[may], apart_m[may], apart_s[may]
    label = hanging_together(len(ids), one, other)
    if (label[never_one] == label[never_other]).any():
        within = np.flatnonzero(label[one] == label[other])
        within = within[np.argsort(apart_m[within], kind="stable")]
        within = within[kept_apart(len(ids), one[within], other[within], never_one, never_other)]
        label = joined(len(ids), one[within], other[within])
    first = np.full(len(ids), len(ids), np.int64)
    np.minimum.at(first, label, np.arange(len(ids)))
    event = names.take(first[label[one]])
    both = {"report_id": names.take(one), "other_id": names.take(other)}
    return pd.DataFrame({**both, "apart_m": apart_m, "apart_s": apart_s, "event": event})


def near_pairs(reports: gpd.GeoDataFrame) -> tuple[Ints, Ints, Floats, Floats]:
    """Row numbers of both reports of every pair of `same_event`, metres apart, and seconds between the middles."""
    from tracker.evidence.voices.sweep import within  # numba, which reading a table should not wait for

    geometry = reports.geometry
    lon, lat = geometry.x.to_numpy(float), geometry.y.to_numpy(float)
    radius = reports["radius_m"].fillna(0.0).to_numpy(float)
    middle, half, lasting = _times(reports)
    usable = np.isfinite(lon) & np.isfinite(middle) & (radius <= VAGUE_M)
    usable &= 2 * half <= np.where(lasting, _LASTING_S, VAGUE_S)
    rows = np.flatnonzero(usable)
    tags = np.stack([pd.factorize(reports[name])[0] for name in ("kind", "unit")], axis=1)
    points = np.full((len(reports), 4), np.nan)
    points[rows, :3] = geodesy.earth_centred(lon[rows], lat[rows]) / NEAR_M
    points[rows, 3] = middle[rows] / NEAR_S
    reach = np.maximum(np.stack([radius / NEAR_M, half / NEAR_S], axis=1), 1.0)
    # Classes of vagueness, doubling: an exact report is looked up at 600 m, and only a vague one at kilometres.
    level = np.ceil(np.log2(reach[rows].max(axis=1))).astype(np.int64)
    found = [np.empty((2, 0), np.int64)]
    for k in np.unique(level):
        some = rows[level <= k]
        pairs = within(points[some], reach[some] * _REACH, tags[some], level[level <= k] == k, 2.0**k * _REACH)
        found.append(some[np.stack(pairs)])
    one, other = np.concatenate(found, axis=1)
    step = points[one] - points[other]
    apart_m = geodesy.chord_to_metres(np.sqrt((step[:, :3] ** 2).sum(axis=1)) * NEAR_M)
    apart_s = np.abs(middle[one] - middle[other])
    near = apart_m <= np.maximum(NEAR_M, np.maximum(radius[one], radius[other]))
    near &= apart_s <= np.maximum(NEAR_S, np.maximum(half[one], half[other]))
    return one[near], other[near], apart_m[near], apart_s[near]


def hanging_together(size: int, one: Ints, other: Ints) -> Ints:
    """The number of the group of each row, rows joined by pairs; a group around a row holds only what is paired with it
    where the chain grows beyond three of a kind."""
    groups = joined(size, one, other)
    members = np.bincount(groups, minlength=1)
    paired = np.bincount(groups[one], minlength=len(members))
    # All pairs present: nothing is far from anything. Fewer: rows are paired over others, and may be a chain.
    chain = paired < members * (members - 1) // 2
    loose = chain[groups[one]] & (members[groups[one]] > 3)
    if not loose.any():
        return groups
    # Within chains the row of the most pairs speaks first, and takes only those that are paired with it.
    degree = np.bincount(np.concatenate([one, other]), minlength=size)
    order = np.lexsort((np.arange(size), -degree))
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size)
    a, b = one[loose], other[loose]
    above, below = np.where(rank[a] < rank[b], a, b), np.where(rank[a] < rank[b], b, a)
    by = np.lexsort((rank[above], rank[below]))
    leader = np.arange(size)
    for up, down in zip(above[by].tolist(), below[by].tolist(), strict=True):
        if leader[down] == down and leader[up] == up:
            leader[down] = up
    kept = ~loose
    follower = np.flatnonzero(leader != np.arange(size))
    return joined(size, np.concatenate([one[kept], follower]), np.concatenate([other[kept], leader[follower]]))


def _times(reports: gpd.GeoDataFrame) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Middle of each interval in seconds since 1970, half its length, and whether it lasts throughout."""
    start, end = (_seconds(reports[name]) for name in ("earliest", "latest"))
    lasting = reports["kind"].isin(_LASTING).to_numpy(bool)
    end = np.where(np.isnan(end), start + _OPEN_S, end)
    return (start + end) / 2, (end - start) / 2, lasting


def _seconds(times: "pd.Series[pd.Timestamp]") -> Floats:
    values = times.dt.as_unit("us").dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64) / 1e6)
