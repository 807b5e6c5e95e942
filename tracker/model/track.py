"""What is concluded about one unit: a weighted ensemble of histories, and the questions it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model.chainage import Chainage
from tracker.model.errors import BadTime, UnknownPlace
from tracker.model.geodesy import chord_to_metres, earth_centred, metres_to_chord
from tracker.model.moments import moments
from tracker.model.stretches import Stretches
from tracker.model.tables import CRS, PASSAGES

Floats = NDArray[np.float64]

PASSING_M = 10_000.0
"""How near a road must come to a named place to pass it: by-passes lie 1 to 7 km from town centres."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RoadPath:
    """A way over the roads without times; histories that took the same roads share one."""

    edges: NDArray[np.int64]
    """(legs,) row numbers of the roads table, in order of travel."""
    leg_start: Floats
    """(legs + 1,) metres from the start of the path at which each leg begins; the last value is the whole length."""
    lon: Floats
    """(v,) longitude of the vertices, EPSG:4326."""
    lat: Floats
    """(v,) latitude of the vertices, EPSG:4326."""
    metres: Floats
    """(v,) true metres from the start of the path to each vertex."""

    def __repr__(self) -> str:
        return f"<RoadPath of {self.leg_start[-1] / 1000:.0f} km, {len(self.edges)} stretches of road>"

    @cached_property
    def xyz(self) -> Floats:
        """(v, 3) earth-centred metres of the vertices."""
        return earth_centred(self.lon, self.lat)

    def nearest(
        self, lon: float, lat: float, *, start: float = 0.0, end: float = np.inf, visit_m: float = np.inf
    ) -> tuple[float, float]:
        """Metres along the path to the point of a stretch of it nearest to a place, and metres between the two.

        If the stretch comes within `visit_m` of the place more than once, the first of these visits counts.
        """
        if len(self.lon) == 1:
            gap = np.linalg.norm(self.xyz[0] - earth_centred(lon, lat))
            return 0.0, float(chord_to_metres(gap))
        first = max(int(np.searchsorted(self.metres, start, side="right")) - 1, 0)
        last = min(max(int(np.searchsorted(self.metres, end)), first + 1), len(self.metres) - 1)
        first = min(first, last - 1)
        tail, step = self.xyz[first:last], np.diff(self.xyz[first : last + 1], axis=0)
        length = np.maximum(np.diff(self.metres[first : last + 1]), 1e-9)
        square = np.maximum((step**2).sum(axis=1), 1e-9)
        share = ((earth_centred(lon, lat) - tail) * step).sum(axis=1) / square
        bounds = (np.array([[start], [end]]) - self.metres[first:last]) / length
        share = np.clip(share, *np.clip(bounds, 0, 1))
        away = ((tail + share[:, None] * step - earth_centred(lon, lat)) ** 2).sum(axis=1)
        # The first approach: on a way there and back, rounding would else decide between the two.
        visit = away <= metres_to_chord(visit_m) ** 2
        if visit.any():
            begin = int(visit.argmax())
            visit[begin + int(np.append(visit[begin:], False).argmin()) :] = False
            away = np.where(visit, away, np.inf)
        best = int((away <= (np.sqrt(away.min()) + 50.0) ** 2).argmax())
        along = self.metres[first + best] + share[best] * length[best]
        return float(along), float(chord_to_metres(np.sqrt(away[best])))

    def between(self, start: float, end: float) -> shapely.LineString:
        """The stretch between two chainages in metres, as a line in EPSG:4326."""
        inner = (self.metres > start) & (self.metres < end)
        metres = np.concatenate([[start], self.metres[inner], [max(end, start + 1e-3)]])
        return shapely.LineString(
            np.c_[np.interp(metres, self.metres, self.lon), np.interp(metres, self.metres, self.lat)]
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class History:
    """One plausible timed path of a unit over the roads."""

    path: RoadPath
    """The roads taken."""
    seconds: Floats
    """(k,) seconds after the track's start, increasing."""
    metres: Floats
    """(k,) metres along the path at those moments, never decreasing."""

    def __repr__(self) -> str:
        hours, km = (self.seconds[-1] - self.seconds[0]) / 3600, (self.metres[-1] - self.metres[0]) / 1000
        return f"<History of {hours:.1f} h and {km:.0f} km>"

    def time_at(self, metres: Floats) -> Floats:
        """Seconds after the track's start at which the unit first came to each chainage."""
        arrival = np.concatenate([[True], np.diff(self.metres) > 0])
        return np.asarray(np.interp(metres, self.metres[arrival], self.seconds[arrival]))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Track:
    """The weighted ensemble of histories of one unit."""

    unit: str
    """The unit's name."""
    start: pd.Timestamp
    """First moment that the track answers for, UTC."""
    end: pd.Timestamp
    """Last moment that the track answers for, UTC."""
    known_from: pd.Timestamp
    """Earliest moment of the first report that places the unit; before it the track only widens."""
    known_until: pd.Timestamp
    """Latest moment of the last report that places the unit; after it the track only widens."""
    histories: tuple[History, ...]
    """The plausible timed paths."""
    weights: Floats
    """(m,) probability of each history; sums to 1."""
    edges: gpd.GeoDataFrame
    """Roads used (tables.EDGES); index = edge number."""
    routes: gpd.GeoDataFrame
    """Distinct routes, heaviest first (tables.ROUTES)."""
    places: gpd.GeoDataFrame
    """Named places that `passages` can look up."""
    chainage: Chainage = field(default_factory=Chainage)
    """Kilometre posts that `labels` tells places by."""

    def __repr__(self) -> str:
        known = f"{self.known_from:%Y-%m-%d %H:%M} to {self.known_until:%Y-%m-%d %H:%M} UTC"
        return f"<Track of {self.unit}, known {known}, {len(self.histories)} histories, {len(self.routes)} routes>"

    def positions(self, times: object) -> gpd.GeoDataFrame:
        """Every history's position at every asked time.

        Parameters
        ----------
        times : one time or many, timezone-aware, between `start` and `end`

        Returns
        -------
        GeoDataFrame (`tables.POSITIONS`), EPSG:4326, time-major: time (as asked; UTC if the zones differ),
        member (0..m-1), weight (sums to 1 a time), geometry.

        Raises
        ------
        BadTime
            Something is no time, has no zone, or lies outside of the track.
        """
        asked = self._asked(times)
        lon, lat = self.coordinates(asked)
        members = len(self.histories)
        return gpd.GeoDataFrame(
            {
                "time": asked.repeat(members),
                "member": np.tile(np.arange(members), len(asked)),
                "weight": np.tile(self.weights, len(asked)),
            },
            geometry=shapely.points(lon.ravel(), lat.ravel()),
            crs=CRS,
        )

    def coordinates(self, times: object) -> tuple[Floats, Floats]:
        """Longitude and latitude of every history at every asked time: two arrays (times, members)."""
        lon, lat, _ = self._places(self._seconds(self._asked(times)))
        return lon, lat

    def at(self, times: object, level: float = 0.9) -> gpd.GeoDataFrame:
        """Where the unit's main body is: the most central position and the roads that hold `level` of the probability.

        Parameters
        ----------
        times : one time or many, timezone-aware, between `start` and `end`
        level : share of the probability that the region holds, between 0 and 1

        Returns
        -------
        GeoDataFrame (`tables.REGIONS`), EPSG:4326: time, geometry (the history position with the least mean distance
        to all others), region (MultiLineString of roads), radius_m (metres around the geometry that hold `level`).

        Raises
        ------
        BadTime
            Something is no time, has no zone, or lies outside of the track.
        """
        if not 0 < level <= 1:
            raise ValueError(f"level {level!r} must lie between 0 and 1, as in 0.9")
        asked = self._asked(times)
        lon, lat, metres = self._places(self._seconds(asked))
        centre, region, radius = [], [], []
        for row in range(len(asked)):
            apart = _apart(lon[row], lat[row])
            middle = int((apart @ self.weights).argmin())
            centre.append(shapely.Point(lon[row, middle], lat[row, middle]))
            radius.append(_weighted_quantile(apart[middle], self.weights, level))
            region.append(self._region(apart, metres[row], level, middle))
        table = gpd.GeoDataFrame({"time": asked}, geometry=centre, crs=CRS)
        table["region"] = gpd.GeoSeries(region, crs=CRS)
        table["radius_m"] = np.array(radius, float)
        return table

    def labels(self, times: object) -> list[str | None]:
        """Words like "M4 km 383" for the most central position at every asked time (`at`); None where no road with
        kilometre posts is near.

        Parameters
        ----------
        times : one time or many, timezone-aware, between `start` and `end`

        Raises
        ------
        BadTime
            Something is no time, has no zone, or lies outside of the track.
        """
        lon, lat = self.coordinates(times)
        middle = [int((_apart(*row) @ self.weights).argmin()) for row in zip(lon, lat, strict=True)]
        rows = np.arange(len(middle))
        return self.chainage.labels(lon[rows, middle], lat[rows, middle])

    def passages(self, places: object, *, radius_m: float = PASSING_M) -> pd.DataFrame:
        """When the unit first passed places, and how probable it is that it passed them at all while it was known.

        Only driving between `known_from` and `known_until` counts: beyond, histories merely wander.

        Parameters
        ----------
        places : names known to `places`; or a mapping of name to (lon, lat); or a GeoDataFrame of points with a
            column `place` and, if wanted, `radius_m`
        radius_m : how near the unit must come to a place to pass it, in metres

        Returns
        -------
        DataFrame (`tables.PASSAGES`): place, probability, t05, t50, t95 (UTC; NaT where no history passes).

        Raises
        ------
        UnknownPlace
            Names that `places` does not hold; all are listed.
        """
        rows = []
        window = self._seconds(pd.DatetimeIndex([self.known_from, self.known_until]))
        for name, lon, lat, radius in self._located(places, radius_m):
            when = np.full(len(self.histories), np.nan)
            for member, history in enumerate(self.histories):
                driven = np.interp(window, history.seconds, history.metres)
                along, away = history.path.nearest(lon, lat, start=driven[0], end=driven[1], visit_m=radius)
                if away <= radius:
                    when[member] = np.clip(history.time_at(np.array([along]))[0], *window)
            passed = ~np.isnan(when)
            times = self.quantile_times(when[passed], self.weights[passed])
            rows.append((name, float(self.weights[passed].sum()), *times))
        columns = zip(*rows, strict=True) if rows else [()] * len(PASSAGES)
        return pd.DataFrame(
            {
                name: pd.Series(list(values), dtype=dtype)
                for (name, dtype), values in zip(PASSAGES.items(), columns, strict=True)
            }
        )

    def quantile_times(self, seconds: Floats, weights: Floats) -> tuple[object, ...]:
        """The 5, 50 and 95 % quantiles of weighted seconds after the start, as times; NaT where there are none."""
        if len(seconds) == 0:
            return (pd.NaT, pd.NaT, pd.NaT)
        quantiles = (_weighted_quantile(seconds, weights, q) for q in (0.05, 0.5, 0.95))
        return tuple(self.start + pd.Timedelta(seconds=round(q)) for q in quantiles)

    def _asked(self, times: object) -> pd.DatetimeIndex:
        asked = moments(times, of=self.unit)
        outside = asked[(asked < self.start) | (asked > self.end)]
        if len(outside):
            raise BadTime(
                f"{self.unit}: {len(outside)} asked times lie outside of the track, the first {outside[0]}; "
                f"ask between {self.start} and {self.end}"
            )
        return asked

    def _seconds(self, asked: pd.DatetimeIndex) -> Floats:
        return np.asarray((asked - self.start) / pd.Timedelta(seconds=1), float)

    def _places(self, seconds: Floats) -> tuple[Floats, Floats, Floats]:
        """Longitude, latitude and metres along its path of every history: three arrays (times, members)."""
        lon, lat, metres = np.empty((3, len(seconds), len(self.histories)))
        for member, history in enumerate(self.histories):
            path = history.path
            metres[:, member] = np.interp(seconds, history.seconds, history.metres)
            lon[:, member] = np.interp(metres[:, member], path.metres, path.lon)
            lat[:, member] = np.interp(metres[:, member], path.metres, path.lat)
        return lon, lat, metres

    @cached_property
    def _stretches(self) -> Stretches:
        return Stretches([history.path for history in self.histories])

    def _region(self, apart: Floats, metres: Floats, level: float, middle: int) -> shapely.MultiLineString:
        # The densest members that hold `level`, each with the stretch of its road up to half the way to its neighbours.
        neighbours = max(2, round(np.sqrt(len(metres))))
        nth = min(neighbours, len(metres) - 1)
        spread = np.partition(apart, nth, axis=1)[:, nth]
        order = np.argsort(spread, kind="stable")
        # The most central one first: a dot that is shown lies in the region that is shown, however sparse it is there.
        order = np.append(middle, order[order != middle])
        kept = order[: 1 + int(np.searchsorted(np.cumsum(self.weights[order]), level - 1e-9))]
        reach = np.clip(spread[kept] / 2, 250.0, 25_000.0)
        # Beyond the ends of its path no stretch goes.
        return self._stretches.union(kept, metres[kept] - reach, metres[kept] + reach)

    def _located(self, places: object, radius_m: float) -> list[tuple[str, float, float, float]]:
        if isinstance(places, gpd.GeoDataFrame):
            points = places.geometry.to_crs(CRS)
            radii = places["radius_m"] if "radius_m" in places else pd.Series(radius_m, index=places.index)
            names = places["place"] if "place" in places else places.index.astype(str)
            return [(str(n), p.x, p.y, float(r)) for n, p, r in zip(names, points, radii, strict=True)]
        if isinstance(places, Mapping):
            return [(str(name), float(lon), float(lat), radius_m) for name, (lon, lat) in places.items()]
        asked = [places] if isinstance(places, str) else list(places) if isinstance(places, Iterable) else []
        known: dict[str, shapely.Point] = {}
        for name, local, point in zip(
            self.places["place"], self.places["place_local"], self.places.geometry, strict=True
        ):
            known.setdefault(str(name).casefold(), point)
            known.setdefault(str(local).casefold(), point)
        unknown = [str(name) for name in asked if str(name).casefold() not in known]
        if unknown:
            names = {str(name).casefold(): str(name) for name in self.places["place"]}
            close = {n: get_close_matches(n.casefold(), names, 1) for n in unknown}
            asked_for = ", ".join(f"{n} (did you mean {names[m[0]]}?)" if m else n for n, m in close.items())
            raise UnknownPlace(f"no place named {asked_for} in the road data; give {{name: (lon, lat)}} instead")
        return [(str(n), known[str(n).casefold()].x, known[str(n).casefold()].y, radius_m) for n in asked]


def _apart(lon: Floats, lat: Floats) -> Floats:
    xyz = earth_centred(lon, lat)
    xyz -= xyz.mean(axis=0)  # else the squares of the earth's radius cancel, and metres with them
    square = (xyz**2).sum(axis=1)
    return chord_to_metres(np.sqrt(np.maximum(square[:, None] + square[None] - 2 * xyz @ xyz.T, 0)))


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(mass, share * mass[-1] - 1e-12)), len(values) - 1)])
