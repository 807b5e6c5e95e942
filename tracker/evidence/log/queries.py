"""What is asked of a report log, in SQL that both backends understand."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from tracker.evidence.log.cells import table_of, without_collector
from tracker.evidence.log.revision import COLUMNS, CONTENT, ENTRY, Cell
from tracker.evidence.voices import origins_after
from tracker.model import tables

if TYPE_CHECKING:
    from tracker.evidence.log.store import Store

HISTORY = (*ENTRY, *(name for name in tables.REPORTS if name not in ENTRY), "hash")
"""Columns of a table of revisions: how each came into the log, what it then said, its hash."""

_ORDER = "_order"
"""The number of a report's first revision, by which tables are ordered."""

_PORTION = 20_000

LINKS = ("report_id", "other_id", "relation", "author", "reason", "recorded_at")


def current(
    store: "Store",
    connection: sa.Connection,
    *,
    as_of: str | None,
    unit: Collection[str] | None,
    kind: Collection[str] | None,
    since: str | None,
    until: str | None,
    bbox: tuple[float, float, float, float] | None,
    columns: Sequence[str],
) -> gpd.GeoDataFrame:
    """The reports that hold, as `ReportLog.reports` describes them; times as the log writes them."""
    where: list[str] = []
    given: dict[str, Any] = {"as_of": as_of} if as_of else {}
    for name, wanted in (("unit", unit), ("kind", kind)):
        if wanted is not None:
            places = [f"{name}{number}" for number in range(len(wanted))]
            where.append(f"r.{name} IN ({', '.join(f':{place}' for place in places) or 'NULL'})")
            given |= dict(zip(places, wanted, strict=True))
    if since:
        where.append(f"(r.latest >= {store.moment('since')} OR r.latest IS NULL)")
        given["since"] = since
    if until:
        where.append(f"r.earliest <= {store.moment('until')}")
        given["until"] = until
    if bbox:
        given |= dict(zip(("west", "south", "east", "north"), bbox, strict=True))
        over_dateline = bbox[0] > bbox[2]
        if near := store.near_box(over_dateline=over_dateline):
            where.append(near)
        either = "OR" if over_dateline else "AND"
        where.append(f"r.lat BETWEEN :south AND :north AND (r.lon >= :west {either} r.lon <= :east)")
    cells = [name for column in columns for name in (("lon", "lat") if column == "geometry" else (column,))]
    after = _origins_as_linked(store, connection, as_of=as_of) if "origin" in columns else {}
    names = [*cells, _ORDER, "_report_id"]

    def portions() -> Iterator[list[Any]]:
        for place, latest_one in _latest(store, as_of=as_of):
            query = f"SELECT {', '.join(f'r.{name}' for name in cells)}, {place}, r.report_id FROM report_log r"
            for rows in in_portions(connection, f"{query} WHERE {' AND '.join([latest_one, *where])}", given):
                yield _as_linked(rows, after, place=cells.index("origin")) if after else rows

    return table_of(portions(), names, columns, order_by=_ORDER)


def links(store: "Store", connection: sa.Connection, *, as_of: str | None) -> pd.DataFrame:
    """The links that hold: columns `LINKS`, in the order in which they were made."""
    known = f" AND recorded_at <= {store.moment('as_of')}" if as_of else ""
    names = [*LINKS, "operation"]
    query = f"SELECT {', '.join(names)} FROM report_log WHERE other_id IS NOT NULL{known} ORDER BY seq"
    held: dict[tuple[str, str], tuple[Any, ...]] = {}
    for row in _rows(connection, query, {"as_of": as_of} if as_of else {}):
        held.pop((row[0], row[1]), None)
        if row[-1] == "link":
            held[row[0], row[1]] = row
    return pd.DataFrame(table_of([list(held.values())], names, LINKS))


def latest(store: "Store", connection: sa.Connection, report_id: str) -> dict[str, Cell] | None:
    """The cells of `COLUMNS` of the last revision of a report, None if there is none."""
    query = f"SELECT {_cells(store)} FROM report_log WHERE report_id = :id ORDER BY revision DESC LIMIT 1"
    rows = _rows(connection, query, {"id": report_id})
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def units(connection: sa.Connection) -> set[str]:
    """The units that any revision names, from one to the next by their index."""
    following = "SELECT min(l.unit) FROM report_log l WHERE l.unit > named.unit"
    query = (
        "WITH RECURSIVE named(unit) AS (SELECT min(unit) FROM report_log UNION ALL "
        f"SELECT ({following}) FROM named WHERE named.unit IS NOT NULL) SELECT unit FROM named WHERE unit IS NOT NULL"
    )
    return {str(unit) for (unit,) in _rows(connection, query, {})}


