"""A report log as the dashboard's pages work on it: checking, adding, correcting, importing, and what was refused."""

import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

from tracker.desk_forms import HINTS, Choice, Refusal
from tracker.desk_words import (
    LABELS,
    TIMES,
    cell_text,
    degrees,
    fields,
    headline,
    plain,
    span_text,
    time_text,
    told,
)
from tracker.evidence import ReportLog, read_reports, suggest_links
from tracker.logbook import open_log
from tracker.model import (
    AmbiguousPlace,
    AmbiguousTime,
    BadReport,
    BadTime,
    Conflict,
    Fault,
    TrackerError,
    UnknownReport,
    moments,
)
from tracker.wording import counted

_TRIED_AT = "2000-01-01T00:00Z"


class Desk:
    """A log in use by the pages of one server process.

    Parameters
    ----------
    log : the report log
    scratch : an empty log of nobody, on which a report is tried before it is added
    zone : IANA name of the zone in which times are shown; times in words have none unless they, or the form, name one
    """

    def __init__(self, log: ReportLog, scratch: ReportLog, *, zone: str) -> None:
        self.log, self.scratch, self.zone = log, scratch, zone
        self._turn = threading.Lock()
        self._version = 0

    def version(self) -> int:
        """A number that grows whenever something came into the log, whoever wrote it; costs one look."""
        with self._turn:
            self._version += bool(self.log.wait(0))
            return self._version

    def check(self, said: Mapping[str, object]) -> str:
        """What the log would make of a new report, in a sentence; raises what `add` would raise."""
        return told(self.scratch.history(_add(self.scratch, said, author="nobody")), zone=self._zone_of(said))

    def add(self, said: Mapping[str, object], *, author: str) -> str:
        """Add a report to the log; returns a sentence on what it was understood to be."""
        _need(author)
        # Ids are made from the content, so the scratch log tells the id before it is taken.
        known = self._holds(_add(self.scratch, said, author="nobody"))
        words = told(self.log.history(_add(self.log, said, author=author)), zone=self._zone_of(said))
        return f"Nothing added, this is in the log already, as {words}" if known else f"Added as {words}"

    def _zone_of(self, said: Mapping[str, object]) -> str:
        """The zone to show times in: the one that was chosen, else that of the desk."""
        return str(said.get("zone") or self.zone)

    def _holds(self, report_id: str) -> bool:
        try:
            self.log.history(report_id)
        except UnknownReport:
            return False
        return True

    def correct(
        self, shown: gpd.GeoDataFrame, typed: Mapping[str, str], picked: Mapping[str, object], *, why: str, author: str,
        revision: int,
    ) -> str:  # fmt: skip
        """Send to the log what a person changed in a report; returns a sentence on it.

        Parameters
        ----------
        shown : the report's history as the person saw it
        typed : the fields as they are now
        picked : readings that the person chose, of `Choice.readings`
        why, author : for the record
        revision : the last one that the person has seen; Conflict if there is a later one
        """
        report_id = str(shown["report_id"].iloc[-1])
        changes = self.changes(shown, typed) | dict(picked)
        faults = _missing(why=why, author=author)
        if not changes:
            faults.append(_fault("changes", "is nothing; the report stays as it is", "change a field, then correct"))
        if faults:
            # The log looks at who and why first: hear the rest too, and say all at once.
            raise BadReport([*faults, *self._faults_of(shown, changes)])
        after = self.log.correct(report_id, reason=why, author=author, expect_revision=revision, **changes)
        words = told(self.log.history(report_id), zone=self._zone_of(typed))
        return f"Corrected, now revision {after}: {words}"

    def _faults_of(self, shown: gpd.GeoDataFrame, changes: Mapping[str, object]) -> Sequence[Fault]:
        """What is wrong with changes to a report, found by changing a copy on the scratch log."""
        if not changes:
            return ()
        scratch: Any = self.scratch
        name = f"tried-{uuid4()}"
        try:
            copied = shown.iloc[[-1]].assign(report_id=name)
            scratch.add(copied[scratch.reports().columns], "nobody")
            scratch.correct(name, reason="tried", author="nobody", **changes)
        except BadReport as bad:
            return bad.faults
        except (AmbiguousPlace, AmbiguousTime):
            return ()  # `refusal` asks which is meant.
        except TrackerError as error:
            timed = isinstance(error, BadTime)
            return [_fault("time" if timed else "place", f"is refused: {error}", "see there")]
        return ()

    def changes(self, shown: gpd.GeoDataFrame, typed: Mapping[str, str]) -> dict[str, object]:
        """The columns that a person changed, for `ReportLog.correct`."""
        before = fields(shown.iloc[-1], zone=self.zone)
        changed: dict[str, object] = {
            name: value.strip() or None
            for name, value in typed.items()
            if name in before and value.strip() != before[name].strip()
        }
        if isinstance(changed.get("credibility"), str):
            changed["credibility"] = int(str(changed["credibility"]))
        if typed.get("zone") and any(name in changed for name in TIMES):
            changed["zone"] = typed["zone"]
        return changed

    def refusal(
        self, error: TrackerError, said: Mapping[str, object], *, picked: Mapping[str, object] | None = None
    ) -> Refusal:
        """What was refused, and the readings of ambiguous words, each thing in a plain line.

        Parameters
        ----------
        error : what the log, or `check`, raised
        said : what was typed, for the log
        picked : readings that were chosen already
        """
        choices = self._choices(said)
        settled = {"place" if name == "lon" else name for name in picked or {}}
        asked = [choice.field for choice in choices if choice.field not in settled]
        lines = [
            f"{LABELS[choice.field]}: {plain(choice.words)!r} may mean {counted(len(choice.readings), 'thing')}; "
            "choose one above and send it again"
            for choice in choices
            if choice.field in asked
        ]
        faults: Sequence[Fault] = error.faults if isinstance(error, BadReport) else ()
        for fault in faults:
            name = "time" if fault.column in TIMES and {"earliest", "latest"}.isdisjoint(said) else str(fault.column)
            if name in asked:
                continue
            shown = f" {plain(fault.value)!r}" if fault.value else ""
            if fault.remedy == "see there":
                line = f"{LABELS.get(name, name)}: {plain(fault.problem.removeprefix('is refused: '))}"
            elif name == "time" and not said.get("time"):
                line = f"{LABELS[name]}: is empty; give a time, as in {HINTS['time']}"
            else:
                line = f"{LABELS.get(name, name)}:{shown} {plain(fault.problem)}; {plain(fault.remedy)}"
            lines.append(line)
        if not faults and not (asked and isinstance(error, AmbiguousPlace | AmbiguousTime)):
            lines.append(plain(str(error)))
        if isinstance(error, Conflict):
            lines.append("Nothing was changed.")
        return Refusal(lines=tuple(dict.fromkeys(lines)), choices=tuple(choices))

    def _choices(self, said: Mapping[str, object]) -> list[Choice]:
        """The fields whose words mean more than one thing, found by trying each alone on the scratch log."""
        found: list[Choice] = []
        scratch: Any = self.scratch
        zone = self._zone_of(said)
        words = said.get("place")
        if words and "lon" not in said and "lat" not in said:
            try:
                scratch.add_statement(place=words, time=_TRIED_AT, author="nobody")
            except AmbiguousPlace as many:
                found.append(Choice(field="place", words=str(words), readings=_places(many, said)))
            except TrackerError:
                pass
        for name in ("time", *TIMES):
            if not said.get(name):
                continue
            with_it = {key: said[key] for key in ("zone", "published") if said.get(key)}
            if name == "time" and said.get("within"):
                with_it["within"] = said["within"]
            try:
                scratch.add_statement(time=said[name], author="nobody", **with_it)
            except AmbiguousTime as many:
                # What may be off is within the readings already.
                more: dict[str, object] = {"within": None} if name == "time" else {}
                readings: dict[str, dict[str, object]] = {
                    span_text(*reading.split("/"), zone=zone): {name: reading, **more} for reading in many.readings
                }
                found.append(Choice(field=name, words=str(said[name]), readings=readings))
            except TrackerError:
                pass
        return found

    def moment(self, words: str) -> datetime | None:
        """The moment that a person typed, in the zone of the desk unless it names one; None for no words."""
        if not words.strip():
            return None
        try:
            told = datetime.fromisoformat(words.strip())
        except ValueError:
            raise BadTime(f"{plain(words)!r} is no moment; write it as in 2023-06-24 15:00") from None
        moment: datetime = moments([told if told.tzinfo else told.replace(tzinfo=ZoneInfo(self.zone))], of="words")[0]
        return moment

    def retracted(self) -> pd.DataFrame:
        """The reports that are retracted now: report, by, when, why, what it said; reads the whole log."""
        last: dict[str, Any] = {}
        cursor = None
        while len((some := self.log.changes(cursor)).revisions):
            cursor = some.cursor
            for row in some.revisions.itertuples():
                last[row.report_id] = row
        rows = [row for row in last.values() if row.operation == "retract"]
        return pd.DataFrame(
            {
                "report": [row.report_id for row in rows],
                "by": [plain(row.author) for row in rows],
                "when": [time_text(row.recorded_at, zone=self.zone) for row in rows],
                "why": [plain(row.reason) for row in rows],
                "it said": [headline(row._asdict()) for row in rows],
            },
            dtype="str",
        )

    def changed(self, verb: Callable[..., int], *named: str, why: str, author: str, revision: int | None = None) -> str:
        """Do something to reports of the log, as `ReportLog.retract`, `restore` or `link`; returns a sentence."""
        if faults := _missing(why=why, author=author):
            raise BadReport(faults)
        after = verb(*named, reason=why, author=author, expect_revision=revision)
        return f"{plain(named[0])} is now at revision {after}."

    def suggestions(self) -> pd.DataFrame:
        """Pairs of reports that seem to be one voice or one event, the surest first, as `suggest_links` has them."""
        return suggest_links(self.log.reports(), self.log.links())

    def examine(self, name: str, content: bytes, *, profile: str | None) -> tuple[int | None, pd.DataFrame]:
        """How many reports a file holds (None: it cannot be taken), and all that is wrong or odd in it."""
        with _file(name, content) as path:
            try:
                number = len(read_reports(path, profile=profile))
            except BadReport:
                number = None
            found = self.log.import_file(path, profile=profile, dry_run=True)
        return number, found.map(cell_text).astype("str")

    def take_in(self, name: str, content: bytes, *, profile: str | None, author: str) -> str:
        """Add all reports of a file, or none; returns a sentence."""
        _need(author)
        with _file(name, content) as path:
            number = len(read_reports(path, profile=profile))
            self.log.import_file(path, profile=profile, author=author)
        return f"The {counted(number, 'report')} of {plain(name)} are in the log."


