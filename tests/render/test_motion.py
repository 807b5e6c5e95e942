import numpy as np
import pytest

from tests.render.made_up import small_march, small_scene
from tracker.model.geodesy import distance_m, path_metres
from tracker.render.motion import FRACTIONS, SCALE, shown, simplified_path
from tracker.render.pack import unpack


def test_every_dot_stands_for_the_same_share_of_the_probability() -> None:
    chosen = shown(np.array([0.5, 0.25, 0.1, 0.15]), most=8)
    assert chosen.tolist() == [0, 0, 1, 3]
    many = np.random.default_rng(3).dirichlet(np.ones(500))
    counts = np.bincount(shown(many), minlength=500) / 64
    # The share of any run of members is right to one dot.
    assert np.abs(np.cumsum(counts) - np.cumsum(many)).max() <= 1 / 64


def test_members_of_equal_weight_are_all_shown_where_there_is_room() -> None:
    assert shown(np.full(40, 1 / 40)).tolist() == list(range(40))


@pytest.mark.parametrize("unit", [0, 1])
def test_a_dot_is_where_its_history_was_to_within_the_tolerances(unit: int) -> None:
    track = list(small_march().tracks.values())[unit]
    scene = small_scene()["units"][unit]  # type: ignore[index]
    for member, entry in zip(shown(track.weights), scene["histories"], strict=True):
        history = track.histories[member]
        seconds, share = (np.array(column, float) for column in unpack(entry["d"], 2))
        lon, lat = (np.array(column) / SCALE for column in unpack(scene["paths"][entry["path"]]["d"], 2))
        along = path_metres(lon, lat)
        for t in range(0, 43_200, 1_700):
            there = np.interp(t, seconds, share) / FRACTIONS * along[-1]
            drawn = np.interp(there, along, lon), np.interp(there, along, lat)
            metres = np.interp(t, history.seconds, history.metres)
            true = (np.interp(metres, history.path.metres, c) for c in (history.path.lon, history.path.lat))
            assert float(distance_m(*drawn, *true)) < 300


def test_a_simplified_path_keeps_its_ends_and_stays_by_the_road() -> None:
    path = small_march().tracks["main column"].histories[0].path
    lon, lat, metres, share = simplified_path(path)
    assert 2 < len(lon) < len(path.lon)
    assert (metres[0], metres[-1], share[0], share[-1]) == (
        0.0,
        pytest.approx(path.metres[-1]),
        0.0,
        pytest.approx(1.0),
    )
    away = [path.nearest(x / SCALE, y / SCALE)[1] for x, y in zip(lon, lat, strict=True)]
    assert max(away) < 10


def test_a_unit_that_stays_has_a_path_of_one_point() -> None:
    from tracker.model import RoadPath

    here = np.array([40.0])
    path = RoadPath(edges=np.array([0]), leg_start=np.zeros(2), lon=here, lat=here + 10, metres=np.zeros(1))
    lon, lat, _, share = simplified_path(path)
    assert (lon, lat, share.tolist()) == ([400_000], [500_000], [0.0])


def test_a_history_of_many_knots_travels_with_few() -> None:
    from tracker.render.motion import _knots

    seconds = np.arange(0.0, 86_400, 60)
    metres = np.interp(seconds, [0, 30_000, 40_000, 86_400], [0, 300_000, 300_000, 700_000])
    t, x = _knots(seconds, metres)
    assert len(t) <= 5
    assert np.abs(np.interp(seconds, t, x) - metres).max() < 200
