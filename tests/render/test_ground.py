from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.render.made_up import small_march
from tracker.model import tables
from tracker.render.ground import Box, labels_scene, roads_scene
from tracker.render.pack import unpack

HERE = Box(west=39.5, south=49.5, east=41.0, north=52.5)


def drawn(roads: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(road["class"], road["inferred"]) for road in roads}


def test_small_roads_are_left_out_of_a_large_picture_and_inferred_ones_are_not() -> None:
    roads = roads_scene(small_march(), HERE, scale=10_000, tolerance_m=100, max_points=1_000)
    assert drawn(roads) == {("primary", True), ("primary", False), ("motorway", False)}
    assert [road["class"] for road in roads][-1] == "motorway"


def test_a_road_that_a_track_used_is_drawn_however_small_and_far_away() -> None:
    march = small_march()
    roads = march.roads.copy()
    roads["highway"] = "track"
    far = Box(west=10, south=10, east=12, north=12)
    scene = roads_scene(replace(march, roads=roads), far, scale=10_000, tolerance_m=100, max_points=0)
    assert drawn(scene) == {("service", False)}


def test_a_two_way_road_is_drawn_once_and_roads_are_joined_end_to_end() -> None:
    roads = roads_scene(small_march(), HERE, scale=10_000, tolerance_m=1, max_points=10_000)
    counts = {(road["class"], road["inferred"]): len(road["n"]) for road in roads}  # type: ignore[arg-type]
    assert counts == {("motorway", False): 1, ("primary", False): 1, ("primary", True): 1}


def test_a_drawn_road_lies_within_the_tolerance_of_the_road() -> None:
    march = small_march()
    (motorway,) = [
        road
        for road in roads_scene(march, HERE, scale=10_000, tolerance_m=100, max_points=1_000)
        if road["class"] == "motorway"
    ]
    lon, lat = (np.array(column) / 10_000 for column in unpack(str(motorway["d"]), 2))
    utm = march.roads.geometry[:3].to_crs(32637)
    line = gpd.GeoSeries([shapely.LineString(np.c_[lon, lat])], crs=4326).to_crs(32637)
    assert line[0].hausdorff_distance(utm.union_all()) < 120


def test_a_network_that_is_too_large_keeps_its_main_roads() -> None:
    march = small_march()
    lines = [shapely.LineString([(40 + k / 500, 50), (40 + k / 500, 50.1)]) for k in range(400)]
    classes = ["tertiary", "trunk"] * 200
    grid = tables.table(
        {"highway": classes, "inferred": [False] * 400, "length_m": [11_000.0] * 400, "geometry": lines}, tables.ROADS
    )
    small = Box(west=40.0, south=49.9, east=40.3, north=50.2)
    scene = roads_scene(replace(march, roads=grid, tracks={}), small, scale=10_000, tolerance_m=10, max_points=200)
    assert drawn(scene) == {("trunk", False)}
    assert [len(road["n"]) for road in scene] == [75]  # type: ignore[arg-type]  # of 200, those that touch the box


def test_labels_are_the_larger_places_first_and_no_more_than_wanted() -> None:
    near = np.array([40.0]), np.array([50.0])
    nothing = np.empty(0), np.empty(0)
    labels = labels_scene(small_march().places, HERE, scale=10_000, near=near, told=nothing, most=3)
    assert [label["text"] for label in labels] == ["Southford", "Northgate", "Millbrook"]
    assert [label["local"] for label in labels] == ["Южный Брод", "Северные Ворота", ""]


def test_of_places_of_one_size_the_more_reported_comes_first() -> None:
    places = small_march().places
    near = np.array([40.0]), np.array([50.0])
    north = places[places["place"] == "Northgate"].geometry.iloc[0]
    told = np.array([north.x + 0.01] * 2), np.array([north.y] * 2)
    labels = labels_scene(places, HERE, scale=10_000, near=near, told=told, most=3)
    assert [label["text"] for label in labels] == ["Northgate", "Southford", "Millbrook"]


@pytest.mark.parametrize("highway", ["motorway_link", "trunk", "nonsense", ""])
def test_any_kind_of_road_can_be_drawn(highway: str) -> None:
    march = small_march()
    roads = march.roads.copy()
    roads["highway"] = highway
    assert roads_scene(replace(march, roads=roads), HERE, scale=10_000, tolerance_m=100, max_points=1_000)
