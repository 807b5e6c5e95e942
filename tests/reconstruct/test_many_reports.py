"""Many reports at once, and reports that are wrong from the beginning."""

import numpy as np
import pytest

from tests.reconstruct.told import report, straight, told
from tracker.model import geodesy
from tracker.reconstruct import reconstruct
from tracker.roads import RoadNetwork

HERE, THERE = (39.6, 51.0), (40.7, 51.0)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


@pytest.mark.parametrize("latest", ["08:00", "12:00"])
@pytest.mark.parametrize(("count", "grade"), [(10, ("A", 1)), (60, ("E", 5)), (150, ("B", 2))])
def test_any_number_of_agreeing_reports_places_the_unit_where_they_say(
    road: RoadNetwork, count: int, grade: tuple[str, int], latest: str
) -> None:
    same = {"radius_m": 500.0, "reliability": grade[0], "credibility": grade[1]}
    rows = [report(f"r{k:03d}", HERE, "08:00", latest, publisher=f"p{k}", origin=f"p{k}", **same) for k in range(count)]
    march = reconstruct(told(*rows), road, members=100)
    lon, lat = march.tracks["column"].coordinates(march.tracks["column"].start)
    assert np.quantile(geodesy.distance_m(lon[0], lat[0], *HERE), 0.9) < 20_000
    assert (march.verdicts["p_true"] > 0.9).all()


def test_two_camps_of_many_reports_do_not_break_the_filter(road: RoadNetwork) -> None:
    rows = [
        report(f"{side}{k}", place, "08:00", publisher=f"{side}{k}", origin=f"{side}{k}")
        for k in range(40)
        for side, place in (("a", HERE), ("b", THERE))
    ]
    rows.append(report("z", HERE, "08:00", publisher="z", origin="z", reliability="A", credibility=1))
    march = reconstruct(told(*rows), road, members=100)
    assert np.isfinite(march.verdicts["p_true"]).all()
    lon, lat = march.tracks["column"].coordinates(march.tracks["column"].start)
    assert geodesy.distance_m(lon[0], lat[0], *HERE).max() < 10_000


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_rumours_that_come_first_do_not_outweigh_eyewitnesses_that_come_later(road: RoadNetwork, count: int) -> None:
    rumours = [
        report(f"a{k}", THERE, f"00:{k:02d}", publisher=f"a{k}", origin=f"a{k}", reliability="E", credibility=5)
        for k in range(count)
    ]
    seen = [
        report(f"b{k}", HERE, f"00:{20 + k}", publisher=f"b{k}", origin=f"b{k}", reliability="A", credibility=1)
        for k in range(8)
    ]
    p_true = reconstruct(told(*rumours, *seen), road, members=100).verdicts.set_index("report_id")["p_true"]
    assert (p_true[[row["report_id"] for row in seen]] > 0.9).all()
    assert (p_true[[row["report_id"] for row in rumours]] < 0.1).all()
