"""From kilometre posts to points, and back."""

from pathlib import Path

import pytest

from tracker.model import BadRoads, MissingFile, UnknownPlace, geodesy
from tracker.roads import KilometrePosts

HEAD = "road,km,lon,lat,accuracy_m,source\n"
M4 = (
    HEAD
    + "M4,20,39.0,51.2,500,x\nM4,10,39.0,51.1,300,x\nM4,40,39.3,51.2,2000,x\n"
    + "Р-22,5,38,52,100,x\nР-22,7,38,52.02,100,x\n"
)


def posts(folder: Path, text: str = M4) -> KilometrePosts:
    path = folder / "posts.csv"
    path.write_text(text, encoding="utf-8")
    return KilometrePosts.read(path)


def test_between_two_posts_the_kilometres_are_even(tmp_path: Path) -> None:
    lon, lat = posts(tmp_path).point_at("M4", [10, 15, 30, 40])
    assert lon.tolist() == pytest.approx([39.0, 39.0, 39.15, 39.3])
    assert lat.tolist() == pytest.approx([51.1, 51.15, 51.2, 51.2])


def test_a_point_near_the_road_has_the_kilometres_of_the_nearest_place_on_it(tmp_path: Path) -> None:
    known = posts(tmp_path)
    assert float(known.km_at("M4", 39.01, 51.15)) == pytest.approx(15)
    assert known.km_at("M4", [39.15, 38.9, 39.9], [51.22, 51.0, 51.2]).tolist() == pytest.approx([30, 10, 40])


def test_kilometres_and_points_lead_to_each_other(tmp_path: Path) -> None:
    known = posts(tmp_path)
    km = [10.0, 12.5, 20.0, 33.3, 40.0]
    assert known.km_at("М-4", *known.point_at("M-4", km)).tolist() == pytest.approx(km)


def test_the_accuracy_is_that_of_the_worse_post(tmp_path: Path) -> None:
    known = posts(tmp_path)
    assert (known.accuracy_at("M4", 15), known.accuracy_at("M4", 20), known.accuracy_at("M4", 21)) == (500, 500, 2000)


def test_what_no_post_tells_is_unknown(tmp_path: Path) -> None:
    known = posts(tmp_path)
    with pytest.raises(UnknownPlace, match="posts are known from km 10 to km 40"):
        known.point_at("M4", 41)
    with pytest.raises(UnknownPlace, match="no kilometre posts of M5 are known; there are posts of M4, R22"):
        known.km_at("M5", 39, 51)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("road,km,lon\n", "no column accuracy_m, lat"),
        (HEAD + "M4,ten,39,51,1,x\n", "line 2: could not convert"),
        (HEAD + "M4,nan,39,51,1,x\n", "line 2: a number is not finite"),
        (HEAD + "M4,10,39,51,1,x\n", "needs two posts or more"),
        (HEAD + "M4,10,39,51,1,x\nM4,10,39,52,1,x\n", "each kilometre once"),
    ],
)
def test_a_file_that_holds_no_posts_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadRoads, match=message):
        posts(tmp_path, text)


def test_a_missing_file_of_posts_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"none\.csv"):
        KilometrePosts.read(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("words", "name", "radius_m"),
    [
        ("M4 km 15", "M4 km 15", 1_000),
        ("М4, км 15", "M4 km 15", 1_000),
        ("km 15 of the M4", "M4 km 15", 1_000),
        ("km 15 on the M-4 highway", "M4 km 15", 1_000),
        ("15 km M4", "M4 km 15", 1_000),
        ("15 километр трассы М4", "M4 km 15", 1_000),
        ("М-4 «Дон», 15 км", "M4 km 15", 1_000),
        ("M 4 km 15 (by the river)", "M4 km 15", 1_000),
        ("15-й км М-4", "M4 km 15", 1_500),
        ("на 15-м километре трассы М-4 «Дон»", "M4 km 15", 1_500),
        ("15-й кілометр траси М-4", "M4 km 15", 1_500),
        ("M4 km 15.4", "M4 km 15.4", 550),
        ("5,5 км Р-22", "R22 km 5.5", 150),
        ("r22 km 6", "R22 km 6", 600),
    ],
)
def test_a_kilometre_in_words_is_a_point_with_a_radius(tmp_path: Path, words: str, name: str, radius_m: float) -> None:
    known = posts(tmp_path)
    (place,) = known.candidates(words)
    lon, lat = known.point_at(name.split()[0], float(name.split()[-1]))
    assert (place.name, place.method, place.radius_m) == (name, "kilometre post", radius_m)
    assert (place.lon, place.lat) == (pytest.approx(float(lon)), pytest.approx(float(lat)))


@pytest.mark.parametrize(
    "words", ["M4, km 10-40", "M4 km 10 to km 40", "с 10 по 40 км М-4", "М-4, 10–40 км", "M4 km 40 to 10"]
)
def test_a_stretch_is_its_middle_and_the_radius_covers_it(tmp_path: Path, words: str) -> None:
    known = posts(tmp_path)
    (place,) = known.candidates(words)
    for km in (10, 20, 30, 40):
        lon, lat = known.point_at("M4", km)
        assert float(geodesy.distance_m(place.lon, place.lat, lon, lat)) <= place.radius_m - 2_500
    assert place.name == "M4 km 10 to km 40"


@pytest.mark.parametrize(
    "words",
    [
        "Yelets",
        "12 km north of M4",
        "M4",
        "km 15",
        "M4 km 118, M5 km 115",
        "M4 12 km from Yelets",
        "",
        "km 15 of the Tula road",
    ],
)
def test_words_that_name_no_kilometre_of_one_road_have_no_candidate(tmp_path: Path, words: str) -> None:
    assert posts(tmp_path).candidates(words) == ()


def test_kilometres_in_words_beyond_the_posts_say_which_are_known(tmp_path: Path) -> None:
    known = posts(tmp_path)
    with pytest.raises(UnknownPlace, match="'M4 km 41': posts of M4 are known from km 10 to km 40 only"):
        known.candidates("M4 km 41")
    with pytest.raises(UnknownPlace, match="no kilometre posts of M5 are known; there are posts of M4, R22"):
        known.candidates("M5 km 15")
