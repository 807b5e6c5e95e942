"""Chainages: metres along named roads as their kilometre posts count them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.model import geodesy

Floats = NDArray[np.float64]

NEAR_M = 1_000.0
"""A point that lies farther from a road has no chainage on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PostChain:
    """Points along a road, in order of their kilometres: its posts, and the bends of the road between them."""

    km: Floats
    """(p,) kilometres, increasing."""
    lon: Floats
    """(p,) degrees east, WGS84."""
    lat: Floats
    """(p,) degrees north."""
    accuracy_m: Floats
    """(p,) metres within which each post is known; between two posts that of the worse."""
    stretch_m: Floats
    """(p,) metres by which a point between two posts is known less well, since signs and road differ; 0 at posts."""

    def nearest(self, lon: float, lat: float) -> tuple[float, float]:
        """Kilometres of the nearest place on the chain to a point, and the metres between them."""
        # Degrees of longitude shrunk to degrees of latitude at the point: true to scale near it.
        shrink = np.cos(np.radians(lat))
        east, north = np.diff(self.lon) * shrink, np.diff(self.lat)
        px, py = (lon - self.lon[:-1]) * shrink, lat - self.lat[:-1]
        square = east**2 + north**2
        part = np.clip((px * east + py * north) / np.where(square > 0, square, 1), 0, 1)
        foot_lon = self.lon[:-1] + part * np.diff(self.lon)
        foot_lat = self.lat[:-1] + part * np.diff(self.lat)
        metres = geodesy.distance_m(lon, lat, foot_lon, foot_lat)
        at = int(metres.argmin())
        return float(self.km[at] + part[at] * (self.km[at + 1] - self.km[at])), float(metres[at])

    def accuracy_at(self, km: float) -> float:
        """Metres within which the place of kilometres is known: of the worse post about it, and the stretch."""
        after = int(np.clip(np.searchsorted(self.km, km), 1, len(self.km) - 1))
        stretch = np.interp(km, self.km, self.stretch_m)
        return float(self.accuracy_m[after - 1 : after + 1].max() + stretch)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chainage:
    """The roads on which points can be told by kilometres."""

    chains: Mapping[str, PostChain] = field(default_factory=dict)
    """Road label -> its posts and the road between them."""

    def label(self, lon: float, lat: float, *, within_m: float = NEAR_M) -> str | None:
        """Words like "M4 km 383" for a point on a road with posts, or None where there is none within the metres.

        The number is as fine as the posts allow: a tenth of a kilometre where they are known within 100 m, whole
        kilometres up to 5 km, and tens beyond.
        """
        return self.labels([lon], [lat], within_m=within_m)[0]

    def labels(self, lon: ArrayLike, lat: ArrayLike, *, within_m: float = NEAR_M) -> list[str | None]:
        """`label` of each of q points; of several roads the nearest one."""
        east, north = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        best, found = np.full(len(east), within_m), np.full(len(east), None, object)
        for road, chain in self.chains.items():
            margin = np.degrees(within_m / 6.3e6)
            wide = margin / np.maximum(np.cos(np.radians(north)), 0.01)
            near = (east >= chain.lon.min() - wide) & (east <= chain.lon.max() + wide)
            near &= (north >= chain.lat.min() - margin) & (north <= chain.lat.max() + margin)
            for at in np.flatnonzero(near):
                km, metres = chain.nearest(east[at], north[at])
                if metres < best[at]:
                    best[at], found[at] = metres, f"{road} km {_rounded(km, chain.accuracy_at(km))}"
        return list(found)


def _rounded(km: float, accuracy_m: float) -> str:
    """A kilometre's number, no finer than it is known."""
    if accuracy_m <= 100:
        return f"{km:.1f}"
    return f"{km:.0f}" if accuracy_m <= 5_000 else f"{round(km, -1):.0f}"
