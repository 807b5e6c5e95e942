"""Commands that read a report log: list, show, history, changes, suggest, export, snapshot and verify."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from tracker.cli_log_options import (
    AsOf,
    Box,
    Json,
    Kind,
    Log,
    ReportId,
    Since,
    Unit,
    Until,
    Zone,
    checked_zone,
    chosen,
    opened,
)
from tracker.cli_log_words import (
    Record,
    change_lines,
    headline,
    interval,
    records,
    revision_line,
    revision_records,
    when,
    whole_report,
)
from tracker.terminal import NOT_SOUND, busy, in_line, one_line, out, plain, refusals, show_json

MOST = 100
"""Reports that a list writes out unless asked for more."""
_WIDE = 100
"""Characters of a terminal that has room for the publisher."""


def list_(
    *,
    unit: Unit = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    bbox: Box = None,
    as_of: AsOf = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Only as many, those added last; 0 for all. {MOST}, or all with --json.")
    ] = None,
    zone: Zone = "UTC",
    log: Log = None,
    json: Json = False,
) -> None:
    """List reports, in the order in which they were added."""
    with refusals(as_json=json):
        shown_in = checked_zone(zone)
        wanted = chosen(as_of=as_of, unit=unit, kind=kind, since=since, until=until, bbox=bbox)
        with opened(log) as held:
            reports = held.reports(**wanted)
        most = (len(reports) if json else MOST) if limit is None else limit or len(reports)
        rows = records(reports.iloc[max(len(reports) - most, 0) :])
        if json:
            show_json({"total": len(reports), "reports": rows})
            return
        _show_list(rows, shown_in, total=len(reports))


def _show_list(rows: list[Record], zone: str, *, total: int) -> None:
    from tracker.wording import counted

    if not rows:
        out().print("no report" if not total else counted(total, "report"))
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    years = {when(row["earliest"], zone)[:4] for row in rows}
    # A year that all share is said once, which leaves room for the words.
    year, begin = (f"{years.pop()}-", 5) if len(years) == 1 else ("", 0)
    names = ["id", "kind", "unit", f"{year} from", "to", "place", "grade"]
    names += ["publisher"] if out().width >= _WIDE else []
    for name in names:
        table.add_column(plain(name.strip()), overflow="fold", no_wrap=name not in ("unit", "place", "publisher"))
    for row in rows:
        first, last = when(row["earliest"], zone), when(row["latest"], zone)
        last = last[11:] if last[:10] == first[:10] else last if row["latest"] is None else last[begin:]
        first = first[begin:]
        texts = [
            one_line(in_line(row[name] or "") if name == "report_id" else row[name] or "", 40)
            for name in ("report_id", "kind", "unit", "place", "publisher")
        ]
        place = texts[3] if row["lon"] is not None else f"{texts[3]} (no point)".strip()
        grade = f"{row['reliability'] or 'F'}{row['credibility'] or 6}"
        cells = (texts[0], texts[1], texts[2], first, last, place, grade, texts[4])
        table.add_row(*map(plain, cells[: len(names)]))
    out().print(table)
    more = "" if len(rows) == total else f" (the {len(rows)} added last; --limit 0 lists all)"
    out().print(plain(f"{counted(total, 'report')}{more}; times: {zone}"))


def show(report_id: ReportId, *, as_of: AsOf = None, zone: Zone = "UTC", log: Log = None, json: Json = False) -> None:
    """Show the whole of a report, and what it is linked to."""
    with refusals(as_json=json):
        from tracker.model import TrackerError

        shown_in = checked_zone(zone)
        with opened(log) as held:
            history = held.history(report_id)
            reports = held.reports(as_of=as_of)
            links = held.links(as_of=as_of)
        found = records(reports[reports["report_id"] == report_id])
        if not found and as_of is not None:
            raise TrackerError(f"the log did not hold {report_id} at {as_of}; `tracker log history` says when it came")
        # A retracted report is out of the list, and can still be read.
        row = found[0] if found else records(history[list(reports.columns)].iloc[-1:])[0]
        linked = records(links[(links["report_id"] == report_id) | (links["other_id"] == report_id)])
        if json:
            show_json({"report": row, "retracted": not found, "links": linked})
            return
        lines = out()
        lines.print(plain(f"{in_line(report_id)}: {headline(row)}"), soft_wrap=True)
        if not found:
            why = revision_line(revision_records(history)[-1], shown_in)
            lines.print(plain(f"  RETRACTED  {why}"), soft_wrap=True)
        for name, value in whole_report(row, shown_in):
            lines.print(plain(f"  {name:<12} {value}"), soft_wrap=True)
        for one in linked:
            to = f"{one['report_id']} is a {one['relation']} of" if one["relation"] == "repost" else one["relation"]
            said = (
                f"{to} {one['other_id']}"
                if one["relation"] == "repost"
                else f"{to}: {one['report_id']}, {one['other_id']}"
            )
            said = in_line(f"{said} ({one['author']}: {one['reason']})")
            lines.print(plain(f"  {'link':<12} {said}"), soft_wrap=True)


def history(report_id: ReportId, *, zone: Zone = "UTC", log: Log = None, json: Json = False) -> None:
    """Every revision of a report: who, when, why, and what changed."""
    with refusals(as_json=json):
        shown_in = checked_zone(zone)
        with opened(log) as held:
            entries = revision_records(held.history(report_id))
        if json:
            show_json({"report_id": report_id, "revisions": entries})
            return
        out().print(plain(f"{in_line(report_id)} (times: {shown_in})"), soft_wrap=True)
        for entry in entries:
            out().print(plain(f"{entry['revision']:>4}  {revision_line(entry, shown_in)}"), soft_wrap=True)
            if entry["revision"] > 1:
                for line in change_lines(entry["changed"], shown_in):
                    out().print(plain(f"        {line}"), soft_wrap=True)


def changes(
    *,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="Where the last call ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Revisions at most.")] = 1000,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for something new.")] = 0,
    zone: Zone = "UTC",
    log: Log = None,
    json: Json = False,
) -> None:
    """What came into the log after a cursor, in order, and the cursor to ask with the next time."""
    with refusals(as_json=json):
        shown_in = checked_zone(zone)
        with opened(log) as held:
            if wait:
                held.wait(wait, cursor=after or "")
            came = held.changes(after, limit=limit)
        rows = records(came.revisions)
        if json:
            show_json({"revisions": rows, "cursor": came.cursor})
            return
        for row in rows:
            line = f"{in_line(row['report_id'])}  {row['revision']}  {revision_line(row, shown_in)}"
            out().print(plain(line), soft_wrap=True)
        out().print(plain(f"cursor: {came.cursor or '(the beginning)'}"), soft_wrap=True)


def suggest(
    *,
    limit: Annotated[int, typer.Option(min=1, help="Pairs at most, the surest first.")] = 10,
    zone: Zone = "UTC",
    log: Log = None,
    json: Json = False,
) -> None:
    """Pairs that may be reposts or one event, each with the command that accepts it; nothing is linked by itself."""
    with refusals(as_json=json):
        from tracker.evidence import suggest_links

        shown_in = checked_zone(zone)
        with opened(log) as held, busy("Comparing reports"):
            reports = held.reports()
            found = suggest_links(reports, held.links())
        pairs = records(found.head(limit))
        if json:
            show_json({"total": len(found), "suggestions": pairs})
            return
        told = {row["report_id"]: row for row in records(reports)}
        for pair in pairs:
            one, other = pair["report_id"], pair["other_id"]
            line = f"{one} {_related(pair['relation'])} {other} ({pair['score']:.2f}): {pair['reason']}"
            out().print(plain(in_line(line)), soft_wrap=True)
            for name in (one, other):
                row = told[name]
                who = row["publisher"] or "nobody named"
                said = f"{headline(row)}, {interval(row, shown_in)}; {who}: {row['summary'] or ''}"
                out().print(plain(f"    {in_line(name)}  {one_line(said, 160)}"), soft_wrap=True)
            words = [one, other, pair["relation"].replace(" ", "-"), "--reason", pair["reason"]]
            out().print(plain(f"    tracker log link {in_line(shlex.join(words))}"), soft_wrap=True)
        more = f" (the {len(pairs)} surest; --limit shows more)" if len(found) > len(pairs) else ""
        out().print(plain(f"{len(found)} suggested{more}"))


def _related(relation: str) -> str:
    return "may be a repost of" if relation == "repost" else "may tell of the same event as"


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; its ending chooses the format.")],
    *,
    format: Annotated[str | None, typer.Option(help="csv, tsv, geojson, gpkg, parquet, kml or gpx.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Leave out author and notes.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    unit: Unit = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    bbox: Box = None,
    as_of: AsOf = None,
    log: Log = None,
    json: Json = False,
) -> None:
    """Write reports into a file for other programs: CSV, GeoJSON, GeoPackage, GeoParquet, KML or GPX."""
    with refusals(as_json=json):
        from tracker.evidence import write_reports
        from tracker.wording import counted

        wanted = chosen(as_of=as_of, unit=unit, kind=kind, since=since, until=until, bbox=bbox)
        with opened(log) as held:
            reports = held.reports(**wanted)
        with busy("Writing"):
            number = write_reports(reports, file, format=format, public=public, overwrite=overwrite)
        if json:
            show_json({"file": str(file), "reports": number, "left_out": len(reports) - number})
            return
        left = f"; {len(reports) - number} without a place left out" if number < len(reports) else ""
        out().print(plain(f"{file}: {counted(number, 'report')}{left}"), soft_wrap=True)


def snapshot(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file, by custom ending in .gpkg.")],
    *,
    log: Log = None,
    json: Json = False,
) -> None:
    """Write the whole log, as it is at one moment, into a new file: for keeping, or for other programs."""
    with refusals(as_json=json):
        with opened(log) as held, busy("Writing"):
            held.snapshot(file)
        if json:
            show_json({"file": str(file)})
        else:
            out().print(
                plain(f"{file}: the whole log, a log itself; check it with `tracker log verify`"), soft_wrap=True
            )


def verify(
    *,
    digest: Annotated[
        str | None, typer.Option(help="One noted earlier, to see whether all of that time is there.")
    ] = None,
    log: Log = None,
    json: Json = False,
) -> None:
    """Look at every revision one by one: is it as it was written? Ends with 4 if one is not."""
    with refusals(as_json=json):
        from tracker.wording import counted

        with opened(log) as held, busy("Looking at every revision"):
            audit = held.verify(digest=digest)
        if json:
            show_json(
                {
                    "sound": audit.sound,
                    "revisions": audit.revisions,
                    "reports": audit.reports,
                    "digest": audit.digest,
                    "problems": list(audit.problems),
                }
            )
        else:
            amount = f"{counted(audit.revisions, 'revision')} of {counted(audit.reports, 'report')}"
            state = "every one is as it was written" if audit.sound else "NOT as it was written"
            out().print(plain(f"{amount}: {state}"), soft_wrap=True)
            for problem in audit.problems:
                out().print(plain(f"  {in_line(problem)}"), soft_wrap=True)
            out().print(plain(f"digest: {audit.digest}"), soft_wrap=True)
        if not audit.sound:
            raise typer.Exit(NOT_SOUND)
