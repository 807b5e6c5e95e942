"""How columns drive, in numbers."""

import numpy as np
import pytest

from tracker.reconstruct import pace
from tracker.reconstruct.ensemble import STEP_S

MOVING = slice(1, pace.LEVELS + 1)


def test_a_step_leads_to_some_mode_for_certain() -> None:
    mix = pace.mixing(STEP_S)
    np.testing.assert_allclose(mix.sum(axis=1), 1, atol=1e-6)
    assert (mix >= 0).all()
    assert pace.at_rest().sum() == pytest.approx(1)


def test_in_the_long_run_a_moving_column_drives_at_two_thirds_of_the_free_speed() -> None:
    values, vectors = np.linalg.eig(pace.mixing(STEP_S).astype(float).T)
    lasting = np.abs(np.real(vectors[:, np.argmax(values.real)]))
    moving = lasting[MOVING] / lasting[MOVING].sum()
    assert moving @ pace.PACE[MOVING] / pace.LEVELS * pace.FASTEST == pytest.approx(0.67, abs=0.005)
    np.testing.assert_allclose(moving, pace.USUAL, atol=1e-4)


def test_nobody_is_faster_than_a_sixth_beyond_what_the_road_allows() -> None:
    assert abs(pace.FASTEST - 7 / 6) < 1e-12
    assert pace.PACE.max() == pace.LEVELS
    assert pace.PACE[pace.HALT] == pace.PACE[pace.STAY] == 0


def correlation(minutes: float) -> float:
    """How alike the paces of a moving column are after some minutes of driving."""
    mix = pace.mixing(STEP_S).astype(float)[MOVING, MOVING]
    mix /= mix.sum(axis=1, keepdims=True)
    apart = np.arange(1, pace.LEVELS + 1) - pace.USUAL @ np.arange(1, pace.LEVELS + 1)
    later = np.linalg.matrix_power(mix, round(minutes * 60 / STEP_S)) @ apart
    return float(pace.USUAL @ (apart * later) / (pace.USUAL @ apart**2))


def test_a_pace_persists_and_is_forgotten_in_half_an_hour_or_so() -> None:
    assert correlation(0) == pytest.approx(1)
    assert correlation(5) > 0.8
    assert correlation(33) == pytest.approx(np.exp(-1), abs=0.05)
    assert correlation(20) > correlation(40) > correlation(80)
    assert correlation(10 * 60) < 0.05


def test_a_halt_lasts_some_forty_minutes_and_a_stay_for_hours() -> None:
    mix = pace.mixing(STEP_S)
    halt = STEP_S / (1 - mix[pace.HALT, pace.HALT]) / 60
    stay = STEP_S / (1 - mix[pace.STAY, pace.STAY]) / 3600
    assert halt == pytest.approx(37, abs=2)
    assert stay == pytest.approx(6.25, abs=0.1)
