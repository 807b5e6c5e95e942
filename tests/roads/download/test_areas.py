"""An area is a box, a polygon, a corridor or a name, and a wrong one is refused before anything is asked."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from tracker.model import BadRoads
from tracker.roads.download.areas import MOST_KM2, read_area, square_km
from tracker.roads.download.queries import query
from tracker.roads.download.tiles import Tile, quarters, tiles

GEOD = Geod(ellps="WGS84")
BOX = (39.0, 50.0, 40.0, 51.0)
NAN = math.nan


def area(given: Any, width_km: float | None = None) -> Any:
    return read_area(given, width_km=width_km, named=lambda name: shapely.box(*BOX) if name == "Lipetsk" else None)


@pytest.mark.parametrize(
    "given",
    [
        BOX,
        list(BOX),
        np.array(BOX),
        shapely.box(*BOX),
        shapely.MultiPolygon([shapely.box(*BOX)]),
        gpd.GeoDataFrame(geometry=[shapely.box(*BOX)], crs="EPSG:4326"),
        gpd.GeoSeries([shapely.box(39, 50, 39.5, 51), shapely.box(39.5, 50, 40, 51)], crs="EPSG:4326"),
        shapely.force_3d(shapely.box(*BOX), 7.0),
        "Lipetsk",
    ],
    ids=["tuple", "list", "array", "polygon", "multipolygon", "table", "series", "with heights", "name"],
)
def test_every_way_to_give_a_box_gives_the_box(given: Any) -> None:
    found = area(given)
    assert found.equals(shapely.box(*BOX))
    assert not found.has_z


def test_a_table_in_metres_is_turned_into_degrees() -> None:
    metres = gpd.GeoDataFrame(geometry=[shapely.box(*BOX)], crs="EPSG:4326").to_crs("EPSG:32637")
    assert area(metres).bounds == pytest.approx(BOX, abs=0.02)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ((40.0, 50.0, 39.0, 51.0), "west 40 is not below east 39.*antimeridian"),
        ((47.2, 39.7, 55.7, 37.6), "south 39.7 is not below north 37.6; are these lat, lon pairs"),
        ((50.0, 139.0, 51.0, 140.0), "longitude and latitude seem swapped"),
        ((39.0, NAN, 40.0, 51.0), "not a finite number"),
        ((39.0, 50.0, 400.0, 51.0), r"outside of \+-180"),
        ((39.0, 50.0, 39.0, 51.0), "west 39 is not below"),
        ((39.0, 50.0, 40.0), r"numbers of the shape \(3,\) are no area"),
        ((0.0, 40.0, 20.0, 60.0), "square kilometres, and a download takes at most 250,000"),
        ((-100.0, 1.0, 100.0, 1.1), "more than half the globe"),
        (("a", "b", "c", "d"), "is no area"),
        (17, "is no area"),
        (None, "is no area"),
        ("  ", "an empty place name"),
        ("Li\udcffpetsk", r"'Li\\udcffpetsk' is not text"),
        (shapely.Point(39, 50), "is a Point"),
        (shapely.Polygon(), "is empty"),
        (shapely.Polygon([(39, 50), (40, 51), (40, 50), (39, 51)]), "not valid.*Self-intersection"),
        (shapely.Polygon([(39, 50), (40, 50), (math.inf, 51), (39, 50)]), "not a finite number"),
        (gpd.GeoDataFrame(geometry=[shapely.box(*BOX)]), "has no CRS"),
        (gpd.GeoDataFrame(geometry=[], crs="EPSG:4326"), "is a GeometryCollection|is empty"),
        ([(39.0, 50.0), (40.0, 51.0)], "give the width of the corridor along it, as in width_km=20"),
    ],
)
def test_an_area_that_cannot_be_meant_is_refused_with_the_reason(given: Any, reason: str) -> None:
    with pytest.raises(BadRoads, match=reason):
        area(given)


@pytest.mark.parametrize(
    ("line", "width", "reason"),
    [
        ([(39.0, 50.0), (39.0, 50.0)], 10, "fewer than two different points"),
        ([(39.0, 50.0), (40.0, 51.0)], 0, "width_km is 0"),
        ([(39.0, 50.0), (40.0, 51.0)], NAN, "width_km is nan"),
        ([(39.0, 50.0), (40.0, 51.0)], 501, "at most 500"),
        ([(50.0, 100.0), (51.0, 101.0)], -1, "seem swapped.*width_km is -1"),
        ([(179.0, 50.0), (-179.0, 50.0)], 10, "antimeridian"),
        ([(10.0, 50.0), (60.0, 50.0)], 200, "square kilometres"),
    ],
)
def test_a_corridor_that_cannot_be_meant_is_refused_with_all_its_reasons(line: Any, width: float, reason: str) -> None:
    with pytest.raises(BadRoads, match=reason):
        area(line, width)


def test_a_width_without_a_line_is_refused() -> None:
    with pytest.raises(BadRoads, match="width_km goes with a line only"):
        area(BOX, 10)


@pytest.mark.parametrize("line", [[(39.7, 47.2), (39.2, 51.7), (37.6, 55.7)], [(24.0, 70.0), (30.0, 70.5)]])
def test_a_corridor_has_its_width_in_true_metres(line: list[tuple[float, float]]) -> None:
    found = area(line, 20)
    (lon, lat), (to_lon, to_lat) = line[0], line[1]
    along, _, metres = GEOD.inv(lon, lat, to_lon, to_lat)
    for share in (0.1, 0.37, 0.8):
        lon, lat, _ = GEOD.fwd(*line[0], along, metres * share)
        ahead = GEOD.inv(lon, lat, to_lon, to_lat)[0]
        for side in (-90, 90):
            assert found.contains(shapely.Point(GEOD.fwd(lon, lat, ahead + side, 9_950)[:2]))
            assert not found.contains(shapely.Point(GEOD.fwd(lon, lat, ahead + side, 10_050)[:2]))


def test_a_line_of_a_table_makes_a_corridor_and_a_track_of_many_points_does_too() -> None:
    track = shapely.LineString(np.stack([np.linspace(39, 40, 5000), np.linspace(50, 51, 5000)], axis=1))
    metres = gpd.GeoSeries([track], crs="EPSG:4326").to_crs("EPSG:32637")
    length_km = GEOD.geometry_length(track) / 1000
    assert square_km(area(metres, 10)) == pytest.approx(length_km * 10 + math.pi * 25, rel=0.01)


def test_an_area_is_measured_on_the_ellipsoid() -> None:
    # A degree square at 50 degrees north: 111.2 km high, 71.7 to 70.2 km wide.
    assert square_km(shapely.box(*BOX)) == pytest.approx(7_890, rel=0.01)
    ring = shapely.box(39, 50, 40, 51).difference(shapely.box(39.25, 50.25, 39.75, 50.75))
    assert square_km(ring) == pytest.approx(7_890 * 0.75, rel=0.01)
    assert square_km(area((30.0, 48.0, 35.5, 53.0))) < MOST_KM2


# ---- tiles


def test_tiles_cover_the_area_and_none_is_larger_than_said() -> None:
    for given, side in ((BOX, 50.0), ((-0.5, -0.5, 0.5, 0.5), 10.0), ((20.0, 69.0, 21.0, 70.0), 30.0)):
        shape = area(given)
        found = tiles(shape, side_km=side)
        union = shapely.union_all([shapely.box(t.west, t.south, t.east, t.north) for t in found])
        assert union.buffer(1e-9).contains(shape)
        assert max(t.side_km for t in found) <= side * 1.01
        assert len(found) < 2 * square_km(shape) / side**2 + 6


def test_tiles_of_a_slanting_corridor_hug_it() -> None:
    shape = area([(39.0, 50.0), (41.0, 52.0)], 5)
    found = tiles(shape, side_km=25)
    asked = sum(square_km(shapely.box(t.west, t.south, t.east, t.north)) for t in found)
    assert asked < 0.35 * square_km(shapely.box(*shape.bounds))
    union = shapely.union_all([shapely.box(t.west, t.south, t.east, t.north) for t in found])
    assert union.buffer(1e-9).contains(shape)


def test_quarters_of_a_tile_cover_what_it_holds_of_the_area_and_are_half_as_wide() -> None:
    shape = shapely.Polygon([(39, 50), (40, 50), (39, 51)])
    (tile,) = tiles(shape, side_km=200)
    found = quarters(tile, shape)
    assert len(found) == 3  # The one in the north-east holds nothing.
    assert max(t.east - t.west for t in found) <= 0.50001
    union = shapely.union_all([shapely.box(t.west, t.south, t.east, t.north) for t in found])
    assert union.buffer(1e-9).contains(shape)


def test_the_query_names_classes_box_and_day_and_bounds_every_search() -> None:
    text = query(Tile(50.0, 39.0, 50.5, 39.5), classes=["trunk", "primary"], moment="2023-06-23T00:00:00Z")
    assert text.startswith('[out:json][timeout:180][maxsize:536870912][date:"2023-06-23T00:00:00Z"];\n')
    assert 'way["highway"~"^(primary|trunk)$"](50.00000,39.00000,50.50000,39.50000)' in text
    assert text.count("(50.00000,39.00000,50.50000,39.50000)") == 5
    for wanted in ("milestone", "city|town|village|hamlet", "river|canal", "administrative", '"type"="restriction"'):
        assert wanted in text
