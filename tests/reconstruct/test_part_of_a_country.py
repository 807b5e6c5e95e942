"""On the roads of a country only the part that reports speak of is made into cells; the answer is that of all cells."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.reconstruct.told import PRIMARY, TRUNK, draw, report, straight, told, verdict
from tracker.reconstruct import March, reconstruct, space
from tracker.roads import RoadNetwork

WIDE = {"a": (39.0, 51.0), "b": (40.0, 51.0), "c": (44.0, 51.0), "d": (48.0, 51.0)}
"""A road of 630 km; the reports are of its west."""

WEST = (report("one", (39.1, 51.0), "10:00"), report("two", (39.8, 51.0), "11:00"))
FAR = report("far", (47.5, 51.0), "10:30", unit="escort")


@pytest.fixture
def country(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network counts as a country."""
    monkeypatch.setattr(space, "REGION_ARCS", 0)


@pytest.fixture
def wide(tmp_path: Path) -> RoadNetwork:
    return draw(tmp_path, WIDE, [("ab", TRUNK), ("bc", PRIMARY), ("cd", TRUNK)])


def eastmost(march: March) -> float:
    return float(march.space.lon.max())


def test_only_the_part_that_reports_speak_of_is_made_into_cells(country: None, wide: RoadNetwork) -> None:
    march = reconstruct(told(*WEST), wide, members=100)
    assert eastmost(march) < 40.01
    assert march.tracks["column"].histories
    assert set(march.verdicts["verdict"]) == {"supports"}


@pytest.mark.parametrize("kind", ["statement", "roadblock"])
def test_what_places_no_unit_makes_the_part_no_larger(country: None, wide: RoadNetwork, kind: str) -> None:
    assert eastmost(reconstruct(told(*WEST, {**FAR, "kind": kind}), wide, members=100)) < 40.01


def test_without_a_report_the_cells_and_all_other_units_stay_the_same(country: None, wide: RoadNetwork) -> None:
    march = reconstruct(told(*WEST, FAR, report("fourth", (39.2, 51.0), "10:10")), wide, members=100)
    after = march.without(report_ids=["far"]).march
    assert after.space is march.space
    lost = march.without(report_ids=["fourth"]).march.tracks["escort"]
    for one, two in zip(march.tracks["escort"].histories, lost.histories, strict=True):
        np.testing.assert_array_equal(one.metres, two.metres)


def test_reports_far_from_every_road_are_doubted_and_crash_nothing(country: None, tmp_path: Path) -> None:
    march = reconstruct(told(report("swapped", (0.0, 0.0), "10:00")), straight(tmp_path), members=100)
    assert not march.tracks
    assert verdict(march, "swapped")["verdict"] in ("doubtful", "unused")


def test_a_history_takes_no_road_outside_of_the_part(tmp_path: Path) -> None:
    # From w two pieces too short for a cell lead to q; and two long ones by o, far in the south.
    nodes = {"a": (39.0, 51.0), "w": (39.5, 51.0), "p": (39.5007, 51.0), "q": (39.5014, 51.0), "e": (39.5021, 51.0)}
    nodes |= {"f": (40.0, 51.0), "o": (39.5, 49.0), "r": (39.5007, 51.001), "s": (39.5014, 51.001), "t": (39.4, 49.0)}
    ways = [("aw", TRUNK), ("wp", TRUNK), ("pq", PRIMARY), ("qe", TRUNK), ("ef", TRUNK)]
    ways += [("wo", TRUNK), ("oq", TRUNK), ("ot", PRIMARY), ("pr", PRIMARY), ("qs", PRIMARY)]
    roads = draw(tmp_path, nodes, ways)
    rows = told(report("one", (39.4, 51.0), "10:00"), report("two", (39.6, 51.0), "10:20"))
    part = space.road_space(roads, (38.0, 50.0, 41.0, 52.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("tracker.reconstruct.reconstruct"), "space_for", lambda *_: part)
        march = reconstruct(rows, roads, members=100)
    driven = {edge for history in march.tracks["column"].histories for edge in history.path.edges.tolist()}
    outside = set(np.flatnonzero(roads.length_m > 100_000).tolist())
    assert len(outside) == 2
    assert not driven & outside
