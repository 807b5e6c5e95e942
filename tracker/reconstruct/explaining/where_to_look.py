"""Where a picture would tell most: stretches of road and windows of time, by what a look is expected to settle."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import Track, explanations, tables
from tracker.reconstruct.explaining.differences import apart_m
from tracker.reconstruct.explaining.saying import by_place, interval, near_matches, road_names, zone_of
from tracker.reconstruct.explaining.stretches import STEP_S, WINDOW_S, Looks, looks

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

Floats = NDArray[np.float64]

SEEN, MISTAKEN = 0.8, 0.02
"""How probable it is that one who looks says "seen" of a column that passed there then, and of one that did not.

Both are assumptions: pictures show part of a road for part of the time, and there are other columns and wrong clocks.
"""

LEAST = 0.05
"""A look that would meet fewer of the histories is left out: it hardly ever finds anything."""

EVERY = "15min"
"""How often the distances between histories are measured."""

MOST_MEMBERS = 300
"""Histories that are compared in pairs; of more, every so many."""

WINDOWS, MOST_LOOKS = 3, 1500
"""Windows of one stretch, and looks in all, that are gone into; the best by themselves."""

MOST_BRANCHES = 64
"""Outcomes of the looks so far that are gone into."""

ALIKE = 0.7
"""Looks that share more of the histories that either would meet are one look: the same road at the same time."""

LITTLE_KM = 0.01
"""A look from which less is to be expected is not worth the while."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Unit:
    """One unit's histories, what looking for it could meet, and what earlier looks may have shown."""

    name: str
    track: Track
    share: float
    """Its hours as a share of the hours of all units."""
    apart: Floats
    """(members, members) kilometres between histories, mean over the time that the unit is known."""
    looks: Looks
    met: Floats
    """(looks, members) probability of "seen" at each."""
    branches: Floats
    """(outcomes, members) probability of each history together with each outcome of the looks so far."""


def where_to_look(march: "March", n: int = 5, *, unit: str | None = None, zone: str = "UTC") -> gpd.GeoDataFrame:
    """Where and when a picture would tell most: see `March.where_to_look`.

    The uncertainty is the mean distance between two histories drawn at random, over the hours in which each unit is
    known. Of a look "seen" and "not seen" are both possible outcomes; what it is worth is by how much the uncertainty
    falls on average over both. The looks are chosen one after the other, each on top of all outcomes of those before.

    Notes
    -----
    The mean distance is concave in the weights of the histories, so that a look never adds to it on average; its
    finite-sample form (without pairs of one history with itself) has no gain from looks that tell nothing.
    """
    shown_in = zone_of(zone)
    if n < 1:
        raise ValueError(f"n={n}: ask for one place or more")
    if unit is not None and unit not in march.tracks:
        raise ValueError(f"the march has no track of {near_matches([unit], march.tracks)}")
    units = _units(march, [unit] if unit is not None else list(march.tracks))
    rows: list[tuple[_Unit, int, float, float]] = []
    left = sum(one.share * _spread(one.branches, one.apart) for one in units)
    while len(rows) < n and units:
        falls = [_falls(one) for one in units]
        best = int(np.argmax([fall.max(initial=0.0) for fall in falls]))
        at = int(falls[best].argmax()) if len(falls[best]) else 0
        if not len(falls[best]) or falls[best][at] < LITTLE_KM:
            break
        left -= float(falls[best][at])
        rows.append((units[best], at, float(falls[best][at]), left))
        units[best] = _looked(units[best], at)
    return _table(march, rows, shown_in)


def _units(march: "March", names: list[str]) -> list[_Unit]:
    tracks = [_thinned(march.tracks[name]) for name in names]
    known = [max((track.known_until - track.known_from).total_seconds(), 1.0) for track in tracks]
    found = []
    for name, track, seconds in zip(names, tracks, known, strict=True):
        edges = np.unique(np.concatenate([np.unique(history.path.edges) for history in track.histories]))
        road_of = dict(zip(edges.tolist(), road_names(march.roads, march.places, edges), strict=True))
        one = looks(track, road_of, least=LEAST)
        unit = _Unit(
            name=name,
            track=track,
            share=seconds / sum(known),
            apart=_mean_apart(track),
            looks=one,
            met=np.where(one.met, SEEN, MISTAKEN),
            branches=track.weights[None],
        )
        found.append(_promising(unit))
    return found


def _thinned(track: Track) -> Track:
    if len(track.histories) <= MOST_MEMBERS:
        return track
    kept = np.linspace(0, len(track.histories) - 1, MOST_MEMBERS).astype(int)
    weights = track.weights[kept]
    return replace(track, histories=tuple(track.histories[at] for at in kept), weights=weights / weights.sum())


