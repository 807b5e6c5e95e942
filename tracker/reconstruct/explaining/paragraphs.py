"""The paragraphs that a reporter can quote."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import Track, explanations, geodesy
from tracker.reconstruct.explaining.saying import clock, counted, interval, kilometres, listed, percent, text

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

FLIP = 0.25
"""A way is taken instead of another if its probability changes by this much, and past one half."""

WIDER = 1.25
"""A radius that changes by less than this factor has not changed."""

UNSURE = 0.2
"""A probability that is known within less is told as one number."""

NAMED = 3
"""Roads, reports and the like that a sentence names."""

_SAYS = {
    "sighting": "puts {unit} {place}",
    "incident": "tells of an incident of {unit} {place}",
    "turnaround": "says that {unit} turned back {place}",
    "absence": "says that {unit} was not {place}",
    "roadblock": "tells of a roadblock {place}",
    "statement": "is a statement",
}


_HARDLY = (
    "It hardly moves the track of {unit}: without it, little more differs than between two draws of the same track."
)


def explanation_words(
    march: "March", row: int, found: explanations.Explanation, *, repeats: int, zone: ZoneInfo
) -> str:
    """What one report does, in a paragraph."""
    sentences = [_opening(march, row, repeats, zone), _judged(march, row, found)]
    if found.method:
        sentences += _what_it_moved(found, zone)
    if found.unit and found.verdict != "unused":
        sentences += [*conflict_words(found.conflicts, "this report"), *_agreeing(found)]
    return " ".join(sentence for sentence in sentences if sentence)


def _opening(march: "March", row: int, repeats: int, zone: ZoneInfo) -> str:
    report = march.told.iloc[row]
    who = text(report["publisher"]) or text(report["origin"])
    grade = (text(report["reliability"]) or "F") + (text(report["credibility"]) or "6")
    unit = text(report["unit"])
    says = _SAYS[str(report["kind"])].format(unit=unit or "a column", place=_place(march, report)).strip()
    same = f", with {counted(repeats, 'repeat')}" if repeats else ""
    when = interval(report["earliest"], report["latest"], zone)
    return f"{report['report_id']} ({who}, grade {grade}{same}) {says}, {when}."


def _place(march: "March", report: "pd.Series[Any]") -> str:
    if place := text(report["place"]):
        return f"at {place}"
    point = report["geometry"]
    if point is None or point.is_empty:
        return ""
    return f"at {march.network.posts.label(point.x, point.y) or f'{point.y:.3f} N {point.x:.3f} E'}"


def _judged(march: "March", row: int, found: explanations.Explanation) -> str:
    reason = text(march.verdicts["reason"].iloc[row])
    alone = "" if np.isnan(found.p_alone) else f" (by its grade alone {percent(found.p_alone)})"
    if found.verdict == "supports" and found.unit is None:
        return f"It {reason}; it is {percent(found.p_true)} likely to be true{alone}."
    if found.verdict == "supports":
        return f"It agrees with the track and is {percent(found.p_true)} likely to be true{alone}."
    if found.verdict == "unused" or np.isnan(found.p_true):
        return f"It moves no track: {reason}."
    said = {"doubtful": "doubted", "impossible": "held to be impossible"}.get(found.verdict, found.verdict)
    why = "" if len(found.conflicts) else f": {reason}"  # else the next sentence tells the same
    return f"It is {said}, {percent(found.p_true)} likely to be true{alone}{why}."


def _what_it_moved(found: explanations.Explanation, zone: ZoneInfo) -> list[str]:
    if found.moved.empty:
        return [f"Without it there would be no track of {found.unit or 'a unit'}."]
    said = []
    for unit in found.moved["unit"].unique():
        rows = found.moved[found.moved["unit"] == unit]
        said += moved_words(rows, unit, zone) or [_HARDLY.format(unit=unit)]
        said += route_words(found.roads[found.roads["unit"] == unit], unit)
    return said


def moved_words(rows: gpd.GeoDataFrame, unit: str, zone: ZoneInfo) -> list[str]:
    """How far a unit's middle would lie elsewhere, and how the radius would differ; nothing where neither is clear."""
    said = []
    clear = rows[rows["km"] > 2 * rows["noise_km"]]
    if len(clear):
        most = clear.loc[clear["km"].idxmax()]
        said.append(
            f"Without it the middle of {unit} would lie {kilometres(most['km'] * 1000)} from where it does at "
            f"{clock(most['time'], zone)}."
        )
    factor = rows["radius_without_m"] / np.maximum(rows["radius_m"], 1.0)
    most = rows.loc[np.abs(np.log(np.maximum(factor, 1e-9))).idxmax()]
    if not 1 / WIDER < most["radius_without_m"] / max(most["radius_m"], 1.0) < WIDER:
        said.append(
            f"The radius that holds {unit} with 90 % would be {kilometres(most['radius_without_m'])} instead of "
            f"{kilometres(most['radius_m'])} at {clock(most['time'], zone)}."
        )
    return said


