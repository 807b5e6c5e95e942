"""A reconstruction as a scene: the versioned JSON that the player draws (scene.schema.json)."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import Reconstruction, TrackerError, geodesy
from tracker.render.axis import Axis, axis_between
from tracker.render.clock import zone_scene
from tracker.render.closed_roads import closures_scene
from tracker.render.context import context_scene
from tracker.render.ground import Box, box_around, labels_scene, roads_scene
from tracker.render.motion import SCALE, Motion, dots_each, motion_of, unit_scene
from tracker.render.said import reports_scene

Floats = NDArray[np.float64]
Scene = dict[str, Any]

VERSION = 1
ROAD_TOLERANCE_M = 100.0
"""About a pixel of a screen that shows 100 km."""
MOST_ROAD_POINTS = 20_000
"""About 80 kB of page."""
MOST_CONTEXT_POINTS = 10_000
"""About 60 kB of page."""
SCREEN = 600
"""Pixels of a picture's diagonal on a small screen: rivers and borders are finer than that at no zoom."""
MOST_LABELS = 60
MOST_MARKS = 9
PASSED_M = 12_000.0
"""A place within so many metres of a unit's most central position was passed by it."""
SURE_M = 75_000.0
"""A median of which the radius is wider does not say what was passed."""
FRAMING_RADIUS_M = 50_000.0
"""A report vaguer than this does not widen the picture."""


def build_scene(
    march: Reconstruction,
    *,
    title: str,
    alt: str = "",
    credit: str = "",
    lang: str = "en",
    zone: str | None = None,
    road_tolerance_m: float = ROAD_TOLERANCE_M,
    max_road_points: int = MOST_ROAD_POINTS,
) -> Scene:
    """The scene of a march: what scene.schema.json describes, made of JSON's own types. Same march, same scene.

    Parameters
    ----------
    march : what `reconstruct` answered
    title : of the figure
    alt : what the picture shows, for those who cannot see it
    credit : whose work it is
    lang : language of the texts, a BCP 47 tag
    zone : IANA name of the zone in which times are shown, e.g. ``"Europe/Moscow"``; UTC if not given
    road_tolerance_m : metres by which a drawn road may lie beside the road
    max_road_points : most vertices of roads; roads that a track uses are always drawn

    Raises
    ------
    TrackerError
        There is no report and no track: nothing to draw.
    BadTime
        There is no zone of that name.
    """
    t0, end = _span(march)
    motions = {name: motion_of(track) for name, track in march.tracks.items()}
    box, axis = _frame(march.reports, motions)
    near, told = _medians(motions), _coordinates(march.reports)
    labels = labels_scene(march.places, box, scale=SCALE, near=near, told=told, most=MOST_LABELS)
    seconds = round((end - t0).total_seconds())
    reports, roadblocks, incidents = reports_scene(march, t0=t0, axis=axis, units=list(motions), scale=SCALE)
    ground = {
        "context": context_scene(
            march.context,
            box,
            scale=SCALE,
            tolerance_m=min(road_tolerance_m, box.diagonal_km * 1000 / SCREEN),
            max_points=MOST_CONTEXT_POINTS,
        ),
        "closures": closures_scene(march.closures, reports, t0=t0, scale=SCALE, tolerance_m=road_tolerance_m),
    }
    return {
        "v": VERSION,
        "title": title,
        "alt": alt,
        "credit": credit,
        "lang": lang,
        "t0": t0.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end": seconds,
        "zone": zone_scene(zone, t0.to_pydatetime(), end=seconds, **_told(reports)),
        "bbox": [round(side, 4) for side in (box.west, box.south, box.east, box.north)],
        "scale": SCALE,
        "roads": roads_scene(march, box, scale=SCALE, tolerance_m=road_tolerance_m, max_points=max_road_points),
        "labels": labels,
        "axis": _axis_scene(axis, labels, _medians(motions, sure=True)),
        "units": [
            unit_scene(motion, name=name, index=k, t0=t0, axis=axis, dots=dots_each(len(motions)))
            for k, (name, motion) in enumerate(motions.items())
        ],
        "reports": reports,
        "roadblocks": roadblocks,
        "incidents": incidents,
        **{name: part for name, part in ground.items() if part is not None},
    }


