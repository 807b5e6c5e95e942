"""What tags mean for a convoy."""

import pytest

from tracker.roads import CLASSES, road_label
from tracker.roads.tags import maxspeed_kmh, read_tags, refusal

DRIVABLE = frozenset(CLASSES)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("М-4", "M4"),
        ("M4", "M4"),
        ("M-4", "M4"),
        ("А-270", "A270"),
        ("Р 22", "R22"),
        ("Р‑298", "R298"),
        ("60К-4.1", "60K-4.1"),
        ("МКАД", "MKAD"),
        ("E 115", "E115"),
    ],
)
def test_one_road_has_one_label_whoever_writes_it(written: str, label: str) -> None:
    assert road_label(written) == label
    assert road_label(label) == label


@pytest.mark.parametrize(
    ("written", "kmh"),
    [
        ("60", 60.0),
        ("60 km/h", 60.0),
        ("50 mph", 80.4672),
        ("50;90", 50.0),
        ("RU:urban", 60.0),
        ("UA:rural", 90.0),
        ("urban", 60.0),
        ("1", 5.0),
        ("0", None),
        ("-50", None),
        ("signals", None),
        ("none", None),
        ("", None),
        ("1e9", None),
    ],
)
def test_a_legal_speed_is_read_in_kilometres_an_hour(written: str, kmh: float | None) -> None:
    assert maxspeed_kmh(written) == kmh


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "no"}, 0),
        ({}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"highway": "motorway"}, 0),
    ],
)
def test_only_the_tag_and_the_roundabout_make_a_road_one_way(tags: dict[str, str], oneway: int) -> None:
    assert read_tags({"highway": "primary"} | tags).oneway == oneway


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "primary"}, None),
        ({"highway": "footway"}, "other highway class"),
        ({"highway": "service"}, "other highway class"),
        ({"highway": "primary", "access": "no"}, "no access"),
        ({"highway": "primary", "motor_vehicle": "no"}, "no access"),
        ({"highway": "primary", "access": "no", "motor_vehicle": "yes"}, None),
        ({"highway": "residential", "access": "private"}, None),
        ({"highway": "residential", "area": "yes"}, "area"),
    ],
)
def test_a_closed_way_is_left_out_and_says_why(tags: dict[str, str], reason: str | None) -> None:
    assert refusal(tags, classes=DRIVABLE) == reason


def test_a_road_without_a_number_is_called_by_its_name() -> None:
    assert read_tags({"highway": "primary", "name": "улица Ленина"}).road == "улица Ленина"
    both = read_tags({"highway": "primary", "name": "Дон", "ref": "М-4;Е 115"})
    assert (both.road, both.ref, both.name) == ("M4", "М-4", "Дон")
