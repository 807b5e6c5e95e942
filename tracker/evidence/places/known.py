"""The bundled places by name, in both languages and in the order that the words come in."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from tracker.evidence.places.names import key, nominatives, readings
from tracker.model import Located, bundled

_FILLING = frozenset(["the", "on", "of", "in", "at", "a", "na", "v"])
_SPELLED_FROM = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row of the bundled places."""

    place: Located
    """The place."""
    names: tuple[str, ...]
    """Its name in English and in Russian."""


def known_named(name: str) -> list[Located]:
    """Every bundled place that the name means; a case form only where it is none's name as it stands."""
    for forms in (readings(name), nominatives(name)):
        if found := [row for one in forms for row in _by_key().get(one, ())]:
            return _distinct(found)
    return _distinct(_by_bag().get(_bag(name), ()))


def known_spelled(name: str) -> Located | None:
    """The one bundled place whose name differs by a single letter, or None.

    Names of seven letters or more, with the same first letter and the same two last ones, since those tell
    real villages apart (Barabanovo and Barabanova), and no second place within two letters.
    """
    from rapidfuzz.distance import DamerauLevenshtein

    asked = key(name)
    if len(asked) < _SPELLED_FROM:
        return None
    close = {
        row.place.name: (row.place, apart, one)
        for one, rows in _by_key().items()
        for row in rows
        if (apart := DamerauLevenshtein.distance(asked, one, score_cutoff=2)) <= 2
    }
    if len(close) != 1:
        return None
    place, apart, one = next(iter(close.values()))
    return place if apart == 1 and one[0] == asked[0] and one[-2:] == asked[-2:] else None


def near_names(name: str) -> list[str]:
    """Up to three names of bundled places that resemble the words, the nearest first."""
    from rapidfuzz import fuzz, process

    asked = key(name)
    close = process.extract(asked, list(_by_key()), scorer=fuzz.ratio, limit=6, score_cutoff=68)
    return list(dict.fromkeys(_by_key()[one][0].place.name for one, _, _ in close))[:3]


def known_points() -> list[tuple[float, float]]:
    """(lon, lat) of every bundled place."""
    return [(row.place.lon, row.place.lat) for row in _rows()]


@cache
def _rows() -> tuple[Known, ...]:
    with bundled("places.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Known(
                place=Located(
                    name=row["place"],
                    lon=float(row["lon"]),
                    lat=float(row["lat"]),
                    radius_m=float(row["radius_m"]),
                    method="bundled place",
                    detail=f"{row['kind']}, point from {row['source']}",
                ),
                names=(row["place"], row["place_ru"]),
            )
            for row in csv.DictReader(stream)
        )


@cache
def _by_key() -> dict[str, list[Known]]:
    return _indexed(key)


@cache
def _by_bag() -> dict[str, list[Known]]:
    return _indexed(_bag)


def _indexed(of: Callable[[str], str]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for row in _rows():
        for name in row.names:
            one = of(name)
            if row not in found[one]:
                found[one].append(row)
    return dict(found)


def _bag(name: str) -> str:
    """The words of a name without the small ones, in one order: "oil depot on X street" is "X street oil depot"."""
    words = set(key(re.sub(r"[(),]", " ", name)).split()) - _FILLING
    return " ".join(sorted(words))


def _distinct(rows: Sequence[Known]) -> list[Located]:
    return list({row.place.name: row.place for row in rows}.values())
