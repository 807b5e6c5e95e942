from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.render.made_up import small_march
from tracker.model import tables
from tracker.render import build_scene
from tracker.render.drawing import closure_strength, drawing_svg
from tracker.render.pack import unpack

NAMES = ("report", "effect", "t0", "lasting", "road", "percent", "spot", "km10", "lines")


def scene_with(closures: gpd.GeoDataFrame) -> dict[str, Any]:
    return build_scene(replace(small_march(), closures=closures), title="a", alt="b")


def held_of(scene: dict[str, Any]) -> list[dict[str, Any]]:
    closures = scene["closures"]
    rows = [dict(zip(NAMES, row, strict=True)) for row in zip(*unpack(closures["held"], 9), strict=True)]
    for row in rows:
        row["effect"], row["road"] = closures["effects"][row["effect"]], closures["roads"][row["road"]]
        row["report"] = scene["reports"][row["report"]]["id"]
    return rows


def test_a_march_in_which_nothing_is_closed_has_a_scene_without_closures() -> None:
    march = small_march()
    assert "closures" not in scene_with(march.closures.iloc[:0])
    assert "closures" not in scene_with(march.closures.assign(geometry=gpd.GeoSeries([None] * 4, crs=tables.CRS)))


def test_a_closure_tells_its_report_road_effect_and_seconds_and_how_probable_it_is() -> None:
    first, second, _ = sorted(
        held_of(scene_with(small_march().closures)), key=lambda one: -one["spot"] * one["percent"]
    )
    told = {"report": "r2", "effect": "closed", "t0": 3600, "lasting": 23401, "road": "M1", "spot": 1}
    assert first == first | told | {"percent": 70}
    assert second == second | told | {"percent": 30}
    assert 170 < first["km10"] < 200


def test_the_two_carriageways_of_a_road_on_the_same_ground_are_one_line() -> None:
    (dug,) = [one for one in held_of(scene_with(small_march().closures)) if one["effect"] == "dug up"]
    assert dug["lines"] == 1
    assert dug["spot"] == 0


def test_an_open_end_is_told_as_open() -> None:
    closures = small_march().closures
    assert {one["lasting"] for one in held_of(scene_with(closures.assign(to=pd.NaT)))} == {0}


def test_a_stretch_that_many_reports_close_is_told_once_and_costs_little() -> None:
    march = small_march()
    share = np.linspace(0, 1, 3_000)
    # 313 km with the bends of a real road.
    road = shapely.LineString(np.c_[40 + 0.05 * np.sin(share * 60) + 0.003 * np.sin(share * 900), 50 + 2.6 * share])
    one = march.closures.iloc[[2]].assign(geometry=gpd.GeoSeries([road], index=[2], crs=tables.CRS))
    many = pd.concat([one.assign(report_id=name) for name in march.reports["report_id"]], ignore_index=True)
    scene = scene_with(many)["closures"]
    assert len(scene["n"]) == 1
    assert sum(len(str(part)) for part in scene.values()) < 5_000
    single = scene_with(one)["closures"]
    assert single["d"] == scene["d"]


def test_a_closure_of_a_report_that_is_not_there_and_an_effect_that_nobody_draws_are_left_out() -> None:
    closures = small_march().closures
    assert "closures" not in scene_with(closures.assign(report_id="gone"))
    assert "closures" not in scene_with(closures.assign(effect="<script>"))


def test_the_stronger_effects_are_drawn_last() -> None:
    effects = ["closed", "slowed", "dug up", "checkpoint"]
    drawn = [one["effect"] for one in held_of(scene_with(small_march().closures.assign(effect=effects)))]
    assert drawn == ["slowed", "checkpoint", "dug up", "closed"]


@pytest.mark.parametrize(("effect", "sign"), [("closed", "1.6 6"), ("dug up", "0.1 7"), ("slowed", "7 5")])
def test_the_drawing_without_scripts_has_a_pattern_for_each_effect(effect: str, sign: str) -> None:
    march = small_march()
    bare = drawing_svg(scene_with(march.closures.iloc[:0]))
    assert f'stroke-dasharray="{sign}"' not in bare
    assert f'stroke-dasharray="{sign}"' in drawing_svg(scene_with(march.closures.assign(effect=effect)))


def test_a_checkpoint_is_a_rim_under_the_road_in_the_drawing_without_scripts() -> None:
    svg = drawing_svg(scene_with(small_march().closures.assign(effect="checkpoint")))
    assert svg.index('stroke="#c97f00"') < svg.index('stroke="#8b7440"')


def test_a_closure_is_the_fainter_the_less_certain_its_spot_and_never_invisible() -> None:
    assert closure_strength(1.0, spot=False, km=300) == 1
    assert closure_strength(0.5, spot=True, km=2) == 0.5
    assert closure_strength(1.0, spot=True, km=16) == 0.5
    assert closure_strength(0.01, spot=True, km=90) == 0.3
