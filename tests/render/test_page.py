import base64
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.render.made_up import small_march
from tests.render.page_parts import Page
from tracker.model import MissingFile, Reconstruction
from tracker.render import assets as assets_room
from tracker.render import export_html
from tracker.render.page import content_policy


def policy_of(page: Page) -> dict[str, list[str]]:
    (policy,) = [a["content"] or "" for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_admits_the_scripts_and_styles_of_the_page_and_nothing_else(tmp_path: Path) -> None:
    page = Page(export_html(small_march(), tmp_path / "march.html").read_text("utf-8"))
    assert policy_of(page) == {
        "default-src": ["'none'"],
        "script-src": [hashed(text) for text in page.programs],
        "style-src": [hashed(text) for text in page.styles],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    assert len(page.programs) == 3


def test_a_hash_is_that_of_the_text_as_a_browser_sees_it() -> None:
    # The value is the specification's own example.
    policy = content_policy(scripts=["doSomething();"], styles=[])
    assert "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='" in policy


def test_the_policy_stands_before_anything_that_it_governs(tmp_path: Path) -> None:
    text = export_html(small_march(), tmp_path / "march.html").read_text("utf-8")
    first = min(text.index(tag) for tag in ("<style", "<script", "<title"))
    assert text.index("Content-Security-Policy") < first


def test_the_page_points_at_nothing_but_the_map_licence(tmp_path: Path) -> None:
    text = export_html(small_march(), tmp_path / "march.html").read_text("utf-8")
    page = Page(text)
    assert set(page.addresses) == {"https://www.openstreetmap.org/copyright"}
    assert not [attrs for tag, attrs in page.elements if tag in {"link", "img", "iframe", "object", "base", "form"}]
    assert page.pictures == []


def test_no_markup_has_handlers_or_styles_that_the_policy_would_stop(tmp_path: Path) -> None:
    page = Page(export_html(small_march(), tmp_path / "march.html").read_text("utf-8"))
    names = {name for _, attrs in page.elements for name in attrs}
    assert not {name for name in names if name.startswith("on") or name == "style"}


def test_the_page_is_small(tmp_path: Path) -> None:
    assert export_html(small_march(), tmp_path / "march.html").stat().st_size < 330_000


def test_the_same_march_gives_the_same_page(tmp_path: Path) -> None:
    one, other = (export_html(small_march(), tmp_path / name) for name in ("one.html", "other.html"))
    assert one.read_bytes() == other.read_bytes()


def test_the_page_carries_the_licence_of_its_map_library_and_the_credit_of_its_roads(tmp_path: Path) -> None:
    page = Page(export_html(small_march(), tmp_path / "march.html", credit="By the Elm Gazette.").read_text("utf-8"))
    assert "Redistribution and use in source and binary forms" in page.programs[0]
    assert "© OpenStreetMap contributors" in page.text
    assert "By the Elm Gazette." in page.text
    assert "A reconstruction from 9 reports (6 of them place a column), not an observation." in page.text
    assert "90 % of the probability lies within 75 km" in page.text
    assert "It cannot show what nobody reported" in page.text


def test_without_scripts_the_page_tells_where_each_unit_was(tmp_path: Path) -> None:
    page = Page(export_html(small_march(), tmp_path / "march.html", zone="Europe/Moscow").read_text("utf-8"))
    assert "2031-05-03 09:00" in page.text
    assert "10 km S of Millbrook; 90 % within 8 km" in page.text
    assert "times in MSK" in page.text


def test_a_page_may_be_russian(tmp_path: Path) -> None:
    text = export_html(small_march(), tmp_path / "march.html", lang="ru").read_text("utf-8")
    assert '<html lang="ru">' in text
    assert "Южный Брод" in Page(text).text


def test_a_page_is_named_by_its_days_where_it_was_given_no_title(tmp_path: Path) -> None:
    page = Page(export_html(small_march(), tmp_path / "march.html").read_text("utf-8"))
    titles = [text for tag, _, text in page.inside if tag == "title"]
    assert titles == ["Reconstructed march, 2031-05-03 to 2031-05-03", "main column", "second column"]


def test_a_page_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "march.html"
    target.write_text("old")
    assert export_html(small_march(), str(target)) == target
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [target]


def test_a_page_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    beside = tmp_path / "other"
    beside.write_text("")
    assert export_html(small_march(), tmp_path / "march.html").stat().st_mode == beside.stat().st_mode


def test_a_full_disk_leaves_the_old_page_and_no_half_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "march.html"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        export_html(small_march(), target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"the folder .*nowhere.* is not there; make it"):
        export_html(small_march(), tmp_path / "nowhere" / "march.html")


def test_a_package_without_its_map_library_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = assets_room.HERE / "vendor" / "not-there"
    monkeypatch.setattr(assets_room, "LEAFLET", empty)
    assets_room.leaflet.cache_clear()
    with pytest.raises(MissingFile, match=r"vendor/not-there/LICENSE is not in this installation.*install the package"):
        export_html(small_march(), tmp_path / "march.html")
    assets_room.leaflet.cache_clear()
    assert list(tmp_path.iterdir()) == []


def test_a_march_without_tracks_has_a_page_too(tmp_path: Path) -> None:
    march: Reconstruction = replace(small_march(), tracks={})
    assert Page(export_html(march, tmp_path / "march.html").read_text("utf-8")).programs
