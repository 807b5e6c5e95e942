"""Which of two reports spoke first, and which voice each is."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.evidence.voices.words import plain


def voices(reports: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Whose word each report is, for counting: its origin, whatever the case and spacing.

    A report of no known origin speaks for its publisher, so that ten rows of one outlet are not ten witnesses; without
    a publisher either it counts for itself.
    """
    named = reports["origin"].fillna(reports["publisher"]).astype(object)
    ids = reports["report_id"].tolist()
    known = {name: plain(name) for name in set(named.dropna().tolist())}
    spoken = [known.get(name, "") for name in named.tolist()]
    # A plain name holds no colon, so a report's own name is nobody else's.
    return np.asarray([name or f"report: {own}" for name, own in zip(spoken, ids, strict=True)], object)


def precedence(reports: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Rank of each report as an original, 0 the first: published earlier, then more precise, then by report_id.

    A bare date, month or year counts as its end, because the report may be as late as that; unknown comes last. More
    precise is the smaller radius, then the shorter interval.
    """
    radius = reports["radius_m"].fillna(np.inf).to_numpy(float)
    length = (reports["latest"] - reports["earliest"]).dt.total_seconds().fillna(np.inf).to_numpy(float)
    ids = reports["report_id"].to_numpy(object)
    by_id = np.empty(len(ids), np.int64)
    by_id[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    rank = np.empty(len(ids), np.int64)
    rank[np.lexsort((by_id, length, radius, published_by(reports["published"])))] = np.arange(len(ids))
    return rank


def published_by(published: "pd.Series[str]") -> NDArray[np.float64]:
    """The last moment at which each was published, seconds since 1970; infinite where unknown or not a time.

    A bare date, month or year is the end of it, in UTC; so is a time without a zone read.
    """
    texts = pd.Series(published.dropna().unique(), dtype="str")
    # Bare dates are few; moments may be as many as the reports, and are read all at once where they are ISO 8601.
    exact = pd.to_datetime(texts.where(texts.str.len() > 10), format="ISO8601", utc=True, errors="coerce")
    seconds = exact.dt.as_unit("us").astype("int64").to_numpy() / 1e6
    known = zip(texts.tolist(), seconds.tolist(), exact.isna().tolist(), strict=True)
    distinct = {text: _last_moment(text) if unread else moment for text, moment, unread in known}
    return published.map(distinct).fillna(np.inf).to_numpy(float)


def _last_moment(text: str) -> float:
    try:
        begun = pd.Timestamp(text)
    except ValueError:
        return np.inf
    if pd.isna(begun):
        return np.inf
    stamp = begun.tz_localize("UTC") if begun.tzinfo is None else begun
    step = {4: pd.DateOffset(years=1), 7: pd.DateOffset(months=1), 10: pd.DateOffset(days=1)}.get(len(text.strip()))
    return float((stamp + step if step else stamp).timestamp())
