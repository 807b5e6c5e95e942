"""What one report moved, what it conflicts with, and what bears it out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import Track, UnknownReport, explanations, names_of, tables
from tracker.reconstruct.belief import prior
from tracker.reconstruct.explaining import conflicts as against
from tracker.reconstruct.explaining.differences import (
    Moments,
    changes,
    hours,
    joined,
    moved,
    passages_changed,
    roads_changed,
)
from tracker.reconstruct.explaining.paragraphs import explanation_words
from tracker.reconstruct.explaining.saying import near_matches, road_names, text, zone_of
from tracker.reconstruct.verdicts import Judged

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

ENOUGH = 50.0
"""Histories drawn as if a report were false (in expectation) from which the track without it is weighed again.

Of histories drawn with a report, those in which it is false are drawn as if it were not there; each counts by its
probability of being one, which bounds the weights. With fewer, parts of the road may be missing, and the unit is drawn
again.
"""

WEIGHED, DRAWN = "weighed again", "drawn again"


class Other(NamedTuple):
    """A unit's track without some reports, None if nothing is left to make one of, and how it was come by."""

    track: Track | None
    method: str


def explain(march: "March", report_id: str, *, zone: str = "UTC") -> explanations.Explanation:
    """What one report does in a march: see `March.explain`."""
    shown_in = zone_of(zone)
    row = row_of(march, report_id)
    voice = [row, *np.flatnonzero((march.repeats == report_id).fillna(False).to_numpy(bool)).tolist()]
    tables_of = [_of_unit(march, one, row, voice) for one in march.judged if row in one.claims.rows]
    report, verdict = march.told.iloc[row], march.verdicts.iloc[row]
    placed = report["geometry"] is not None and not report["geometry"].is_empty
    conflicts, supports = (
        _others(march, row) if placed else (_none(explanations.CONFLICTS), _none(explanations.SUPPORTS))
    )
    found = {
        "moved": joined([of[0] for of in tables_of], explanations.MOVED),
        "roads": joined([of[1] for of in tables_of], explanations.ROADS_CHANGED),
        "passages": pd.concat([of[2] for of in tables_of]) if tables_of else _no_passage(),
    }
    methods = [of[3] for of in tables_of]
    result = explanations.Explanation(
        report_id=report_id,
        unit=text(report["unit"]) or None,
        verdict=str(verdict["verdict"]),
        p_true=float(verdict["p_true"]),
        p_alone=_alone(march, row),
        words="",
        **found,
        conflicts=conflicts,
        supports=supports,
        method=methods[0] if methods else "",
    )
    words = explanation_words(march, row, result, repeats=len(voice) - 1, zone=shown_in)
    return replace(result, words=words)


def row_of(march: "March", report_id: str) -> int:
    """The row of a report.

    Raises
    ------
    UnknownReport
        There is none.
    """
    ids = march.reports["report_id"].tolist()
    if report_id not in ids:
        some = ", ".join(ids[:8]) + (f" and {len(ids) - 8} more" if len(ids) > 8 else "")
        raise UnknownReport(f"the march has no report {near_matches([str(report_id)], ids)}; its ids: {some}")
    return int(ids.index(report_id))


def _alone(march: "March", row: int) -> float:
    told = march.told.iloc[[row]]
    if told["kind"].iloc[0] in ("roadblock", "statement"):
        return np.nan
    return float(prior(told["reliability"], told["credibility"])[0])


def _of_unit(
    march: "March", one: Judged, row: int, voice: list[int]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame, str]:
    """What changes for one unit without a report and its repeats."""
    track = march.tracks[one.unit]
    other = without_rows(march, one, row, voice)
    if other.track is None:
        return _none(explanations.MOVED), _none(explanations.ROADS_CHANGED), _no_passage(), other.method
    at = [*_own_times(march, row), *_neighbours(march, one, row), *_most(one.unit, track, other.track)]
    changed = changes(track, other.track, (track.known_from, track.known_until))
    names = road_names(march.roads, march.places, changed.index.to_numpy(np.int64))
    return (
        moved(one.unit, track, other.track, at),
        roads_changed(one.unit, changed, march.roads, names),
        passages_changed(one.unit, track, other.track, march.places),
        other.method,
    )


