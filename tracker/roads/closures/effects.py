"""From the words of a roadblock to what it does to ordinary traffic and to a column."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a roadblock does; every number is an assumption, argued in docs/closures.md."""

    traffic: bool
    """Whether ordinary traffic is stopped."""
    column: str
    """What an armed column suffers: blocks, delays or nothing."""
    traffic_s: float = 0.0
    """Seconds that it costs ordinary traffic that passes."""
    column_s: float = 0.0
    """Seconds that it costs a column that passes."""
    factor: float = 1.0
    """How many times its free travel time ordinary traffic takes."""


EFFECTS: Mapping[str, Effect] = {
    "destroyed": Effect(traffic=True, column="blocks"),
    "dug up": Effect(traffic=True, column="delays", column_s=1_800),
    "closed": Effect(traffic=True, column="delays", column_s=900),
    "checkpoint": Effect(traffic=False, column="delays", traffic_s=300, column_s=300),
    "slowed": Effect(traffic=False, column="nothing", factor=2.0),
}
"""Effect -> what it does. Nothing but a destroyed road blocks a column: the one barrier known to have been met, a row
of lorries across the M4, was driven through."""

_LONGEST = 2_000
_LIFTED = re.compile(
    r"\b(?:lift(?:s|ed|ing)?|eas(?:e|es|ed|ing)|reopen(?:s|ed|ing)?|remov(?:e|es|ed|ing)) (?:the |all )?"
    r"(?:limits|restrictions|roadblocks?|blocks?|barriers?)\b"
    r"|\b(?:limits|restrictions|roadblocks?|barriers?)(?: [\w-]+){0,4} (?:were|was|are|is|have been|has been|been)? ?"
    r"(?:lifted|eased|removed)\b"
    r"|\b(?:has been|have been|was|were|is|are) (?:re-?opened|unblocked)\b|\btraffic(?: [\w-]+){0,4} resum(?:ed|es)\b"
    r"|\bnot (?:closed|blocked)\b|\bfilled in\b"
    r"|\bсн(?:ял[иа]?|яты|ято|имают|имает) (?:все )?огранич|\bограничения(?: [\w-]+){0,4} (?:сняты|снимают|отменены)"
    r"|\bдвижение(?: [\w-]+){0,4} (?:открыт|возобновл|восстановл)",
    re.IGNORECASE,
)
_WORDS = (
    (
        "destroyed",
        r"\b(?:blown up|blew up|blows up|destroy(?:s|ed)?|collapsed?)\b|\bвзорва|\bподорва|\bразруш|\bобруш",
    ),
    (
        "dug up",
        r"\b(?:dig|digs|digging|dug|trench(?:es)?|moat|excavators?)\b"
        r"|\b(?:рас|пере|вы)коп|\bроют\b|\bэкскаватор|\bтранше|\bр(?:ов|вы)\b",
    ),
    (
        "closed",
        r"\b(?:clos(?:e|es|ed|ing|ures?)|shuts?|block|blocks|blocked|blocking|barriers?|barricades?|"
        r"turn(?:s|ed)? back)\b"
        r"|\bперекр|\bзакры|\bблокир|\bзаблокир|\bбаррикад|\bзагражд|\bне пускают|\bразворачива",
    ),
    (
        "checkpoint",
        r"\b(?:checkpoints?|checks?|(?:police|traffic|guard|reinforced|military|control|operations) posts?)\b"
        r"|\b(?:armed|armou?r(?:ed)?|machine guns?|sandbags|fortify|mines?)\b"
        r"|\bблок-?пост|\bкпп\b|\bпровер(?:к|я)|\bдосм(?:отр|атр)|\bдосматрива|\bпост(?:а|ы|ов)?\b|\bукрепл|\bусил",
    ),
    ("slowed", r"\b(?:restrict|limit|jam|queue)|\bогранич|\bзатор|\bпробк|\bзатрудн"),
)
_RULES = tuple((effect, re.compile(words, re.IGNORECASE)) for effect, words in _WORDS)


def effect_of(summary: str) -> tuple[str | None, str]:
    """The effect that a summary's words state, and why; None where they say that limits end.

    The strongest effect that is named wins: "closed with a checkpoint" is closed. Of a text that is longer than
    2,000 characters the beginning is read.

    >>> effect_of("Movement is closed, checks on the roads"), effect_of("Трассу перекопали экскаваторами")[0]
    (('closed', "'closed' in the summary"), 'dug up')
    """
    text = summary[:_LONGEST]
    if lifted := _LIFTED.search(text):
        return None, f"{lifted[0]!r} ends limits and closes nothing; it is not read as the end of another report"
    for effect, words in _RULES:
        if found := words.search(text):
            return effect, f"{found[0]!r} in the summary"
    return "closed", "a roadblock whose summary says no more"
