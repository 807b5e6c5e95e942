import json
from html import unescape
from pathlib import Path

import folium
import pytest

from tests.render.made_up import small_march
from tests.render.page_parts import Page, without_ids
from tracker.render import build_scene, draw


def saved(drawn: folium.Map, folder: Path) -> str:
    drawn.save(folder / "map.html")
    return (folder / "map.html").read_text("utf-8")


def test_it_is_a_folium_map_that_can_be_saved_and_given_more(tmp_path: Path) -> None:
    drawn = draw(small_march())
    assert isinstance(drawn, folium.Map)
    folium.CircleMarker((50.5, 40.2)).add_to(drawn)
    assert "L.circleMarker" in saved(drawn, tmp_path)


def test_it_asks_nobody_for_anything(tmp_path: Path) -> None:
    page = Page(saved(draw(small_march()), tmp_path))
    assert set(page.addresses) == {"https://www.openstreetmap.org/copyright"}
    assert not [tag for tag, _ in page.elements if tag == "link"]


def test_tiles_are_there_only_when_asked_for(tmp_path: Path) -> None:
    assert "L.tileLayer(" not in Page(saved(draw(small_march()), tmp_path)).programs[-1]
    assert "openstreetmap.org/{z}" in Page(saved(draw(small_march(), tiles="OpenStreetMap"), tmp_path)).programs[-1]


def test_other_folium_maps_stay_as_they_are() -> None:
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    draw(small_march()).get_root().render()
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert "cdn" in folium.Map().get_root().render()


def test_a_link_given_to_one_map_does_not_reach_the_next() -> None:
    draw(small_march()).add_js_link("extra", "https://example.org/extra.js")
    assert "extra.js" not in draw(small_march()).get_root().render()


def test_a_second_saving_is_like_the_first(tmp_path: Path) -> None:
    drawn = draw(small_march())
    assert saved(drawn, tmp_path) == saved(drawn, tmp_path)


def test_two_maps_differ_only_in_their_ids(tmp_path: Path) -> None:
    one, other = (saved(draw(small_march()), tmp_path) for _ in range(2))
    assert one != other
    assert without_ids(one) == without_ids(other)


def test_its_reader_may_zoom_the_page_and_hears_the_right_language(tmp_path: Path) -> None:
    text = saved(draw(small_march(), lang="ru"), tmp_path)
    assert "user-scalable" not in text
    assert "maximum-scale" not in text
    assert '<html lang="ru">' in text


def test_a_notebook_gets_the_same_page_in_a_frame() -> None:
    drawn = draw(small_march(), title="A march")
    ((_, attrs),) = [element for element in Page(drawn._repr_html_()).elements if element[0] == "iframe"]
    assert attrs["srcdoc"] == drawn.get_root().render()
    assert unescape(attrs["srcdoc"] or "").count("<title>A march</title>") == 1


def test_it_holds_the_scene_of_the_march(tmp_path: Path) -> None:
    march = small_march()
    scene = json.loads(Page(saved(draw(march, title="A", alt="B", zone="Europe/Moscow"), tmp_path)).scene)
    assert scene == build_scene(march, title="A", alt="B", zone="Europe/Moscow")


def test_it_works_in_a_figure_of_the_readers_own() -> None:
    figure = folium.Figure()
    draw(small_march(), title="A march").add_to(figure)
    page = Page(figure.render())
    assert json.loads(page.scene)["title"] == "A march"
    with pytest.raises(AssertionError):
        assert "cdn.jsdelivr" in figure.render()
