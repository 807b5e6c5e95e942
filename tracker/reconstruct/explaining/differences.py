"""One track beside another: how far apart their middles are, and which roads became likelier."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tracker.model import Track, explanations, geodesy, tables

Floats = NDArray[np.float64]
Moments = Sequence[tuple[str, pd.Timestamp]]

LEVEL = 0.9
"""Share of the probability that radii hold."""

SPLITS = 8
"""Times that an ensemble is cut in two halves to see what its draws alone differ by."""

CHANGED = 0.1
"""A road or a passage whose probability changes by less has not changed."""


class Middles(NamedTuple):
    """The most central position at each of some times."""

    lon: Floats
    lat: Floats
    radius_m: Floats
    noise_km: Floats


def apart_m(lon: Floats, lat: Floats) -> Floats:
    """(members, members) metres in a straight line between the histories at one moment."""
    xyz = geodesy.earth_centred(lon, lat)
    xyz -= xyz.mean(axis=0)  # else the squares of the earth's radius cancel, and metres with them
    square = (xyz**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(square[:, None] + square[None] - 2 * xyz @ xyz.T, 0)))


def middles(track: Track, times: pd.DatetimeIndex) -> Middles:
    """Where a track is at some times, with the radius that holds 90 % and what two draws of it differ by."""
    lon, lat = track.coordinates(times)
    halves = _halves(len(track.weights))
    # The mean distance to all, and to the members of each half, in one product.
    sums = np.concatenate([track.weights[:, None], track.weights[:, None] * halves], axis=1)
    found = []
    for east, north in zip(lon, lat, strict=True):
        apart = apart_m(east, north)
        mean = apart @ sums
        middle = int(mean[:, 0].argmin())
        order = np.argsort(apart[middle], kind="stable")
        held = int(np.searchsorted(np.cumsum(track.weights[order]), LEVEL - 1e-9))
        radius = apart[middle][order[min(held, len(order) - 1)]]
        of_half = np.where(halves, mean[:, 1:], np.inf).argmin(axis=0)
        # Halves differ by the root of two more than whole ensembles do.
        noise = apart[of_half[::2], of_half[1::2]].mean() / np.sqrt(2) / 1000
        found.append((east[middle], north[middle], radius, noise))
    columns = np.array(found, float).reshape(len(times), 4)
    return Middles(*columns.T)


def _halves(members: int) -> NDArray[np.bool_]:
    """(members, 2 x SPLITS) which members are in a half, and which in the other, for each split."""
    halves = np.zeros((members, 2 * SPLITS), bool)
    for split in range(SPLITS):
        order = np.random.default_rng(split).permutation(members)
        halves[order[: members // 2], 2 * split] = True
        halves[:, 2 * split + 1] = ~halves[:, 2 * split]
    return halves


def moved(unit: str, track: Track, other: Track, at: Moments) -> gpd.GeoDataFrame:
    """A unit's track as it is and without some reports at some times: `explanations.MOVED`.

    Parameters
    ----------
    unit : its name
    track, other : as it is, and without; both answer for all the times
    at : why each time, and the time
    """
    times = pd.DatetimeIndex([time for _, time in at])
    if len(times) == 0:
        return tables.table({}, explanations.MOVED)
    one, two = middles(track, times), middles(other, times)
    ends = np.stack([np.c_[two.lon, two.lat], np.c_[one.lon, one.lat]], axis=1)
    columns = {
        "unit": [unit] * len(times),
        "at": [why for why, _ in at],
        "time": times,
        "km": geodesy.distance_m(one.lon, one.lat, two.lon, two.lat) / 1000,
        "noise_km": np.sqrt((one.noise_km**2 + two.noise_km**2) / 2),
        "radius_m": one.radius_m,
        "radius_without_m": two.radius_m,
        "geometry": shapely.linestrings(ends),
    }
    return tables.table(columns, explanations.MOVED)


def joined(parts: Sequence[gpd.GeoDataFrame], schema: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Tables of one schema, one below the other."""
    full = [part for part in parts if len(part)]
    return gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs=tables.CRS) if full else tables.table({}, schema)


def hours(*tracks: Track) -> Moments:
    """Every whole hour in which any of the tracks is known, and the ends."""
    first = min(track.known_from for track in tracks)
    last = max(track.known_until for track in tracks)
    whole = pd.date_range(first.ceil("1h"), last.floor("1h"), freq="1h")
    times = pd.DatetimeIndex([first, *whole, last]).unique()
    return [("hour" if time in whole else "first" if time == first else "last", time) for time in times]


# ---- roads


class Driven(NamedTuple):
    """Which roads each history of a track drove on."""

    edge: NDArray[np.int64]
    """(e,) edges, ascending."""
    probability: Floats
    """(e,) how probable it is that the unit drove there."""


def driven(track: Track, window: tuple[pd.Timestamp, pd.Timestamp]) -> Driven:
    """The roads driven on between two moments."""
    seconds = np.array([(time - track.start).total_seconds() for time in window])
    edges, members = [], []
    for member, history in enumerate(track.histories):
        begin, end = np.interp(seconds, history.seconds, history.metres)
        on = (history.path.leg_start[1:] > begin) & (history.path.leg_start[:-1] < end)
        edges.append(np.unique(history.path.edges[on]))
        members.append(np.full(len(edges[-1]), member))
    edge, at = np.unique(np.concatenate(edges), return_inverse=True)
    weights = track.weights[np.concatenate(members)]
    return Driven(edge, np.bincount(at, weights=weights, minlength=len(edge)).astype(float))


