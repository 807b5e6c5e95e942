"""Words about a time cut into the pieces that mean something."""

import re
from collections.abc import Callable, Iterable

from tracker.evidence.times import vocabulary as say
from tracker.evidence.times.tokens import Ago, Clock, Day, Token, Word
from tracker.evidence.times.zones import NAMES
from tracker.model import BadTime

Made = Iterable[Token]
Maker = Callable[[re.Match[str]], Made]


def scan(text: str) -> list[Token] | str:
    """The pieces of a normalised text in their order; or, where something is not understood, the text from there.

    Raises
    ------
    BadTime
        The words count forward: "in 13 hours".
    """
    text = re.sub(r"[^\W\d_]+", lambda word: str(say.NUMBERS.get(word[0], word[0])), text)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in " ,;()":
            at += 1
            continue
        for pattern, make in _PATTERNS:
            if said := pattern.match(text, at):
                tokens += make(said)
                at = said.end()
                break
        else:
            return text[at:]
    return tokens


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", " ") for word in sorted(words, key=len, reverse=True))


_END = r"(?!\w)"
_NUMBER = r"([0-9]{1,2})"
_NTH = r"(?:st|nd|rd|th|-?го|-?е|-?ого|-?ое)?"
_MONTH = rf"({_any(say.MONTHS)})\b\.?"
_YEAR = r"(?:,? ((?:19|20)[0-9]{2})(?![0-9:])(?: ?(?:года|год|г\.?)(?!\w))?)?"
_HALF = rf"(?: ?({_any(say.HALVES)})(?!\w))?"
_MINUTES = r"минут(?:ы|у)?|мин\.?|minutes?|mins?"
_UNITS = {
    "minute": "minutes? mins? минуту минуты минут мин",
    "hour": "hours? hrs? часа? часов",
    "day": "days? день дня дней сутки суток",
    "week": "weeks? неделю недели недель",
}
_UNIT = "|".join(f"(?P<{unit}>{words.replace(' ', '|')})" for unit, words in _UNITS.items())


_ABOUT = _any(word for word, name in say.MARKS.items() if name == "about")
_COUNT = r"[0-9]{1,3} and a half|[0-9]{1,3}|half an?|an?|a couple of|полтора|пол"

_UNCLEAR = Word(sort="mark", name="unclear")


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _day_month(said: re.Match[str]) -> Made:
    return [Day(day=int(said[1]), month=say.MONTHS[said[2]], year=_number(said[3]))]


def _month_day(said: re.Match[str]) -> Made:
    return [Day(day=int(said[2]), month=say.MONTHS[said[1]], year=_number(said[3]))]


def _two_days(said: re.Match[str]) -> Made:
    month, year = say.MONTHS[said[3]], _number(said[4])
    # "The night of 31 to 1 July" begins in the month before.
    first, second = int(said[1]), int(said[2])
    before = month if first < second else (month - 2) % 12 + 1
    first_year = year - 1 if year and before > month else year
    return [
        Day(day=first, month=before, year=first_year),
        Word(sort="mark", name="join"),
        Day(day=second, month=month, year=year),
    ]


def _iso_day(said: re.Match[str]) -> Made:
    return [Day(day=int(said[3]), month=int(said[2]), year=int(said[1]))]


def _dotted(said: re.Match[str]) -> Made:
    return [Day(day=int(said[1]), month=int(said[2]), year=int(said[3]))]


def _slashed(said: re.Match[str]) -> Made:
    # Which is the month is left open where both can be: month -1 marks it.
    first, second, year = int(said[1]), int(said[2]), int(said[3])
    if first == second or first > 12:
        return [Day(day=first, month=second, year=year)]
    if second > 12:
        return [Day(day=second, month=first, year=year)]
    return [Day(day=first, month=-second, year=year)]


def _ago(said: re.Match[str]) -> Made:
    count, unit = said[1] or "1", next(unit for unit in _UNITS if said[unit])
    halves = 1 if count in ("half an", "half a", "пол") else 3 if count == "полтора" else 0
    if count.endswith("and a half"):
        halves = 2 * int(count.split()[0]) + 1
    if halves:
        # Half a day is no hour of the day, and nobody counts half minutes.
        return [Ago(text=f"{30 * halves} minutes ago", unit="half") if unit == "hour" else _UNCLEAR]
    amount = 2 if count.startswith("a couple") else int(count) if count.isdigit() else 1
    if unit in ("day", "week"):
        return [Day(back=amount * (7 if unit == "week" else 1))]
    return [Ago(text=f"{amount} {unit}s ago", unit=unit)]


def _ahead(said: re.Match[str]) -> Made:
    remedy = "write when it did, as in 24 June 2023 about 15:00"
    raise BadTime(f"{said[0]!r} lies ahead, and a report is of what has happened; {remedy}")


def _clock(said: re.Match[str]) -> Made:
    minute = int(said[2] or said[3])
    return [Clock(hour=int(said[1]), minute=minute, second=int(said[4] or 0), half=say.HALVES.get(said[5] or ""))]


def _hour(said: re.Match[str]) -> Made:
    half = say.HALVES.get(said[3] or "")
    return [Clock(hour=int(said[1]), minute=int(said[2] or 0), half=half, bare=half is None and len(said[1]) == 1)]


def _bare(said: re.Match[str]) -> Made:
    half = say.HALVES.get(said[2] or "")
    return [Clock(hour=int(said[1]), half=half, bare=half is None)]


