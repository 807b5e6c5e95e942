"""The cells of a napkin and the turns between them."""

from pathlib import Path

import numpy as np

from tests.reconstruct.told import PRIMARY, TRACK, TRUNK, draw
from tracker.model import geodesy
from tracker.reconstruct.space import road_space
from tracker.reconstruct.turning import turn_probabilities

CROSS = {
    "w": (39.0, 51.0),
    "x": (39.5, 51.0),
    "e": (40.0, 51.0),
    "n": (39.5, 51.1),
}


def test_the_turns_out_of_every_road_sum_to_one(tmp_path: Path) -> None:
    roads = draw(tmp_path, CROSS, [("wxe", TRUNK), ("xn", TRACK)])
    ptr, _, p = turn_probabilities(roads)
    for arc in range(len(roads.arc_tail)):
        assert abs(p[ptr[arc] : ptr[arc + 1]].sum() - 1) < 1e-9


def test_the_main_road_is_preferred_to_a_side_road_to_the_same_end(tmp_path: Path) -> None:
    roads = draw(tmp_path, CROSS, [("wxe", TRUNK), ("xne", TRACK)])
    ptr, onward, p = turn_probabilities(roads)
    west = next(a for a in range(len(roads.arc_tail)) if roads.node_lon[roads.arc_tail[a]] == 39.0)
    after = zip(onward[ptr[west] : ptr[west + 1]], p[ptr[west] : ptr[west + 1]], strict=True)
    share = {str(roads.table["highway"].iloc[roads.arc_edge[arc]]): probability for arc, probability in after}
    assert share["trunk"] > 2 * share["tertiary"] > 0


def test_who_comes_to_a_dead_end_turns_back(tmp_path: Path) -> None:
    roads = draw(tmp_path, CROSS, [("wxe", TRUNK)])
    ptr, onward, _ = turn_probabilities(roads)
    into_end = next(a for a in range(len(roads.arc_tail)) if roads.node_lon[roads.arc_head[a]] == 40.0)
    assert list(onward[ptr[into_end] : ptr[into_end + 1]]) == [roads.arc_reverse[into_end]]


def test_an_arc_too_short_for_a_cell_is_passed_through(tmp_path: Path) -> None:
    # 50 m between two junctions: no cell, but the way on is kept.
    nodes = {**CROSS, "m": (39.5007, 51.0), "s": (39.5007, 50.9)}
    space = road_space(draw(tmp_path, nodes, [("wxme", TRUNK), ("xn", PRIMARY), ("ms", PRIMARY)]))
    assert (np.diff(space.arc_ptr) == 0).any()
    totals = np.add.reduceat(space.succ_p, space.succ_ptr[:-1])
    np.testing.assert_allclose(totals, 1, atol=1e-5)


def test_the_blocks_of_both_directions_cover_the_same_ground(tmp_path: Path) -> None:
    space = road_space(draw(tmp_path, CROSS, [("wxe", TRUNK), ("xn", TRACK)]))
    for block, back in enumerate(space.reverse):
        there = slice(space.ptr[block], space.ptr[block + 1])
        here = slice(space.ptr[back], space.ptr[back + 1])
        gap = geodesy.distance_m(space.lon[there], space.lat[there], space.lon[here][::-1], space.lat[here][::-1])
        assert gap.max() < 0.01
        assert space.reverse[back] == block


def test_a_network_is_cut_into_cells_only_once(tmp_path: Path) -> None:
    roads = draw(tmp_path, CROSS, [("wxe", TRUNK)])
    assert road_space(roads) is road_space(roads)
