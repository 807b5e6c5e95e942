"""A time as somebody wrote it, in words or in ISO 8601, made into an interval."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo

from tracker.evidence.rewrites import time_problem
from tracker.evidence.times.ago import ago
from tracker.evidence.times.bounds import Interval, written
from tracker.evidence.times.iso import iso_bounds, plain
from tracker.evidence.times.phrases import phrase_of
from tracker.evidence.times.readings import Reading, readings
from tracker.evidence.times.scanning import scan
from tracker.evidence.times.spans import span
from tracker.evidence.times.stamp import Stamp, stamp_of
from tracker.evidence.times.tokens import Ago, Token, Word
from tracker.evidence.times.zones import zone_of
from tracker.model import AmbiguousTime, BadTime

_LONGEST = 200
_WRITE = "write it as in 24 June 2023 about 15:00 MSK, or in ISO 8601 as in 2023-06-24T15:00+03:00"


def interval(
    words: str | datetime,
    *,
    zone: str | None = None,
    published: str | datetime | date | None = None,
    within: str | timedelta | None = None,
) -> Interval:
    """The interval that some words mean, in English, Russian or ISO 8601.

    The basis says how it is known, as in the reports table: ``observed``, the words state an hour; ``inferred``, only a
    day, a part of one, or a bound ("after 16:00", "two hours ago"); ``published``, as inferred, but the upper bound is
    the publication, because what is reported has happened. Nothing is guessed: neither a zone nor one of two readings.
    "About" a whole hour is half an hour either way, about 15:20 a quarter; parts of the day reach from 6 to 12, 18 and
    24 o'clock, a night from 22 to 6. An hour with minutes ("5:30") is of the 24-hour clock unless am or pm stand by it.

    Parameters
    ----------
    words : what was said, or a datetime with a zone
    zone : the zone of the words, an IANA name or an offset, used when they name none
    published : when it was published, a moment with its zone or a day. Counts back relative words, supplies a missing
        day or year, and bounds the interval
    within : how far from the words the truth may be, as in "30min", "2h", "1h30", or a timedelta

    Returns
    -------
    Interval, its bounds in UTC, or in the offset of ISO 8601 text and of a datetime.

    Raises
    ------
    AmbiguousTime
        The words have several readings; ``readings`` lists them as ISO intervals, each of which can be given instead.
    BadTime
        They mean no time, or lack a zone or the publication; the message says what to give.

    Examples
    --------
    >>> interval("24 June 2023 about 15:00 MSK").iso
    '2023-06-24T11:30:00+00:00/2023-06-24T12:30:00+00:00'
    >>> found = interval("сегодня утром", zone="Europe/Moscow", published="2023-06-24T10:30+03:00")
    >>> found.iso, found.time_basis
    ('2023-06-24T03:00:00+00:00/2023-06-24T07:30:00+00:00', 'published')
    >>> interval("06/07/2023", zone="UTC")
    Traceback (most recent call last):
        ...
    tracker.model.errors.AmbiguousTime: '06/07/2023' has 2 readings; give the one that is meant:
    2023-07-06T00:00:00+00:00/2023-07-07T00:00:00+00:00 or 2023-06-07T00:00:00+00:00/2023-06-08T00:00:00+00:00
    """
    said = words if isinstance(words, str) else str(words)
    try:
        wide = span(within) if within is not None else timedelta(0)
        stamp = stamp_of(published)
        default = zone_of(zone) if zone is not None else ()
        found, ends = _found(words, default, stamp)
        return _chosen(said, [_widened(reading, wide) for reading in found], ends)
    except BadTime as reason:
        if isinstance(reason, AmbiguousTime) or str(reason).startswith(repr(_shown(said))):
            raise
        raise BadTime(f"{_shown(said)!r}: {reason}") from None
    except (OverflowError, ValueError) as reason:
        raise BadTime(f"{_shown(said)!r} is outside the years that can be counted; {_WRITE}") from reason


def _found(
    words: str | datetime, default: tuple[tzinfo, ...], stamp: Stamp | None
) -> tuple[list[Reading], list[datetime | None]]:
    """Every reading, and for each the moment by which it was published."""
    if isinstance(words, datetime):
        if words.utcoffset() is None:
            problem, remedy = time_problem(words.isoformat(timespec="seconds"))
            raise BadTime(f"{problem}; {remedy}")
        words = plain(words)
        bounds = (words, words)
    elif not isinstance(words, str):
        raise BadTime(f"is no text and no datetime; {_WRITE}")
    else:
        text = _normalised(words)
        exact = iso_bounds(words)
        if exact is None:
            return _in_words(text, default, stamp)
        bounds = exact
    if bounds[1] < bounds[0]:
        raise BadTime("ends before it begins; write earliest/latest")
    only = default[0] if len(default) == 1 else None
    return [(*bounds, "observed")], [stamp.end(only) if stamp else None]


def _normalised(words: str) -> str:
    if len(words) > _LONGEST:
        raise BadTime(f"has {len(words)} characters, more than {_LONGEST}; give only the words about the time")
    # Marks of writing direction and control characters can make the eye read another time than the program.
    if any(unicodedata.category(letter)[0] == "C" and letter not in "\t\n\r" for letter in words):
        raise BadTime("has invisible characters; write it again by hand")
    text = unicodedata.normalize("NFKC", words).casefold().replace("ё", "е").replace("’", "'")
    if re.search(r"(?![0-9])\d", text):
        raise BadTime("has digits of another script; write 0 to 9")
    return re.sub(r"\s+", " ", text).strip()


def _in_words(
    text: str, default: tuple[tzinfo, ...], stamp: Stamp | None
) -> tuple[list[Reading], list[datetime | None]]:
    tokens = scan(text)
    if isinstance(tokens, str):
        if re.fullmatch(r"[0-9.:/\- t]*", text):
            problem, remedy = time_problem(text)
            raise BadTime(f"{problem}; {remedy}")
        raise BadTime(f"is not understood from {tokens[:30]!r} on; {_WRITE}")
    if not tokens:
        raise BadTime(f"is not a time; {_WRITE}")
    named = {token.name for token in tokens if isinstance(token, Word) and token.sort == "zone"}
    if len(named) > 1:
        raise BadTime(f"names several zones ({', '.join(sorted(named))}); keep one")
    zones = zone_of(named.pop()) if named else default
    rest: list[Token] = [token for token in tokens if not (isinstance(token, Word) and token.sort == "zone")]
    if any(isinstance(token, Ago) for token in rest):
        return _counted(rest, stamp)
    phrase = phrase_of(rest)
    if not zones:
        problem, remedy = time_problem(text)
        if not problem.startswith(("has no time zone", "is a day")) and not remedy.startswith("write 2"):
            remedy = "name it in the words, as in MSK or UTC, or give zone='Europe/Moscow'"
        raise BadTime(f"has no time zone; {remedy}")
    found = [
        (reading, stamp.end(zone) if stamp else None) for zone in zones for reading in readings(phrase, zone, stamp)
    ]
    return [reading for reading, _ in found], [end for _, end in found]


def _counted(tokens: list[Token], stamp: Stamp | None) -> tuple[list[Reading], list[datetime | None]]:
    others = [token for token in tokens if not isinstance(token, Ago)]
    about = any(isinstance(token, Word) and token.name == "about" for token in others)
    if len(tokens) - len(others) > 1 or len(others) > about:
        raise BadTime(f"the pieces do not make one time; {_WRITE}")
    (said,) = (token for token in tokens if isinstance(token, Ago))
    reading = ago(said, stamp, about=about)
    return [reading], [stamp.end(UTC) if stamp else None]


def _widened(reading: Reading, wide: timedelta) -> Reading:
    return reading[0] - wide, reading[1] + wide, reading[2]


def _chosen(said: str, found: list[Reading], ends: list[datetime | None]) -> Interval:
    possible: dict[tuple[datetime, datetime], Interval] = {}
    for (earliest, latest, basis), end in zip(found, ends, strict=True):
        if end is not None and earliest > end:
            continue
        if end is not None and latest > end:
            latest, basis = end.astimezone(latest.tzinfo), basis if basis == "observed" else "published"
        one = Interval(earliest=earliest, latest=latest, time_basis=basis, words=said)
        possible.setdefault((earliest, latest), one)
    kept = list(possible.values())
    if not kept:
        after = f", as {written(found[0][0])} is" if found else ""
        raise BadTime(f"cannot be after its publication{after}; look at the time, the zone and published= again")
    if len(kept) > 1:
        listed = " or ".join(one.iso for one in kept)
        raise AmbiguousTime(
            f"{_shown(said)!r} has {len(kept)} readings; give the one that is meant: {listed}",
            [one.iso for one in kept],
        )
    return kept[0]


def _shown(said: str) -> str:
    return said if len(said) <= 80 else said[:77] + "..."
