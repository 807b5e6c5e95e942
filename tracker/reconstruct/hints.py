"""What a report's road and heading say of the cells in its circle: which of them are likelier."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import geodesy
from tracker.reconstruct.space import RoadSpace
from tracker.roads import road_label

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

WRONG = 0.1
"""How much less likely a cell is off the road that is named, or on the way opposite to the heading: of ten such words
about one is wrong."""

STANDING = 0.5
"""A unit that stands has its heading from where it came: cells count at least this much for it."""

AROUND = 6
"""Cells before and behind between which a road's direction is taken: about four kilometres, so that bends matter
little."""

NEAR_M = 3000.0
"""Nearer than this to the place that a unit is bound for, every way may lead there."""

_LONGEST = 200
_DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")
_NUMBER = re.compile(r"(?<![\w-])[A-Z]{1,3}[ \-\u2010-\u2013]?\d{1,4}(?!\w)")
_FILLING = re.compile(r"\b(?:the|road|highway|motorway|route|trassa|shosse|doroga|avtodoroga)\b|[«»\"'’.,]")

_POINTS = (
    (0, r"n|north|с|север\w*|пн|північ\w*"),
    (45, r"ne|north ?east|св|северо ?восто\w*|північн\w* ?с?хід\w*|північн\w* ?сход\w*|пн ?сх"),
    (90, r"e|east|в|восто\w*|сх|с?хід\w*|сходу?"),
    (135, r"se|south ?east|юв|юго ?восто\w*|південн\w* ?с?хід\w*|південн\w* ?сход\w*|пд ?сх"),
    (180, r"s|south|ю|юг\w{0,3}|южн\w*|пд|півд\w*"),
    (225, r"sw|south ?west|юз|юго ?запад\w*|південн\w* ?захі?о?д\w*|пд ?зх"),
    (270, r"w|west|з|запад\w*|зх|захі?о?д\w*"),
    (315, r"nw|north ?west|сз|северо ?запад\w*|північн\w* ?захі?о?д\w*|пн ?зх"),
)
_COMPASS = tuple((degrees, re.compile(f"(?:{words})")) for degrees, words in _POINTS)
_BOUND = re.compile(r"(?<=[a-z]{4}) ?(?:bound|wards?|erly|ern)\b")
_BEARING = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?) ?(?:°|deg(?:rees?)?|град\w*)?")
_TO = re.compile(
    r"(?:(?:[ву] )?\b(?:towards?|to|for|into|direction(?: of)?|heading|going|сторону|направлени\w*|напрям\w*|бік|к|до"
    r"|на)\b[ :]*)+"
)
_FROM = re.compile(r"(?:from|из|с|от|із|зі|з|від) .+? (?=(?:towards?|to|в|у|на|к|до) )")
"""Where it came from says nothing, but for where it went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Which way a unit was going: by the compass, or to a place."""

    degrees: float = np.nan
    """Clockwise from north, or NaN."""
    to: tuple[float, float] | None = None
    """Longitude and latitude of the place that it was bound for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """The words of one report that say more than its place does."""

    space: RoadSpace
    """The road cells."""
    road: str = ""
    """The road as the report names it."""
    heading: Heading | None = None
    """Which way it was going; None where the report does not say, or not in words that can be read."""
    turned: bool = False
    """It turned round: what it says is the way that it went after that, and the cell is the one before."""

    @classmethod
    def of(cls, space: RoadSpace, report: "pd.Series[Any]") -> "Hints":
        """What a row of the reports table says; columns may be absent."""
        point = report["geometry"]
        road, words = (_text(report.get(name)) for name in ("road", "heading"))
        heading = read_heading(words, space, point.x, point.y)
        return cls(space=space, road=road, heading=heading, turned=report["kind"] == "turnaround")

    def weigh(self, cell: Cells, value: Floats) -> Floats:
        """Values (cells, paces) of a claim with the cells weighed that speak against the words; none is raised.

        Where none of the cells lies on the road that is named, the map may not have its name: it then says nothing.
        """
        factor = np.ones(len(cell))
        on = self._on_road(cell)
        if on.any():
            factor = np.where(on, 1.0, WRONG)
        way = self._on_the_way(cell)
        moving = value * (factor * way)[:, None]
        if not self.turned:
            moving[:, 0] = value[:, 0] * factor * np.maximum(way, STANDING)
        return moving

    def _on_road(self, cell: Cells) -> NDArray[np.bool_]:
        network = self.space.network
        if not self.road:
            return np.zeros(len(cell), bool)
        edge = np.asarray(network.arc_edge)[self.space.arc[cell]]
        said = _names(self.road)
        some, back = np.unique(network.text[edge, :4], return_inverse=True)
        named = np.array([bool(said & _names(str(network.texts.all[number]))) for number in some.tolist()], bool)
        return np.asarray(named[back.reshape(len(cell), 4)].any(axis=1)) if len(cell) else np.zeros(0, bool)

    def _on_the_way(self, cell: Cells) -> Floats:
        """1 for cells that lead where the heading says, `WRONG` for the opposite, and as the cosine has it between."""
        if self.heading is None or len(cell) == 0:
            return np.ones(len(cell))
        space = self.space
        begin, end = cell, cell
        for _ in range(AROUND):
            begin, end = space.before[begin].astype(np.int64), space.after[end].astype(np.int64)
        lon, lat = space.lon[cell], space.lat[cell]
        driven = _east_north(space.lon[begin], space.lat[begin], space.lon[end], space.lat[end], lat)
        if self.heading.to is not None:
            there = np.broadcast_to(np.array(self.heading.to)[:, None], (2, len(cell)))
            wanted = _east_north(lon, lat, there[0], there[1], lat)
            wanted = np.where(np.hypot(*wanted) < NEAR_M, 0.0, wanted)
        else:
            angle = np.radians(self.heading.degrees)
            wanted = np.repeat(np.array([[np.sin(angle)], [np.cos(angle)]]), len(cell), axis=1)
        size = np.hypot(*driven) * np.hypot(*wanted)
        cosine = np.where(size > 0, (driven * wanted).sum(axis=0) / np.maximum(size, 1e-9), 1.0)
        return np.asarray(WRONG ** ((1 - (-cosine if self.turned else cosine)) / 2))


