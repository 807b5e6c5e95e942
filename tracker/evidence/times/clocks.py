"""Which seconds of a day a stated hour can mean."""

from tracker.evidence.times.tokens import Clock, Word
from tracker.model import BadTime

_HOUR = 3600
MIDNIGHTS = (0, 24 * _HOUR)
"""A day's midnight is its beginning or its end."""


def seconds_of(said: Clock | Word, *, half: str | None = None, twelve: bool = False) -> list[int]:
    """The seconds after a day's midnight that may be meant, the likelier first.

    An hour with minutes after a colon is of the 24-hour clock; an hour alone ("at 5") may be either of two, unless
    ``half`` (from a part of the day beside it) settles it. Noon and midnight with "12 am", "12 pm" are left open,
    because people use both both ways.

    Parameters
    ----------
    said : the hour, or noon or midnight
    half : which half of the day the words around it say
    twelve : whether another hour beside it is of the 12-hour clock

    Raises
    ------
    BadTime
        No clock shows that.

    Examples
    --------
    >>> seconds_of(Clock(hour=3, half="pm")), seconds_of(Clock(hour=5, bare=True))
    ([54000], [18000, 61200])
    """
    if isinstance(said, Word):
        return [12 * _HOUR] if said.name == "noon" else list(MIDNIGHTS)
    if said.hour > 24 or (said.hour == 24 and (said.minute or said.second)):
        raise BadTime(f"no clock shows {said.hour}:{said.minute:02}; write hours from 00:00 to 24:00")
    return [hour * _HOUR + said.minute * 60 + said.second for hour in _hours(said, said.half or half, twelve)]


def _hours(said: Clock, half: str | None, twelve: bool) -> list[int]:
    hour = said.hour
    if hour == 0 or hour > 12:
        if half and _half(hour) != half and not (half == "day" and _half(hour) == "pm") and half != "night":
            raise BadTime(f"{hour}:{said.minute:02} does not go with the part of the day that is named; leave one out")
        return [hour]
    if half == "night":
        if hour == 12:
            return [0] if said.minute else [0, 24]
        return [hour] if hour <= 6 else [hour + 12]
    if half == "day":
        return [12] if hour == 12 else [hour + 12]
    if half is not None:
        if hour == 12:
            return [0, 12] if half == "am" else [12, 0]
        return [hour + 12 * (half == "pm")]
    if said.bare or twelve:
        return [12, 0] if hour == 12 else [hour, hour + 12]
    return [hour]


def _half(hour: int) -> str:
    return "pm" if 12 <= hour < 24 else "am"
