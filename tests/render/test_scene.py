import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import shapely

import tracker.render
from tests.render.made_up import END, FIXTURE, HOSTILE, START, hostile_march, small_march, small_scene
from tracker.model import BadTime, Reconstruction, TrackerError
from tracker.model.geodesy import distance_m
from tracker.render import build_scene
from tracker.render.pack import safe_json, unpack

SCHEMA = json.loads(Path(tracker.render.__file__).with_name("scene.schema.json").read_text("utf-8"))


def without_tracks() -> Reconstruction:
    return replace(small_march(), tracks={})


@pytest.mark.parametrize("march", [small_march, hostile_march, without_tracks], ids=["small", "hostile", "no tracks"])
def test_every_scene_is_what_the_schema_says(march: object) -> None:
    checker = jsonschema.Draft202012Validator(SCHEMA)
    checker.check_schema(SCHEMA)
    scene = json.loads(safe_json(build_scene(march(), title=HOSTILE)))  # type: ignore[operator]
    assert list(checker.iter_errors(scene)) == []


def test_the_schema_refuses_what_the_player_could_not_draw() -> None:
    checker = jsonschema.Draft202012Validator(SCHEMA)
    for change in ({"v": 2}, {"end": 0}, {"t0": "2031-05-03T02:00:00"}, {"extra": 1}):
        assert not checker.is_valid(small_scene() | change)
    for changes in ([], [[1, 180, "MSK"]], [[0, 180]], [[0, 180.5, "MSK"]], [[0, 180, "MSK"], ["x", 60, "CET"]]):
        assert not checker.is_valid(small_scene() | {"zone": {"name": "Europe/Moscow", "changes": changes}})
    script = deepcopy(small_scene())
    script["reports"][0]["url"] = "javascript:alert(1)"  # type: ignore[index]
    assert not checker.is_valid(script)


def test_the_fixture_that_the_player_is_tested_with_is_what_python_makes_today() -> None:
    assert FIXTURE.read_text("utf-8") == safe_json(small_scene()) + "\n"


def test_the_same_march_gives_the_same_bytes() -> None:
    assert safe_json(build_scene(small_march(), title="a")) == safe_json(build_scene(small_march(), title="a"))


def test_a_scene_leaves_the_march_as_it_was() -> None:
    march = small_march()
    before = [table.to_wkb().copy(deep=True) for table in (march.reports, march.verdicts, march.roads, march.places)]
    build_scene(march, title="a")
    after = [table.to_wkb() for table in (march.reports, march.verdicts, march.roads, march.places)]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_the_median_is_where_the_track_says_and_its_radius_holds_ninety_percent() -> None:
    march, scene = small_march(), small_scene()
    track = march.tracks["main column"]
    times, lon, lat, radius = unpack(scene["units"][0]["median"], 4)  # type: ignore[index]
    said = track.at([START + pd.Timedelta(seconds=t) for t in times[::9]], level=0.9)
    away = distance_m(np.array(lon[::9]) / 1e4, np.array(lat[::9]) / 1e4, said.geometry.x, said.geometry.y)
    assert away.max() < 10  # the rounding to 1e-4 degrees
    assert np.abs(np.array(radius[::9]) - said["radius_m"]).max() <= 0.5


def test_medians_are_ten_minutes_apart_from_the_first_moment_to_the_last() -> None:
    times = unpack(small_scene()["units"][0]["median"], 4)[0]  # type: ignore[index]
    assert times == list(range(0, 12 * 3600 + 1, 600))


def test_times_are_shown_in_the_zone_that_was_asked_for() -> None:
    march = small_march()
    assert build_scene(march, title="", zone="Europe/Moscow")["zone"] == {
        "name": "Europe/Moscow",
        "changes": [[0, 180, "MSK"]],
    }
    assert build_scene(march, title="", zone="Asia/Kathmandu")["zone"] == {
        "name": "Asia/Kathmandu",
        "changes": [[0, 345, "UTC+5:45"]],
    }
    assert build_scene(march, title="")["zone"] == {"name": "UTC", "changes": [[0, 0, "UTC"]]}


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../../etc/passwd", "\x00", "Europe"])
def test_a_zone_that_does_not_exist_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(BadTime, match="give an IANA name"):
        build_scene(small_march(), title="", zone=name)


