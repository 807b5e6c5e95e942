"""When a thing was published: the anchor of relative words, and the bound of what it can tell."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from tracker.evidence.times.iso import iso_moment, plain
from tracker.model import BadTime

_REMEDY = "give the hour with its zone, as in published='2023-06-24T18:12+03:00', or the day, as in '2023-06-24'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The publication: a moment, a day of which the hour is not known, or a month or year of which the day is not."""

    moment: datetime | None = None
    day: date | None = None
    last: date | None = None
    """The last day of the month or year."""

    def day_in(self, zone: tzinfo) -> date:
        """The day of the publication by the clocks of a zone."""
        if self.moment is not None:
            return self.moment.astimezone(zone).date()
        if self.day is None:
            raise BadTime(f"it counts from the day of publication, of which only month or year is known; {_REMEDY}")
        return self.day

    def end(self, zone: tzinfo | None) -> datetime:
        """The moment by which it was published; without a zone, when the day has ended everywhere on earth."""
        if self.moment is not None:
            return self.moment
        day = (self.last or self.day_in(UTC)) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=zone or timezone(timedelta(hours=-12))).astimezone(UTC)


def stamp_of(published: str | datetime | date | None) -> Stamp | None:
    """What ``published`` says, None where it is not given.

    Raises
    ------
    BadTime
        It is no time, or an hour without a zone.
    """
    if published is None:
        return None
    if isinstance(published, datetime):
        if published.utcoffset() is None:
            raise BadTime(f"published={published.isoformat()!r} has no time zone; {_REMEDY}")
        return Stamp(moment=plain(published).astimezone(UTC))
    if isinstance(published, date):
        return Stamp(day=published)
    if isinstance(published, str) and len(published) <= 60:
        text = published.strip()
        if (moment := iso_moment(text)) is not None:
            return Stamp(moment=moment.astimezone(UTC))
        if said := re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text):
            try:
                if said[3]:
                    return Stamp(day=date.fromisoformat(text))
                year, month = int(said[1]), date(int(said[1]), int(said[2] or 12), 1).month
                return Stamp(last=date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))
            except ValueError:
                pass
    raise BadTime(f"published={str(published)[:60]!r} is no day and no moment with a zone; {_REMEDY}")
