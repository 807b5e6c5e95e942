"""Reports that a file may hold, but that are worth a second look: too far, too soon, said twice, or said by nobody."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.evidence.voices.addresses import plain_address
from tracker.evidence.voices.chains import REPOST
from tracker.evidence.voices.precedence import published_by, voices
from tracker.evidence.voices.suggestions import suggest_links
from tracker.model import Fault, geodesy

FAR_M = 500_000.0
"""Farther than this from the middle of its unit's reports, radius set aside, a report is worth a look."""
FAST_KMH = 500.0
"""A column that would have to be faster than this is more likely a mistyped time or place."""
SURE = 0.6
"""A suggested repost of at least this score is worth a line of a check."""
TWICE = 0.85
"""Or of this score, where both have one origin and are counted once anyway."""
MANY = 20_000
"""In a larger table the words of reports are not compared, because a check should not take minutes."""

_PLACING = ("sighting", "incident", "turnaround")
_SHOWN = 3


def oddities(reports: gpd.GeoDataFrame, *, file: str = "<table>", rows: pd.Index | None = None) -> list[Fault]:
    """What in a reports table is not certainly wrong and still worth checking; nothing of it is refused.

    Looked at first are sightings, incidents and turnarounds that name a unit and a place: those over 500 km from the
    middle (the median) of their unit's, and, of the others, those that the unit would have had to reach at over
    500 km/h from the report before. Radii and intervals are taken at their widest. Each of these is a finding.

    Then one finding each, with a count and the first few, for the whole table: reports that seem to repeat another,
    under another origin or in the same words (the surest of `suggest_links`), addresses that several rows give,
    reports published before they can have happened (their earliest moment), rows with a publisher or an address but no
    origin, and rows with an address but no archived copy.

    Parameters
    ----------
    reports : a reports table, times with a zone, points in EPSG:4326, radius_m in metres
    file : name for the findings
    rows : number of each row in the findings, such as the line of a file; the position without it

    Returns
    -------
    list of Fault, those of the whole table first, then by row; empty if nothing is odd.
    """
    numbers = np.arange(len(reports)) if rows is None else rows.to_numpy()
    points = reports.geometry
    placed = reports["kind"].isin(_PLACING) & reports["unit"].notna() & points.notna() & ~points.is_empty
    told = pd.DataFrame(reports.loc[placed, ["report_id", "unit", "earliest", "latest", "radius_m"]])
    told["row"] = numbers[placed.to_numpy(bool)]
    told["latest"] = told["latest"].fillna(told["earliest"])
    told[["lon", "lat"]] = np.c_[points[placed].x, points[placed].y]
    middle = told.groupby("unit")[["lon", "lat"]].transform("median")
    away = geodesy.distance_m(told["lon"], told["lat"], middle["lon"], middle["lat"]) - told["radius_m"].to_numpy(float)
    # Of two reports the middle lies between both, and says of neither that it is odd.
    far = (away > FAR_M) & (told.groupby("unit")["unit"].transform("size") > 2).to_numpy(bool)
    look = "check lon, lat and the unit; keep it if the source says so"
    found = [
        _finding(file, row, "lon", where, f"lies {metres / 1000:,.0f} km from the middle of {unit}'s reports", look)
        for row, where, metres, unit in zip(
            told["row"][far], told["report_id"][far], away[far], told["unit"][far], strict=True
        )
    ]
    found += _too_fast(told[~far].sort_values(["unit", "earliest"], kind="stable"), file)
    return [*_of_the_whole(reports, file), *sorted(found, key=lambda fault: fault.row or 0)]


