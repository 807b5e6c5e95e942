"""A reconstruction, and what is wrong with its sources, in the words that the command line and the dashboard show."""

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from tracker.model import Fault, Reconstruction, Track, geodesy
from tracker.roads import RoadNetwork

Floats = NDArray[np.float64]

VERDICTS = {
    "supports": "supports",
    "doubtful": "doubtful",
    "impossible": "impossible",
    "unused": "does not move a track",
}
"""Each verdict as a reader is told it."""

FOUND = 0.5
"""A passage less probable than this is no finding, and its times would mislead."""

OFF_ROAD_M, OFF_ROAD_RADII = 10_000.0, 3.0
"""A report farther from every road than both is likely not of this area."""

_NEAR_M = 10_000.0
_KINDS = ("city", "town", "village")
_SPEAKING = ("sighting", "incident", "turnaround")
_SAMPLES = 600
_SHOWN_ROWS = 8
_WRITTEN_OUT = 3
_ALIKE = "in the same way as those above"
_NUMBERS = re.compile("[0-9]+")


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 unit``, ``2 units``, ``2 reports without a place``."""
    first, *rest = noun.split(" ", 1)
    return " ".join([str(number), first if number == 1 else f"{first}s", *rest])


def tally(march: Reconstruction) -> str:
    """One sentence on what became of the reports."""
    verdict = march.verdicts["verdict"]
    parts = [f"{(verdict == 'supports').sum()} place a column and agree"]
    doubted = int(verdict.isin(["doubtful", "impossible"]).sum())
    impossible = int((verdict == "impossible").sum())
    parts.append(f"{doubted} doubted" + (f" ({impossible} of them impossible)" if impossible else ""))
    idle = march.reports[(verdict == "unused").to_numpy()]
    if len(idle):
        why = pd.Series([_idle(row, march.tracks) for row in idle.itertuples()]).value_counts(sort=False)
        reasons = why.sort_values(ascending=False, kind="stable")
        listed = ", ".join(counted(int(n), str(what)) for what, n in reasons.items())
        parts.append(f"{len(idle)} {'does' if len(idle) == 1 else 'do'} not move a track ({listed})")
    return f"{counted(len(march.reports), 'report')}: {', '.join(parts)}"


def _idle(report: object, tracks: Collection[str]) -> str:
    """What a report is that moves no track."""
    kind, unit, place = str(report.kind), report.unit, report.geometry  # type: ignore[attr-defined]
    if kind in ("roadblock", "statement"):
        return kind
    if place is None or place.is_empty:
        return "report without a place"
    if pd.isna(unit):
        return f"{kind} without a unit"
    return "repeat" if unit in tracks else "report of a unit without a track"


def mismatches(march: Reconstruction, roads: RoadNetwork) -> list[str]:
    """What suggests that reports and roads do not belong together: one sentence each, none if all is well."""
    reports = march.reports
    placed = reports[reports.geometry.notna() & ~reports.geometry.is_empty]
    said = []
    for unit in sorted(set(reports["unit"].dropna()) - set(march.tracks)):
        told = placed[(placed["unit"] == unit) & placed["kind"].isin(_SPEAKING)]
        if len(told):
            said.append(f"{unit}: no track could be made; no road is near {_its(len(told))}.")
        else:
            said.append(f"{unit}: no track could be made; no sighting, incident or turnaround of it has a place.")
    lost = 0
    if len(placed):
        away = roads.nearest(placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy()).distance_m
        radius = placed["radius_m"].to_numpy(float)
        lost = int((away > np.maximum(OFF_ROAD_RADII * radius, OFF_ROAD_M)).sum())
    if lost:
        lie = "lies" if lost == 1 else "lie"
        said.append(
            f"{lost} of {counted(len(placed), 'report')} with a place {lie} more than {OFF_ROAD_RADII:.0f} radii and "
            f"{OFF_ROAD_M / 1000:.0f} km from every road: do these reports and these roads belong together?"
        )
    return said


def _its(number: int) -> str:
    return "its only report with a place" if number == 1 else f"any of its {number} reports with a place"


def default_places(march: Reconstruction, *, count: int = 6) -> list[str]:
    """Names of the places that the unit which moved farthest most likely came by, in the order of its way.

    Of the places within 10 km of its median trail the larger ones come first, then the nearer ones; without any, the
    nearest of all.
    """
    places = march.places.drop_duplicates("place")
    if not march.tracks or places.empty:
        return []
    trails = [_median_trail(track) for track in march.tracks.values()]
    lon, lat = max(trails, key=lambda trail: float(geodesy.path_metres(*trail)[-1]))
    xyz = geodesy.earth_centred(places.geometry.x, places.geometry.y)
    away, when = KDTree(geodesy.earth_centred(lon, lat)).query(xyz)
    rank = [_KINDS.index(kind) if kind in _KINDS else len(_KINDS) for kind in places["kind"]]
    table = pd.DataFrame({"place": places["place"].to_numpy(), "away": away, "when": when, "rank": rank})
    near = table[table["away"] <= _NEAR_M]
    chosen = (near if len(near) else table.assign(rank=0)).sort_values(["rank", "away"], kind="stable").head(count)
    return [str(place) for place in chosen.sort_values("when", kind="stable")["place"]]


def _median_trail(track: Track) -> tuple[Floats, Floats]:
    times = pd.date_range(track.known_from, max(track.known_until, track.known_from), periods=_SAMPLES)
    lon, lat = track.coordinates(times)
    return np.median(lon, axis=1), np.median(lat, axis=1)


def passage_rows(march: Reconstruction, places: Sequence[str], *, zone: str) -> list[dict[str, str]]:
    """When each unit passed each place, in words: unit, place, how probable it is at all, when."""
    rows = []
    for unit, track in march.tracks.items():
        for passage in track.passages(places).to_dict("records"):
            share, said = float(passage["probability"]), "no finding"
            if share >= FOUND:
                said = _between(*(passage[name].tz_convert(zone) for name in ("t05", "t50", "t95")))
            rows.append({"unit": unit, "place": passage["place"], "probability": _percent(share), "when": said})
    return rows


def _between(early: pd.Timestamp, middle: pd.Timestamp, late: pd.Timestamp) -> str:
    if early.date() == late.date():
        day = f"{early.day} {early:%B}"
        return f"probably between {early:%H:%M} and {late:%H:%M}, most likely {middle:%H:%M}, on {day}"
    first, last, likely = (f"{time:%H:%M} on {time.day} {time:%B}" for time in (early, late, middle))
    return f"probably between {first} and {last}, most likely {likely}"


def verdict_table(march: Reconstruction, *, zone: str) -> pd.DataFrame:
    """Every report with its verdict, as text that a table shows as it is: nothing absent, columns named in words."""
    told, judged = march.reports, march.verdicts

    def times(name: str) -> "pd.Series[str]":
        written: pd.Series[str] = told[name].dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M")
        return written

    columns = {
        "report": told["report_id"],
        "verdict": judged["verdict"].map(VERDICTS).fillna(judged["verdict"]),
        "reason": judged["reason"],
        "probability": judged["p_true"].map(_percent, na_action="ignore"),
        "unit": told["unit"],
        "grade": told["reliability"].fillna("F") + told["credibility"].fillna(6).astype(str),
        "kind": told["kind"],
        "from": times("earliest"),
        "to": times("latest"),
        "place": told["place"],
        "summary": told["summary"],
        "publisher": told["publisher"],
        "whose word": told["origin"],
        "link": told["url"],
    }
    return pd.DataFrame({name: list(values.astype("str").fillna("")) for name, values in columns.items()})


def _percent(share: float) -> str:
    # As wide as 100, so that a table sorts it as a number.
    return f"{share * 100:3.0f} %"


def fault_groups(faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """Faults as pairs of what is wrong and its remedy; faults of one column that are alike stand together.

    Remedies that differ only in their numbers are written out for the first three, and then said to be alike.
    """
    alike: dict[tuple[str | None, str, str], list[Fault]] = {}
    shown: dict[tuple[str | None, str, str], int] = {}
    for fault in faults:
        same = fault.column, fault.problem, fault.remedy
        if same not in alike:
            shape = fault.column, _NUMBERS.sub("#", fault.problem), _NUMBERS.sub("#", fault.remedy)
            shown[shape] = shown.get(shape, 0) + 1
            if shown[shape] > _WRITTEN_OUT:
                same = *shape[:2], _ALIKE
        alike.setdefault(same, []).append(fault)
    return [(f"{_where(group)}{_what(group)} {group[0].problem}", remedy) for (*_, remedy), group in alike.items()]


def _where(group: Sequence[Fault]) -> str:
    rows = sorted({fault.row for fault in group if fault.row is not None})
    more = f" and {len(rows) - _SHOWN_ROWS} more" if len(rows) > _SHOWN_ROWS else ""
    shown = ", ".join(map(str, rows[:_SHOWN_ROWS])) + more
    where = [f"row{'s' if len(rows) > 1 else ''} {shown}"] if rows else []
    if group[0].column is not None:
        where.append(f"column {group[0].column}")
    return ", ".join(where) + ":" if where else ""


def _what(group: Sequence[Fault]) -> str:
    values = list(dict.fromkeys(fault.value for fault in group if fault.value))
    if not values:
        return ""
    more = f" and {len(values) - 1} more" if len(values) > 1 else ""
    return f" {values[0]}{more}"


def fault_text(faults: Sequence[Fault], *, file: str | None = None, most: int = 100) -> str:
    """Faults as plain text, each with its remedy below it; after the first ``most`` kinds only their number.

    Parameters
    ----------
    faults : what is wrong
    file : the file's name as its owner knows it; without it, the one that the faults have
    most : kinds of fault to write out
    """
    groups = fault_groups(faults)
    names = [file] if file else sorted({fault.file for fault in faults})
    lines = [f"{', '.join(names)}: {counted(len(faults), 'fault')} found"]
    lines += [f"\n{wrong}\n    -> {remedy}" for wrong, remedy in groups[:most]]
    if len(groups) > most:
        lines.append(f"\n... and {len(groups) - most} more kinds")
    return "\n".join(lines)
