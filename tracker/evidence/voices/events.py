"""Events: reports that people have linked, with the number of independent voices behind each."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

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
    that two reposts of one absent report are still one voice and one event.

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
    joined = links
    if count_copies:
        repeats = copies(merged)
        alike = repeats.notna().to_numpy()
        pairs = {"report_id": merged["report_id"][alike], "other_id": repeats[alike], "relation": REPOST}
        found = pd.DataFrame(pairs).astype(object)
        joined = found if links is None or links.empty else pd.concat([links[list(pairs)], found], ignore_index=True)
    ids = merged["report_id"].to_numpy(object)
    group = components(pd.Series(np.arange(len(ids)), index=ids), joined)
    table = pd.DataFrame(merged.drop(columns="geometry")).assign(voice=voices(merged), group=group)
    table["open"] = table["latest"].isna()
    by_precision = table.sort_values(["radius_m", "report_id"], kind="stable", na_position="last")
    groups = table.groupby("group", sort=False)
    rows = groups.agg(
        event=("report_id", "first"),
        report_ids=("report_id", tuple),
        kinds=("kind", _distinct),
        earliest=("earliest", "min"),
        latest=("latest", "max"),
        open=("open", "any"),
        rows=("report_id", "size"),
        origins=("voice", "nunique"),
        publishers=("publisher", _distinct),
    )
    rows["place"] = by_precision.groupby("group")["place"].first().reindex(rows.index)
    rows["latest"] = rows["latest"].mask(rows["open"])
    names = ["event", "report_ids", "kinds", "place", "earliest", "latest", "rows", "origins", "publishers"]
    return rows[names].sort_values("event", kind="stable", ignore_index=True)


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


def _distinct(values: "pd.Series[str]") -> tuple[str, ...]:
    return tuple(sorted(set(values.dropna().tolist())))