def read_heading(words: str, space: RoadSpace, lon: float, lat: float) -> Heading | None:
    """The heading that words mean, or None where they mean none that can be read.

    Points of the compass in English, Russian and Ukrainian, degrees, or a place of the map ("toward Moscow", "в сторону
    Воронежа"): the nearest to the report of those that bear the name. Of several parts the first that can be read.
    """
    for part in re.split(r"[,;/(]", words[:_LONGEST].casefold()):
        bare = _FROM.sub("", part.strip(" .)"), count=1)
        bare = _TO.sub("", bare, count=1).strip()
        if (degrees := _degrees(_BOUND.sub("", " ".join(_DASH.sub(" ", bare).split())))) is not None:
            return Heading(degrees=degrees)
        if place := _place(space, bare, lon, lat):
            return Heading(to=place)
    return None


def _degrees(words: str) -> float | None:
    if found := _BEARING.fullmatch(words):
        degrees = float(found[1].replace(",", "."))
        return degrees if degrees <= 360 else None
    return next((float(degrees) for degrees, point in _COMPASS if point.fullmatch(words)), None)


def _place(space: RoadSpace, name: str, lon: float, lat: float) -> tuple[float, float] | None:
    fits = []
    for named in space.network.named:
        for known in (named.place.casefold(), named.place_local.casefold()):
            if name and (name == known or _inflected(name, known)):
                away = float(geodesy.distance_m(lon, lat, named.lon, named.lat))
                fits.append((name != known, away, named.lon, named.lat))
    return min(fits)[2:] if fits else None


def _inflected(word: str, known: str) -> bool:
    """Whether two words differ in their last two letters at most ("Москву", "Москва")."""
    stem = max(len(word), len(known)) - 2
    return stem >= 4 and word[:stem] == known[:stem] and abs(len(word) - len(known)) <= 2


@lru_cache(maxsize=4096)
def _names(words: str) -> frozenset[tuple[str, ...]]:
    """The road names in words, each as its parts in any order: every number, or else the whole."""
    label = road_label(words[:_LONGEST])
    numbers = frozenset((road_label(found).casefold(),) for found in _NUMBER.findall(label))
    parts = (" ".join(part.split()) for part in _DASH.split(_FILLING.sub(" ", label.casefold())))
    whole = tuple(sorted(part for part in parts if part))
    return numbers or (frozenset([whole]) if whole else frozenset())


def _east_north(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats, at: Floats) -> Floats:
    """(2, n) metres east and north from points to others, on the plane that touches the ground at a latitude."""
    metre = np.radians(1.0) * 6_371_008.8
    east = (np.asarray(to_lon) - lon + 180) % 360 - 180
    return np.asarray(np.stack([east * np.cos(np.radians(at)), np.asarray(to_lat) - lat]) * metre, float)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
