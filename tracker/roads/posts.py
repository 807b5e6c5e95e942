"""Kilometre posts: from "km 590 of the M4" to a point, and back."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from tracker.model import BadRoads, MissingFile, UnknownPlace, bundled, geodesy
from tracker.roads.tags import road_label
from tracker.roads.ways import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PostChain:
    """The known posts of one road in order of their kilometres."""

    km: Floats
    """(p,) kilometres on the signs, strictly increasing."""
    lon: Floats
    """(p,) degrees east, WGS84."""
    lat: Floats
    """(p,) degrees north."""
    accuracy_m: Floats
    """(p,) metres within which each post's point is known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KilometrePosts:
    """Posts of roads; between two of them a road is taken as straight and the kilometres as even."""

    chains: Mapping[str, PostChain]
    """Road label (`road_label`) -> its posts."""

    @classmethod
    def read(cls, path: str | PathLike[str] | None = None) -> "KilometrePosts":
        """The posts of a CSV file with columns road, km, lon, lat, accuracy_m; None for the bundled ones.

        Raises
        ------
        MissingFile
            There is no such file.
        BadRoads
            Columns are missing, a number cannot be read, a post stands twice, or a road has fewer than two.
        """
        if path is None:
            file = bundled("kilometre_posts.csv")
        else:
            file = Path(path)
        if not file.is_file():
            raise MissingFile(f"{file}: no such file of kilometre posts; check the path")
        return cls(chains={road: _chain(file, road, rows) for road, rows in _rows(file).items()})

    def km_at(self, road: str, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """Kilometres of points near a road, ``(q,)`` (a scalar for a scalar): the nearest place on its chain of posts.

        A point beyond the first or last post gets that post's kilometres.
        """
        chain = self._of(road)
        here_lon, here_lat = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        # Degrees of longitude shrunk to degrees of latitude at each point: true to scale near the point.
        shrink = np.cos(np.radians(here_lat))[:, None]
        east, north = np.diff(chain.lon) * shrink, np.diff(chain.lat)
        px, py = (here_lon[:, None] - chain.lon[:-1]) * shrink, here_lat[:, None] - chain.lat[:-1]
        square = east**2 + north**2
        part = np.clip((px * east + py * north) / np.where(square > 0, square, 1), 0, 1)
        foot_lon = chain.lon[:-1] + part * np.diff(chain.lon)
        foot_lat = chain.lat[:-1] + part * np.diff(chain.lat)
        nearest = geodesy.distance_m(here_lon[:, None], here_lat[:, None], foot_lon, foot_lat).argmin(axis=1)
        km = chain.km[nearest] + part[np.arange(len(nearest)), nearest] * np.diff(chain.km)[nearest]
        return np.asarray(km.reshape(np.broadcast(np.asarray(lon), np.asarray(lat)).shape))

    def point_at(self, road: str, km: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude of kilometres of a road, each of the shape of `km`.

        Raises
        ------
        UnknownPlace
            No post of the road is known, or the kilometres lie before its first or beyond its last one.
        """
        chain, asked = self._of(road), np.asarray(km, float)
        if not np.all((asked >= chain.km[0]) & (asked <= chain.km[-1])):
            raise UnknownPlace(f"km {asked} of {road}: posts are known from km {chain.km[0]:g} to km {chain.km[-1]:g}")
        return np.asarray(np.interp(asked, chain.km, chain.lon)), np.asarray(np.interp(asked, chain.km, chain.lat))

    def accuracy_at(self, road: str, km: float) -> float:
        """Metres within which `point_at` is known: the worse of the two posts about it."""
        chain = self._of(road)
        self.point_at(road, km)
        after = int(np.clip(np.searchsorted(chain.km, km), 1, len(chain.km) - 1))
        return float(chain.accuracy_m[after - 1 : after + 1].max())

    def _of(self, road: str) -> PostChain:
        chain = self.chains.get(road_label(road))
        if chain is None:
            raise UnknownPlace(f"no kilometre posts of {road} are known; there are posts of {', '.join(self.chains)}")
        return chain


def _rows(file: Path) -> dict[str, list[tuple[float, float, float, float]]]:
    roads: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if missing := {"road", "km", "lon", "lat", "accuracy_m"} - set(reader.fieldnames or ()):
            raise BadRoads(
                f"{file}: no column {', '.join(sorted(missing))}; the posts' columns are road, km, lon, lat, accuracy_m"
            )
        for row in reader:
            try:
                values = float(row["km"]), float(row["lon"]), float(row["lat"]), float(row["accuracy_m"])
            except (TypeError, ValueError) as error:
                raise BadRoads(f"{file}, line {reader.line_num}: {error}; give plain numbers") from None
            if not np.isfinite(values).all():
                raise BadRoads(f"{file}, line {reader.line_num}: a number is not finite; give plain numbers")
            roads[road_label(row["road"])].append(values)
    return roads


def _chain(file: Path, road: str, rows: list[tuple[float, float, float, float]]) -> PostChain:
    km, lon, lat, accuracy = np.array(sorted(rows)).T
    if len(km) < 2 or not np.all(np.diff(km) > 0):
        raise BadRoads(f"{file}: {road} needs two posts or more, each kilometre once; mend the file")
    return PostChain(km=km, lon=lon, lat=lat, accuracy_m=accuracy)
