"""Which edges a road's name means, whatever the alphabet and the dash."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tracker.roads.tags import road_label
from tracker.roads.ways import Bools, Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_LONGEST = 200
_REF = re.compile(r"(?<![\w-])[A-ZА-Я]{1,2}[ \-\u2010-\u2013]?\d{1,4}(?![\w.])")
_DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")
_FILLING = re.compile(
    r"\b(?:the|road|highway|motorway|route|shosse|doroga|avtodoroga|trassa|federal'?naya)\b|[«»\"'’ьъ.,]"
)
_SOUNDS = (("kh", "h"), ("shch", "sh"), ("ye", "e"), ("yo", "e"), ("j", "i"), ("y", "i"))


@lru_cache(maxsize=4096)
def folded(name: str) -> tuple[str, ...]:
    """The sounds of a road's or a place's name, so that one name is one, whoever writes it; its parts in any order.

    >>> folded("Lipetsk-Chaplygin road") == folded("Липецк — Чаплыгин"), folded("М-4") == folded("M4")
    (True, True)
    """
    text = _FILLING.sub(" ", road_label(name[:_LONGEST]).casefold())
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    parts = _DASH.split(re.sub(r"([a-z])\1", r"\1", text))
    return tuple(sorted(part for part in (" ".join(part.split()) for part in parts) if part))


def road_numbers(words: str) -> list[str]:
    """The labels of road numbers in words, each once, in their order.

    >>> road_numbers("exits to the M4 and R-193"), road_numbers("km 37 of the road")
    (['M4', 'R193'], [])
    """
    return list(dict.fromkeys(road_label(found) for found in _REF.findall(words[:_LONGEST])))


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNames:
    """The names on a map, by their sounds."""

    numbers: dict[tuple[str, ...], list[int]]
    """Sounds -> numbers of texts."""
    text: Ints
    """(m, 4) text numbers of each edge's label, ref, name and int_name."""

    @classmethod
    def of(cls, network: "RoadNetwork") -> "RoadNames":
        """The names of a network; each text is looked at once, however many edges bear it."""
        text = np.asarray(network.text[:, :4], np.int64)
        numbers: dict[tuple[str, ...], list[int]] = {}
        for number in np.unique(text).tolist():
            if sounds := folded(str(network.texts.all[number])):
                numbers.setdefault(sounds, []).append(number)
        return cls(numbers=numbers, text=text)

    def edges(self, road: str) -> Bools:
        """(m,) whether each edge bears this name."""
        return np.asarray(np.isin(self.text, self.numbers.get(folded(road), [])).any(axis=1))
