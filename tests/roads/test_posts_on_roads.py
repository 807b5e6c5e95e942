"""Kilometre posts of the map: which are believed, and how the road is followed between them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roads.napkin import osm
from tracker.model import geodesy
from tracker.roads import KilometrePosts, RoadNetwork, load_roads

M4 = {"highway": "trunk", "ref": "М-4"}
# A road due north for 10 km, then due east for 10 km: 0.0899 degrees of latitude are 10 km at 51 N.
NORTH, EAST = 0.08988, 0.14264
BEND = {"a": (39.0, 51.0), "b": (39.0, 51.0 + NORTH), "c": (39.0 + EAST, 51.0 + NORTH)}


def drawn(
    folder: Path, posts: dict[str, tuple[float, float, str]], *, tags: dict[str, str] | None = None
) -> RoadNetwork:
    """The bent road with posts: name -> lon, lat, number."""
    nodes = BEND | {name: (lon, lat) for name, (lon, lat, _) in posts.items()}
    signs = {
        name: {"highway": "milestone", "distance": number, **(tags or {"road_ref": "М-4"})}
        for name, (_, _, number) in posts.items()
    }
    path = folder / "posts.osm"
    path.write_text(osm(nodes, [("abc", M4)], places=signs), encoding="utf-8")
    return load_roads(path)


ENDS = {"p": (39.0, 51.0, "100"), "q": (39.0 + EAST, 51.0 + NORTH, "120")}


def test_between_two_posts_the_road_is_followed_round_its_bend(tmp_path: Path) -> None:
    posts = drawn(tmp_path, ENDS).posts
    lon, lat = posts.point_at("M4", [100, 105, 110, 115, 120])
    assert lon.tolist() == pytest.approx([39.0, 39.0, 39.0, 39.0 + EAST / 2, 39.0 + EAST], abs=2e-4)
    assert lat.tolist() == pytest.approx([51.0, 51.0 + NORTH / 2, 51.0 + NORTH, 51.0 + NORTH, 51.0 + NORTH], abs=2e-4)


def test_a_point_on_the_road_has_a_label_and_one_beside_it_has_none(tmp_path: Path) -> None:
    posts = drawn(tmp_path, ENDS).posts
    assert posts.label(39.0, 51.0 + NORTH / 2) in ("M4 km 105.0", "M4 km 105")
    assert posts.label(39.0 + EAST / 2, 51.0 + NORTH / 2) is None
    assert posts.labels([39.0, 39.07], [51.0, 51.02], within_m=8_000)[1] is not None


def test_a_road_longer_than_its_signs_is_known_less_well_in_the_middle(tmp_path: Path) -> None:
    posts = drawn(tmp_path, {**ENDS, "q": (39.0 + EAST, 51.0 + NORTH, "118")}).posts
    assert posts.accuracy_at("M4", 100) < 200
    assert posts.accuracy_at("M4", 109) == pytest.approx(50 + 1_000, rel=0.15)


def test_a_wrong_number_is_left_out_and_counted(tmp_path: Path) -> None:
    wrong = {
        **ENDS,
        "m": (39.0, 51.0 + NORTH / 2, "105"),
        "r": (39.0, 51.0 + NORTH / 2, "705"),
        "s": (39.0, 51.0 + NORTH * 0.8, "101"),
    }
    posts = drawn(tmp_path, wrong).posts
    assert posts.left_out == {"M4": 2}
    assert posts.chains["M4"].km[[0, -1]].tolist() == [100, 120]
    assert float(posts.km_at("M4", 39.0, 51.0 + NORTH / 2)) == pytest.approx(105)


def test_posts_of_both_carriageways_are_one(tmp_path: Path) -> None:
    both = {**ENDS, "r": (39.0, 51.0 + NORTH / 2, "105"), "s": (39.0002, 51.0 + NORTH / 2, "105")}
    posts = drawn(tmp_path, both).posts
    assert posts.left_out == {}
    assert float(posts.point_at("M4", 105)[0]) == pytest.approx(39.0001, abs=1e-6)


@pytest.mark.parametrize("number", ["", "km", "12345678", "-5", "1e9", "590 km 3", "NaN"])
def test_a_post_without_a_number_is_no_post(tmp_path: Path, number: str) -> None:
    assert len(drawn(tmp_path, {**ENDS, "r": (39.0, 51.01, number)}).milestones) == 2


@pytest.mark.parametrize(("number", "km"), [("590", 590.0), ("590 км", 590.0), ("km 590", 590.0), ("12,5", 12.5)])
def test_numbers_are_read_as_people_write_them(tmp_path: Path, number: str, km: float) -> None:
    assert [post.km for post in drawn(tmp_path, {"r": (39.0, 51.01, number)}).milestones] == [km]


def test_a_post_that_names_no_road_has_that_of_the_way_it_stands_on(tmp_path: Path) -> None:
    path = tmp_path / "posts.osm"
    signs = {name: {"highway": "milestone", "distance": str(km)} for name, km in (("a", 10), ("b", 20), ("x", 15))}
    path.write_text(osm(BEND | {"x": (39.5, 51.0)}, [("abc", M4)], places=signs), encoding="utf-8")
    roads = load_roads(path)
    assert sorted((post.km, post.road) for post in roads.milestones) == [(10, "M4"), (15, ""), (20, "M4")]
    assert roads.posts.left_out == {"": 1}


def test_one_post_alone_is_left_out(tmp_path: Path) -> None:
    posts = drawn(tmp_path, {"p": ENDS["p"]}).posts
    assert (dict(posts.chains), posts.left_out) == ({}, {"M4": 1})


def test_posts_of_a_road_that_is_not_there_lie_on_a_straight_line(tmp_path: Path) -> None:
    posts = drawn(tmp_path, ENDS, tags={"road_ref": "М-5"}).posts
    lon, lat = posts.point_at("M5", 110)
    assert (float(lon), float(lat)) == pytest.approx((39.0 + EAST / 2, 51.0 + NORTH / 2), abs=1e-4)


def test_where_the_road_is_unknown_the_radius_holds_any_road_of_that_length(tmp_path: Path) -> None:
    posts = drawn(tmp_path, ENDS, tags={"road_ref": "М-5"}).posts
    # The road of 20 km bends by 90 degrees; the straight line of 14.1 km passes its corner at 7.1 km.
    corner = float(geodesy.distance_m(*posts.point_at("M5", 110), 39.0, 51.0 + NORTH))
    assert corner == pytest.approx(7_070, rel=0.01)
    assert corner < posts.accuracy_at("M5", 110) < 9_000
    assert posts.accuracy_at("M5", 100) < 200


def test_the_posts_of_a_table_take_the_place_of_the_maps(tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text("road,km,lon,lat,accuracy_m\nM4,1,39.0,51.0,10\nM4,11,39.0,51.08988,10\n", encoding="utf-8")
    roads = drawn(tmp_path, ENDS).with_posts(KilometrePosts.read(table))
    assert roads.posts.chains["M4"].km[[0, -1]].tolist() == [1, 11]


@settings(deadline=None)  # the first example loads the roads
@given(st.floats(20, 1049, allow_nan=False))
def test_a_kilometre_leads_to_a_point_that_leads_back(km: float) -> None:
    posts = _bundled()
    lon, lat = posts.point_at("M4", km)
    back = float(posts.km_at("M4", lon, lat))
    assert abs(back - km) * 1000 <= posts.accuracy_at("M4", km) + 1


def test_kilometres_rise_along_the_bundled_m4() -> None:
    posts = _bundled()
    lon, lat = posts.point_at("M4", np.arange(20, 1049))
    step = geodesy.distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert step.max() < 2_500
    assert np.median(step) == pytest.approx(1_000, rel=0.05)


def test_a_long_list_of_posts_and_a_long_name_are_no_burden(tmp_path: Path) -> None:
    roads = drawn(tmp_path, ENDS)
    assert roads.posts.candidates("M4" * 5_000 + " km 590") == ()
    table = tmp_path / "posts.csv"
    rows = "".join(
        f"M{road},{km},{39 + km / 70:.4f},{51 + road / 100:.4f},50\n" for road in range(20) for km in range(200)
    )
    table.write_text("road,km,lon,lat,accuracy_m\n" + rows, encoding="utf-8")
    many = roads.with_posts(KilometrePosts.read(table)).posts
    assert len(many.chains) == 20


@cache
def _bundled() -> KilometrePosts:
    return load_roads().posts
