"""True metres, with numbers."""

import numpy as np
import pytest
from pyproj import Geod

from tracker.model import geodesy

WGS84 = Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((39.7, 47.2), (39.2, 51.7)),
        ((38.5, 52.6), (38.55, 52.61)),
        ((37.6, 55.75), (39.7, 47.2)),
        ((0.0, 0.0), (1.0, 0.0)),
    ],
)
def test_distances_are_those_of_the_ellipsoid(one: tuple[float, float], other: tuple[float, float]) -> None:
    # The docstring promises 0.01 % up to 500 km; over 1000 km the mean sphere is curved too unlike the ellipsoid.
    exact = WGS84.inv(*one, *other)[2]
    assert float(geodesy.distance_m(*one, *other)) == pytest.approx(exact, rel=1e-4 if exact < 6e5 else 2e-3)


def test_a_degree_of_longitude_shrinks_towards_the_pole() -> None:
    at_equator, at_sixty = geodesy.distance_m(0, [0.0, 60.0], 1, [0.0, 60.0])
    assert at_equator == pytest.approx(111_319.5, abs=20)
    assert at_sixty == pytest.approx(55_800, abs=20)


def test_a_point_is_no_distance_from_itself_and_the_way_back_is_as_long() -> None:
    assert float(geodesy.distance_m(39.0, 51.0, 39.0, 51.0)) == 0
    there, back = geodesy.distance_m([39.0, 40.0], [51.0, 52.0], [40.0, 39.0], [52.0, 51.0])
    assert there == back


def test_a_chord_and_its_arc_are_two_names_of_one_length() -> None:
    for metres in (1.0, 1000.0, 500_000.0):
        assert float(geodesy.chord_to_metres(geodesy.metres_to_chord(metres))) == pytest.approx(metres)
        assert geodesy.metres_to_chord(metres) <= metres


def test_a_path_is_as_long_as_its_pieces() -> None:
    lon, lat = np.array([39.0, 39.1, 39.1, 39.2]), np.array([51.0, 51.0, 51.1, 51.1])
    metres = geodesy.path_metres(lon, lat)
    assert metres[0] == 0
    np.testing.assert_allclose(np.diff(metres), geodesy.distance_m(lon[1:], lat[1:], lon[:-1], lat[:-1]))


def test_a_path_of_one_point_has_no_length() -> None:
    assert geodesy.path_metres([39.0], [51.0]).tolist() == [0.0]
