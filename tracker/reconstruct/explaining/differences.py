"""One track beside another: how far apart their middles are, and which roads became likelier."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

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


def middles(track: Track, times: pd.DatetimeIndex) -> Middles:
    """Where a track is at some times, with the radius that holds 90 % and what two draws of it differ by."""
    lon, lat = track.coordinates(times)
    halves = _halves(len(track.weights))
    found = []
    for east, north in zip(lon, lat, strict=True):
        xyz = geodesy.earth_centred(east, north)
        apart = geodesy.chord_to_metres(np.linalg.norm(xyz[:, None] - xyz[None], axis=2))
        middle = int((apart @ track.weights).argmin())
        order = np.argsort(apart[middle], kind="stable")
        held = int(np.searchsorted(np.cumsum(track.weights[order]), LEVEL - 1e-9))
        radius = apart[middle][order[min(held, len(order) - 1)]]
        # Halves differ by the root of two more than whole ensembles do.
        noise = np.mean([_between_halves(apart, track.weights, half) for half in halves]) / np.sqrt(2) / 1000
        found.append((east[middle], north[middle], radius, noise))
    columns = np.array(found, float).reshape(len(times), 4)
    return Middles(*columns.T)


def _halves(members: int) -> list[NDArray[np.bool_]]:
    halves = []
    for split in range(SPLITS):
        half = np.zeros(members, bool)
        half[np.random.default_rng(split).permutation(members)[: members // 2]] = True
        halves.append(half)
    return halves


def _between_halves(apart: Floats, weights: Floats, half: NDArray[np.bool_]) -> float:
    """Metres between the middles of the two halves of an ensemble."""
    one, other = (
        np.flatnonzero(part)[(apart[np.ix_(part, part)] @ weights[part]).argmin()] for part in (half, ~half)
    )
    return float(apart[one, other])


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
    return Driven(edge, np.bincount(at, weights=track.weights[np.concatenate(members)], minlength=len(edge)))


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


def passages_changed(
    unit: str, track: Track, other: Track, places: gpd.GeoDataFrame, *, most: int = 8
) -> pd.DataFrame:
    """Named places that the two tracks pass with other probabilities: `explanations.PASSAGES_CHANGED`."""
    near = _near(track, other, places)
    asked = gpd.GeoDataFrame({"place": near["place"].to_numpy()}, geometry=near.geometry.to_numpy(), crs=places.crs)
    one, two = track.passages(asked), other.passages(asked)
    by = (one["probability"] - two["probability"]).abs()
    order = by[by >= CHANGED].sort_values(ascending=False, kind="stable").index[:most]
    columns = {
        "unit": [unit] * len(order),
        "place": one["place"].loc[order],
        "probability": one["probability"].loc[order],
        "probability_without": two["probability"].loc[order],
        "t50": one["t50"].loc[order],
        "t50_without": two["t50"].loc[order],
    }
    return explanations.frame(columns, explanations.PASSAGES_CHANGED)


ASKED = 40
"""Places that are looked at: asking takes time for each."""


def _near(track: Track, other: Track, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cities, towns and other places by which part of the histories of either track come, but not of all alike."""
    named = places.drop_duplicates("place")
    if named.empty:
        return named
    kinds = ["city", "town", "village"]
    rank = [kinds.index(kind) if kind in kinds else len(kinds) for kind in named["kind"]]
    boxes = [shapely.box(*edges.total_bounds).buffer(0.15) for edges in (track.edges, other.edges)]
    inside = shapely.intersects(np.asarray(shapely.union_all(boxes)), named.geometry.to_numpy())
    return named.assign(rank=rank)[inside].sort_values("rank", kind="stable").head(ASKED)
