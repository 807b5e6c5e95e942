"""Real extracts, loaded once."""

from pathlib import Path

import pytest

from tracker.roads import RoadNetwork, load_roads


@pytest.fixture(scope="session")
def monaco(shared: Path) -> RoadNetwork:
    return load_roads(shared / "roads" / "graphhopper_monaco.osm.gz")


@pytest.fixture(scope="session")
def corridor(shared: Path) -> RoadNetwork:
    return load_roads(shared / "roads" / "corridor_major.osm.bz2")
