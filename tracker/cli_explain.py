"""Commands that ask a march why: explain, without, check-report, look."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.table import Table

from tracker.cli_explain_words import given, number, records
from tracker.cli_log_options import Json
from tracker.cli_march import Log, Reports, Roads, Seed, Zone, is_bundled, reconstructed, zone_name
from tracker.terminal import busy, in_line, out, plain, refusals, show_json, warn

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tracker.reconstruct import March

Columns = Mapping[str, tuple[str, Callable[[Any], str]]]
"""Column of a table -> its heading, and how its cells are written."""

ReportId = Annotated[str, typer.Argument(metavar="REPORT_ID", help="Id of the report.")]
ReportIds = Annotated[list[str] | None, typer.Argument(metavar="[REPORT_ID]...", help="Ids of the reports.")]
Origin = Annotated[
    str | None, typer.Option(metavar="NAME", help="All reports of this origin, as the reports spell it.")
]
Unit = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this unit.")]
Kinds = Literal["sighting", "incident", "turnaround", "absence"]
Grade = Annotated[str | None, typer.Option(help="Of the source: A best to E, F cannot be judged.")]
Number = Annotated[int | None, typer.Option(help="Of the information: 1 best to 5, 6 cannot be judged.")]
Degrees = Annotated[float | None, typer.Option(help="In degrees, instead of --place.")]


def explain(
    report_id: ReportId, *, reports: Reports = None, log: Log = None, roads: Roads = None, zone: Zone = None,
    seed: Seed = 0, json: Json = False,
) -> None:  # fmt: skip
    """What one report moved, what it conflicts with, and what agrees with it."""
    with refusals(as_json=json):
        march, shown_in = _march(reports, log, roads, zone, seed)
        with busy("Looking at the march without it"):
            found = march.explain(report_id, zone=shown_in)
        names = ("moved", "roads", "passages", "conflicts", "supports")
        if json:
            said = {"report_id": found.report_id, "unit": found.unit, "verdict": found.verdict, "words": found.words}
            odds = {"p_true": number(found.p_true), "p_alone": number(found.p_alone), "method": found.method}
            show_json({**said, **odds, **{name: records(getattr(found, name)) for name in names}})
            return
        out().print(plain(found.words), soft_wrap=True)
        for name in names:
            _show(getattr(found, name), name, shown_in)


def without(
    report_ids: ReportIds = None, *, origin: Origin = None, reports: Reports = None, log: Log = None,
    roads: Roads = None, zone: Zone = None, seed: Seed = 0, json: Json = False,
) -> None:  # fmt: skip
    """What changes if some reports, or all of one origin, are wrong."""
    with refusals(as_json=json):
        from tracker.model import TrackerError

        if not report_ids and origin is None:
            raise TrackerError("nothing is named; give the ids of reports, or --origin NAME")
        march, shown_in = _march(reports, log, roads, zone, seed)
        try:
            with busy("Reconstructing again"):
                found = march.without(report_ids=report_ids or (), origin=origin, zone=shown_in)
        except ValueError as wrong:
            raise TrackerError(str(wrong)) from None
        names = ("moved", "roads", "verdicts")
        if json:
            show_json(
                {"removed": list(found.removed), "words": found.words}
                | {name: records(getattr(found, name)) for name in names}
            )
            return
        out().print(plain(found.words), soft_wrap=True)
        for name in names:
            _show(getattr(found, name), name, shown_in)


def check_report(
    *,
    place: Annotated[str | None, typer.Option(help='Where, in words: a town, "M4 km 590", "near Yelets".')] = None,
    time: Annotated[
        str | None, typer.Option(help="When: 2023-06-24T15:00+03:00, or in words; without a zone it needs --zone.")
    ] = None,
    within: Annotated[str | None, typer.Option(help="How far off the time may be on both sides, as in 30min.")] = None,
    lon: Degrees = None,
    lat: Degrees = None,
    radius: Annotated[float | None, typer.Option(help="Metres that hold the true place with 95 %.")] = None,
    earliest: Annotated[str | None, typer.Option(help="First possible moment, instead of --time.")] = None,
    latest: Annotated[str | None, typer.Option(help="Last possible moment.")] = None,
    kind: Annotated[Kinds, typer.Option(help="What was reported.")] = "sighting",
    unit: Annotated[str | None, typer.Option(help="The column; without it, every one is tried.")] = None,
    reliability: Grade = None,
    credibility: Number = None,
    reports: Reports = None,
    log: Log = None,
    roads: Roads = None,
    zone: Zone = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """How a new report would fit, before it is added: is it possible at all, and of which column?"""
    with refusals(as_json=json):
        from tracker.reconstruct import check_report as check

        march, shown_in = _march(reports, log, roads, zone, seed)
        said = {
            "kind": kind, "unit": unit, "place": place, "lon": lon, "lat": lat, "radius_m": radius, "time": time,
            "within": within, "earliest": earliest, "latest": latest, "reliability": reliability,
            "credibility": credibility,
        }  # fmt: skip
        report, where = given(said, march.network.posts, zone)
        found = check(report, march, zone=shown_in)
        if json:
            odds = {"p_true": number(found.p_true), "p_range": [number(p) for p in found.p_range]}
            answer = {"unit": found.unit, "verdict": found.verdict, **odds, "place": where}
            tables = {"conflicts": records(found.conflicts), "could_be": records(found.could_be)}
            show_json({**answer, "words": found.words, **tables})
            return
        out().print(plain(found.words), soft_wrap=True)
        if where:
            out().print(plain(where), soft_wrap=True)
        _show(found.conflicts, "conflicts", shown_in)
        if found.unit is None:
            _show(found.could_be, "could_be", shown_in)


def look(
    *, count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many at most.")] = 5, unit: Unit = None,
    reports: Reports = None, log: Log = None, roads: Roads = None, zone: Zone = None, seed: Seed = 0,
    json: Json = False,
) -> None:  # fmt: skip
    """Where and when a picture would tell most: roads with a window of time, the best first."""
    with refusals(as_json=json):
        from tracker.model import TrackerError

        march, shown_in = _march(reports, log, roads, zone, seed)
        try:
            found = march.where_to_look(count, unit=unit, zone=shown_in)
        except ValueError as wrong:
            raise TrackerError(str(wrong)) from None
        if json:
            show_json({"looks": records(found)})
            return
        if found.empty:
            out().print("No look is worth the while: the tracks are as narrow as they can become.")
        for place, row in enumerate(found.to_dict("records"), start=1):
            said = f"{place}. {row['words']}: {row['unit']}, there with {row['p_there']:.0%}"
            out().print(plain(in_line(f"{said}; expected fall {row['fall_km']:.1f} km, left {row['left_km']:.1f} km")),
                        soft_wrap=True)  # fmt: skip


def _march(
    reports: "Path | None", log: str | None, roads: "Path | None", zone: str | None, seed: int
) -> "tuple[March, str]":
    """The march, and the zone that its times are shown in."""
    shown_in = zone_name(zone, bundled=is_bundled(reports, log)) or "UTC"
    march, mismatched = reconstructed(reports, log, roads, seed=seed)
    warn(mismatched)
    return march, shown_in


# ---- tables


def _text(cell: Any) -> str:
    return in_line("" if cell is None or cell != cell else cell)


def _time(cell: Any) -> str:
    return f"{cell:%m-%d %H:%M}"


def _share(cell: float) -> str:
    return "" if cell != cell else f"{cell:.0%}"


def _kilometres(cell: float) -> str:
    return f"{cell:.1f}"


def _of_metres(cell: float) -> str:
    return "" if cell != cell or cell == float("inf") else f"{cell / 1000:.1f}"


def _speed(cell: float) -> str:
    return "" if cell != cell else "any" if cell == float("inf") else f"{cell:.0f}"


SHOWN: Mapping[str, tuple[str, Columns]] = {
    "moved": ("With and without", {
        "unit": ("unit", _text), "at": ("at", _text), "time": ("time", _time), "km": ("apart, km", _kilometres),
        "noise_km": ("draws alone", _kilometres), "radius_m": ("radius, km", _of_metres),
        "radius_without_m": ("without", _of_metres),
    }),
    "roads": ("Roads", {
        "unit": ("unit", _text), "road": ("road", _text), "km": ("km", _kilometres),
        "probability": ("driven on", _share), "probability_without": ("without", _share),
    }),
    "passages": ("Places passed", {
        "unit": ("unit", _text), "place": ("place", _text), "probability": ("passed", _share),
        "probability_without": ("without", _share),
    }),
    "conflicts": ("Cannot be true together with it", {
        "report_id": ("report", _text), "unit": ("unit", _text), "p_true": ("likely", _share),
        "needed_kmh": ("needs, km/h", _speed), "allowed_kmh": ("roads allow", _speed), "words": ("why", _text),
    }),
    "supports": ("Agree with it", {
        "report_id": ("report", _text), "origin": ("whose word", _text), "p_true": ("likely", _share),
        "words": ("how close", _text),
    }),
    "verdicts": ("Judged otherwise", {
        "report_id": ("report", _text), "unit": ("unit", _text), "verdict": ("verdict", _text),
        "verdict_without": ("without", _text), "p_true": ("likely", _share), "p_true_without": ("without", _share),
    }),
    "could_be": ("Which column", {
        "unit": ("unit", _text), "probability": ("likely", _share), "conflicts": ("against it", str),
        "words": ("why", _text),
    }),
}  # fmt: skip


def _show(table: "pd.DataFrame", name: str, zone: str) -> None:
    """One table, if it has rows."""
    if table.empty:
        return
    title, columns = SHOWN[name]
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading, _ in columns.values():
        shown.add_column(heading, overflow="fold")
    local = {"time": table["time"].dt.tz_convert(zone)} if "time" in table else {}
    for row in table.assign(**local).to_dict("records"):
        shown.add_row(*(plain(say(row[column])) for column, (_, say) in columns.items()))
    out().print(shown)
