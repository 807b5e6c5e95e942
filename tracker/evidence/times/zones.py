"""Time zones as words name them, and local hours put into them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from tracker.model import BadTime

NAMES: dict[str, tuple[str, ...]] = {
    "msk": ("Europe/Moscow",),
    "мск": ("Europe/Moscow",),
    "moscow time": ("Europe/Moscow",),
    "по москве": ("Europe/Moscow",),
    "по московскому времени": ("Europe/Moscow",),
    "московского времени": ("Europe/Moscow",),
    "kyiv time": ("Europe/Kyiv",),
    "kiev time": ("Europe/Kyiv",),
    "по киеву": ("Europe/Kyiv",),
    "по киевскому времени": ("Europe/Kyiv",),
    "chisinau time": ("Europe/Chisinau",),
    "utc": ("+00:00",),
    "gmt": ("+00:00",),
    "по гринвичу": ("+00:00",),
    "cet": ("+01:00",),
    "cest": ("+02:00",),
    "eet": ("+02:00",),
    "eest": ("+03:00",),
    "est": ("-05:00",),
    "edt": ("-04:00",),
    "pst": ("-08:00",),
    "pdt": ("-07:00",),
    # Letters that several countries use: each is a reading.
    "ist": ("+05:30", "+01:00", "+02:00"),  # India, Ireland, Israel
    "cst": ("-06:00", "+08:00"),  # North America, China
    "bst": ("+01:00", "+06:00"),  # Britain, Bangladesh
}
"""Zones by the name in the words: IANA names, or offsets where the letters mean one."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s?(?P<sign>[+\-\u2212])(?P<h>[0-9]{1,2})(?::?(?P<m>[0-5][0-9]))?")
# These follow the machine, which must not decide what a report means.
_OF_THE_MACHINE = {"localtime", "posixrules", "factory"}
_REMEDY = "give an IANA name, as in zone='Europe/Moscow', or an offset, as in zone='+03:00'"


def zone_of(name: str) -> tuple[tzinfo, ...]:
    """The zones that a name means: one, or several for letters such as IST.

    Raises
    ------
    BadTime
        There is no such zone.

    Examples
    --------
    >>> len(zone_of("Europe/Moscow")), len(zone_of("IST"))
    (1, 3)
    """
    folded = name.strip().casefold() if isinstance(name, str) else ""
    if folded in NAMES:
        return tuple(_single(each) for each in NAMES[folded])
    return (_single(name if isinstance(name, str) else repr(name)),)


def _single(name: str) -> tzinfo:
    if said := _OFFSET.fullmatch(name.strip().casefold()):
        length = timedelta(hours=int(said["h"]), minutes=int(said["m"] or 0))
        if length <= timedelta(hours=14):
            return timezone(length if said["sign"] == "+" else -length) if length else UTC
    elif len(name) <= 50 and re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name.strip()):
        try:
            if name.strip().casefold() not in _OF_THE_MACHINE:
                return ZoneInfo(name.strip())
        except (LookupError, ValueError, OSError):
            pass
    raise BadTime(f"{name[:60]!r} is no time zone; {_REMEDY}")


def stated(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The moments at which clocks of a zone show a local time: none in a spring gap, two at the end of summer time."""
    both = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [one for one in both if one.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == local]
    return tuple(dict.fromkeys(one.astimezone(UTC) for one in real))


def outer(local: datetime, zone: tzinfo, *, last: bool) -> datetime:
    """The moment of a bound that nobody stated (the end of a day): the outer one where clocks show it twice."""
    return local.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
