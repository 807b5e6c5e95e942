"""Words for a cell that is not a time: what is wrong, and how to write it where that can be computed."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EXAMPLE = "write ISO 8601 with its zone, as in 2023-06-24T15:00+03:00"
_CLOCK = r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.[0-9]{1,9})?)?"
_DAYS = (
    r"(?P<y>[0-9]{4})[-./](?P<m>[0-9]{1,2})[-./](?P<d>[0-9]{1,2})",
    r"(?P<d>[0-9]{1,2})[.](?P<m>[0-9]{1,2})[.](?P<y>[0-9]{4})",
    # With slashes the month may come first: only a day above 12 tells which is which.
    r"(?P<d>1[3-9]|2[0-9]|3[01])/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})",
    r"(?P<m>[0-9]{1,2})/(?P<d>1[3-9]|2[0-9]|3[01])/(?P<y>[0-9]{4})",
)
_NAMED_ZONE = r"\s*(?P<zone>MSK|МСК|UTC|GMT|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_MOSCOW = ZoneInfo("Europe/Moscow")


def time_problem(text: str) -> tuple[str, str]:
    """Problem and remedy of a text that `cells.times` does not take.

    Examples
    --------
    >>> time_problem("24.06.2023 14:30")
    ('is not a time', 'write 2023-06-24T14:30+03:00 if Moscow time, 2023-06-24T14:30Z if UTC')
    >>> time_problem("1687606200")[1]
    'write 2023-06-24T11:30Z if these are Unix seconds'
    """
    text = text.strip()
    for day in _DAYS:
        if said := re.fullmatch(rf"{day}(?:[Tt ]\s*{_CLOCK}(?:{_NAMED_ZONE})?)?", text):
            return _of_parts(said.groupdict(), iso=bool(re.fullmatch(_ISO, text)))
    if re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+", text):
        return "is a number, not a time (Unix seconds, or a spreadsheet's serial date?)", _of_number(float(text))
    if re.fullmatch(rf"{_ISO}([Zz]|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)", text):
        return "is no date or hour that exists", _EXAMPLE
    return "is not a time", _EXAMPLE


def _of_parts(parts: dict[str, str | None], *, iso: bool) -> tuple[str, str]:
    y, m, d, hour, minute, second = (int(parts[name] or 0) for name in "ymdHMS")
    try:
        moment = datetime(y, m, d, hour, minute, second)  # noqa: DTZ001 - the zone is what is missing
    except ValueError:
        return "is no date or hour that exists", _EXAMPLE
    if parts["H"] is None:
        day = f"{y:04}-{m:02}-{d:02}"
        offset = _in_moscow(moment)[len(day) + 6 :]
        remedy = "give the day's bounds with their zone: earliest {0}T00:00{1} and latest {0}T23:59{1} if Moscow time"
        return "is a day without hour and zone", remedy.format(day, offset)
    if parts["zone"] is not None:
        return "is not a time", _named(moment, parts["zone"])
    either = f"{_in_moscow(moment)} if Moscow time, {_written(moment)}Z if UTC"
    return ("has no time zone", f"add the offset: {either}") if iso else ("is not a time", f"write {either}")


def _of_number(value: float) -> str:
    if 1e8 <= value < 7.2e9:
        return f"write {_written(datetime.fromtimestamp(value, UTC))}Z if these are Unix seconds"
    if 20_000 <= value < 100_000:
        # Spreadsheets count days from the end of 1899, and know no zone.
        serial = datetime(1899, 12, 30) + timedelta(minutes=round(value * 1440))  # noqa: DTZ001
        return f"as a spreadsheet's date it is {_in_moscow(serial)} if Moscow time, {_written(serial)}Z if UTC"
    return _EXAMPLE


def _named(moment: datetime, zone: str) -> str:
    name = {"MSK": "Europe/Moscow", "МСК": "Europe/Moscow", "GMT": "UTC"}.get(zone, zone)
    if name == "UTC":
        return f"write {_written(moment)}Z"
    try:
        return f"write {_with_offset(moment, ZoneInfo(name))}"
    except (LookupError, ValueError, OSError):
        return _EXAMPLE


def _in_moscow(moment: datetime) -> str:
    return _with_offset(moment, _MOSCOW)


def _with_offset(moment: datetime, zone: ZoneInfo) -> str:
    return _written(moment.replace(tzinfo=zone))


def _written(moment: datetime) -> str:
    """ISO 8601 to the minute, or to the second where there are seconds; UTC's own offset left to the caller."""
    bare = moment if moment.utcoffset() else moment.replace(tzinfo=None)
    return bare.isoformat(timespec="seconds" if moment.second else "minutes")
