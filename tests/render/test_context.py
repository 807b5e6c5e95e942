import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from tests.render.made_up import small_march
from tracker.model import tables
from tracker.render import build_scene
from tracker.render.context import context_scene
from tracker.render.ground import Box
from tracker.render.pack import safe_json, unpack

HERE = Box(west=39.8, south=50.0, east=40.8, north=52.0)
MEANDER = np.linspace(0, 1, 12_000)
RIVER = shapely.LineString(
    np.c_[39.9 + 0.8 * MEANDER, 51 + 0.02 * np.sin(MEANDER * 200) + 0.003 * np.sin(MEANDER * 2_000)]
)


def context_of(*rows: tuple[str, str | None, int, object]) -> gpd.GeoDataFrame:
    kind, name, level, lines = zip(*rows, strict=True)
    return tables.table({"kind": kind, "name": name, "level": level, "geometry": lines}, tables.CONTEXT)


def scene_of(*rows: tuple[str, str | None, int, object], most: int = 10_000) -> dict[str, object]:
    scene = context_scene(context_of(*rows), HERE, scale=10_000, tolerance_m=100, max_points=most)
    assert scene is not None
    return scene


def test_a_march_without_rivers_and_borders_has_a_scene_without_them() -> None:
    march = small_march()
    assert "context" not in build_scene(replace(march, context=march.context.iloc[:0]), title="")


def test_a_wide_map_carries_no_meander_and_a_near_one_does() -> None:
    (line,) = scene_of(("river", "Elm", 0, RIVER))["lines"]  # type: ignore[misc,attr-defined]
    lon, lat, detail = (np.array(column) for column in unpack(line["d"], 3))
    drawn = {step: shapely.LineString(np.c_[lon, lat][detail >= step] / 10_000) for step in range(3)}
    counts = {step: shapely.get_num_coordinates(one) for step, one in drawn.items()}
    assert counts[0] > counts[1] > counts[2] >= 2
    # Steps of 100 m, 400 m and 1.6 km, each of the one before it, in degrees of latitude.
    narrow = np.cos(np.radians(51.0))
    flat = {step: shapely.transform(one, lambda xy: xy * (narrow, 1)) for step, one in drawn.items()}
    river = shapely.transform(RIVER, lambda xy: xy * (narrow, 1))
    for step, metres in ((0, 115), (1, 530), (2, 2_200)):
        assert shapely.hausdorff_distance(river, flat[step]) * 111_195 < metres


def test_a_river_told_in_pieces_is_one_line_and_one_told_twice_is_told_once() -> None:
    halves = [shapely.LineString(RIVER.coords[:6000]), shapely.LineString(RIVER.coords[5999:])]
    (line,) = scene_of(*(("river", "Elm", 0, half) for half in [*halves, halves[0].reverse()]))["lines"]  # type: ignore[misc,attr-defined]
    assert len(line["n"]) == 1


def test_lines_are_cut_a_little_outside_of_the_picture() -> None:
    (line,) = scene_of(("border", "Far", 2, shapely.LineString([(0, 51), (90, 51)])))["lines"]  # type: ignore[misc,attr-defined]
    lon, _, _ = unpack(line["d"], 3)
    assert 35 < min(lon) / 10_000 < 39
    assert 41.5 < max(lon) / 10_000 < 45


def test_too_much_water_loses_its_finest_step_and_then_its_smaller_rivers_but_no_state_its_border() -> None:
    rivers = [("river", f"r{k}", 0, shapely.affinity.translate(RIVER, 0, k / 100)) for k in range(20)]
    border = ("border", "State", 2, shapely.LineString([(39, 51.5), (41, 51.6)]))
    whole, less, least = (scene_of(*rivers, border, most=most) for most in (100_000, 3_000, 20))
    assert (whole["finest"], less["finest"], least["finest"]) == (0, 1, 2)
    told = [sum(sum(line["n"]) for line in scene["lines"]) for scene in (whole, less, least)]  # type: ignore[attr-defined]
    assert told[0] > 3_000 >= told[1] > 20 >= told[2]
    assert next(line["name"] for line in least["lines"]) == "State"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line",
    [None, shapely.LineString(), shapely.Point(40, 51), shapely.LineString([(0, 0), (1, 1)])],
    ids=["nothing", "empty", "a point", "far away"],
)
def test_what_is_no_line_in_the_picture_is_left_out(line: object) -> None:
    assert context_scene(context_of(("river", None, 0, line)), HERE, scale=10_000, tolerance_m=9, max_points=9) is None


def test_a_lake_of_a_border_and_a_kind_that_nobody_draws_do_no_harm() -> None:
    ring = shapely.LineString([(40, 51), (40.1, 51), (40.1, 51.1), (40, 51)])
    speck = shapely.LineString([(40, 51), (40.00001, 51), (40, 51.00001), (40, 51)])
    lines = scene_of(("border", "", 4, ring), ("border", "", 4, speck), ("railway", "R", 0, ring))["lines"]
    assert [line["kind"] for line in lines] == ["border"]  # type: ignore[attr-defined]
    assert all(count >= 2 for line in lines for count in line["n"])  # type: ignore[attr-defined]


def test_a_hostile_name_of_a_river_is_told_as_it_was_written_and_escaped() -> None:
    name = "</script><script>alert(1)</script> {{ 7*7 }} \u2028"
    march = small_march()
    context = march.context.assign(name=name)
    text = safe_json(build_scene(replace(march, context=context), title=""))
    assert "</script" not in text
    assert "\u2028" not in text
    assert {line["name"] for line in json.loads(text)["context"]["lines"]} == {name}
