"""Ways over the same roads, told once: lines that share stretches become legs, and each line a list of legs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAME = 1_000_000
"""Vertices are one where their degrees agree to the millionth, 0.1 m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Simplified stretches of road, and the lines that are made of them."""

    lon: list[Ints] = field(default_factory=list)
    """For each leg its vertices' longitudes in degrees times the scale."""
    lat: list[Ints] = field(default_factory=list)
    """For each leg its vertices' latitudes in degrees times the scale."""
    lines: list[list[int]] = field(default_factory=list)
    """For each line its legs in order, numbered from 1; negative where it goes from the leg's end to its start."""
    kept: list[Ints] = field(default_factory=list)
    """For each line the indices of its vertices that the legs, joined, still have."""

    def joined(self, line: int) -> tuple[Ints, Ints]:
        """Longitudes and latitudes (times the scale) of a line put together from its legs."""
        lon, lat = (
            [legs[n - 1] if n > 0 else legs[-n - 1][::-1] for n in self.lines[line]] for legs in (self.lon, self.lat)
        )
        return tuple(np.concatenate([part[min(k, 1) :] for k, part in enumerate(parts)]) for parts in (lon, lat))  # type: ignore[return-value]


def legs_of(lines: Sequence[Floats], *, scale: int, tolerance_m: float) -> Legs:
    """Legs that lines share, each as long as possible.

    A leg ends where lines part or meet, begin, end or turn back; so each is driven as a whole or not at all.

    Parameters
    ----------
    lines : each (v, 2) lon, lat in degrees, EPSG:4326, v at least 2
    scale : the legs' coordinates are degrees times this, rounded
    tolerance_m : metres by which a leg may lie beside the line
    """
    legs = Legs()
    known: dict[bytes, tuple[int, Ints]] = {}
    for line, (vertices, fresh) in zip(lines, _numbered(lines), strict=True):
        numbers: list[int] = []
        kept: list[Ints] = []
        ends = np.flatnonzero(vertices.ends)
        for first, last in pairwise(ends.tolist()):
            chain = vertices.numbers[first : last + 1]
            forward, backward = chain.tobytes(), chain[::-1].tobytes()
            if forward not in known and backward not in known:
                points = line[fresh[first : last + 1]]
                index = _simplified(points, scale=scale, tolerance_m=tolerance_m)
                legs.lon.append(np.rint(points[index, 0] * scale).astype(np.int64))
                legs.lat.append(np.rint(points[index, 1] * scale).astype(np.int64))
                known[forward] = len(legs.lon), index
            number, index = known[forward] if forward in known else known[backward]
            along = first + index if forward in known else (last - index)[::-1]
            numbers.append(number if forward in known else -number)
            kept.append(fresh[along[min(len(kept), 1) :]])
        legs.lines.append(numbers)
        legs.kept.append(np.concatenate(kept))
    return legs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vertices:
    numbers: Ints
    """(v,) which vertex of all lines each one is."""
    ends: NDArray[np.bool_]
    """(v,) whether a leg ends there."""


def _numbered(lines: Sequence[Floats]) -> list[tuple[_Vertices, Ints]]:
    """For each line its vertices without repetitions, and the indices of those in the line."""
    lon, lat = np.rint(np.concatenate(lines) * SAME).astype(np.int64).T
    # One number for both is sorted ten times as fast as pairs.
    _, numbers = np.unique(lon * (400 * SAME) + lat, return_inverse=True)
    fresh, chains = [], []
    for part in np.split(numbers.reshape(-1), np.cumsum([len(line) for line in lines])[:-1]):
        index = np.flatnonzero(np.append(True, np.diff(part) != 0))
        # A line that stays at one point is still a line.
        fresh.append(index if len(index) > 1 else np.array([0, len(part) - 1]))
        chains.append(part[fresh[-1]])
    count = int(numbers.max()) + 1
    tails, heads = (np.concatenate([chain[side] for chain in chains]) for side in (slice(None, -1), slice(1, None)))
    pairs = np.unique(np.minimum(tails, heads) * count + np.maximum(tails, heads))
    neighbours = np.bincount(np.concatenate([pairs // count, pairs % count]), minlength=count)
    ends = neighbours != 2
    for chain in chains:
        ends[chain[[0, -1]]] = True
        ends[chain[1:-1][chain[:-2] == chain[2:]]] = True
    return [(_Vertices(numbers=chain, ends=ends[chain]), index) for chain, index in zip(chains, fresh, strict=True)]


def _simplified(points: Floats, *, scale: int, tolerance_m: float) -> Ints:
    """Indices of the vertices that a simplified line keeps, the first and the last among them."""
    if len(points) == 2:
        return np.array([0, 1])
    # Degrees of longitude are shortened to those of latitude; the indices ride along as a third coordinate.
    narrow = np.cos(np.radians(points[:, 1].mean()))
    line = shapely.linestrings(np.c_[points[:, 0] * narrow, points[:, 1], np.arange(len(points))])
    line = shapely.simplify(line, tolerance_m / 111_195, preserve_topology=False)
    kept = shapely.get_coordinates(line, include_z=True)[:, 2].astype(np.int64)
    rounded = np.rint(points[kept] * scale)
    moved = np.append(True, (np.diff(rounded, axis=0) != 0).any(axis=1))
    moved[-1] = True
    return np.asarray(kept[moved], np.int64)
