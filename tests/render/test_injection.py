"""An enemy writes the reports: none of it may become markup, script or template, and all must stay readable."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.render.made_up import HOSTILE, hostile_march, small_march
from tests.render.page_parts import Page, without_ids
from tracker.model import Reconstruction
from tracker.render import build_scene, draw, export_html

Way = Callable[[Reconstruction, str, Path], str]


def exported(march: Reconstruction, text: str, folder: Path) -> str:
    return export_html(march, folder / "march.html", title=text, alt=text, credit=text, lang=text).read_text("utf-8")


def saved(march: Reconstruction, text: str, folder: Path) -> str:
    draw(march, title=text, alt=text, credit=text, lang=text).save(folder / "map.html")
    return (folder / "map.html").read_text("utf-8")


def framed(march: Reconstruction, text: str, folder: Path) -> str:
    outside = Page(draw(march, title=text, alt=text, credit=text, lang=text)._repr_html_())
    assert [tag for tag, _ in outside.elements] == ["iframe"]
    assert not outside.programs
    return outside.elements[0][1]["srcdoc"] or ""


ways = pytest.mark.parametrize("way", [exported, saved, framed])


@ways
def test_the_only_scripts_and_styles_are_those_of_a_harmless_march(way: Way, tmp_path: Path) -> None:
    enemy, friend = Page(way(hostile_march(), HOSTILE, tmp_path)), Page(way(small_march(), "A march", tmp_path))
    assert [without_ids(text) for text in enemy.programs] == [without_ids(text) for text in friend.programs]
    assert [without_ids(text) for text in enemy.styles] == [without_ids(text) for text in friend.styles]


@ways
def test_no_report_becomes_an_element_or_an_attribute(way: Way, tmp_path: Path) -> None:
    enemy, friend = Page(way(hostile_march(), HOSTILE, tmp_path)), Page(way(small_march(), "A march", tmp_path))
    assert enemy.kinds <= friend.kinds
    assert set(enemy.addresses) == set(friend.addresses)


@ways
def test_no_template_engine_reads_a_report(way: Way, tmp_path: Path) -> None:
    text = way(hostile_march(), HOSTILE, tmp_path)
    assert "7919*7907" in text
    assert str(7919 * 7907) not in text


@ways
def test_every_report_can_be_read_as_it_was_written(way: Way, tmp_path: Path) -> None:
    march = hostile_march()
    scene = json.loads(Page(way(march, HOSTILE, tmp_path)).scene)
    assert scene == build_scene(march, title=HOSTILE, alt=HOSTILE, credit=HOSTILE, lang=HOSTILE)
    told = {report["id"]: report for report in scene["reports"]}
    for _, row in march.reports.iterrows():
        for column in ("summary", "publisher", "origin", "place", "heading", "vehicles", "notes"):
            assert told[row["report_id"]]["text" if column == "summary" else column] == row[column]
            assert HOSTILE in row[column]


@ways
def test_the_title_and_the_credit_are_text(way: Way, tmp_path: Path) -> None:
    text = way(hostile_march(), HOSTILE, tmp_path)
    assert text.count("&lt;/script&gt;&lt;script&gt;window.__hit=1") >= 3
    # What Python's parser takes for the text is what was given; it does not decode inside of a title.
    assert HOSTILE in Page(text).text


def test_a_unit_whose_name_is_a_template_has_a_map(tmp_path: Path) -> None:
    # folium's own way fails on this with a template error, or runs it.
    scene = json.loads(Page(saved(hostile_march(), "A march", tmp_path)).scene)
    assert [unit["name"] for unit in scene["units"]] == [f"{HOSTILE} main column", f"{HOSTILE} second column"]
