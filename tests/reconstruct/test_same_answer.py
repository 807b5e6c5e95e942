"""The same reports give the same answer, whatever their order and whoever repeats them."""

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from tests.reconstruct.told import FORK, FORK_WAYS, draw, report, told
from tracker.model import Reconstruction
from tracker.reconstruct import reconstruct
from tracker.roads import RoadNetwork

ROWS = (
    report("a", (38.5, 51.0), "08:00"),
    report("b", (39.3, 51.12), "09:30", "10:30", reliability="C"),
    report("c", (40.1, 51.0), "12:00", "12:10"),
    report("far", (39.3, 50.88), "08:05", reliability="D", credibility=4),
    report("e", (38.6, 51.0), "09:00", unit="escort"),
    report("f", (39.9, 51.0), "11:00", "13:00", unit="escort", time_basis="inferred"),
)


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return draw(tmp_path_factory.mktemp("fork"), FORK, FORK_WAYS)


@pytest.fixture(scope="module")
def march(roads: RoadNetwork) -> Reconstruction:
    return reconstruct(told(*ROWS), roads, members=100)


def everywhere(march: Reconstruction, unit: str = "column") -> np.ndarray:
    """All positions of a unit, every half hour."""
    track = march.tracks[unit]
    return np.array(track.coordinates(pd.date_range(track.start, track.end, freq="30min")))


def test_the_same_seed_gives_the_same_bytes(march: Reconstruction, roads: RoadNetwork) -> None:
    again = reconstruct(told(*ROWS), roads, members=100, seed=0)
    for unit in march.tracks:
        assert everywhere(again, unit).tobytes() == everywhere(march, unit).tobytes()
        pd.testing.assert_frame_equal(again.tracks[unit].edges, march.tracks[unit].edges, check_exact=True)
        pd.testing.assert_frame_equal(again.tracks[unit].routes, march.tracks[unit].routes, check_exact=True)
    pd.testing.assert_frame_equal(again.verdicts, march.verdicts, check_exact=True)


def test_another_seed_draws_other_histories(march: Reconstruction, roads: RoadNetwork) -> None:
    other = reconstruct(told(*ROWS), roads, members=100, seed=1)
    assert (everywhere(other) != everywhere(march)).any()
    assert other.seed == 1


def test_the_order_of_the_rows_changes_nothing(march: Reconstruction, roads: RoadNetwork) -> None:
    turned = reconstruct(told(*ROWS[::-1]), roads, members=100)
    assert list(turned.tracks) == list(march.tracks)
    for unit in march.tracks:
        assert everywhere(turned, unit).tobytes() == everywhere(march, unit).tobytes()
    by_id = [one.verdicts.set_index("report_id").sort_index() for one in (turned, march)]
    pd.testing.assert_frame_equal(*by_id, check_exact=True)
    assert list(turned.verdicts["report_id"]) == [str(row["report_id"]) for row in ROWS[::-1]]


def test_another_unit_among_the_reports_moves_nobody(march: Reconstruction, roads: RoadNetwork) -> None:
    # The clock of all runs from the first report of any: the escort's lie within those of the column.
    alone = reconstruct(told(*ROWS[:4]), roads, members=100)
    alone_at = np.array(
        alone.tracks["column"].coordinates(alone.tracks["column"].start + pd.to_timedelta(range(0, 240, 30), "min"))
    )
    np.testing.assert_allclose(alone_at, everywhere(march)[:, :8], atol=1e-9)


def test_the_reports_and_roads_that_went_in_are_not_changed(roads: RoadNetwork) -> None:
    reports = told(*ROWS)
    kept, table = reports.copy(deep=True), roads.table.copy(deep=True)
    length = roads.length_m.copy()
    march = reconstruct(reports, roads, members=100)
    march.tracks["column"].passages({"there": (39.3, 51.12)})
    assert_geodataframe_equal(reports, kept)
    assert_geodataframe_equal(roads.table, table)
    assert (roads.length_m == length).all()


def test_what_becomes_of_the_table_later_changes_no_finished_march(roads: RoadNetwork) -> None:
    reports = told(*ROWS)
    march = reconstruct(reports, roads, members=100)
    kept = reports.copy()
    assert_geodataframe_equal(march.reports, kept)
    reports.loc[0, "unit"] = "somebody else"
    reports["radius_m"] = 7.0
    assert_geodataframe_equal(march.reports, kept)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York"])
def test_the_zone_and_the_unit_of_the_times_change_nothing(
    march: Reconstruction, roads: RoadNetwork, zone: str
) -> None:
    reports = told(*ROWS)
    for name in ("earliest", "latest"):
        reports[name] = reports[name].dt.tz_convert(zone).dt.as_unit("ns")
    other = reconstruct(reports.set_index(reports.index + 7), roads, members=100)
    for unit, track in march.tracks.items():
        for name in ("start", "end", "known_from", "known_until"):
            assert getattr(other.tracks[unit], name) == getattr(track, name)
            assert str(getattr(other.tracks[unit], name).tz) == "UTC"
        assert everywhere(other, unit).tobytes() == everywhere(march, unit).tobytes()


def test_two_reports_of_one_origin_move_a_track_like_one(march: Reconstruction, roads: RoadNetwork) -> None:
    copied = {**ROWS[1], "report_id": "z copy"}
    twice = reconstruct(told(*ROWS, copied), roads, members=100)
    assert everywhere(twice).tobytes() == everywhere(march).tobytes()
    said = twice.verdicts.set_index("report_id").loc["z copy"]
    assert said["verdict"] == "unused"
    assert "b" in str(said["reason"])
    assert "one voice" in str(said["reason"])


def test_two_origins_weigh_more_than_one(march: Reconstruction, roads: RoadNetwork) -> None:
    other = {**ROWS[1], "report_id": "b2", "origin": "another witness"}
    twice = reconstruct(told(*ROWS, other), roads, members=100)
    p_true = [one.verdicts.set_index("report_id")["p_true"]["b"] for one in (march, twice)]
    assert p_true[1] >= p_true[0]
    assert (everywhere(twice) != everywhere(march)).any()


@pytest.mark.parametrize(
    "more",
    [
        report("block", (39.3, 50.88), "09:00", "11:00", kind="roadblock"),
        report("nobody's fire", (39.3, 50.88), "10:00", kind="incident", unit=None),
        report("words", None, "10:00", kind="statement"),
        report("words of a place", (39.3, 50.88), "10:00", kind="statement"),
        report("nowhere", None, "10:00"),
    ],
    ids=lambda row: str(row["report_id"]),
)
def test_what_does_not_say_where_a_unit_is_moves_no_track_but_gets_a_verdict(
    march: Reconstruction, roads: RoadNetwork, more: dict[str, object]
) -> None:
    with_it = reconstruct(told(*ROWS, more), roads, members=100)
    for unit in march.tracks:
        assert everywhere(with_it, unit).tobytes() == everywhere(march, unit).tobytes()
    said = with_it.verdicts.set_index("report_id").loc[str(more["report_id"])]
    assert said["verdict"] in ("unused", "doubtful", "impossible")
    assert len(str(said["reason"])) > 10
