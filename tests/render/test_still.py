import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

from tests.render.made_up import hostile_march, small_march, small_scene
from tests.render.page_parts import Page
from tracker.render import build_scene
from tracker.render.clock import zone_scene
from tracker.render.drawing import drawing_svg
from tracker.render.pack import pack, unpack
from tracker.render.still import still_table


def rows_of(scene: dict[str, object]) -> list[list[str]]:
    table = ElementTree.fromstring(still_table(scene))
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def test_the_table_tells_the_clock_hours_of_the_zone_and_every_unit() -> None:
    head, *rows = rows_of(small_scene())
    assert head == ["Time", "main column", "second column"]
    assert [row[0] for row in rows] == [f"2031-05-03 {hour}:00" for hour in ("06", "09", "12", "15")]
    assert rows[1][1:] == ["10 km S of Millbrook; 90 % within 8 km", "25 km N of Southford; 90 % within 5 km"]


def in_kyiv(t0: str, day: datetime) -> dict[str, object]:
    end = 12 * 3600
    return small_scene() | {"t0": t0, "end": end, "zone": zone_scene("Europe/Kyiv", day, end=end)}


def test_the_table_leaves_out_the_hour_that_a_clock_leaps_over() -> None:
    scene = in_kyiv("2022-03-26T20:00:00Z", datetime(2022, 3, 26, 20, tzinfo=UTC))
    rows = [row[0] for row in rows_of(scene)[1:]]
    assert rows == ["2022-03-27 00:00 EET", "2022-03-27 06:00 EEST", "2022-03-27 09:00 EEST"]
    assert "times in EET, EEST)" in still_table(scene)


def test_the_table_tells_an_hour_that_comes_twice_by_its_zone() -> None:
    scene = in_kyiv("2022-10-29T20:00:00Z", datetime(2022, 10, 29, 20, tzinfo=UTC))
    rows = [row[0] for row in rows_of(scene)[1:]]
    assert rows == [
        "2022-10-30 00:00 EEST",
        "2022-10-30 03:00 EEST",
        "2022-10-30 03:00 EET",
        "2022-10-30 06:00 EET",
        "2022-10-30 09:00 EET",
    ]


def test_the_table_says_where_no_report_carries_the_position() -> None:
    *_, last = rows_of(small_scene())
    assert last[1].startswith("26 km S of Northgate")
    assert last[2].startswith("no report at this time: ")


def test_a_long_march_has_rarer_rows() -> None:
    scene = small_scene() | {"end": 40 * 24 * 3600}
    rows = rows_of(scene)[1:]
    assert 20 < len(rows) <= 49
    assert rows[-1][1] == "position unknown"


def test_a_wide_radius_names_no_point_and_a_lost_unit_stays_lost_until_it_is_well_known_again() -> None:
    scene = small_scene()
    unit = scene["units"][0]  # type: ignore[index]
    times, lon, lat, _ = unpack(unit["median"], 4)
    radius = [80_000 if t < 10_000 else 310_000 if t < 20_000 else 250_000 if t < 36_000 else 190_000 for t in times]
    unit["median"] = pack(times, lon, lat, radius)
    told = [row[1].removeprefix("no report at this time: ") for row in rows_of(scene)[1:]]
    assert told[1:3] == ["position unknown", "position unknown"]
    assert re.fullmatch(r"somewhere within \d+ km of Southford \(90 %\)", told[0])
    assert re.fullmatch(r"somewhere within 2\d\d km of Northgate \(90 %\)", told[3])


def test_a_march_without_places_is_told_in_degrees() -> None:
    march = small_march()
    scene = build_scene(replace(march, places=march.places.iloc[:0]), title="")
    assert rows_of(scene)[2][1] == "40.09°, 50.51°; 90 % within 8 km"


def test_the_drawing_is_well_formed_and_bounded() -> None:
    for scene in (small_scene(), build_scene(hostile_march(), title="")):
        svg = ElementTree.fromstring(drawing_svg(scene))
        _, _, width, height = map(int, svg.attrib["viewBox"].split())
        assert 300 < width <= 640
        assert 300 < height <= 640


def test_the_drawing_is_solid_only_where_the_radius_says_where_a_unit_was() -> None:
    scene = small_scene()
    scene["units"] = scene["units"][:1]  # type: ignore[index]
    unit = scene["units"][0]  # type: ignore[index]
    times, lon, lat, _ = unpack(unit["median"], 4)
    unit["median"] = pack(times, lon, lat, [80_000 if t > 20_000 else 9_000 for t in times])
    svg = drawing_svg(scene)
    assert svg.count('stroke-width="3"') == 1
    assert svg.count('stroke-dasharray="2 4"') == 1
    assert 'r="6" fill="#fff"' in svg
    assert 'r="6" fill="#fff"' not in drawing_svg(small_scene())


def test_the_drawing_names_the_larger_places_and_describes_itself() -> None:
    page = Page(drawing_svg(small_scene()))
    assert "Northgate" in page.text
    assert "Lower Elm" not in page.text
    assert page.elements[0][1]["aria-label"] == "Map of a made-up column that moves from Southford to Northgate"
