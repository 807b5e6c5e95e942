"""Positions along arcs."""

from pathlib import Path

import numpy as np
import pytest

from tests.roads.napkin import draw
from tracker.model import geodesy
from tracker.roads import RoadNetwork

NODES = {"a": (39.0, 51.0), "b": (39.0, 51.05), "c": (39.1, 51.05), "d": (39.0, 51.1)}
WAYS = [("abd", {"highway": "primary"}), ("bc", {"highway": "trunk", "oneway": "yes"})]


def test_cells_lie_at_even_parts_of_each_arc_in_driving_order(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, WAYS)
    states = roads.states(30)
    for arc in range(len(roads.arc_edge)):
        cells = slice(states.ptr[arc], states.ptr[arc + 1])
        count = cells.stop - cells.start
        assert count > 0
        assert abs(count - roads.seconds[arc] / 30) < 1
        tail, length = roads.arc_tail[arc], roads.length_m[roads.arc_edge[arc]]
        from_tail = geodesy.distance_m(roads.node_lon[tail], roads.node_lat[tail], states.lon[cells], states.lat[cells])
        np.testing.assert_allclose(from_tail, (np.arange(count) + 0.5) / count * length, rtol=1e-4)
        np.testing.assert_allclose(states.offset_m[cells], (np.arange(count) + 0.5) / count * length)
        assert (states.arc[cells] == arc).all()


def test_an_arc_and_its_reverse_have_the_same_positions(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, WAYS)
    states = roads.states(7)
    two_way = np.flatnonzero(roads.arc_reverse >= 0)
    assert len(two_way) == 4
    for arc in two_way:
        back = roads.arc_reverse[arc]
        there, again = slice(*states.ptr[arc : arc + 2]), slice(*states.ptr[back : back + 2])
        np.testing.assert_allclose(states.lon[there], states.lon[again][::-1], atol=1e-9)
        np.testing.assert_allclose(states.lat[there], states.lat[again][::-1], atol=1e-9)


def test_a_spacing_that_is_no_time_is_refused(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, WAYS)
    for spacing in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="give a positive number of seconds"):
            roads.states(spacing)


@pytest.mark.shared
def test_short_edges_have_the_right_number_of_cells_on_average(corridor: RoadNetwork) -> None:
    states = corridor.states(18.0)
    short = corridor.seconds < 18
    assert short.sum() > 2000
    counts = np.diff(states.ptr)[short]
    assert set(counts.tolist()) == {0, 1}
    assert counts.sum() * 18 == pytest.approx(corridor.seconds[short].sum(), rel=0.03)
    assert len(states.lon) * 18 == pytest.approx(corridor.seconds.sum(), rel=0.002)


@pytest.mark.shared
def test_states_lie_every_few_hundred_metres(corridor: RoadNetwork) -> None:
    states = corridor.states(18.0)
    long = np.diff(states.ptr) >= 5
    apart = (corridor.length_m[corridor.arc_edge] / np.maximum(np.diff(states.ptr), 1))[long]
    assert apart.min() > 60
    assert apart.max() < 560
    middle = np.median(corridor.length_m[corridor.arc_edge][long] / np.diff(states.ptr)[long])
    assert 150 < middle < 450