def open_desk(url: str, zone: str) -> Desk:
    """The desk of the log of an address."""
    folder = tempfile.TemporaryDirectory(prefix="tracker-desk-")
    scratch = open_log(Path(folder.name, "scratch.gpkg"), create=True)
    desk = Desk(open_log(url), scratch, zone=zone)
    weakref.finalize(desk, folder.cleanup)
    return desk


def _add(log: Any, said: Mapping[str, object], *, author: str) -> str:
    told = {name: value for name, value in said.items() if name != "kind"}
    return str(getattr(log, f"add_{said['kind']}")(**told, author=author))


def _need(author: str) -> None:
    if faults := _missing(author=author):
        raise BadReport(faults)


def _missing(*, author: str, why: str = "-") -> list[Fault]:
    faults = []
    if not author.strip():
        faults.append(_fault("author", "is empty", "write it at the top: it is kept with every change"))
    if not why.strip():
        faults.append(_fault("reason", "is empty", "say why"))
    return faults


def _fault(column: str, problem: str, remedy: str) -> Fault:
    return Fault(file="<report>", row=None, column=column, value="", problem=problem, remedy=remedy)


class _file:
    """An upload as a file of its own, gone afterwards; of its name only the ending is used."""

    def __init__(self, name: str, content: bytes) -> None:
        self._folder = tempfile.TemporaryDirectory()
        ending = Path(name).suffix
        self._path = Path(self._folder.name, "upload" + (ending if ending[1:].isalnum() else ""))
        self._path.write_bytes(content)

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _places(many: AmbiguousPlace, said: Mapping[str, object]) -> dict[str, dict[str, object]]:
    readings: dict[str, dict[str, object]] = {}
    for place in many.candidates:
        detail = f", {place.detail}" if place.detail else ""
        at = f"{degrees(place.lon, 'EW')}, {degrees(place.lat, 'NS')}"
        reading: dict[str, object] = {"lon": place.lon, "lat": place.lat}
        if not said.get("radius_m"):
            reading["radius_m"] = place.radius_m
        readings[plain(f"{place.name}{detail} ({at})")] = reading
    return readings
