"""A report's road and heading: they weigh the cells of its circle, and add nothing."""

from pathlib import Path

import numpy as np
import pytest

from tests.reconstruct.told import STRAIGHT, TRUNK, report, straight, told
from tests.reconstruct.two_ways import ENDS, two_ways
from tests.roads.napkin import osm
from tracker.reconstruct import reconstruct
from tracker.reconstruct.claims import Claims, read_claims
from tracker.reconstruct.ensemble import STEP_S
from tracker.reconstruct.hints import STANDING, WRONG, read_heading
from tracker.reconstruct.space import RoadSpace, road_space
from tracker.roads import RoadNetwork, load_roads

MIDDLE = (39.3, 51.0)
NORTH, SOUTH = (39.3, 51.12), (39.3, 50.88)


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return two_ways(tmp_path_factory.mktemp("fork"))


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> RoadSpace:
    return road_space(straight(tmp_path_factory.mktemp("straight")))


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> RoadSpace:
    path: Path = tmp_path_factory.mktemp("named") / "napkin.osm"
    places = {
        "a": {"place": "city", "name": "Воронеж", "name:en": "Voronezh"},
        "d": {"place": "city", "name": "Москва", "name:en": "Moscow"},
    }
    path.write_text(osm(STRAIGHT, [("abcd", TRUNK)], places=places), encoding="utf-8")
    return road_space(load_roads(path))


def claim(space: RoadSpace, **words: object) -> Claims:
    row = report("r", (39.9, 51.0), "09:00", "09:30", **{"radius_m": 5000.0, **words})
    reports = told(row)
    start = reports["earliest"].min()
    return read_claims(reports, np.zeros(1, np.int32), space, start=start, step_s=STEP_S)


def weighed(space: RoadSpace, **words: object) -> tuple[np.ndarray, np.ndarray]:
    """What the words leave of every value, and which cells lead east."""
    plain, hinted = claim(space, kind=words.get("kind", "sighting")), claim(space, **words)
    east = space.network.arc_forward[space.arc[hinted.cell]] == (space.network.vertex_lon[0] < 39.1)
    assert np.array_equal(plain.cell, hinted.cell)
    return hinted.value / np.where(plain.value > 0, plain.value, 1), np.asarray(east)


def by_north(roads: RoadNetwork, **words: object) -> float:
    reports = told(*ENDS, report("vague", MIDDLE, "09:00", "09:30", radius_m=30_000.0, **words))
    track = reconstruct(reports, roads, members=200).tracks["column"]
    passed = track.passages({"north": NORTH, "south": SOUTH}, radius_m=3000).set_index("place")["probability"]
    return float(passed["north"])


def test_the_road_that_a_vague_report_names_is_the_one_that_was_driven(forked: RoadNetwork) -> None:
    assert by_north(forked, road="N1") > 0.75
    assert by_north(forked, road="S1") < 0.25


def test_a_road_that_the_map_does_not_know_changes_nothing(forked: RoadNetwork) -> None:
    space = road_space(forked)
    assert np.array_equal(claim(space).value, claim(space, road="the old quarry lane").value)


@pytest.mark.parametrize("words", ["M4", "М-4 «Дон»", "M4 Don", "M-4", "P7 and M4"])
def test_a_road_has_one_name_in_all_alphabets(forked: RoadNetwork, words: str) -> None:
    space = road_space(forked)
    hinted = claim(space, road=words, geometry=report("x", (39.6, 51.0), "09:00")["geometry"])
    plain = claim(space, geometry=report("x", (39.6, 51.0), "09:00")["geometry"])
    on = np.asarray(forked.road)[forked.arc_edge[space.arc[plain.cell]]] == "M4"
    assert on.any()
    assert not on.all()
    np.testing.assert_allclose(hinted.value[on], plain.value[on])
    np.testing.assert_allclose(hinted.value[~on], WRONG * plain.value[~on], rtol=1e-5)


def test_words_only_lower_what_speaks_against_them(road: RoadSpace) -> None:
    left, east = weighed(road, heading="east", road="M4")
    assert left.max() <= 1.0
    np.testing.assert_allclose(left[east, 1:].max(axis=1), 1.0, atol=1e-3)


def test_the_opposite_way_is_a_tenth_as_likely_and_who_stands_is_weighed_less(road: RoadSpace) -> None:
    left, east = weighed(road, heading="east")
    np.testing.assert_allclose(left[~east, 1:].max(axis=1), WRONG, atol=1e-3)
    np.testing.assert_allclose(left[~east, 0].max(), STANDING, atol=1e-3)


def test_a_road_across_the_heading_lies_between(road: RoadSpace) -> None:
    left, _ = weighed(road, heading="north")
    np.testing.assert_allclose(left[:, 1:].max(axis=1), WRONG**0.5, rtol=0.05)


def test_a_turnaround_goes_where_it_says_after_the_turn(road: RoadSpace) -> None:
    left, east = weighed(road, heading="west", kind="turnaround")
    np.testing.assert_allclose(left[east, 0].max(), 1.0, atol=1e-3)
    np.testing.assert_allclose(left[~east, 0].max(), WRONG, atol=1e-3)


@pytest.mark.parametrize("words", ["toward Moscow", "Moscow", "в сторону Москвы", "from Voronezh to Moscow"])
def test_a_place_of_the_map_is_a_heading(named: RoadSpace, words: str) -> None:
    left, east = weighed(named, heading=words)
    np.testing.assert_allclose(left[east, 1:].max(axis=1), 1.0, atol=1e-3)
    np.testing.assert_allclose(left[~east, 1:].max(axis=1), WRONG, atol=1e-3)


@pytest.mark.parametrize(
    "words", ["city centre", "field camps", "from the south", "south of Orel", "370", "", "both ways"]
)
def test_a_heading_that_cannot_be_read_changes_nothing(road: RoadSpace, words: str) -> None:
    assert np.array_equal(claim(road).value, claim(road, heading=words).value)


def test_an_absence_is_from_all_roads_whatever_words_stand_beside_it(road: RoadSpace) -> None:
    hinted, bare = claim(road, kind="absence", road="M4", heading="east"), claim(road, kind="absence")
    np.testing.assert_array_equal(hinted.cell, bare.cell)
    np.testing.assert_array_equal(hinted.value, bare.value)
    assert set(np.unique(bare.value)) == {0, 1}


@pytest.mark.parametrize(
    ("words", "degrees"),
    [
        ("north", 0), ("NE", 45), ("north-west", 315), ("southbound", 180), ("eastwards", 90),
        ("heading south-west", 225),
        ("север", 0), ("на север", 0), ("северо-восток", 45), ("на юго-запад", 225), ("на восток", 90), ("запад", 270),
        ("південь", 180), ("на захід", 270), ("північний схід", 45), ("південно-західний", 225), ("схід", 90),
        ("045°", 45), ("222.5", 222.5), ("90 degrees", 90), ("с севера на юг", 180), ("north, to Moscow", 0),
    ],
)  # fmt: skip
def test_points_of_the_compass_are_read_in_three_languages_and_in_degrees(
    road: RoadSpace, words: str, degrees: float
) -> None:
    heading = read_heading(words, road, 39.9, 51.0)
    assert heading is not None
    assert heading.degrees == degrees
