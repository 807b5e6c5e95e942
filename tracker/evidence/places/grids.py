"""Grid references in words: MGRS, and plus codes, full or short with a place."""

import math
import re
from collections.abc import Callable

from tracker.evidence.places.choosing import shown
from tracker.model import Located, UnknownPlace

_MGRS = re.compile(r"(?i)(?:MGRS:? )?(\d{1,2}) ?([C-HJ-NP-X]) ?([A-HJ-NP-Z]{2}) ?(?:(\d{1,5}) (\d{1,5})|(\d{2,10}))")
_PLUS = re.compile(r"(?i)([23456789CFGHJMPQRVWX]{2,8}\+[23456789CFGHJMPQRVWX]{0,7})(?:,? +(.{2,}))?")
_DEGREE_M = 111_320.0


def grid_reference(words: str, find: Callable[[str], Located]) -> Located | None:
    """The middle of the square that a grid reference names, with half its diagonal as radius; None for other words.

    Parameters
    ----------
    find : answers the place after a short plus code, as in ``RXHC+7Q Yelets``

    Raises
    ------
    UnknownPlace
        A reference that names no square.
    """
    text = re.sub(r"\s+", " ", words.strip())
    if match := _MGRS.fullmatch(text):
        zone, band, square, *digits = [part for part in match.groups() if part]
        if (len(digits) == 2 and len(digits[0]) != len(digits[1])) or (len(digits) == 1 and len(digits[0]) % 2):
            raise UnknownPlace(f"{shown(words)}: eastings and northings of an MGRS reference have as many digits each")
        return _mgrs(words, f"{int(zone):02d}{band}{square}{''.join(digits)}".upper())
    if match := _PLUS.fullmatch(text):
        return _plus(words, match[1].upper(), match[2], find)
    return None


def _mgrs(words: str, reference: str) -> Located:
    import mgrs

    size = 10.0 ** (5 - (len(reference) - 5) // 2)
    try:
        # The library gives the south-west corner; five more digits of 5 name the middle.
        half = (len(reference) - 5) // 2
        east, north = reference[5 : 5 + half], reference[5 + half :]
        middle = reference[:5] + (east + "5" + "0" * 4)[:5] + (north + "5" + "0" * 4)[:5] if half < 5 else reference
        lat, lon = mgrs.MGRS().toLatLon(middle)
    except (mgrs.core.MGRSError, ValueError, RuntimeError) as error:
        raise UnknownPlace(
            f"{shown(words)}: no square of the MGRS grid ({error}); check zone, band and letters"
        ) from None
    return Located(
        name=f"MGRS {reference}",
        lon=float(lon),
        lat=float(lat),
        radius_m=max(10.0, round(size / math.sqrt(2), 1)),
        method="coordinates",
        detail=f"a square of {size:g} m",
    )


def _plus(words: str, code: str, place: str | None, find: Callable[[str], Located]) -> Located:
    from openlocationcode import openlocationcode as olc

    if olc.isShort(code):
        if not place:
            raise UnknownPlace(f"{shown(words)}: a short plus code needs a place after it, as in 'JG88+XX Yelets'")
        about = find(place)
        code = olc.recoverNearest(code, about.lat, about.lon)
    elif not olc.isFull(code):
        raise UnknownPlace(f"{shown(words)}: no plus code; they look like 9G7VJG88+XX, or JG88+XX and a place")
    area = olc.decode(code)
    tall = (area.latitudeHi - area.latitudeLo) * _DEGREE_M
    wide = (area.longitudeHi - area.longitudeLo) * _DEGREE_M * math.cos(math.radians(area.latitudeCenter))
    return Located(
        name=f"plus code {code}",
        lon=area.longitudeCenter,
        lat=area.latitudeCenter,
        radius_m=max(10.0, round(math.hypot(tall, wide) / 2, 1)),
        method="coordinates",
        detail="plus code" + (f" by {place}" if place else ""),
    )
