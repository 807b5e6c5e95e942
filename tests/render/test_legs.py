from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray

from tracker.render.legs import legs_of


def line(*corners: tuple[float, float]) -> NDArray[np.float64]:
    return np.array(corners, float)


A, B, C, D, E = (40.0, 50.0), (40.1, 50.0), (40.2, 50.1), (40.3, 50.1), (40.2, 49.9)


def test_lines_that_part_share_what_they_have_in_common() -> None:
    legs = legs_of([line(A, B, C, D), line(A, B, E)], scale=10_000, tolerance_m=1)
    assert legs.lines == [[1, 2], [1, 3]]
    assert [len(leg) for leg in legs.lon] == [2, 3, 2]


def test_a_line_the_other_way_is_the_same_leg_backwards() -> None:
    legs = legs_of([line(A, B, C), line(C, B, A)], scale=10_000, tolerance_m=1)
    assert legs.lines == [[1], [-1]]
    assert legs.joined(1)[0].tolist() == [402_000, 401_000, 400_000]
    assert legs.kept[1].tolist() == [0, 1, 2]


def test_a_line_that_turns_back_ends_a_leg_there() -> None:
    legs = legs_of([line(A, B, C, B, A)], scale=10_000, tolerance_m=1)
    assert legs.lines == [[1, -1]]


def test_a_leg_leaves_out_what_the_tolerance_allows() -> None:
    bend = line((40, 50), (40.1, 50.0005), (40.2, 50))  # 55 m beside the straight line
    assert legs_of([bend], scale=10_000, tolerance_m=30).kept[0].tolist() == [0, 1, 2]
    assert legs_of([bend], scale=10_000, tolerance_m=80).kept[0].tolist() == [0, 2]


def test_a_line_of_one_place_has_two_points() -> None:
    legs = legs_of([line(A, A)], scale=10_000, tolerance_m=30)
    assert (legs.lines, legs.kept[0].tolist(), legs.lon[0].tolist()) == ([[1]], [0, 1], [400_000, 400_000])


@given(
    some.lists(
        some.lists(some.sampled_from(range(9)), min_size=2, max_size=12),
        min_size=1,
        max_size=6,
    )
)
def test_any_lines_over_a_grid_can_be_put_together_again(walks: list[list[int]]) -> None:
    lines = [np.array([(40 + 0.1 * (n % 3), 50 + 0.1 * (n // 3)) for n in walk]) for walk in walks]
    legs = legs_of(lines, scale=10_000, tolerance_m=0)
    for number, walked in enumerate(lines):
        lon, lat = legs.joined(number)
        kept = legs.kept[number]
        assert len(lon) == len(kept)
        np.testing.assert_array_equal(np.stack([lon, lat], axis=1), np.rint(walked[kept] * 10_000))
        assert (np.diff(kept) > 0).all()
        assert kept[0] == 0
        # What was left out lay on the straight way between its neighbours, or was the same place again.
        for first, last in pairwise(kept.tolist()):
            for left_out in walked[first + 1 : last]:
                detour = np.hypot(*(left_out - walked[first])) + np.hypot(*(walked[last] - left_out))
                assert detour == pytest.approx(np.hypot(*(walked[last] - walked[first])), abs=1e-9)
