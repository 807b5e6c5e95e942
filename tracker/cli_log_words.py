"""What a report log holds, as lines for people and as records for machines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tracker.terminal import hanging, in_line, one_line

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tracker.model import Fault

Record = dict[str, Any]

ENTRY = ("report_id", "revision", "operation", "author", "reason", "recorded_at", "relation", "other_id")
"""How a revision came into the log."""
LINK = ("report_id", "other_id", "relation", "author", "reason", "recorded_at")
_LONG = 60
_TEXTS = ("summary", "notes")
"""Columns whose text may have several lines."""
_LABEL = 15
"""Characters before a value where `show` prints a report: two blanks, the column's name in twelve, a blank."""
_SECOND = 19
"""Characters of a time in ISO 8601 to the second."""


def records(table: "pd.DataFrame | gpd.GeoDataFrame") -> list[Record]:
    """Rows as JSON has them: text to the letter, times as ISO 8601 with a Z, lon and lat for the geometry, None."""
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    for name in table.columns:
        cells = table[name]
        if name == "geometry":
            placed = cells.notna() & ~cells.is_empty
            for axis, values in (("lon", cells.x), ("lat", cells.y)):
                columns[axis] = [float(value) if here else None for value, here in zip(values, placed, strict=True)]
        elif isinstance(cells.dtype, pd.DatetimeTZDtype):
            columns[name] = [None if pd.isna(moment) else _iso(moment) for moment in cells]
        else:
            columns[name] = [
                None if pd.isna(cell) else getattr(cell, "item", lambda cell=cell: cell)() for cell in cells
            ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _iso(moment: "pd.Timestamp") -> str:
    return moment.tz_convert("UTC").tz_localize(None).isoformat(timespec="auto") + "Z"


def revision_records(table: "gpd.GeoDataFrame") -> list[Record]:
    """Revisions of one report in their order: who, when and why, and ``changed``: column -> what was and what is."""
    found: list[Record] = []
    before: Record = {}
    for row in records(table):
        content = {name: value for name, value in row.items() if name not in (*ENTRY, "hash")}
        entry = {name: row[name] for name in ENTRY}
        changed = {
            name: {"from": before.get(name), "to": value}
            for name, value in content.items()
            if before.get(name) != value
        }
        found.append({**entry, "changed": changed, "hash": row["hash"]})
        before = content
    return found


# ---- for people


def when(time: str | None, zone: str) -> str:
    """A moment of a record in a zone, to the minute."""
    import pandas as pd

    if time is None:
        return "(open)"
    return f"{pd.Timestamp(time).tz_convert(zone):%Y-%m-%d %H:%M}"


def interval(row: Record, zone: str) -> str:
    """When a report was, in a zone: the day is said once."""
    first, last = when(row["earliest"], zone), when(row["latest"], zone)
    if first == last:
        return f"{first} ({zone})"
    return f"{first} to {last[11:] if first[:10] == last[:10] else last} ({zone})"


def headline(row: Record) -> str:
    """What a report is, in one line."""
    unit = f" of {one_line(row['unit'], _LONG)}" if row["unit"] else ""
    place = f", {one_line(row['place'], _LONG)}" if row["place"] else ""
    return f"{row['kind']}{unit}{place}"


def where(row: Record) -> str | None:
    """The point of a report, None if it has none."""
    if row["lon"] is None:
        return None
    radius = f", within {row['radius_m']:,.0f} m" if row["radius_m"] is not None else ""
    return f"lon {row['lon']:.5f}, lat {row['lat']:.5f}{radius}"


def point_found(row: Record, how: str | None) -> str:
    """Where a new report was put, and why there; or that it is kept without a point."""
    point = where(row)
    if point is not None:
        return f"{point} ({in_line(how or 'as given').removeprefix('point ')})"
    if row["place"]:
        return f"kept without a point: nothing at hand knows {one_line(row['place'], _LONG)!r}"
    return "kept without a point: no place was given"


def whole_report(row: Record, zone: str) -> list[tuple[str, str]]:
    """Every column that a report has, with its name, text in full; no line of it can pass for a column."""
    shown = [("when", interval(row, zone))]
    if point := where(row):
        shown.append(("point", point))
    told = ("lon", "lat", "radius_m", "earliest", "latest", "report_id", "kind", "recorded_at")
    shown += [
        (name, hanging(value, _LABEL) if name in _TEXTS else in_line(value))
        for name, value in row.items()
        if name not in told and value is not None
    ]
    shown.append(("recorded", f"{when(row['recorded_at'], zone)} ({zone})"))
    return shown


def revision_line(entry: Record, zone: str) -> str:
    """Who did what when, and why."""
    other = f" {entry['relation']} {in_line(entry['other_id'])}" if entry["other_id"] else ""
    why = f": {one_line(entry['reason'], 200)}" if entry["reason"] else ""
    return f"{_exact(entry['recorded_at'], zone)}  {in_line(entry['author'])}  {entry['operation']}{other}{why}"


def _exact(time: str, zone: str) -> str:
    import pandas as pd

    return pd.Timestamp(time).tz_convert(zone).isoformat(sep=" ")[:_SECOND]


def change_lines(changed: Mapping[str, Mapping[str, Any]], zone: str) -> list[str]:
    """One line for each column that changed, old -> new."""
    return [
        f"{name}: {_value(name, change['from'], zone)} -> {_value(name, change['to'], zone)}"
        for name, change in changed.items()
    ]


def _value(name: str, value: object, zone: str) -> str:
    if value is None:
        return "(empty)"
    if name in ("earliest", "latest"):
        return when(str(value), zone)
    return one_line(str(value), 200)


def parse_changes(said: Sequence[str]) -> dict[str, object]:
    """The changes in ``column=value`` as the log's `correct` takes them; an empty value makes the column empty.

    Raises
    ------
    TrackerError
        Something is no such pair, or a column is given twice.
    BadReport
        With every column that a report does not have, or that cannot be corrected.
    """
    from tracker.model import BadReport, TrackerError

    columns = _correctable()
    changes: dict[str, object] = {}
    for pair in said:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            raise TrackerError(f"{pair!r} names no column; write --set column=value, as in --set radius_m=8000")
        name = "radius_m" if name == "radius" else name
        if name in changes:
            raise TrackerError(f"--set gives {name} twice; keep one of them")
        changes[name] = _number(value) if name in ("lon", "lat", "radius_m", "credibility") else value or None
    if faults := [_no_column(name, columns) for name in changes if name not in columns]:
        raise BadReport(faults)
    return changes


def _correctable() -> tuple[str, ...]:
    """What `correct` takes: what a report says, not how it came into the log, and the words of a time."""
    from tracker.model import tables

    columns = [name for name in tables.REPORTS if name not in (*ENTRY, "geometry")]
    return (*columns, "lon", "lat", "time", "within", "zone")


def _no_column(name: str, columns: Sequence[str]) -> "Fault":
    from difflib import get_close_matches

    from tracker.model import Fault

    like = get_close_matches(name.casefold(), columns, n=1)
    return Fault(
        file="<report>",
        row=None,
        column=in_line(name),
        value="",
        problem="is nothing that a report has, or that can be corrected",
        remedy=f"{f'write {like[0]}; ' if like else ''}choose among {', '.join(columns)}",
    )


def _number(value: str) -> object:
    """A number where it is one; anything else is for the log to refuse."""
    if not value.strip():
        return None
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() else number