def _span(march: Reconstruction) -> tuple[pd.Timestamp, pd.Timestamp]:
    moments = [moment for track in march.tracks.values() for moment in (track.start, track.end)]
    if not moments:
        told = pd.concat([march.reports["earliest"], march.reports["latest"]]).dropna()
        moments = [told.min(), told.max()] if len(told) else []
    if not moments:
        raise TrackerError("there is nothing to draw: no track, and no report with a time; read reports first")
    start, end = min(moments).floor("s"), max(moments).ceil("s")
    # The slider needs some length even where all is said of one moment.
    return start, max(end, start + pd.Timedelta(minutes=1))


def _frame(reports: gpd.GeoDataFrame, motions: Mapping[str, Motion]) -> tuple[Box, Axis]:
    """What the picture frames, and the axis of its chart."""
    lon, lat = _framed(reports, motions)
    box = box_around(lon, lat).padded()
    farthest, axis = -1.0, None
    for motion in motions.values():
        x, y = motion.median
        # Before its first and after its last report a unit has no place that could be called its own.
        x, y = (x[motion.known], y[motion.known]) if motion.known.any() else (x, y)
        away = geodesy.distance_m(x[0], y[0], x, y)
        k = int(away.argmax())
        if away[k] > farthest:
            farthest = float(away[k])
            axis = axis_between(_rounded(x[0], y[0]), _rounded(x[k], y[k]))
    return box, axis or axis_between((box.west, box.south), (box.east, box.north))


def _told(reports: list[dict[str, object]]) -> dict[str, int]:
    """The first and the last second that a report tells."""
    seconds = [int(str(second)) for report in reports for second in (report["t0"], report["t1"]) if second is not None]
    return {"first": min(seconds), "last": max(seconds)} if seconds else {}


def _rounded(lon: float, lat: float) -> tuple[float, float]:
    return round(float(lon), 5), round(float(lat), 5)


def _coordinates(reports: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Where reports are, those that are placed."""
    points = reports.geometry[~(reports.geometry.isna() | reports.geometry.is_empty)]
    return points.x.to_numpy(), points.y.to_numpy()


def _framed(reports: gpd.GeoDataFrame, motions: Mapping[str, Motion]) -> tuple[Floats, Floats]:
    placed = reports[~(reports.geometry.isna() | reports.geometry.is_empty)]
    sharp = placed[placed["unit"].isin(list(motions)) & ~(placed["radius_m"] > FRAMING_RADIUS_M)]
    if not motions:
        sharp = placed
    known = [motion.known if motion.known.any() else np.ones(len(motion.seconds), bool) for motion in motions.values()]
    lon = [sharp.geometry.x.to_numpy(), *(m.lon[k].ravel() for m, k in zip(motions.values(), known, strict=True))]
    lat = [sharp.geometry.y.to_numpy(), *(m.lat[k].ravel() for m, k in zip(motions.values(), known, strict=True))]
    if not any(map(len, lon)):
        # Only statements: the picture is of the whole world, the texts are in the list.
        return np.array([-170.0, 170.0]), np.array([-60.0, 75.0])
    return np.concatenate(lon), np.concatenate(lat)


def _medians(motions: Mapping[str, Motion], *, sure: bool = False) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of all units' medians; or only of those that reports carry and a radius makes sure."""
    if not motions:
        return np.empty(0), np.empty(0)
    lon, lat = zip(*(motion.median for motion in motions.values()), strict=True)
    kept = np.concatenate([motion.known & (motion.radius_m <= SURE_M) for motion in motions.values()])
    kept = kept if sure and kept.any() else np.ones(len(kept), bool)
    return np.concatenate(lon)[kept], np.concatenate(lat)[kept]


def _axis_scene(axis: Axis, labels: list[dict[str, object]], near: tuple[Floats, Floats]) -> Scene:
    """The axis with marks at places that the march passed, the larger first, none too close to another."""
    length = axis.length_km
    marks: list[tuple[str, float]] = []
    for label in labels:
        lon, lat = _degrees(label["lon"]), _degrees(label["lat"])
        km = float(axis.km(lon, lat))
        passed = len(near[0]) > 0 and float(geodesy.distance_m(lon, lat, *near).min()) < PASSED_M
        apart = all(abs(km - other) > length / (MOST_MARKS + 2) for _, other in marks)
        if passed and apart and -0.1 * length <= km <= 1.1 * length and len(marks) < MOST_MARKS:
            marks.append((str(label["text"]), round(km, 1) + 0.0))  # no minus before a zero
    return {
        "from": list(axis.start),
        "to": list(axis.end),
        "km": round(length, 1),
        "marks": [list(mark) for mark in sorted(marks, key=lambda mark: mark[1])],
    }


def _degrees(packed: object) -> float:
    return float(str(packed)) / SCALE
