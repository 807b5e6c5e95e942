"""The axis of the time-distance chart: how far along the march a place lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.model import geodesy

Floats = NDArray[np.float64]

SHORTEST_KM = 1.0
"""A march that stays where it is still needs an axis of some length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A great circle from where the march began toward the farthest place that it came to."""

    start: tuple[float, float]
    """(lon, lat) in degrees, EPSG:4326: kilometre 0."""
    end: tuple[float, float]
    """(lon, lat) in degrees of the other end."""

    @property
    def length_km(self) -> float:
        """Kilometres between the two ends."""
        return float(geodesy.distance_m(*self.start, *self.end)) / 1000

    def km(self, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """Kilometres along the axis of the points' feet on the great circle; negative behind the start.

        Parameters
        ----------
        lon, lat : (...) degrees, EPSG:4326

        Returns
        -------
        (...) kilometres
        """
        ahead, behind, across = self._frame()
        unit = _unit(lon, lat)
        angle = np.arctan2(unit @ across, unit @ behind)
        whole = np.arctan2(ahead @ across, ahead @ behind)
        # Angles on a sphere, stretched so that the ends lie their true distance apart.
        return np.asarray(angle / whole * self.length_km)

    def _frame(self) -> tuple[Floats, Floats, Floats]:
        behind, ahead = _unit(*self.start), _unit(*self.end)
        across = ahead - (ahead @ behind) * behind
        return ahead, behind, across / np.linalg.norm(across)


def axis_between(start: tuple[float, float], end: tuple[float, float]) -> Axis:
    """The axis between two points (lon, lat); if they are less than `SHORTEST_KM` apart, one that points north."""
    if float(geodesy.distance_m(*start, *end)) < SHORTEST_KM * 1000:
        step = SHORTEST_KM / 111.0 * (1 if start[1] < 80 else -1)
        end = (start[0], start[1] + step * 1.01)
    return Axis(start=start, end=end)


def _unit(lon: ArrayLike, lat: ArrayLike) -> Floats:
    xyz = geodesy.earth_centred(lon, lat)
    return np.asarray(xyz / np.linalg.norm(xyz, axis=-1, keepdims=True))
