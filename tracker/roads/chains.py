"""From the posts of a map to chainages: which posts are believed, and the road between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from tracker.model import PostChain, geodesy
from tracker.roads.ways import Floats, Ints, Milestone

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_BESIDE_M = 1_000.0
"""How far from its road a post may stand, beyond its accuracy, for the road to be followed from it."""
_STRAIGHT_KM = 1.5
"""Between posts no farther apart the straight line is as good as the road."""
_SLACK, _SLACK_M = 1.1, 300.0
"""A straight line may be longer than the signs say by this much: signs are rounded, and bypasses shorten roads."""
_WINDING, _WINDING_M = 3.0, 5_000.0
"""And the signs may say this much more than the straight line: roads wind."""
_POST = 1e9
"""What one more post is worth in metres of misfit: more than any map holds."""
_DETOUR = 1.3
"""A way along the road is believed if it is longer or shorter than the signs say by no more than this factor."""
_PARTS = 16
"""Parts of a straight line between posts whose road is not known."""
_MOST = 20_000
"""Posts of one road that are looked at: no road has more."""
_LOOK_BACK = 200
"""Posts before each one that are tried as its neighbour when those that do not fit are sought."""


def chain_of(network: "RoadNetwork", road: str, posts: Sequence[Milestone]) -> tuple[PostChain | None, int]:
    """The chain of a road's posts, and how many of them were left out; None where fewer than two are left.

    Posts of one number close together (both carriageways) are one. Of all others as many as possible are kept of
    which no two neighbours are farther apart than their numbers say. From post to post the road is followed over the
    network's edges of that label, and kilometres are even along it; a way that is far longer or shorter than the
    signs say is not believed. A point between two posts is known as well as the worse of them, and worse by what
    signs and road differ in, most in the middle.
    """
    joined = _joined(posts)
    kept = _fitting(joined)
    lost = len(posts) - int(joined[kept, 4].sum()) if len(joined) else len(posts)
    if len(kept) < 2:
        return None, len(posts)
    rows = joined[kept]
    along = _Along.of(network, road)
    parts = [_between(along, a, b) for a, b in pairwise(rows)]
    points = np.concatenate([*parts, [[*rows[-1, :4], 0.0]]])
    km, lon, lat, accuracy, stretch = points.T
    return PostChain(km=km, lon=lon, lat=lat, accuracy_m=accuracy, stretch_m=stretch), lost


def _joined(posts: Sequence[Milestone]) -> Floats:
    """Kilometres, lon, lat, accuracy and number of posts, by kilometres; posts of one number close by are one."""
    rows = np.array([(post.km, post.lon, post.lat, post.accuracy_m, 1) for post in posts], float).reshape(-1, 5)
    rows = rows[np.isfinite(rows).all(axis=1)][:_MOST]
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    merged: list[Floats] = []
    for row in rows:
        if merged and merged[-1][0] == row[0]:
            before = merged[-1]
            apart = float(geodesy.distance_m(before[1], before[2], row[1], row[2]))
            if apart <= before[3] + row[3] + _SLACK_M:
                share = row[4] / (before[4] + row[4])
                before[1:3] += share * (row[1:3] - before[1:3])
                before[3] = max(before[3], row[3]) if apart == 0 else max(before[3], row[3], apart / 2)
                before[4] += row[4]
                continue
        merged.append(row.copy())
    return np.array(merged).reshape(-1, 5)


def _fitting(rows: Floats) -> Ints:
    """The longest row of posts of which neighbours can be as far apart as their numbers say.

    Of several the one in which numbers and straight lines differ least.
    """
    count = len(rows)
    worth, before = np.full(count, _POST), np.full(count, -1)
    for at in range(1, count):
        first = max(0, at - _LOOK_BACK)
        some = rows[first:at]
        apart = geodesy.distance_m(some[:, 1], some[:, 2], rows[at, 1], rows[at, 2])
        signs_m = (rows[at, 0] - some[:, 0]) * 1000
        vague = some[:, 3] + rows[at, 3]
        fits = (signs_m > 0) & (apart <= _SLACK * signs_m + _SLACK_M + vague)
        fits &= signs_m <= _WINDING * apart + _WINDING_M + vague
        if fits.any():
            through = np.where(fits, worth[first:at] - np.abs(signs_m - apart), -np.inf)
            best = int(through.argmax())
            worth[at], before[at] = through[best] + _POST, first + best
    kept: list[int] = []
    at = int(worth.argmax()) if count else -1
    while at >= 0:
        kept.append(at)
        at = int(before[at])
    return np.array(kept[::-1], np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Along:
    """The edges of one road as a network of their own, driven either way."""

    network: "RoadNetwork"
    edges: Ints
    """Edges of the road's label."""
    junction: Ints
    """Their junctions, sorted."""
    metres: sparse.csr_array
    """Junction to junction over single edges."""

    @classmethod
    def of(cls, network: "RoadNetwork", road: str) -> "_Along":
        edges = np.flatnonzero(network.road == road)
        tail, head = np.asarray(network.edge_tail)[edges], np.asarray(network.edge_head)[edges]
        junction = np.unique(np.concatenate([tail, head])).astype(np.int64)
        a, b = np.searchsorted(junction, tail), np.searchsorted(junction, head)
        metres = np.asarray(network.length_m)[edges]
        # Of parallel edges the shortest, and each edge in both directions.
        tails, heads, lengths = np.append(a, b), np.append(b, a), np.append(metres, metres)
        order = np.lexsort((lengths, heads, tails))
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(tails[order]) != 0) | (np.diff(heads[order]) != 0)
        order = order[first]
        links = sparse.csr_array((lengths[order], (tails[order], heads[order])), shape=(len(junction),) * 2)
        return cls(network=network, edges=edges, junction=junction, metres=links)

    def way(self, start: Floats, end: Floats, limit_m: float) -> Floats | None:
        """(v, 2) lon and lat along the road from one post to another, or None where it does not lead there."""
        a, b = self._position(start), self._position(end)
        if a is None or b is None:
            return None
        if a[0] == b[0]:
            return self._part(a[0], a[1], b[1])
        best, route = limit_m, None
        ends_a, ends_b = self._ends(a), self._ends(b)
        reach, before = csgraph.dijkstra(
            self.metres,
            directed=False,
            indices=[node for node, _, _ in ends_a],
            limit=limit_m,
            return_predecessors=True,
        )
        for row, (_, first_m, first_at) in enumerate(ends_a):
            for node, last_m, last_at in ends_b:
                total = first_m + reach[row, node] + last_m
                if total < best:
                    best, route = total, (row, node, first_at, last_at)
        if route is None:
            return None
        row, node, first_at, last_at = route
        nodes = [node]
        while before[row, nodes[-1]] >= 0:
            nodes.append(int(before[row, nodes[-1]]))
        pieces = [self._part(a[0], a[1], first_at), *(self._edge(x, y) for x, y in pairwise(nodes[::-1]))]
        return np.concatenate([*pieces, self._part(b[0], last_at, b[1])])

    def _position(self, post: Floats) -> tuple[int, float] | None:
        found = self.network.candidates([post[1]], [post[2]], post[3] + _BESIDE_M)
        on = np.flatnonzero(np.isin(found.edge, self.edges))
        return (int(found.edge[on[0]]), float(found.offset_m[on[0]])) if len(on) else None

    def _ends(self, position: tuple[int, float]) -> list[tuple[int, float, float]]:
        """Junctions of a position's edge, with metres to each and where along the edge it is."""
        edge, offset = position
        length = float(self.network.length_m[edge])
        ends = np.searchsorted(self.junction, [self.network.edge_tail[edge], self.network.edge_head[edge]]).tolist()
        return [(ends[0], offset, 0.0), (ends[1], length - offset, length)]

    def _edge(self, a: int, b: int) -> Floats:
        """The shape of the shortest edge between two junctions, in that direction."""
        x, y = self.junction[a], self.junction[b]
        tail, head = np.asarray(self.network.edge_tail)[self.edges], np.asarray(self.network.edge_head)[self.edges]
        between = self.edges[((tail == x) & (head == y)) | ((tail == y) & (head == x))]
        edge = int(between[np.asarray(self.network.length_m)[between].argmin()])
        length = float(self.network.length_m[edge])
        return self._part(edge, 0.0, length) if self.network.edge_tail[edge] == x else self._part(edge, length, 0.0)

    def _part(self, edge: int, start_m: float, end_m: float) -> Floats:
        """(v, 2) the shape of an edge between two places on it."""
        net, begin, stop = self.network, int(self.network.vertex_ptr[edge]), int(self.network.vertex_ptr[edge + 1])
        low, high = min(start_m, end_m), max(start_m, end_m)
        along = net.running_m[begin:stop] - net.running_m[begin]
        inner = np.arange(begin, stop)[(along > low) & (along < high)]
        (lon_a, lon_b), (lat_a, lat_b) = net.point_at([edge, edge], [low, high])
        lon = np.concatenate([[lon_a], net.vertex_lon[inner], [lon_b]])
        lat = np.concatenate([[lat_a], net.vertex_lat[inner], [lat_b]])
        shape = np.stack([lon, lat], axis=1)
        return shape if start_m <= end_m else shape[::-1]


