"""The moving part of a scene: each unit's histories, medians and band, small enough to travel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import RoadPath, Track, geodesy
from tracker.render.axis import Axis
from tracker.render.legs import legs_of
from tracker.render.pack import pack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE = 10_000
"""Packed coordinates are degrees times this: 11 m north to south."""
DOTS = 64
"""At most so many histories of a unit are shown, ..."""
ALL_DOTS = 160
"""... and about so many of all units together, but never fewer than ..."""
LEAST_DOTS = 24
"""... this of each: a cloud needs some dots."""
STEP_S = 600
"""Seconds between two medians."""
MOST_STEPS = 2_000
"""A longer march gets wider steps, in whole multiples of `STEP_S`."""
LOST_M = 300_000.0
"""A unit that may be anywhere within more than this is not drawn, as in templates/player/moments.js."""
PATH_TOLERANCE_M = 40.0
"""How far a path that is drawn may lie from the path itself."""
HISTORY_TOLERANCE_M = 1_000.0
"""How far a dot may be from its history's position at any time: less than the column is long, and 25 kB of page."""
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
    def drawn(self) -> tuple[float, float]:
        """Seconds after the track's start between which the unit can be drawn: its radius says where it is."""
        clear = np.flatnonzero((self.radius_m <= LOST_M) | self.known)
        if len(clear) == 0:
            return float(self.seconds[0]), float(self.seconds[-1])
        # A step more on both sides, because the player goes straight from one radius to the next.
        return float(self.seconds[max(clear[0] - 1, 0)]), float(self.seconds[min(clear[-1] + 1, len(self.seconds) - 1)])

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
        apart = _chords(lon[row], lat[row])
        middle[row] = int((apart @ track.weights).argmin())
        radius[row] = _quantiles(geodesy.chord_to_metres(apart[middle[row]])[None], track.weights, (LEVEL,))[0, 0]
    return Motion(track=track, seconds=seconds, lon=lon, lat=lat, middle=middle, radius_m=radius)


def unit_scene(
    motion: Motion, *, name: str, index: int, t0: pd.Timestamp, axis: Axis, dots: int = DOTS
) -> dict[str, object]:
    """One entry of a scene's `units`.

    Parameters
    ----------
    motion : the unit's ensemble
    name : the unit's name
    index : the unit's place in the scene
    t0 : the moment of the scene's second 0
    axis : of the chart, for the band
    dots : how many histories are shown at most
    """
    track = motion.track
    later = (track.start - t0).total_seconds()
    since, until = motion.drawn
    kept = (motion.seconds >= since) & (motion.seconds <= until)
    times = _whole(motion.seconds[kept] + later)
    lon, lat = (column[kept] for column in motion.median)
    low, mid, high = _quantiles(axis.km(motion.lon[kept], motion.lat[kept]), track.weights, (0.05, 0.5, 0.95)).T
    return {
        "id": f"u{index}",
        "name": name,
        "known_from": round((track.known_from - t0).total_seconds()),
        "known_until": round((track.known_until - t0).total_seconds()),
        **_histories(motion, later, dots),
        "median": pack(times, _whole(lon * SCALE), _whole(lat * SCALE), _whole(motion.radius_m[kept])),
        "band": pack(times, _whole(low * 10), _whole(mid * 10), _whole(high * 10)),
    }


def dots_each(units: int) -> int:
    """How many histories of each unit a scene of so many units shows at most.

    Examples
    --------
    >>> dots_each(1), dots_each(4), dots_each(50)
    (64, 40, 24)
    """
    return max(min(DOTS, ALL_DOTS // max(units, 1)), LEAST_DOTS)


def shown(weights: Floats, most: int = DOTS) -> Ints:
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


def _histories(motion: Motion, later: float, dots: int) -> dict[str, object]:
    """The entries legs, paths and histories, cut to the time in which the unit is drawn."""
    track, (since, until) = motion.track, motion.drawn
    lines: list[Floats] = []
    metres: list[Floats] = []
    knots: list[tuple[Floats, Floats]] = []
    for member in shown(track.weights, dots):
        history = track.histories[member]
        inner = (history.seconds > since) & (history.seconds < until)
        seconds = np.concatenate([[since], history.seconds[inner], [until]])
        knots.append((seconds, np.interp(seconds, history.seconds, history.metres)))
        stretch = _driven(history.path, knots[-1][1])
        lines.append(np.c_[history.path.lon[stretch], history.path.lat[stretch]])
        metres.append(history.path.metres[stretch])
    legs = legs_of(lines, scale=SCALE, tolerance_m=PATH_TOLERANCE_M)
    paths: dict[str, int] = {}
    histories: list[dict[str, object]] = []
    for k, (seconds, along) in enumerate(knots):
        path = paths.setdefault(pack(legs.lines[k]), len(paths))
        share = np.interp(along, metres[k][legs.kept[k]], shares_of(*legs.joined(k)))
        seconds, share = _fewer(seconds, share * max(metres[k][-1] - metres[k][0], 1.0))
        parts = share / max(metres[k][-1] - metres[k][0], 1.0) * FRACTIONS
        histories.append({"path": path, "d": pack(_whole(seconds + later), _whole(parts))})
    every = pack(np.concatenate(legs.lon).tolist(), np.concatenate(legs.lat).tolist())
    return {
        "legs": {"n": [len(leg) for leg in legs.lon], "d": every},
        "paths": list(paths),
        "histories": histories,
    }


def _driven(path: RoadPath, metres: Floats) -> Ints:
    """Indices of the vertices of the stretch between the first and the last of a history's metres; at least two."""
    last = len(path.metres) - 1
    first = min(max(int(np.searchsorted(path.metres, metres[0], "right")) - 1, 0), max(last - 1, 0))
    until = min(max(int(np.searchsorted(path.metres, metres[-1], "left")), first + 1), last)
    return np.array([first, max(until, first)]) if until <= first else np.arange(first, until + 1)


def shares_of(lon: Ints, lat: Ints) -> Floats:
    """Share of a packed line's length on the ground at each of its vertices: 0 at the first, 1 at the last."""
    x, y = lon / SCALE, lat / SCALE
    length = np.concatenate([[0.0], np.cumsum(geodesy.distance_m(x[:-1], y[:-1], x[1:], y[1:]))])
    return np.asarray(length / max(length[-1], 1e-9))


def _fewer(seconds: Floats, metres: Floats) -> tuple[Floats, Floats]:
    if len(seconds) < 3:
        return seconds, metres
    # With time stretched a million times, the distance from a point to a chord is the error in metres at that time.
    line = shapely.linestrings(np.c_[seconds * 1e6, metres])
    kept = shapely.get_coordinates(shapely.simplify(line, HISTORY_TOLERANCE_M, preserve_topology=False))
    return kept[:, 0] / 1e6, kept[:, 1]


def _chords(lon: Floats, lat: Floats) -> Floats:
    """Metres between all pairs, straight through the earth: to find the middle they serve as well as arcs."""
    xyz = geodesy.earth_centred(lon, lat)
    # Small numbers, so that the squares below do not cancel.
    xyz = xyz - xyz[0]
    square = (xyz**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(square[:, None] + square[None] - 2 * xyz @ xyz.T, 0)))


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
