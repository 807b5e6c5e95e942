"""Kilometre posts: from "km 590 of the M4" to a point, and back."""

import csv
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tracker.model import BadRoads, Located, MissingFile, UnknownPlace, bundled, geodesy
from tracker.roads.tags import road_label
from tracker.roads.ways import Floats

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_ROAD = re.compile(r"(?<![\w-])[A-ZА-Я]{1,2}[\s\-\u2010-\u2013]?\d{1,3}(?![\w.])", re.IGNORECASE)
_KM_WORD = r"(?:km|kms|kilomet(?:er|re)s?|км|километр(?:е|а|у|ом|ах|ы|ов)?|кілометр(?:і|а|у|ах|и|ів)?)\.?(?!\w)"
_KM_NUMBER = r"(?:\d{1,4}(?:[.,]\d{1,3})?)(?!\d)(?:th|st|nd|rd|-?(?:й|м|го|му|ый|ом|ому|ий|ому))?"
_TO = r"(?:-|\u2010|\u2013|\u2014|to|and|до|по|и|і)"
_KM_SAID = re.compile(
    rf"(?:from |between |с |от |між |между )?(?:{_KM_WORD}\s*)?(?P<first>{_KM_NUMBER})\s*(?:{_KM_WORD})?"
    rf"(?:\s*{_TO}\s*(?:{_KM_WORD}\s*)?(?P<last>{_KM_NUMBER})\s*(?:{_KM_WORD})?)?",
    re.IGNORECASE,
)
_FILLING = re.compile(
    r"\b(?:of|the|on|at|in|highway|road|motorway|federal|don|на|в|во|у|трасс[аеыу]|автотрасс[аеыу]|дорог[аеиу]|автодорог[аеиу]|"
    r"шоссе|автомагистрал[иь]|дон|федеральн\w{2,3}|траси|трасі)\b|[\s,;:«»\"'“”„.]",
    re.IGNORECASE,
)
_SMALL = re.compile(r"(?:km|км|(?:на|во?|у|со?|по|от|до|и|of|on|at|to|in|by)\s)", re.IGNORECASE)
_LONGEST = 200
_WHOLE_M = 500.0
_ORDINAL_M = 1_000.0


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

    @classmethod
    def from_network(cls, network: "RoadNetwork") -> "KilometrePosts":
        """The posts of a network's roads."""
        roads: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
        for post in network.milestones:
            if post.road:
                roads[post.road].append((post.km, post.lon, post.lat, post.accuracy_m))
        return cls(chains={road: _chain(Path("the map"), road, rows) for road, rows in roads.items() if len(rows) > 1})

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
        said = _said(words)
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


def _said(words: str) -> tuple[str, float, float, float] | None:
    """Road label, first and last kilometre and metres of rounding, where the words name these and nothing else."""
    text = re.sub(r"\([^()]*\)", " ", words[:_LONGEST]) if len(words) <= _LONGEST else ""
    roads = list(_ROAD.finditer(text))
    # "km 590" and "с 10" look like roads of these names: small words are none.
    roads = [found for found in roads if not _SMALL.match(found[0])]
    if len(roads) != 1 or not re.search(_KM_WORD, text, re.IGNORECASE):
        return None
    rest = re.sub(r"\s+", " ", f"{text[: roads[0].start()]} , {text[roads[0].end() :]}")
    found = next((one for one in _KM_SAID.finditer(rest) if re.search(_KM_WORD, one[0], re.IGNORECASE)), None)
    if found is None or _FILLING.sub("", rest[: found.start()] + " " + rest[found.end() :]):
        return None
    numbers = [found["first"], *([found["last"]] if found["last"] else [])]
    km = sorted(float(re.match(r"[\d.]+", number.replace(",", "."))[0]) for number in numbers)  # type: ignore[index]
    if len(numbers) == 2 or all(re.fullmatch(r"\d+", number) for number in numbers):
        rounding_m = _WHOLE_M
    else:
        decimals = re.search(r"[.,](\d+)", numbers[0])
        rounding_m = _WHOLE_M * 10.0 ** -len(decimals[1]) if decimals else _ORDINAL_M
    return road_label(roads[0][0].upper()), km[0], km[-1], rounding_m


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
