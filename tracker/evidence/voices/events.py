"""Events: reports that people have linked, with the number of independent voices behind each."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tracker.evidence.voices.apart import joined, kept_apart, said_different
from tracker.evidence.voices.chains import REPOST, SAME_EVENT, merge_origins
from tracker.evidence.voices.precedence import voices
from tracker.model import copies


def corroboration(
    reports: gpd.GeoDataFrame, links: pd.DataFrame | None = None, *, count_copies: bool = False
) -> pd.DataFrame:
    """One row per event, with the number of independent origins that tell of it.

    An event is all reports that hang together by "same event" and "repost" links; a report in no link is an event of
    its own. Reposts take the origin of what they repeat; origins are compared without case and spacing; an unknown
    origin counts as its publisher's, because it may be a copy and corroboration must not be overstated, and for itself
    only where no publisher is known either. Links to reports that are not in the table join nothing else to it, save
    that two reposts of one absent report are still one voice and one event. Two reports said to be "different" are not
    joined by copies that nobody has accepted; by links they are, because then people have said both.

    Parameters
    ----------
    reports : a reports table
    links : columns report_id, other_id, relation; None or empty for no links
    count_copies : also join what `tracker.model.copies` finds to repeat a report of its origin, accepted or not

    Returns
    -------
    DataFrame by event: ``event`` (its smallest report_id), ``report_ids``, ``kinds`` and ``publishers`` (sorted
    tuples), ``place`` (of its most precise report), ``earliest``, ``latest`` (first and last moment named, NaT if
    one has no end), ``rows`` (reports) and ``origins`` (independent voices).
    """
    merged = merge_origins(reports, links).sort_values("report_id", kind="stable", ignore_index=True)
    ids = merged["report_id"].to_numpy(object)
    group = components(pd.Series(np.arange(len(ids)), index=ids), links)
    if count_copies:
        repeats = copies(merged)
        rows = np.flatnonzero(repeats.notna().to_numpy())
        one, other = group[rows], group[pd.Index(ids).get_indexer(repeats.iloc[rows].to_numpy(object))]
        size = int(group.max(initial=-1)) + 1
        may = kept_apart(size, one, other, *(group[apart] for apart in said_different(ids, links)))
        group = joined(size, one[may], other[may])[group]
    # Numbered by their smallest report_id: the rows are in that order.
    group = pd.factorize(group)[0]
    size = int(group.max(initial=-1)) + 1
    first = np.full(size, len(ids), np.int64)
    np.minimum.at(first, group, np.arange(len(ids)))
    precise = np.argsort(merged["radius_m"].to_numpy(float), kind="stable")
    by_precision = merged["place"].iloc[precise].groupby(group[precise]).first()
    times = merged[["earliest", "latest"]].groupby(group)
    earliest, latest = times["earliest"].min(), times["latest"].max()
    still = np.bincount(group[merged["latest"].isna().to_numpy(bool)], minlength=size) > 0
    voice = pd.factorize(voices(merged))[0]
    told = np.unique(group * len(ids) + voice) // max(1, len(ids))
    return pd.DataFrame(
        {
            "event": merged["report_id"].iloc[first].reset_index(drop=True),
            "report_ids": _distinct(group, merged["report_id"], size),
            "kinds": _distinct(group, merged["kind"], size),
            "place": by_precision.reindex(range(size)),
            "earliest": earliest,
            "latest": latest.mask(still),
            "rows": np.bincount(group, minlength=size),
            "origins": np.bincount(told, minlength=size),
            "publishers": _distinct(group, merged["publisher"], size),
        }
    )


def components(row_of: "pd.Series[int]", links: pd.DataFrame | None) -> NDArray[np.int64]:
    """The number of the event of each row: rows that hang together by "same event" and "repost" links.

    Parameters
    ----------
    row_of : row number 0..n-1 by report_id
    links : columns report_id, other_id, relation
    """
    size = len(row_of)
    if links is None or links.empty:
        return np.arange(size)
    joining = links[links["relation"].isin([REPOST, SAME_EVENT])]
    ends = pd.concat([joining["report_id"], joining["other_id"]]).astype(object)
    absent = pd.Index(sorted(set(ends.tolist()) - set(row_of.index)))
    # Reports that are not in the table are rows after its last: what hangs together over them does.
    every = pd.concat([row_of, pd.Series(np.arange(size, size + len(absent)), index=absent)])
    rows = every.reindex(ends).to_numpy(np.int64)
    one, other = rows[: len(joining)], rows[len(joining) :]
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(every), len(every)))
    return np.asarray(connected_components(graph, directed=False)[1][:size], np.int64)


def _distinct(group: NDArray[np.int64], names: "pd.Series[str]", size: int) -> "pd.Series[Any]":
    """The distinct names in each group, sorted."""
    codes, distinct = pd.factorize(names, sort=True)
    known = codes >= 0
    of, code = np.divmod(np.unique(group[known] * len(distinct) + codes[known]), max(1, len(distinct)))
    values = np.asarray(distinct, object)[code].tolist()
    ends = np.cumsum(np.bincount(of, minlength=size)).tolist()
    tuples = [tuple(values[begin:end]) for begin, end in zip([0, *ends[:-1]], ends, strict=False)]
    return pd.Series(tuples, dtype=object)
