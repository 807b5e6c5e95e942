"""The pieces of a phrase put together: every interval that they can mean."""

from datetime import date, datetime, time, timedelta, tzinfo

from tracker.evidence.times import vocabulary as say
from tracker.evidence.times.clocks import seconds_of
from tracker.evidence.times.days import ANCHOR, days_of
from tracker.evidence.times.phrases import NIGHTS, UNCLEAR, Phrase
from tracker.evidence.times.stamp import Stamp
from tracker.evidence.times.tokens import Clock
from tracker.evidence.times.zones import outer, stated
from tracker.model import BadTime

Reading = tuple[datetime, datetime, str]
"""Earliest, latest, time_basis."""
_DAY = timedelta(days=1)
_NOON = 12 * 3600


def readings(phrase: Phrase, zone: tzinfo, stamp: Stamp | None) -> list[Reading]:
    """Every interval that a phrase can mean in a zone, the likelier first.

    Raises
    ------
    BadTime
        It means none: no such day or hour, or the publication is needed and not known.
    """
    base = None if stamp is None or (stamp.last and not _needs_base(phrase)) else stamp.day_in(zone)
    if phrase.days:
        spread = [days_of(day, base) for day in phrase.days]
        if phrase.weekday is not None:
            spread = [[day for day in days if day.weekday() == phrase.weekday] for days in spread]
            if not all(spread):
                raise BadTime("the date is not on that day of the week; look at both again")
        if len(spread) == 2:
            return _over_two_days(phrase, spread, zone)
        return [found for day in spread[0] for found in _on_day(phrase, day, zone)]
    if base is None or stamp is None:
        raise BadTime(f"no day is named; {ANCHOR}")
    if phrase.part in NIGHTS and not phrase.clocks:
        hours = say.HOURS["night"]
        if phrase.part == "last night":
            return [_hours(base, say.HOURS["last night"], zone)]
        if phrase.part == "tonight":
            return [_hours(base, say.HOURS["tonight"], zone)]
        return [_hours(base - _DAY, hours, zone)]
    # What was reported has happened: an hour that the day of publication had not reached yet is of the day before.
    found = _on_day(phrase, base, zone)
    past = [reading for reading in found if reading[0] <= stamp.end(zone)]
    return past or _on_day(phrase, base - _DAY, zone)


def _needs_base(phrase: Phrase) -> bool:
    return not phrase.days or any(day.year is None for day in phrase.days)


def _on_day(phrase: Phrase, day: date, zone: tzinfo) -> list[Reading]:
    night = phrase.part in NIGHTS
    into = night and phrase.joined and len(phrase.clocks) < 2
    if phrase.part == "last night" and phrase.days:
        raise BadTime(UNCLEAR)
    if not phrase.clocks:
        if phrase.part is None:
            return [_hours(day, (0, 24), zone)]
        if phrase.part != "night":
            return [_hours(day, say.HOURS[phrase.part], zone)]
        # "The night of 24 June" is the one before or the one after; "the night to 24 June" is the one before.
        before = _hours(day - _DAY, say.HOURS["night"], zone)
        if into:
            return [before]
        after = _hours(day, say.HOURS["night"], zone)
        return [before, after] if phrase.days and phrase.days[0].back == 0 else [after, before]
    if night:
        evening = day - _DAY if into or not phrase.days else day
        found = _at_clocks(phrase, evening, evening + _DAY, zone)
        return found if into or not phrase.days else found + _at_clocks(phrase, day - _DAY, day, zone)
    return _at_clocks(phrase, day, None, zone)


def _over_two_days(phrase: Phrase, spread: list[list[date]], zone: tzinfo) -> list[Reading]:
    pairs = [(first, second) for first in spread[0] for second in spread[1]]
    if phrase.part in NIGHTS:
        pairs = [(first, second) for first, second in pairs if second - first == _DAY]
        if not pairs:
            raise BadTime("a night lies between two days that follow each other; look at the dates again")
        if not phrase.clocks:
            return [_hours(first, say.HOURS["night"], zone) for first, _ in pairs]
        return [found for first, second in pairs for found in _at_clocks(phrase, first, second, zone)]
    pairs = [(first, second) for first, second in pairs if first <= second]
    if phrase.part is not None or len(phrase.clocks) == 1 or not pairs:
        raise BadTime(UNCLEAR)
    if phrase.clocks:
        return [
            (start, end, "observed")
            for first, second in pairs
            for start in _clock_on(phrase, 0, first, zone)
            for end in _clock_on(phrase, 1, second, zone)
            if start <= end
        ]
    return [(_hours(first, (0, 24), zone)[0], _hours(last, (0, 24), zone)[1], "inferred") for first, last in pairs]


