"""An order in which what is near on the map is near in memory."""

import numpy as np

from tracker.roads.ways import Floats, Ints


def along_curve(lon: Floats, lat: Floats) -> Ints:
    """The order of points along Morton's curve (1966), ``(n,)``; equal points keep theirs.

    Parameters
    ----------
    lon, lat : (n,) degrees, EPSG:4326
    """
    key = _spread((lon + 180) / 360) | (_spread((lat + 90) / 180) << np.uint64(1))
    return np.argsort(key, kind="stable")


def _spread(part: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """The 32 bits of a fraction of 1, each followed by a free one."""
    bits = (np.clip(part, 0, 1) * (2**32 - 1)).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
