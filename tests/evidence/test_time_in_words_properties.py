"""What holds for any text, any moment and any day of publication."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.evidence.times import Interval, interval
from tracker.evidence.times import vocabulary as say
from tracker.model import AmbiguousTime, BadTime

PIECES = [
    *say.MONTHS, *say.WEEKDAYS, *say.BACK, *say.NUMBERS, *say.PARTS, *say.HALVES, *say.MARKS, *sorted(say.FILLERS),
    *("24", "23", "5", "12", "15:00", "2:30", "2023", "06/07/2023", "24.06.2023", "2023-06-24", "noon", "midnight"),
    *("ago", "назад", "hours", "часа", "msk", "ist", "+03:00", "z", "half past", "99", "24 июня", "/", "полночь"),
]  # fmt: skip
MOMENTS = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(max_size=220) | st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)


def outcome(words: str, **options: object) -> Interval | BadTime:
    """What comes of it, the errors that have a name included; any other error fails the test."""
    try:
        return interval(words, **options)  # type: ignore[arg-type]
    except BadTime as refused:
        return refused


@settings(max_examples=1000, deadline=None)
@given(
    words=TEXTS,
    zone=st.sampled_from([None, "Europe/Moscow", "America/New_York", "IST"]),
    published=st.none() | MOMENTS | MOMENTS.map(datetime.date),
    within=st.sampled_from([None, "30min"]),
)
def test_any_text_is_an_interval_or_a_named_error(words, zone, published, within) -> None:  # type: ignore[no-untyped-def]
    found = outcome(words, zone=zone, published=published, within=within)
    if isinstance(found, AmbiguousTime):
        assert len(set(found.readings)) > 1
        for reading in found.readings:
            assert interval(reading).iso == reading
    elif isinstance(found, Interval):
        assert found.earliest <= found.latest
        assert found.earliest.tzinfo is not None
        assert found.time_basis in ("observed", "published", "inferred")
        if isinstance(published, datetime):
            assert found.latest <= published
    else:
        assert "; " in str(found)  # a remedy follows the problem


@given(text=st.text(max_size=80), which=st.sampled_from(["zone", "published", "within"]))
def test_any_text_as_an_option_is_taken_or_refused_by_name(text: str, which: str) -> None:
    outcome("24 June 2023 15:00 MSK", **{which: text})


@given(moment=MOMENTS, minutes=st.integers(0, 3000), hours=st.integers(-12, 14))
def test_an_interval_holds_the_moment_that_was_written(moment: datetime, minutes: int, hours: int) -> None:
    written = moment.astimezone(timezone(timedelta(hours=hours))).isoformat()
    found = interval(written, within=timedelta(minutes=minutes))
    assert found.latest - moment == moment - found.earliest == timedelta(minutes=minutes)
    assert interval(found.iso).iso == found.iso


@given(moment=MOMENTS)
def test_a_moment_in_words_is_the_moment_in_iso(moment: datetime) -> None:
    exact = moment.replace(second=0, microsecond=0)
    found = interval(f"{exact.day} {exact:%B} {exact.year} at {exact:%H:%M} UTC")
    assert found.earliest == found.latest == exact


RELATIVE = [
    "yesterday evening",
    "this morning",
    "last night",
    "two hours ago",
    "20 минут назад",
    "вчера в 15:00",
    "today",
]
RELATIVE += ["позавчера", "после 3:00", "overnight", "a week ago", "between 1:00 and 2:00", "at 23:00"]


@pytest.mark.parametrize("words", RELATIVE)
@given(published=MOMENTS)
@settings(max_examples=25, deadline=None)
def test_published_a_day_later_is_a_day_later(words: str, published: datetime) -> None:
    day = timedelta(days=1)
    before = outcome(words, zone="+03:00", published=published)
    after = outcome(words, zone="+03:00", published=published + day)
    if isinstance(before, Interval) and isinstance(after, Interval):
        assert (after.earliest, after.latest) == (before.earliest + day, before.latest + day)
        assert after.time_basis == before.time_basis
    else:  # "this morning", said before six
        assert type(before) is type(after)


def test_neither_clock_nor_zone_of_the_machine_changes_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for zone in ("America/New_York", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        answers.append([interval(words, zone="+03:00", published="2023-06-24T20:00Z") for words in RELATIVE])
    monkeypatch.undo()
    time.tzset()
    assert answers[0] == answers[1]


def test_dateparser_is_not_loaded_before_it_is_needed() -> None:
    asked = "import sys, tracker.evidence.times as times; times.interval('24 June 2023 15:00 MSK')"
    done = subprocess.run([sys.executable, "-c", f"{asked}; print('dateparser' in sys.modules)"], capture_output=True)
    assert done.stdout.strip() == b"False"
