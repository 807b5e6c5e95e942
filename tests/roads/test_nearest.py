"""From points to roads, in true metres."""

from pathlib import Path

import numpy as np
import pytest

from tests.roads.napkin import draw
from tracker.model import geodesy
from tracker.roads import RoadNetwork

NODES = {"a": (39.0, 51.0), "b": (39.0, 51.05), "c": (39.1, 51.05), "d": (39.0, 51.1), "e": (39.1, 51.1)}
WAYS = [
    ("abd", {"highway": "primary"}),
    ("bc", {"highway": "trunk"}),
    ("ce", {"highway": "tertiary"}),
    ("ed", {"highway": "secondary"}),
]


@pytest.fixture
def roads(tmp_path: Path) -> RoadNetwork:
    return draw(tmp_path, NODES, WAYS)


def test_the_nearest_position_is_measured_in_true_metres(roads: RoadNetwork) -> None:
    # 0.01 degrees east at 51.02 N is 701.7 m; 51.00 to 51.02 N is 2225.2 m (WGS84 geodesics).
    edge, offset, distance = roads.nearest(39.01, 51.02)
    assert roads.table.loc[edge[0], "highway"] == "primary"
    assert offset[0] == pytest.approx(2225.2, rel=1e-3)
    assert distance[0] == pytest.approx(701.7, rel=1e-3)


def test_east_and_north_are_weighed_in_metres_not_in_degrees(roads: RoadNetwork) -> None:
    # 0.0240 degrees east of the primary (1,683 m) but 0.0176 degrees south of the trunk road (1,958 m).
    edge, _, distance = roads.nearest(39.0240, 51.0324)
    assert roads.table.loc[edge[0], "highway"] == "primary"
    assert distance[0] == pytest.approx(1683.5, rel=2e-3)


def test_a_position_leads_back_to_its_point(roads: RoadNetwork) -> None:
    chance = np.random.default_rng(7)
    edge = chance.integers(0, len(roads.length_m), 200)
    offset = chance.uniform(0, 1, 200) * roads.length_m[edge]
    lon, lat = roads.point_at(edge, offset)
    found_edge, found_offset, distance = roads.nearest(lon, lat)
    assert distance.max() < 0.01
    back = roads.point_at(found_edge, found_offset)
    assert geodesy.distance_m(lon, lat, *back).max() < 0.01
    assert (found_edge == edge).mean() > 0.95
    assert np.abs(found_offset - offset)[found_edge == edge].max() < 0.01


def test_a_point_beyond_the_ends_is_at_the_end(roads: RoadNetwork) -> None:
    lon, lat = roads.point_at([0, 0], [-50.0, 1e9])
    edge = roads.edge_tail[0], roads.edge_head[0]
    assert lon.tolist() == roads.node_lon[list(edge)].tolist()
    assert lat.tolist() == roads.node_lat[list(edge)].tolist()


def test_candidates_are_one_position_per_road_within_the_radius(roads: RoadNetwork) -> None:
    found = roads.candidates([39.05, 39.01, 39.05], [51.2, 51.045, 51.07], [1000.0, 1000.0, 2300.0])
    assert found.query.tolist() == [1, 1, 1, 2]
    assert sorted(roads.table.loc[found.edge[:3], "highway"]) == ["primary", "primary", "trunk"]
    assert len(set(found.edge[:3].tolist())) == 3
    # 0.005 degrees north at 51.05 N is 556.3 m, 0.01 degrees east at 51.045 N 701.3 m (WGS84 geodesics).
    assert found.distance_m[:2].tolist() == pytest.approx([556.3, 701.3], rel=1e-3)
    assert found.distance_m[2] > found.distance_m[1]
    asked = np.array([[39.05, 51.2], [39.01, 51.045], [39.05, 51.07]])[found.query]
    apart = geodesy.distance_m(found.lon, found.lat, asked[:, 0], asked[:, 1])
    np.testing.assert_allclose(apart, found.distance_m, atol=1e-6)


def test_each_point_may_have_its_own_radius(roads: RoadNetwork) -> None:
    found = roads.candidates([39.01, 39.01], [51.02, 51.02], [700.0, 703.0])
    assert found.query.tolist() == [1]


def test_no_points_find_nothing(roads: RoadNetwork) -> None:
    assert [len(part) for part in roads.nearest([], [])] == [0, 0, 0]
    assert len(roads.candidates([], [], 100.0).edge) == 0


def test_a_point_that_is_nowhere_is_refused(roads: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="point 1: lon nan"):
        roads.nearest([39.0, float("nan")], [51.0, 51.0])


@pytest.mark.shared
def test_the_nearest_road_is_the_nearest_of_all_vertices_and_shapes(corridor: RoadNetwork) -> None:
    chance = np.random.default_rng(3)
    lon, lat = chance.uniform(37, 41, 60), chance.uniform(47, 55, 60)
    edge, offset, distance = corridor.nearest(lon, lat)
    foot = corridor.point_at(edge, offset)
    np.testing.assert_allclose(geodesy.distance_m(lon, lat, *foot), distance, atol=0.01)
    # A dense walk over every road, every 40 m or so of travel, never comes nearer.
    states = corridor.states(3.0)
    for number in range(60):
        walked = geodesy.distance_m(lon[number], lat[number], states.lon, states.lat).min()
        assert distance[number] <= walked * 1.00001 + 0.01
        assert walked < distance[number] + 60
    wide = corridor.candidates(lon, lat, distance + 0.01)
    assert set(zip(range(60), edge.tolist(), strict=True)) <= set(
        zip(wide.query.tolist(), wide.edge.tolist(), strict=True)
    )
