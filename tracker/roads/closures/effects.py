"""From the words of a roadblock to what it does: closed, slowed, checkpoint or dug up."""

import re

EFFECTS: dict[str, tuple[bool, str]] = {
    "closed": (True, "delays"),
    "dug up": (True, "delays"),
    "checkpoint": (False, "delays"),
    "slowed": (False, "nothing"),
}
"""Effect -> whether ordinary traffic is stopped, and what a column suffers: blocks, delays or nothing.

None blocks a column unless someone says so: the one barrier known to have been met was driven through.
"""

_LONGEST = 2_000
_LIFTED = re.compile(
    r"\b(?:lifting|lifted|reopen(?:s|ed)?) (?:the )?(?:limits|restrictions)|\bсня(?:ли|ты|т) огранич", re.I
)
_WORDS = (
    (
        "dug up",
        r"\b(?:dig|digs|digging|dug|trench|moat|excavator|excavators)\b|\bраскоп|\bперекоп|\bэкскаватор|\bтранше",
    ),
    (
        "closed",
        r"\b(?:clos(?:e|es|ed|ing|ure)|shut|shuts|block|blocks|blocked|blocking|barrier|barricade|turn(?:s|ed)? back)\b"
        r"|\bперекры|\bзакры|\bзаблокир|\bбаррикад",
    ),
    (
        "checkpoint",
        r"\b(?:checkpoints?|checks?|posts?|armed|armou?r|machine guns?|sandbags|fortify|mines?)\b"
        r"|\bблокпост|\bпроверк|\bпроверя|\bпост(?:а|ы|ов)?\b|\bукрепл",
    ),
    ("slowed", r"\b(?:restrict|limit|jam|queue)|\bогранич|\bзатор|\bпробк"),
)
_RULES = tuple((effect, re.compile(words, re.IGNORECASE)) for effect, words in _WORDS)


def effect_of(summary: str) -> tuple[str | None, str]:
    """The effect that a summary's words state and why; None where they say that limits end."""
    text = summary[:_LONGEST]
    if lifted := _LIFTED.search(text):
        return None, f"{lifted[0]!r} ends limits and closes nothing; it is not read as the end of another report"
    for effect, words in _RULES:
        if found := words.search(text):
            return effect, f"{found[0]!r} in the summary"
    return "closed", "a roadblock whose summary says no more"
