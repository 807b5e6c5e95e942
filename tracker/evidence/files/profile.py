"""Foreign columns to ours: a profile is data, a row of small rules, and one function that applies them."""

import calendar
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pandas as pd

from tracker.evidence.columns import KNOWN, canonical
from tracker.evidence.csv_file import RawTable
from tracker.model import Fault

_BASES = {"reliability": "F", "credibility": "6"}
"""A profile cannot judge: what it does not know stays "cannot be judged"."""
_NETWORKS = {
    "t.me",
    "telegram.me",
    "twitter.com",
    "x.com",
    "vk.com",
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "ok.ru",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Bounds from a day without an hour: the whole day in UTC, or more where the source says so."""

    column: str
    """The foreign column with the day."""
    formats: tuple[str, ...]
    """Its forms, as ``datetime.strptime`` has them."""
    precision: str | None = None
    """The foreign column that says how sure the day is."""
    spans: Mapping[str, str] = field(default_factory=dict)
    """Its values for more than a day: ``week`` (seven days either way) or ``month`` (the whole month)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Bounds from the moment of publication: what a post shows happened before it, within the hours given."""

    column: str
    """The foreign column with the moment, ISO 8601."""
    hours: int
    """How long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Radius:
    """Radius from the source's own word for precision; a word that maps to None means that no place is known."""

    column: str
    """The foreign column with the word."""
    metres: Mapping[str, int | None]
    """Metres for each word."""
    otherwise: int | None
    """Metres for any other word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the export of one other project becomes a table of reports."""

    name: str
    """What ``read_reports(profile=...)`` is given."""
    source: str
    """Where the schema is written down."""
    signature: frozenset[str]
    """Columns, in small letters, that such an export has and no other table would have together."""
    copied: Mapping[str, tuple[str, ...]]
    """Our column to foreign ones: the texts that are there, joined by ``; ``."""
    constants: Mapping[str, str]
    """Our column to one text for every row."""
    times: Days | Before
    """Where the bounds come from."""
    radius: Radius
    """Where the radius comes from."""
    kinds: tuple[str, Mapping[str, str]] | None = None
    """A foreign column whose values decide the kind, where they are listed."""
    host_of: str | None = None
    """The foreign column with a web address whose host is the publisher."""
    stamp: tuple[str, str] | None = None
    """The foreign column with the moment of publication in UTC, and its form."""
    path_in: str | None = None
    """The foreign column with a JSON list of objects, the ``path`` of whose first is the address."""
    header: tuple[str, ...] = ()
    """The columns of a file that has no header, which is separated by tabs."""


def applied(profile: Profile, raw: RawTable) -> RawTable:
    """The table with our columns made from the foreign ones; rows keep their numbers.

    Columns of ours that stand in the file beside the foreign ones are kept, and win where they are not empty: so a
    unit or a better radius can be added by hand.
    """
    if raw.frame is None:
        return raw
    foreign = raw.frame.loc[:, ~raw.frame.columns.duplicated()].fillna("")
    if missing := sorted(profile.signature - set(foreign.columns)):
        problem = f"has no column {missing[0]}, which every file of profile {profile.name} has"
        fault = Fault(
            file=raw.file, row=None, column=missing[0], value="", problem=problem, remedy="choose another profile"
        )
        return replace(raw, frame=None, faults=(*raw.faults, fault))
    made = _made(profile, foreign, _own(profile, foreign))
    return replace(raw, frame=pd.DataFrame(made, index=foreign.index))


def told_as(profile: Profile) -> dict[str, str]:
    """The foreign column behind each of ours that has but one, for faults in the words of the file."""
    told = {name: columns[0] for name, columns in profile.copied.items() if len(columns) == 1}
    told |= {"earliest": profile.times.column, "latest": profile.times.column}
    return told | ({"radius_m": profile.radius.column} if profile.radius.column else {})


def _own(profile: Profile, foreign: pd.DataFrame) -> "dict[str, pd.Series[str]]":
    """Columns of ours that stand beside the foreign ones."""
    used = {column for columns in profile.copied.values() for column in columns} | profile.signature
    used |= {profile.times.column, profile.radius.column}
    ours = [name for name in foreign.columns if name not in used]
    return {
        meant: foreign[name]
        for name, meant in zip(ours, canonical(ours), strict=True)
        if meant in KNOWN and meant != "time"
    }


def _made(profile: Profile, foreign: pd.DataFrame, own: "dict[str, pd.Series[str]]") -> "dict[str, pd.Series[str]]":
    def column(name: str | None) -> list[str]:
        held = foreign[name] if name is not None and name in foreign.columns else pd.Series([""] * len(foreign))
        return [str(cell).strip() for cell in held]

    size = len(foreign)
    made: dict[str, list[str]] = {name: [text] * size for name, text in {**_BASES, **profile.constants}.items()}
    for name, columns in profile.copied.items():
        parts = list(zip(*(column(part) for part in columns), strict=True))
        made[name] = ["; ".join(part for part in row if part) for row in parts]
    made["earliest"], made["latest"] = _bounds(profile.times, column)
    if profile.kinds is not None:
        made["kind"] = [profile.kinds[1].get(cell, profile.constants["kind"]) for cell in column(profile.kinds[0])]
    if profile.path_in is not None:
        made["url"] = [_first_path(cell) for cell in column(profile.path_in)]
    if profile.host_of is not None:
        addresses = made["url"] if profile.host_of == "url" else column(profile.host_of)
        made["publisher"] = [_publisher(cell) for cell in addresses]
    if profile.stamp is not None:
        made["published"] = [_moment(cell, profile.stamp[1]) for cell in column(profile.stamp[0])]
    for name in ("url", "archive_url"):
        # An address that is none (a name of an agency, a path) stays readable in the notes of the source's own file.
        made[name] = [cell if cell.lower().startswith(("http://", "https://")) else "" for cell in made.get(name, [])]
        if not made[name]:
            del made[name]
    _overlay(made, {name: own[name] for name in ("lon", "lat") if name in own})
    made |= _places(profile.radius, made, column(profile.radius.column), size=size)
    _overlay(made, own)
    return {name: pd.Series(cells, index=foreign.index, dtype="str") for name, cells in made.items()}


def _overlay(made: dict[str, list[str]], own: "dict[str, pd.Series[str]]") -> None:
    for name, said in own.items():
        before = made.get(name, [""] * len(said))
        made[name] = [cell if cell.strip() else old for cell, old in zip(map(str, said), before, strict=True)]


def _bounds(rule: Days | Before, column: Callable[[str | None], list[str]]) -> tuple[list[str], list[str]]:
    earliest: list[str] = []
    latest: list[str] = []
    said = column(rule.column)
    sure = column(rule.precision) if isinstance(rule, Days) and rule.precision else [""] * len(said)
    for cell, span in zip(said, sure, strict=True):
        try:
            first, last = _days(cell, rule, span) if isinstance(rule, Days) else _hours(cell, rule)
        except (ValueError, OverflowError):
            # The cell goes on as it is: the check of times finds it, and says what is wrong with it.
            first = last = cell
        earliest.append(first)
        latest.append(last)
    return earliest, latest


def _days(cell: str, rule: Days, precision: str) -> tuple[str, str]:
    day = _day(cell, rule.formats)
    first = last = day
    span = rule.spans.get(precision)
    if span == "week":
        first, last = day - timedelta(days=7), day + timedelta(days=7)
    elif span == "month":
        first, last = day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return f"{first.isoformat()}T00:00Z", f"{last.isoformat()}T23:59:59Z"


def _day(cell: str, formats: tuple[str, ...]) -> date:
    for form in formats[:-1]:
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day; its bounds get the zone
        except ValueError:
            continue
    return datetime.strptime(cell, formats[-1]).date()  # noqa: DTZ007


def _hours(cell: str, rule: Before) -> tuple[str, str]:
    moment = datetime.fromisoformat(cell)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return (moment - timedelta(hours=rule.hours)).isoformat(), moment.isoformat()


def _places(rule: Radius, made: Mapping[str, list[str]], words: list[str], *, size: int) -> dict[str, list[str]]:
    lon, lat = (made.get(name, [""] * size) for name in ("lon", "lat"))
    # Atlos writes an apostrophe before a minus, so that a spreadsheet does not take it for a formula.
    lon, lat = ([cell.removeprefix("'") for cell in cells] for cells in (lon, lat))
    metres = [rule.metres.get(word, rule.otherwise) for word in words]
    placed = [here is not None and bool(a or b) for here, a, b in zip(metres, lon, lat, strict=True)]
    return {
        "lon": [cell if here else "" for cell, here in zip(lon, placed, strict=True)],
        "lat": [cell if here else "" for cell, here in zip(lat, placed, strict=True)],
        "radius_m": [str(here) if there else "" for here, there in zip(metres, placed, strict=True)],
    }


def _first_path(cell: str) -> str:
    try:
        held = json.loads(cell) if cell else []
    except (ValueError, RecursionError):
        return ""
    first = held[0] if isinstance(held, list) and held else None
    path = first.get("path") if isinstance(first, dict) else first
    return path if isinstance(path, str) else ""


def _publisher(address: str) -> str:
    """The host of an address; on a network of channels with the channel, for its channels are not one voice."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    channel = next((part for part in parts.path.split("/") if part and part != "s"), "")
    return f"{host}/{channel}" if host in _NETWORKS and channel else host


def _moment(cell: str, form: str) -> str:
    try:
        return datetime.strptime(cell, form).isoformat() + "Z"  # noqa: DTZ007 - the source writes UTC
    except ValueError:
        return cell
