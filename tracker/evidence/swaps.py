"""Points whose lon and lat were swapped, found by the company they keep."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from tracker.model import geodesy

Floats = NDArray[np.float64]

_FAR_M = 300_000.0
"""Nearer to any other point than this many metres, nothing is called far."""
_FAR_DEGREES = 2.5
"""The same, and a little less, in degrees of latitude."""
_CLOSER = 3.0
"""How many times closer to the others the swapped point must lie."""


def looks_swapped(lon: Floats, lat: Floats, *, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points lie far from all others, and among them once lon and lat are swapped.

    The others are the points that swapping would not bring nearer to the middle of all (the median), so that
    several swapped points do not vouch for one another; they must be the larger part.

    Parameters
    ----------
    lon, lat : (n,) degrees, EPSG:4326
    usable : (n,) bool, the points that are on the globe

    Returns
    -------
    (n,) bool.
    """
    swapped = np.zeros(len(lon), bool)
    if usable.sum() < 3:
        return swapped
    x, y = lon[usable], lat[usable]
    middle_x, middle_y = np.median(x), np.median(y)
    # Degrees will do to find suspects, and spare a million points their metres.
    narrow = np.cos(np.radians(middle_y))
    away = np.hypot((x - middle_x) * narrow, y - middle_y)
    turned = np.hypot((y - middle_x) * narrow, x - middle_y)
    suspect = (away > _FAR_DEGREES) & (turned < away) & (np.abs(x) <= 90)
    if not suspect.any() or suspect.mean() >= 0.5:
        return swapped
    others = KDTree(geodesy.earth_centred(x[~suspect], y[~suspect]))
    as_given = others.query(geodesy.earth_centred(x[suspect], y[suspect]))[0]
    as_turned = others.query(geodesy.earth_centred(y[suspect], x[suspect]))[0]
    found = as_given > np.maximum(_FAR_M, _CLOSER * as_turned)
    swapped[np.flatnonzero(usable)[suspect][found]] = True
    return swapped
