"""The filter and the drawn histories, held against sums over every history that is possible."""

import numpy as np
import pytest

from tests.reconstruct.brute import Exact, counted, listed
from tests.reconstruct.told import PRIMARY, TRUNK, draw, report, told
from tracker.reconstruct import ensemble
from tracker.reconstruct.claims import Claims, read_claims
from tracker.reconstruct.ensemble import Ensemble, draw_ensemble
from tracker.reconstruct.space import RoadSpace, road_space

FORK = {"a": (39.0, 51.0), "b": (39.05, 51.0), "n": (39.10, 51.03), "s": (39.10, 50.97)}
LOOP = {"a": (39.0, 51.0), "b": (39.04, 51.0), "c": (39.06, 51.02), "d": (39.08, 51.0)}

MEMBERS = 4000

FIRST = report("first", (39.03, 51.0), "10:00")
SEEN = report("seen", (39.08, 51.015), "10:05", "10:20")
PASSED = {**SEEN, "report_id": "passed", "time_basis": "inferred"}
ABSENT = {**SEEN, "report_id": "absent", "kind": "absence", "radius_m": 2500.0}
TURNED = report("turned", (39.03, 51.0), "10:05", "10:20", kind="turnaround")


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> RoadSpace:
    ways = [("ab", TRUNK), ("bn", TRUNK), ("bs", PRIMARY)]
    return road_space(draw(tmp_path_factory.mktemp("fork"), FORK, ways))


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> RoadSpace:
    ways = [("ab", TRUNK), ("bd", TRUNK), ("bcd", PRIMARY)]
    return road_space(draw(tmp_path_factory.mktemp("loop"), LOOP, ways))


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is dropped for being improbable."""
    monkeypatch.setattr(ensemble, "PRUNE", 0.0)


def claims_of(space: RoadSpace, *rows: dict[str, object]) -> Claims:
    reports = told(*rows)
    start = reports["earliest"].min()
    return read_claims(reports, np.arange(len(reports), dtype=np.int32), space, start=start, step_s=ensemble.STEP_S)


def drawn(space: RoadSpace, claims: Claims, members: int = MEMBERS) -> Ensemble:
    steps = int(claims.last.max()) + 1
    return draw_ensemble(space, claims, members=members, steps=steps, random=np.random.default_rng(1))


def apart(space: RoadSpace, exact: Exact, found: Ensemble) -> np.ndarray:
    """Share of the probability that lies on other cells, at each step (total variation)."""
    members = found.cells.shape[1]
    share = np.stack([np.bincount(cells, minlength=len(space.lon)) / members for cells in found.cells])
    return np.abs(share - exact.marginal).sum(axis=1) / 2


def by_chance(exact: Exact, members: int = MEMBERS) -> np.ndarray:
    """What drawing that many histories independently from the exact posterior gives at most, at each step."""
    # Of a binomial share the mean deviation is 0.8 standard deviations; half as much again is beyond all chance.
    deviation = np.sqrt(exact.marginal * (1 - exact.marginal) / members)
    return 1.5 * 0.8 * deviation.sum(axis=1) / 2


SHORT = {
    "a sighting in an interval": (FIRST, {**SEEN, "earliest": FIRST["earliest"], "latest": SEEN["earliest"]}),
    "a passing and a turnaround": (
        FIRST,
        {**PASSED, "earliest": FIRST["earliest"], "latest": SEEN["earliest"]},
        {**TURNED, "earliest": FIRST["earliest"], "latest": SEEN["earliest"]},
    ),
    "an absence": (FIRST, {**ABSENT, "earliest": FIRST["earliest"], "latest": SEEN["earliest"]}),
}


@pytest.mark.parametrize("rows", SHORT.values(), ids=SHORT.keys())
def test_listing_every_history_and_multiplying_matrices_give_the_same_sums(
    fork: RoadSpace, rows: tuple[dict[str, object], ...]
) -> None:
    claims = claims_of(fork, *({**row, "latest": min(row["latest"], FIRST["earliest"] + STEPS)} for row in rows))
    one, other = listed(fork, claims), counted(fork, claims)
    assert one.log_evidence == pytest.approx(other.log_evidence, abs=1e-9)
    assert one.turned == pytest.approx(other.turned, abs=1e-9)
    np.testing.assert_allclose(one.marginal, other.marginal, atol=1e-12)


STEPS = np.timedelta64(220, "s")
"""Three states: short enough to list every history."""

ONE = {"sighting": SEEN, "passing": PASSED, "absence": ABSENT, "turnaround": TURNED}


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("ground", ["fork", "loop"])
@pytest.mark.parametrize("row", ONE.values(), ids=ONE.keys())
def test_the_filter_finds_the_exact_evidence_of_a_report_with_an_interval(
    row: dict[str, object], ground: str, request: pytest.FixtureRequest
) -> None:
    space = request.getfixturevalue(ground)
    claims = claims_of(space, FIRST, row)
    assert drawn(space, claims, 100).log_evidence == pytest.approx(counted(space, claims).log_evidence, abs=1e-4)


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("row", ONE.values(), ids=ONE.keys())
def test_drawn_histories_are_where_the_exact_posterior_has_them(fork: RoadSpace, row: dict[str, object]) -> None:
    claims = claims_of(fork, FIRST, row)
    exact, found = counted(fork, claims), drawn(fork, claims)
    over = apart(fork, exact, found) - by_chance(exact)
    assert over.max() < DRAWING
    assert found.turned.any(axis=0).mean() == pytest.approx(exact.turned, abs=0.01)


DRAWING = 0.02
"""Backward, a report's moment is weighed for who stands and who drives, not for each pace: a small price for memory."""


