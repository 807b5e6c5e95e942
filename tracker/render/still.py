"""A scene without a script: what readers, feeds and archives get that run none."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from tracker.model import geodesy
from tracker.render.clock import local_time, round_hours
from tracker.render.drawing import drawing_svg
from tracker.render.pack import unpack
from tracker.render.words import Words, words_for

Scene = dict[str, Any]

HOUR = 3600
STEP_H = 3
MOST_ROWS = 48
LOST_M = 300_000
"""A unit is lost from this radius on, and found again ..."""
FOUND_M = 200_000
"""... only within this one, as in templates/player/spells.js."""
SURE_M = 75_000
"""Within more than this no single place can be named."""
NAMED_M = 120_000
"""A place farther away is no help to the reader."""
AT_M = 5_000
"""So near to a place its name is enough."""


def still_html(scene: Scene) -> str:
    """Heading, drawing and table of a scene as HTML; every text is escaped."""
    return f"<h2>{escape(scene['title'])}</h2>\n{drawing_svg(scene)}\n{still_table(scene)}"


def still_table(scene: Scene) -> str:
    """Where each unit was, every three hours by the clock of the scene's zone (rarer in a long march)."""
    words = words_for(scene["lang"])
    columns = [words.time, *(unit["name"] for unit in scene["units"])]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in columns)
    medians = [unpack(unit["median"], 4) for unit in scene["units"]]
    rows = []
    for second, shown in _clock(scene):
        cells = (
            f"<td>{escape(_where(scene, unit, median, second, words))}</td>"
            for unit, median in zip(scene["units"], medians, strict=True)
        )
        rows.append(f'<tr><th scope="row">{shown}</th>{"".join(cells)}</tr>')
    caption = escape(words.still.format(zone=", ".join(_offsets(scene))))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>\n{chr(10).join(rows)}\n</tbody></table>"
    )


def _clock(scene: Scene) -> Iterator[tuple[int, str]]:
    """Whole hours of the scene's zone as seconds of the scene and as text."""
    step = STEP_H * HOUR
    while scene["end"] / step > MOST_ROWS:
        step *= 2
    # One of two equal hours, when the clock is put back, is told by its name.
    form = "%Y-%m-%d %H:%M %Z" if len(_offsets(scene)) > 1 else "%Y-%m-%d %H:%M"
    for second in round_hours(scene, step):
        yield second, local_time(scene, second).strftime(form)


def _offsets(scene: Scene) -> list[str]:
    """What the zone's offsets are called during the scene, each once."""
    told = [0, *(second for second, _, _ in scene["zone"]["changes"] if 0 < second <= scene["end"])]
    return list(dict.fromkeys(str(local_time(scene, second).tzname()) for second in told))


def _where(scene: Scene, unit: Scene, median: list[list[int]], second: int, words: Words) -> str:
    times, lon, lat, radius = median
    if not times[0] <= second <= times[-1]:
        return words.unknown
    if is_lost(times, radius, second):
        return words.unknown
    metres = float(np.interp(second, times, radius))
    x, y = (float(np.interp(second, times, column)) / scene["scale"] for column in (lon, lat))
    text = _place(scene, x, y, metres, words)
    known = unit["known_from"] <= second <= unit["known_until"]
    return text if known else f"{words.no_report} {text}"


def is_lost(times: Sequence[int], radius: Sequence[int], second: float) -> bool:
    """Whether a unit is lost at a moment: its radius passed `LOST_M` and has not been within `FOUND_M` since.

    Examples
    --------
    >>> times, radius = [0, 10, 20, 30], [100_000, 310_000, 250_000, 150_000]
    >>> [is_lost(times, radius, second) for second in (5, 20, 30)]
    [False, True, False]
    """
    lost = radius[0] > FOUND_M
    until = [value for time, value in zip(times, radius, strict=True) if time < second]
    for metres in [*until, float(np.interp(second, times, radius))]:
        lost = metres > (FOUND_M if lost else LOST_M)
    return lost


def _place(scene: Scene, lon: float, lat: float, radius: float, words: Words) -> str:
    scale = scene["scale"]
    away = [
        float(geodesy.distance_m(lon, lat, label["lon"] / scale, label["lat"] / scale)) for label in scene["labels"]
    ]
    metres = min(away, default=np.inf)
    if metres > NAMED_M:
        degrees = f"{lon:.2f}°, {lat:.2f}°"
        if radius > SURE_M:
            return words.somewhere.format(km=_km(radius), place=degrees)
        return words.sure.format(at=degrees, km=_km(radius))
    label = scene["labels"][away.index(metres)]
    # In Russian pages a place is called by its local name, if that is known.
    name = label["local"] or label["text"] if words is words_for("ru") else label["text"]
    if radius > SURE_M:
        # A circle about the median lies inside of this one about the place.
        return words.somewhere.format(km=_km(radius + metres), place=name)
    if metres <= AT_M:
        return words.sure.format(at=words.near.format(place=name), km=_km(radius))
    east = (lon - label["lon"] / scale) * np.cos(np.radians(lat))
    octant = round(float(np.degrees(np.arctan2(east, lat - label["lat"] / scale))) / 45) % 8
    at = words.away.format(km=_km(metres), compass=words.compass[octant], place=name)
    return words.sure.format(at=at, km=_km(radius))


def _km(metres: float) -> int:
    return max(1, round(metres / 1000))
