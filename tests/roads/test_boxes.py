"""The index finds what looking at every piece of every road finds."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.model import geodesy
from tracker.roads.boxes import FANOUT, PIECE, apart, foot, level_sizes, packed
from tracker.roads.nearest import Candidates, EdgeIndex, Nearest
from tracker.roads.shapes import point_on, step_metres


class Roads(SimpleNamespace):
    """The arrays of a network that the index reads, and the index."""

    def __init__(self, shapes: list[np.ndarray]) -> None:
        lon, lat = np.ascontiguousarray(np.concatenate(shapes).T)
        ptr = np.cumsum([0, *map(len, shapes)]).astype(np.int32)
        index = EdgeIndex.of(lon, lat, ptr.astype(np.int64))
        running = np.cumsum(step_metres(lon, lat, ptr.astype(np.int64)))
        super().__init__(vertex_lon=lon, vertex_lat=lat, vertex_ptr=ptr, running_m=running, index=index)

    def nearest(self, lon: np.ndarray, lat: np.ndarray) -> Nearest:
        return self.index.nearest(self, lon, lat)

    def candidates(self, lon: np.ndarray, lat: np.ndarray, radius_m: Any) -> Candidates:
        return self.index.candidates(self, lon, lat, radius_m)

    def brute(self, lon: float, lat: float) -> np.ndarray:
        """(m,) metres to each edge, by every straight line of it."""
        x, y, ptr = self.vertex_lon, self.vertex_lat, self.vertex_ptr
        inside = np.ones(len(x) - 1, bool)
        inside[ptr[1:-1] - 1] = False
        a = np.flatnonzero(inside)
        part = np.array([foot(lon, lat, x[v], y[v], x[v + 1], y[v + 1]) for v in a])
        metres = geodesy.distance_m(lon, lat, x[a] + part * (x[a + 1] - x[a]), y[a] + part * (y[a + 1] - y[a]))
        first = np.flatnonzero(np.isin(a, ptr[:-1]))
        return np.minimum.reduceat(metres, first)


def agree(roads: Roads, lon: np.ndarray, lat: np.ndarray, radius: np.ndarray) -> None:
    """Nearest and candidates equal brute force within a micrometre."""
    near, found = roads.nearest(lon, lat), roads.candidates(lon, lat, radius)
    for number in range(len(lon)):
        metres = roads.brute(lon[number], lat[number])
        edge = near.edge[number]
        assert near.distance_m[number] == pytest.approx(metres.min(), abs=1e-6)
        assert metres[edge] == pytest.approx(metres.min(), abs=1e-6)
        mine = found.query == number
        sure = np.flatnonzero(metres <= radius[number] - 1e-6)
        maybe = np.flatnonzero(metres <= radius[number] + 1e-6)
        assert set(sure.tolist()) <= set(found.edge[mine].tolist()) <= set(maybe.tolist())
        assert len(set(found.edge[mine].tolist())) == mine.sum()
        np.testing.assert_allclose(found.distance_m[mine], metres[found.edge[mine]], atol=1e-6)
        assert (np.diff(found.distance_m[mine]) >= 0).all()
        # Where two places of one edge are equally near either will do: what it says lies as far off as it says.
        there = geodesy.distance_m(lon[number], lat[number], found.lon[mine], found.lat[mine])
        np.testing.assert_allclose(there, found.distance_m[mine], atol=1e-6)
        spot = point_on(
            found.edge[mine], found.offset_m[mine], running=roads.running_m, lon=roads.vertex_lon, lat=roads.vertex_lat,
            ptr=roads.vertex_ptr,
        )  # fmt: skip
        assert geodesy.distance_m(*spot, found.lon[mine], found.lat[mine]).max(initial=0) < 1e-3


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Roads, np.ndarray, np.ndarray, np.ndarray]:
    """Roads of all sizes anywhere up to 85 degrees north or south, and points on, near and far from them."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    wide = draw(st.sampled_from([1e-5, 1e-3, 0.05, 1.0]))
    lat = draw(st.sampled_from([0.0, 51.0, -33.3, 70.0, -84.0, 83.9]))
    lon = draw(st.sampled_from([0.0, 39.0, -120.5, 178.9, -178.9]))
    shapes = []
    for _ in range(draw(st.sampled_from([1, 2, 3, 20, 60]))):
        size = draw(st.sampled_from([2, 2, 3, PIECE, PIECE + 1, PIECE + 2, 3 * PIECE]))
        start = chance.uniform(-wide, wide, 2)
        shape = start + np.cumsum(chance.normal(0, wide / 8, (size, 2)), axis=0)
        kind = chance.random()
        if kind < 0.1:
            shape[:] = shape[0]
        elif kind < 0.3:
            shape[:, chance.integers(0, 2)] = start[0]
        elif kind < 0.4:
            shape[size // 2 :] = shape[size // 2]
        shape = np.clip(shape, -1.05, 1.05) + np.array([lon, lat])
        # As map data is: whole parts of 1e-7 degrees, or finer.
        shapes.append(np.round(shape, 7) if chance.random() < 0.5 else shape)
    roads = Roads(shapes)
    away = chance.choice([1e-7, 0.01, 0.3, 3.0], (12, 1)) * wide * chance.normal(0, 1, (12, 2))
    at = np.stack([roads.vertex_lon, roads.vertex_lat], axis=1)[chance.integers(0, len(roads.vertex_lon), 12)]
    points = np.clip(at + away, (-180, -85), (180, 85))
    radius = chance.choice([0.0, 1.0, 50.0, 5000.0, 200_000.0], 12) * chance.uniform(0.2, 1, 12)
    return roads, points[:, 0].copy(), points[:, 1].copy(), radius


@settings(deadline=None, max_examples=60)
@given(scene=scenes())
def test_the_index_equals_looking_at_every_piece(
    scene: tuple[Roads, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    agree(*scene)


def test_points_far_away_find_the_nearest_road() -> None:
    chance = np.random.default_rng(5)
    shapes = [chance.uniform(-0.5, 0.5, (2, 2)) * 0.01 + chance.uniform(-0.5, 0.5, 2) + (39, 51) for _ in range(300)]
    roads = Roads(shapes)
    lon = np.array([39.0, 60.0, 20.0, 39.0, 39.0, 100.0])
    lat = np.array([51.0, 51.0, 40.0, 85.0, -40.0, 10.0])
    agree(roads, lon, lat, np.full(6, 1000.0))


def test_a_single_edge_is_found_from_everywhere() -> None:
    roads = Roads([np.array([[39.0, 51.0], [39.01, 51.0]])])
    assert roads.index.level.tolist() == [0, 1]
    near = roads.nearest(np.array([39.005, 38.0, 39.02, -100.0]), np.array([51.001, 51.0, 51.0, -20.0]))
    assert near.edge.tolist() == [0, 0, 0, 0]
    assert near.offset_m[:3] == pytest.approx([roads.running_m[1] / 2, 0, roads.running_m[1]], abs=0.01)


def test_an_edge_of_no_length_is_a_point() -> None:
    roads = Roads([np.array([[39.0, 51.0], [39.0, 51.0]])])
    near = roads.nearest(np.array([39.01]), np.array([51.0]))
    assert (near.edge[0], near.offset_m[0]) == (0, 0)
    assert near.distance_m[0] == pytest.approx(float(geodesy.distance_m(39.01, 51.0, 39.0, 51.0)), abs=1e-6)
    assert roads.candidates(np.array([39.0]), np.array([51.0]), 0.0).distance_m.tolist() == [0.0]


def test_of_equally_near_edges_the_first_is_taken() -> None:
    line = np.array([[39.0, 51.0], [39.0, 51.01]])
    roads = Roads([line + np.array([0.01, 0]), line, line, line])
    assert roads.nearest(np.array([38.999, 39.0, 39.0]), np.array([51.005, 51.0, 51.02])).edge.tolist() == [1, 1, 1]


def test_a_road_beyond_the_date_line_is_not_wrapped_to() -> None:
    # As everywhere in the package: what lies across the 180th meridian is far away.
    roads = Roads([np.array([[179.9, 51.0], [179.99, 51.0]]), np.array([[-179.99, 51.0], [-179.9, 51.0]])])
    assert roads.nearest(np.array([179.999, -179.999]), np.array([51.0, 51.0])).edge.tolist() == [0, 1]
    assert roads.candidates(np.array([179.999]), np.array([51.0]), 5000.0).edge.tolist() == [0]


def test_levels_hold_all_pieces_and_every_box_holds_its_own() -> None:
    chance = np.random.default_rng(2)
    for count in (1, FANOUT, FANOUT + 1, FANOUT**2, FANOUT**2 + 1, 700):
        shapes = chance.uniform(0, 1, (count, 2, 2))
        lon, lat = np.ascontiguousarray(shapes.reshape(-1, 2).T)
        edge, vertex, box, level = packed(lon, lat, np.arange(count + 1) * 2)
        assert np.diff(level).tolist() == level_sizes(count)
        assert sorted(edge.tolist()) == list(range(count))
        assert vertex.tolist() == (edge * 2).tolist()
        assert len(box) == level[-1]
        for above in range(len(level) - 2):
            children = box[level[above] : level[above + 1]]
            parents = box[level[above + 1] + np.arange(len(children)) // FANOUT]
            assert (parents[:, :2] <= children[:, :2]).all()
            assert (parents[:, 2:] >= children[:, 2:]).all()


@settings(deadline=None, max_examples=300)
@given(
    lon=st.tuples(st.floats(-180, 180), st.floats(-180, 180)),
    lat=st.tuples(st.floats(-89.9, 89.9), st.floats(-89.9, 89.9)),
)
def test_metres_apart_are_those_of_the_model(lon: tuple[float, float], lat: tuple[float, float]) -> None:
    expected = float(geodesy.distance_m(lon[0], lat[0], lon[1], lat[1]))
    # Close to the antipodes the arc of a chord has no better numbers.
    off = 1e-6 if expected < 1.5e7 else 0.5
    assert apart(lon[0], lat[0], lon[1], lat[1]) == pytest.approx(expected, abs=off)


@settings(deadline=None, max_examples=200)
@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85), east=st.floats(-0.1, 0.1), north=st.floats(-0.1, 0.1))
def test_metres_apart_are_exact_close_by(lon: float, lat: float, east: float, north: float) -> None:
    expected = float(geodesy.distance_m(lon, lat, lon + east, lat + north))
    assert apart(lon, lat, lon + east, lat + north) == pytest.approx(expected, abs=1e-6)
