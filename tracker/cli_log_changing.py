"""Commands that write into a report log: add, import, correct, retract, restore, link and unlink."""

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from tracker.cli_log_options import (
    Author,
    Create,
    Expect,
    Json,
    Layer,
    Log,
    Online,
    OtherId,
    Profile,
    Reason,
    ReportId,
    opened,
)
from tracker.cli_log_words import (
    change_lines,
    headline,
    interval,
    parse_changes,
    point_found,
    records,
    revision_records,
)
from tracker.terminal import (
    FAULTY,
    MOST_KINDS,
    busy,
    fault_records,
    in_shell,
    out,
    plain,
    progress,
    refusals,
    show_faults,
    show_groups,
    show_json,
)

Kinds = Literal["sighting", "roadblock", "incident", "absence", "turnaround", "statement"]
Said = Annotated[str | None, typer.Option()]
ZONE = "UTC"


def add(
    *,
    kind: Annotated[Kinds, typer.Option(help="What was reported.")] = "sighting",
    place: Annotated[str | None, typer.Option(help='Where, in words: a town, "M4 km 590", "near Yelets".')] = None,
    time: Annotated[str | None, typer.Option(help="When: 2023-06-24T15:00+03:00, or in words.")] = None,
    within: Annotated[str | None, typer.Option(help="How far off the time may be on both sides, as in 30min.")] = None,
    unit: Annotated[str | None, typer.Option(help="The column, always spelt the same.")] = None,
    summary: Annotated[str | None, typer.Option(help="What was said, in a sentence.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who printed it.")] = None,
    origin: Annotated[str | None, typer.Option(help="Whose word it is; else the publisher's.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be read.")] = None,
    archive_url: Annotated[str | None, typer.Option(help="Where a copy is kept.")] = None,
    reliability: Annotated[str | None, typer.Option(help="Of the source: A best to E, F cannot be judged.")] = None,
    credibility: Annotated[
        int | None, typer.Option(help="Of the information: 1 best to 5, 6 cannot be judged.")
    ] = None,
    lon: Annotated[
        float | None, typer.Option(help="Degrees east; with --lat it wins over the place's look-up.")
    ] = None,
    lat: Annotated[float | None, typer.Option(help="Degrees north.")] = None,
    radius: Annotated[float | None, typer.Option(help="Metres that hold the true place with 95 %.")] = None,
    earliest: Annotated[str | None, typer.Option(help="First possible moment, instead of --time.")] = None,
    latest: Annotated[str | None, typer.Option(help="Last possible moment.")] = None,
    time_basis: Annotated[str | None, typer.Option(help="observed, published or inferred.")] = None,
    zone: Annotated[str | None, typer.Option(envvar="TRACKER_ZONE", help="Zone of a time that names none.")] = None,
    published: Annotated[
        str | None, typer.Option(help="When it was published; words of time count from there.")
    ] = None,
    admin: Said = None,
    road: Said = None,
    heading: Said = None,
    vehicles: Said = None,
    notes: Annotated[str | None, typer.Option(help="For the desk; left out of public exports.")] = None,
    report_id: Annotated[
        str | None, typer.Option("--id", help="An id of your own; else made from the content.")
    ] = None,
    log: Log = None,
    author: Author = None,
    create: Create = False,
    online: Online = None,
    json: Json = False,
) -> None:
    """Add a report, and say where it was put. Saying the same again adds nothing."""
    said: dict[str, Any] = {
        "place": place, "time": time, "within": within, "unit": unit, "summary": summary, "publisher": publisher,
        "origin": origin, "url": url, "archive_url": archive_url, "reliability": reliability,
        "credibility": credibility, "lon": lon, "lat": lat, "radius_m": radius, "earliest": earliest, "latest": latest,
        "time_basis": time_basis, "published": published, "admin": admin, "road": road, "heading": heading,
        "vehicles": vehicles, "notes": notes, "report_id": report_id,
    }  # fmt: skip
    with refusals(as_json=json), opened(log, create=create, author=author, zone=zone, online=online) as held:
        name, is_new = held.say(kind, **{key: value for key, value in said.items() if value is not None})
        history = records(held.history(name))
        row, how = history[-1], history[0]["reason"]
        if json:
            show_json({"report_id": name, "point_from": how, "report": row})
            return
        out().print(plain(name if is_new else f"{name} (the log holds it already; nothing was added)"), soft_wrap=True)
        out().print(plain(f"  {headline(row)}, {interval(row, zone or ZONE)}"), soft_wrap=True)
        out().print(plain(f"  {point_found(row, how)}"), soft_wrap=True)
        if how and "nominatim" in how:
            from tracker.evidence import ATTRIBUTION

            out().print(plain(f"  {ATTRIBUTION}"), soft_wrap=True)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, GeoJSON, GeoPackage, Parquet, XLSX, KML or GPX.")],
    *,
    profile: Profile = None,
    layer: Layer = None,
    dry_run: Annotated[bool, typer.Option(help="Only look for faults; this needs no log.")] = False,
    log: Log = None,
    author: Author = None,
    create: Create = False,
    json: Json = False,
) -> None:
    """Add all reports of a file, or none if one of them has a fault."""
    with refusals(as_json=json):
        if dry_run:
            _look(file, profile=profile, layer=layer, json=json)
            return
        added = 0

        def moved(done: int, of: int) -> None:
            nonlocal added
            added = of
            show(done, of)

        with opened(log, create=create, author=author) as held, progress(f"Importing {file.name}") as show:
            odd = held.import_file(file, profile=profile, layer=layer, progress=moved)
        _said_of(file, odd, added=added, json=json)


