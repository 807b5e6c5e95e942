"""Times in ISO 8601 with their offset: one moment, or an interval with a slash."""

import re
from datetime import datetime

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?"
    r"(?:([Zz])|([+-])(0[0-9]|1[0-4])(?::?([0-5][0-9]))?)"
)


def iso_moment(text: str) -> datetime | None:
    """The moment that ISO 8601 text with an offset or Z means; None where it is anything else.

    Digits beyond the microsecond are dropped.

    Examples
    --------
    >>> iso_moment("2023-06-24T15:00+03").isoformat()
    '2023-06-24T15:00:00+03:00'
    >>> iso_moment("2023-06-24T15:00") is None
    True
    """
    said = _MOMENT.fullmatch(text.strip())
    if said is None:
        return None
    day, clock, second, fraction, zulu, sign, hours, minutes = said.groups()
    if fraction and not second:
        return None
    offset = "+00:00" if zulu else f"{sign}{hours}:{minutes or '00'}"
    micro = f".{(fraction[1:] + '000000')[:6]}" if fraction else ""
    try:
        return datetime.fromisoformat(f"{day}T{clock}{second or ':00'}{micro}{offset}")
    except ValueError:
        return None


def iso_bounds(text: str) -> tuple[datetime, datetime] | None:
    """The bounds of an ISO 8601 interval ``start/end``, or of one moment; None where it is anything else."""
    first, slash, second = text.partition("/")
    start = iso_moment(first)
    end = iso_moment(second) if slash else start
    return None if start is None or end is None else (start, end)


def plain(moment: datetime) -> datetime:
    """A datetime of the standard library, where pandas hands in one of its own."""
    return moment if type(moment) is datetime else datetime.fromisoformat(moment.isoformat())
