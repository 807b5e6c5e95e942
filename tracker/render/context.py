"""Rivers and borders under the roads: each line once, with fewer vertices for those who look from farther away."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.render.ground import Box
from tracker.render.pack import pack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Lines = NDArray[np.object_]

KINDS = ("border", "canal", "river")
"""What is drawn, in the order of drawing."""
DETAILS = 3
"""Steps of detail; each is COARSER times as coarse as the one before."""
COARSER = 4
LEAST = 8
"""A line shorter than so many tolerances of a step is not drawn at that step."""
ROUND_ABOUT = 0.75
"""Half of a square around the box, as a share of its longer side: what a screen of another shape still shows."""


def context_scene(
    context: gpd.GeoDataFrame, box: Box, *, scale: int, tolerance_m: float, max_points: int
) -> dict[str, object] | None:
    """A scene's `context`: borders, canals and rivers as packed lines; None where there is none.

    Each vertex tells the coarsest step of detail that still needs it, so that one line serves every zoom: step k is
    the line simplified by the tolerance times 4 to the k.

    Parameters
    ----------
    context : tables.CONTEXT
    box : what the picture frames; lines are cut a little outside of it
    scale : packed coordinates are degrees times this
    tolerance_m : metres by which a line may lie beside the mapped one at the finest step
    max_points : most vertices; above it the finest step is left out, then the next, then the smaller waters
    """
    shown = context[context["kind"].isin(KINDS) & ~(context.geometry.isna() | context.geometry.is_empty)]
    narrow = float(np.cos(np.radians((box.south + box.north) / 2)))
    entries: list[tuple[tuple[str, str, int], list[tuple[Floats, Ints]]]] = []
    for key, rows in shown.groupby([shown["kind"], shown["name"].fillna(""), "level"], sort=True):
        lines = merged_lines(_around(np.asarray(rows.geometry), box, narrow), narrow)
        detailed = [_detailed(line, tolerance_m / 111_195) for line in lines]
        if detailed:
            entries.append((key, detailed))
    finest, entries = _within(entries, max_points)
    if not entries:
        return None
    entries.sort(key=lambda entry: KINDS.index(entry[0][0]))
    lines_told = [
        {"kind": kind, "name": name, "level": int(level), **_packed(detailed, narrow, scale)}
        for (kind, name, level), detailed in entries
    ]
    return {"tolerance": round(tolerance_m), "finest": finest, "lines": lines_told}


def merged_lines(lines: Lines, narrow: float) -> Lines:
    """Lines end to end where only two meet, each once, with longitudes shortened to the length of latitudes."""
    flat = shapely.transform(shapely.normalize(lines), lambda xy: xy * (narrow, 1.0))
    once = list(dict.fromkeys(shapely.to_wkb(flat).tolist()))
    merged = shapely.line_merge(shapely.multilinestrings(shapely.from_wkb(np.array(once, object))))
    return np.asarray(shapely.get_parts(merged))


def _around(lines: Lines, box: Box, narrow: float) -> Lines:
    """The parts of lines that a screen of any shape shows when it holds the box."""
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    half = ROUND_ABOUT * max((box.east - box.west) * narrow, box.north - box.south)
    parts = shapely.get_parts(shapely.clip_by_rect(lines, x - half / narrow, y - half, x + half / narrow, y + half))
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING])


def _detailed(line: shapely.LineString, tolerance: float) -> tuple[Floats, Ints]:
    """Vertices (v, 2) of a line at the finest step, and (v,) the coarsest step that needs each."""
    finest = shapely.get_coordinates(shapely.simplify(line, tolerance, preserve_topology=False))
    detail = np.zeros(len(finest), np.int64)
    # A vertex's height is its number, by which a coarser step's vertices are found among the finest.
    step = shapely.linestrings(np.c_[finest, np.arange(len(finest))])
    for k in range(1, DETAILS):
        if line.length < LEAST * tolerance * COARSER**k:
            break
        # Of the step before and not of the line, so that every step's vertices are among the finer one's.
        step = shapely.simplify(step, tolerance * COARSER**k, preserve_topology=False)
        detail[shapely.get_coordinates(step, include_z=True)[:, 2].astype(np.int64)] = k
    # A ring ends where it begins: the last vertex is needed as long as the first.
    detail[-1] = detail[0]
    return finest, detail


def _within(
    entries: list[tuple[tuple[str, str, int], list[tuple[Floats, Ints]]]], most: int
) -> tuple[int, list[tuple[tuple[str, str, int], list[tuple[Floats, Ints]]]]]:
    """The finest step that keeps all lines below so many vertices, and the lines at it."""
    for finest in range(DETAILS):
        cut = [(key, _cut(detailed, finest)) for key, detailed in entries]
        entries = [(key, detailed) for key, detailed in cut if detailed]
        if sum(_vertices(detailed) for _, detailed in entries) <= most:
            return finest, entries
    # Borders of states first, then the longer lines.
    entries.sort(key=lambda entry: (entry[0][0] != "border", entry[0][2], -_vertices(entry[1])))
    total = np.cumsum([_vertices(detailed) for _, detailed in entries])
    return DETAILS - 1, [entry for entry, count in zip(entries, total, strict=True) if count <= most]


def _cut(detailed: Sequence[tuple[Floats, Ints]], finest: int) -> list[tuple[Floats, Ints]]:
    kept = [(line[detail >= finest], detail[detail >= finest]) for line, detail in detailed]
    return [(line, detail) for line, detail in kept if len(line) > 1]


def _vertices(detailed: Sequence[tuple[Floats, Ints]]) -> int:
    return sum(len(line) for line, _ in detailed)


def _packed(detailed: Sequence[tuple[Floats, Ints]], narrow: float, scale: int) -> dict[str, object]:
    lon, lat = np.rint(np.concatenate([line for line, _ in detailed]) / (narrow, 1.0) * scale).astype(np.int64).T
    detail = np.concatenate([detail for _, detail in detailed])
    return {"n": [len(line) for line, _ in detailed], "d": pack(lon.tolist(), lat.tolist(), detail.tolist())}