def _look(file: Path, *, profile: str | None, layer: str | None, json: bool) -> None:
    from tracker.evidence import check_file, check_oddities

    with busy("Checking"):
        faults = check_file(file, profile=profile, layer=layer)
        odd = [] if faults else check_oddities(file, profile=profile, layer=layer)
    if json:
        show_json({"added": 0, "faults": fault_records(in_shell(faults)), "second_looks": fault_records(odd)})
    elif faults:
        show_faults(out(), in_shell(faults))
    else:
        out().print(plain(f"{file.name}: no fault; nothing was added, as this was a dry run"), soft_wrap=True)
        if odd:
            out().print(plain(f"Worth a second look ({len(odd)}); the file can be used as it is:"))
            show_groups(out(), odd, most=MOST_KINDS)
    if faults:
        raise typer.Exit(FAULTY)


def _said_of(file: Path, odd: Any, *, added: int, json: bool) -> None:
    from tracker.model import Fault
    from tracker.wording import counted

    rows = odd.astype(object).where(odd.notna(), None).to_dict("records")
    found = [Fault(**{**row, "value": row["value"] or ""}) for row in rows]
    if json:
        show_json({"added": added, "faults": [], "second_looks": fault_records(found)})
        return
    did = f"{counted(added, 'report')} added" if added else "nothing new: the log holds all of them already"
    out().print(plain(f"{file.name}: {did}"), soft_wrap=True)
    if found:
        out().print(plain(f"Worth a second look ({len(found)}); correct or retract what is wrong:"))
        show_groups(out(), found, most=MOST_KINDS)


def correct(
    report_id: ReportId,
    *,
    set_: Annotated[
        list[str], typer.Option("--set", metavar="COLUMN=VALUE", help="May be repeated; no value empties the column.")
    ],
    reason: Reason,
    expect_revision: Expect = None,
    log: Log = None,
    author: Author = None,
    online: Online = None,
    json: Json = False,
) -> None:
    """Change some columns of a report; what was said before stays on record."""
    with refusals(as_json=json):
        changes = parse_changes(set_)
        with opened(log, author=author, online=online) as held:
            before = len(held.history(report_id))
            now = held.correct(
                report_id, reason=reason, expect_revision=expect_revision, **cast("dict[str, Any]", changes)
            )
            entry = revision_records(held.history(report_id))[now - 1]
        if json:
            show_json({"report_id": report_id, "revision": now, "changed": entry["changed"] if now > before else {}})
        elif now <= before:
            out().print(plain(f"{report_id} says so already; nothing was changed (revision {now})"), soft_wrap=True)
        else:
            out().print(plain(f"{report_id} is at revision {now}"), soft_wrap=True)
            for line in change_lines(entry["changed"], ZONE):
                out().print(plain(f"  {line}"), soft_wrap=True)


def retract(
    report_id: ReportId,
    *,
    reason: Reason,
    expect_revision: Expect = None,
    log: Log = None,
    author: Author = None,
    json: Json = False,
) -> None:
    """Take a report out of the list, not out of the log; `restore` brings it back."""
    with refusals(as_json=json), opened(log, author=author) as held:
        now = held.retract(report_id, reason=reason, expect_revision=expect_revision)
        _done(report_id, now, "is retracted", json=json)


def restore(
    report_id: ReportId,
    *,
    reason: Reason,
    expect_revision: Expect = None,
    log: Log = None,
    author: Author = None,
    json: Json = False,
) -> None:
    """Bring a retracted report back as it was."""
    with refusals(as_json=json), opened(log, author=author) as held:
        now = held.restore(report_id, reason=reason, expect_revision=expect_revision)
        _done(report_id, now, "is back", json=json)


def link(
    report_id: ReportId,
    other_id: OtherId,
    relation: Annotated[str, typer.Argument(metavar="RELATION", help='repost, "same event" or different.')],
    *,
    reason: Reason,
    log: Log = None,
    author: Author = None,
    json: Json = False,
) -> None:
    """Note what you found of two reports: the first is a repost of the other, the same event, or different."""
    with refusals(as_json=json), opened(log, author=author) as held:
        # Without a blank it needs no quotes.
        relation = "same event" if relation in ("same-event", "same_event") else relation
        now = held.link(report_id, other_id, relation, reason=reason)
        _done(report_id, now, f"is linked to {other_id}: {relation}", json=json)


def unlink(
    report_id: ReportId,
    other_id: OtherId,
    *,
    reason: Reason,
    log: Log = None,
    author: Author = None,
    json: Json = False,
) -> None:
    """Take back a link; that it was made stays on record."""
    with refusals(as_json=json), opened(log, author=author) as held:
        now = held.unlink(report_id, other_id, reason=reason)
        _done(report_id, now, f"is no longer linked to {other_id}", json=json)


def _done(report_id: str, revision: int, what: str, *, json: bool) -> None:
    if json:
        show_json({"report_id": report_id, "revision": revision})
    else:
        out().print(plain(f"{report_id} {what} (revision {revision})"), soft_wrap=True)
