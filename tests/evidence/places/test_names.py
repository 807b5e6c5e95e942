"""Three scripts, one key."""

import csv

import pytest

from tracker.evidence.places import key
from tracker.evidence.places.names import keys, nominatives, readings
from tracker.model import bundled


@pytest.mark.parametrize(
    "spellings",
    [
        ("Yelets", "Elets", "Ielets", "Елец", "Єлець", "ELETS", "Yelet's"),
        ("Kyiv", "Київ", "Kyїv"),
        ("Luhansk", "Lugansk", "Луганск", "Луганськ"),
        ("Aksay", "Aksai", "Аксай"),
        ("Oryol", "Orel", "Орёл", "Орел"),
        ("Krasnoye", "Krasnoe", "Красное"),
        ("Rostov-na-Donu", "Rostov na Donu", "Ростов-на-Дону", "Ростов\u2011на\u2011Дону"),
        ("Novaya Usman", "Novaja Usmanʼ", "Новая Усмань"),
        ("Voronezh", "Voronež", "Воронеж"),
        ("Kharkiv", "Харків"),
        ("Maisky", "Mayskiy", "Майский"),
        ("Alexandrovka", "Aleksandrovka", "Александровка"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert {key(name) for name in spellings} == {key(spellings[0])}


def test_different_bundled_places_have_different_keys() -> None:
    with bundled("places.csv").open(encoding="utf-8", newline="") as stream:
        names = [row["place"] for row in csv.DictReader(stream)]
    assert len({key(name) for name in names}) == len(names)


def test_keys_of_many_names_are_those_of_each() -> None:
    names = ["Yelets", "Ростов-на-Дону", "", "Saint-Lô", "!?", "Київ\nОдеса", "А́нна", "Łódź", " x "]
    assert keys(names) == [key(name) for name in names]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Ельца", "Елец"),
        ("Ростовом-на-Дону", "Ростов-на-Дону"),
        ("Новой Усмани", "Новая Усмань"),
        ("Верхнего Мамона", "Верхний Мамон"),
        ("Станице Луганской", "Станица Луганская"),
        ("Каменске-Шахтинском", "Каменск-Шахтинский"),
        ("Рязанью", "Рязань"),
        ("Калуги", "Калуга"),
        ("Хлевном", "Хлевное"),
        ("Талах", "Талы"),
        ("Харкові", "Харків"),
        ("Харькове", "Харків"),
    ],
)
def test_a_case_form_leads_to_its_name(said: str, meant: str) -> None:
    assert key(meant) in nominatives(said)


def test_latin_words_have_no_case_forms_and_a_name_is_none_of_its_own() -> None:
    assert nominatives("Anne") == ()
    assert key("Елец") not in nominatives("Елец")
    assert readings("Тула")[0] == "tula"
