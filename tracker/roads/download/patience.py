"""How long a client waits, and when it stops waiting."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

MOST_BROKEN = 4
"""Times in a row that one question may fail in a way that waiting does not mend."""
_FIRST_S, _LONGEST_S = 5.0, 600.0

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time of day, and how to let it pass."""

    now: Callable[[], float] = time.time
    """Seconds since 1970."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for so many seconds."""


class TooMuch(Exception):
    """The server cannot answer this question; a smaller one it might."""


class Unanswered(Exception):
    """There will be no answer now."""


class Refused(Exception):
    """One attempt failed; another may not."""

    def __init__(self, said: str, *, busy: bool, after: float | None = None) -> None:
        self.busy, self.after = busy, after
        super().__init__(said)


class Patience:
    """Waits between attempts, longer each time, until all the waiting together is too much."""

    def __init__(self, clock: Clock, seconds: float, tell: Callable[[str], None] | None = None) -> None:
        self.clock, self.left, self.tell = clock, seconds, tell

    def ask(self, attempt: Callable[[], Given]) -> Given:
        """What an attempt gives, tried again while it is `Refused`.

        Raises
        ------
        Unanswered
            The server is still busy after all the waiting, or failed `MOST_BROKEN` times in a row.
        """
        tries = broken = 0
        while True:
            try:
                return attempt()
            except Refused as refused:
                tries += 1
                broken = 0 if refused.busy else broken + 1
                if broken >= MOST_BROKEN:
                    raise Unanswered(f"{refused}, {broken} times in a row") from None
                # A server that asks for a second again and again is none the less given longer rests.
                rest = min(_FIRST_S * 2.0 ** min(tries - 1, 20), _LONGEST_S)
                self.wait(max(rest, refused.after or 0.0), why=str(refused))

    def wait(self, seconds: float, *, why: str) -> None:
        """Let some time pass, if so much patience is left."""
        if seconds > self.left:
            raise Unanswered(f"{why}, and would have us wait longer than we may")
        self.left -= seconds
        if self.tell is not None:
            self.tell(f"{why}; going on in {seconds:.0f} s")
        self.clock.sleep(seconds)