def test_a_march_without_reports_and_tracks_is_refused_with_a_remedy() -> None:
    march = small_march()
    none = replace(march, tracks={}, reports=march.reports.iloc[:0], verdicts=march.verdicts.iloc[:0])
    with pytest.raises(TrackerError, match="read reports first"):
        build_scene(none, title="")


def test_a_march_of_statements_only_still_has_a_scene() -> None:
    march = without_tracks()
    only = replace(march, reports=march.reports.iloc[[8]], verdicts=march.verdicts.iloc[[8]])
    scene = build_scene(only, title="")
    assert [report["text"] for report in scene["reports"]] == ["A spokesman says that all is quiet."]
    assert scene["units"] == []


def test_reports_stand_in_order_of_time_with_their_own_verdicts() -> None:
    scene, march = small_scene(), small_march()
    reports = scene["reports"]
    assert [report["id"] for report in reports] == ["r1", "r2", "r3", "r6", "r4", "r5", "r7", "r8", "r9"]  # type: ignore[attr-defined,union-attr]
    verdicts = dict(zip(march.verdicts["report_id"], march.verdicts["verdict"], strict=True))
    assert {report["id"]: report["verdict"] for report in reports} == verdicts  # type: ignore[attr-defined]


def test_an_open_interval_a_missing_place_and_an_unknown_probability_are_null() -> None:
    statement = small_scene()["reports"][-1]  # type: ignore[index]
    assert [statement[name] for name in ("t1", "lon", "lat", "r", "y", "p")] == [None] * 6
    assert (statement["grade"], statement["unit"], statement["unit_name"]) == ("F6", 0, "main column")


def test_roadblocks_and_incidents_point_at_their_reports() -> None:
    scene = small_scene()
    reports = scene["reports"]
    assert [reports[block["report"]]["id"] for block in scene["roadblocks"]] == ["r2"]  # type: ignore[attr-defined,index]
    assert scene["roadblocks"] == [{"report": 1, "t0": 3600, "t1": 27000}]
    assert [reports[incident["report"]]["id"] for incident in scene["incidents"]] == ["r4"]  # type: ignore[attr-defined,index]


def test_only_web_addresses_become_links() -> None:
    addresses = {report["url"] for report in build_scene(hostile_march(), title="")["reports"]}
    assert addresses == {"", 'https://example.org/"><script>'}


def test_the_picture_frames_where_the_units_were_and_the_chart_names_what_they_passed() -> None:
    scene = small_scene()
    west, south, east, north = scene["bbox"]  # type: ignore[misc]
    assert 39.8 < west < 40.0
    assert 49.7 < south < 50.0
    assert 40.5 < east < 40.8
    assert 51.95 < north < 52.2
    marks = scene["axis"]["marks"]  # type: ignore[index]
    assert [name for name, _ in marks] == ["Southford", "Millbrook", "Ashby"]
    assert [km for _, km in marks] == sorted(km for _, km in marks)


def test_the_chart_does_not_name_a_city_that_no_unit_passed_within_twelve_kilometres() -> None:
    march = small_march()
    moved = march.places.copy()
    moved.loc[moved["place"] == "Ashby", ["kind", "geometry"]] = ["city", shapely.Point(40.40, 51.40)]  # 17 km aside
    marks = build_scene(replace(march, places=moved), title="")["axis"]["marks"]
    assert "Ashby" not in [name for name, _ in marks]


def test_a_scene_ends_when_its_last_track_does() -> None:
    scene = small_scene()
    assert scene["t0"] == "2031-05-03T02:00:00Z"
    assert scene["end"] == (END - START).total_seconds()
