"""Plain words for reports, times, probabilities and roads."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import BadTime, geodesy

NEAREST_M = 30_000.0
"""A road without a name is called by a place that is not farther than this."""

NEAR_M = 2_000.0
"""Up to this distance something is near a place, and beyond it lies in some direction."""

COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name.

    Raises
    ------
    BadTime
        There is none.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError):
        raise BadTime(f"there is no time zone named {name!r}; give an IANA name, as in Europe/Moscow") from None


def clock(time: pd.Timestamp, zone: ZoneInfo) -> str:
    """Words like "15:00 on 24 June"."""
    local = time.tz_convert(zone)
    return f"{local:%H:%M} on {local.day} {local:%B}"


def interval(first: pd.Timestamp, last: pd.Timestamp, zone: ZoneInfo) -> str:
    """Words like "14:30-15:10 on 24 June"."""
    one, two = first.tz_convert(zone), last.tz_convert(zone)
    if one == two:
        return clock(one, zone)
    if one.date() == two.date():
        return f"{one:%H:%M}-{clock(two, zone)}"
    return f"{clock(one, zone)} to {clock(two, zone)}"


def percent(share: float) -> str:
    """Words like "72 %"; never 0 or 100, which a count of histories cannot tell."""
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{share * 100:.0f} %"


def kilometres(metres: float) -> str:
    """Words like "3 km", and "300 m" below one."""
    return f"{metres / 1000:,.0f} km" if metres >= 950 else f"{max(round(metres, -2), 0):.0f} m"


def duration(seconds: float) -> str:
    """Words like "2 h 10 min"."""
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])])


def listed(words: Iterable[str]) -> str:
    """Words like "a, b and c"."""
    *first, last = list(words)
    return f"{', '.join(first)} and {last}" if first else last


def counted(number: int, noun: str) -> str:
    """Words like "1 report" and "2 reports"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def near_matches(unknown: Sequence[str], known: Iterable[str]) -> str:
    """The unknown names, each with the known one that is most like it."""
    by_fold = {name.casefold(): name for name in known}
    close = [(name, get_close_matches(name.casefold(), by_fold, 1)) for name in unknown]
    return ", ".join(
        f"{name!r} (did you mean {by_fold[found[0]]!r}?)" if found else repr(name) for name, found in close
    )


def text(value: object) -> str:
    """A cell as text, empty where it is absent."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def road_names(roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame, edges: NDArray[np.int64]) -> list[str]:
    """Each edge's road as a reader knows it: its label, its name, or the place that it lies by."""
    told = roads.loc[edges]
    names = [
        # Of a road without a number the label is its local name: readers may have one in their letters.
        (text(latin) if text(road) == text(local) else "") or text(road) or text(local) or text(latin)
        for road, latin, local in zip(told["road"], told["int_name"], told["name"], strict=True)
    ]
    nameless = [at for at, name in enumerate(names) if not name]
    if nameless:
        middle = shapely.line_interpolate_point(told.geometry.to_numpy()[nameless], 0.5, normalized=True)
        for at, place in zip(nameless, nearest_places(places, middle), strict=True):
            names[at] = f"the road by {place}" if place else "a road without a name"
    return names


def nearest_places(places: gpd.GeoDataFrame, points: NDArray[np.object_]) -> list[str]:
    """Name of the nearest place within 30 km of each point, or nothing."""
    return [found[0] if found else "" for found in _nearest(places, points)]


def _nearest(places: gpd.GeoDataFrame, points: NDArray[np.object_]) -> list[tuple[str, float, float, float] | None]:
    """Name of the nearest place within 30 km of each point, its metres from there, and its degrees east and north."""
    if places.empty:
        return [None] * len(points)
    east, north = places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)
    lon, lat = shapely.get_x(points)[:, None], shapely.get_y(points)[:, None]
    away = geodesy.distance_m(lon, lat, east[None], north[None])
    best = enumerate(away.argmin(axis=1).tolist())
    found = [
        (str(places["place"].iloc[at]), float(away[row, at]), float(east[at]), float(north[at])) for row, at in best
    ]
    return [one if one[1] <= NEAREST_M else None for one in found]


def by_place(places: gpd.GeoDataFrame, point: shapely.Point) -> str:
    """Words like "7 km east of Yelets" or "near Yelets", or the coordinates where no place is near."""
    nearest = _nearest(places, np.array([point]))[0]
    if nearest is None:
        return f"at {point.y:.2f} N {point.x:.2f} E"
    name, metres, lon, lat = nearest
    if metres < NEAR_M:
        return f"near {name}"
    turn = np.degrees(np.arctan2((point.x - lon) * np.cos(np.radians(lat)), point.y - lat))
    return f"{kilometres(metres)} {COMPASS[round(turn / 45) % 8]} of {name}"
