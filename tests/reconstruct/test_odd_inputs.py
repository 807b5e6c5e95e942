"""Odd inputs: nothing breaks, and what comes out is sane."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reconstruct.told import STRAIGHT, TRUNK, away_from, clock, draw, report, straight, told, verdict
from tracker.model import BadReport, BadRoads, Reconstruction
from tracker.reconstruct import reconstruct
from tracker.roads import RoadNetwork


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return straight(tmp_path_factory.mktemp("straight"))


def check_sane(march: Reconstruction) -> None:
    """A verdict for all, and for each track positions that are numbers from its beginning to its end."""
    assert march.verdicts["verdict"].isin(["supports", "doubtful", "impossible", "unused"]).all()
    assert march.verdicts["reason"].str.len().min() > 5
    for track in march.tracks.values():
        times = [track.start, track.start + (track.end - track.start) / 2, track.end]
        lon, lat = track.coordinates(times)
        assert np.isfinite(lon).all()
        assert np.isfinite(lat).all()
        assert track.weights.sum() == pytest.approx(1)
        assert len(track.histories) == 100
        assert (track.edges["probability"].between(0, 1)).all()
        assert track.at(times)["radius_m"].notna().all()


ROWS: dict[str, tuple[dict[str, object], ...]] = {
    "one report": (report("a", (39.7, 51.0), "10:00"),),
    "one report with an interval": (report("a", (39.7, 51.0), "10:00", "12:00"),),
    "one report of a bound": (report("a", (39.7, 51.0), "10:00", "12:00", time_basis="published"),),
    "intervals of no length": (report("a", (39.7, 51.0), "10:00"), report("b", (39.9, 51.0), "10:20")),
    "an interval of 20 hours": (
        report("a", (39.2, 51.0), "2023-06-24T02:00"),
        report("b", (39.9, 51.0), "2023-06-24T03:00", "2023-06-24T23:00"),
        report("c", (40.5, 51.0), "2023-06-24T23:30"),
    ),
    "a radius larger than the network": (
        report("a", (39.7, 51.0), "10:00", radius_m=300_000.0),
        report("b", (39.9, 51.0), "11:00", radius_m=500_000.0),
    ),
    "two identical reports": tuple(report(name, (39.7, 51.0), "10:00", "10:30", origin="one") for name in "ab"),
    "two identical reports of two origins": tuple(report(name, (39.7, 51.0), "10:00", "10:30") for name in "ab"),
    "a report before the epoch": (
        report("a", (39.7, 51.0), "1943-07-12T08:00"),
        report("b", (39.9, 51.0), "1943-07-12T09:00"),
    ),
    "a radius of next to nothing": (report("a", (39.7, 51.0), "10:00", radius_m=0.001),),
    "a turnaround of one moment": (
        report("a", (39.7, 51.0), "10:00"),
        report("t", (39.9, 51.0), "11:00", kind="turnaround"),
        report("b", (39.7, 51.0), "12:00"),
    ),
    "a turnaround alone": (report("t", (39.9, 51.0), "11:00", kind="turnaround"),),
    "an open end": ({**report("a", (39.7, 51.0), "10:00"), "latest": pd.NaT}, report("b", (39.9, 51.0), "11:00")),
    "nobody is named": (report("a", (39.7, 51.0), "10:00", unit=None),),
    "no place": (report("a", None, "10:00"),),
    "only an absence": (report("a", (39.7, 51.0), "10:00", "11:00", kind="absence"),),
    "an absence from everywhere": (
        report("a", (39.7, 51.0), "10:00"),
        report("x", (39.7, 51.0), "09:00", "13:00", kind="absence", radius_m=500_000.0),
        report("b", (39.9, 51.0), "12:00"),
    ),
    "a first report without a place on the way to one": (
        report("x", (39.2, 51.0), "08:00", "09:00", kind="absence"),
        report("a", (39.7, 51.0), "10:00"),
    ),
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_nothing_breaks_on(road: RoadNetwork, rows: tuple[dict[str, object], ...]) -> None:
    check_sane(reconstruct(told(*rows), road, members=100))


def test_a_unit_with_one_report_is_there_at_its_time(road: RoadNetwork) -> None:
    march = reconstruct(told(report("a", (39.7, 51.0), "10:00")), road, members=100)
    assert np.median(away_from(march.tracks["column"], "10:00", (39.7, 51.0))) < 1500
    assert verdict(march, "a")["verdict"] == "supports"


def test_a_column_out_of_reach_of_all_roads_is_doubted_and_breaks_nothing(road: RoadNetwork) -> None:
    march = reconstruct(told(report("a", (10.0, 20.0), "10:00"), report("b", (10.2, 20.0), "11:00")), road, members=100)
    check_sane(march)
    assert set(march.verdicts["verdict"]) <= {"doubtful", "impossible", "unused"}


def test_one_report_out_of_reach_does_not_disturb_the_others(road: RoadNetwork) -> None:
    rows = report("a", (39.2, 51.0), "08:00"), report("far", (10.0, 20.0), "08:30"), report("c", (39.9, 51.0), "09:00")
    march = reconstruct(told(*rows), road, members=100)
    check_sane(march)
    assert verdict(march, "far")["verdict"] in ("doubtful", "impossible")
    assert verdict(march, "a")["verdict"] == verdict(march, "c")["verdict"] == "supports"


def test_reports_that_are_all_false_break_nothing(road: RoadNetwork) -> None:
    rows = [
        report(f"r{k}", (39.05 + 1.7 * (k % 2), 51.0), f"10:{k:02d}", reliability="E", credibility=5) for k in range(6)
    ]
    march = reconstruct(told(*rows), road, members=100)
    check_sane(march)
    assert (march.verdicts["verdict"] != "supports").any()


def test_a_network_of_one_edge_is_enough(tmp_path: Path) -> None:
    roads = draw(tmp_path, {"a": (39.0, 51.0), "b": (39.3, 51.0)}, [("ab", TRUNK)])
    march = reconstruct(
        told(report("a", (39.05, 51.0), "10:00"), report("b", (39.25, 51.0), "10:15")), roads, members=100
    )
    check_sane(march)
    assert (march.verdicts["verdict"] == "supports").all()


def test_days_on_a_one_way_road_that_ends_are_refused_if_nobody_can_have_stayed_on_it(tmp_path: Path) -> None:
    lone = draw(tmp_path, {"a": (39.0, 51.0), "b": (39.6, 51.0)}, [("ab", {**TRUNK, "oneway": "yes"})])
    seen = [report("a", (39.1, 51.0), "2023-06-01T10:00"), report("b", (39.5, 51.0), "2023-07-20T10:00")]
    with pytest.raises(BadRoads, match=r"^column: no drive .*give a larger map"):
        reconstruct(told(*seen), lone, members=100)


def test_a_one_way_road_that_ends_breaks_nothing(tmp_path: Path) -> None:
    one_way = {**TRUNK, "oneway": "yes"}
    roads = draw(tmp_path, {"a": (39.0, 51.0), "b": (39.3, 51.0)}, [("ab", one_way)])
    march = reconstruct(
        told(report("a", (39.05, 51.0), "10:00"), report("z", (39.1, 51.0), "16:00")), roads, members=100
    )
    check_sane(march)


def test_a_unit_on_a_one_way_road_does_not_drive_against_it(tmp_path: Path) -> None:
    one_way = {**TRUNK, "oneway": "yes"}
    roads = draw(tmp_path, STRAIGHT, [("abcd", one_way)])
    rows = report("a", (39.9, 51.0), "10:00"), report("back", (39.3, 51.0), "11:00", reliability="C", credibility=3)
    march = reconstruct(told(*rows), roads, members=100)
    check_sane(march)
    assert {"supports", "impossible"} >= set(march.verdicts["verdict"]) or "doubtful" in set(march.verdicts["verdict"])
    for history in march.tracks["column"].histories:
        assert (np.diff(history.path.lon) >= -1e-9).all()


def test_a_unit_does_not_jump_between_islands(tmp_path: Path) -> None:
    nodes = {**STRAIGHT, "p": (39.0, 51.4), "q": (40.8, 51.4)}
    roads = draw(tmp_path, nodes, [("abcd", TRUNK), ("pq", TRUNK)])
    rows = report("a", (39.2, 51.0), "08:00"), report("b", (39.5, 51.0), "08:30"), report("x", (39.8, 51.4), "12:00")
    march = reconstruct(told(*rows), roads, members=100)
    check_sane(march)
    for history in march.tracks["column"].histories:
        assert np.ptp(history.path.lat) < 0.01


def test_an_hour_before_the_epoch_is_an_hour_like_others(road: RoadNetwork) -> None:
    then = [report(name, at, f"{day}T{hour}") for day in ("1943-07-12",) for name, at, hour in TIMES]
    now = [report(name, at, f"{day}T{hour}") for day in ("2023-07-12",) for name, at, hour in TIMES]
    one, other = (reconstruct(told(*rows), road, members=100).tracks["column"] for rows in (then, now))
    half = pd.Timedelta(minutes=30)
    assert one.coordinates(one.start + half)[0].tobytes() == other.coordinates(other.start + half)[0].tobytes()


TIMES = (("a", (39.2, 51.0), "08:00"), ("b", (39.9, 51.0), "09:00"))


def test_a_table_that_is_none_is_refused_with_all_its_faults(road: RoadNetwork) -> None:
    reports = told(report("a", (39.7, 51.0), "10:00"))
    naive = reports.drop(columns=["kind", "radius_m"]).assign(earliest=reports["earliest"].dt.tz_localize(None))
    with pytest.raises(BadReport) as refused:
        reconstruct(naive, road)
    for word in ("kind", "radius_m", "earliest"):
        assert word in str(refused.value)
    with pytest.raises(BadReport, match="no report"):
        reconstruct(reports.iloc[:0], road)


def test_cells_that_nothing_can_be_made_of_are_refused_with_row_and_remedy(road: RoadNetwork) -> None:
    good = report("a", (39.7, 51.0), "10:00")
    rows = good, {**good, "radius_m": -1.0, "earliest": pd.NaT}
    with pytest.raises(BadReport) as refused:
        reconstruct(told(*rows), road)
    assert {(fault.row, fault.column) for fault in refused.value.faults} == {
        (1, "report_id"),
        (1, "earliest"),
        (1, "radius_m"),
    }


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None])
def test_a_seed_that_is_no_whole_number_from_zero_on_is_refused(road: RoadNetwork, seed: object) -> None:
    with pytest.raises(ValueError, match="whole number from 0 on"):
        reconstruct(told(report("a", (39.7, 51.0), "10:00")), road, seed=seed)  # type: ignore[arg-type]


def test_too_few_members_are_refused(road: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="100"):
        reconstruct(told(report("a", (39.7, 51.0), "10:00")), road, members=99)


def test_the_number_of_members_is_the_number_of_histories(road: RoadNetwork) -> None:
    track = reconstruct(told(report("a", (39.7, 51.0), "10:00")), road, members=137).tracks["column"]
    assert len(track.histories) == len(track.weights) == 137
    assert list(track.positions(clock("10:00"))["member"]) == list(range(137))
