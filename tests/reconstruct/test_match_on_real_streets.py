"""On the streets of a real country the way driven is found again."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.bench import dense_trips
from tests.reconstruct.traced import START
from tracker.reconstruct import match
from tracker.roads import RoadNetwork, load_roads

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def streets(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    target = tmp_path_factory.mktemp("streets") / "streets.osm.pbf"
    return load_roads(dense_trips.clean_extract(dense_trips.SOURCE, target)).largest()


@pytest.mark.parametrize(("every_s", "at_least"), [(1, 0.985), (5, 0.99), (15, 0.985), (60, 0.95)])
def test_the_way_driven_is_found_again(streets: RoadNetwork, every_s: int, at_least: float) -> None:
    points = dense_trips.Streets(streets)
    trips = dense_trips.trips(streets, points, count=8, seed=11)
    chance = np.random.default_rng(every_s)
    logs = [dense_trips.logged(trip, every_s=every_s, sigma_m=10, chance=chance) for trip in trips]
    tables = [
        gpd.GeoDataFrame(
            {"time": START + pd.to_timedelta(log["seconds"], unit="s"), "segment": number},
            geometry=gpd.points_from_xy(log["lon"], log["lat"]), crs="EPSG:4326",
        ) for number, log in enumerate(logs)
    ]  # fmt: skip
    found = match(gpd.GeoDataFrame(pd.concat(tables, ignore_index=True)), streets)
    drive, end, marks = found.fixes.drive.to_numpy(), 0, []
    for trip, log in zip(trips, logs, strict=True):
        numbers = sorted({*drive[end : end + len(log["lon"])].tolist()} - {-1})
        end += len(log["lon"])
        got = [pair for number in numbers for pair in points.pairs(list(found.drives.geometry[number].coords))]
        marks.append(dense_trips.score(dense_trips.truth(trip), got, points)[0])
    assert np.mean(marks) > at_least
