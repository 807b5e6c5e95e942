"""From several places of one name to one, or to an error that lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.model import AmbiguousPlace, Located, geodesy

NEAR_M = 300_000
"""Metres around ``near`` within which a place of the name is meant."""
_SAME_M = 5_000
_SURE = 0.99
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A place whose name fits the words."""

    place: Located
    """The place."""
    people: float
    """Population; 0 where it is not known."""
    exact: bool
    """Its own name fits, not only one of its other names or a case form."""


def apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two points given as (lon, lat)."""
    return float(geodesy.distance_m(a[0], a[1], b[0], b[1]))


def close_to(near: tuple[float, float] | None, place: Located) -> bool:
    """Whether the place lies within `NEAR_M` of ``near``; everything does where none is given."""
    return near is None or apart_m(near, (place.lon, place.lat)) <= NEAR_M


def choose(words: str, matches: Sequence[Match]) -> Located | None:
    """The one place meant, or None where nothing matches.

    Entries within 5 km of each other are one place. One match is meant when 99 % of the people who live in places
    of this name live there: a name said alone means the place that more people talk of, and this stays well
    inside the 95 % that a radius promises. A place with the very name goes before one that only has it as another
    name, unless more people live in the other (Rostov in Yaroslavl Oblast, against Rostov-on-Don).

    Raises
    ------
    AmbiguousPlace
        Several are plausible.
    """
    ranked = sorted(matches, key=lambda one: (one.exact, one.people), reverse=True)
    kept: list[Match] = []
    for one in ranked:
        here = (one.place.lon, one.place.lat)
        if all(apart_m(here, (other.place.lon, other.place.lat)) > _SAME_M for other in kept):
            kept.append(one)
    exact = [one for one in kept if one.exact]
    if exact:
        most = max(one.people for one in exact)
        kept = exact + [one for one in kept if not one.exact and one.people > most]
    if not kept:
        return None
    first = max(kept, key=lambda one: one.people)
    everyone = sum(max(one.people, 500) for one in kept)
    if len(kept) == 1 or max(first.people, 500) >= _SURE * everyone:
        return first.place
    kept.sort(key=lambda one: one.people, reverse=True)
    raise ambiguous(words, [one.place for one in kept])


def ambiguous(words: str, places: Sequence[Located]) -> AmbiguousPlace:
    """The error that lists the places that the words may mean, and how to say which."""
    lines = [
        f"{one.name}{', ' + one.detail if one.detail else ''} (lon {one.lon:.4f}, lat {one.lat:.4f})"
        for one in places[:_SHOWN]
    ]
    if len(places) > _SHOWN:
        lines.append(f"... and {len(places) - _SHOWN} more")
    return AmbiguousPlace(
        f"{shown(words)} may be {len(places)} places: {'; '.join(lines)}. Say which: country='RU', near=(lon, lat), "
        "the fuller name as in 'Krasnoye, Lipetsk Oblast', or give lon, lat and radius_m",
        places,
    )


def shown(words: str) -> str:
    """The words for a message: shortened, and with control characters made visible."""
    return repr(words if len(words) <= 80 else words[:77] + "...")