def without_rows(march: "March", one: Judged, row: int, voice: list[int]) -> Other:
    """A unit's track without a report (and all its repeats): weighed again if it can be, else drawn again."""
    from tracker.reconstruct.reconstruct import rebuild

    k = int(np.flatnonzero(one.claims.rows == row)[0])
    report, track = march.told.iloc[row], march.tracks[one.unit]
    false = track.weights * (1 - one.agreed[k])
    # A turnaround also makes turning likelier.
    if report["kind"] != "turnaround" and false.sum() * len(false) >= ENOUGH:
        return Other(replace(track, weights=false / false.sum()), WEIGHED)
    kept = march.reports.iloc[np.setdiff1d(np.arange(len(march.reports)), voice)]
    if kept.empty:
        return Other(None, DRAWN)
    again = rebuild(kept, march.space, seed=march.seed, members=march.members, span=march.span, only={one.unit})
    return Other(again.tracks.get(one.unit), DRAWN)


def _own_times(march: "March", row: int) -> Moments:
    report, (start, end) = march.told.iloc[row], march.span
    first, last = max(report["earliest"], start), min(report["latest"], end)
    if last - first < pd.Timedelta(minutes=2):
        return [("its time", first)]
    return [("its earliest", first), ("its middle", first + (last - first) / 2), ("its latest", last)]


def _neighbours(march: "March", one: Judged, row: int) -> Moments:
    """The middles of the nearest believed reports before and after."""
    report = march.told.iloc[row]
    own = report["earliest"] + (report["latest"] - report["earliest"]) / 2
    believed = [voice for voice in march.voices if voice.unit == one.unit and voice.p_true >= 0.5]
    others = [voice for voice in believed if voice.row != row and voice.kind != "absence"]
    middles = sorted((voice.earliest + (voice.latest - voice.earliest) / 2, voice.report_id) for voice in others)
    before = [(f"{name}, before", time) for time, name in middles if time < own]
    after = [(f"{name}, after", time) for time, name in middles if time > own]
    return [*before[-1:], *after[:1]]


def _most(unit: str, track: Track, other: Track) -> Moments:
    """The hour at which the two tracks are farthest apart, if it is more than their draws would be."""
    found = moved(unit, track, other, hours(track, other))
    clear = found[found["km"] > 2 * found["noise_km"]]
    if clear.empty:
        return []
    return [("farthest hour", clear["time"].loc[clear["km"].idxmax()])]


def _others(march: "March", row: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The reports of its unit that a placed report conflicts with, and those that bear it out."""
    report = march.told.iloc[row]
    units, origin = names_of(report["unit"]), text(report["origin"])
    if report["kind"] in ("roadblock", "statement") or not units:
        return _none(explanations.CONFLICTS), _none(explanations.SUPPORTS)
    claim = against.claim_of(report)
    one_voice = {str(report["report_id"]), text(march.repeats.iloc[row])}
    others = [voice for voice in march.voices if voice.unit in units and voice.report_id not in one_voice]
    conflicts = against.conflicts(march, claim, others)
    one = next((one for one in march.judged if one.unit in units and row in one.claims.rows), None)
    if one is None or march.verdicts["verdict"].iloc[row] != "supports":
        return conflicts, _none(explanations.SUPPORTS)
    others = [voice for voice in others if voice.unit == one.unit and (voice.origin != origin or not origin)]
    own = one.agreed[int(np.flatnonzero(one.claims.rows == row)[0])]
    together = one.agreed[[voice.number for voice in others]] @ own / own.sum()
    return conflicts, against.supports(claim, others, together)


def _none(schema: Mapping[str, str]) -> gpd.GeoDataFrame:
    return tables.table({}, schema)


def _no_passage() -> pd.DataFrame:
    return explanations.frame({}, explanations.PASSAGES_CHANGED)
