"""The quickest drives between all the roads that two reports can mean, held against drives from point to point."""

from pathlib import Path

import numpy as np
import pytest

from tests.reconstruct.told import FORK, STRAIGHT, TRUNK, draw, fork, straight
from tracker.model import geodesy
from tracker.reconstruct.drives import Drives
from tracker.reconstruct.space import CELL_S, road_space
from tracker.roads import RoadNetwork, travel_between


def drives(roads: RoadNetwork) -> Drives:
    return Drives(road_space(roads))


def pace(roads: RoadNetwork) -> float:
    """Metres a second."""
    return float(roads.speed_kmh.max()) / 3.6


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


def test_a_drive_takes_as_long_as_its_shortest_stretch_between_the_two_circles(road: RoadNetwork) -> None:
    ways = drives(road)
    apart = float(geodesy.distance_m(39.1, 51.0, 40.3, 51.0))
    here = ways.spots(39.1, 51.0, 10_000.0)
    cell = CELL_S * pace(road)  # of a wide circle the cells' middles count
    for radius in (1000.0, 20_000.0):
        there = ways.spots(40.3, 51.0, radius)
        assert ways.seconds(here, [there])[0] * pace(road) == pytest.approx(apart - 10_000 - radius, abs=1.5 * cell)
        assert ways.metres(here, there) == pytest.approx(apart - 10_000 - radius, abs=1.5 * cell)


def test_between_points_it_is_the_drive_from_point_to_point(tmp_path: Path) -> None:
    roads = fork(tmp_path)
    ways = drives(roads)
    places = [FORK["a"], (38.7, 51.0), FORK["n"], FORK["s"], (39.5, 50.96)]
    spots = [ways.spots(*place, 10.0) for place in places]
    for k, place in enumerate(places):
        out, back = ways.seconds(spots[k], spots), ways.seconds(spots[k], spots, back=True)
        expected = [travel_between(roads, place, other)[1] for other in places]
        np.testing.assert_allclose(out, expected, atol=2 * 600 / pace(roads))
        np.testing.assert_allclose(back, out, atol=1)


def test_a_one_way_road_is_driven_one_way_within_an_edge_and_over_several(tmp_path: Path) -> None:
    roads = draw(tmp_path, STRAIGHT, [("abcd", {**TRUNK, "oneway": "yes"}), ("ab", {**TRUNK, "ref": "old"})])
    ways = drives(roads)
    west, middle, east = (ways.spots(lon, 51.0, 500.0) for lon in (39.7, 40.0, 40.7))
    out, back = ways.seconds(west, [middle, east]), ways.seconds(west, [middle, east], back=True)
    assert np.isfinite(out).all()
    assert out[0] < out[1]
    assert np.isinf(back).all()
    assert ways.metres(east, west) == np.inf
    np.testing.assert_allclose(ways.seconds(east, [west], back=True), out[[1]], atol=1)


def test_a_place_off_the_roads_means_those_beside_it(road: RoadNetwork) -> None:
    spots = drives(road).spots(39.7, 51.05, 1000.0)
    lon, lat = road.point_at(spots.edge, spots.offset_m)
    away = geodesy.distance_m(lon, lat, 39.7, 51.05)
    assert away.min() == pytest.approx(5560, abs=30)
    assert away.max() < 1.25 * 5560 + 510


def test_a_road_too_short_for_a_cell_is_still_a_road(tmp_path: Path) -> None:
    nodes = {"a": (39.0, 51.0), "b": (39.0005, 51.0), "c": (39.5, 51.0)}
    ways = drives(draw(tmp_path, nodes, [("ab", {**TRUNK, "ref": "x"}), ("bc", TRUNK)]))
    assert np.isfinite(ways.seconds(ways.spots(39.0, 51.0, 1.0), [ways.spots(39.4, 51.0, 100.0)])).all()
