"""Places told by another one."""

import pytest
from pyproj import Geod

from tracker.evidence.places import locate
from tracker.model import AmbiguousPlace, UnknownPlace, geodesy

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


@pytest.mark.parametrize(
    ("words", "metres"),
    [
        ("less than 100 km north of Yelets", 100_000),
        ("within 100 km north of Yelets", 100_000),
        ("under 2 km north of Yelets", 2_000),
        ("не более 100 км севернее Ельца", 100_000),
        ("менее чем в 100 км к северу от Ельца", 100_000),
        ("в менее чем 100 км севернее Ельца", 100_000),
        ("до 100 км севернее Ельца", 100_000),
        ("менш ніж за 100 км на північ від Єльця", 100_000),
    ],
)
def test_a_bound_holds_every_place_up_to_it(words: str, metres: float) -> None:
    geod, place = Geod(ellps="WGS84"), locate(words)
    lon, lat, _ = geod.fwd(*YELETS, 0, metres / 2)
    assert float(geodesy.distance_m(place.lon, place.lat, lon, lat)) < 1
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        for degrees in (-22.5, 0, 22.5):
            lon, lat, _ = geod.fwd(*YELETS, degrees, metres * share)
            assert float(geodesy.distance_m(place.lon, place.lat, lon, lat)) + 10_000 <= place.radius_m


@pytest.mark.parametrize("words", ["more than 100 km north of Yelets", "не менее 100 км севернее Ельца"])
def test_a_distance_that_is_exceeded_is_no_place(words: str) -> None:
    with pytest.raises(UnknownPlace):
        locate(words)


def test_a_bound_without_direction_widens_the_place() -> None:
    for words in ("within 2 km of Boguchar", "less than 2 km from Boguchar", "не далее 2 км от Богучара"):
        assert locate(words).radius_m == 8_000


@pytest.mark.parametrize(
    ("words", "numbers", "count"),
    [
        ("1,000 km south of Moscow", "write '1000 km' or '1 km'", 2),
        ("about 12,500 m north of Yelets", "write '12500 m' or '12.5 m'", 2),
        ("1,500 м от Богучара", "write '1500 м' or '1.5 м'", 2),
        ("5,000 km south of Moscow", "write '5000 km' or '5 km'", 1),
        ("2,000 km from Boguchar", "write '2000 km' or '2 km'", 1),
    ],
)
def test_a_comma_before_three_digits_is_not_guessed(words: str, numbers: str, count: int) -> None:
    with pytest.raises(AmbiguousPlace, match=numbers) as refused:
        locate(words)
    assert len(refused.value.candidates) == count


def test_a_number_that_has_one_reading_is_taken() -> None:
    for said, km in (("1000", "1000"), ("12,5", "12.5"), ("0,125", "0.125"), ("1.250", "1.25")):
        assert locate(f"{said} km south of Moscow").name == f"{km} km, bearing 180, from Moscow"
    assert locate("12500 m south of Moscow").name == "12.5 km, bearing 180, from Moscow"


def test_a_comma_inside_a_number_does_not_cut_the_words() -> None:
    for words in ("M4, 1,000 km south of Moscow", "M4, 12,5 km north of Yelets"):
        with pytest.raises((UnknownPlace, AmbiguousPlace)):
            locate(words)


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
