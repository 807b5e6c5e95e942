from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.render.made_up import small_march, small_scene
from tracker.model import History, RoadPath
from tracker.model.geodesy import distance_m, path_metres
from tracker.render.axis import axis_between
from tracker.render.motion import FRACTIONS, HISTORY_TOLERANCE_M, SCALE, motion_of, shown, unit_scene
from tracker.render.pack import unpack

Floats = NDArray[np.float64]


def test_every_dot_stands_for_the_same_share_of_the_probability() -> None:
    chosen = shown(np.array([0.5, 0.25, 0.1, 0.15]), most=8)
    assert chosen.tolist() == [0, 0, 1, 3]
    many = np.random.default_rng(3).dirichlet(np.ones(500))
    counts = np.bincount(shown(many), minlength=500) / 64
    # The share of any run of members is right to one dot.
    assert np.abs(np.cumsum(counts) - np.cumsum(many)).max() <= 1 / 64


def test_members_of_equal_weight_are_all_shown_where_there_is_room() -> None:
    assert shown(np.full(40, 1 / 40)).tolist() == list(range(40))


def path_of(unit: Any, number: int) -> tuple[Floats, Floats]:
    """A path of a scene's unit put together as the player does."""
    lon, lat = unpack(unit["legs"]["d"], 2)
    cuts = np.cumsum(unit["legs"]["n"])[:-1]
    legs = [np.stack(leg, axis=1) for leg in zip(np.split(lon, cuts), np.split(lat, cuts), strict=True)]
    (numbers,) = unpack(unit["paths"][number], 1)
    parts = [legs[n - 1] if n > 0 else legs[-n - 1][::-1] for n in numbers]
    for before, after in pairwise(parts):
        assert before[-1].tolist() == after[0].tolist()
    joined = np.concatenate([part[min(k, 1) :] for k, part in enumerate(parts)]) / SCALE
    return joined[:, 0], joined[:, 1]


@pytest.mark.parametrize("unit", [0, 1])
def test_a_dot_is_where_its_history_was_to_within_the_tolerances(unit: int) -> None:
    track = list(small_march().tracks.values())[unit]
    scene = small_scene()["units"][unit]  # type: ignore[index]
    for member, entry in zip(shown(track.weights), scene["histories"], strict=True):
        history = track.histories[member]
        seconds, share = (np.array(column, float) for column in unpack(entry["d"], 2))
        lon, lat = path_of(scene, entry["path"])
        along = path_metres(lon, lat)
        for t in range(0, 43_200, 1_700):
            there = np.interp(t, seconds, share) / FRACTIONS * along[-1]
            drawn = np.interp(there, along, lon), np.interp(there, along, lat)
            metres = np.interp(t, history.seconds, history.metres)
            true = (np.interp(metres, history.path.metres, c) for c in (history.path.lon, history.path.lat))
            assert float(distance_m(*drawn, *true)) < HISTORY_TOLERANCE_M + 100


def test_a_unit_is_told_only_while_it_is_not_lost() -> None:
    march = small_march()
    track = march.tracks["main column"]
    # After 08:00 half of the histories jump to the other side of the world.
    far = RoadPath(
        edges=np.array([0]),
        leg_start=np.zeros(2),
        lon=np.zeros(2),
        lat=np.array([0.0, 1.0]),
        metres=np.array([0.0, 111_195.0]),
    )
    histories = tuple(
        replace(history, path=far) if member % 2 else history for member, history in enumerate(track.histories)
    )
    lost = motion_of(replace(track, histories=histories, known_until=track.known_from + pd.Timedelta(hours=1)))
    since, until = lost.drawn
    assert (since, until) == (1200.0, 6000.0)  # known from 1800 to 5400, and a step on both sides
    unit = unit_scene(lost, name="", index=0, t0=track.start, axis=axis_between((40, 50), (40, 52)))
    times = unpack(str(unit["median"]), 4)[0]
    assert (times[0], times[-1]) == (1200, 6000)
    assert all(unpack(entry["d"], 2)[0][-1] <= 6000 for entry in unit["histories"])  # type: ignore[attr-defined]


def test_a_unit_that_stays_where_it_is_can_be_drawn() -> None:
    march = small_march()
    track = march.tracks["main column"]
    here = RoadPath(
        edges=np.array([0]), leg_start=np.zeros(2), lon=np.array([40.0]), lat=np.array([50.0]), metres=np.zeros(1)
    )
    still = History(path=here, seconds=np.array([0.0, 43_200.0]), metres=np.zeros(2))
    motion = motion_of(replace(track, histories=(still,), weights=np.ones(1)))
    unit: Any = unit_scene(motion, name="", index=0, t0=track.start, axis=axis_between((40, 50), (40, 52)))
    assert [set(column.tolist()) for column in path_of(unit, 0)] == [{40.0}, {50.0}]
    assert unpack(unit["histories"][0]["d"], 2) == [[0, 43_200], [0, 0]]


def test_a_history_of_many_fewer_travels_with_few() -> None:
    from tracker.render.motion import _fewer

    seconds = np.arange(0.0, 86_400, 60)
    metres = np.interp(seconds, [0, 30_000, 40_000, 86_400], [0, 300_000, 300_000, 700_000])
    t, x = _fewer(seconds, metres)
    assert len(t) <= 5
    assert np.abs(np.interp(seconds, t, x) - metres).max() <= 400
