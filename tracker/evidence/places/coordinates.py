"""Coordinates in words: decimal, degrees and minutes, geo: addresses and links to maps, read as text only."""

import math
import re
from decimal import Decimal
from urllib.parse import unquote

from tracker.evidence.places.choosing import ambiguous, apart_m, shown
from tracker.model import Located, UnknownPlace

LEAST_RADIUS_M = 10.0
"""Metres that no coordinates in a report are better than."""
_DEGREE_M = 111_320.0
_AREA_M = 500_000

_NUMBER = r"[-+\u2212]?\d{1,3}(?:[.,]\d{1,12})?"
_SIDE = (
    r"north|south|east|west|с\.? ?ш\.?|ю\.? ?ш\.?|в\.? ?д\.?|з\.? ?д\.?|пн\.? ?ш\.?|пд\.? ?ш\.?|сх\.? ?д\.?|"
    r"зх\.? ?д\.?|[nsewсювз]"
)
_LABEL = r"lat(?:itude)?|lon(?:g(?:itude)?)?|lng|широта|долгота"
_ANGLE = (
    r"(?P<sign{0}>[-+\u2212]?)(?P<deg{0}>\d{{1,3}}(?:[.,]\d{{1,12}})?) ?(?:°|º|˚|deg(?:rees)?|d)? ?"
    r"(?:(?P<min{0}>\d{{1,2}}(?:[.,]\d{{1,9}})?) ?(?:['’′‘´`]|min) ?"
    r"(?:(?P<sec{0}>\d{{1,2}}(?:[.,]\d{{1,6}})?) ?(?:[\"”“″]|''|’’|′′|sec)? ?)?)?"
)
_PAIR = re.compile(
    rf"(?:(?P<label1>{_LABEL}) ?[:=]? ?)?(?:(?P<before1>{_SIDE}) ?)?{_ANGLE.format(1)}(?P<after1>{_SIDE})?"
    rf" ?[,;/ ] ?(?:(?P<label2>{_LABEL}) ?[:=]? ?)?(?:(?P<before2>{_SIDE}) ?)?{_ANGLE.format(2)}(?P<after2>{_SIDE})?",
    re.IGNORECASE,
)
_LINKS = (
    re.compile(rf"!3d(?P<lat>{_NUMBER})!4d(?P<lon>{_NUMBER})"),
    re.compile(rf"[?&]mlat=(?P<lat>{_NUMBER})&(?:amp;)?mlon=(?P<lon>{_NUMBER})"),
    re.compile(
        rf"[?&](?:q|query|ll|destination|center|daddr)=(?:loc:)?(?P<lat>{_NUMBER})(?:,|%2C) ?\+?(?P<lon>{_NUMBER})"
    ),
    re.compile(rf"/@(?P<lat>{_NUMBER}),(?P<lon>{_NUMBER})(?:,(?P<zoom>\d{{1,2}})(?:\.\d+)?z)?"),
    re.compile(rf"#map=(?P<zoom>\d{{1,2}})(?:\.\d+)?/(?P<lat>{_NUMBER})/(?P<lon>{_NUMBER})"),
)
_GEO = re.compile(
    rf"geo:(?P<lat>{_NUMBER}),(?P<lon>{_NUMBER})(?:,[-\d.]{{1,12}})?(?P<rest>(?:;[^;]{{1,60}})*)(?:\?.*)?", re.I
)


def coordinates(words: str, *, near: tuple[float, float] | None, area: list[tuple[float, float]]) -> Located | None:
    """The point that the words give in numbers, or None where they are no coordinates.

    A bare pair is latitude, longitude, as maps and encyclopaedias write it. Tables of this project are the other way
    round, so a pair whose other order, and only that, lies in the known area is not read silently.

    Parameters
    ----------
    near : (lon, lat) that settles the order of a bare pair
    area : points (lon, lat) of the known places

    Raises
    ------
    AmbiguousPlace
        A bare pair whose order cannot be told.
    UnknownPlace
        Numbers that lie on no globe.
    """
    if re.match(r"(?i)(https?://|www\.|geo:)", words):
        return _of_link(words)
    match = _PAIR.fullmatch(re.sub(r"\s+", " ", words.strip().strip("()[]")))
    if not match or _plain_whole(match):
        return None
    sides = [_axis(match, at) for at in (1, 2)]
    values = [_value(match, at) for at in (1, 2)]
    (first, unit1), (second, unit2) = values
    unit = max(unit1, unit2)
    if sides[0] and sides[0] == sides[1]:
        raise UnknownPlace(f"{shown(words)}: both numbers are a {sides[0]}itude; give one latitude and one longitude")
    if any(sides):
        lat_first = sides[0] == "lat" or sides[1] == "lon"
        lat, lon = (first, second) if lat_first else (second, first)
        return _point(words, lon, lat, unit)
    straight, turned = _on_globe(second, first), _on_globe(first, second)
    if straight and turned:
        here = [near] if near else area
        fits = [
            any(apart_m(point, (lon, lat)) <= _AREA_M for point in here)
            for lon, lat in ((second, first), (first, second))
        ]
        if fits[1] and not fits[0]:
            if near:
                return _point(words, first, second, unit)
            both = [_point(words, second, first, unit), _point(words, first, second, unit)]
            raise ambiguous(words, both)
        return _point(words, second, first, unit)
    if turned:
        return _point(words, first, second, unit)
    return _point(words, second, first, unit)