def changes(track: Track, other: Track, window: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    """Edges that either track drove on, index = edge: probability as it is and without."""
    one, two = driven(track, window), driven(other, window)
    table = pd.DataFrame({"probability": pd.Series(one.probability, index=one.edge)})
    table = table.join(pd.DataFrame({"probability_without": pd.Series(two.probability, index=two.edge)}), how="outer")
    return table.fillna(0.0).sort_index()


def roads_changed(unit: str, changed: pd.DataFrame, roads: gpd.GeoDataFrame, names: Sequence[str]) -> gpd.GeoDataFrame:
    """The roads of which a good part became likelier or less likely: `explanations.ROADS_CHANGED`.

    Parameters
    ----------
    unit : its name
    changed : edges as of `changes`
    roads : the roads table (`tables.ROADS`)
    names : name of each of these edges
    """
    by = changed["probability"] - changed["probability_without"]
    told = changed.assign(by=by, km=roads["length_m"].loc[changed.index] / 1000, road=list(names))
    told = told[(by.abs() >= CHANGED).to_numpy()]
    rows: list[dict[str, Any]] = []
    # One road may be won on one stretch and lost on another.
    for (road, _), stretch in told.groupby(["road", told["by"] > 0], sort=True):
        share = stretch["km"] / stretch["km"].sum()
        rows.append(
            {
                "unit": unit,
                "road": road,
                "km": stretch["km"].sum(),
                "probability": float((stretch["probability"] * share).sum()),
                "probability_without": float((stretch["probability_without"] * share).sum()),
                "geometry": shapely.line_merge(shapely.multilinestrings(list(roads.geometry.loc[stretch.index]))),
                "weight": float((stretch["by"].abs() * stretch["km"]).sum()),
            }
        )
    rows.sort(key=lambda row: -row["weight"])
    _told_apart(rows)
    return tables.table({name: [row[name] for row in rows] for name in explanations.ROADS_CHANGED},
                        explanations.ROADS_CHANGED)  # fmt: skip


def _told_apart(rows: list[dict[str, Any]]) -> None:
    """Add to the names of roads that are won on one stretch and lost on another on which side each lies."""
    for road in {row["road"] for row in rows}:
        alike = [row for row in rows if row["road"] == road]
        if len(alike) == 2:
            one, two = (shapely.centroid(row["geometry"]) for row in alike)
            east, north = (one.x - two.x) * np.cos(np.radians(one.y)), one.y - two.y
            sides = ("north", "south") if abs(north) >= abs(east) else ("east", "west")
            positive = (north if abs(north) >= abs(east) else east) > 0
            for row, side in zip(alike, sides if positive else sides[::-1], strict=True):
                row["road"] = f"{road} in the {side}"


# ---- places


PASSED_M = 10_000.0
"""How near a road must come to a named place to pass it, as for `Track.passages`."""

SAMPLE_M = 1_000.0
"""How closely ways are followed past places: the error is then below 15 m."""


def passages_changed(unit: str, track: Track, other: Track, places: gpd.GeoDataFrame, *, most: int = 8) -> pd.DataFrame:
    """Named places that the two tracks pass with other probabilities: `explanations.PASSAGES_CHANGED`."""
    named = places.drop_duplicates("place")
    window = track.known_from, track.known_until
    here = _passed(track, named, window)
    there = here if other.histories is track.histories else _passed(other, named, window)
    one, two = track.weights @ here, other.weights @ there
    order = np.argsort(-np.abs(one - two), kind="stable")[:most]
    order = order[np.abs(one - two)[order] >= CHANGED]
    columns = {
        "unit": [unit] * len(order),
        "place": named["place"].iloc[order],
        "probability": one[order],
        "probability_without": two[order],
    }
    return explanations.frame(columns, explanations.PASSAGES_CHANGED)


def _passed(track: Track, places: gpd.GeoDataFrame, window: tuple[pd.Timestamp, pd.Timestamp]) -> NDArray[np.bool_]:
    """(members, places) whether each history comes by each place between two moments."""
    xyz = geodesy.earth_centred(places.geometry.x, places.geometry.y).reshape(-1, 3)
    seconds = np.array([(time - track.start).total_seconds() for time in window])
    passed = np.zeros((len(track.histories), len(places)), bool)
    known: dict[int, tuple[Floats, NDArray[np.bool_]]] = {}
    for member, history in enumerate(track.histories):
        path = history.path
        if id(path) not in known:
            along = np.linspace(0, path.metres[-1], 2 + int(path.metres[-1] / SAMPLE_M))
            way = geodesy.earth_centred(*(np.interp(along, path.metres, line) for line in (path.lon, path.lat)))
            near = cKDTree(way).query_ball_point(xyz, geodesy.metres_to_chord(PASSED_M))
            at = np.zeros((len(along), len(places)), bool)
            for place, samples in enumerate(near):
                at[samples, place] = True
            known[id(path)] = along, at
        along, at = known[id(path)]
        begin, end = np.searchsorted(along, np.interp(seconds, history.seconds, history.metres))
        passed[member] = at[begin : end + 1].any(axis=0)
    return passed
