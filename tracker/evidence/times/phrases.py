"""The pieces of a phrase sorted by what they are, and refused where they cannot be one time."""

from dataclasses import dataclass, replace

from tracker.evidence.times import vocabulary as say
from tracker.evidence.times.tokens import Clock, Day, Token, Word
from tracker.model import BadTime

NIGHTS = ("night", "tonight", "last night")
UNCLEAR = "the pieces do not make one time; write it as in 24 June 2023 about 15:00, or as earliest/latest in ISO 8601"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """The pieces by what they are."""

    clocks: tuple[Clock | Word, ...]
    days: tuple[Day, ...]
    weekday: int | None
    """A weekday that stands beside a date and has to agree with it."""
    part: str | None
    marks: frozenset[str]

    @property
    def joined(self) -> bool:
        """Whether something leads from one hour or day to another."""
        return bool(self.marks & {"join", "dash", "until", "into"})


def phrase_of(tokens: list[Token]) -> Phrase:
    """The pieces sorted.

    Raises
    ------
    BadTime
        There are more of a kind than one time can have.
    """
    words = [token for token in tokens if isinstance(token, Word)]
    clocks = tuple(
        token for token in tokens if isinstance(token, Clock) or (isinstance(token, Word) and token.sort == "turn")
    )
    marks = frozenset(word.name for word in words if word.sort == "mark")
    days = [token for token in tokens if isinstance(token, Day)]
    weekday = None
    named = [day for day in days if day.weekday is not None]
    if len(days) == 2 and len(named) == 1:
        weekday = named[0].weekday
        days.remove(named[0])
    if len(days) == 2:
        days = _with_years(days)
    phrase = Phrase(
        clocks=clocks,
        days=tuple(days),
        weekday=weekday,
        part=_part([word.name for word in words if word.sort == "part"]),
        marks=marks,
    )
    bounds = marks & {"after", "before", "shortly after", "shortly before"}
    several = max(len(clocks), len(days)) > 1
    if (
        len(clocks) > 2
        or len(days) > 2
        or (several and (not phrase.joined or bounds))
        or len(bounds) > 1
        or ("about" in marks and (bounds or not clocks))
        or ((bounds or "open" in marks) and not clocks and len(days) < 2)
        or (weekday is not None and phrase.joined and len(clocks) < 2)
        or (
            phrase.part not in NIGHTS
            and marks & {"until", "join", "dash"}
            and ((not clocks and len(days) < 2) or ("open" in marks and len(clocks) == 1))
        )
        or (
            # "24 June - 15:00" is one moment, "24 June to 15:00" is an end without its beginning.
            "join" in marks and max(len(clocks), len(days)) < 2 and phrase.part not in NIGHTS
        )
        or "unclear" in marks
    ):
        raise BadTime(UNCLEAR)
    if not (clocks or days or phrase.part):
        raise BadTime("there is no day and no hour in it; write it as in 24 June 2023 about 15:00")
    return phrase


def _with_years(days: list[Day]) -> list[Day]:
    """Two days of which one names the year for both: "from 23 June to 24 June 2023"."""
    first, second = days
    if first.month is None or second.month is None or (first.year is None) == (second.year is None):
        return days
    turns = int(abs(first.month) > abs(second.month))  # from December to January
    if first.year is None and second.year is not None:
        return [replace(first, year=second.year - turns), second]
    return [first, replace(second, year=(first.year or 0) + turns)]


def _part(names: list[str]) -> str | None:
    if not names:
        return None
    both = " ".join(names)
    if both in say.HOURS:
        return both
    if len(names) == 2 and names[0] == "late" and names[1] in NIGHTS:
        return names[1]
    raise BadTime(f"{' and '.join(names)} do not make one part of a day; keep one")
