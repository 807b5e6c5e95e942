"""The forms of the dashboard's pages about a report log: their fields, what they say, and why it was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.desk_words import CODES, LABELS

WHY = "Why (required, kept on record)"
"""What is asked with every change."""

HINTS = {
    "place": "Yelets; M4 km 590; 12 km north of Yelets",
    "lon": "38.50; instead of words",
    "lat": "52.62",
    "radius_m": "6000",
    "time": "2023-06-24 15:00; 24 June 2023 about 3 pm",
    "within": "30min",
    "until": "if it lasted, or was between two times",
    "url": "https://",
    "archive_url": "https://",
    "published": "2023-06-24T16:10+03:00",
    "origin": "the publisher, if left empty",
    "vehicles": "12 trucks, 2 tanks",
}

ADDING = (
    ("kind", "unit"),
    ("place", "lon", "lat", "radius_m"),
    ("time", "zone", "within", "until"),
    ("summary",),
    ("publisher", "origin", "published"),
    ("url", "archive_url"),
    ("reliability", "credibility"),
    ("road", "heading", "vehicles"),
    ("notes",),
)
"""The rows of the form for a new report."""

CORRECTING = (
    ("kind", "unit", "time_basis"),
    ("place", "lon", "lat", "radius_m"),
    ("earliest", "latest", "zone"),
    ("summary",),
    ("publisher", "origin", "published"),
    ("url", "archive_url"),
    ("reliability", "credibility"),
    ("road", "heading", "vehicles", "admin"),
    ("notes",),
)
"""The rows of the form for a correction."""

ZONES = ("UTC", "Europe/Moscow", "Europe/Kyiv", "Europe/Berlin", "Asia/Jerusalem", "Africa/Khartoum")
"""Zones to choose from, beside that of the pages."""

KEPT_FOR_THE_NEXT = ("kind", "unit", "zone", "publisher", "reliability")
"""Fields that stay as they are after a report was added: the next one is often of the same source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Words of a field that mean more than one thing."""

    field: str
    """The field: place, time, earliest or latest."""
    words: str
    """What was typed there; a reading that was picked counts as long as it stays."""
    readings: Mapping[str, Mapping[str, object]]
    """What it may mean, in words, and what to say to the log instead."""

    @property
    def question(self) -> str:
        """What to ask the person."""
        return f"{LABELS[self.field]}: which one is meant?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the log did not take something."""

    lines: tuple[str, ...]
    """One thing to put right each, as plain text."""
    choices: tuple[Choice, ...] = ()
    """Words that mean more than one thing."""


def zone_at_first(zone: str) -> str:
    """What stands in the box of the zone at first: that of the pages; nothing for UTC, which nobody may have chosen."""
    return "" if zone == "UTC" else zone


def ask(at: Any, name: str, *, key: str, value: str = "", known: Sequence[str] = ()) -> str:
    """What a person enters in a field of a form.

    Parameters
    ----------
    at : where it stands: a column or another container of Streamlit
    name : of `LABELS`
    key : of the widget
    value : what stands there at first
    known : units to choose from; another may be typed
    """
    label, hint = LABELS[name], HINTS.get(name)
    if name in CODES:
        codes = CODES[name]
        given = value or {"credibility": "6", "reliability": "F"}.get(name, next(iter(codes)))
        return str(at.selectbox(label, list(codes), list(codes).index(given), format_func=codes.get, key=key))
    if name in ("unit", "zone"):
        listed = list(dict.fromkeys([*([value] if value else []), *(known if name == "unit" else ZONES)]))
        index = listed.index(value) if value else None
        more: dict[str, Any] = {"placeholder": "choose a zone"}
        if name == "unit":
            more = {"accept_new_options": True, "placeholder": "choose, or type a new one"}
        return str(at.selectbox(label, listed, index, key=key, **more) or "")
    if name in ("summary", "notes"):
        return str(at.text_area(label, value, key=key, height=100 if name == "summary" else 68))
    return str(at.text_input(label, value, key=key, placeholder=hint))


def said(typed: Mapping[str, str], picked: Mapping[str, object]) -> dict[str, object]:
    """What a filled form says, for the log; fields left empty are not said.

    Parameters
    ----------
    typed : field -> text
    picked : readings that the person chose, of `Choice.readings`
    """
    told: dict[str, object] = {name: text.strip() for name, text in typed.items() if text.strip()}
    if until := told.pop("until", None):
        told |= {"earliest": told.pop("time", None), "latest": until}
    if "credibility" in told:
        told["credibility"] = int(str(told["credibility"]))
    told = {name: value for name, value in {**told, **picked}.items() if value is not None}
    # A radius that the person typed wins over that of a reading.
    return told | {name: typed[name].strip() for name in ("radius_m",) if typed.get(name, "").strip()}


def picked(choices: Sequence[Choice], labels: Sequence[str | None], typed: Mapping[str, str]) -> dict[str, object]:
    """What the chosen readings say; one whose words were changed since does not count."""
    told: dict[str, object] = {}
    for choice, label in zip(choices, labels, strict=True):
        at = {"earliest": "time", "latest": "until"}.get(choice.field, choice.field)
        words = typed[choice.field] if choice.field in typed else typed.get(at, "")
        if label is not None and words.strip() == choice.words:
            told |= choice.readings[label]
    return told
