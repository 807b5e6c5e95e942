"""Words lead to the place they mean, with its radius and method, or to an error that helps."""

import csv

import pytest

from tests.evidence.places.bundled_share import outcomes
from tracker.evidence.places import key, locate
from tracker.evidence.places.cities import radius_of
from tracker.model import AmbiguousPlace, Located, UnknownPlace, bundled, geodesy

with bundled("places.csv").open(encoding="utf-8", newline="") as stream:
    PLACES = list(csv.DictReader(stream))
YELETS, VORONEZH, ROSTOV = (38.5, 52.62), (39.1969, 51.6593), (39.7188, 47.2224)
KRASNOYE, USMAN, MOSCOW, ORYOL = (38.79, 52.8633), (39.4103, 51.6419), (37.6175, 55.752), (36.07, 52.97)
KYIV, LUHANSK = (30.5238, 50.4547), (39.31, 48.57)


class Listed:
    """A gazetteer of one's own."""

    def __init__(self, *places: Located) -> None:
        self.places = places

    def candidates(self, words: str) -> tuple[Located, ...]:
        return tuple(place for place in self.places if key(place.name) == key(words))


def point(name: str, lon: float, lat: float) -> Located:
    return Located(name=name, lon=lon, lat=lat, radius_m=100, method="given")


def off_m(place: Located, lon: float, lat: float) -> float:
    return float(geodesy.distance_m(place.lon, place.lat, lon, lat))


@pytest.mark.parametrize("language", ["place", "place_ru"])
@pytest.mark.parametrize("row", PLACES, ids=[row["place"] for row in PLACES])
def test_every_bundled_place_is_found_by_its_name_in_both_languages(row: dict[str, str], language: str) -> None:
    place = locate(row[language])
    assert (place.name, place.method) == (row["place"], "bundled place")
    assert (place.lon, place.lat, place.radius_m) == (float(row["lon"]), float(row["lat"]), float(row["radius_m"]))


@pytest.mark.parametrize(
    ("words", "lon_lat"),
    [
        *(
            (words, YELETS)
            for words in ("Yelets", "Elets", "Jelez", "Єлець", "в Ельце", "Ельца", "Ельцу", "YELETS", "Yelets'")
        ),
        *(
            (words, YELETS)
            for words in ("city of Yelets", "г. Елец", "город Елец", "Yelets, Lipetsk Oblast", "Yelets, Russia")
        ),
        *(
            (words, VORONEZH)
            for words in ("Woronesch", "Воронежа", "в Воронеже", "в Воронежі", "Вороніж", "Voronezh.", "м. Воронеж")
        ),
        *(
            (words, ROSTOV)
            for words in ("Rostov-na-Donu", "Rostov on Don", "в Ростове-на-Дону", "Ростов на Дону", "Rostow am Don")
        ),
        *(
            (words, KRASNOYE)
            for words in ("Krasnoe", "с. Красное", "село Красное", "в Красном", "Krasnoye, Lipetsk Oblast")
        ),
        *((words, KRASNOYE) for words in ("Красное, Липецкая область", "Krasnoye (Lipetsk region)")),
        *((words, USMAN) for words in ("Novaya Usman", "в Новой Усмани", "Новую Усмань", "Novaja Usman")),
        *((words, MOSCOW) for words in ("Moscow", "Москву", "в Москве", "Moskau", "Moskva")),
        *((words, ORYOL) for words in ("Orel", "Орел", "в Орле", "Oryol")),
        *((words, KYIV) for words in ("Kyiv", "Kiev", "Київ", "Киев", "у Києві")),
        *((words, LUHANSK) for words in ("Lugansk", "Луганськ", "в Луганске", "у Луганську")),
    ],
)
def test_a_name_is_found_in_three_languages_and_their_cases(words: str, lon_lat: tuple[float, float]) -> None:
    assert off_m(locate(words), *lon_lat) < 1_000


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        ("Moscow, Idaho", "Idaho, United States"),
        ("Krasnoye, Belarus", "Belarus"),
        ("Donetsk, Ukraine", "Donetsk Oblast, Ukraine"),
        ("Белгород", "Belgorod Oblast"),
        ("в Белгороде", "Belgorod Oblast"),
        ("Paris, Texas", "Texas"),
    ],
)
def test_the_gazetteer_library_knows_the_rest_of_the_world(words: str, detail: str) -> None:
    place = locate(words)
    assert place.method == "gazetteer"
    assert detail in place.detail