def _between(along: _Along, start: Floats, end: Floats) -> Floats:
    """(v, 5) kilometres, lon, lat, accuracy and stretch from a post on, up to but without the next one."""
    alone = np.array([[*start[:4], 0.0]])
    signs_m = (end[0] - start[0]) * 1000
    if signs_m <= _STRAIGHT_KM * 1000:
        return alone
    slack = start[3] + end[3] + _SLACK_M
    way = None if not len(along.edges) else along.way(start, end, _DETOUR * signs_m + slack)
    if way is None or len(way) < 2:
        return _unfollowed(start, end, signs_m, slack)
    run = geodesy.path_metres(way[:, 0], way[:, 1])
    if run[-1] < signs_m / _DETOUR - slack or run[-1] <= 0:
        return _unfollowed(start, end, signs_m, slack)
    part = run / run[-1]
    inner = (part > 0) & (part < 1) & (np.diff(part, prepend=-1.0) > 0)
    stretch = abs(run[-1] - signs_m) * np.minimum(part, 1 - part)
    km = start[0] + part * (end[0] - start[0])
    points = np.stack([km, way[:, 0], way[:, 1], np.full(len(km), max(start[3], end[3])), stretch], axis=1)[inner]
    return np.concatenate([alone, points])


def _unfollowed(start: Floats, end: Floats, signs_m: float, slack: float) -> Floats:
    """(v, 5) the straight line where the road is not known, its stretch as far as a road of that length can stray.

    A place `near` metres by road from one post and `far` from the other lies within both circles of these radii.
    """
    apart = float(geodesy.distance_m(start[1], start[2], end[1], end[2]))
    part = np.linspace(0, 1, _PARTS + 1)[:-1]
    road = max(signs_m, apart) + slack
    near, far, here = part * road, (1 - part) * road, part * apart
    tip_x = (apart**2 + near**2 - far**2) / (2 * apart) if apart > 0 else np.zeros(len(part))
    tip = np.hypot(tip_x - here, np.sqrt(np.maximum(near**2 - tip_x**2, 0)))
    ends = np.maximum(np.abs(np.minimum(near, apart + far) - here), np.abs(here - np.maximum(-near, apart - far)))
    points = start[:4] + part[:, None] * (end[:4] - start[:4])
    points[1:, 3] = max(start[3], end[3])
    stretch = np.where(part > 0, np.maximum(tip, ends), 0.0)
    return np.column_stack([points, stretch])
