"""Many cases: a file for each unit, a line for each case, and no case that stands in another's way."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.many.tiny import MEMBERS, InTurn, digest, hidden, march, marks
from tracker.many import reconstruct_many
from tracker.model import BadReport, BadRoads, tables
from tracker.reconstruct import reconstruct
from tracker.roads import load_roads


def many(cases: Any, roads: Any, out: Path, **options: Any) -> pd.DataFrame:
    return reconstruct_many(cases, roads, out_dir=out, **{"executor": InTurn(), "members": MEMBERS, **options})


def test_a_file_says_every_ten_minutes_where_its_unit_was_as_the_track_does(roads: Path, tmp_path: Path) -> None:
    made = many({"one": march(5)}, roads, tmp_path)
    track = reconstruct(march(5), load_roads(roads), members=MEMBERS).tracks["column"]
    expected = track.at(pd.date_range("2023-06-24T07:10Z", "2023-06-24T07:30Z", freq="10min"))
    read = gpd.read_parquet(tmp_path / "one" / "column.parquet")
    assert read.time.tolist() == expected.time.tolist()
    assert read.geometry.equals(expected.geometry)
    assert read.region.geom_equals(expected.region).all()
    assert read.radius_m.tolist() == expected.radius_m.tolist()
    assert (read.attrs["case"], read.attrs["unit"], read.unit.unique().tolist()) == ("one", "column", ["column"])
    assert made.files[0] == (str(tmp_path / "one" / "column.parquet"), str(tmp_path / "one" / "verdicts.parquet"))


def test_the_verdicts_lie_beside_the_tracks(roads: Path, tmp_path: Path) -> None:
    many({"one": march()}, roads, tmp_path)
    read = gpd.read_parquet(tmp_path / "one" / "verdicts.parquet")
    expected = reconstruct(march(), load_roads(roads), members=MEMBERS).verdicts
    assert list(read.columns) == list(tables.VERDICTS)
    assert read[["report_id", "verdict", "p_true"]].equals(expected[["report_id", "verdict", "p_true"]])
    assert read.attrs["files"] == ["column.parquet", "verdicts.parquet"]


def test_every_unit_of_a_table_becomes_a_case_with_the_roadblocks_of_everybody(roads: Path, tmp_path: Path) -> None:
    block = march(units=("road",)).iloc[:1].assign(kind="roadblock", unit=pd.NA, report_id="block")
    words = block.assign(kind="statement", report_id="words")
    table = gpd.GeoDataFrame(pd.concat([march(units=("b", "a")), block, words], ignore_index=True))
    made = many(table, roads, tmp_path)
    assert made.case.tolist() == ["a", "b"]
    assert gpd.read_parquet(tmp_path / "a" / "verdicts.parquet").report_id.tolist() == ["a-0", "a-1", "block"]


def test_results_stand_in_the_order_of_the_cases(roads: Path, tmp_path: Path) -> None:
    names = ["z", "a", "m", "b"]
    with ThreadPoolExecutor(2) as pool:
        made = many({name: march(at) for at, name in enumerate(names)}, roads, tmp_path, executor=pool)
    assert made.case.tolist() == names
    assert made.state.tolist() == ["made"] * 4


def test_the_order_of_reports_and_columns_their_index_and_zone_change_no_byte(roads: Path, tmp_path: Path) -> None:
    table = march(units=("a", "b"))
    other = table.iloc[::-1, ::-1].assign(earliest=table.earliest.dt.tz_convert("Asia/Tokyo"))
    other = other.assign(author="somebody", recorded_at=pd.Timestamp("2024-01-01", tz="UTC"), revision=7)
    many({"one": table}, roads, tmp_path / "x")
    many({"one": other}, roads, tmp_path / "y")
    assert digest(tmp_path / "x") == digest(tmp_path / "y")
    assert many({"one": other}, roads, tmp_path / "x").state.tolist() == ["kept"]


def test_a_case_that_fails_stops_no_other_and_says_why(roads: Path, tmp_path: Path) -> None:
    late = march().assign(latest=pd.Timestamp("2020-01-01", tz="UTC"))
    cases = {"bad": late, "no table": "reports.csv", "good": march(), "odd": march().drop(columns="kind")}
    made = many(cases, roads, tmp_path).set_index("case")
    assert made.state.to_dict() == {"bad": "failed", "no table": "failed", "good": "made", "odd": "failed"}
    assert "BadReport: 2 faults found" in made.reason["bad"]
    assert "column kind: is missing" in made.reason["odd"]
    assert made.reason["good"] == ""
    assert made.files["bad"] == ()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".lock") == ["good"]


def test_an_error_that_nobody_thought_of_fails_one_case_and_names_its_place(
    roads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(reports: gpd.GeoDataFrame, *_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(import_module("tracker.reconstruct"), "reconstruct", broken)
    (made,) = many({"one": march()}, roads, tmp_path).itertuples()
    assert made.state == "failed"
    assert made.reason.startswith("ZeroDivisionError: by nothing (test_results.py, line ")


def test_a_table_that_cannot_travel_fails_alone(roads: Path, tmp_path: Path) -> None:
    stuck = march().assign(extra=[(letter for letter in "ab"), "of no use"])
    travelling = InTurn(lambda task: pickle.dumps(task) and None)
    made = many({"stuck": stuck, "good": march()}, roads, tmp_path, executor=travelling).set_index("case")
    assert made.state.to_dict() == {"stuck": "failed", "good": "made"}
    assert made.reason["stuck"] == "TypeError: cannot pickle 'generator' object"


@pytest.mark.parametrize("given", ["folder", "network"])
def test_nothing_of_the_roads_travels_to_a_worker(roads: Path, tmp_path: Path, given: str) -> None:
    executor = InTurn()
    many({"one": march()}, roads if given == "folder" else load_roads(roads), tmp_path, executor=executor)
    (task,) = executor.seen
    assert isinstance(task.roads, str)
    assert len(pickle.dumps(task)) < 8_000


def test_a_network_gives_the_same_files_as_its_folder(roads: Path, tmp_path: Path) -> None:
    many({"one": march()}, roads, tmp_path / "x")
    many({"one": march()}, load_roads(roads), tmp_path / "y")
    read = [gpd.read_parquet(tmp_path / name / "one" / "column.parquet") for name in "xy"]
    assert read[0].equals(read[1])
    assert hidden(tmp_path) == []


def test_progress_is_told_for_every_case_kept_made_or_failed(roads: Path, tmp_path: Path) -> None:
    many({"a": march()}, roads, tmp_path)
    told: list[tuple[int, int]] = []
    many({"a": march(), "b": march(1), "c": "no table"}, roads, tmp_path, progress=lambda *two: told.append(two))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_case_is_no_work(roads: Path, tmp_path: Path) -> None:
    assert list(many({}, roads, tmp_path).columns) == ["case", "state", "files", "reason"]


def test_a_folder_given_from_here_is_meant_from_here(roads: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    here = Path.cwd()
    out = Path(os.path.relpath(tmp_path / "out", here))
    try:
        made = many({"one": march()}, roads, out, executor=InTurn(lambda task: os.chdir(elsewhere)))
    finally:
        os.chdir(here)
    assert made.state.tolist() == ["made"]
    assert (tmp_path / "out" / "one" / "column.parquet").is_file()


def test_all_bad_names_are_listed_before_anything_is_done(roads: Path, tmp_path: Path) -> None:
    with pytest.raises(BadReport, match="2 faults") as refused:
        many({"good": march(), " ": march(), 7: march()}, roads, tmp_path / "out")
    assert [fault.value for fault in refused.value.faults] == ["' '", "7"]
    assert not (tmp_path / "out").exists()


def test_a_table_in_which_no_unit_is_named_is_refused(roads: Path, tmp_path: Path) -> None:
    with pytest.raises(BadReport, match="no report names a unit"):
        many(march().assign(unit=pd.Series([pd.NA] * 2, dtype="str")), roads, tmp_path)


def test_a_table_with_faults_is_refused_with_all_of_them(roads: Path, tmp_path: Path) -> None:
    with pytest.raises(BadReport, match="2 faults"):
        many(march().assign(kind="rumour"), roads, tmp_path)


def test_roads_that_are_none_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "roads").mkdir()
    executor = InTurn()
    with pytest.raises(BadRoads):
        many({"one": march()}, tmp_path / "roads", tmp_path / "out", executor=executor)
    assert executor.seen == []
    assert hidden(tmp_path) == []


def test_the_seed_is_a_whole_number(roads: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        many({"one": march()}, roads, tmp_path, seed=1.5)


def test_files_may_be_read_by_whoever_may_read_other_files(roads: Path, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        many({"one": march()}, roads, tmp_path)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.parquet")} == {0o644}


def test_threads_of_one_process_write_the_same_bytes(roads: Path, tmp_path: Path) -> None:
    cases = {str(at): march(at) for at in range(4)}
    many(cases, roads, tmp_path / "x")
    with ThreadPoolExecutor(4) as pool:
        many(cases, roads, tmp_path / "y", executor=pool)
    assert digest(tmp_path / "x") == digest(tmp_path / "y")
    assert len(marks(tmp_path / "x")) == 8
