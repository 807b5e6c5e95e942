"""What every report log does, whatever keeps it."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from tracker.evidence import read_reports
from tracker.evidence.log import ReportLog, open_log
from tracker.model import (
    AmbiguousTime,
    BadLog,
    BadReport,
    BadTime,
    Conflict,
    LogUnavailable,
    MissingFile,
    UnknownPlace,
    UnknownReport,
    tables,
)

START = datetime(2023, 6, 24, 12, tzinfo=UTC)
OWN = ["revision", "author", "recorded_at"]
YELETS = {"place": "Yelets", "time": "2023-06-24T15:00+03:00", "within": "30min", "unit": "main column"}


class Clock:
    """A minute passes with every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture(params=["file", pytest.param("postgis", marks=pytest.mark.postgis)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "march.gpkg")
    url: str = request.getfixturevalue("database")
    return url


@pytest.fixture
def log(address: str) -> Generator[ReportLog]:
    with open_log(address, create=True, author="Anna", clock=Clock()) as log:
        yield log


@pytest.fixture(scope="module")
def bundled() -> gpd.GeoDataFrame:
    return read_reports()


def said(log: ReportLog, report_id: str) -> "pd.Series[object]":
    """The one report of a log with an id."""
    reports = log.reports()
    row = reports[reports["report_id"] == report_id]
    assert len(row) == 1
    return row.iloc[0]


# ---- adding


def test_what_was_added_comes_back_as_it_was(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    ids = log.add(bundled, "Boris")
    found = log.reports()
    assert ids == list(bundled["report_id"])
    assert_frame_equal(pd.DataFrame(found.drop(columns=OWN)), pd.DataFrame(bundled.drop(columns=OWN)))
    assert found.crs == bundled.crs
    assert dict(found.dtypes) == dict(bundled.dtypes)
    assert set(found["author"]) == {"Boris"}
    assert set(found["revision"]) == {1}
    assert found["recorded_at"].nunique() == 1


def test_adding_again_adds_nothing(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled)
    before = log.digest()
    assert log.add(bundled.iloc[::-1]) == list(bundled["report_id"])[::-1]
    assert log.digest() == before


def test_other_content_under_a_known_id_adds_nothing_at_all(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled.iloc[:2])
    other = bundled.iloc[:3].copy()
    other.loc[1, "summary"] = "Something else"
    with pytest.raises(Conflict, match=r"r002.*correct"):
        log.add(other)
    assert len(log.reports()) == 2


def test_a_table_with_faults_is_refused_with_all_of_them(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    wrong = bundled.iloc[:4].copy()
    wrong.loc[0, "url"] = "not an address"
    wrong.loc[1, "radius_m"] = 5.0
    wrong.loc[2, "summary"] = "NUL\0"
    wrong.loc[3, "latest"] = pd.NaT
    with pytest.raises(BadReport) as refused:
        log.add(wrong)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (0, "url"),
        (1, "radius_m"),
        (2, "summary"),
        (3, "latest"),
    ]
    assert log.reports().empty


@pytest.mark.parametrize("damaged", ["\ud800", "half of a pair \udc00"])
def test_half_of_a_letter_is_a_fault(log: ReportLog, bundled: gpd.GeoDataFrame, damaged: str) -> None:
    wrong = bundled.iloc[:1].copy()
    wrong["summary"] = pd.Series([damaged], dtype=object)
    with pytest.raises(BadReport, match="half of a letter"):
        log.add(wrong)
    with pytest.raises(BadReport, match="half of a letter"):
        log.add_statement(time="2023-06-24T12:00Z", summary=damaged)


def test_a_table_without_most_columns_is_filled_as_a_file_is(log: ReportLog) -> None:
    moment = pd.to_datetime(["2023-06-24T12:00Z"]).as_unit("us")
    few = gpd.GeoDataFrame(
        {"earliest": moment, "latest": moment, "publisher": ["Baza"], "radius_m": [5000.0]},
        geometry=[shapely.Point(39.1, 51.2)],
        crs="EPSG:4326",
    )
    before = few.copy()
    (name,) = log.add(few)
    report = said(log, name)
    assert report[["kind", "time_basis", "reliability", "credibility", "origin"]].tolist() == [
        "sighting", "observed", "F", 6, "Baza",
    ]  # fmt: skip
    assert log.add(few) == [name]
    assert_frame_equal(pd.DataFrame(few), pd.DataFrame(before))


def test_what_is_no_table_of_points_is_refused(log: ReportLog) -> None:
    with pytest.raises(BadReport, match="without points"):
        log.add(pd.DataFrame({"earliest": []}))


# ---- saying one report


def test_a_sighting_is_said_in_words(log: ReportLog) -> None:
    name = log.add_sighting(
        **YELETS, publisher="iStories", url="https://example.org/1", reliability="B", credibility=2,
        lon=None, lat=None, radius_m=None,
    )  # fmt: skip
    report = said(log, name)
    assert report["earliest"] == pd.Timestamp("2023-06-24T11:30Z")
    assert report["latest"] == pd.Timestamp("2023-06-24T12:30Z")
    assert shapely.distance(report["geometry"], shapely.Point(38.50, 52.62)) < 0.02
    assert report["radius_m"] > 1000
    assert (report["kind"], report["origin"], report["author"]) == ("sighting", "iStories", "Anna")
    assert "Yelets" in log.history(name)["reason"].iloc[0]


def test_saying_the_same_again_adds_nothing(log: ReportLog) -> None:
    assert log.add_sighting(**YELETS) == log.add_sighting(**YELETS)
    assert len(log.reports()) == 1


def test_a_point_that_is_given_wins_over_the_words(log: ReportLog) -> None:
    report = said(log, log.add_sighting(**YELETS, lon=30.5, lat=50.5, radius_m=700))
    assert (report["geometry"].x, report["geometry"].y, report["radius_m"]) == (30.5, 50.5, 700.0)
    assert report["place"] == "Yelets"


def test_a_radius_that_is_given_wins_over_that_of_the_look_up(log: ReportLog) -> None:
    assert said(log, log.add_sighting(**YELETS, radius_m=1234))["radius_m"] == 1234


def test_a_place_that_nothing_knows_is_kept_without_a_point(log: ReportLog) -> None:
    report = said(log, log.add_sighting(place="Qwxzhölm behind the seven hills", time="2023-06-24T12:00Z"))
    assert report["geometry"] is None
    assert report["place"] == "Qwxzhölm behind the seven hills"


def test_a_roadblock_stands_until_it_is_lifted(log: ReportLog) -> None:
    report = said(log, log.add_roadblock(place="Yelets", time="2023-06-24T12:00Z", road="M4"))
    assert pd.isna(report["latest"])
    lifted = said(log, log.add_roadblock(place="Yelets", earliest="2023-06-24T12:00Z", latest="2023-06-24T18:00Z"))
    assert lifted["latest"] == pd.Timestamp("2023-06-24T18:00Z")


@pytest.mark.parametrize("kind", tables.KINDS)
def test_every_kind_can_be_said(log: ReportLog, kind: str) -> None:
    add: Callable[..., str] = getattr(log, f"add_{kind}")
    assert said(log, add(**YELETS))["kind"] == kind


def test_all_that_is_wrong_with_one_report_is_said_at_once(log: ReportLog) -> None:
    with pytest.raises(BadReport) as refused:
        log.add_sighting(
            place="Yelets", time="2023-06-24 15:00", radius_m=6, url="ftp://example.org", reliability="G",
            credibility=9, sumary="A convoy",
        )  # type: ignore[call-arg]  # fmt: skip
    assert {fault.column for fault in refused.value.faults} == {
        "time", "radius_m", "url", "reliability", "credibility", "sumary",
    }  # fmt: skip
    assert "write summary" in str(refused.value)
    assert log.reports().empty


def test_one_wrong_time_is_raised_with_its_readings(log: ReportLog) -> None:
    with pytest.raises(AmbiguousTime) as refused:
        log.add_sighting(place="Yelets", time="06/07/2023 15:00 UTC")
    assert len(refused.value.readings) == 2
    with pytest.raises(BadTime, match="zone"):
        log.add_sighting(place="Yelets", time="2023-06-24T15:00")


def test_time_and_bounds_do_not_go_together(log: ReportLog) -> None:
    with pytest.raises(BadTime, match="beside"):
        log.add_sighting(**YELETS, latest="2023-06-24T18:00Z")


def test_an_id_of_ones_own_is_kept_and_defended(log: ReportLog) -> None:
    assert log.add_sighting(**YELETS, report_id="mine") == "mine"
    assert log.add_sighting(**YELETS, report_id="mine") == "mine"
    with pytest.raises(Conflict, match="mine"):
        log.add_sighting(**{**YELETS, "unit": "rear column"}, report_id="mine")


def test_saying_what_was_retracted_points_to_restore(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    log.retract(name, reason="a mock-up")
    with pytest.raises(Conflict, match=r"retracted by Anna \(a mock-up\); restore"):
        log.add_sighting(**YELETS)


# ---- changing


def test_a_correction_changes_what_it_names_and_keeps_what_was(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS, summary="A convoy")
    before = said(log, name)
    assert log.correct(name, reason="counted again", author="Boris", summary="Two convoys", vehicles="40") == 2
    after = said(log, name)
    same = [column for column in tables.REPORTS if column not in ("summary", "vehicles", "geometry", *OWN)]
    assert [(after[column], before[column]) for column in same if not _alike(after[column], before[column])] == []
    assert after["geometry"] == before["geometry"]
    history = log.history(name)
    assert history[["revision", "operation", "author", "reason", "summary"]].fillna("-").to_numpy().tolist() == [
        [1, "add", "Anna", history["reason"][0], "A convoy"],
        [2, "correct", "Boris", "counted again", "Two convoys"],
    ]


def _alike(one: object, other: object) -> bool:
    return bool(one == other or (pd.isna(one) and pd.isna(other)))


def test_a_new_place_moves_the_point_and_its_radius(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    log.correct(name, reason="misread", place="Voronezh")
    report = said(log, name)
    assert shapely.distance(report["geometry"], shapely.Point(39.2, 51.66)) < 0.05
    log.correct(name, reason="seen on a video", lon=39.25, lat=51.7, radius_m=300)
    report = said(log, name)
    assert (report["place"], report["radius_m"]) == ("Voronezh", 300)


def test_a_new_place_that_nothing_knows_loses_no_point(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    with pytest.raises(UnknownPlace):
        log.correct(name, reason="misread", place="Qwxzhölm")
    assert said(log, name)["place"] == "Yelets"
    log.correct(name, reason="misread", place="Qwxzhölm", lon=None, lat=None)
    assert said(log, name)["geometry"] is None
    assert pd.isna(said(log, name)["radius_m"])


def test_a_report_without_a_point_can_be_corrected_otherwise(log: ReportLog) -> None:
    name = log.add_sighting(place="Qwxzhölm", time="2023-06-24T12:00Z")
    assert log.correct(name, reason="read on", summary="More") == 2


def test_a_time_can_be_corrected_in_words(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    log.correct(name, reason="the hour was Kyiv's", time="2023-06-24T16:00+03:00", within="10min")
    assert said(log, name)["earliest"] == pd.Timestamp("2023-06-24T12:50Z")


def test_what_changes_nothing_is_no_revision(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    assert log.correct(name, reason="again", unit="main column") == 1
    assert len(log.history(name)) == 1


def test_of_two_editors_the_second_is_told(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    log.correct(name, reason="first", author="Boris", expect_revision=1, unit="rear column")
    for late in (
        lambda: log.correct(name, reason="second", expect_revision=1, unit="eastern column"),
        lambda: log.retract(name, reason="second", expect_revision=1),
        lambda: log.link(name, name + "x", "repost", reason="second", expect_revision=1),
    ):
        with pytest.raises(Conflict, match="revision 2 by Boris, not 1"):
            late()
    assert said(log, name)["unit"] == "rear column"


def test_a_retracted_report_is_gone_from_the_reports_and_not_from_the_log(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    before = said(log, name)
    assert log.retract(name, reason="a mock-up") == 2
    assert log.reports().empty
    with pytest.raises(Conflict, match="restore it first"):
        log.correct(name, reason="no", unit="x")
    with pytest.raises(Conflict, match="retracted"):
        log.retract(name, reason="again")
    assert log.restore(name, reason="it was real") == 3
    after = said(log, name)
    assert [c for c in tables.REPORTS if c not in OWN and not _alike(before[c], after[c])] == []
    assert list(log.history(name)["operation"]) == ["add", "retract", "restore"]
    with pytest.raises(Conflict, match="nothing to restore"):
        log.restore(name, reason="again")


@pytest.mark.parametrize("reason", ["", "  ", "\0", None])
def test_a_change_needs_a_reason(log: ReportLog, reason: str) -> None:
    name = log.add_sighting(**YELETS)
    with pytest.raises(BadReport, match=r"say why|write it anew"):
        log.retract(name, reason=reason)


def test_a_change_of_nothing_is_a_fault(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    with pytest.raises(BadReport, match="name a column"):
        log.correct(name, reason="why")
    with pytest.raises(BadReport, match="nothing that a report has"):
        log.correct(name, reason="why", colour="green")


def test_an_id_that_the_log_does_not_hold_is_named(log: ReportLog) -> None:
    for verb in (
        lambda: log.correct("r9", reason="x", unit="y"),
        lambda: log.retract("r9", reason="x"),
        lambda: log.restore("r9", reason="x"),
        lambda: log.history("r9"),
        lambda: log.link("r9", "r8", "repost", reason="x"),
    ):
        with pytest.raises(UnknownReport, match="'r9'"):
            verb()


# ---- asking


def test_reports_keep_the_order_in_which_they_were_added(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled.iloc[:10])
    log.correct("r003", reason="x", unit="somebody")
    log.retract("r005", reason="x")
    log.add(bundled.iloc[10:12])
    log.restore("r005", reason="x")
    assert list(log.reports()["report_id"]) == list(bundled["report_id"][:12])


def test_filters_pick_what_they_say(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled)
    everything = log.reports()
    assert set(log.reports(unit="rear column")["unit"]) == {"rear column"}
    assert set(log.reports(kind=["roadblock", "absence"])["kind"]) == {"roadblock", "absence"}
    assert log.reports(unit=[]).empty
    since, until = pd.Timestamp("2023-06-24T12:00Z"), pd.Timestamp("2023-06-24T13:00Z")
    expected = everything[
        (everything["latest"].isna() | (everything["latest"] >= since)) & (everything["earliest"] <= until)
    ]
    assert list(log.reports(since=since, until=until)["report_id"]) == list(expected["report_id"])
    west, south, east, north = 39, 51, 40, 52
    inside = everything[everything.intersects(shapely.box(west, south, east, north))]
    assert list(log.reports(bbox=(west, south, east, north))["report_id"]) == list(inside["report_id"])
    assert 0 < len(inside) < len(everything)


def test_a_box_may_cross_the_antimeridian(log: ReportLog) -> None:
    fiji = log.add_sighting(**{**YELETS, "place": "Fiji"}, lon=179.5, lat=-17, radius_m=5000)
    log.add_sighting(**YELETS)
    assert list(log.reports(bbox=(170, -30, -170, 0))["report_id"]) == [fiji]


@pytest.mark.parametrize("box", [(0, 0, 1), (0, 5, 1, 4), (0, 0, 1, 91), ("a", 0, 1, 1), (0, 0, 1, float("nan"))])
def test_what_is_no_box_is_refused(log: ReportLog, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadReport, match="is no box"):
        log.reports(bbox=box)


def test_columns_may_be_chosen(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled)
    assert list(log.reports(columns=["geometry", "unit", "report_id"])) == ["report_id", "unit", "geometry"]
    with pytest.raises(BadReport, match="colour"):
        log.reports(columns=["colour"])


def test_the_state_of_knowledge_at_a_past_moment_comes_back(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS, summary="one")
    states = [log.reports()]
    for change in (
        lambda: log.correct(name, reason="x", summary="two"),
        lambda: log.add_sighting(**{**YELETS, "unit": "rear column"}),
        lambda: log.retract(name, reason="x"),
        lambda: log.restore(name, reason="x"),
    ):
        change()
        states.append(log.reports())
    moments = log.changes().revisions["recorded_at"]
    assert len(moments) == len(states)
    for moment, state in zip(moments, states, strict=True):
        assert_frame_equal(pd.DataFrame(log.reports(as_of=moment)), pd.DataFrame(state))
    assert log.reports(as_of=moments[0] - pd.Timedelta("1ms")).empty
    with pytest.raises(BadTime, match="without a zone"):
        log.reports(as_of="2023-06-24 15:00")


def test_a_clock_that_is_set_back_does_not_turn_the_order(address: str) -> None:
    times = iter([START, START - timedelta(hours=1), START - timedelta(hours=2)])
    with open_log(address, create=True, author="Anna", clock=lambda: next(times, START)) as log:
        name = log.add_sighting(**YELETS)
        log.retract(name, reason="x")
        assert log.history(name)["recorded_at"].is_monotonic_increasing
        assert log.reports(as_of=START).empty


def test_changes_come_in_portions_and_are_never_missed(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled.iloc[:7])
    log.retract("r004", reason="x")
    seen, cursor = [], None
    while True:
        some = log.changes(cursor, limit=3)
        if some.revisions.empty:
            break
        seen += list(zip(some.revisions["report_id"], some.revisions["revision"], strict=True))
        cursor = some.cursor
    assert seen == [*((f"r00{n}", 1) for n in range(1, 8)), ("r004", 2)]
    assert log.changes(cursor).cursor == cursor
    with pytest.raises(BadLog, match="is not a cursor"):
        log.changes("DROP TABLE")


def test_waiting_ends_when_something_came(log: ReportLog) -> None:
    assert not log.wait(0)
    log.add_sighting(**YELETS)
    assert log.wait(0)
    assert not log.wait(0)
    start = log.changes().cursor
    assert not log.wait(0, cursor=start)
    log.add_sighting(**{**YELETS, "unit": "rear column"})
    assert log.wait(0, cursor=start)


# ---- links


def test_a_repost_takes_the_origin_of_what_it_repeats(log: ReportLog) -> None:
    first = log.add_sighting(**YELETS, publisher="Baza")
    copy = log.add_sighting(**YELETS, publisher="Daily Mirror of Mirrors")
    log.link(copy, first, "repost", reason="word for word", author="Boris")
    then = log.history(copy)["recorded_at"].iloc[-1]
    assert said(log, copy)["origin"] == "Baza"
    assert said(log, copy)["publisher"] == "Daily Mirror of Mirrors"
    links = log.links()
    assert links[["report_id", "other_id", "relation", "author", "reason"]].to_numpy().tolist() == [
        [copy, first, "repost", "Boris", "word for word"]
    ]
    log.unlink(copy, first, reason="not the same after all")
    assert said(log, copy)["origin"] == "Daily Mirror of Mirrors"
    assert log.links().empty
    assert log.reports(as_of=then).set_index("report_id").loc[copy, "origin"] == "Baza"
    assert list(log.history(copy)["operation"]) == ["add", "link", "unlink"]


def test_links_are_checked(log: ReportLog) -> None:
    one, other = log.add_sighting(**YELETS), log.add_sighting(**{**YELETS, "unit": "rear column"})
    with pytest.raises(BadReport, match="repost, same event, different"):
        log.link(one, other, "cousin", reason="x")
    with pytest.raises(BadReport, match="itself"):
        log.link(one, one, "repost", reason="x")
    with pytest.raises(UnknownReport, match="r9"):
        log.link(one, "r9", "repost", reason="x")
    with pytest.raises(Conflict, match="not linked"):
        log.unlink(one, other, reason="x")
    assert log.link(one, other, "same event", reason="x") == 2
    assert log.link(one, other, "same event", reason="again") == 2
    assert log.link(one, other, "different", reason="looked closer") == 3
    assert list(log.links()["relation"]) == ["different"]


# ---- keeping


def test_a_snapshot_holds_every_revision(log: ReportLog, bundled: gpd.GeoDataFrame, tmp_path: Path) -> None:
    log.add(bundled)
    log.correct("r001", reason="x", unit="somebody")
    log.retract("r002", reason="x")
    log.link("r003", "r004", "different", reason="x")
    log.snapshot(tmp_path / "kept.gpkg")
    with open_log(tmp_path / "kept.gpkg") as kept:
        assert kept.digest() == log.digest()
        assert kept.verify() == log.verify()
        assert_frame_equal(pd.DataFrame(kept.reports()), pd.DataFrame(log.reports()))
    with pytest.raises(LogUnavailable, match="is there already"):
        log.snapshot(tmp_path / "kept.gpkg")
    with pytest.raises(MissingFile, match="no folder"):
        log.snapshot(tmp_path / "nowhere" / "kept.gpkg")
    assert sorted(file.name for file in tmp_path.glob(".*")) == []


def test_a_digest_noted_earlier_still_fits_a_log_that_has_grown(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled.iloc[:5])
    noted = log.digest()
    log.add(bundled.iloc[5:9])
    log.retract("r001", reason="x")
    audit = log.verify(digest=noted)
    assert (audit.sound, audit.revisions, audit.reports) == (True, 10, 9)
    assert audit.digest == log.digest() != noted
    wrong = f"5:{'0' * 64}"
    assert "have changed" in log.verify(digest=wrong).problems[0]
    assert "holds 10 revisions, not 99" in log.verify(digest=f"99:{'0' * 64}").problems[0]
    with pytest.raises(BadLog, match="is not a digest"):
        log.verify(digest="abc")


def test_a_log_that_is_opened_again_is_the_same(address: str, bundled: gpd.GeoDataFrame) -> None:
    with open_log(address, create=True, author="Anna") as log:
        log.add(bundled)
        digest = log.digest()
    with open_log(address) as again:
        assert again.digest() == digest
    with open_log(address, create=True) as again:
        assert again.digest() == digest


def test_the_author_is_the_login_unless_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    with open_log(address, create=True) as log:
        assert said(log, log.add_sighting(**YELETS))["author"] == "login"
        assert said(log, log.add_sighting(**{**YELETS, "unit": "b"}, author="Boris"))["author"] == "Boris"
        with pytest.raises(BadReport, match="author"):
            log.add_sighting(**YELETS, author="  ")


# ---- addresses


@pytest.mark.parametrize("url", ["mysql://host/db", "https://example.org/a.gpkg", ":memory:", "", "/vsicurl/x", "a\0b"])
def test_what_is_no_address_of_a_log_is_refused(url: str) -> None:
    with pytest.raises(BadLog, match=r"give (the|a) path"):
        open_log(url, create=True)


def test_a_log_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="create=True"):
        open_log(tmp_path / "march.gpkg")
    assert list(tmp_path.iterdir()) == []


# ---- what a review found


def test_a_roadblock_told_from_to_ends(log: ReportLog) -> None:
    time = "2023-06-24T10:00+03:00/2023-06-24T18:00+03:00"
    name = log.add_roadblock(place="Yelets", time=time)
    assert said(log, name)["latest"] == pd.Timestamp("2023-06-24T15:00Z")
    log.correct(name, reason="earlier", time="2023-06-24T09:00+03:00")
    assert said(log, name)[["earliest", "latest"]].tolist() == [
        pd.Timestamp("2023-06-24T06:00Z"),
        pd.Timestamp("2023-06-24T15:00Z"),
    ]


def test_doubt_about_the_time_makes_no_longer_claim_of_what_holds_throughout(log: ReportLog) -> None:
    absence = said(log, log.add_absence(**YELETS))
    assert absence["earliest"] == absence["latest"] == pd.Timestamp("2023-06-24T12:00Z")
    roadblock = said(log, log.add_roadblock(**YELETS))
    assert (roadblock["earliest"], pd.isna(roadblock["latest"])) == (pd.Timestamp("2023-06-24T12:00Z"), True)
    with pytest.raises(BadTime, match="an absence holds throughout; give earliest and latest"):
        log.add_absence(place="Yelets", time="afternoon of 24 June 2023", zone="Europe/Moscow")


def test_units_are_not_spelt_in_two_ways(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add_sighting(**YELETS)
    for wrong in ("Main Column", "main  column"):
        with pytest.raises(BadReport, match="write main column"):
            log.add_sighting(**{**YELETS, "unit": wrong})
        table = bundled.iloc[[0]].assign(unit=wrong)
        with pytest.raises(BadReport, match="write main column"):
            log.add(table)
    with pytest.raises(BadReport, match="blanks only"):
        log.add_sighting(**{**YELETS, "unit": "  "})
    with pytest.raises(BadReport, match="blanks only"):
        log.add(bundled.iloc[[0]].assign(unit="  "))
    assert len(log.reports()) == 1


def test_what_comes_out_of_a_log_can_be_added_to_it_again(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled)
    log.add_sighting(
        place="Qwxzhölm", time="2023-06-24T12:00Z", radius_m=3000, publisher="A", url=" https://example.org "
    )
    log.add_sighting(**YELETS, report_id=" mine ", publisher="B")
    log.link("mine", "r001", "repost", reason="word for word")
    before = log.digest()
    log.add(log.reports())
    assert log.digest() == before
    assert "mine" in set(log.reports()["report_id"])


def test_an_origin_that_nobody_named_follows_its_publisher(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS, publisher="Bazza")
    log.correct(name, reason="misspelt", publisher="Baza")
    assert said(log, name)["origin"] == "Baza"
    log.correct(name, reason="they quote", origin="Rybar")
    log.correct(name, reason="the site moved", publisher="Baza News")
    assert said(log, name)["origin"] == "Rybar"


def test_a_radius_that_is_taken_away_is_a_fault(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS)
    with pytest.raises(BadReport, match="radius_m"):
        log.correct(name, reason="x", radius_m=None)


def test_a_correction_knows_the_zone_of_the_log(address: str) -> None:
    with open_log(address, create=True, author="Anna", zone="Europe/Moscow") as log:
        name = log.add_sighting(place="Yelets", time="24 June 2023 15:00")
        assert log.correct(name, reason="an hour later", time="24 June 2023 16:00") == 2
        assert said(log, name)["earliest"] == pd.Timestamp("2023-06-24T13:00Z")


def test_an_exact_time_leans_on_nothing(log: ReportLog) -> None:
    name = log.add_sighting(**YELETS, published="24 June, in the evening, they say")
    assert log.correct(name, reason="x", time="2023-06-24T16:00+03:00") == 2


@pytest.mark.parametrize("wrong", ["Anna\nBob", "Anna\u2028Bob", "\ud800", "x" * 201])
def test_names_stand_in_one_line(log: ReportLog, wrong: str) -> None:
    with pytest.raises(BadReport, match="author"):
        log.add_sighting(**YELETS, author=wrong)
    with pytest.raises(BadReport, match="report_id"):
        log.add_sighting(**YELETS, report_id=wrong)


@pytest.mark.parametrize("strange", ["\0", "\ud800", "x" * 9000])
def test_what_was_never_an_id_is_not_found(log: ReportLog, strange: str) -> None:
    for verb in (
        lambda: log.history(strange),
        lambda: log.retract(strange, reason="x"),
        lambda: log.link(strange, "r1", "repost", reason="x"),
    ):
        with pytest.raises(UnknownReport):
            verb()


def test_an_empty_point_is_no_place(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    table = bundled.iloc[[0]].copy()
    table.loc[0, "geometry"] = shapely.Point()
    log.add(table)
    assert log.reports()["geometry"].iloc[0] is None


def test_saying_tells_whether_a_report_is_new(log: ReportLog) -> None:
    name, new = log.say("sighting", **YELETS)
    assert new
    assert log.say("sighting", **YELETS) == (name, False)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_portion_of_changes_is_at_least_one(log: ReportLog, limit: int) -> None:
    with pytest.raises(BadReport, match="limit"):
        log.changes(limit=limit)


def test_columns_always_come_with_the_points(log: ReportLog) -> None:
    log.add_sighting(**YELETS)
    assert list(log.reports(columns="unit")) == ["unit", "geometry"]
    assert isinstance(log.reports(columns=[]), gpd.GeoDataFrame)


def test_a_log_of_another_file_left_beside_is_not_mixed_in(tmp_path: Path) -> None:
    path, kept = tmp_path / "march.gpkg", tmp_path / "kept.gpkg"
    with open_log(path, create=True, author="Anna") as log:
        log.add_sighting(**YELETS)
        log.snapshot(kept)
        log.add_sighting(**{**YELETS, "unit": "rear column"})
        wal = (tmp_path / "march.gpkg-wal").read_bytes() if os.name == "nt" else _copy(tmp_path / "march.gpkg-wal")
    path.unlink()
    (tmp_path / "march.gpkg-wal").write_bytes(wal)
    with pytest.raises(BadLog, match="put back the file of this very name"):
        open_log(path)
    with pytest.raises(LogUnavailable, match="move it away"):
        open_log(path, create=True)
    kept.rename(path)
    before = path.read_bytes()
    with pytest.raises(BadLog, match=r"-wal was left by another log"):
        open_log(path)
    assert path.read_bytes() == before
    (tmp_path / "march.gpkg-wal").unlink()
    with open_log(path) as log:
        assert len(log.reports()) == 1
        assert log.verify().sound


def _copy(file: Path) -> bytes:
    """The bytes of a file that this process has open, read by another so that no lock goes."""
    return subprocess.run(["cat", str(file)], capture_output=True, check=True).stdout


def test_a_log_is_opened_through_a_link(tmp_path: Path) -> None:
    with open_log(tmp_path / "march.gpkg", create=True, author="Anna") as log:
        log.add_sighting(**YELETS)
    (tmp_path / "link.gpkg").symlink_to(tmp_path / "march.gpkg")
    with open_log(tmp_path / "link.gpkg") as log:
        assert len(log.reports()) == 1


def test_a_trigger_that_swallows_reports_is_found(tmp_path: Path) -> None:
    open_log(tmp_path / "march.gpkg", create=True).close()
    raw = sqlite3.connect(tmp_path / "march.gpkg")
    raw.execute("CREATE TRIGGER t BEFORE INSERT ON report_log BEGIN SELECT RAISE(IGNORE); END")
    raw.close()
    with open_log(tmp_path / "march.gpkg", author="Anna") as log:
        assert "trigger t does not belong to a log" in log.verify().problems[0]