def _plain_whole(match: re.Match[str]) -> bool:
    """Two whole numbers and nothing else, as in "12 34": house numbers and counts, no place."""
    marks = any(match[f"{part}{at}"] for at in (1, 2) for part in ("label", "before", "after", "min"))
    return not marks and not any(re.search(r"[.,°º˚]", match[f"deg{at}"]) for at in (1, 2)) and "°" not in match[0]


def _of_link(words: str) -> Located:
    if geo := _GEO.fullmatch(words.strip()):
        lat, unit1 = _decimal(geo["lat"])
        lon, unit2 = _decimal(geo["lon"])
        found = _point(words, lon, lat, max(unit1, unit2))
        told = re.search(r"(?i);u=(\d{1,9}(?:\.\d{1,9})?)(?:;|$)", geo["rest"])
        if told:
            return _point(words, lon, lat, 0.0, least=float(told[1]))
        return found
    text = unquote(words)
    for pattern in _LINKS:
        if found_in := pattern.search(text):
            lat, unit1 = _decimal(found_in["lat"])
            lon, unit2 = _decimal(found_in["lon"])
            # The middle of a view is no pin: the place is somewhere on the screen, half of it 256 pixels or so.
            zoom = int(found_in.groupdict().get("zoom") or 99)
            view = 2 * math.pi * 6_378_137 * math.cos(math.radians(min(abs(lat), 89))) / 2**zoom
            return _point(words, lon, lat, max(unit1, unit2), least=round(view, 1))
    raise UnknownPlace(
        f"{shown(words)}: the address itself holds no coordinates, and it is not opened; copy them from the page"
    )


def _axis(match: re.Match[str], at: int) -> str:
    label = (match[f"label{at}"] or "").casefold()
    if label:
        return "lat" if label.startswith(("lat", "ш")) else "lon"
    side = _side(match, at)
    return "" if not side else "lat" if side in "ns" else "lon"


def _side(match: re.Match[str], at: int) -> str:
    said = (match[f"before{at}"] or match[f"after{at}"] or "").casefold().replace(".", "").replace(" ", "")
    table = {"с": "n", "сш": "n", "пнш": "n", "ю": "s", "юш": "s", "пдш": "s", "в": "e", "вд": "e", "схд": "e"}
    return table.get(said, "w" if said in ("з", "зд", "зхд") else said[:1])


def _value(match: re.Match[str], at: int) -> tuple[float, float]:
    """Degrees of one angle, and the degrees that one unit of its last digit is worth."""
    degrees, unit = _decimal(match[f"deg{at}"])
    for part, worth in (("min", 60), ("sec", 3600)):
        if match[f"{part}{at}"]:
            value, step = _decimal(match[f"{part}{at}"])
            degrees, unit = degrees + value / worth, step / worth
            if value >= 60:
                return 999.0, unit  # 61 minutes are on no globe
    negative = match[f"sign{at}"] in ("-", "\u2212") or _side(match, at) in ("s", "w")
    return (-degrees if negative else degrees), unit


def _decimal(text: str) -> tuple[float, float]:
    number = Decimal(text.replace(",", ".").replace("\u2212", "-"))
    return float(number), 10.0 ** int(number.as_tuple().exponent)


def _on_globe(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90


def _point(words: str, lon: float, lat: float, unit: float, least: float = LEAST_RADIUS_M) -> Located:
    if not _on_globe(lon, lat):
        raise UnknownPlace(
            f"{shown(words)}: latitude {lat:g}, longitude {lon:g} is on no globe; latitudes end at 90, longitudes at "
            "180, minutes and seconds below 60"
        )
    return Located(
        name=f"{lat:.6g}, {lon:.6g}" if unit else f"{lat:g}, {lon:g}",
        lon=lon,
        lat=lat,
        radius_m=max(least, LEAST_RADIUS_M, round(unit / 2 * _DEGREE_M, 1)),
        method="coordinates",
        detail="latitude, longitude",
    )
