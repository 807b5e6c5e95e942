"""Coordinates, links and grid references, as people write them."""

import pytest

from tracker.evidence.places import locate
from tracker.model import AmbiguousPlace, Located, UnknownPlace, geodesy


def off_m(place: Located, lon: float, lat: float) -> float:
    return float(geodesy.distance_m(place.lon, place.lat, lon, lat))


@pytest.mark.parametrize(
    ("words", "radius_m"),
    [
        ("52.62, 38.50", 556.6),
        ("52,62; 38,50", 556.6),
        ("52,62 38,50", 556.6),
        ("52.620000, 38.500000", 10),
        ("(52.62, 38.50)", 556.6),
        ("52.62 / 38.50", 556.6),
        ("52.62° 38.50°", 556.6),
        ("N52.62 E38.50", 556.6),
        ("52.62N, 38.50E", 556.6),
        ("E 38.50, N 52.62", 556.6),
        ("lat 52.62 lon 38.50", 556.6),
        ("lon=38.50, lat=52.62", 556.6),
        ("latitude: 52.62, longitude: 38.50", 556.6),
        ("широта 52,62, долгота 38,50", 556.6),
        ("52.62 с.ш. 38.50 в.д.", 556.6),
        ("52°37′12″ с. ш. 38°30′00″ в. д.", 15.5),
        ("52°37′12″ пн. ш. 38°30′00″ сх. д.", 15.5),
        ("52°37'12\"N 38°30'00\"E", 15.5),
        ("52º37’12”N, 38º30’00”E", 15.5),
        ("52° 37' 12'' N 38° 30' 0'' E", 15.5),
        ("52° 37.2' N, 38° 30.0' E", 92.8),
        ("52°37,2′ 38°30,0′", 92.8),
        ("geo:52.62,38.50", 556.6),
        ("geo:52.62,38.5;u=35", 35),
        ("geo:52.62,38.5,120;crs=wgs84;u=35.5", 35.5),
        ("https://www.google.com/maps/place/X/@52.6,38.4,12z/data=!3m1!4b1!8m2!3d52.6200!4d38.5000", 10),
        ("https://maps.google.com/?q=52.6200,38.5000", 10),
        ("https://www.openstreetmap.org/?mlat=52.6200&mlon=38.5000#map=12/52.1/38.1", 10),
        ("https://www.openstreetmap.org/#map=12/52.6200/38.5000", 5939.8),
        ("https://www.google.com/maps/@52.6200,38.5000,12z", 5939.8),
    ],
)
def test_coordinates_are_read_and_their_digits_give_the_radius(words: str, radius_m: float) -> None:
    place = locate(words)
    assert off_m(place, 38.5, 52.62) < 1
    assert place.radius_m == pytest.approx(radius_m, abs=10 if radius_m == 10 else 0.1)
    assert place.method == "coordinates"


@pytest.mark.parametrize(
    ("words", "lon", "lat"),
    [
        ("33.92 S, 18.42 E", 18.42, -33.92),
        ("40.71, -74.01", -74.01, 40.71),
        ("40.71 N 74.01 W", -74.01, 40.71),
        ("48.86, 2.35", 2.35, 48.86),
        ("139.69, 35.69", 139.69, 35.69),
        ("\u22121.29, 36.82", 36.82, -1.29),
    ],
)
def test_signs_letters_and_the_limits_of_latitude_are_heeded(words: str, lon: float, lat: float) -> None:
    assert off_m(locate(words), lon, lat) < 1


def test_a_bare_pair_in_the_order_of_our_tables_is_not_swapped_silently() -> None:
    with pytest.raises(AmbiguousPlace) as caught:
        locate("38.50, 52.62")
    assert {(place.lon, place.lat) for place in caught.value.candidates} == {(38.5, 52.62), (52.62, 38.5)}
    assert locate("38.50, 52.62", near=(39.0, 52.0)).lat == 52.62
    assert locate("lon 38.50 lat 52.62").lat == 52.62


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("95.5 N 38.5 E", "on no globe"),
        ("52.62, 238.50", "on no globe"),
        ("52°61'12\"N 38°30'00\"E", "on no globe"),
        ("52.62 N 38.50 N", "both numbers are a latitude"),
        ("https://maps.app.goo.gl/abcdef", "is not opened"),
        ("37U DB 123 67890", "as many digits"),
        ("37U DB 123", "as many digits"),
        ("61U DB 12 34", "no square of the MGRS grid"),
        ("JG88+XX", "needs a place after it"),
    ],
)
def test_numbers_that_are_no_place_say_why(words: str, message: str) -> None:
    with pytest.raises(UnknownPlace, match=message):
        locate(words)


@pytest.mark.parametrize(
    ("words", "metres", "east", "north"),
    [
        ("37U DB 12345 67890", 10, 412345, 6167890),
        ("37UDB1234567890", 10, 412345, 6167890),
        ("37U DB 12 67", 707.1, 412500, 6167500),
        ("MGRS 37udb1267", 707.1, 412500, 6167500),
        ("37U DB 1 6", 7071.1, 415000, 6165000),
    ],
)
def test_a_grid_reference_is_the_middle_of_its_square(words: str, metres: float, east: float, north: float) -> None:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(32637, 4326, always_xy=True).transform(east, north)
    place = locate(words)
    assert off_m(place, lon, lat) < 2
    assert place.radius_m == pytest.approx(metres, abs=0.1)


def test_a_plus_code_is_its_cell_and_a_short_one_is_read_by_its_place() -> None:
    full, short = locate("9G4WJG88+XX"), locate("JG88+XX Yelets")
    assert (full.lon, full.lat) == (short.lon, short.lat)
    assert off_m(short, 38.5174, 52.6174) < 10
    assert 8 <= full.radius_m <= 12
