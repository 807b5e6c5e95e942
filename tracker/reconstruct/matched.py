"""What the matching of a trace hands back: the fixes on roads, and the drives."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import tables
from tracker.reconstruct.stitching import Roads, drawn, lengths, placed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fixes:
    """n fixes in order of their segment and time."""

    lon: Floats
    lat: Floats
    moment: Ints
    """Microseconds since 1970."""
    seconds: Floats
    """Seconds since the first of all."""
    segment: Ints
    """Number of the segment of each."""
    grain_s: float
    """What the times are told in: seconds, or whole minutes."""
    order: Ints
    """Row that each was given in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """What the loop found (`following.follow`)."""

    part: NDArray[np.int32]
    kept: NDArray[np.int32]
    arc: NDArray[np.int32]
    along_m: Floats
    at: NDArray[np.int32]
    driven: NDArray[np.int32]
    ptr: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Match:
    """Traces put on roads: two tables, each made when it is first asked for."""

    given: Fixes
    """The fixes as they were given."""
    roads: Roads
    """The arrays of the roads."""
    found: Followed
    """The arcs driven."""

    @cached_property
    def fixes(self) -> gpd.GeoDataFrame:
        """One row per fix, in the order given (`tables.FIXES`): where on which edge, how far off, in which drive."""
        given, found = self.given, self.found
        piece, edge, offset, lon, lat, off = placed(
            given.lon, given.lat, given.seconds, found.part, found.kept, found.along_m, found.at, found.driven,
            self._length, self.roads,
        )  # fmt: skip
        row = np.empty(len(given.order), np.int64)
        row[given.order] = np.arange(len(row))
        piece = piece[row]
        shapes = np.full(len(row), None, object)
        shapes[piece >= 0] = shapely.points(lon[row][piece >= 0], lat[row][piece >= 0])
        columns = {"time": _times(given.moment[row]), "drive": piece, "edge": edge[row], "offset_m": offset[row]}
        return _table({**columns, "off_m": off[row]}, shapes)

    @cached_property
    def drives(self) -> gpd.GeoDataFrame:
        """One row per unbroken drive (`tables.DRIVES`): when, how long, over which edges and line."""
        given, found = self.given, self.found
        number = np.arange(len(found.ptr) - 1)
        inside = np.flatnonzero(found.part >= 0)
        first, last = _ends(found.part[inside], number)
        begin, end = _ends(found.part[found.kept], number)
        line, of_drive = drawn(found.driven, found.ptr, found.along_m[begin], found.along_m[end], self.roads)
        driven = self.roads.arc_edge[found.driven].tolist()
        edges = np.full(len(number), None, object)
        for drive in number:
            edges[drive] = tuple(driven[found.ptr[drive] : found.ptr[drive + 1]])
        columns = {
            "drive": number,
            "start": _times(given.moment[inside[first]]),
            "end": _times(given.moment[inside[last]]),
            "length_m": np.bincount(found.part[found.kept], self._length, minlength=len(number)).astype(float),
            "edges": edges,
        }
        return _table(columns, np.asarray(shapely.linestrings(line, indices=of_drive), object))

    @cached_property
    def _length(self) -> Floats:
        found = self.found
        return np.asarray(lengths(found.part, found.kept, found.along_m, found.at, found.driven, self.roads))

    def __repr__(self) -> str:
        matched = int((self.fixes["edge"] >= 0).sum())
        return f"<Match of {matched} of {len(self.fixes)} fixes in {len(self.drives)} drives>"


def _ends(of: NDArray[np.int32], number: Ints) -> tuple[Ints, Ints]:
    """Where each number begins and where it ends among sorted numbers."""
    return np.searchsorted(of, number), np.searchsorted(of, number, side="right") - 1


def _times(moment: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(moment.astype("datetime64[us]")).tz_localize("UTC")


def _table(columns: dict[str, Any], shapes: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """A table of columns that are of the right kind already: `tables.table` would go through every cell."""
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=tables.CRS)