def _past(said: re.Match[str]) -> Made:
    minutes = 30 if said[1] == "half" else 15
    hour, half = int(said[3]), say.HALVES.get(said[4] or "")
    if said[2] == "past":
        return [Clock(hour=hour, minute=minutes, half=half, bare=half is None)]
    return [Clock(hour=(hour - 2) % 12 + 1, minute=60 - minutes, half=half, bare=half is None)]


def _part(said: re.Match[str]) -> Made:
    return [Word(sort="part", name=say.PARTS[said[1]])]


_RULES: tuple[tuple[str, Maker], ...] = (
    (r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:t(?=[0-9])|(?!\w))", _iso_day),
    (r"([0-9]{1,2})\.([0-9]{1,2})\.((?:19|20)[0-9]{2})(?!\w)", _dotted),
    (r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]((?:19|20)[0-9]{2})(?!\w)", _slashed),
    (
        rf"{_NUMBER}{_NTH} ?(?:to|and|into|-|–|—|/|на|по|и) ?(?:the )?{_NUMBER}{_NTH} (?:of )?{_MONTH}{_YEAR}",
        _two_days,
    ),
    (rf"{_NUMBER}{_NTH} ?(?:of )?{_MONTH}{_YEAR}", _day_month),
    (rf"{_MONTH} (?:the )?{_NUMBER}{_NTH}(?![0-9:]|\.[0-9]| ?[ap]\.?m){_YEAR}", _month_day),
    (
        rf"(?:({_COUNT}) ?)?(?:{_UNIT}) (?:ago|назад){_END}",
        _ago,
    ),
    (
        rf"(?:in|через) (?:(?:{_ABOUT}) ?)?(?:(?:{_COUNT}) ?)?(?:{_UNIT}){_END}",
        _ahead,
    ),
    (rf"(an hour and a half) (?P<hour>ago){_END}", lambda said: [Ago(text="90 minutes ago", unit="half")]),
    (
        # A dot between hour and minute may be one between day and month, unless the second number is no month.
        rf"([0-9]{{1,2}})(?::([0-5][0-9])|\.(00|1[3-9]|[2-5][0-9]))(?::([0-5][0-9]))?(?![0-9:]|\.[0-9]){_HALF}",
        _clock,
    ),
    (rf"([0-9]{{2}})([0-5][0-9])()() ?(?:hours|hrs|h)({_END})", _clock),
    (
        rf"{_NUMBER} ?(?:часов|часам|часа|час|ч\.?|hours|hrs|o'clock){_END}"
        rf"(?: ([0-5]?[0-9]) ?(?:{_MINUTES}){_END})?{_HALF}",
        _hour,
    ),
    (
        r"часа?(?= (?:дня|ночи))(?: (дня|ночи))",
        lambda said: [Clock(hour=1, half=say.HALVES[said[1]])],
    ),
    (rf"(half|quarter|a quarter) (past|to) {_NUMBER}{_END}{_HALF}", _past),
    (
        r"(?:12 )?(?:noon|midday|полдень|полудня|полудню|полуднем)(?!\w)",
        lambda said: [Word(sort="turn", name="noon")],
    ),
    (
        rf"(?:12 )?(?:midnight|полночь|полуночи|полуночью){_END}",
        lambda said: [Word(sort="turn", name="midnight")],
    ),
    (
        r"(?:utc|gmt) ?[+\-\u2212][0-9]{1,2}(?::?[0-9]{2})?(?![\w:])",
        lambda said: [Word(sort="zone", name=said[0])],
    ),
    (r"\+[0-9]{2}:?[0-9]{2}(?![\w:])", lambda said: [Word(sort="zone", name=said[0])]),
    (rf"({_any(NAMES)}){_END}", lambda said: [Word(sort="zone", name=said[1])]),
    (
        r"[a-z]{2,12}/[a-z_]{2,20}(?!\w)",
        lambda said: [Word(sort="zone", name="/".join(_titled(each) for each in said[0].split("/")))],
    ),
    (rf"z{_END}", lambda said: [Word(sort="zone", name="utc")]),
    (
        rf"(?:this|этим|этой) ({_any(say.PARTS)}){_END}",
        lambda said: [Day(back=0), Word(sort="part", name=say.PARTS[said[1]])],
    ),
    (rf"({_any(say.PARTS)}){_END}", _part),
    (rf"({_any(say.BACK)}){_END}", lambda said: [Day(back=say.BACK[said[1]])]),
    (
        rf"(?:(last|прошлую|прошлый|прошлое)|this|эту|этот|это)? ?({_any(say.WEEKDAYS)})\b\.?",
        lambda said: [Day(weekday=say.WEEKDAYS[said[2]], last=bool(said[1]))],
    ),
    (
        rf"({_any(word for word in say.MARKS if word[-1].isalpha() or word[-1] == '.')}){_END}",
        lambda said: [_mark(said)],
    ),
    (r"([-–—~])", lambda said: [_mark(said)]),
    (rf"по местному времени{_END}|(?:{_any(say.FILLERS)}){_END}", lambda said: []),
    (rf"{_NUMBER}(?: ?({_any(say.HALVES)})(?!\w)|(?![\w:/]|[.,][0-9]))", _bare),
)
"""What to look for, in this order, and what to make of it. No repetition in them is unbounded: no text is slow."""
_PATTERNS = [(re.compile(pattern), make) for pattern, make in _RULES]


def _mark(said: re.Match[str]) -> Word:
    return Word(sort="mark", name=say.MARKS[said[1]])


def _titled(name: str) -> str:
    return "_".join(part.title() for part in name.split("_"))
