"""Nobody moves faster than road and vehicle allow, and nobody leaves the roads."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.reconstruct.told import PRIMARY, TRACK, TRUNK, draw, driven, report, told
from tracker.model import Reconstruction, geodesy
from tracker.reconstruct import reconstruct
from tracker.reconstruct.ensemble import STEP_S
from tracker.reconstruct.pace import FASTEST
from tracker.reconstruct.space import CELL_S
from tracker.roads import RoadNetwork

SEEDS = range(5)


def anywhere(folder: Path, seed: int) -> tuple[RoadNetwork, Reconstruction]:
    """A random napkin of some 60 x 60 km, and the march of random reports on it."""
    random = np.random.default_rng(seed)
    names = "abcdefghij"
    nodes = {name: (round(39 + random.random(), 4), round(51 + random.random() * 0.6, 4)) for name in names}
    ways = [
        (
            one + other,
            (TRUNK, PRIMARY, TRACK)[random.integers(3)] | ({"oneway": "yes"} if random.random() < 0.2 else {}),
        )
        for number, one in enumerate(names[1:], start=1)
        for other in random.choice(list(names[:number]), min(number, 2), replace=False)
    ]
    roads = draw(folder, nodes, ways)
    rows = []
    for number in range(8):
        begin, width = random.integers(0, 500), random.choice([0, 10, 60])
        kind = random.choice(["sighting", "sighting", "turnaround", "absence"]) if number else "sighting"
        at = nodes[random.choice(list(names))]
        times = [f"{6 + minute // 60:02d}:{minute % 60:02d}" for minute in (begin, begin + width)]
        rows.append(report(f"r{number}", at, *times, kind=kind, radius_m=float(random.choice([500, 5000, 20000]))))
    return roads, reconstruct(told(*rows), roads, members=100, seed=seed)


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"napkin {seed}")
def marched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RoadNetwork, Reconstruction]:
    return anywhere(tmp_path_factory.mktemp("napkin"), request.param)


def test_no_history_is_faster_than_a_sixth_beyond_the_free_speed_of_its_roads(
    marched: tuple[RoadNetwork, Reconstruction],
) -> None:
    roads, march = marched
    for history in march.tracks["column"].histories:
        used, needed = driven(history, roads)
        # A cell is about 20 s long: how long exactly depends on how many fit the edge, so a drive may gain one or two.
        assert (needed <= used * FASTEST * 1.1 + 2 * CELL_S).all()


def test_no_history_runs_back_in_time_or_along_its_path(marched: tuple[RoadNetwork, Reconstruction]) -> None:
    _, march = marched
    for history in march.tracks["column"].histories:
        assert (np.diff(history.seconds) > 0).all()
        assert (np.diff(history.metres) >= 0).all()
        assert history.metres[0] >= 0
        assert history.metres[-1] <= history.path.metres[-1] + 1e-6


def test_no_path_jumps_from_road_to_road(marched: tuple[RoadNetwork, Reconstruction]) -> None:
    _, march = marched
    for history in march.tracks["column"].histories:
        path = history.path
        drawn = geodesy.distance_m(path.lon[1:], path.lat[1:], path.lon[:-1], path.lat[:-1])
        np.testing.assert_allclose(drawn, np.diff(path.metres), rtol=0.01, atol=1.0)


def test_nobody_drives_against_a_one_way_road(marched: tuple[RoadNetwork, Reconstruction]) -> None:
    roads, march = marched
    for history in march.tracks["column"].histories:
        path = history.path
        for leg, edge in enumerate(path.edges):
            length = path.leg_start[leg + 1] - path.leg_start[leg]
            if roads.oneway[edge] != 1 or length < 50:
                continue
            inside = path.leg_start[leg : leg + 2] + np.array([1.0, -1.0])
            ends = np.interp(inside, path.metres, path.lon), np.interp(inside, path.metres, path.lat)
            shape = roads.table.geometry.iloc[edge]
            begin, end = (shape.project(shapely.Point(lon, lat)) for lon, lat in zip(*ends, strict=True))
            assert end > begin


def test_every_position_lies_on_a_road(marched: tuple[RoadNetwork, Reconstruction]) -> None:
    roads, march = marched
    track = march.tracks["column"]
    times = [track.start + share * (track.end - track.start) for share in np.linspace(0, 1, 25)]
    lon, lat = track.coordinates(np.array(times, object))
    assert roads.nearest(lon.ravel(), lat.ravel()).distance_m.max() < 50


def test_a_step_is_as_long_as_the_fastest_pace_needs_for_its_cells() -> None:
    assert pytest.approx(6 * CELL_S) == STEP_S * FASTEST