@pytest.mark.usefixtures("whole")
def test_moments_without_intervals_are_drawn_exactly_on_a_loop(loop: RoadSpace) -> None:
    claims = claims_of(loop, FIRST, report("b", (39.06, 51.02), "10:09"), report("c", (39.08, 51.0), "10:20"))
    exact, found = counted(loop, claims), drawn(loop, claims)
    assert found.log_evidence == pytest.approx(exact.log_evidence, abs=1e-4)
    assert (apart(loop, exact, found) < by_chance(exact)).all()


@pytest.mark.usefixtures("whole")
def test_two_intervals_that_overlap_are_weighed_as_if_independent_at_each_place_and_that_costs_little(
    fork: RoadSpace,
) -> None:
    other = {**PASSED, "report_id": "later", "earliest": PASSED["earliest"] + STEPS, "reliability": "C"}
    claims = claims_of(fork, FIRST, SEEN, other)
    exact, found = counted(fork, claims), drawn(fork, claims)
    assert abs(found.log_evidence - exact.log_evidence) < 0.5
    assert apart(fork, exact, found).max() < 0.2


@pytest.mark.usefixtures("whole")
def test_two_that_contradict_one_another_in_one_interval_still_share_the_fork_roughly_as_they_should(
    fork: RoadSpace,
) -> None:
    south = {
        **SEEN,
        "report_id": "south",
        "geometry": report("s", (39.08, 50.985), "10:00")["geometry"],
        "reliability": "C",
    }
    claims = claims_of(fork, FIRST, SEEN, south)
    exact, found = counted(fork, claims), drawn(fork, claims)
    assert abs(found.log_evidence - exact.log_evidence) < 0.5
    assert apart(fork, exact, found).max() < 0.3


def test_dropping_what_is_improbable_changes_the_evidence_by_less_than_a_thousandth(fork: RoadSpace) -> None:
    claims = claims_of(fork, FIRST, SEEN)
    assert drawn(fork, claims, 100).log_evidence == pytest.approx(counted(fork, claims).log_evidence, abs=1e-3)
