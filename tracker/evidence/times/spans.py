"""Lengths of time in words: "30min", "1h30", "90 s"."""

import re
from datetime import timedelta

from tracker.model import BadTime

_SECONDS = {"s": 1, "с": 1, "m": 60, "м": 60, "h": 3600, "ч": 3600, "d": 86_400, "д": 86_400}
"""Seconds of a unit, by the first letter of its name in English and Russian."""
_UNIT = (
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d"
    r"|секунд[аы]?|сек|с|минут[аы]?|мин|м|час(?:а|ов)?|ч|день|дня|дней|д)\.?"
)
_PIECE = re.compile(rf"\s*(?P<number>[0-9]{{1,6}}(?:[.,][0-9]{{1,3}})?)\s*{_UNIT}(?![a-zа-я])")
_HOURS_MINUTES = re.compile(r"(?P<h>[0-9]{1,4})\s*(?:h|ч)\s*(?P<m>[0-9]{1,2})")
_LONGEST = timedelta(days=366)
_REMEDY = "write a number and a unit, as in 30min, 2h, 1h30, 90 s or 1 day"


def span(within: str | timedelta) -> timedelta:
    """The length of time that is meant.

    Raises
    ------
    BadTime
        It is no length of time, is negative, or is longer than a year.

    Examples
    --------
    >>> span("1h30")
    datetime.timedelta(seconds=5400)
    >>> span("2 ч").total_seconds()
    7200.0
    """
    length = within if isinstance(within, timedelta) else _read(within)
    if length is None or not timedelta(0) <= length <= _LONGEST:
        raise BadTime(f"within={str(within)[:60]!r} is no length of time up to a year; {_REMEDY}")
    return length


def _read(within: object) -> timedelta | None:
    if not isinstance(within, str) or len(within) > 60:
        return None
    text = within.strip().casefold()
    if said := _HOURS_MINUTES.fullmatch(text):
        return timedelta(hours=int(said["h"]), minutes=int(said["m"]))
    at, seconds = 0, 0.0
    while at < len(text):
        if (piece := _PIECE.match(text, at)) is None:
            return None
        seconds += float(piece["number"].replace(",", ".")) * _SECONDS[piece["unit"][0]]
        at = piece.end()
    return timedelta(seconds=seconds) if text else None
