"""The verbs of a report log, the same over every store."""

import functools
import getpass
import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from tracker.evidence.log import queries
from tracker.evidence.log.admission import MAX_NAME, admitted
from tracker.evidence.log.audit import audit, digest_of
from tracker.evidence.log.cells import written
from tracker.evidence.log.making import finish_copy, new_file
from tracker.evidence.log.plain_words import plainly
from tracker.evidence.log.protocol import Audit, Changes
from tracker.evidence.log.revision import (
    COLUMNS,
    CONTENT,
    ENTRY,
    RELATIONS,
    Cell,
    content_id,
    contents_written,
    sealed,
)
from tracker.evidence.log.said import Said
from tracker.evidence.log.sayings import LookUp, said_anew, said_otherwise
from tracker.evidence.log.store import Store
from tracker.model import BadReport, Conflict, Fault, LogUnavailable, MissingFile, UnknownReport, moments, tables

_PORTION = 20_000
"""Revisions written in one go."""
_SHOWN = 20


class SqlReportLog:
    """A `ReportLog` in a store."""

    def __init__(self, store: Store, *, author: str | None, look_up: LookUp, zone: str | None) -> None:
        self._store = store
        self._author = author
        self._look_up = look_up
        self._zone = zone
        with store.reading() as connection:
            self._seen = store.cursor(connection)

    def __repr__(self) -> str:
        return f"<report log {self._store}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- adding

    def add(
        self,
        reports: gpd.GeoDataFrame,
        author: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[str]:
        """See `ReportLog`."""
        cells, who = admitted(reports), self._who(author)
        ids = [str(name) for name in cells["report_id"]]
        contents = contents_written(cells)

        def change(connection: sa.Connection, now: str) -> list[str]:
            held = queries.contents_held(self._store, connection, ids)
            fresh = [row for row, name in enumerate(ids) if name not in held] if held else range(len(ids))
            taken = [
                name
                for row, name in enumerate(ids)
                if name in held and tuple(cells[column][row] for column in CONTENT) not in held[name]
            ]
            if taken:
                raise Conflict(_taken(taken))
            self._refuse_other_spelling(connection, {cells["unit"][row] for row in fresh})
            for begin in range(0, len(fresh), _PORTION):
                rows = fresh[begin : begin + _PORTION]
                picked = {name: [cells[name][row] for row in rows] for name in ("report_id", *CONTENT)}
                self._write(connection, now, picked, author=who, contents=[contents[row] for row in rows])
                if progress:
                    progress(begin + len(rows), len(fresh))
            return ids

        return self._store.write(change)

    def add_sighting(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("sighting", **said)[0]

    def add_roadblock(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("roadblock", **said)[0]

    def add_incident(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("incident", **said)[0]

    def add_absence(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("absence", **said)[0]

    def add_turnaround(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("turnaround", **said)[0]

    def add_statement(self, **said: Unpack[Said]) -> str:
        """See `ReportLog`."""
        return self.say("statement", **said)[0]

    def import_file(
        self,
        path: str | os.PathLike[str],
        *,
        profile: str | None = None,
        layer: str | None = None,
        dry_run: bool = False,
        author: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> pd.DataFrame:
        """See `ReportLog`."""
        from tracker.evidence.findings import faults_table
        from tracker.evidence.oddities import oddities
        from tracker.evidence.reading import check_file, read_with_rows

        if dry_run and (faults := check_file(path, profile=profile, layer=layer)):
            return faults_table(faults)
        reports, rows = read_with_rows(path, profile=profile, layer=layer)
        if not dry_run:
            self.add(reports, author, progress=progress)
        return faults_table(oddities(reports, file=Path(path).name, rows=rows))

    # ---- changing

    def correct(
        self,
        report_id: str,
        *,
        reason: str,
        author: str | None = None,
        expect_revision: int | None = None,
        **changes: object,
    ) -> int:
        """See `ReportLog`."""
        if not changes:
            raise BadReport([_fault("changes", "", "are missing", "name a column, as in radius_m=8000")])

        look_up = functools.cache(self._look_up)
        if isinstance(changes.get("place"), str) and not {"lon", "lat"} & set(changes):
            # Before the turn: it may ask a server, and others wait to write.
            look_up(str(changes["place"]))

        def otherwise(held: Mapping[str, Cell]) -> Sequence[Cell]:
            return said_otherwise(held, changes, look_up=look_up, zone=self._zone).content

        return self._revise(report_id, "correct", otherwise, reason=reason, author=author, expected=expect_revision)

    def retract(
        self, report_id: str, *, reason: str, author: str | None = None, expect_revision: int | None = None
    ) -> int:
        """See `ReportLog`."""
        return self._revise(report_id, "retract", _as_it_is, reason=reason, author=author, expected=expect_revision)

    def restore(
        self, report_id: str, *, reason: str, author: str | None = None, expect_revision: int | None = None
    ) -> int:
        """See `ReportLog`."""
        return self._revise(report_id, "restore", _as_it_is, reason=reason, author=author, expected=expect_revision)

    def link(
        self, report_id: str, other_id: str, relation: str, *, reason: str, author: str | None = None,
        expect_revision: int | None = None,
    ) -> int:  # fmt: skip
        """See `ReportLog`."""
        if relation not in RELATIONS:
            known = ", ".join(RELATIONS)
            raise BadReport([_fault("relation", str(relation), "is not known", f"write one of {known}")])
        if report_id == other_id:
            raise BadReport([_fault("other_id", other_id, "is the report itself", "give another report")])
        return self._revise(
            report_id, "link", _as_it_is, reason=reason, author=author, expected=expect_revision,
            relation=relation, other_id=other_id,
        )  # fmt: skip

    def unlink(
        self, report_id: str, other_id: str, *, reason: str, author: str | None = None,
        expect_revision: int | None = None,
    ) -> int:  # fmt: skip
        """See `ReportLog`."""
        return self._revise(
            report_id, "unlink", _as_it_is, reason=reason, author=author, expected=expect_revision, other_id=other_id
        )

    # ---- asking

    def links(self, *, as_of: object = None) -> pd.DataFrame:
        """See `ReportLog`."""
        with self._store.reading() as connection:
            return queries.links(self._store, connection, as_of=_moment(as_of, of="as_of"))

    def reports(
        self,
        *,
        as_of: object = None,
        unit: str | Collection[str] | None = None,
        kind: str | Collection[str] | None = None,
        since: object = None,
        until: object = None,
        bbox: tuple[float, float, float, float] | None = None,
        columns: Collection[str] | None = None,
    ) -> gpd.GeoDataFrame:
        """See `ReportLog`."""
        columns = [columns] if isinstance(columns, str) else columns
        # With the points whatever is asked for, so that the answer is always a map.
        wanted = [name for name in tables.REPORTS if columns is None or name in columns or name == "geometry"]
        if columns is not None and (unknown := sorted(set(columns) - set(wanted))):
            raise BadReport([_fault(name, "", "is no column of reports", _COLUMNS_ARE) for name in unknown])
        with self._store.reading() as connection:
            return queries.current(
                self._store,
                connection,
                as_of=_moment(as_of, of="as_of"),
                unit=[unit] if isinstance(unit, str) else unit,
                kind=[kind] if isinstance(kind, str) else kind,
                since=_moment(since, of="since"),
                until=_moment(until, of="until"),
                bbox=_box(bbox),
                columns=wanted,
            )

    def history(self, report_id: str) -> gpd.GeoDataFrame:
        """See `ReportLog`."""
        with self._store.reading() as connection:
            where = "report_id = :id ORDER BY revision"
            rows = queries.revisions(self._store, connection, where, {"id": _known_as(report_id)})
        if not rows:
            raise _unknown(report_id, self._store)
        return queries.table_of_revisions(rows)

    def changes(self, cursor: str | None = None, *, limit: int = 10_000) -> Changes:
        """See `ReportLog`."""
        if not isinstance(limit, int) or limit < 1:
            raise BadReport([_fault("limit", str(limit), "is not above zero", "give a whole number, as in 10000")])
        where, order, given, own = self._store.after(cursor or "")
        with self._store.reading() as connection:
            query = f"{where} ORDER BY {order} LIMIT :most"
            rows = queries.revisions(self._store, connection, query, {**given, "most": int(limit)}, also=own)
        end = str(rows[-1][-1]) if rows else cursor or ""
        return Changes(revisions=queries.table_of_revisions([row[:-1] for row in rows]), cursor=end)

    def wait(self, timeout: float, *, cursor: str | None = None) -> bool:
        """See `ReportLog`."""
        came = self._store.changed(self._seen if cursor is None else cursor, within_s=timeout)
        if came and cursor is None:
            with self._store.reading() as connection:
                self._seen = self._store.cursor(connection)
        return came

    def digest(self) -> str:
        """See `ReportLog`."""
        with self._store.reading() as connection:
            return digest_of(connection)

    def verify(self, *, digest: str | None = None) -> Audit:
        """See `ReportLog`."""
        with self._store.reading() as connection:
            return audit(self._store, connection, digest=digest)

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """See `ReportLog`."""
        target = Path(path)
        if not target.parent.is_dir():
            raise MissingFile(f"there is no folder {str(target.parent)!r} for the snapshot; make it, or check the path")
        if target.exists():
            raise LogUnavailable(f"{target} is there already; give the snapshot another name, or move the file away")
        with plainly(target), new_file(target) as draft:
            self._store.copy_to(draft)
            finish_copy(draft)

    def close(self) -> None:
        """See `ReportLog`."""
        self._store.close()

    # ---- how it is done

    def _who(self, author: str | None) -> str:
        name = author if author is not None else self._author
        if name is None:
            try:
                name = getpass.getuser()
            except (OSError, KeyError, ImportError):
                name = ""
        if not isinstance(name, str) or not name.strip():
            raise BadReport([_fault("author", str(name), "is empty", "say who adds or changes reports: author=...")])
        return _line("author", name)

    def say(self, kind: str, **said: Unpack[Said]) -> tuple[str, bool]:
        """See `ReportLog`."""
        told = said_anew(kind, said, look_up=self._look_up, zone=self._zone)
        who, given = self._who(said.get("author")), said.get("report_id")
        if given is not None and (not isinstance(given, str) or not given.strip()):
            raise BadReport([_fault("report_id", str(given), "is no id", "give text, or leave it out")])
        report_id = content_id(told.content) if given is None else _line("report_id", given.strip())
        cells: dict[str, list[Cell]] = {name: [cell] for name, cell in zip(CONTENT, told.content, strict=True)}
        cells["report_id"] = [report_id]

        def change(connection: sa.Connection, now: str) -> tuple[str, bool]:
            last = queries.latest(self._store, connection, report_id)
            if last is None:
                self._refuse_other_spelling(connection, [told.content[CONTENT.index("unit")]])
                self._write(connection, now, cells, author=who, contents=contents_written(cells), reason=told.how)
            elif last["operation"] == "retract":
                raise Conflict(f"{report_id} was retracted by {last['author']} ({last['reason']}); restore it instead")
            elif told.content not in queries.contents_held(self._store, connection, [report_id])[report_id]:
                raise Conflict(_taken([report_id]))
            return report_id, last is None

        return self._store.write(change)

    def _refuse_other_spelling(self, connection: sa.Connection, units: Iterable[Cell]) -> None:
        """Refuse units that differ only in case or blanks from one that the log has: they would be two tracks."""
        new = {str(unit) for unit in units if unit is not None}
        if not new:
            return
        held = queries.units(connection)
        usual = {" ".join(name.split()).casefold(): name for name in sorted(held)}
        faults = [
            _fault("unit", name, "differs only in case or blanks from another unit of the log", f"write {same}")
            for name in sorted(new - held)
            if (same := usual.get(" ".join(name.split()).casefold()))
        ]
        if faults:
            raise BadReport(faults)

    def _revise(
        self,
        report_id: str,
        operation: str,
        content: Callable[[Mapping[str, Cell]], Sequence[Cell]],
        *,
        reason: str,
        author: str | None,
        expected: int | None,
        relation: str | None = None,
        other_id: str | None = None,
    ) -> int:
        who = self._who(author)
        if not isinstance(reason, str) or not reason.strip():
            raise BadReport([_fault("reason", str(reason or ""), "is empty", "say why")])
        _writable("reason", reason)
        report_id, other_id = _known_as(report_id), None if other_id is None else _known_as(other_id)

        def change(connection: sa.Connection, now: str) -> int:
            last = queries.latest(self._store, connection, report_id)
            if last is None:
                raise _unknown(report_id, self._store)
            revision = int(last["revision"] or 0)
            if expected is not None and revision != expected:
                raise Conflict(
                    f"{report_id} is at revision {revision} by {last['author']}, not {expected}; look at it first"
                )
            if problem := _out_of_step(last, operation):
                raise Conflict(f"{report_id} {problem}")
            held, said = tuple(last[name] for name in CONTENT), tuple(content(last))
            kind = relation
            if operation == "correct" and said == held:
                return revision
            if (unit := said[CONTENT.index("unit")]) != last["unit"]:
                self._refuse_other_spelling(connection, [unit])
            if operation in ("link", "unlink"):
                kind = self._link_to_change(connection, report_id, str(other_id), relation)
                if kind is None:
                    return revision
            cells: dict[str, list[Cell]] = {name: [cell] for name, cell in zip(CONTENT, said, strict=True)}
            cells["report_id"] = [report_id]
            self._write(
                connection, now, cells, author=who, contents=contents_written(cells), operation=operation,
                reason=reason, revision=revision + 1, before=str(last["hash"]), relation=kind, other_id=other_id,
            )  # fmt: skip
            return revision + 1

        return self._store.write(change)

    def _link_to_change(
        self, connection: sa.Connection, report_id: str, other_id: str, relation: str | None
    ) -> str | None:
        """The relation to write (None: it is linked so already); without one, that of the link to take back."""
        if queries.latest(self._store, connection, other_id) is None:
            raise _unknown(other_id, self._store)
        links = queries.links(self._store, connection, as_of=None)
        same = links[(links["report_id"] == report_id) & (links["other_id"] == other_id)]["relation"].tolist()
        if relation is None:
            if not same:
                raise Conflict(f"{report_id} is not linked to {other_id}; nothing to take back")
            return str(same[0])
        return None if same == [relation] else relation

    def _write(
        self,
        connection: sa.Connection,
        now: str,
        cells: Mapping[str, Sequence[Cell]],
        *,
        author: str,
        contents: Sequence[str],
        operation: str = "add",
        reason: str | None = None,
        revision: int = 1,
        before: str | None = None,
        relation: str | None = None,
        other_id: str | None = None,
    ) -> None:
        size = len(contents)
        entry: dict[str, Sequence[Cell]] = {
            "report_id": cells["report_id"],
            "revision": [revision] * size,
            "operation": [operation] * size,
            "author": [author] * size,
            "reason": [reason] * size,
            "recorded_at": [now] * size,
            "relation": [relation] * size,
            "other_id": [other_id] * size,
        }
        hashes = sealed({name: entry[name] for name in ENTRY}, contents, [before] * size)
        columns = {**entry, **{name: cells[name] for name in CONTENT}, "prev_hash": [before] * size, "hash": hashes}
        self._store.insert(connection, {name: columns[name] for name in COLUMNS})


_COLUMNS_ARE = f"write some of {', '.join(tables.REPORTS)}"


def _as_it_is(held: Mapping[str, Cell]) -> Sequence[Cell]:
    return tuple(held[name] for name in CONTENT)


def _out_of_step(last: Mapping[str, Cell], operation: str) -> str | None:
    """Why an operation does not go with the last revision of a report."""
    retracted = last["operation"] == "retract"
    if operation == "restore":
        return None if retracted else "is not retracted; nothing to restore"
    if retracted:
        return f"was retracted by {last['author']} ({last['reason']}); restore it first"
    return None


def _taken(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    named = ", ".join(ids[:_SHOWN]) + more
    return (
        f"the log holds other reports with these ids: {named}; nothing was added. Give new reports ids of their own, "
        "or correct the old ones"
    )


def _unknown(report_id: object, store: object) -> UnknownReport:
    return UnknownReport(f"{store} holds no report {report_id!r}; list its ids with reports()")


def _fault(column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file="<report>", row=None, column=column, value=value[:60], problem=problem, remedy=remedy)


def _line(column: str, text: str) -> str:
    """A name that stands in one line of a table or terminal."""
    _writable(column, text)
    if len(text) > MAX_NAME or any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text):
        problem = f"has a line end or control character, or is over {MAX_NAME} characters"
        raise BadReport([_fault(column, text, problem, "write a short name in one line")])
    return text


def _known_as(report_id: object) -> str:
    """An id that is asked for, in letters that a database takes; what was never an id is simply not found."""
    return str(report_id).encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _writable(column: str, text: str) -> None:
    try:
        damaged = "\0" in text.encode().decode()
    except UnicodeEncodeError:
        damaged = True
    if damaged:
        shown = text.encode("ascii", "backslashreplace").decode()
        raise BadReport([_fault(column, shown, "has a NUL character or half of a letter", "write it anew")])


def _moment(time: object, *, of: str) -> str | None:
    return None if time is None else written(moments([time], of=of)[0])


def _box(bbox: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(edge) for edge in bbox)
    except (TypeError, ValueError):
        west = south = east = north = float("nan")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadReport([_fault("bbox", str(bbox), "is no box", "give west, south, east, north in degrees")])
    return west, south, east, north
