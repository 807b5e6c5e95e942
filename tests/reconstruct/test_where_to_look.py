"""Where a picture would tell most."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.reconstruct.told import FORK, clock, told
from tests.reconstruct.two_ways import ENDS, history, track, two_ways
from tracker import BadTime, reconstruct
from tracker.model import Track, explanations, geodesy
from tracker.reconstruct import March
from tracker.reconstruct.explaining.stretches import looks
from tracker.roads import RoadNetwork

START, END = (38.4, 51.0), (40.2, 51.0)
HOURS = 2.5 * 3600


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return two_ways(tmp_path_factory.mktemp("ways"))


@pytest.fixture(scope="module")
def drawn(ways: RoadNetwork) -> March:
    return reconstruct(told(*ENDS), ways, members=200)


def with_track(march: March, made: Track) -> March:
    return replace(march, tracks={made.unit: made})


@pytest.fixture(scope="module")
def halves(drawn: March, ways: RoadNetwork) -> March:
    """One half of the histories goes round the north and the other round the south, all at the same pace."""
    north = history(ways, START, FORK["n"], END, first=0, last=HOURS)
    south = history(ways, START, FORK["s"], END, first=0, last=HOURS)
    return with_track(drawn, track(ways, [north] * 100 + [south] * 100))


def mean_apart_km(made: Track) -> float:
    """Between the first history and the last, over all quarters of an hour."""
    lon, lat = made.coordinates(pd.date_range(made.known_from, made.known_until, freq="15min"))
    return float(geodesy.distance_m(lon[:, 0], lat[:, 0], lon[:, -1], lat[:, -1]).mean() / 1000)


# ---- what a look is worth


def test_the_first_look_is_on_one_of_the_two_ways_while_the_unit_passes_there(halves: March) -> None:
    best = halves.where_to_look(1).iloc[0]
    assert best["road"] in ("N1", "S1")
    assert best["p_there"] == pytest.approx(0.5)
    side = FORK["n"] if best["road"] == "N1" else FORK["s"]
    middle = shapely.line_interpolate_point(best["geometry"], 0.5, normalized=True)
    assert np.sign(middle.y - 51.0) == np.sign(side[1] - 51.0)
    made = halves.tracks["column"]
    on = 0 if best["road"] == "N1" else 199
    times = pd.date_range(made.start, made.end, freq="1min")
    lon, lat = made.coordinates(times)
    away = geodesy.distance_m(lon[:, on], lat[:, on], middle.x, middle.y)
    assert away.min() < 1_000
    assert best["earliest"] <= times[away.argmin()] <= best["latest"]


def test_the_expected_fall_is_what_bayes_rule_gives_by_hand(halves: March) -> None:
    best = halves.where_to_look(1).iloc[0]
    apart = mean_apart_km(halves.tracks["column"])
    # Seen with 0.8 if it is there and 0.02 if not. Two histories differ if one is of the north and one of the south.
    seen = 0.5 * 0.8 + 0.5 * 0.02
    if_seen, if_not = 0.5 * 0.8 / seen, 0.5 * 0.2 / (1 - seen)
    left = seen * 2 * if_seen * (1 - if_seen) + (1 - seen) * 2 * if_not * (1 - if_not)
    assert best["fall_km"] == pytest.approx(apart * (0.5 - left), rel=0.02)
    assert best["left_km"] == pytest.approx(apart * left, rel=0.02)


def test_a_few_histories_are_as_uncertain_as_many_of_the_same(drawn: March, ways: RoadNetwork) -> None:
    north = history(ways, START, FORK["n"], END, first=0, last=HOURS)
    south = history(ways, START, FORK["s"], END, first=0, last=HOURS)
    few = with_track(drawn, track(ways, [north] * 5 + [south] * 5))
    best = few.where_to_look(1).iloc[0]
    # Of ten histories a random other one is of the other half with 5 in 9: no pair is of one history with itself.
    assert best["fall_km"] + best["left_km"] == pytest.approx(mean_apart_km(few.tracks["column"]) * 5 / 9, rel=0.01)


def test_a_second_look_is_another_one_and_counts_on_top_of_the_first(halves: March) -> None:
    looks = halves.where_to_look(3)
    assert len(looks) >= 2
    assert looks["left_km"].is_monotonic_decreasing
    assert looks["left_km"].iloc[0] - looks["fall_km"].iloc[1] == pytest.approx(looks["left_km"].iloc[1])
    places = looks[["road", "stretch", "earliest"]].apply(tuple, axis=1)
    assert places.is_unique
    # On the same way shortly after, the same histories would be met: that is the same look.
    assert set(looks["road"].iloc[:2]) == {"N1", "S1"}


def test_when_the_road_is_known_and_the_hour_is_not_the_look_is_for_the_hour(drawn: March, ways: RoadNetwork) -> None:
    early = history(ways, START, FORK["n"], END, first=0, last=HOURS)
    late = history(ways, START, FORK["n"], END, first=1.5 * 3600, last=1.5 * 3600 + HOURS)
    still = replace(late, seconds=np.array([0.0, *late.seconds]), metres=np.array([0.0, *late.metres]))
    march = with_track(drawn, track(ways, [early] * 100 + [still] * 100))
    best = march.where_to_look(1).iloc[0]
    assert best["p_there"] == pytest.approx(0.5)
    assert best["fall_km"] > 0.5 * mean_apart_km(march.tracks["column"]) * 0.5


def test_where_all_is_known_there_is_nothing_to_look_for(drawn: March, ways: RoadNetwork) -> None:
    one = history(ways, START, FORK["n"], END, first=0, last=HOURS)
    found = with_track(drawn, track(ways, [one] * 200)).where_to_look(5)
    assert found.empty
    assert list(found.columns) == list(explanations.LOOK)


def test_a_look_that_tells_nothing_of_the_rest_is_not_worth_it_by_chance(drawn: March, ways: RoadNetwork) -> None:
    # What the finite number of histories alone would gain: without pairs of one history with itself it is nothing.
    looks = with_track(drawn, drawn.tracks["column"]).where_to_look(200)
    assert len(looks) < 200
    assert (looks["fall_km"] >= 0.01).all()
    assert looks["left_km"].iloc[-1] > 0


def test_of_a_single_moment_nothing_is_to_be_learnt(ways: RoadNetwork) -> None:
    march = reconstruct(told(ENDS[0]), ways, members=100)
    assert march.where_to_look(3).empty
    assert reconstruct(told({**ENDS[0], "kind": "statement"}), ways, members=100).where_to_look(3).empty


def test_a_look_meets_the_histories_that_pass_its_road_in_its_window(halves: March, ways: RoadNetwork) -> None:
    made = halves.tracks["column"]
    edges = set(made.histories[0].path.edges.tolist()) | set(made.histories[-1].path.edges.tolist())
    found = looks(made, {edge: str(ways.road[edge]) for edge in edges}, least=0.05)
    times = pd.date_range(made.start, made.end, freq="1min")
    lon, lat = made.coordinates(times)
    late = pd.Timedelta(minutes=2)
    windows: dict[tuple[int, int], set[int]] = {}
    for stretch, window, met in zip(found.stretch, found.window, found.met, strict=True):
        middle = shapely.line_interpolate_point(found.run[stretch].line, 0.5, normalized=True)
        begin = made.start + window * pd.Timedelta(minutes=20)
        for member in (0, 199):
            if met[member]:
                passed = times[geodesy.distance_m(lon[:, member], lat[:, member], middle.x, middle.y).argmin()]
                assert begin - late <= passed <= begin + pd.Timedelta(minutes=40) + late
                windows.setdefault((int(stretch), member), set()).add(int(window))
    # Windows of forty minutes begin every twenty: but for the first, each moment lies in two.
    assert {len(those) for those in windows.values()} == {1, 2}
    assert sum(len(those) == 1 for those in windows.values()) < len(windows) / 4


# ---- what is said


def test_the_words_name_road_place_and_hours_in_the_zone_that_is_asked_for(halves: March) -> None:
    utc, moscow = halves.where_to_look(1).iloc[0], halves.where_to_look(1, zone="Europe/Moscow").iloc[0]
    first, last = (utc[name].tz_convert("Europe/Moscow") for name in ("earliest", "latest"))
    assert moscow["words"].startswith(f"a dashcam on the {utc['road']} ")
    assert moscow["words"].endswith(f"{first:%H:%M}-{last:%H:%M} on 24 June")
    assert utc["words"].endswith(f"{utc['earliest']:%H:%M}-{utc['latest']:%H:%M} on 24 June")
    assert (last - first) == pd.Timedelta(minutes=40)
    assert clock("08:00") <= utc["earliest"] <= clock("10:30")


def test_the_same_is_said_again(drawn: March) -> None:
    pd.testing.assert_frame_equal(drawn.where_to_look(4), drawn.where_to_look(4))


def test_fewer_looks_are_the_first_of_more(drawn: March) -> None:
    pd.testing.assert_frame_equal(drawn.where_to_look(2), drawn.where_to_look(4).head(2))


def test_many_histories_are_thinned_and_say_about_the_same(halves: March) -> None:
    made = halves.tracks["column"]
    more = replace(made, histories=made.histories * 4, weights=np.full(800, 1 / 800))
    best = with_track(halves, more).where_to_look(1).iloc[0]
    assert best["fall_km"] == pytest.approx(halves.where_to_look(1)["fall_km"].iloc[0], rel=0.05)


def test_only_a_unit_that_there_is_and_a_number_from_one_on_can_be_asked(halves: March) -> None:
    pd.testing.assert_frame_equal(halves.where_to_look(2, unit="column"), halves.where_to_look(2))
    with pytest.raises(ValueError, match=r"'colum' .did you mean 'column'"):
        halves.where_to_look(2, unit="colum")
    with pytest.raises(ValueError, match="n=0"):
        halves.where_to_look(0)
    with pytest.raises(BadTime, match="no time zone"):
        halves.where_to_look(1, zone="Mars")


def test_two_units_share_the_looks_by_the_hours_that_they_are_known(
    drawn: March, ways: RoadNetwork, tmp_path: Path
) -> None:
    north = history(ways, START, FORK["n"], END, first=0, last=HOURS)
    south = history(ways, START, FORK["s"], END, first=0, last=HOURS)
    unsure = track(ways, [north] * 100 + [south] * 100)
    sure = replace(track(ways, [north] * 200), unit="sure")
    alone = with_track(drawn, unsure).where_to_look(1).iloc[0]
    both = replace(drawn, tracks={"column": unsure, "sure": sure}).where_to_look(1).iloc[0]
    assert both["unit"] == "column"
    # Half of all hours are the sure unit's, whose track has no spread to lose.
    assert both["fall_km"] == pytest.approx(alone["fall_km"] / 2)
