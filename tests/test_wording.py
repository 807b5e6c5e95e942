"""What the command line and the dashboard say of a march, in words."""

from pathlib import Path

import pandas as pd
import pytest

import tracker
from tests.small_march import HEADER, ROWS, write_reports, write_roads
from tracker import wording
from tracker.model import Fault, Reconstruction
from tracker.roads import RoadNetwork


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wording")


@pytest.fixture(scope="module")
def roads(folder: Path) -> RoadNetwork:
    return tracker.load_roads(write_roads(folder))


@pytest.fixture(scope="module")
def march(folder: Path, roads: RoadNetwork) -> Reconstruction:
    return tracker.reconstruct(tracker.read_reports(write_reports(folder)), roads)


def test_the_places_shown_first_are_those_on_the_way_of_the_unit_that_moved_farthest(march: Reconstruction) -> None:
    assert wording.default_places(march) == ["Westend", "Middle", "Eastend"]
    assert len(wording.default_places(march, count=2)) == 2


def test_the_bundled_case_does_not_ask_for_moscow() -> None:
    march = tracker.reconstruct(tracker.read_reports(), tracker.load_roads())
    places = wording.default_places(march)
    assert "Moscow" not in places
    assert "Voronezh" in places
    assert len(places) == 6
    assert wording.mismatches(march, tracker.load_roads()) == []
    assert wording.tally(march).startswith("176 reports: ")
    assert "39 roadblocks" in wording.tally(march)


def test_a_passage_is_told_in_words_and_in_the_zone_asked_for(march: Reconstruction) -> None:
    rows = wording.passage_rows(march, ["Middle"], zone="Europe/Moscow")
    assert (rows[0]["unit"], rows[0]["probability"]) == ("column", "100 %")
    assert rows[0]["when"].startswith("probably between 10:3")
    assert rows[0]["when"].endswith("on 24 June")
    assert rows[1]["when"] == "no finding"
    assert wording.passage_rows(march, ["Middle"], zone="UTC")[0]["when"].startswith("probably between 07:3")


def test_a_night_between_the_bounds_names_both_days(march: Reconstruction) -> None:
    early = march.tracks["column"].start.replace(hour=23, minute=30)
    said = wording._between(early, early.replace(minute=50), early + pd.Timedelta(hours=1))
    assert said == "probably between 23:30 on 24 June and 00:30 on 25 June, most likely 23:50 on 24 June"


def test_roads_that_carry_every_report_are_not_complained_of(march: Reconstruction, roads: RoadNetwork) -> None:
    assert wording.mismatches(march, roads) == []


def test_a_unit_that_no_report_places_is_named(folder: Path, roads: RoadNetwork) -> None:
    path = folder / "unplaced.csv"
    path.write_text("\n".join([HEADER, *ROWS[:3], ROWS[5].replace("statement,", "statement,ghosts")]), "utf-8")
    found = wording.mismatches(tracker.reconstruct(tracker.read_reports(path), roads), roads)
    assert found == ["ghosts: no track could be made; no sighting, incident or turnaround of it has a place."]


def test_numbers_agree_with_their_nouns() -> None:
    assert wording.counted(1, "unit") == "1 unit"
    assert wording.counted(0, "unit") == "0 units"
    assert wording.counted(2, "report without a place") == "2 reports without a place"


def test_faults_that_are_alike_are_told_once_with_their_rows() -> None:
    faults = [
        Fault(file="upload.csv", row=row, column="kind", value=value, problem="is odd", remedy="mend it")
        for row, value in ((2, "x"), (5, "y"), (9, "x"))
    ]
    assert wording.fault_groups(faults) == [("rows 2, 5, 9, column kind: x and 1 more is odd", "mend it")]
    text = wording.fault_text(
        [*faults, Fault(file="a", row=None, column=None, value="", problem="p", remedy="r")], most=1
    )
    assert text.startswith("a, upload.csv: 4 faults found")
    assert text.endswith("... and 1 more kinds")
    assert wording.fault_text(faults, file="mine.csv").startswith("mine.csv: 3 faults found")


def test_of_many_computed_remedies_three_are_written_out() -> None:
    faults = [
        Fault(file="a", row=row, column="time", value=f"10:{row}", problem="has no zone", remedy=f"write 10:{row}Z")
        for row in range(10, 30)
    ]
    groups = wording.fault_groups(faults)
    assert [remedy for _, remedy in groups] == ["write 10:10Z", "write 10:11Z", "write 10:12Z", wording._ALIKE]
    assert groups[-1][0].startswith(
        "rows 13, 14, 15, 16, 17, 18, 19, 20 and 9 more, column time: 10:13 and 16 more has"
    )
