"""Which way a roadblock stops: towards a place, towards a point of the compass, or both ways."""

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tracker.model import geodesy
from tracker.roads.closures.names import folded

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_LONGEST = 500
_BOTH = re.compile(
    r"\b(?:both|all) (?:directions|ways)\b|\bобе стороны\b|\bоб(?:оих|оим) направлени|\bвсех направлени", re.IGNORECASE
)
_COMPASS = {
    "north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0),
    "север": (0, 1), "юг": (0, -1), "восток": (1, 0), "запад": (-1, 0),
}  # fmt: skip
_BOUND = re.compile(r"\b(north|south|east|west)-?bound\b|\bна (север|юг|восток|запад)\b", re.IGNORECASE)
_TOWARDS = re.compile(
    r"\b(?:towards?|in the direction of|в сторону|в направлении|по направлению к|направлением на)"
    r" ([\w-]{2,40})(?: ([\w-]{2,40}))?",
    re.IGNORECASE,
)


class Direction(NamedTuple):
    """The way that is stopped: towards a point, or (compass) along a vector east and north."""

    x: float
    y: float
    compass: bool
    words: str


def direction_of(
    network: "RoadNetwork", heading: str, place: str, summary: str, lon: float, lat: float
) -> Direction | None:
    """The one way that a roadblock's words stop, or None: both ways.

    The heading and the place may say towards what; the summary may only say "both directions" or "northbound",
    since "jams towards Millerovo" in a longer text says where the jams are. A place that the map does not know says
    nothing, and both ways are stopped.
    """
    texts = [text[:_LONGEST] for text in (heading, place, summary)]
    if any(_BOTH.search(text) for text in texts):
        return None
    for text in texts:
        if found := _BOUND.search(text):
            return Direction(*_COMPASS[(found[1] or found[2]).lower()], True, found[0])
    bare = texts[0].strip()
    if bare.lower() in _COMPASS:
        return Direction(*_COMPASS[bare.lower()], True, bare)
    spoken = [found for text in texts[:2] for found in _TOWARDS.findall(text)]
    names = [name for pair in spoken for name in (" ".join(pair).strip(), pair[0])]
    for name in ([bare] if bare and not spoken else []) + names:
        if point := _place(network, name, lon, lat):
            return Direction(*point, False, f"towards {name}")
    return None


def ways(
    network: "RoadNetwork", edge: int, from_m: float, to_m: float, direction: Direction | None
) -> tuple[bool, bool]:
    """Whether a piece is stopped along its edge's shape, and against it."""
    if direction is None:
        return True, True
    (x0, x1), (y0, y1) = network.point_at([edge, edge], [from_m, to_m])
    if direction.compass:
        gain = (x1 - x0) * np.cos(np.radians(y0)) * direction.x + (y1 - y0) * direction.y
    else:
        gain = float(geodesy.distance_m(x0, y0, direction.x, direction.y)) - float(
            geodesy.distance_m(x1, y1, direction.x, direction.y)
        )
    return bool(gain >= 0), bool(gain <= 0)


def _place(network: "RoadNetwork", name: str, lon: float, lat: float) -> tuple[float, float] | None:
    """The place of that name, perhaps inflected ("Москвы"): the nearest of those that fit best."""
    asked = "-".join(folded(name))
    fits = []
    for named in network.named:
        for known in ("-".join(folded(named.place)), "-".join(folded(named.place_local))):
            if asked and (asked == known or _inflected(asked, known)):
                away = float(geodesy.distance_m(lon, lat, named.lon, named.lat)) if np.isfinite([lon, lat]).all() else 0
                fits.append((asked != known, away, named.lon, named.lat))
    return min(fits)[2:] if fits else None


def _inflected(a: str, b: str) -> bool:
    """Whether two words differ in their last two letters at most."""
    keep = max(len(a), len(b)) - 2
    return keep >= 3 and abs(len(a) - len(b)) <= 2 and a[:keep] == b[:keep]