def route_words(roads: gpd.GeoDataFrame, unit: str) -> list[str]:
    """Which roads a unit would take instead of which, or which would be likelier."""
    by = roads["probability_without"] - roads["probability"]
    name = unit[:1].upper() + unit[1:]
    past = (roads["probability_without"] >= 0.5) != (roads["probability"] >= 0.5)
    won, lost = roads[past & (by >= FLIP)], roads[past & (by <= -FLIP)]
    if len(won) and len(lost):
        return [f"{name} would most likely go by {_shares(won)} instead of {_shares(lost)}."]
    if len(won):
        return [f"{name} would most likely go by {_shares(won)} too."]
    if len(lost):
        return [f"{name} would no longer be likely to go by {_shares(lost)}."]
    if len(roads) and by.abs().iloc[0] >= FLIP:
        more = "likelier" if by.iloc[0] > 0 else "less likely"
        return [f"The way of {unit} by {_shares(roads.head(1))} would be {more}."]
    return []


def _shares(roads: gpd.GeoDataFrame) -> str:
    return listed(
        f"{row.road} ({percent(row.probability_without)}, now {percent(row.probability)})"
        for row in roads.head(NAMED).itertuples()
    )


def conflict_words(conflicts: gpd.GeoDataFrame, name: str) -> list[str]:
    """What a report cannot be true together with, and what may be wrong."""
    if conflicts.empty:
        return []
    # A report that is itself not believed speaks against none.
    believed = conflicts[conflicts["p_true"] >= 0.5]
    worst = (believed if len(believed) else conflicts).iloc[0]
    more = conflicts["report_id"].nunique() - 1
    also = f" ({counted(more, 'more report')} against it)" if more else ""
    return [
        f"It {_as_clause(str(worst['words']))}{also}; one of {worst['report_id']}, {name}, or the assumption of one "
        "column is wrong."
    ]


def _as_clause(words: str) -> str:
    return words if words.startswith("needs") else f"has this against it: {words}"


def _agreeing(found: explanations.Explanation) -> list[str]:
    """Which reports of other origins agree with a report that is believed."""
    if found.verdict != "supports":
        return []
    if found.supports.empty:
        return ["No report of another origin agrees with it."]
    nearest = [str(words) for words in found.supports["words"].head(2)]
    return [f"Of the reports of other origins that agree with it the closest {'are' if len(nearest) > 1 else 'is'} "
            f"{listed(nearest)}."]  # fmt: skip


def without_words(
    found: explanations.Without, unit_order: list[str], gone: list[str], *, whose: str, zone: ZoneInfo
) -> str:
    """What changes without some reports, in a paragraph."""
    said = [f"Without {counted(len(found.removed), 'report')}{whose}:"]
    said += [f"No track of {unit} could be made." for unit in gone]
    for unit in unit_order:
        rows = found.moved[found.moved["unit"] == unit]
        said += [*route_words(found.roads[found.roads["unit"] == unit], unit)]
        said += [words.replace("Without it the middle", "The middle") for words in moved_words(rows, unit, zone)]
    flips = found.verdicts
    said += [
        f"{row.report_id} would be {row.verdict_without} instead of {row.verdict}."
        for row in flips.head(NAMED).itertuples()
    ]
    if len(flips) > NAMED:
        said.append(f"{counted(len(flips) - NAMED, 'more verdict')} would change.")
    return (
        " ".join(said)
        if len(said) > 1
        else f"{said[0][:-1]} nothing changes that two draws of the same would not differ by."
    )


