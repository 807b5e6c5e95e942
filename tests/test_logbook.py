"""The front door's report log knows kilometre posts, and reads them only when they are asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tracker.logbook import BundledPosts, open_log
from tracker.model import AmbiguousPlace, MissingFile
from tracker.roads import KilometrePosts

HOUR = "2023-06-24T09:00+03:00"


def test_a_kilometre_post_is_a_place(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log.gpkg", create=True, author="Anna")
    report_id = log.add_sighting(place="590-й км М-4", time=HOUR)
    (report,) = log.reports().itertuples()
    lon, lat = KilometrePosts.read().point_at("M4", 590)
    assert (report.geometry.x, report.geometry.y) == pytest.approx((float(lon), float(lat)))
    assert log.history(report_id)["reason"].tolist() == ["point looked up: M4 km 590 (kilometre post)"]
    log.close()


def test_a_post_that_is_not_known_keeps_the_report_without_a_point(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log.gpkg", create=True, author="Anna")
    log.add_sighting(place="M4 km 5000", time=HOUR)
    assert log.reports().geometry.isna().tolist() == [True]
    log.close()


def test_the_bundled_places_answer_what_is_no_post(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log.gpkg", create=True, author="Anna")
    log.add_sighting(place="Yelets", time=HOUR)
    assert log.reports().geometry.x.round(1).tolist() == [38.5]
    with pytest.raises(AmbiguousPlace):
        log.add_sighting(place="Ivanovka", time=HOUR)
    log.close()


def test_the_posts_are_read_once_and_not_before_a_place_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts, reads = KilometrePosts.read(), list[int]()

    def read() -> KilometrePosts:
        reads.append(1)
        return posts

    monkeypatch.setattr(KilometrePosts, "read", read)
    log = open_log(tmp_path / "log.gpkg", create=True, author="Anna")
    log.add_sighting(time=HOUR, lon=39.0, lat=52.0, place="given")
    assert reads == []
    log.add_sighting(place="M4 km 590", time=HOUR)
    log.add_sighting(place="M4 km 600", time=HOUR)
    assert reads == [1]
    log.close()


def test_opening_loads_no_roads(tmp_path: Path) -> None:
    code = f"""
import sys
from tracker.logbook import open_log
open_log({str(tmp_path / "log.gpkg")!r}, create=True).close()
print("tracker.roads" in sys.modules)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_a_log_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is no report log"):
        open_log(tmp_path / "log.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_words_that_are_no_post_have_no_candidates() -> None:
    assert list(BundledPosts().candidates("Yelets")) == []