def _too_fast(told: pd.DataFrame, file: str) -> list[Fault]:
    before = told.groupby("unit")[["report_id", "earliest", "latest", "lon", "lat", "radius_m"]].shift()
    apart = geodesy.distance_m(told["lon"], told["lat"], before["lon"], before["lat"])
    metres = apart - (told["radius_m"] + before["radius_m"]).to_numpy(float)
    longest = np.fmax(told["latest"] - before["earliest"], before["latest"] - told["earliest"])
    hours = np.maximum((longest / pd.Timedelta(hours=1)).to_numpy(float), 1 / 60)
    kmh = metres / 1000 / hours
    return [
        _finding(
            file,
            told["row"].iloc[k],
            "earliest",
            told["report_id"].iloc[k],
            f"would need {kmh[k]:,.0f} km/h from {before['report_id'].iloc[k]}, the report before of its unit",
            "check the times, the places and the unit of both",
        )
        for k in np.flatnonzero(kmh > FAST_KMH)
    ]


def _of_the_whole(reports: gpd.GeoDataFrame, file: str) -> list[Fault]:
    ids = reports["report_id"].to_numpy(object)
    urls = reports["url"].notna().to_numpy(bool)
    begun = reports["earliest"].dt.as_unit("us").astype("int64").to_numpy() / 1e6
    too_soon = published_by(reports["published"]) < np.where(reports["earliest"].isna(), -np.inf, begun)
    nobody = reports["origin"].isna().to_numpy(bool) & (urls | reports["publisher"].notna().to_numpy(bool))
    unarchived = urls & reports["archive_url"].isna().to_numpy(bool)
    found = [_repeats(reports, file), _shared_addresses(reports, file)]
    for rows, column, problem, remedy in (
        (too_soon, "published", "published before the earliest moment it tells of", "check published and earliest"),
        (nobody, "origin", "without an origin", "say whose word it is, so that copies are not counted as witnesses"),
        (unarchived, "archive_url", "without an archived copy", "archive the pages before they change or vanish"),
    ):
        if rows.any():
            found.append(_whole(file, column, f"{_count(rows)} {problem}: {_first(ids[rows])}", remedy))
    return [finding for finding in found if finding is not None]


def _repeats(reports: gpd.GeoDataFrame, file: str) -> Fault | None:
    if len(reports) > MANY:
        return None
    links = suggest_links(reports)
    voice = pd.Series(voices(reports), index=reports["report_id"].to_numpy(object))
    one, other = (voice.reindex(links[name].astype(object)).to_numpy() for name in ("report_id", "other_id"))
    # Rows of one origin are one voice already; of them only the same row said twice is worth a line.
    least = np.where(one == other, TWICE, SURE)
    sure = links[(links["relation"] == REPOST) & (links["score"] >= least)].drop_duplicates("report_id")
    if sure.empty:
        return None
    examples = [
        f"{report} of {other} ({reason})"
        for report, other, reason in zip(sure["report_id"], sure["other_id"], sure["reason"], strict=True)
    ]
    count = len(sure)
    say = f"{count} report{' seems' if count == 1 else 's seem'} to repeat another: {_first(examples)}"
    return _whole(file, None, say, "count each voice once: give both one origin, or link them as a repost")


def _shared_addresses(reports: gpd.GeoDataFrame, file: str) -> Fault | None:
    plain = pd.Series([plain_address(url) for url in reports["url"].fillna("").tolist()], dtype="str")
    shared = plain[(plain != "") & plain.duplicated(keep=False)]
    if shared.empty:
        return None
    ids = reports["report_id"].to_numpy(object)
    examples = [" and ".join(ids[rows.to_numpy()]) for rows in shared.groupby(shared, sort=False).groups.values()]
    many = len(examples) != 1
    say = f"{len(examples)} address{'es are' if many else ' is'} given by several rows: {_first(examples)}"
    return _whole(file, "url", say, "check that each row tells of something else on the page")


def _count(rows: NDArray[np.bool_]) -> str:
    count = int(rows.sum())
    share = "all " if count == len(rows) and count > 1 else ""
    return f"{share}{count} report{'s' if count != 1 else ''}"


def _first(examples: Sequence[object]) -> str:
    rest = len(examples) - _SHOWN
    return ", ".join(str(one) for one in examples[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _whole(file: str, column: str | None, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=None, column=column, value="", problem=problem, remedy=remedy)


def _finding(file: str, row: int, column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=int(row), column=column, value=str(value), problem=problem, remedy=remedy)
