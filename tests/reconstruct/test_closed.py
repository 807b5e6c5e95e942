"""Destroyed roads as evidence: no unit drives over the spot while they are, unless its reports say that it did."""

import numpy as np
import pytest

from tests.reconstruct.told import clock, report, told
from tests.reconstruct.two_ways import DECIDES, ENDS, two_ways
from tracker.reconstruct.agreement import agreement
from tracker.reconstruct.belief import prior
from tracker.reconstruct.claims import CODES, Claims, read_claims
from tracker.reconstruct.closed import Barred, barred_claims, barred_roads, joined
from tracker.reconstruct.ensemble import STEP_S, Ensemble, draw_ensemble
from tracker.reconstruct.pace import LEVELS
from tracker.reconstruct.space import RoadSpace, road_space

NORTH = (39.3, 51.12)
BLOWN_UP = report(
    "bridge", NORTH, "07:00", kind="roadblock", unit=None, road="N1", place="the bridge",
    summary="The bridge is blown up.", latest="20:00", radius_m=1500.0, reliability="A", credibility=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> RoadSpace:
    return road_space(two_ways(tmp_path_factory.mktemp("fork")))


def read(space: RoadSpace, *rows: dict[str, object]) -> tuple[Claims, tuple[Barred, ...]]:
    """The claims of the unit, and what is barred to it."""
    reports = told(*rows)
    start = reports["earliest"][reports["kind"].isin(list(CODES))].min()
    speaking = np.flatnonzero(reports["kind"].isin(list(CODES))).astype(np.int32)
    barred = barred_roads(space.network.closed(reports).table, reports, space, start=start, step_s=STEP_S)
    closed = reports.assign(latest=reports["latest"].fillna(reports["earliest"]))
    return read_claims(closed, speaking, space, start=start, step_s=STEP_S), barred


def drawn(space: RoadSpace, claims: Claims) -> Ensemble:
    steps = int(claims.last.max()) + 1
    return draw_ensemble(space, claims, members=200, steps=steps, random=np.random.default_rng(1))


def by_north(space: RoadSpace, ensemble: Ensemble) -> float:
    on = np.asarray(space.network.road)[space.network.arc_edge[space.arc]] == "N1"
    return float(on[ensemble.cells].any(axis=0).mean())


def believed(space: RoadSpace, *rows: dict[str, object]) -> tuple[float, float]:
    """Share of the histories by the north, and what is left of the belief in the roadblock."""
    claims, barred = read(space, *rows)
    closed = barred_claims(barred, claims)
    ensemble = drawn(space, joined(claims, closed))
    return by_north(space, ensemble), float(agreement(closed, ensemble, len(space.lon)).mean())


def test_a_destroyed_bridge_turns_the_track_to_the_other_road(space: RoadSpace) -> None:
    claims, barred = read(space, *ENDS, BLOWN_UP)
    assert 0.2 < by_north(space, drawn(space, claims)) < 0.8
    assert by_north(space, drawn(space, joined(claims, barred_claims(barred, claims)))) < 0.1


def test_a_bridge_that_the_unit_was_seen_to_cross_was_not_destroyed(space: RoadSpace) -> None:
    weak = {**BLOWN_UP, "reliability": "C", "credibility": 3}
    rows = (*ENDS, DECIDES, {**DECIDES, "report_id": "again", "origin": "another"})
    north, left = believed(space, *rows, weak)
    assert north > 0.9
    assert left < 0.1 < believed(space, *ENDS, weak)[1]


def test_a_roadblock_that_only_delays_a_column_bars_nothing(space: RoadSpace) -> None:
    claims, barred = read(space, *ENDS, {**BLOWN_UP, "summary": "The road is closed by lorries."})
    assert barred == ()
    assert joined(claims, barred_claims(barred, claims)) is claims


def test_what_is_barred_is_as_long_as_the_fastest_step_in_each_direction(space: RoadSpace) -> None:
    _, (bridge,) = read(space, *ENDS, {**BLOWN_UP, "radius_m": 100.0})
    arcs, cells = np.unique(space.arc[bridge.cell], return_counts=True)
    assert len(arcs) == 2
    assert (cells == LEVELS).all()
    assert np.abs(space.lon[bridge.cell] - NORTH[0]).max() < 0.04


def test_a_spot_somewhere_in_a_circle_is_where_half_of_the_circle_is_passed(space: RoadSpace) -> None:
    _, (bridge,) = read(space, *ENDS, {**BLOWN_UP, "radius_m": 8000.0})
    assert np.median(space.lon[bridge.cell]) == pytest.approx(NORTH[0], abs=0.01)
    grade = told(BLOWN_UP)
    assert bridge.believed == pytest.approx(float(prior(grade["reliability"], grade["credibility"])[0]), rel=0.01)


def test_a_roadblock_holds_from_its_beginning_to_its_end_and_open_ones_as_long_as_the_unit_is_told_of(
    space: RoadSpace,
) -> None:
    half_past_eight = {**BLOWN_UP, "earliest": clock("08:30")}
    for until, last_s in ((clock("09:30"), 5400), (None, 9000)):
        claims, barred = read(space, *ENDS, {**half_past_eight, "latest": until})
        closed = barred_claims(barred, claims)
        assert abs(int(closed.first[0]) - 1800 / STEP_S) <= 1
        assert abs(int(closed.last[0]) - last_s / STEP_S) <= 1


def test_a_bridge_destroyed_after_the_unit_was_past_changes_nothing(space: RoadSpace) -> None:
    later = {**BLOWN_UP, "earliest": clock("10:40")}
    claims, barred = read(space, *ENDS, later)
    assert len(barred) == 1
    assert joined(claims, barred_claims(barred, claims)) is claims


def test_a_long_absence_in_a_small_circle_pushes_the_track_to_the_other_way(space: RoadSpace) -> None:
    gone = report("gone", NORTH, "07:00", "12:00", kind="absence", radius_m=1500.0, reliability="A", credibility=1)
    claims, _ = read(space, *ENDS, gone)
    ensemble = drawn(space, claims)
    # Before the first sighting and after the last it may drive where it will, but into the circle.
    there = np.isin(ensemble.cells, claims.cell[claims.ptr[2] : claims.ptr[3]])
    between = slice(int(claims.first[0]) - ensemble.first, int(claims.last[1]) + 1 - ensemble.first)
    on = np.asarray(space.network.road)[space.network.arc_edge[space.arc]] == "S1"
    assert there.any(axis=0).mean() < 0.05
    assert on[ensemble.cells[between]].any(axis=0).mean() > 0.85
