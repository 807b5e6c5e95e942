"""Where each history came by and when: passages of stretches of road, and the windows of time that they fall in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.model import RoadPath, Track, geodesy

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STRETCH_M = 5_000.0
"""A road is told apart in stretches of about this length: some minutes of driving."""

SAMPLE_M = 1_000.0
"""How closely a way is followed to find the stretches that it takes."""

WINDOW_S = 2400.0
"""Length of a window of time: as much film as one looks through, and about as well as clocks are known."""

STEP_S = WINDOW_S / 2
"""Windows begin this long one after the other."""


class Run(NamedTuple):
    """A part of a way within one stretch."""

    path: RoadPath
    """The way."""
    begin: float
    """Metres along it at the beginning."""
    end: float
    """Metres along it at the end."""

    @property
    def line(self) -> shapely.LineString:
        """Its shape."""
        return self.path.between(self.begin, self.end)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Stretches of road with a window of time, and which histories of one unit a look there would meet."""

    stretch: Ints
    """(looks,) number of the stretch."""
    window: Ints
    """(looks,) number of the window: it begins as many steps after the track's start."""
    met: NDArray[np.bool_]
    """(looks, members) whether a history passes there then."""
    road: Sequence[str]
    """(stretches,) name of the road."""
    run: Sequence[Run]
    """(stretches,) the longest part of a way within each."""


def looks(track: Track, road_of: Mapping[int, str], *, least: float) -> Looks:
    """Every stretch and window in which a look would meet at least a share of the histories.

    Parameters
    ----------
    track : the unit's track; only driving while it is known counts
    road_of : edge -> name of its road, for every edge that the histories drive on
    least : share of the probability that a look must be able to meet
    """
    names = sorted(set(road_of.values()))
    number = {name: at for at, name in enumerate(names)}
    code = np.full(max(road_of) + 1, -1)
    code[list(road_of)] = [number[name] for name in road_of.values()]
    passed = _passages(track, code)
    stretch, begun = passed.stretch, np.floor(passed.seconds / STEP_S).astype(np.int64)
    # A moment lies in every window that begins within a window's length before it.
    repeat = int(WINDOW_S / STEP_S)
    windows = int(begun.max(initial=0)) + repeat + 1
    look = np.concatenate([stretch * windows + begun - back + repeat for back in range(repeat)])
    found, at = np.unique(look, return_inverse=True)
    met = np.zeros((len(found), len(track.histories)), bool)
    met[at, np.tile(passed.member, repeat)] = True
    good = (met @ track.weights >= least) & (found % windows >= repeat)
    return Looks(
        stretch=found[good] // windows,
        window=found[good] % windows - repeat,
        met=met[good],
        road=[names[at] for at in passed.road.tolist()],
        run=passed.run,
    )


class _Passages(NamedTuple):
    """Every passage of a stretch: its number, member, and seconds after the track's start; and the stretches."""

    stretch: Ints
    member: Ints
    seconds: Floats
    road: Ints
    run: list[Run]


def _passages(track: Track, code: Ints) -> _Passages:
    """All passages while the track is known."""
    window = [(time - track.start).total_seconds() for time in (track.known_from, track.known_until)]
    runs: dict[int, tuple[Ints, Floats, Floats]] = {}
    parts = []
    for at, history in enumerate(track.histories):
        path = history.path
        if id(path) not in runs:
            runs[id(path)] = _runs(path, code)
        key, begin, end = runs[id(path)]
        middle = (begin + end) / 2
        first, last = np.interp(window, history.seconds, history.metres)
        on = (middle >= first) & (middle <= last)
        parts.append((key[on], np.full(int(on.sum()), at), history.time_at(middle[on]), begin[on], end[on]))
    key, member, seconds, begin, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    packed, stretch = np.unique(_packed(key), return_inverse=True)
    # The longest part of each stretch shows it best; among equals, that of the first history.
    order = np.lexsort((member, np.round(begin - end, -1), stretch))
    best = order[np.searchsorted(stretch[order], np.arange(len(packed)))]
    run = [Run(track.histories[member[at]].path, float(begin[at]), float(end[at])) for at in best]
    return _Passages(stretch, member, seconds, key[best, 0], run)


def _packed(key: Ints) -> Ints:
    """Each row of small whole numbers as one number."""
    low = key.min(axis=0, initial=0)
    size = key.max(axis=0, initial=0) - low + 1
    return np.asarray(np.ravel_multi_index(tuple((key - low).T), tuple(size.tolist())))


def _runs(path: RoadPath, code: Ints) -> tuple[Ints, Floats, Floats]:
    """The stretches that a way takes one after the other: key (road, three of place), and metres where each part of
    the way begins and ends."""
    length = float(path.leg_start[-1])
    count = max(round(length / SAMPLE_M), 1)
    cuts = np.linspace(0, length, count + 1)
    middle = (cuts[:-1] + cuts[1:]) / 2
    leg = np.clip(np.searchsorted(path.leg_start, middle, side="right") - 1, 0, len(path.edges) - 1)
    lon, lat = np.interp(middle, path.metres, path.lon), np.interp(middle, path.metres, path.lat)
    place = np.floor(geodesy.earth_centred(lon, lat) / STRETCH_M).astype(np.int64)
    key = np.concatenate([code[path.edges[leg]][:, None], place], axis=1)
    first = np.flatnonzero(np.concatenate([[True], (key[1:] != key[:-1]).any(axis=1)]))
    return key[first], cuts[first], cuts[np.append(first[1:], count)]
