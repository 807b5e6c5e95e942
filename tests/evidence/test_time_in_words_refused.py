"""Words that mean several times or none: what the error says, and that its readings can be given instead."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from tracker.evidence.times import interval
from tracker.model import AmbiguousTime, BadTime

PUBLISHED = "2023-06-24T18:00+03:00"
"""A Saturday evening."""


def utc(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("06/07/2023", 2),
        ("06/07/2022 to 08/07/2022", 4),
        ("at 5 on 23 June", 2),
        ("at 5 yesterday", 2),
        ("в 5 часов 23 июня", 2),
        ("between 5 and 7 on 23 June", 2),
        ("12:30 am on 23 June", 2),
        ("12 pm on 23 June", 2),
        ("Saturday", 2),
        ("early Saturday", 2),
        ("утром в субботу", 2),
        ("midnight of 23 June", 2),
        ("полночь 23 июня", 2),
        ("23 июня в 12 ночи", 2),
        ("around midnight on 23 June", 2),
        ("23 June at night", 2),
        ("Friday night", 2),
        ("ночью 23 июня", 2),
        ("вчера ночью", 2),
        ("ночью 23 июня в 2:00", 2),
        ("from 23:00 to 01:00 on 23 June", 2),
        ("10:00 IST on 23 June", 3),
        ("10:00 CST on 23 June", 2),
        ("10:00 BST on 23 June", 2),
    ],
)
def test_several_readings_are_listed_and_each_can_be_given_instead(words: str, count: int) -> None:
    with pytest.raises(AmbiguousTime) as refused:
        interval(words, zone="Europe/Moscow", published="2023-08-01" if "/" in words else PUBLISHED)
    readings = refused.value.readings
    assert len(set(readings)) == len(readings) == count
    for reading in readings:
        assert reading in str(refused.value)
        assert interval(reading).iso == reading


def test_an_hour_shown_twice_at_the_end_of_summer_time_has_two_readings() -> None:
    with pytest.raises(AmbiguousTime) as refused:
        interval("27 October 2024 2:30", zone="Europe/Berlin")
    assert refused.value.readings == (
        "2024-10-27T00:30:00+00:00/2024-10-27T00:30:00+00:00",
        "2024-10-27T01:30:00+00:00/2024-10-27T01:30:00+00:00",
    )


def test_the_day_on_which_summer_time_ends_has_twenty_five_hours() -> None:
    found = interval("27 October 2024", zone="Europe/Berlin")
    assert found.latest - found.earliest == timedelta(hours=25)


def test_publication_settles_what_would_be_ambiguous_when_only_one_reading_had_happened() -> None:
    assert interval("at 5", zone="UTC", published="2023-06-24T09:00Z").earliest == utc("2023-06-24T05:00")
    assert interval("06/07/2023", zone="UTC", published="2023-06-24").earliest == utc("2023-06-07")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("31 March 2024 2:30", "skipped 2024-03-31 02:30 for summer time"),
        ("31 June 2023", "there is no day 31 in month 6 of 2023"),
        ("29 February 2023", "there is no day 29"),
        ("24 June 2023 25:00", "no clock shows 25:00"),
        ("Friday 24 June 2023", "not on that day of the week"),
        ("Saturday", "give published="),
        ("15:00", "give published="),
        ("yesterday", "give published="),
        ("24 June", "give published="),
        ("two hours ago", "give its hour with the zone"),
        ("24 June 2023 10:00 MSK UTC", "names several zones"),
        ("before 24 June 2023", "do not make one time"),
        ("until 24 June 2023", "do not make one time"),
        ("from 23 June 2023 until 15:00", "do not make one time"),
        ("24 June 2023 to 15:00", "do not make one time"),
        ("24 June 2023 15:00 16:00", "do not make one time"),
        ("about 24 June 2023", "do not make one time"),
        ("15:00 in the morning of 24 June 2023", "does not go with the part of the day"),
        ("half a day ago", "do not make one time"),
        ("the night of 21 to 24 June 2023", "two days that follow each other"),
        ("several hours ago", "is not understood from 'several"),
        ("at dawn", "is not understood from 'dawn'"),
        ("MSK", "there is no day and no hour"),
        ("", "is not a time"),
        ("1687606200", "write 2023-06-24T11:30Z if these are Unix seconds"),
        ("2023-06-24T15:30Z/2023-06-24T14:30Z", "ends before it begins"),
        ("x" * 201, "201 characters"),
        ("24 June 2023\x00 15:00", "invisible characters"),
        ("\u202e00:51 24 June 2023", "invisible characters"),
        ("٢٤ June 2023", "digits of another script"),
    ],
)
def test_what_means_no_time_is_refused_with_the_reason(words: str, message: str) -> None:
    with pytest.raises(BadTime) as refused:
        interval(words, zone="Europe/Berlin")
    assert not isinstance(refused.value, AmbiguousTime)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "words",
    ["in 13 hours", "in about 13 hours", "24 June 2023 in 13 hours", "in half an hour", "через 13 часов", "через час"],
)
def test_what_lies_ahead_is_no_report_and_no_hour_of_the_clock(words: str) -> None:
    with pytest.raises(BadTime, match="lies ahead, and a report is of what has happened; write when it did"):
        interval(words, zone="Europe/Moscow", published=PUBLISHED)


def test_hours_after_at_are_still_an_hour_of_the_clock() -> None:
    for words in ("at 13 hours on 23 June", "в 13 часов 23 июня"):
        assert interval(words, zone="UTC", published=PUBLISHED).earliest == utc("2023-06-23T13:00")


@pytest.mark.parametrize(
    "words", ["2023-06-24T14:30", "24.06.2023 14:30", datetime.fromisoformat("2023-06-24T14:30")], ids=str
)
def test_a_time_without_a_zone_is_refused_with_both_ways_to_write_it(words: str | datetime) -> None:
    with pytest.raises(BadTime, match=r"2023-06-24T14:30\+03:00 if Moscow time, 2023-06-24T14:30Z if UTC"):
        interval(words)


def test_no_zone_is_assumed_from_the_publication() -> None:
    with pytest.raises(BadTime, match="give zone='Europe/Moscow'"):
        interval("yesterday at 15:00", published=PUBLISHED)


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Mars/Base", "+25:00", "../../etc/passwd", "", "Europe"])
def test_a_zone_that_is_none_or_follows_the_machine_is_refused(zone: str) -> None:
    with pytest.raises(BadTime, match="is no time zone"):
        interval("24 June 2023 15:00", zone=zone)


@pytest.mark.parametrize("published", ["yesterday", "2023-06-24T18:00", "2023-02-30", "", "2023-13"])
def test_a_publication_that_is_no_moment_and_no_day_is_refused(published: str) -> None:
    with pytest.raises(BadTime, match="published="):
        interval("24 June 2023 15:00 MSK", published=published)


@pytest.mark.parametrize("within", ["soon", "-5 min", "5", "", "1 month", "2h banana", "500 days", timedelta(days=-1)])
def test_a_width_that_is_none_is_refused(within: str | timedelta) -> None:
    with pytest.raises(BadTime, match="is no length of time up to a year"):
        interval("2023-06-24T15:00Z", within=within)


@pytest.mark.parametrize(
    ("within", "minutes"),
    [
        ("30min", 30),
        ("30 min", 30),
        ("2h", 120),
        ("1h30", 90),
        ("90 s", 1.5),
        ("1 day", 1440),
        ("1,5 ч", 90),
        ("2 hours 15 minutes", 135),
        ("20 минут", 20),
        (timedelta(minutes=7), 7),
    ],
)
def test_a_width_reaches_to_both_sides(within: str | timedelta, minutes: float) -> None:
    found = interval("2023-06-24T15:00+03:00", within=within)
    assert found.earliest == utc("2023-06-24T12:00") - timedelta(minutes=minutes)
    assert found.latest == utc("2023-06-24T12:00") + timedelta(minutes=minutes)


def test_what_happened_cannot_be_later_than_its_publication() -> None:
    assert interval("2023-06-24T17:50+03:00", within="30min", published=PUBLISHED).latest == utc("2023-06-24T15:00")
    with pytest.raises(BadTime, match="cannot be after its publication"):
        interval("2023-06-24T18:01+03:00", published=PUBLISHED)


def test_a_bare_day_of_publication_ends_in_the_zone_of_the_words_or_else_last_on_earth() -> None:
    assert interval("today", zone="Europe/Moscow", published=date(2023, 6, 24)).latest == utc("2023-06-24T21:00")
    assert interval("2023-06-25T11:59Z", published="2023-06-24").latest == utc("2023-06-25T11:59")
    with pytest.raises(BadTime, match="cannot be after"):
        interval("2023-06-25T12:01Z", published="2023-06-24")


def test_a_month_of_publication_bounds_but_does_not_anchor() -> None:
    assert interval("24 June 2023", zone="UTC", published="2023-06").latest == utc("2023-06-25")
    with pytest.raises(BadTime, match="only month or year is known"):
        interval("yesterday", zone="UTC", published="2023-06")


def test_times_of_pandas_are_taken_and_a_missing_one_is_refused() -> None:
    found = interval(pd.Timestamp("2023-06-24T12:00Z"), published=pd.Timestamp("2023-06-24T13:00Z"))
    assert (type(found.earliest), found.iso) == (datetime, "2023-06-24T12:00:00+00:00/2023-06-24T12:00:00+00:00")
    with pytest.raises(BadTime):
        interval(pd.NaT)
