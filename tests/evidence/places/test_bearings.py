"""Places told by another one."""

import pytest
from pyproj import Geod

from tracker.evidence.places import locate
from tracker.model import UnknownPlace, geodesy

YELETS, VORONEZH = (38.5, 52.62), (39.1969, 51.6593)


@pytest.mark.parametrize(
    ("words", "start", "degrees", "metres", "radius_m"),
    [
        ("12 km north of Yelets", YELETS, 0, 12_000, 14_746),
        ("about 12 kilometres to the north of Yelets", YELETS, 0, 12_000, 14_746),
        ("в 12 км к северу от Ельца", YELETS, 0, 12_000, 14_746),
        ("12 км севернее Ельца", YELETS, 0, 12_000, 14_746),
        ("за 12 км на північ від Єльця", YELETS, 0, 12_000, 14_746),
        ("12 км північніше Єльця", YELETS, 0, 12_000, 14_746),
        ("5 km NNE of Yelets", YELETS, 22.5, 5_000, 11_096),
        ("5 km north-north-east of Yelets", YELETS, 22.5, 5_000, 11_096),
        ("7 km south-west of Voronezh", VORONEZH, 225, 7_000, 14_769),
        ("7 км юго-западнее Воронежа", VORONEZH, 225, 7_000, 14_769),
        ("7 км к юго-западу от Воронежа", VORONEZH, 225, 7_000, 14_769),
        ("7 km SW of Voronezh", VORONEZH, 225, 7_000, 14_769),
        ("20 miles south of Voronezh", VORONEZH, 180, 32_186.88, 24_731),
        ("20 миль южнее Воронежа", VORONEZH, 180, 32_186.88, 24_731),
    ],
)
def test_a_distance_and_a_direction_are_laid_out_on_the_ellipsoid(
    words: str, start: tuple[float, float], degrees: float, metres: float, radius_m: float
) -> None:
    place = locate(words)
    lon, lat, _ = Geod(ellps="WGS84").fwd(*start, degrees, metres)
    assert float(geodesy.distance_m(place.lon, place.lat, lon, lat)) < 1
    assert (place.method, place.radius_m) == ("bearing", pytest.approx(radius_m, abs=1))


@pytest.mark.parametrize("words", ["between Yelets and Zadonsk", "между Ельцом и Задонском", "між Єльцем і Задонськом"])
def test_between_two_places_is_their_middle_and_holds_both(words: str) -> None:
    place = locate(words)
    for name in ("Yelets", "Zadonsk"):
        end = locate(name)
        assert float(geodesy.distance_m(place.lon, place.lat, end.lon, end.lat)) + end.radius_m <= place.radius_m + 1


@pytest.mark.parametrize(
    "words",
    ["near Yelets", "outskirts of Yelets", "под Ельцом", "возле Ельца", "в районе Ельца", "біля Єльця", "M4 at Yelets"],
)
def test_near_a_place_is_wider_than_the_place(words: str) -> None:
    place = locate(words)
    assert (place.lon, place.lat, place.radius_m, place.method) == (*YELETS, 20_000, "bearing")


def test_a_short_distance_without_direction_widens_the_place_and_a_long_one_is_no_place() -> None:
    assert locate("2 km from Boguchar").radius_m == 8_000
    with pytest.raises(UnknownPlace, match="is a circle, not a place; say the direction"):
        locate("340 km from Moscow")


def test_a_bearing_rests_on_a_place_that_is_known() -> None:
    with pytest.raises(UnknownPlace, match="'Qqqqzzz' is not known"):
        locate("12 km north of Qqqqzzz")


def test_a_district_is_its_town_with_a_wide_radius() -> None:
    assert locate("Kantemirovka district").radius_m == 30_000
    assert locate("Pavlovsk district, road towards Voronezh").name == "Pavlovsk district"


def test_a_place_within_a_large_area_is_found_by_the_smaller_name() -> None:
    assert locate("Moscow Oblast, near Kolomna").name == "near Kolomna"


def test_a_direction_without_a_distance_is_no_place() -> None:
    with pytest.raises(UnknownPlace, match="say how far, as in '10 km south of Voronezh'"):
        locate("M4 south of Voronezh")


def test_an_exit_of_a_place_may_lie_outside_it() -> None:
    assert locate("Rostov-on-Don, exit towards Aksai").radius_m == locate("Rostov-on-Don").radius_m + 10_000
