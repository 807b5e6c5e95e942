"""Which days a word for a day can mean, seen from the day of publication."""

from datetime import date, timedelta

from tracker.evidence.times.tokens import Day
from tracker.model import BadTime

ANCHOR = "give published=, the page's own date, or write the date with its year"


def days_of(said: Day, base: date | None) -> list[date]:
    """The days that may be meant, the likelier first.

    A weekday and a date without a year are the latest ones that are not after the publication, since what is reported
    has happened; a weekday said on that same weekday may be today or a week ago.

    Raises
    ------
    BadTime
        There is no such day, or the publication is needed and not known.

    Examples
    --------
    >>> days_of(Day(weekday=5), date(2023, 6, 26))
    [datetime.date(2023, 6, 24)]
    """
    if said.day is not None and said.month is not None and said.year is not None:
        pairs = [(said.day, abs(said.month))]
        if said.month < 0:  # 06/07/2023, see tokens
            pairs.append((-said.month, said.day))
        days = [day for number, month in pairs if (day := _day(said.year, month, number)) is not None]
        if not days:
            raise BadTime(
                f"there is no day {said.day} in month {abs(said.month)} of {said.year}; look at the date again"
            )
        return days
    if base is None:
        raise BadTime(f"which day is meant depends on when it was said; {ANCHOR}")
    if said.back is not None:
        return [base - timedelta(days=said.back)]
    if said.weekday is not None:
        back = (base.weekday() - said.weekday) % 7
        if back:
            return [base - timedelta(days=back)]
        week = base - timedelta(days=7)
        return [week] if said.last else [base, week]
    for year in range(base.year, base.year - 9, -1):  # 29 February may be eight years ago
        day = _day(year, said.month or 0, said.day or 0)
        if day is not None and day <= base:
            return [day]
    raise BadTime(f"there is no day {said.day} in month {said.month}; look at the date again")


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