def alibi_words(found: explanations.Alibi, told: Mapping[str, Any], march: "March", zone: ZoneInfo) -> str:
    """How a new report fits, in a paragraph."""
    place = march.network.posts.label(told["lon"], told["lat"]) or f"{told['lat']:.3f} N {told['lon']:.3f} E"
    says = _SAYS[told["kind"]].format(unit=found.unit or "a column", place=f"at {place}")
    when = interval(told["earliest"], told["latest"], zone)
    name = found.report_id[0].upper() + found.report_id[1:]
    sentences = [f"{name} {says}, {when}."]
    if not march.judged:
        return f"{sentences[0]} There is no track to hold it against."
    if np.isnan(found.p_true):
        first, last = (clock(time, zone) for time in march.span)
        sentences.append(f"The tracks answer from {first} to {last}, so nothing more can be said of it.")
    elif found.unit is not None:
        sentences.append(_fits(found, told, march))
    else:
        sentences.append(_whose(found))
    if found.unit is not None:
        sentences += conflict_words(found.conflicts, found.report_id)
    return " ".join(sentences)


def _fits(found: explanations.Alibi, told: Mapping[str, Any], march: "March") -> str:
    how = {"supports": "agrees with", "doubtful": "does not agree with", "impossible": "cannot agree with"}
    said = f"It {how[found.verdict]} the track of {found.unit}: {percent(found.p_true)} likely to be true"
    if found.p_range[1] - found.p_range[0] > UNSURE:
        said += (
            f" (between {percent(found.p_range[0])} and {percent(found.p_range[1])}: few histories come by its place)"
        )
    if found.verdict == "supports" or told["kind"] == "absence":
        return f"{said}."
    away = _nearest_m(march.tracks[str(found.unit)], told)
    return f"{said}; of twenty histories the nearest comes within {kilometres(away)} in its time."


def _nearest_m(track: Track, told: Mapping[str, Any]) -> float:
    """Metres that the nearest twentieth of the histories come within of a place in an interval."""
    first, last = max(told["earliest"], track.start), min(told["latest"], track.end)
    times = pd.date_range(first, last, periods=2 + min(int((last - first) / pd.Timedelta(minutes=5)), 100))
    lon, lat = track.coordinates(times)
    away = geodesy.distance_m(lon, lat, told["lon"], told["lat"]).min(axis=0)
    order = np.argsort(away, kind="stable")
    return float(away[order][int(np.searchsorted(np.cumsum(track.weights[order]), 0.05))])


def _whose(found: explanations.Alibi) -> str:
    """Which column a report of no unit may speak of."""
    columns = found.could_be[found.could_be["unit"].notna()]
    some = columns[columns["probability"] >= 0.01]
    none = percent(float(found.could_be["probability"][found.could_be["unit"].isna()].iloc[0]))
    said = f"{none} that it is false, or speaks of a column that no report names"
    if some.empty:
        out = [f"Not {row.unit}: {row.words}." for row in columns.head(NAMED).itertuples()]
        return f"It fits no column: {said}. {' '.join(out)}"
    which = [f"{unit} {percent(share)}" for unit, share in zip(some["unit"], some["probability"], strict=True)]
    ruled_out = columns[(columns["probability"] < 0.01) & (columns["conflicts"] > 0)]
    out = [f" Not {row.unit}: {row.words}." for row in ruled_out.head(NAMED).itertuples()]
    return f"It could be {', '.join(which)}; {said}.{''.join(out)}"
