"""Reports, their histories and what was understood of them, as text that the dashboard's pages show as it is."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd

KINDS = {
    "sighting": "sighting: a unit was seen there",
    "roadblock": "roadblock: a road is closed or guarded",
    "incident": "incident: a shot, a crash, a fire",
    "absence": "absence: a unit was not there",
    "turnaround": "turnaround: a unit turned back",
    "statement": "statement: words that place nobody",
}
RELIABILITY = {
    "A": "A: completely reliable",
    "B": "B: usually reliable",
    "C": "C: fairly reliable",
    "D": "D: not usually reliable",
    "E": "E: unreliable",
    "F": "F: cannot be judged",
}
CREDIBILITY = {
    "1": "1: confirmed by other sources",
    "2": "2: probably true",
    "3": "3: possibly true",
    "4": "4: doubtful",
    "5": "5: improbable",
    "6": "6: cannot be judged",
}
RELATIONS = {
    "repost": "one voice: the first repeats the second",
    "same event": "two accounts of the same event",
    "different": "not the same; do not suggest it again",
}
BASES = {"observed": "observed", "published": "published: by then", "inferred": "inferred"}
CODES = {"kind": KINDS, "reliability": RELIABILITY, "credibility": CREDIBILITY, "time_basis": BASES}
"""Columns that are chosen from a list, each code with its meaning."""

LABELS = {
    "kind": "Kind",
    "unit": "Unit",
    "place": "Place, in words",
    "lon": "Longitude",
    "lat": "Latitude",
    "radius_m": "Radius, metres",
    "time": "When",
    "within": "Give or take",
    "until": "Until",
    "zone": "Zone of the times",
    "earliest": "From",
    "latest": "To",
    "time_basis": "How the time is known",
    "road": "Road",
    "heading": "Heading",
    "vehicles": "Vehicles",
    "admin": "Region",
    "summary": "Summary",
    "publisher": "Publisher",
    "origin": "Whose word it is",
    "url": "Link",
    "archive_url": "Archived at",
    "published": "Published",
    "reliability": "The source is",
    "credibility": "The information is",
    "notes": "Notes",
    "reason": "Why",
    "author": "Your name",
}
"""What each field is called."""

SAID = tuple(name for name in LABELS if name not in ("time", "within", "until", "zone", "reason", "author"))
"""The fields that are columns of a report."""
TIMES = ("earliest", "latest")

_DONE = {
    "add": "added",
    "correct": "corrected",
    "retract": "retracted",
    "restore": "restored",
    "link": "linked",
    "unlink": "unlinked",
}
_UNSEEN = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {0x7F: 0x2421}
_UNSEEN |= dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F), 0xFFFD)


def plain(text: object) -> str:
    """Text as it may be shown: control and direction characters made visible, nothing absent."""
    return "" if absent(text) else str(text).translate(_UNSEEN)


def fields(row: "pd.Series[Any]", *, zone: str) -> dict[str, str]:
    """What a revision says, as the text of each field of `CORRECTING`."""
    point = row["geometry"]
    told: dict[str, object] = {name: row[name] for name in SAID if name in row.index}
    told |= {"lon": None if point is None else point.x, "lat": None if point is None else point.y}
    for name in TIMES:
        moment = row[name]
        # To the last digit, so that a time that nobody touched is not a change.
        told[name] = None if pd.isna(moment) else moment.tz_convert(zone).isoformat(sep=" ", timespec="auto")
    return {name: "" if absent(told[name]) else _number(told[name]) for name in SAID}


def told(history: gpd.GeoDataFrame, *, zone: str) -> str:
    """What the log holds of a report, and why there: ``r1: 38.50 E, 52.62 N, within 6 km, ..., because ...``."""
    row = history.iloc[-1]
    parts = [point_text(row["geometry"], row["radius_m"])] if row["geometry"] is not None else []
    parts.append(span_text(row["earliest"], row["latest"], zone=zone))
    if row["geometry"] is not None:
        how = history["reason"].iloc[0] if history["place"].iloc[0] == row["place"] else None
        parts.append(f"because {plain(how)}" if not absent(how) else "because the point was given")
    elif absent(row["place"]):
        parts.append("kept without a point: no place was given")
    else:
        parts.append(f"kept without a point: nothing at hand knows {plain(row['place'])!r}")
    return f"{row['report_id']}: {', '.join(parts)}"


def headline(row: Mapping[str, Any]) -> str:
    """A report in one line, to choose it by."""
    parts = [
        row["kind"],
        row["unit"],
        row["place"],
        row["summary"] if not absent(row["summary"]) else row["publisher"],
    ]
    text = " · ".join(" ".join(plain(part).split()) for part in parts if not absent(part))
    return text if len(text) <= 110 else text[:109] + "…"


def whole_text(history: gpd.GeoDataFrame, *, zone: str) -> str:
    """All that a report says, a line for each field that is filled."""
    row = history.iloc[-1]
    told = {LABELS[name]: CODES.get(name, {}).get(text, text) for name, text in fields(row, zone=zone).items() if text}
    return "\n".join(f"{label}: {plain(text)}" for label, text in told.items())


def reports_table(reports: gpd.GeoDataFrame, *, zone: str, words: str = "") -> pd.DataFrame:
    """The reports in which all the words occur, somewhere, as text that a table shows as it is; the newest first.

    Parameters
    ----------
    reports : a reports table
    zone : IANA name of the zone of the times
    words : separated by blanks; capitals do not matter
    """
    points = zip(reports.geometry, reports["radius_m"], strict=True)
    table = pd.DataFrame(
        {
            "report": reports["report_id"],
            "kind": reports["kind"],
            "unit": reports["unit"],
            "from": [time_text(moment, zone=zone) for moment in reports["earliest"]],
            "to": [time_text(moment, zone=zone) for moment in reports["latest"]],
            "place": reports["place"],
            "point": ["" if point is None else point_text(point, radius) for point, radius in points],
            "summary": reports["summary"],
            "grade": reports["reliability"].fillna("F") + reports["credibility"].fillna(6).astype("str"),
            "publisher": reports["publisher"],
            "whose word": reports["origin"],
            "link": reports["url"],
            "revision": reports["revision"],
            "by": reports["author"],
            "recorded": [time_text(moment, zone=zone) for moment in reports["recorded_at"]],
        }
    )
    table = pd.DataFrame({name: [plain(cell) for cell in column] for name, column in table.items()}, dtype="str")
    if words.strip():
        text = table.agg(" ".join, axis=1).str.casefold() if len(table) else table["report"]
        for word in words.casefold().split():
            text = text[text.str.contains(word, regex=False)]
        table = table.loc[text.index]
    return table.iloc[::-1].reset_index(drop=True)


def choices(reports: gpd.GeoDataFrame, ids: Sequence[str]) -> dict[str, str]:
    """Each of some reports in one line, to choose it by; in the order of the ids."""
    rows = reports[reports["report_id"].isin(list(ids))].to_dict("records")
    lines = {row["report_id"]: headline(row) for row in rows}
    return {report_id: f"{lines[report_id]} ({report_id})" for report_id in ids}


def plain_table(table: pd.DataFrame, *, zone: str) -> pd.DataFrame:
    """Any table as text that is shown as it is; its times without seconds in a zone."""
    told = {
        name: [time_text(cell, zone=zone) if isinstance(cell, pd.Timestamp) else plain(cell) for cell in column]
        for name, column in table.items()
    }
    return pd.DataFrame(told, columns=table.columns, dtype="str")


def history_table(history: gpd.GeoDataFrame, *, zone: str) -> pd.DataFrame:
    """Every revision of a report: number, what was done, by whom, when, why, and what it changed; the newest first."""
    rows = [row for _, row in history.iterrows()]
    changed = [""] + [_difference(before, after, zone=zone) for before, after in pairwise(rows)]
    table = {
        "revision": [str(row["revision"]) for row in rows],
        "was": [_DONE.get(row["operation"], row["operation"]) for row in rows],
        "by": [plain(row["author"]) for row in rows],
        "at": [time_text(row["recorded_at"], zone=zone) for row in rows],
        "why": [plain(row["reason"]) for row in rows],
        "what changed": changed,
    }
    return pd.DataFrame(table, dtype="str").iloc[::-1].reset_index(drop=True)


def since(history: gpd.GeoDataFrame, revision: int, *, zone: str) -> str:
    """What others did to a report after a revision, a line each; empty if nothing."""
    table = history_table(history, zone=zone)
    later = table[table["revision"].astype(int) > revision].iloc[::-1]
    return "\n".join(
        f"Revision {row['revision']}, {row['was']} by {row['by']} at {row['at']} ({row['why']})"
        + (f": {row['what changed']}" if row["what changed"] else "")
        for row in later.to_dict("records")
    )


def _difference(before: "pd.Series[Any]", after: "pd.Series[Any]", *, zone: str) -> str:
    if after["operation"] in ("link", "unlink"):
        return plain(f"{after['relation']}: {after['other_id']}")
    old, new = fields(before, zone=zone), fields(after, zone=zone)
    changed = [name for name in SAID if old[name] != new[name]]
    return "; ".join(f"{LABELS[name]}: {plain(old[name]) or '-'} → {plain(new[name]) or '-'}" for name in changed)


def absent(value: object) -> bool:
    return value is None or (not isinstance(value, str) and bool(pd.isna(value)))  # type: ignore[call-overload]


def cell_text(value: object) -> str:
    return plain(int(value) if isinstance(value, float) and value == value and value.is_integer() else value)


def _number(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def degrees(value: float, sides: str) -> str:
    return f"{abs(value):.2f} {sides[value < 0]}"


def point_text(point: Any, radius_m: float) -> str:
    within = f"{radius_m / 1000:.3g} km" if radius_m >= 1000 else f"{radius_m:.0f} m"
    return f"{degrees(point.x, 'EW')}, {degrees(point.y, 'NS')}, within {within}"


def time_text(moment: Any, *, zone: str) -> str:
    return "" if pd.isna(moment) else f"{moment.tz_convert(zone):%Y-%m-%d %H:%M}"


def span_text(earliest: Any, latest: Any, *, zone: str) -> str:
    """A span of time in UTC, and in a zone that is another: ``24 June 2023 12:00 UTC (15:00 Europe/Moscow)``."""
    if absent(earliest):
        return "at no known time"
    (day, hours), (day_there, hours_there) = (_span(earliest, latest, zone=name) for name in ("UTC", zone))
    if zone == "UTC":
        return f"{day} {hours} UTC"
    there = hours_there if day == day_there else f"{day_there} {hours_there}"
    return f"{day} {hours} UTC ({there} {zone})"


def _span(earliest: Any, latest: Any, *, zone: str) -> tuple[str, str]:
    first = pd.Timestamp(earliest).tz_convert(zone)
    last = None if absent(latest) else pd.Timestamp(latest).tz_convert(zone)
    day = f"{first.day} {first:%B %Y}"
    if last is None:
        return day, f"from {first:%H:%M} on"
    if first == last:
        return day, f"{first:%H:%M}"
    if first.date() == last.date():
        return day, f"{first:%H:%M}-{last:%H:%M}"
    return day, f"{first:%H:%M} to {last.day} {last:%B} {last:%H:%M}"
