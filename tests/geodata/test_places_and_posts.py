"""places.csv names every place twice; kilometre_posts.csv lies along the M4 in the order of its numbers."""

import csv
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tracker.model.geodesy import distance_m
from tracker.roads import KilometrePosts, RoadNetwork, load_roads

GEODATA = Path(__file__).parents[2] / "geodata"


def rows(name: str) -> list[dict[str, str]]:
    with (GEODATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLACES = rows("places.csv")
POSTS = rows("kilometre_posts.csv")


@pytest.fixture(scope="module")
def corridor() -> RoadNetwork:
    return load_roads(GEODATA / "roads.osm")


def test_every_place_has_a_name_in_both_scripts() -> None:
    for row in PLACES:
        assert re.search(r"[A-Za-z]", row["place"])
        assert re.search(r"[а-яё]", row["place_ru"]), row["place"]
        assert not re.search(r"[а-яё]", row["place"], re.IGNORECASE), row["place"]
    assert len({row["place"] for row in PLACES}) == len(PLACES)
    assert len({row["place_ru"] for row in PLACES}) == len(PLACES)


def test_every_place_has_a_kind_a_point_a_radius_a_rank_and_a_source() -> None:
    kinds = {"city", "town", "village", "suburb", "border", "bridge", "junction", "street", "site", "road point"}
    for row in PLACES:
        assert row["kind"] in kinds, row["place"]
        assert 36 < float(row["lon"]) < 42.5, row["place"]
        assert 47 < float(row["lat"]) < 56, row["place"]
        assert 300 <= float(row["radius_m"]) <= 20_000, row["place"]
        assert row["label_rank"] in ("1", "2", "3", "4"), row["place"]
        assert row["source"], row["place"]


def test_a_source_that_names_a_report_or_waypoint_stands_near_it() -> None:
    reports = {row["report_id"]: row for row in rows("reports.csv")}
    named = [(row, reports[row["source"][7:11]]) for row in PLACES if re.match(r"report r\d{3}", row["source"])]
    assert len(named) >= 15
    for row, report in named:
        apart = distance_m(*(float(table[name]) for table in (row, report) for name in ("lon", "lat")))
        assert apart <= float(report["radius_m"]), row["place"]


def test_the_places_of_the_march_are_all_there() -> None:
    names = {row["place"] for row in PLACES}
    assert {"Rostov-on-Don", "Millerovo", "Boguchar", "Yelizavetovka", "Pavlovsk", "Buturlinovka", "Anna"} <= names
    assert {"Voronezh", "Khlevnoye", "Yelets", "Krasnoye", "Yefremov", "Kashira", "Moscow"} <= names


def test_posts_are_on_the_m4_with_numbers_that_grow_away_from_moscow() -> None:
    assert {row["road"] for row in POSTS} == {"M4"}
    assert (np.diff([int(row["km"]) for row in POSTS]) > 0).all()
    assert (int(POSTS[0]["km"]), int(POSTS[-1]["km"])) == (20, 1049)
    assert all(row["source"] for row in POSTS)


def test_each_post_lies_on_the_bundled_m4(corridor: RoadNetwork) -> None:
    lon, lat = (np.array([float(row[name]) for row in POSTS]) for name in ("lon", "lat"))
    nearest = corridor.nearest(lon, lat)
    assert nearest.distance_m.max() < 15
    assert set(corridor.table["road"].iloc[nearest.edge]) == {"M4"}


def test_kilometres_between_the_posts_lie_on_the_m4_too(corridor: RoadNetwork) -> None:
    lon, lat = KilometrePosts.read(GEODATA / "kilometre_posts.csv").point_at("M4", np.arange(20, 1050))
    assert np.median(corridor.nearest(lon, lat).distance_m) < 400
    assert corridor.nearest(lon, lat).distance_m.max() < 4_000


def test_posts_follow_each_other_at_about_the_length_that_their_numbers_say() -> None:
    for before, after in pairwise(POSTS):
        straight = float(distance_m(*(float(post[name]) for post in (before, after) for name in ("lon", "lat"))))
        by_number = 1000 * (int(after["km"]) - int(before["km"]))
        assert straight < 1.07 * by_number, after["km"]
        assert straight > 0.5 * by_number, after["km"]


def test_a_snapped_post_moved_no_farther_than_its_accuracy() -> None:
    snapped = [row for row in POSTS if row["position"] == "snapped"]
    assert len(snapped) == 11
    for row in snapped:
        assert float(row["moved_m"]) <= float(row["accuracy_m"]), row["km"]
    measured = [row for row in POSTS if row["measured_or_inferred"] == "measured"]
    assert [int(row["km"]) for row in measured] == [20, 108, 424, 544, 588, 711, 1034]
    assert {row["position"] for row in measured} == {"snapped"}


def test_how_far_a_post_was_moved_is_what_the_columns_say() -> None:
    for row in POSTS:
        points = (float(row[name]) for name in ("given_lon", "given_lat", "lon", "lat"))
        assert float(row["moved_m"]) == pytest.approx(float(distance_m(*points)), abs=15), row["km"]


def test_the_barrier_at_km_590_lies_within_the_radius_of_its_report() -> None:
    post = next(row for row in POSTS if row["km"] == "590")
    report = next(row for row in rows("reports.csv") if row["report_id"] == "r015")
    apart = distance_m(*(float(table[name]) for table in (post, report) for name in ("lon", "lat")))
    assert apart < float(report["radius_m"])


def test_the_readme_gives_source_licence_and_accuracy_of_every_file() -> None:
    readme = (GEODATA / "README.md").read_text(encoding="utf-8")
    for file in sorted(GEODATA.iterdir()):
        if file.name != "README.md":
            assert f"## {file.name}" in readme
    assert "ODbL 1.0" in readme
    assert "CC BY 4.0" in readme
    assert "(c) OpenStreetMap contributors" in readme
