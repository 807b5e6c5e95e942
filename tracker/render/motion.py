"""The moving part of a scene: each unit's histories, medians and band, small enough to travel."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import RoadPath, Track
from tracker.model.geodesy import chord_to_metres, distance_m, earth_centred
from tracker.render.axis import Axis
from tracker.render.pack import pack

Floats = NDArray[np.float64]

SCALE = 10_000
"""Packed coordinates are degrees times this: 11 m north to south."""
DOTS = 64
"""At most so many histories of a unit are shown."""
STEP_S = 600
"""Seconds between two medians."""
MOST_STEPS = 2_000
"""A longer march gets wider steps, in whole multiples of `STEP_S`."""
PATH_TOLERANCE_M = 40.0
"""How far a path that is drawn may lie from the path itself."""
HISTORY_TOLERANCE_M = 200.0
"""How far a dot may be from its history's position at any time."""
LEVEL = 0.9
"""Share of the probability that a median's radius holds."""
FRACTIONS = 100_000
"""Positions on a path are whole parts of its length, of which there are so many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """A unit's ensemble, asked every ten minutes."""

    track: Track
    """Whose it is."""
    seconds: Floats
    """(t,) seconds after the track's start."""
    lon: Floats
    """(t, m) longitude of every history, EPSG:4326."""
    lat: Floats
    """(t, m) latitude of every history, EPSG:4326."""
    middle: NDArray[np.int64]
    """(t,) the most central history at each time."""
    radius_m: Floats
    """(t,) metres around it that hold `LEVEL` of the probability."""

    @property
    def median(self) -> tuple[Floats, Floats]:
        """Longitude and latitude of the most central positions: two arrays (t,)."""
        rows = np.arange(len(self.middle))
        return self.lon[rows, self.middle], self.lat[rows, self.middle]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(t,) whether the moment lies between the first and the last report that places the unit."""
        start = self.track.start
        since = (self.track.known_from - start).total_seconds()
        until = (self.track.known_until - start).total_seconds()
        return np.asarray((self.seconds >= since) & (self.seconds <= until))


def motion_of(track: Track) -> Motion:
    """A track asked every `STEP_S` seconds and at its end."""
    span = max((track.end - track.start).total_seconds(), 1.0)
    step = STEP_S * max(1, int(np.ceil(span / STEP_S / MOST_STEPS)))
    seconds = np.append(np.arange(0.0, span, step), span)
    steps = track.start + pd.to_timedelta(seconds[:-1], unit="s")
    asked = pd.DatetimeIndex([*steps, max(track.end, track.start)])
    lon, lat = track.coordinates(asked)
    middle = np.empty(len(seconds), np.int64)
    radius = np.empty(len(seconds))
    for row in range(len(seconds)):
        apart = _apart(lon[row], lat[row])
        middle[row] = int((apart @ track.weights).argmin())
        radius[row] = _quantiles(apart[middle[row]][None], track.weights, (LEVEL,))[0, 0]
    return Motion(track=track, seconds=seconds, lon=lon, lat=lat, middle=middle, radius_m=radius)


def unit_scene(motion: Motion, *, name: str, index: int, t0: pd.Timestamp, axis: Axis) -> dict[str, object]:
    """One entry of a scene's `units`.

    Parameters
    ----------
    motion : the unit's ensemble
    name : the unit's name
    index : the unit's place in the scene
    t0 : the moment of the scene's second 0
    axis : of the chart, for the band
    """
    track = motion.track
    later = (track.start - t0).total_seconds()
    times = _whole(motion.seconds + later)
    lon, lat = motion.median
    low, mid, high = _quantiles(axis.km(motion.lon, motion.lat), track.weights, (0.05, 0.5, 0.95)).T
    paths, histories = _histories(track, later)
    return {
        "id": f"u{index}",
        "name": name,
        "known_from": round((track.known_from - t0).total_seconds()),
        "known_until": round((track.known_until - t0).total_seconds()),
        "paths": paths,
        "histories": histories,
        "median": pack(times, _whole(lon * SCALE), _whole(lat * SCALE), _whole(motion.radius_m)),
        "band": pack(times, _whole(low * 10), _whole(mid * 10), _whole(high * 10)),
        "routes": _routes(track),
    }


def shown(weights: Floats, most: int = DOTS) -> NDArray[np.int64]:
    """Members evenly chosen by weight, so that each dot stands for the same share of the probability.

    Parameters
    ----------
    weights : (m,) probabilities that sum to 1

    Returns
    -------
    (min(m, most),) member numbers, in order; a heavy member may appear more than once (systematic resampling).
    """
    count = min(len(weights), most)
    levels = (np.arange(count) + 0.5) / count
    mass = np.cumsum(weights)
    return np.asarray(np.minimum(np.searchsorted(mass, levels * mass[-1]), len(weights) - 1), np.int64)


def _histories(track: Track, later: float) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    paths: list[dict[str, object]] = []
    histories: list[dict[str, object]] = []
    drawn: dict[int, tuple[int, Floats, Floats]] = {}
    for member in shown(track.weights):
        history = track.histories[member]
        key = id(history.path)
        if key not in drawn:
            lon, lat, metres, share = simplified_path(history.path)
            drawn[key] = (len(paths), metres, share)
            paths.append({"n": len(lon), "d": pack(lon, lat)})
        path, metres, share = drawn[key]
        seconds, along = _knots(history.seconds, history.metres)
        parts = np.interp(along, metres, share) * FRACTIONS
        histories.append({"path": path, "d": pack(_whole(seconds + later), _whole(parts))})
    return paths, histories


def simplified_path(path: RoadPath) -> tuple[list[int], list[int], Floats, Floats]:
    """A path with fewer vertices: packed longitudes and latitudes, true metres and share of the drawn length of each.

    The drawn line is a little shorter than the road, and not everywhere by the same part. The shares let a dot be
    at each vertex of the drawn line when its history is there on the road.
    """
    lon, lat, metres = path.lon, path.lat, path.metres
    if len(lon) > 1:
        # Degrees of longitude are shortened to those of latitude; the metres ride along as a third coordinate.
        narrow = np.cos(np.radians(lat.mean()))
        line = shapely.linestrings(np.c_[lon * narrow, lat, metres])
        line = shapely.simplify(line, PATH_TOLERANCE_M / 111_195, preserve_topology=False)
        kept = shapely.get_coordinates(line, include_z=True)
        lon, lat, metres = kept[:, 0] / narrow, kept[:, 1], kept[:, 2]
    x, y = np.rint(lon * SCALE), np.rint(lat * SCALE)
    fresh = np.append(True, (np.diff(x) != 0) | (np.diff(y) != 0))
    x, y, metres = x[fresh], y[fresh], metres[fresh]
    steps = distance_m(x[:-1] / SCALE, y[:-1] / SCALE, x[1:] / SCALE, y[1:] / SCALE)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    return _whole(x), _whole(y), metres, length / max(length[-1], 1e-9)


def _knots(seconds: Floats, metres: Floats) -> tuple[Floats, Floats]:
    if len(seconds) < 3:
        return seconds, metres
    # With time stretched a million times, the distance from a point to a chord is the error in metres at that time.
    line = shapely.linestrings(np.c_[seconds * 1e6, metres])
    kept = shapely.get_coordinates(shapely.simplify(line, HISTORY_TOLERANCE_M, preserve_topology=False))
    return kept[:, 0] / 1e6, kept[:, 1]


def _routes(track: Track, most: int = 5) -> list[Mapping[str, object]]:
    columns = ("weight", "length_m", "supporting", "conflicting")
    rows = zip(*(track.routes[column].head(most) for column in columns), strict=True)
    return [
        {
            "weight": round(float(weight), 4),
            "length_km": round(float(length) / 1000, 1),
            "supporting": [str(report) for report in supporting],
            "conflicting": [str(report) for report in conflicting],
        }
        for weight, length, supporting, conflicting in rows
    ]


def _apart(lon: Floats, lat: Floats) -> Floats:
    xyz = earth_centred(lon, lat)
    # Small numbers, so that the squares below do not cancel.
    xyz = xyz - xyz[0]
    square = (xyz**2).sum(axis=1)
    return chord_to_metres(np.sqrt(np.maximum(square[:, None] + square[None] - 2 * xyz @ xyz.T, 0)))


def _quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> Floats:
    """Weighted quantiles of each row: (rows, shares)."""
    order = np.argsort(values, axis=1, kind="stable")
    mass = np.cumsum(weights[order], axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    columns = [(mass < share * mass[:, -1:] - 1e-12).sum(axis=1) for share in shares]
    rows = np.arange(len(values))
    return np.stack([ordered[rows, np.minimum(c, values.shape[1] - 1)] for c in columns], axis=1)


def _whole(values: Floats) -> list[int]:
    return [int(value) for value in np.rint(values)]
