"""The clock of a scene: the offsets of its zone, each from its moment on, and what the clock then shows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from tracker.model import BadTime

Scene = dict[str, Any]

DAY = 86_400
FARTHEST = 3_660 * DAY
"""Changes of a clock are looked for up to so many seconds before and after the scene."""


def zone_scene(name: str | None, t0: datetime, *, end: int, first: int = 0, last: int = 0) -> Scene:
    """A scene's `zone`: its name, and its offset and abbreviation from each change of the clock on.

    Parameters
    ----------
    name : IANA name; UTC if not given
    t0 : the moment of second 0
    end : last second of the scene
    first, last : earliest and latest second that any report tells, which may lie outside of the scene

    Returns
    -------
    dict: name, and changes as [second, minutes to add to UTC, abbreviation] in order of time. The first stands at
    second 0, or before it where the clock was changed between the first report and the scene's beginning.

    Raises
    ------
    BadTime
        There is no zone of that name.
    """
    try:
        zone = ZoneInfo(name) if name else UTC
    except (LookupError, ValueError, OSError) as error:
        raise BadTime(f"there is no time zone named {name!r}; give an IANA name, as in 'Europe/Moscow'") from error

    def shown(second: int) -> tuple[int, str]:
        return _offset((t0.astimezone(UTC) + timedelta(seconds=second)).astimezone(zone))

    begin, until = max(min(first, 0), -FARTHEST), min(max(last, end), end + FARTHEST)
    changes = list(_changes(shown, begin, until))
    start = 0 if not changes or changes[0] > 0 else begin
    return {"name": name or "UTC", "changes": [[second, *shown(second)] for second in (start, *changes)]}


def local_time(scene: Scene, second: int) -> datetime:
    """What the clock of the scene's zone shows at a second of the scene.

    Examples
    --------
    >>> kyiv = zone_scene("Europe/Kyiv", datetime(2022, 3, 26, 22, tzinfo=UTC), end=43_200)
    >>> scene = {"t0": "2022-03-26T22:00:00Z", "zone": kyiv}
    >>> [f"{local_time(scene, hours * 3600):%H:%M %Z}" for hours in (0, 2, 3, 4)]
    ['00:00 EET', '02:00 EET', '04:00 EEST', '05:00 EEST']
    """
    changes = scene["zone"]["changes"]
    _, minutes, short = next((change for change in reversed(changes) if change[0] <= second), changes[0])
    there = timezone(timedelta(minutes=minutes), short)
    return (datetime.fromisoformat(scene["t0"]) + timedelta(seconds=second)).astimezone(there)


def round_hours(scene: Scene, step: int) -> Iterator[int]:
    """Seconds of the scene at which its clock shows whole multiples of `step` seconds.

    An hour that the clock leaps over is left out, and one that it repeats comes twice.
    """
    changes, end = scene["zone"]["changes"], scene["end"]
    utc = round(datetime.fromisoformat(scene["t0"]).timestamp())
    for k, (since, minutes, _) in enumerate(changes):
        until = changes[k + 1][0] if k + 1 < len(changes) else end + 1
        start = 0 if k == 0 else max(since, 0)
        yield from range(start + -(utc + minutes * 60 + start) % step, min(until, end + 1), step)


def _changes(shown: Callable[[int], tuple[int, str]], begin: int, until: int) -> Iterator[int]:
    """Seconds in (begin, until] at which `shown` changes; no zone changes its clock twice within a day."""
    while begin < until:
        after = min(begin + DAY, until)
        low, high = begin, after
        if shown(low) != shown(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if shown(middle) == shown(begin) else (low, middle)
            yield high
        begin = after


def _offset(there: datetime) -> tuple[int, str]:
    """Minutes to add to UTC, and what the offset is called."""
    minutes = round((there.utcoffset() or timedelta()).total_seconds() / 60)
    short = there.tzname() or ""
    if not short.isalpha():
        # Many zones have no letters of their own: their short name is the offset.
        hours, rest = divmod(abs(minutes), 60)
        short = f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")
    return minutes, short
