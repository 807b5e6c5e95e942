"""The paragraphs that a reporter can quote."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import explanations
from tracker.reconstruct.explaining.saying import clock, counted, interval, kilometres, listed, percent, text

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

FLIP = 0.25
"""A way is taken instead of another if its probability changes by this much, and past one half."""

WIDER = 1.25
"""A radius that changes by less than this factor has not changed."""

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


def explanation_words(
    march: "March", row: int, found: explanations.Explanation, *, repeats: int, zone: ZoneInfo
) -> str:
    """What one report does, in a paragraph."""
    sentences = [_opening(march, row, repeats, zone), _judged(march, row, found)]
    if found.method:
        sentences += _what_it_moved(found, zone)
    if found.unit and found.verdict != "unused":
        sentences += [*conflict_words(found.conflicts, "this report"), *_borne_out(found)]
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
    if found.verdict == "supports":
        return f"It agrees with the track and is {percent(found.p_true)} likely to be true{alone}."
    if found.verdict == "unused" or np.isnan(found.p_true):
        return f"It moves no track: {reason}."
    said = {"doubtful": "doubted", "impossible": "held to be impossible"}.get(found.verdict, found.verdict)
    return f"It is {said}, {percent(found.p_true)} likely to be true{alone}: {reason}."


def _what_it_moved(found: explanations.Explanation, zone: ZoneInfo) -> list[str]:
    if found.moved.empty:
        return [f"Without it there would be no track of {found.unit or 'a unit'}."]
    said = []
    for unit in found.moved["unit"].unique():
        rows = found.moved[found.moved["unit"] == unit]
        said += moved_words(rows, unit, zone) or [f"It hardly moves the track of {unit}: without it, what differs is no "
                                                  "more than what two draws of the same track differ by."]  # fmt: skip
        said += route_words(found.roads[found.roads["unit"] == unit], unit)
    return said


def moved_words(rows: gpd.GeoDataFrame, unit: str, zone: ZoneInfo) -> list[str]:
    """How far a unit's middle would lie elsewhere, and how the radius would differ; nothing where neither is clear."""
    said = []
    clear = rows[rows["km"] > 2 * rows["noise_km"]]
    if len(clear):
        most = clear.loc[clear["km"].idxmax()]
        said.append(
            f"Without it the middle of {unit} would lie {kilometres(most['km'] * 1000)} from there at "
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
    past = (roads["probability_without"] >= 0.5) != (roads["probability"] >= 0.5)
    won, lost = roads[past & (by >= FLIP)], roads[past & (by <= -FLIP)]
    if len(won) and len(lost):
        return [f"{unit} would most likely go by {_shares(won)} instead of {_shares(lost)}."]
    if len(won):
        return [f"{unit} would most likely go by {_shares(won)} too."]
    if len(lost):
        return [f"{unit} would no longer be likely to go by {_shares(lost)}."]
    if len(roads) and by.abs().iloc[0] >= FLIP:
        more = "likelier" if by.iloc[0] > 0 else "less likely"
        return [f"The way of {unit} by {_shares(roads.head(1))} would be {more}."]
    return []


def _shares(roads: gpd.GeoDataFrame) -> str:
    return listed(
        f"{row.road} ({percent(row.probability_without)}, not {percent(row.probability)})"
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
        f"It {_as_clause(str(worst['words']))}{also}; one of {worst['report_id']}, {name}, or the assumption of one column is wrong."
    ]


def _as_clause(words: str) -> str:
    return words if words.startswith("needs") else f"has this against it: {words}"


def _borne_out(found: explanations.Explanation) -> list[str]:
    if found.supports.empty:
        return ["No report of another origin bears it out."]
    nearest = [str(words) for words in found.supports["words"].head(2)]
    origins = found.supports["origin"].map(text)
    number = int(origins[origins != ""].nunique() + (origins == "").sum())
    return [f"{counted(number, 'other origin')} {'bears' if number == 1 else 'bear'} it out, nearest in time "
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
    return " ".join(said) if len(said) > 1 else f"{said[0][:-1]} nothing changes that two draws of the same would not differ by."
