"""Places told by another one: "12 km north of Yelets", "between Yelets and Zadonsk", "near Yelets"."""

import math
import re
from collections.abc import Callable

from tracker.evidence.places.choosing import shown
from tracker.model import AmbiguousPlace, Located, UnknownPlace

_NEAR_M = 10_000.0
_FARTHEST_M = 1_000_000.0
_RING_M = 30_000.0
_UNITS = {"mile": 1609.344, "mi": 1609.344, "мил": 1609.344, "верст": 1066.8}
_NUMBER = r"(?P<number>\d{1,6}(?:[.,]\d{1,3})?)"
_TWO_READINGS = re.compile(r"[1-9]\d{0,2},\d{3}")
_UNIT = (
    r"(?P<unit>kilometers?|kilometres?|kms?|miles?|mi|meters?|metres?|m|километр(?:а|ах|ов)?|кілометр(?:а|ах|ів)?|км\.?|"
    r"миль|мил[яиь]|миль|метр(?:а|ах|ов|ів)?|м)"
)
_EIGHT = {"n": 0, "ne": 45, "e": 90, "se": 135, "s": 180, "sw": 225, "w": 270, "nw": 315}
_SIXTEEN = {
    "nne": 22.5,
    "ene": 67.5,
    "ese": 112.5,
    "sse": 157.5,
    "ssw": 202.5,
    "wsw": 247.5,
    "wnw": 292.5,
    "nnw": 337.5,
}
_LETTERS = (
    ("северн|севера?|північн|північ|north", "n"),
    ("южн|юг|півден[ьн]|south", "s"),
    ("восточн|восток|схід|східн|east", "e"),
    ("западн|запад|захід|західн|west", "w"),
)
_WORD = r"(?:(?:north|south|east|west|[nsew]{1,3}(?![a-z]))(?:[ -]?(?:north|south|east|west)){0,2}(?:ern|erly)?)"
_RUS = r"(?:север|юг|восток|запад|юго|северо|північ|південь|схід|захід|північн\w{1,3}|південн\w{1,3})"
_BOUND = (
    r"(?P<bound>(?:less than|fewer than|under|below|within|up to|at most|(?:no|not) (?:more|further|farther) than|"
    r"(?:не (?:более|больше|далее|дальше)|менее|меньше|ближе)(?:,? чем)?|до|в пределах|максимум|"
    r"(?:не (?:більше|далі)|менше|менш|ближче)(?:,? (?:ніж|як))?|[ву] межах|щонайбільше) |< ?)"
)
_ABOUT = rf"(?:{_BOUND}|about |some |around |approximately |~ ?|примерно |около |приблизно )?"
_HOW = rf"(?:в |у |за )?{_ABOUT}(?:в |у |за )?"
_DIRECTED = (
    re.compile(rf"(?i){_ABOUT}{_NUMBER} ?-?{_UNIT},? (?:to the )?(?P<way>{_WORD}) (?:of|from) (?P<place>.+)"),
    re.compile(
        rf"(?i){_HOW}{_NUMBER} ?{_UNIT} (?:к|на) "
        rf"(?P<way>{_RUS}(?:[- ]?{_RUS}){{0,2}}(?:у|ую)?) (?:от|від) (?P<place>.+)"
    ),
    re.compile(rf"(?i){_HOW}{_NUMBER} ?{_UNIT} (?P<way>[а-яії-]{{3,30}}(?:ее|іше)) (?:від )?(?P<place>.+)"),
)
_DISTANT = (
    re.compile(rf"(?i){_ABOUT}{_NUMBER} ?{_UNIT} (?:away )?(?:from|of|outside|short of) (?P<place>.+)"),
    re.compile(rf"(?i){_HOW}{_NUMBER} ?{_UNIT} (?:от|від|до) (?P<place>.+)"),
)
_BETWEEN = re.compile(r"(?i)(?:between|между|між) (?P<one>.+?) (?:and|и|і|й|та) (?P<other>.+)")
_NEAR = re.compile(
    r"(?i)(?:near(?:by)?|close to|just outside|outside|(?:the )?outskirts of|(?:the )?environs of|in the area of|"
    r"approaches to|(?:the )?vicinity of|by|past|level with|around|"
    r"bypassing|под|возле|около|близ|вблизи|недалеко от|неподал[её]ку от|в районе|в окрестностях|окрестности|"
    r"на окраине|окраина|біля|поблизу|під|неподалік від|в околицях|поруч із|рядом с)(?: the)? (?P<place>.+)"
)
_NO_DISTANCE = re.compile(r"(?i)(?:to the )?(?:north|south|east|west)(?:[- ]?east|[- ]?west)? of (?P<place>.+)")
_INSIDE = re.compile(r"(?i)(?:in|at|inside|в|во|у|на|из|до|from|to|toward|towards|в городе|в селе) (?P<place>.+)")


