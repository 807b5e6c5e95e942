"""Points whose lon and lat were swapped, found by the company they keep."""

import numpy as np
from numpy.typing import NDArray

from tracker.model import geodesy

Floats = NDArray[np.float64]

_LEAST_SPREAD_M = 100_000.0
"""A march of one town has no spread; closer than this many metres, nothing is called far."""


def looks_swapped(lon: Floats, lat: Floats, *, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points lie far from the bulk of the points, and within it once lon and lat are swapped.

    The bulk is the componentwise median and the median distance from it: one point in two may be wrong before it
    moves far. Far is more than four such distances, within is at most two and a half.

    Parameters
    ----------
    lon, lat : (n,) degrees, EPSG:4326
    usable : (n,) bool, the points that are on the globe; with fewer than three nothing is said

    Returns
    -------
    (n,) bool.
    """
    swapped = np.zeros(len(lon), bool)
    if usable.sum() < 3:
        return swapped
    x, y = lon[usable], lat[usable]
    middle_x, middle_y = np.median(x), np.median(y)
    away = geodesy.distance_m(x, y, middle_x, middle_y)
    spread = max(float(np.median(away)), _LEAST_SPREAD_M)
    suspects = np.flatnonzero((away > 4 * spread) & (np.abs(x) <= 90))
    turned = geodesy.distance_m(y[suspects], x[suspects], middle_x, middle_y)
    swapped[np.flatnonzero(usable)[suspects[turned <= 2.5 * spread]]] = True
    return swapped
