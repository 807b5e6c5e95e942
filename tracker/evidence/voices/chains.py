"""Whose word a report is once people have said which reports repeat which."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

REPOST = "repost"
SAME_EVENT = "same event"
DIFFERENT = "different"


def originals(links: pd.DataFrame | None) -> dict[str, str]:
    """The report at the end of each chain of reposts, for every report_id in a repost link.

    Of several reports that one repeats, the smallest report_id is followed; of a circle, the smallest is the original.
    """
    if links is None or links.empty:
        return {}
    repeats: dict[str, str] = {}
    reposts = links[links["relation"] == REPOST]
    for report, other in zip(reposts["report_id"].tolist(), reposts["other_id"].tolist(), strict=True):
        if report != other:
            repeats[report] = min(other, repeats.get(report, other))
    end: dict[str, str] = {}
    for start in sorted(repeats):
        way: dict[str, None] = {}  # ordered, and quick to look up
        here = start
        while here in repeats and here not in way and here not in end:
            way[here] = None
            here = repeats[here]
        if here in way:
            circle = list(way)
            last = min(circle[circle.index(here) :])
        else:
            last = end.get(here, here)
        end |= dict.fromkeys(way, last)
        end[last] = last
    return end


def origins_after(links: pd.DataFrame | None, origin_of: Mapping[str, str | None]) -> dict[str, str | None]:
    """The origin of every report named in the links, once reposts have that of the report they repeat.

    Where that report has no known origin, the first of its reposts (by report_id) that has one names it for all; where
    none has, it is ``"source of"`` the original: people have said that they are one voice, though nobody knows whose.

    Parameters
    ----------
    links : columns report_id, other_id, relation
    origin_of : report_id to origin, None where unknown; reports it lacks are taken as unknown

    Examples
    --------
    >>> links = pd.DataFrame({"report_id": ["b", "c"], "other_id": ["a", "b"], "relation": ["repost", "repost"]})
    >>> origins_after(links, {"a": "Baza", "b": "Strana", "c": None})
    {'a': 'Baza', 'b': 'Baza', 'c': 'Baza'}
    """
    if links is None or links.empty:
        return {}
    ends = originals(links)
    voice: dict[str, str] = {}
    for report in sorted(ends):
        if origin := origin_of.get(report):
            voice.setdefault(ends[report], origin)
    for end in set(ends.values()):
        voice[end] = origin_of.get(end) or voice.get(end) or f"source of {end}"
    named = sorted({*links["report_id"].tolist(), *links["other_id"].tolist()})
    return {report: voice[ends[report]] if report in ends else origin_of.get(report) for report in named}


def merge_origins(reports: gpd.GeoDataFrame, links: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """The reports again, each repost with the origin of the report that it repeats (`origins_after`).

    Parameters
    ----------
    reports : a reports table; it is not changed
    links : columns report_id, other_id, relation; None or empty for no links

    Returns
    -------
    GeoDataFrame, a new reports table.
    """
    merged = reports.copy()
    if links is None or links.empty:
        return merged
    known = reports["origin"].astype(object).where(reports["origin"].notna(), None)
    after = origins_after(links, dict(zip(reports["report_id"].tolist(), known.tolist(), strict=True)))
    pairs = zip(reports["report_id"].tolist(), known.tolist(), strict=True)
    merged["origin"] = pd.Series([after.get(name, own) for name, own in pairs], index=reports.index, dtype="str")
    return merged
