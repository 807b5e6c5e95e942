import numpy as np
import pytest

from tracker.render.axis import axis_between


def test_the_axis_is_as_long_as_the_geodesic_between_its_ends() -> None:
    # Rostov-on-Don to Moscow, 960.44 km on the ellipsoid (Karney's method).
    axis = axis_between((39.7203, 47.2225), (37.6173, 55.7558))
    assert axis.length_km == pytest.approx(960.44, abs=0.5)
    assert axis.km(*axis.start) == pytest.approx(0, abs=1e-6)
    assert axis.km(*axis.end) == pytest.approx(axis.length_km)


def test_a_place_beside_the_axis_is_as_far_along_as_its_foot() -> None:
    axis = axis_between((40.0, 50.0), (40.0, 52.0))
    halfway = float(axis.km(40.0, 51.0))
    assert halfway == pytest.approx(axis.length_km / 2, rel=1e-3)
    # 0.5 degrees of longitude are 35 km here, yet the foot moves by little more than 100 m.
    assert float(axis.km(40.5, 51.0)) == pytest.approx(halfway, abs=0.2)


def test_a_place_behind_the_start_has_negative_kilometres() -> None:
    assert float(axis_between((40.0, 50.0), (40.0, 52.0)).km(40.0, 49.0)) == pytest.approx(-111.22, abs=0.1)


def test_a_march_that_stays_has_an_axis_of_a_kilometre() -> None:
    axis = axis_between((40.0, 50.0), (40.0, 50.0))
    assert axis.length_km == pytest.approx(1.0, abs=0.02)
    assert np.isfinite(axis.km(41.0, 50.0))
