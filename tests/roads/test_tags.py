"""What tags mean for a convoy."""

import pytest

from tracker.roads import CLASSES, road_label
from tracker.roads.tags import changes_direction, maxspeed_kmh, read_tags, refusal

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
        ("urban", 50.0),
        ("RU:motorway", 110.0),
        ("DE:motorway", None),
        ("CH:rural", 80.0),
        ("GB:nsl_single", 96.6),
        ("XX:rural", 90.0),
        ("RU:zone:40", 40.0),
        ("DE:zone30", 30.0),
        ("10 knots", 18.52),
        ("walk", 7.0),
        ("90;60", 60.0),
        ("RU:moon", None),
        ("signals;50", 50.0),
        ("nonsense:rural", None),
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
        ({"highway": "residential", "access": "private"}, "no access"),
        ({"highway": "residential", "access": "destination"}, None),
        ({"highway": "primary", "vehicle": "no", "motor_vehicle": "permit"}, None),
        ({"highway": "primary", "motor_vehicle": "yes", "motorcar": "no"}, "no access"),
        ({"highway": "unclassified", "motor_vehicle": "agricultural;forestry"}, "no access"),
        ({"highway": "construction", "construction": "motorway"}, "under construction"),
        ({"highway": "primary", "construction": "yes"}, "under construction"),
        ({"highway": "primary", "construction": "minor"}, None),
        ({"highway": "proposed"}, "under construction"),
        ({"highway": "primary", "route": "ferry"}, "ferry"),
        ({"route": "ferry"}, "ferry"),
        ({"highway": "residential", "area": "yes"}, "area"),
    ],
)
def test_a_closed_way_is_left_out_and_says_why(tags: dict[str, str], reason: str | None) -> None:
    assert refusal(tags, classes=DRIVABLE) == reason


def test_a_road_without_a_number_is_called_by_its_name() -> None:
    assert read_tags({"highway": "primary", "name": "улица Ленина"}).road == "улица Ленина"
    both = read_tags({"highway": "primary", "name": "Дон", "ref": "М-4;Е 115"})
    assert (both.road, both.ref, both.name) == ("M4", "М-4", "Дон")


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"maxspeed": "60", "maxspeed:type": "RU:rural"}, 60.0),
        ({"maxspeed:forward": "90", "maxspeed:backward": "70"}, 70.0),
        ({"maxspeed:forward": "90"}, 90.0),
        ({"maxspeed:type": "RU:urban"}, 60.0),
        ({"source:maxspeed": "FR:rural"}, 80.0),
        ({"zone:maxspeed": "DE:30"}, 30.0),
        ({"maxspeed": "none", "source:maxspeed": "DE:rural"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_sign_goes_before_the_kind_of_limit(tags: dict[str, str], kmh: float) -> None:
    assert read_tags({"highway": "primary", **tags}).legal_kmh == kmh


def test_surface_and_toll_are_kept() -> None:
    tags = read_tags({"highway": "primary", "surface": "gravel;dirt", "toll": "yes"})
    assert (tags.surface, tags.toll) == ("gravel", True)


def test_a_way_that_changes_direction_is_open_both_ways() -> None:
    assert read_tags({"highway": "primary", "oneway": "reversible"}).oneway == 0
    assert changes_direction({"highway": "primary", "oneway": "alternating"})
    assert not changes_direction({"highway": "primary", "oneway": "reversible", "oneway:motor_vehicle": "no"})


def test_a_one_way_for_others_binds_no_motor_vehicle() -> None:
    assert read_tags({"highway": "primary", "oneway": "yes", "oneway:motor_vehicle": "no"}).oneway == 0
    assert read_tags({"highway": "primary", "oneway:bicycle": "yes"}).oneway == 0
