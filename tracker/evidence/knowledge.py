"""What was known when: the moment each report can have been known, and the reports known at a moment."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.evidence import cells
from tracker.model import BadTime

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:[Tt ][0-9:.]*)?")
_REMEDY = "write a date, an hour and a zone, as in 2023-06-24T15:00+03:00"
# They stand throughout their interval: `earliest` is when the page attests them, `latest` when they ended.
_STANDING = ("roadblock", "absence")


def known_at(reports: gpd.GeoDataFrame, t: str | datetime, *, zone: str = "UTC") -> gpd.GeoDataFrame:
    """The reports that had been published by a moment, in their order.

    This is the clock of the publishers; ``log.reports(as_of=t)`` is the clock of the report log. A report that says
    something about 14:00 and was printed at 20:00 is not known at 16:00.

    The rows are those of today: a bound or a grade worked out later ("lifted next day at three") stays in them.

    Parameters
    ----------
    reports : a reports table
    t : the moment, with its zone: ISO 8601 text or a datetime
    zone : the zone in which a bare date ends, see `published_at`

    Returns
    -------
    GeoDataFrame, a new reports table with the same columns and dtypes, index 0..n-1.

    Raises
    ------
    BadTime
        ``t`` is no time or has no zone, or there is no such ``zone``.

    Examples
    --------
    >>> from tracker.evidence import read_reports
    >>> len(known_at(read_reports(), "2023-06-24T12:00+03:00", zone="Europe/Moscow"))
    16
    """
    known = published_at(reports, zone=zone) <= _moment(t)
    return reports[known.to_numpy(bool)].reset_index(drop=True)


def published_at(reports: gpd.GeoDataFrame, *, zone: str = "UTC") -> "pd.Series[pd.Timestamp]":
    """The moment from which each report can have been known: datetime64[us, UTC], NaT where nothing tells.

    The first of these that the report gives:

    1. the moment in ``published``, where that has an hour and a zone;
    2. the page's stamp, where ``time_basis`` is ``published`` and the stamp lies on the day in ``published`` or that is
       empty: ``latest``, or ``earliest`` of a roadblock or an absence, because that is when the page attests it;
    3. the end of the day, month or year in ``published``: what came out some time on a day cannot be used earlier
       without knowing better. An hour without a zone counts as its day;
    4. ``recorded_at``: by then somebody had it, whenever it was published;
    5. NaT: never known. ``latest`` is not taken, since it says when a thing happened and not when anybody read of it.

    Parameters
    ----------
    reports : a reports table
    zone : IANA name of the zone in which bare dates, months and years end. They carry none; UTC favours nobody, and the
        place of the publishers is better where they share one (Europe/Moscow for the bundled case)

    Returns
    -------
    Series with the index of ``reports``.

    Raises
    ------
    BadTime
        There is no such zone.

    Examples
    --------
    >>> from tracker.evidence import read_reports
    >>> stamps = published_at(read_reports(), zone="Europe/Moscow")
    >>> str(stamps[4]), str(stamps[2])  # stamped 11:47 Moscow time; the bare date 2023-06-24
    ('2023-06-24 08:47:00+00:00', '2023-06-24 21:00:00+00:00')
    """
    where = _zone(zone)
    text = cells.text_of(reports["published"])
    exact = cells.times(text)
    first, end = _days(text, where)
    stamp = reports["latest"].where(~reports["kind"].isin(_STANDING), reports["earliest"])
    # An empty `published` does not contradict the stamp; one that names another day does.
    stamped = reports["time_basis"].eq("published").fillna(False) & (text.eq("") | ((stamp >= first) & (stamp <= end)))
    moments = exact.fillna(stamp.where(stamped)).fillna(end).fillna(reports["recorded_at"])
    return moments.dt.as_unit("us").rename("published_at")


def _days(text: "pd.Series[str]", zone: ZoneInfo) -> tuple["pd.Series[pd.Timestamp]", "pd.Series[pd.Timestamp]"]:
    """First and last moment of each day, month or year written out; few differ, so each is worked out once."""
    kinds, which = np.unique(text.to_numpy(object).astype(str), return_inverse=True)
    bounds = np.array([_bounds(each.strip(), zone) for each in kinds], dtype="datetime64[us]").reshape(-1, 2)[which]
    first, end = (pd.Series(column, index=text.index).dt.tz_localize("UTC") for column in bounds.T)
    return first, end


def _bounds(text: str, zone: ZoneInfo) -> tuple[str, str]:
    said = _DAY.fullmatch(text)
    if said is None:
        return "NaT", "NaT"
    year, month, day = (int(part) if part else None for part in said.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day is not None:
            after = first + timedelta(days=1)
        else:
            after = date(first.year + 1, 1, 1) if month in (None, 12) else date(first.year, first.month + 1, 1)
        ends = [datetime.combine(each, time(), zone).astimezone(UTC) for each in (first, after)]
    except (ValueError, OverflowError):
        return "NaT", "NaT"
    return ends[0].replace(tzinfo=None).isoformat(), ends[1].replace(tzinfo=None).isoformat()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError) as reason:
        raise BadTime(f"{name!r} is no time zone; give an IANA name, as in zone='Europe/Moscow'") from reason


def _moment(t: object) -> pd.Timestamp:
    try:
        moment = pd.Timestamp(t) if isinstance(t, (str, datetime)) else pd.NaT
    except (ValueError, OverflowError):
        moment = pd.NaT
    if not isinstance(moment, pd.Timestamp):
        raise BadTime(f"{t!r} is no time; {_REMEDY}")
    if moment.tzinfo is None:
        raise BadTime(f"{t!r} has no time zone; {_REMEDY}")
    return moment.tz_convert("UTC")
