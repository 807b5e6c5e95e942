"""A scene without a script: a drawing and a table for readers, feeds and archives that run none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import Any

import numpy as np

from tracker.model.geodesy import distance_m
from tracker.render.pack import unpack
from tracker.render.style import INK, PAPER, ROAD_STROKES, SMALL_ROAD_STROKE, unit_colour
from tracker.render.words import Words, words_for

Scene = dict[str, Any]
Pixels = np.ndarray[Any, np.dtype[np.int64]]

HOUR = 3600
STEP_H = 3
MOST_ROWS = 48
USELESS_M = 300_000
"""A radius beyond this says nothing about a place."""
NAMED_M = 120_000
"""A place farther away is no help to the reader."""
AT_M = 5_000
WIDTH = 600
"""Of the drawing, in its own units."""


def still_html(scene: Scene) -> str:
    """Heading, drawing and table of a scene as HTML; every text is escaped."""
    return f"<h2>{escape(scene['title'])}</h2>\n{still_svg(scene)}\n{still_table(scene)}"


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
    caption = escape(words.still.format(zone=scene["zone"]["name"]))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>\n{chr(10).join(rows)}\n</tbody></table>"
    )


def still_svg(scene: Scene) -> str:
    """Roads, each unit's most central way and the larger places, as one drawing without any style sheet."""
    west, south, east, north = scene["bbox"]
    top, bottom = _mercator(north), _mercator(south)
    factor = WIDTH / np.radians(east - west)
    height = round((top - bottom) * factor)

    def place(lon: Any, lat: Any) -> Pixels:
        x = np.radians(np.asarray(lon, float) / scene["scale"] - west) * factor
        y = (top - _mercator(np.asarray(lat, float) / scene["scale"])) * factor
        return np.asarray(np.rint(np.stack([x, y], axis=-1)), np.int64)

    parts = [f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>', '<g fill="none" stroke-linejoin="round">']
    for road in scene["roads"]:
        colour, width = ROAD_STROKES.get(road["class"], SMALL_ROAD_STROKE)
        lines = np.split(place(*unpack(road["d"], 2)), np.cumsum(road["n"])[:-1])
        dashes = ' stroke-dasharray="4 3"' if road["inferred"] else ""
        parts.append(f'<path d="{"".join(map(_line, lines))}" stroke="{colour}" stroke-width="{width}"{dashes}/>')
    marks = []
    for index, unit in enumerate(scene["units"]):
        way = place(*_known_way(unit))
        colour, (x, y) = unit_colour(index), way[-1].tolist()
        parts.append(f'<path d="{_line(way)}" stroke="{colour}" stroke-width="3" stroke-opacity=".8"/>')
        marks.append(f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}" stroke="#fff" stroke-width="2"/>')
    parts += ["</g>", *marks, f'<g font-family="sans-serif" font-size="13" fill="{INK}">']
    for label in [label for label in scene["labels"] if label["rank"] <= 2][:12]:
        x, y = place(label["lon"], label["lat"]).tolist()
        side = f'x="{x + 6}"' if x < WIDTH * 0.7 else f'x="{x - 6}" text-anchor="end"'
        parts.append(f'<circle cx="{x}" cy="{y}" r="2"/><text {side} y="{y + 4}">{escape(label["text"])}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-label="{escape(scene["alt"])}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</g></svg>'
    )


def _clock(scene: Scene) -> Iterator[tuple[int, str]]:
    """Whole hours of the scene's zone as seconds of the scene and as text."""
    step = STEP_H * HOUR
    while scene["end"] / step > MOST_ROWS:
        step *= 2
    # The zone's clock written as if it were UTC: only its digits are shown.
    start = datetime.fromisoformat(scene["t0"]) + timedelta(minutes=scene["zone"]["offset_min"])
    first = -round(start.timestamp()) % step
    for second in range(first, scene["end"] + 1, step):
        yield second, (start + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M")


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
    away = [float(distance_m(lon, lat, label["lon"] / scale, label["lat"] / scale)) for label in scene["labels"]]
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


def _known_way(unit: Scene) -> tuple[list[int], list[int]]:
    times, lon, lat, _ = unpack(unit["median"], 4)
    kept = [k for k, t in enumerate(times) if unit["known_from"] <= t <= unit["known_until"]] or [0]
    return [lon[k] for k in kept], [lat[k] for k in kept]


def _line(points: Pixels) -> str:
    fresh = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    return "M" + "L".join(f"{x} {y}" for x, y in points[fresh].tolist())


def _mercator(lat: Any) -> Any:
    return np.arcsinh(np.tan(np.radians(lat)))
