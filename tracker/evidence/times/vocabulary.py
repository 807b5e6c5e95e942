"""The words for times in English and Russian: months, weekdays, parts of the day, and how vague "about" is."""

from datetime import timedelta

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan января январь янв",
            "february feb февраля февраль фев",
            "march mar марта март мар",
            "april apr апреля апрель апр",
            "may мая май",
            "june jun июня июнь июн",
            "july jul июля июль июл",
            "august aug августа август авг",
            "september sept sep сентября сентябрь сент сен",
            "october oct октября октябрь окт",
            "november nov ноября ноябрь ноя",
            "december dec декабря декабрь дек",
        ),
        start=1,
    )
    for name in names.split()
}

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon понедельник понедельника",
            "tuesday tue tues вторник вторника",
            "wednesday wed среда среду среды",
            "thursday thu thurs четверг четверга",
            "friday fri пятница пятницу пятницы",
            "saturday sat суббота субботу субботы",
            "sunday sun воскресенье воскресенья",
        )
    )
    for name in names.split()
}

BACK: dict[str, int] = {
    "the day before yesterday": 2,
    "day before yesterday": 2,
    "yesterday": 1,
    "today": 0,
    "позавчера": 2,
    "вчера": 1,
    "накануне": 1,
    "сегодня": 0,
}
"""How many days before the publication a word means."""

NUMBERS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "one один одну одного одной",
            "two два две двух двум",
            "three три трех трем",
            "four четыре четырех четырем",
            "five пять пяти",
            "six шесть шести",
            "seven семь семи",
            "eight восемь восьми",
            "nine девять девяти",
            "ten десять десяти",
            "eleven одиннадцать одиннадцати",
            "twelve двенадцать двенадцати",
        ),
        start=1,
    )
    for name in names.split()
}

# The day in quarters at 6, 12, 18 and 24 o'clock, much as weather forecasts divide it (morning, afternoon, evening,
# after midnight); English and Russian agree on these within an hour, and a bound that is too wide is harmless where one
# that is too narrow excludes the truth. The early and the late of each are its first and last third or so. A night
# begins at 22: before that both languages say evening. "Early Saturday" in a newspaper reaches from midnight to
# breakfast, "early morning" does not begin before people call it morning ("4 утра" is morning, "3 ночи" is night).
# Dawn and dusk are left out: they depend on the place and the season.
HOURS: dict[str, tuple[int, int]] = {
    "early": (0, 8),
    "small hours": (0, 6),
    "before morning": (3, 6),
    "early morning": (4, 8),
    "morning": (6, 12),
    "late morning": (10, 12),
    "early afternoon": (12, 15),
    "afternoon": (12, 18),
    "late afternoon": (15, 18),
    "early evening": (17, 20),
    "evening": (18, 24),
    "late evening": (21, 24),
    "late": (20, 24),
    "tonight": (18, 30),
    "last night": (-6, 6),
    "night": (22, 30),
}
"""First and last local hour of each part of a day, counted from its midnight."""

HALF: dict[str, str] = {
    "early": "am",
    "small hours": "am",
    "before morning": "am",
    "early morning": "am",
    "morning": "am",
    "late morning": "am",
    "early afternoon": "pm",
    "afternoon": "pm",
    "late afternoon": "pm",
    "early evening": "pm",
    "evening": "pm",
    "late evening": "pm",
    "late": "pm",
    "tonight": "night",
    "last night": "night",
    "night": "night",
}
"""Which of the two fives "at five" is, when a part of the day stands beside it."""

PARTS: dict[str, str] = {
    "in the early hours": "small hours",
    "early hours": "small hours",
    "small hours": "small hours",
    "under morning": "before morning",
    "early morning": "early morning",
    "early in the morning": "early morning",
    "late morning": "late morning",
    "morning": "morning",
    "early afternoon": "early afternoon",
    "late afternoon": "late afternoon",
    "afternoon": "afternoon",
    "early evening": "early evening",
    "late evening": "late evening",
    "late in the evening": "late evening",
    "evening": "evening",
    "overnight": "night",
    "night": "night",
    "tonight": "tonight",
    "last night": "last night",
    "early": "early",
    "late": "late",
    "ранним утром": "early morning",
    "рано утром": "early morning",
    "утром рано": "early morning",
    "под утро": "before morning",
    "поздним утром": "late morning",
    "утром": "morning",
    "днем": "afternoon",
    "после обеда": "afternoon",
    "ранним вечером": "early evening",
    "поздним вечером": "late evening",
    "поздно вечером": "late evening",
    "вечером": "evening",
    "глубокой ночью": "small hours",
    "прошлой ночью": "last night",
    "ночью": "night",
    "ночь": "night",
}
"""The words for the parts of a day."""

HALVES: dict[str, str] = {
    "am": "am",
    "a.m.": "am",
    "a.m": "am",
    "pm": "pm",
    "p.m.": "pm",
    "p.m": "pm",
    "in the morning": "am",
    "in the afternoon": "pm",
    "in the evening": "pm",
    "at night": "night",
    "утра": "am",
    "дня": "day",
    "вечера": "pm",
    "ночи": "night",
}
"""The words after an hour that say which half of the day it is in."""

MARKS: dict[str, str] = {
    "between": "open", "from": "open", "между": "open", "с": "open", "со": "open", "от": "open",
    "to": "join", "and": "join", "и": "join", "по": "join", "through": "join", "-": "dash", "–": "dash", "—": "dash",
    "until": "until", "till": "until", "до": "until",
    "into": "into", "на": "into",
    "about": "about", "around": "about", "approximately": "about", "approx.": "about", "approx": "about",
    "roughly": "about", "circa": "about", "near": "about", "~": "about",
    "около": "about", "ок.": "about", "примерно": "about", "приблизительно": "about", "ориентировочно": "about",
    "в районе": "about", "порядка": "about",
    "shortly after": "shortly after", "soon after": "shortly after", "just after": "shortly after",
    "вскоре после": "shortly after", "сразу после": "shortly after",
    "shortly before": "shortly before", "just before": "shortly before", "незадолго до": "shortly before",
    "after": "after", "since": "after", "not before": "after", "после": "after", "не ранее": "after",
    "не раньше": "after",
    "before": "before", "by": "before", "no later than": "before", "not later than": "before", "перед": "before",
    "к": "before", "ко": "before", "не позднее": "before", "не позже": "before",
}  # fmt: skip
"""The words that relate hours and days to each other."""

FILLERS = frozenset(
    [
        "at",
        "on",
        "the",
        "of",
        "in",
        "o'clock",
        "local",
        "time",
        "в",
        "во",
        "г.",
        "г",
        "года",
        "год",
        "числа",
        "часов",
        "было",
    ]
)
"""Words that say nothing about the time; ``local time`` names no zone."""

ABOUT_HOUR = timedelta(minutes=30)
"""Either side of "about 15:00": who says a whole hour rounds to the hour."""
ABOUT_MINUTES = timedelta(minutes=15)
"""Either side of "about 15:20": who gives minutes rounds less."""
SHORTLY = timedelta(minutes=30)
"""How long "shortly after" and "shortly before" last."""
