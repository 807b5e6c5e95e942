"""A scene as one still drawing: SVG without style sheet or script."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.render.pack import unpack
from tracker.render.style import (
    CLOSURE_STROKES,
    CONTEXT_STROKES,
    INK,
    PAPER,
    ROAD_STROKES,
    SMALL_ROAD_STROKE,
    context_look,
    unit_colour,
)

Scene = dict[str, Any]
Pixels = NDArray[np.int64]

SIZE = 640
"""The longer side, in the drawing's own units."""
NARROWEST = 360
"""A march due north still leaves room for names."""
MOST_LABELS = 20
SURE_M = 75_000
"""A way and a marker of a wider radius are drawn as a guess, as in templates/player/spells.js."""
SHARP_KM = 8.0
"""A spot somewhere on a stretch is drawn in full up to so many kilometres, as in templates/player/closures.js."""
FAINTEST = 0.3
SURE = 'stroke-width="3" stroke-opacity=".8"'
VAGUE = 'stroke-width="1.5" stroke-opacity=".5" stroke-dasharray="2 4"'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """From packed coordinates to the drawing's units, in Mercator's projection like the map."""

    scale: int
    west: float
    top: float
    factor: float
    margin: float
    width: int
    height: int

    @property
    def metres(self) -> float:
        """Metres that a unit measures at the top, where it measures least if that is north."""
        lat = 2 * np.arctan(np.exp(self.top)) - np.pi / 2
        return float(6_371_009 * np.cos(lat) / self.factor)

    def place(self, lon: ArrayLike, lat: ArrayLike) -> Pixels:
        """(..., 2) whole units from the upper left corner."""
        x = np.radians(np.asarray(lon, float) / self.scale - self.west) * self.factor + self.margin
        y = (self.top - _mercator(np.asarray(lat, float) / self.scale)) * self.factor
        return np.asarray(np.rint(np.stack([x, y], axis=-1)), np.int64)


def drawing_svg(scene: Scene) -> str:
    """Waters, borders, roads, what closed them, each unit's most central way while it is known, the larger places.

    Every text is escaped.
    """
    paper = _paper(scene)
    return (
        f'<svg viewBox="0 0 {paper.width} {paper.height}" width="{paper.width}" role="img" '
        f'aria-label="{escape(scene["alt"])}" xmlns="http://www.w3.org/2000/svg">'
        f'<rect width="{paper.width}" height="{paper.height}" fill="{PAPER}"/>'
        f"{_context(scene, paper)}{_closures(scene, paper, under=True)}{_roads(scene, paper)}"
        f"{_closures(scene, paper, under=False)}{_units(scene, paper)}{_labels(scene, paper)}</svg>"
    )


def _context(scene: Scene, paper: _Paper) -> str:
    """Rivers and borders with the vertices that a drawing of this size needs."""
    context = scene.get("context")
    if context is None:
        return ""
    step = next((k for k in (2, 1) if context["tolerance"] * 4**k <= paper.metres), context["finest"])
    parts = []
    for line in context["lines"]:
        lon, lat, detail = (np.array(column) for column in unpack(line["d"], 3))
        starts = np.cumsum([0, *line["n"]])
        kept = [np.flatnonzero(detail[a:b] >= step) + a for a, b in pairwise(starts.tolist())]
        path = "".join(_line(paper.place(lon[k], lat[k])) for k in kept if len(k) > 1)
        colour, width, dashes = CONTEXT_STROKES[context_look(line["kind"], line["level"])]
        pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<path d="{path}" stroke="{colour}" stroke-width="{width}"{pattern}/>' if path else "")
    return f'<g fill="none" stroke-linejoin="round">{"".join(parts)}</g>'


def _closures(scene: Scene, paper: _Paper, *, under: bool) -> str:
    """All that was closed, dug up, checked or slowed at any time: checkpoints as a rim under the road, others on it."""
    closures = scene.get("closures")
    if closures is None:
        return ""
    lines = np.split(paper.place(*unpack(closures["d"], 2)), np.cumsum(closures["n"])[:-1])
    parts = []
    for (effect, strength), indexes in _looks(closures).items():
        if (effect == "checkpoint") == under:
            colour, width, dashes = CLOSURE_STROKES[effect]
            pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
            cap = ' stroke-linecap="round"' if effect == "dug up" else ""
            path = "".join(_line(lines[k]) for k in indexes)
            look = f'stroke="{colour}" stroke-width="{width}" opacity="{strength:.1f}"'
            parts.append(f'<path d="{path}" {look}{pattern}{cap}/>')
    return f'<g fill="none" stroke-linejoin="round">{"".join(parts)}</g>'


