"""Kilometre posts: from "km 590 of the M4" to a point, and back."""

import csv
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tracker.model import NEAR_M, BadRoads, Chainage, Located, MissingFile, PostChain, UnknownPlace, bundled, geodesy
from tracker.roads.chains import chain_of
from tracker.roads.posts_words import said_kilometres
from tracker.roads.tags import road_label
from tracker.roads.ways import Floats, Milestone

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KilometrePosts:
    """Posts of roads; between two of them kilometres are even along the road, or straight where that is unknown."""

    chains: Mapping[str, PostChain]
    """Road label (`road_label`) -> its posts."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Road label -> how many posts of the map were left out."""

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

    @classmethod
    def from_network(cls, network: "RoadNetwork") -> "KilometrePosts":
        """The posts that a network's map has, with the road followed from post to post (`chains.chain_of`).

        Posts that name no road or stand alone, and posts whose kilometres do not fit those about them (a number
        misread, a stretch numbered anew), are left out and counted in `left_out`.
        """
        by_road: dict[str, list[Milestone]] = defaultdict(list)
        for post in network.milestones:
            by_road[post.road].append(post)
        left_out = {"": len(by_road.pop("", []))}
        chains = {}
        for road, posts in sorted(by_road.items()):
            chain, lost = chain_of(network, road, posts)
            left_out[road] = lost
            if chain is not None:
                chains[road] = chain
        return cls(chains=chains, left_out={road: count for road, count in left_out.items() if count})

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The points of all chains as posts of a map."""
        return tuple(
            Milestone(km=km, road=road, lon=lon, lat=lat, accuracy_m=accuracy)
            for road, chain in self.chains.items()
            for km, lon, lat, accuracy in zip(
                chain.km.tolist(), chain.lon.tolist(), chain.lat.tolist(), chain.accuracy_m.tolist(), strict=True
            )
        )

    @property
    def chainage(self) -> Chainage:
        """What labels points with these posts, and may travel without the roads."""
        return Chainage(chains=self.chains)

    def label(self, lon: float, lat: float, *, within_m: float = NEAR_M) -> str | None:
        """Words like "M4 km 383" for a point on a road with posts (`Chainage.label`)."""
        return self.chainage.label(lon, lat, within_m=within_m)

    def labels(self, lon: ArrayLike, lat: ArrayLike, *, within_m: float = NEAR_M) -> list[str | None]:
        """`label` of each of q points."""
        return self.chainage.labels(lon, lat, within_m=within_m)

    def km_at(self, road: str, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """Kilometres of points near a road, ``(q,)`` (a scalar for a scalar): the nearest place on its chain of posts.

        A point beyond the first or last post gets that post's kilometres.
        """
        chain = self._of(road)
        east, north = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        km = [chain.nearest(x, y)[0] for x, y in zip(east.ravel().tolist(), north.ravel().tolist(), strict=True)]
        return np.asarray(np.array(km).reshape(east.shape))

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
        self.point_at(road, km)
        return self._of(road).accuracy_at(km)

    def candidates(self, words: str) -> Sequence[Located]:
        """The place of words like "M4 km 590" in English, Russian or Ukrainian; empty where they are no such words.

        The radius is the posts' accuracy and half a unit of the last digit: 500 m for "km 590", 50 m for "km 590.4".
        The 590th kilometre ("590-й км") ends at the post 590, and people mean either: 1,000 m. A stretch ("km 464-777")
        is its middle with a radius that covers it.

        Raises
        ------
        UnknownPlace
            No post of the road is known, or the kilometres lie before its first or beyond its last one.

        Examples
        --------
        >>> [place.name for place in KilometrePosts.read().candidates("590-й км трассы М-4 «Дон»")]
        ['M4 km 590']
        >>> KilometrePosts.read().candidates("12 km north of Yelets")
        ()
        """
        said = said_kilometres(words)
        if said is None:
            return ()
        road, first, last, rounding_m = said
        chain = self._of(road)
        if first < chain.km[0] or last > chain.km[-1]:
            raise UnknownPlace(
                f"{words!r}: posts of {road} are known from km {chain.km[0]:g} to km {chain.km[-1]:g} only; check the "
                "number, or give lon, lat and radius_m"
            )
        asked = [first, *chain.km[(chain.km > first) & (chain.km < last)], last]
        lon, lat = self.point_at(road, asked)
        middle_lon, middle_lat = self.point_at(road, (first + last) / 2)
        reach = float(np.max(geodesy.distance_m(middle_lon, middle_lat, lon, lat)))
        accuracy = max(self.accuracy_at(road, km) for km in asked)
        return (
            Located(
                name=f"{road} km {first:g}" + (f" to km {last:g}" if last > first else ""),
                lon=float(middle_lon),
                lat=float(middle_lat),
                radius_m=math.ceil(reach + accuracy + rounding_m),
                method="kilometre post",
                detail=f"posts about it are known within {accuracy:,.0f} m",
            ),
        )

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
    return PostChain(km=km, lon=lon, lat=lat, accuracy_m=accuracy, stretch_m=np.zeros(len(km)))
