"""Stretches of paths joined to the roads that they cover, each road once however many paths run along it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]


class Line(Protocol):
    """A path over the roads, as `RoadPath` is."""

    @property
    def lon(self) -> Floats:
        """(v,) longitude of the vertices."""

    @property
    def lat(self) -> Floats:
        """(v,) latitude of the vertices."""

    @property
    def metres(self) -> Floats:
        """(v,) metres from the start of the path to each vertex."""


class Stretches:
    """The straight pieces of road that some paths consist of, and which of them each path takes.

    Paths along the same road have the same vertices but where they turn round, so their common pieces are found by
    comparing numbers, and a union of geometries is left with hardly more than one line a road.
    """

    def __init__(self, paths: Sequence[Line]) -> None:
        self.metres = [path.metres for path in paths]
        size = np.array([len(path.lon) for path in paths], np.int64)
        self.first: Indexes = np.concatenate([[0], np.cumsum(size)])
        """(paths + 1,) first vertex of each path among all."""
        point = np.concatenate([path.lon for path in paths]) + 1j * np.concatenate([path.lat for path in paths])
        place, of_vertex = np.unique(point, return_inverse=True)
        tail, head = of_vertex[:-1], of_vertex[1:]
        piece, first, number = np.unique(
            np.minimum(tail, head) * len(place) + np.maximum(tail, head), return_index=True, return_inverse=True
        )
        # Numbered as the paths meet them: then pieces that follow each other mostly have numbers that do.
        order = np.argsort(first)
        rank = np.empty(len(piece), np.int64)
        rank[order] = np.arange(len(piece))
        self.piece: Indexes = rank[number]
        """(v - 1,) piece from each vertex to the next."""
        self.begin, self.end = (point[:-1][first[order]], point[1:][first[order]])
        """(pieces,) both ends of each, longitude + i latitude, as the first path meets them."""
        self.forward = tail == of_vertex[:-1][first[order]][self.piece]
        """(v - 1,) driven from the piece's beginning to its end."""

    def union(self, path: Indexes, begin: Floats, end: Floats) -> shapely.MultiLineString:
        """The roads under stretches of paths, none of them twice.

        Parameters
        ----------
        path : (n,) number of the path of each stretch
        begin, end : (n,) metres along it, begin < end
        """
        vertex, share = self._ends(*self._within(path, begin, end))
        piece, forward = self.piece[vertex], self.forward[vertex]
        share = np.where(forward, share, 1 - share[::-1])
        # Along one line of numbers: a piece covers [2 number, 2 number + 1], so that no two pieces touch.
        start, stop = 2.0 * piece + share
        kept = (share[0] < share[1]) & (self.begin[piece] != self.end[piece])
        order = np.flatnonzero(kept)[np.argsort(start[kept])]
        start, reached = start[order], np.maximum.accumulate(stop[order])
        new = np.append(True, start[1:] > reached[:-1])[: len(start)]
        lines = self._lines(start[new], reached[np.append(new[1:], True)[: len(start)]])
        merged = shapely.unary_union(lines)
        if merged.is_empty:
            return shapely.MultiLineString()
        return merged if isinstance(merged, shapely.MultiLineString) else shapely.MultiLineString([merged])

    def _within(self, path: Indexes, begin: Floats, end: Floats) -> tuple[Floats, Floats]:
        """Where stretches begin and end: vertices among all, and shares of the way to the next."""
        found = np.empty((2, len(path)))
        for k, one in enumerate(path):
            metres = self.metres[one]
            found[:, k] = np.interp((begin[k], end[k]), metres, np.arange(len(metres)))
        return found[0] + self.first[path], found[1] + self.first[path]

    def _ends(self, low: Floats, high: Floats) -> tuple[Indexes, Floats]:
        """The pieces that stretches cover, by the vertex before each, and the shares (2, n) where they begin and end.

        Pieces wholly within some stretch are there once, those that a stretch begins or ends on for each stretch.
        """
        first, last = np.floor(low).astype(np.int64), np.ceil(high).astype(np.int64) - 1
        several = last > first
        change = np.zeros(len(self.piece) + 2, np.int64)
        np.add.at(change, first[several] + 1, 1)
        np.add.at(change, last[several], -1)
        inside = np.flatnonzero(np.cumsum(change)[: len(self.piece)] > 0)
        met = np.full(len(self.begin), -1)
        met[self.piece[inside]] = inside
        whole = met[met >= 0]
        vertex = np.concatenate([whole, first, last[several]])
        begin = np.concatenate([np.zeros(len(whole)), low - first, np.zeros(int(several.sum()))])
        end = np.concatenate([np.ones(len(whole)), np.minimum(high - first, 1), (high - last)[several]])
        return np.minimum(vertex, len(self.piece) - 1), np.stack([begin, end])

    def _lines(self, start: Floats, stop: Floats) -> NDArray[np.object_]:
        """Intervals along the line of numbers as lines, drawn through where one ends at the beginning of the next."""
        piece = (start // 2).astype(np.int64)
        begin, end = self.begin[piece], self.end[piece]
        point = np.stack([begin + (start - 2 * piece) * (end - begin), begin + (stop - 2 * piece) * (end - begin)])
        # Whole pieces end exactly where the next begins.
        point[1] = np.where(stop == 2 * piece + 1, end, point[1])
        goes_on = np.append(False, point[1, :-1] == point[0, 1:])[: len(piece)]
        drawn = np.stack([~goes_on, np.ones(len(piece), bool)]).T.ravel()
        points = point.T.ravel()[drawn]
        line = np.repeat(np.cumsum(~goes_on) - 1, 2)[drawn]
        return np.asarray(shapely.linestrings(np.stack([points.real, points.imag], axis=1), indices=line))