def _looks(closures: Scene) -> dict[tuple[str, float], list[int]]:
    """Which lines are drawn with which effect and strength; each line once for an effect, at its strongest."""
    _, effect, _, _, _, percent, spot, km10, count = unpack(closures["held"], 9)
    (used,) = unpack(closures["lines"], 1)
    strongest: dict[tuple[int, int], float] = {}
    at = 0
    for k, more in enumerate(count):
        strength = round(closure_strength(percent[k] / 100, spot=bool(spot[k]), km=km10[k] / 10), 1)
        for line in used[at : at + more]:
            strongest[effect[k], line] = max(strongest.get((effect[k], line), 0.0), strength)
        at += more
    looks: dict[tuple[str, float], list[int]] = {}
    for (kind, line), strength in strongest.items():
        looks.setdefault((closures["effects"][kind], strength), []).append(line)
    return looks


def closure_strength(share: float, *, spot: bool, km: float) -> float:
    """How strongly a closure is drawn: in full where it surely is, fainter the less likely a place is the one.

    Examples
    --------
    >>> closure_strength(1.0, spot=False, km=300), closure_strength(1.0, spot=True, km=16)
    (1.0, 0.5)
    """
    likely = share * min(1.0, SHARP_KM / max(km, 0.1)) if spot else share
    return min(1.0, max(FAINTEST, likely))


def _paper(scene: Scene) -> _Paper:
    west, south, east, north = scene["bbox"]
    top, bottom, across = float(_mercator(north)), float(_mercator(south)), float(np.radians(east - west))
    factor = SIZE / max(across, top - bottom)
    width = max(round(across * factor), NARROWEST)
    return _Paper(
        scale=scene["scale"],
        west=west,
        top=top,
        factor=factor,
        margin=(width - across * factor) / 2,
        width=width,
        height=round((top - bottom) * factor),
    )


def _roads(scene: Scene, paper: _Paper) -> str:
    parts = []
    for road in scene["roads"]:
        colour, stroke = ROAD_STROKES.get(road["class"], SMALL_ROAD_STROKE)
        lines = np.split(paper.place(*unpack(road["d"], 2)), np.cumsum(road["n"])[:-1])
        dashes = ' stroke-dasharray="4 3"' if road["inferred"] else ""
        parts.append(f'<path d="{"".join(map(_line, lines))}" stroke="{colour}" stroke-width="{stroke}"{dashes}/>')
    return f'<g fill="none" stroke-linejoin="round">{"".join(parts)}</g>'


def _units(scene: Scene, paper: _Paper) -> str:
    parts = []
    for index, unit in enumerate(scene["units"]):
        times, lon, lat, radius = unpack(unit["median"], 4)
        known = [k for k, t in enumerate(times) if unit["known_from"] <= t <= unit["known_until"]] or [0]
        way = paper.place([lon[k] for k in known], [lat[k] for k in known])
        sure = np.array([radius[k] <= SURE_M for k in known])
        colour, (x, y) = unit_colour(index), way[-1].tolist()
        # Stretches of one look, each up to the first point of the next.
        cuts = [0, *(np.flatnonzero(np.diff(sure)) + 1).tolist(), len(way) - 1]
        for first, last in pairwise(cuts):
            look = SURE if sure[first] else VAGUE
            parts.append(f'<path d="{_line(way[first : last + 1])}" fill="none" stroke="{colour}" {look}/>')
        fill, rim = (colour, "#fff") if sure[-1] else ("#fff", colour)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="6" fill="{fill}" stroke="{rim}" stroke-width="2">'
            f"<title>{escape(unit['name'])}</title></circle>"
        )
    return "".join(parts)


def _labels(scene: Scene, paper: _Paper) -> str:
    parts: list[str] = []
    written: list[tuple[int, int]] = []
    for label in scene["labels"]:
        x, y = paper.place(label["lon"], label["lat"]).tolist()
        crowded = any(abs(x - a) < 110 and abs(y - b) < 15 for a, b in written)
        if crowded or label["rank"] > 2 or len(written) == MOST_LABELS:
            continue
        written.append((x, y))
        side = f'x="{x + 6}"' if x < paper.width * 0.7 else f'x="{x - 6}" text-anchor="end"'
        parts.append(f'<circle cx="{x}" cy="{y}" r="2"/><text {side} y="{y + 4}">{escape(label["text"])}</text>')
    return f'<g font-family="sans-serif" font-size="13" fill="{INK}">{"".join(parts)}</g>'


def _line(points: Pixels) -> str:
    fresh = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    return "M" + "L".join(f"{x} {y}" for x, y in points[fresh].tolist())


def _mercator(lat: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(np.arcsinh(np.tan(np.radians(lat))))