@pytest.mark.parametrize("words", ["Donetsk", "Rostov", "Paris", "Springfield"])
def test_of_several_plausible_places_none_is_picked(words: str) -> None:
    with pytest.raises(AmbiguousPlace, match=r"country='RU', near=\(lon, lat\)") as caught:
        locate(words)
    assert len(caught.value.candidates) > 1
    assert all(place.detail and place.radius_m > 0 for place in caught.value.candidates)


def test_a_country_or_a_point_nearby_tells_places_apart() -> None:
    assert off_m(locate("Donetsk", country="UA"), 37.80, 48.02) < 2_000
    assert off_m(locate("Rostov", near=(39.0, 57.0)), 39.41, 57.19) < 2_000
    assert off_m(locate("Moscow", country="США", near=(-117.0, 46.7)), -117.0, 46.73) < 2_000


def test_a_bundled_place_elsewhere_is_not_taken_for_the_one_meant() -> None:
    with pytest.raises(UnknownPlace, match="country, near or the words after the comma"):
        locate("Brodovoye", near=(0.0, 0.0))


@pytest.mark.parametrize(
    "words",
    ["Lipetsk Oblast", "Липецкая область", "в Липецкой области", "Russia", "Украина", "M4, Voronezh Oblast", "Texas"],
)
def test_an_area_alone_is_never_a_point(words: str) -> None:
    with pytest.raises(UnknownPlace, match="too large to be a point; leave the place out and name the area in `admin`"):
        locate(words)


@pytest.mark.parametrize(
    ("words", "suggested"), [("Voronesz", "Voronezh"), ("Barabanova", "Barabanovo"), ("Zadonska", "Zadonsk")]
)
def test_a_name_that_is_only_similar_is_suggested_and_not_taken(words: str, suggested: str) -> None:
    with pytest.raises(UnknownPlace, match=f"is it .*'{suggested}'"):
        locate(words)


def test_one_wrong_letter_inside_a_long_name_is_forgiven_and_said() -> None:
    place = locate("Buturlunovka")
    assert place.name == "Buturlinovka"
    assert "spelled 'Buturlunovka'" in place.detail


def test_a_gazetteer_that_is_handed_in_goes_before_the_bundled_places() -> None:
    own = Listed(point("Voronezh", 10.0, 50.0))
    assert locate("Voronezh", gazetteers=[own]).lon == 10.0
    assert locate("near Voronezh", gazetteers=[own]).lon == 10.0
    assert locate("Yelets", gazetteers=[own]).method == "bundled place"


def test_two_candidates_of_a_gazetteer_are_ambiguous_unless_they_are_one_place() -> None:
    with pytest.raises(AmbiguousPlace, match="may be 2 places"):
        locate("Camp", gazetteers=[Listed(point("Camp", 10.0, 50.0), point("Camp", 11.0, 50.0))])
    assert locate("Camp", gazetteers=[Listed(point("Camp", 10.0, 50.0), point("Camp", 10.001, 50.0))]).lat == 50.0


def test_what_is_not_used_is_said() -> None:
    assert locate("Anna, road damage").detail.endswith("not used: road damage")
    with pytest.raises(UnknownPlace, match="may tell which place is meant"):
        locate("Anna, Qwertyshire")


def test_kilometres_without_posts_say_what_is_missing() -> None:
    with pytest.raises(UnknownPlace, match=r"KilometrePosts\.read"):
        locate("M4 km 590")


def test_the_radius_of_a_town_grows_with_its_people() -> None:
    assert [round(radius_of(people)) for people in (0, 600, 116_000, 2_900_000)] == [1500, 1857, 6461, 26307]


def test_a_country_that_is_none_and_a_point_on_no_globe_are_refused() -> None:
    with pytest.raises(UnknownPlace, match="is no country"):
        locate("Yelets", country="Ruritania")
    with pytest.raises(UnknownPlace, match="is no point"):
        locate("Yelets", near=(52.6, 138.5))


def test_most_place_strings_of_the_bundled_reports_that_name_a_point_are_found_and_few_elsewhere() -> None:
    fates = [one.fate for one in outcomes()]
    assert fates.count("within") >= 48
    assert fates.count("elsewhere") == 0
    assert fates.count("ambiguous") <= 2