def contents_held(store: "Store", connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[tuple[Cell, ...]]]:
    """What each known one of some reports says and said: id -> cells of `CONTENT`, of each revision and as linked."""
    held: dict[str, list[tuple[Cell, ...]]] = {}
    if not _rows(connection, "SELECT 1 FROM report_log LIMIT 1", {}):
        return held
    cells = ", ".join(store.as_text(name) for name in CONTENT)
    for begin in range(0, len(ids), 10_000):
        among, given = store.among(ids[begin : begin + 10_000])
        query = f"SELECT report_id, {cells} FROM report_log WHERE {among} ORDER BY report_id, revision"
        for report_id, *content in _rows(connection, query, given):
            held.setdefault(report_id, []).append(tuple(content))
    # A table that came out of the log has the origins of the links in it.
    origin = CONTENT.index("origin")
    for report_id, linked in _origins_as_linked(store, connection, as_of=None).items() if held else ():
        if report_id in held:
            last = held[report_id][-1]
            held[report_id].append((*last[:origin], linked, *last[origin + 1 :]))
    return held


def revisions(
    store: "Store", connection: sa.Connection, where: str, given: Mapping[str, Any], *, also: str = ""
) -> list[Any]:
    """Rows of the cells of `COLUMNS`, and of one more expression, of the revisions that a condition picks."""
    more = f", {also}" if also else ""
    return _rows(connection, f"SELECT {_cells(store)}{more} FROM report_log WHERE {where}", given)


def table_of_revisions(rows: Sequence[Sequence[Any]]) -> gpd.GeoDataFrame:
    """The table with columns `HISTORY` of rows of the cells of `COLUMNS`."""
    return table_of([rows], COLUMNS, HISTORY)


def _cells(store: "Store") -> str:
    return ", ".join(store.as_text(name) for name in COLUMNS)


def _rows(connection: sa.Connection, query: str, given: Mapping[str, Any]) -> list[Any]:
    return [row for portion in in_portions(connection, query, given) for row in portion]


def in_portions(connection: sa.Connection, query: str, given: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Rows of a query, some ten thousand at a time."""
    result = connection.execute(sa.text(query), given)
    try:
        # Plain tuples, straight from the driver: SQLAlchemy's rows would take twice the time.
        while (cursor := result.cursor) is not None:
            with without_collector():
                rows = list(cursor.fetchmany(_PORTION))
            if not rows:
                return
            yield rows
    finally:
        result.close()


def _latest(store: "Store", *, as_of: str | None) -> list[tuple[str, str]]:
    """The revisions that hold, as two conditions on r, each with the number of the report's first revision.

    Most reports have one revision: to see that none of them has another, the index of the changed ones is enough.
    """
    known = f" AND {{0}}.recorded_at <= {store.moment('as_of')}" if as_of else ""
    changed = f"SELECT c.report_id FROM report_log c WHERE c.revision > 1{known.format('c')}"
    later = f"n.report_id = r.report_id AND n.revision = r.revision + 1{known.format('n')}"
    first = "(SELECT f.seq FROM report_log f WHERE f.report_id = r.report_id AND f.revision = 1)"
    return [
        ("r.seq", f"r.revision = 1 AND r.report_id NOT IN ({changed}){known.format('r')}"),
        (
            first,
            f"r.revision > 1 AND r.operation <> 'retract'{known.format('r')}"
            f" AND NOT EXISTS(SELECT 1 FROM report_log n WHERE {later})",
        ),
    ]


def _origins_as_linked(store: "Store", connection: sa.Connection, *, as_of: str | None) -> Mapping[str, str | None]:
    """The origin of each report that is linked as a repost, or repeated by one: id -> origin."""
    held = links(store, connection, as_of=as_of)
    reposts = held[held["relation"] == "repost"]
    if reposts.empty:
        return {}
    among, given = store.among(sorted({*reposts["report_id"], *reposts["other_id"]}))
    known = f" AND recorded_at <= {store.moment('as_of')}" if as_of else ""
    query = f"SELECT report_id, origin FROM report_log WHERE {among}{known} ORDER BY seq"
    return origins_after(reposts, dict(_rows(connection, query, given | ({"as_of": as_of} if as_of else {}))))


def _as_linked(rows: list[Any], after: Mapping[str, str | None], *, place: int) -> list[Any]:
    """Rows that end with the report's id, with the origin of the report that each was found to repeat."""
    return [(*row[:place], after.get(row[-1], row[place]), *row[place + 1 :]) for row in rows]