def bearing(words: str, find: Callable[[str], Located]) -> Located | None:
    """The place that the words tell by another one, or None where they are built otherwise.

    With a distance d and a direction, the radius is the other place's own, plus the hypotenuse of d sin(w) across
    and of the larger of d / 10 and half a unit of the last digit of d along. w is half the angle between neighbours:
    22.5 degrees for north or north-east, 11.25 for north-north-east. It is a sum, because "12 km from a town" may
    count from its centre or its edge. Under a bound ("less than 100 km north of") the truth is anywhere from the other
    place to d: the point lies at d / 2, and d / 2 is what counts along. "Near" adds 10 km to the place's radius;
    "between" is the middle with both places inside; a short distance with no direction is the place with its radius
    grown by it.

    Raises
    ------
    AmbiguousPlace
        The comma of a distance may separate thousands or decimals: "1,000 km".
    UnknownPlace
        A ring (a distance only), a ray (a direction only), or a distance too long.
    """
    for pattern in _DIRECTED:
        if (match := pattern.fullmatch(words)) and (way := _degrees(match["way"])):
            _refuse_two_readings(words, match, find)
            return _off(words, match, way, find(match["place"]))
    if match := _BETWEEN.fullmatch(words):
        return _middle(find(match["one"]), find(match["other"]))
    for pattern in _DISTANT:
        if match := pattern.fullmatch(words):
            _refuse_two_readings(words, match, find)
            return _ring(words, match, find)
    if match := _NO_DISTANCE.fullmatch(words):
        raise UnknownPlace(
            f"{shown(words)} may be any distance from there; say how far, as in '10 km south of {match['place']}'"
        )
    if match := _NEAR.fullmatch(words):
        about = find(match["place"])
        return _like(about, f"near {about.name}", about.radius_m + _NEAR_M)
    if match := _INSIDE.fullmatch(words):
        return find(match["place"])
    return None


def _refuse_two_readings(words: str, match: re.Match[str], find: Callable[[str], Located]) -> None:
    """Nothing, or the error of a comma before three digits with the places of both its readings."""
    if not _TWO_READINGS.fullmatch(match["number"]):
        return
    whole, part = match["number"].split(",")
    numbers = [whole + part, f"{float(f'{whole}.{part}'):g}"]
    places: list[Located] = []
    for number in numbers:
        try:
            told = bearing(words[: match.start("number")] + number + words[match.end("number") :], find)
        except UnknownPlace:  # too far, or a ring: the other reading is still not to be guessed
            continue
        places += [told] if told else []
    one, other = (f"'{number} {match['unit']}'" for number in numbers)
    raise AmbiguousPlace(f"{shown(words)}: the comma may separate thousands; write {one} or {other}", places)


def _metres(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", ".")) * _worth(match["unit"])


def _worth(unit: str) -> float:
    unit = unit.casefold()
    if unit.startswith(("k", "км", "к")):
        return 1000.0
    return next((worth for start, worth in _UNITS.items() if unit.startswith(start)), 1.0)


def _step(match: re.Match[str]) -> float:
    """Metres that one unit of the last digit of a distance is worth."""
    decimals = len(re.split(r"[.,]", match["number"])[1]) if re.search(r"[.,]", match["number"]) else 0
    return _worth(match["unit"]) * 10.0**-decimals


def _degrees(way: str) -> tuple[float, float] | None:
    """Bearing in degrees clockwise from north and half the sector that its words leave open."""
    text = way.casefold()
    letters = text if re.fullmatch(r"[nsew]{1,3}", text) else ""
    if not letters:
        names = "|".join(f"(?P<{letter}>{words})" for words, letter in _LETTERS)
        short = re.sub(r"юго", "юг", text)
        letters = "".join(str(found.lastgroup) for found in re.finditer(names, short))
    if letters in _EIGHT:
        return float(_EIGHT[letters]), 22.5
    return (_SIXTEEN[letters], 11.25) if letters in _SIXTEEN else None


def _off(words: str, match: re.Match[str], way: tuple[float, float], about: Located) -> Located:
    from pyproj import Geod

    metres, (degrees, half) = _metres(match), way
    if metres > _FARTHEST_M:
        raise UnknownPlace(f"{shown(words)}: a place is not told from more than 1,000 km away; name one nearer to it")
    laid = metres / 2 if match["bound"] else metres
    lon, lat, _ = Geod(ellps="WGS84").fwd(about.lon, about.lat, degrees, laid)
    across = metres * math.sin(math.radians(half))
    along = laid if match["bound"] else max(metres / 10, _step(match) / 2)
    return Located(
        name=f"{'under ' if match['bound'] else ''}{metres / 1000:g} km, bearing {degrees:g}, from {about.name}",
        lon=float(lon),
        lat=float(lat),
        radius_m=round(about.radius_m + math.hypot(across, along)),
        method="bearing",
        detail=_rests_on(about),
    )


def _middle(one: Located, other: Located) -> Located:
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    azimuth, _, metres = geod.inv(one.lon, one.lat, other.lon, other.lat)
    lon, lat, _ = geod.fwd(one.lon, one.lat, azimuth, metres / 2)
    return Located(
        name=f"between {one.name} and {other.name}",
        lon=float(lon),
        lat=float(lat),
        radius_m=round(metres / 2 + max(one.radius_m, other.radius_m)),
        method="bearing",
        detail=f"{_rests_on(one)}; {_rests_on(other)}",
    )


def _ring(words: str, match: re.Match[str], find: Callable[[str], Located]) -> Located:
    metres, about = _metres(match), find(match["place"])
    if metres > _RING_M:
        raise UnknownPlace(
            f"{shown(words)}: everything {metres / 1000:g} km from {about.name} is a circle, not a place; say the "
            f"direction ('{metres / 1000:g} km south of {about.name}'), or leave the report unplaced"
        )
    return _like(about, f"within {metres / 1000:g} km of {about.name}", about.radius_m + metres)


def _like(about: Located, name: str, radius_m: float) -> Located:
    return Located(
        name=name, lon=about.lon, lat=about.lat, radius_m=round(radius_m), method="bearing", detail=_rests_on(about)
    )


def _rests_on(about: Located) -> str:
    return f"{about.name}: {about.method}" + (f", {about.detail}" if about.detail else "")
