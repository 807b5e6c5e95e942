"""A scene without a script: what readers, feeds and archives get that run none."""

from collections.abc import Iterator
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
USELESS_M = 300_000
"""A radius beyond this says nothing about a place."""
NAMED_M = 120_000
"""A place farther away is no help to the reader."""
AT_M = 5_000


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
    metres = float(np.interp(second, times, radius))
    if metres > USELESS_M:
        return words.unknown
    x, y = (float(np.interp(second, times, column)) / scene["scale"] for column in (lon, lat))
    text = f"{_place(scene, x, y, words)}, {words.sure.format(km=max(1, round(metres / 1000)))}"
    known = unit["known_from"] <= second <= unit["known_until"]
    return text if known else f"{words.no_report} {text}"


def _place(scene: Scene, lon: float, lat: float, words: Words) -> str:
    scale = scene["scale"]
    away = [
        float(geodesy.distance_m(lon, lat, label["lon"] / scale, label["lat"] / scale)) for label in scene["labels"]
    ]
    metres = min(away, default=np.inf)
    if metres > NAMED_M:
        return f"{lon:.2f}°, {lat:.2f}°"
    label = scene["labels"][away.index(metres)]
    # In Russian pages a place is called by its local name, if that is known.
    name = label["local"] or label["text"] if words is words_for("ru") else label["text"]
    if metres <= AT_M:
        return words.near.format(place=name)
    east = (lon - label["lon"] / scale) * np.cos(np.radians(lat))
    octant = round(float(np.degrees(np.arctan2(east, lat - label["lat"] / scale))) / 45) % 8
    return words.away.format(km=round(metres / 1000), compass=words.compass[octant], place=name)
