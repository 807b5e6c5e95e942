from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.render.clock import local_time, round_hours, zone_scene

HOUR = 3600
SPRING = datetime(2022, 3, 26, 16, tzinfo=UTC)
AUTUMN = datetime(2022, 10, 29, 15, tzinfo=UTC)


def scene_of(name: str, t0: datetime, end: int) -> dict[str, object]:
    return {"t0": f"{t0:%Y-%m-%dT%H:%M:%SZ}", "end": end, "zone": zone_scene(name, t0, end=end)}


def test_kyivs_clock_is_put_forward_in_spring_and_back_in_autumn() -> None:
    assert zone_scene("Europe/Kyiv", SPRING, end=30 * HOUR)["changes"] == [[0, 120, "EET"], [9 * HOUR, 180, "EEST"]]
    assert zone_scene("Europe/Kyiv", AUTUMN, end=30 * HOUR)["changes"] == [[0, 180, "EEST"], [10 * HOUR, 120, "EET"]]


@pytest.mark.parametrize("t0", [SPRING, AUTUMN])
def test_moscows_clock_stays_as_it_is(t0: datetime) -> None:
    assert zone_scene("Europe/Moscow", t0, end=30 * HOUR)["changes"] == [[0, 180, "MSK"]]


@pytest.mark.parametrize("second", [-1, 0, 1])
@pytest.mark.parametrize(
    "name", ["Europe/Kyiv", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_the_clock_of_a_year_is_that_of_the_zone_to_the_second(name: str, second: int) -> None:
    t0 = datetime(2022, 1, 5, 7, 13, 21, tzinfo=UTC)
    scene = scene_of(name, t0, 365 * 24 * HOUR)
    changes = [change[0] for change in scene["zone"]["changes"]]  # type: ignore[index]
    assert len(changes) == 3
    for change in changes[1:]:
        moment = t0 + timedelta(seconds=change + second)
        assert local_time(scene, change + second).utcoffset() == moment.astimezone(ZoneInfo(name)).utcoffset()


def test_reports_outside_of_the_scene_have_their_own_offset() -> None:
    t0 = SPRING + timedelta(hours=10)
    zone = zone_scene("Europe/Kyiv", t0, end=HOUR, first=-5 * HOUR, last=300 * 24 * HOUR)
    assert [change[1:] for change in zone["changes"]] == [[120, "EET"], [180, "EEST"], [120, "EET"]]
    assert [change[0] for change in zone["changes"]][:2] == [-5 * HOUR, -HOUR]
    assert zone_scene("Europe/Kyiv", t0, end=HOUR, first=-HOUR // 2)["changes"] == [[0, 180, "EEST"]]


def test_a_change_at_the_very_first_second_already_holds_there() -> None:
    assert zone_scene("Europe/Kyiv", SPRING + timedelta(hours=9), end=HOUR)["changes"] == [[0, 180, "EEST"]]


def test_a_clock_is_not_searched_for_changes_beyond_ten_years() -> None:
    zone = zone_scene("Europe/Kyiv", SPRING, end=HOUR, first=-(10**10), last=10**10)
    assert 38 <= len(zone["changes"]) <= 42


def test_round_hours_fall_on_the_zones_clock_on_both_sides_of_a_change() -> None:
    scene = scene_of("Europe/Kyiv", SPRING, 14 * HOUR)
    assert [f"{local_time(scene, t):%H:%M}" for t in round_hours(scene, 3 * HOUR)] == [
        "18:00",
        "21:00",
        "00:00",
        "06:00",
        "09:00",
    ]
    scene = scene_of("Europe/Kyiv", AUTUMN, 13 * HOUR)
    shown = [f"{local_time(scene, t):%H:%M %Z}" for t in round_hours(scene, HOUR)]
    assert shown[8:12] == ["02:00 EEST", "03:00 EEST", "03:00 EET", "04:00 EET"]
    assert len(shown) == len(set(shown)) == 14