def _clock_on(phrase: Phrase, which: int, day: date, zone: tzinfo) -> list[datetime]:
    return [moment for each in seconds_of(phrase.clocks[which]) for moment in _stated(day, each, zone)]


def _at_clocks(phrase: Phrase, day: date, next_day: date | None, zone: tzinfo) -> list[Reading]:
    """Readings on a day; or in the night from a day to the next, where the hours after noon are of the first."""
    half = say.HALF.get(phrase.part or "")
    twelve = any(isinstance(clock, Clock) and clock.half in ("am", "pm", "day") for clock in phrase.clocks)
    seconds = [seconds_of(clock, half=half, twelve=twelve) for clock in phrase.clocks]

    def day_for(second: int) -> date:
        return day if next_day is None or second >= _NOON else next_day

    if len(seconds) == 1:
        chosen = _midnight(phrase, seconds[0], in_night=next_day is not None)
        return [
            found
            for second in chosen
            for moment in _stated(day_for(second), second, zone)
            for found in [_about(phrase, moment, second, day_for(second), zone)]
        ]
    spans = [
        (start, end if end > start else end + 86_400)
        for start in (seconds[0] if 86_400 not in seconds[0] else [0])
        for end in (seconds[1] if 86_400 not in seconds[1] else [86_400])
    ]
    shortest = min(end - start for start, end in spans)
    found: list[Reading] = []
    for start, end in spans:
        if end - start != shortest:
            continue
        # "From 23:00 to 01:00 on 24 June": the date may be of the beginning or of the end.
        days = [day_for(start)]
        if next_day is None and end > 86_400 and phrase.days:
            days.append(day - _DAY)
        for first in days:
            for opening in _stated(first, start, zone):
                for closing in _stated(first, end, zone):
                    wide = [_width(second) if "about" in phrase.marks else timedelta(0) for second in (start, end)]
                    if opening <= closing:
                        found.append((opening - wide[0], closing + wide[1], "observed"))
    return found


def _midnight(phrase: Phrase, seconds: list[int], *, in_night: bool) -> list[int]:
    """Which midnight of its day is meant, where the words around it tell."""
    if 86_400 not in seconds or len(seconds) == 1:
        return seconds
    if phrase.marks & {"before", "shortly before", "until"}:
        return [86_400] if phrase.days else [0]
    if in_night or not phrase.days or phrase.marks & {"after", "shortly after"}:
        return [0]
    return seconds


def _about(phrase: Phrase, moment: datetime, second: int, day: date, zone: tzinfo) -> Reading:
    marks = phrase.marks
    if "shortly after" in marks:
        return moment, moment + say.SHORTLY, "observed"
    if "shortly before" in marks:
        return moment - say.SHORTLY, moment, "observed"
    start, end, _ = _hours(day, (0, 24), zone)
    if "after" in marks or "open" in marks:
        return moment, max(end, moment), "inferred"
    if "before" in marks or "until" in marks:
        return min(start, moment), moment, "inferred"
    wide = _width(second) if "about" in marks else timedelta(0)
    return moment - wide, moment + wide, "observed"


def _width(second: int) -> timedelta:
    return say.ABOUT_MINUTES if second % 3600 else say.ABOUT_HOUR


def _stated(day: date, second: int, zone: tzinfo) -> tuple[datetime, ...]:
    local = datetime.combine(day, time()) + timedelta(seconds=second)
    if not (moments := stated(local, zone)):
        raise BadTime(
            f"clocks in {zone} skipped {local:%Y-%m-%d %H:%M} for summer time; look at the hour or the zone again"
        )
    return moments


def _hours(day: date, hours: tuple[int, int], zone: tzinfo) -> Reading:
    start, end = (datetime.combine(day, time()) + timedelta(hours=hour) for hour in hours)
    return outer(start, zone, last=False), outer(end, zone, last=True), "inferred"
