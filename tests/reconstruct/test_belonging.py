"""Whose a report is that names no unit, or several."""

import numpy as np
import pandas as pd
import pytest

import tracker
from tests.reconstruct.told import FORK, STRAIGHT, TRUNK, away_from, clock, draw, report, told, verdict
from tests.reconstruct.two_ways import NORTH, SOUTH
from tracker.model import Reconstruction, names_of
from tracker.reconstruct import March, reconstruct
from tracker.reconstruct.belonging import chosen
from tracker.roads import RoadNetwork

FAR = {name: (lon, lat + 1) for name, (lon, lat) in zip("efgh", STRAIGHT.values(), strict=True)}
"""A second road, 111 km north of the first; nothing joins them."""


def drive(unit: str, lat: float, *hours: int) -> list[dict[str, object]]:
    """Sightings of a unit that drives east from 39.1, 42 km an hour from eight on, at some of its hours."""
    return [
        report(f"{unit}{hour}", (39.1 + (hour - 8) * 0.6, lat), f"{hour:02}:00", unit=unit, reliability="A",
               credibility=1)
        for hour in hours
    ]  # fmt: skip


ROWS = [*drive("south", 51.0, 8, 10), *drive("north", 52.0, 8, 10)]
NEAR = report("near", (39.4, 51.0), "09:00", unit=None)
"""South of its middle at that hour, 21 km behind: possible, and not what one would guess."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return draw(tmp_path_factory.mktemp("two"), {**STRAIGHT, **FAR}, [("abcd", TRUNK), ("efgh", TRUNK)])


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """Two ways of equal length between two ends, the one round the north and the other round the south."""
    return draw(tmp_path_factory.mktemp("fork"), FORK, [("ab", TRUNK), ("bnc", NORTH), ("bsc", SOUTH), ("cd", TRUNK)])


@pytest.fixture(scope="module")
def before(two: RoadNetwork) -> March:
    return reconstruct(told(*ROWS), two)


@pytest.fixture(scope="module")
def after(two: RoadNetwork) -> March:
    return reconstruct(told(*ROWS, NEAR), two)


def bytes_of(march: Reconstruction, unit: str) -> bytes:
    track = march.tracks[unit]
    return np.array(track.coordinates(pd.date_range(track.start, track.end, freq="10min"))).tobytes()


# ---- reports that name none


def test_a_report_without_a_unit_moves_the_column_that_it_is_near(before: March, after: March) -> None:
    away = [np.median(away_from(march.tracks["south"], "09:00", (39.4, 51.0))) for march in (before, after)]
    assert away[0] > 5_000
    assert away[1] < 1_500


def test_and_leaves_every_byte_of_the_other(before: March, after: March) -> None:
    assert bytes_of(after, "north") == bytes_of(before, "north")
    assert bytes_of(after, "south") != bytes_of(before, "south")


def test_its_verdict_names_the_column_and_how_probably_it_is_that_one(after: March) -> None:
    said = verdict(after, "near")
    assert said["verdict"] == "supports"
    assert said["p_true"] > 0.9
    assert pd.isna(said["unit"])
    assert said["reason"] == f"names no unit; most probably south ({said['p_true']:.0%})"


def test_a_report_that_fits_two_columns_alike_is_shared_by_them(two: RoadNetwork) -> None:
    # Two columns on one road at the same hours.
    near = report("near", (39.6, 51.0), "09:00", unit=None)
    rows = [*drive("first", 51.0, 8, 10), *drive("second", 51.0, 8, 10), near]
    march = reconstruct(told(*rows), two)
    voices = {voice.unit: voice.p_true for voice in march.voices if voice.report_id == "near"}
    assert verdict(march, "near")["p_true"] > 0.9
    assert set(voices) == {"first", "second"}
    # What one of them has to do with it the other has not: each moves by half.
    for unit, share in voices.items():
        assert 0.3 < share < 0.7
        assert 0.3 < (away_from(march.tracks[unit], "09:00", (39.6, 51.0)) < 2_500).mean() < 0.8
    assert "first (" in verdict(march, "near")["reason"]
    assert "second (" in verdict(march, "near")["reason"]


def test_a_report_far_from_every_column_is_doubted_or_impossible_and_moves_none(
    two: RoadNetwork, before: March
) -> None:
    far = report("far", (40.75, 51.0), "08:30", unit=None)
    march = reconstruct(told(*ROWS, far), two)
    assert verdict(march, "far")["verdict"] in ("doubtful", "impossible")
    assert verdict(march, "far")["p_true"] < 0.01
    for unit in ("south", "north"):
        assert bytes_of(march, unit) == bytes_of(before, unit)


def test_two_reports_without_a_unit_are_taken_together(fork: RoadNetwork) -> None:
    ends = [report("a", (38.5, 51.0), "08:00"), report("c", (40.1, 51.0), "10:30")]
    # Each holds both ways within its circle, and is nearer to the northern one.
    vague = {"unit": None, "radius_m": 30_000.0, "reliability": "C", "credibility": 3}
    north = [report(f"n{k}", (39.3, 51.12), f"09:{10 + 10 * k}", **vague) for k in range(2)]
    shares = []
    for count in range(3):
        march = reconstruct(told(*ends, *north[:count]), fork)
        edges = march.tracks["column"].edges
        shares.append(float(edges[edges["road"] == "N1"]["probability"].max()))
    assert shares[0] < 0.65
    assert shares[0] + 0.1 < shares[1] < shares[2]
    assert [verdict(march, f"n{k}")["verdict"] for k in range(2)] == ["supports", "supports"]


def test_repeats_of_one_origin_are_counted_once(two: RoadNetwork, after: March) -> None:
    march = reconstruct(told(*ROWS, NEAR, {**NEAR, "report_id": "zz", "origin": NEAR["origin"]}), two)
    assert bytes_of(march, "south") == bytes_of(after, "south")
    assert "repeats near" in verdict(march, "zz")["reason"]


def test_a_rumour_moves_no_column_unless_it_names_it(two: RoadNetwork, before: March) -> None:
    rumour = {**NEAR, "reliability": "D", "credibility": 5}
    march = reconstruct(told(*ROWS, rumour), two)
    assert bytes_of(march, "south") == bytes_of(before, "south")
    assert verdict(march, "near")["verdict"] == "doubtful"
    assert verdict(march, "near")["p_true"] == pytest.approx(0.063, abs=0.001)


def test_a_day_after_its_last_report_nobody_says_that_there_is_such_a_column(two: RoadNetwork) -> None:
    late = report("late", (39.1, 52.0), "2023-06-25T12:00", unit=None)
    march = reconstruct(told(*drive("south", 51.0, 8, 10), late), two)
    assert march.tracks["south"].known_until == clock("10:00")


def test_the_order_of_the_rows_changes_nothing(two: RoadNetwork, after: March) -> None:
    again = report("again", (39.5, 51.0), "09:15", unit=None)
    rows = [*ROWS, NEAR, again]
    march, turned = (reconstruct(told(*order), two) for order in (rows, rows[::-1]))
    for unit in ("south", "north"):
        assert bytes_of(turned, unit) == bytes_of(march, unit)
    by_id = [one.verdicts.set_index("report_id").sort_index() for one in (march, turned)]
    pd.testing.assert_frame_equal(*by_id, check_exact=True)


def test_what_is_asked_of_a_report_before_it_is_added_is_what_its_verdict_says(before: March, after: March) -> None:
    asked = tracker.check_report(NEAR, before)
    assert asked.p_true == pytest.approx(verdict(after, "near")["p_true"], abs=0.02)
    assert asked.could_be.set_index("unit")["probability"]["south"] == pytest.approx(asked.p_true)
    rumour = tracker.check_report({**NEAR, "reliability": "D", "credibility": 5}, before)
    assert rumour.p_true == pytest.approx(0.063, abs=0.001)
    assert rumour.could_be["probability"].sum() == pytest.approx(1)


def test_a_report_without_a_unit_can_be_explained(after: March) -> None:
    found = after.explain("near")
    assert set(found.moved["unit"]) == {"south"}
    assert "names no unit; most probably south" in found.words


# ---- reports that name several


def test_a_report_of_columns_that_drove_together_speaks_of_each(fork: RoadNetwork) -> None:
    ends = [
        report(f"{unit}{at}", (lon, 51.0), hour, unit=unit)
        for unit in ("main", "escort")
        for at, (lon, hour) in enumerate([(38.5, "08:00"), (40.1, "10:30")])
    ]
    both = report("both", (39.3, 51.12), "09:15", unit="main + escort")
    march = reconstruct(told(*ends, both), fork)
    assert set(march.tracks) == {"main", "escort"}
    for unit in ("main", "escort"):
        assert np.median(away_from(march.tracks[unit], "09:15", (39.3, 51.12))) < 3_000
    assert verdict(march, "both")["verdict"] == "supports"
    assert set(march.explain("both").moved["unit"]) == {"main", "escort"}


def test_a_column_known_only_from_joint_reports_has_a_track_of_its_own(two: RoadNetwork) -> None:
    rows = [*drive("main + rear", 51.0, 8, 9), *drive("main", 51.0, 10)]
    march = reconstruct(told(*rows), two)
    assert set(march.tracks) == {"main", "rear"}
    assert march.tracks["rear"].known_until == clock("09:00")
    assert march.tracks["main"].known_until == clock("10:00")


def test_a_joint_report_that_cannot_be_true_of_one_of_them_is_not_true(two: RoadNetwork) -> None:
    wrong = report("wrong", (39.7, 51.0), "09:00", unit="south + north", reliability="C", credibility=3)
    said = verdict(reconstruct(told(*ROWS, wrong), two), "wrong")
    assert said["verdict"] in ("doubtful", "impossible")
    assert "north" in said["reason"]


@pytest.mark.parametrize(
    ("unit", "names"),
    [(None, []), (pd.NA, []), ("a", ["a"]), ("a + b", ["a", "b"]), (" a +  b + a", ["a", "b"]), ("a+b", ["a+b"])],
)
def test_names_are_parted_at_a_plus_between_blanks(unit: object, names: list[str]) -> None:
    assert names_of(unit) == names


# ---- histories chosen by weight


def test_histories_are_chosen_in_proportion_to_their_weight() -> None:
    # Weights 1 / (1 - p): 1 and 3.
    found = chosen(np.repeat([[0.0, 2 / 3]], [50, 50], axis=1))
    assert found is not None
    assert np.bincount(found // 50).tolist() == [25, 75]


def test_a_hundred_reports_that_agree_with_all_histories_leave_all_of_them() -> None:
    found = chosen(np.full((100, 50), 1 - 1e-9))
    assert found is not None
    assert found.tolist() == list(range(50))


def test_few_histories_that_would_carry_all_weight_are_no_choice() -> None:
    assert chosen(np.r_[np.zeros(95), np.full(5, 0.999)][None]) is None
