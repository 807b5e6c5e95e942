"""Whatever stands where a place should: an answer or a named error."""

import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tracker.evidence.places import locate
from tracker.model import AmbiguousPlace, UnknownPlace

PIECES = st.sampled_from(
    [
        "Yelets",
        "Ельца",
        "12 km",
        "north",
        " of ",
        " от ",
        "M4",
        "km 590",
        ",",
        "(",
        "°",
        "'",
        '"',
        "N",
        "52.62",
        "38,5",
        " ",
        "/",
        "между",
        " и ",
        "near ",
        "geo:",
        "https://",
        "%00",
        "9G4W",
        "+",
        "37U",
        "DB",
        "-",
        "\u202e",
        "٣",
        "²",
        "Oblast",
        "1e9",
    ]
)


def ask(words: str) -> str:
    """The answer's name, or the named error; anything else is raised."""
    try:
        place = locate(words)
    except (UnknownPlace, AmbiguousPlace) as error:
        message = str(error)
        return f"{type(error).__name__}: {message}"
    else:
        assert place.method
        assert math.isfinite(place.radius_m)
        assert place.radius_m >= 10
        assert abs(place.lon) <= 180
        assert abs(place.lat) <= 90
        return place.name


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=9).map("".join)))
@example("²² км от Ельца")
@example("٣٨.٥, ٥٢.٦")
@example("\ud800")
def test_any_text_is_a_place_or_a_named_error(words: str) -> None:
    assert len(ask(words)) < 6_000


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "\0",
        "Yelets\0",
        "\u202eYelets",
        "a" * 100_000,
        "1" * 5_000,
        "52." + "1" * 290,
        "1" * 299,
        "12 km north of " * 18,
        "near " * 55,
        "in " * 90 + "Yelets",
        "(" * 300,
        "," * 300,
        "12°" * 90,
        "между " * 40,
        "северо-" * 40 + "западнее Ельца",
        "1-1-1-1-" * 37,
        "км " * 100,
        "а а " * 70,
        "geo:" + "1," * 140,
        "{{7*7}}",
        "${x}",
        "<script>",
        "../../etc/passwd",
        "'; DROP TABLE reports; --",
        "%s%s%n",
    ],
    ids=lambda words: repr(words[:12]),
)
def test_hostile_words_are_named_errors(words: str) -> None:
    assert len(ask(words)) < 6_000


def test_marks_that_are_not_seen_are_left_out_and_controls_refused() -> None:
    assert locate("\u200eYe\u200blets\u202c").name == "Yelets"
    with pytest.raises(UnknownPlace, match="control characters"):
        locate("Ye\0lets")
    with pytest.raises(UnknownPlace, match="up to 300 characters"):
        locate("Yelets " * 60)