def _mean_apart(track: Track) -> Floats:
    times = pd.date_range(track.known_from, track.known_until, freq=EVERY)
    lon, lat = track.coordinates(times if len(times) else [track.known_from])
    return np.asarray(sum(apart_m(east, north) for east, north in zip(lon, lat, strict=True)) / len(lon) / 1000)


def _spread(weights: Floats, apart: Floats) -> float:
    """Mean distance between two histories, expected over outcomes: ``weights`` (outcomes, members), summing to 1."""
    return float(_spreads(weights, weights @ apart).sum())


def _spreads(weights: Floats, times_apart: Floats) -> Floats:
    """The probability of each outcome, times the mean distance between two different histories if that comes."""
    whole = weights.sum(axis=-1)
    pairs = np.maximum(whole**2 - (weights**2).sum(axis=-1), 1e-30)
    return np.asarray(whole * (times_apart * weights).sum(axis=-1) / pairs)


def _falls(unit: _Unit) -> Floats:
    """(looks,) by how many kilometres the uncertainty of all units falls on average with one more look."""
    after = np.zeros(len(unit.met))
    for weights in unit.branches:
        times = weights @ unit.apart
        seen = unit.met * weights
        times_seen = seen @ unit.apart
        after += _spreads(seen, times_seen) + _spreads(weights - seen, times - times_seen)
    return np.maximum(unit.share * (_spread(unit.branches, unit.apart) - after), 0.0)


def _looked(unit: _Unit, at: int) -> _Unit:
    """The unit after one more look, whatever it shows."""
    seen = unit.branches * unit.met[at]
    both, either = (
        (op(unit.looks.met, unit.looks.met[at])) @ unit.track.weights for op in (np.logical_and, np.logical_or)
    )
    unit = _kept(unit, np.flatnonzero(both <= ALIKE * either))
    branches = np.concatenate([seen, unit.branches - seen])
    if len(branches) > MOST_BRANCHES:
        # The rarest outcomes count least.
        branches = branches[np.argsort(-branches.sum(axis=1), kind="stable")[:MOST_BRANCHES]]
        branches = branches / branches.sum()
    return replace(unit, branches=branches)


def _promising(unit: _Unit) -> _Unit:
    """The unit with only the looks that tell most by themselves, a few of each stretch."""
    falls = _falls(unit)
    order = np.argsort(-falls, kind="stable")
    stretch = unit.looks.stretch[order]
    rank = np.zeros(len(order), int)
    count: dict[int, int] = {}
    for at, number in enumerate(stretch.tolist()):
        rank[at] = count.get(number, 0)
        count[number] = rank[at] + 1
    kept = order[rank < WINDOWS][:MOST_LOOKS]
    return _kept(unit, kept)


def _kept(unit: _Unit, kept: NDArray[np.int64]) -> _Unit:
    """The unit with only some looks."""
    looks = unit.looks
    chosen = replace(looks, stretch=looks.stretch[kept], window=looks.window[kept], met=looks.met[kept])
    return replace(unit, looks=chosen, met=unit.met[kept])


# ---- in words


def _table(march: "March", rows: list[tuple[_Unit, int, float, float]], zone: Any) -> gpd.GeoDataFrame:
    said = []
    for unit, at, fall, left in rows:
        stretch = int(unit.looks.stretch[at])
        road, line = unit.looks.road[stretch], unit.looks.run[stretch].line
        earliest = unit.track.start + pd.Timedelta(seconds=float(unit.looks.window[at]) * STEP_S)
        latest = earliest + pd.Timedelta(seconds=WINDOW_S)
        where, spot = _named(march, road, line)
        said.append(
            {
                "unit": unit.name,
                "road": road,
                "stretch": where,
                "earliest": earliest,
                "latest": latest,
                "p_there": float(unit.track.weights @ unit.looks.met[at]),
                "fall_km": fall,
                "left_km": left,
                "words": f"a dashcam on {spot}, {interval(earliest, latest, zone)}",
                "geometry": line,
            }
        )
    return tables.table({name: [row[name] for row in said] for name in explanations.LOOK}, explanations.LOOK)


def _named(march: "March", road: str, line: shapely.LineString) -> tuple[str, str]:
    """A stretch as a table names it, and as a sentence does: by kilometre posts, or by the place that it lies near."""
    points = shapely.line_interpolate_point(line, [0.0, 0.5, 1.0], normalized=True)
    the = f"the {road}" if any(letter.isdigit() for letter in road) and " " not in road else road
    labels = march.network.posts.labels(shapely.get_x(points), shapely.get_y(points))
    km = [label.removeprefix(f"{road} km ") for label in labels if label and label.startswith(f"{road} km ")]
    if len(km) == 3:
        ends = sorted({km[0], km[2]}, key=float)
        return f"{road} km {'-'.join(ends)}", f"{the} at km {km[1]}"
    where = by_place(march.places, points[1])
    return f"{road} {where}", f"{the} {where}"
