"""The pieces of words about a time: clocks, days, lengths before the publication, and the words around them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """An hour that somebody stated."""

    hour: int
    minute: int = 0
    second: int = 0
    half: str | None = None
    """``am``, ``pm``, ``night``, or None where the words do not say."""
    bare: bool = False
    """Whether it may be an hour of the 12-hour clock: "at 5", unlike "05:00"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as it was said; `days.days_of` works out which."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    back: int | None = None
    """Days before the publication."""
    last: bool = False
    """Whether "last" stands before the weekday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ago:
    """A length of time before the publication, as text for dateparser."""

    text: str
    unit: str
    """``minute``, ``half`` (an hour) or ``hour``; longer ones are days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A part of a day, a zone, noon and midnight, or a relation."""

    sort: str
    """``part``, ``zone``, ``turn`` or ``mark``."""
    name: str


Token = Clock | Day | Ago | Word
