"""Hostile tables: named errors with their rows, or a reason."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.roads.closures.blocks import reports
from tests.roads.napkin import draw
from tracker.model import BadReport
from tracker.roads import RoadNetwork
from tracker.roads.closures import EFFECTS, closed


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    folder: Path = tmp_path_factory.mktemp("napkin")
    return draw(folder, {"a": (39.0, 51.0), "c": (39.2, 51.0)}, [("ac", {"highway": "trunk", "ref": "M4"})])


def test_an_override_wins_and_all_bad_ones_are_listed(roads: RoadNetwork) -> None:
    table = reports({"road": "M4"}, {"road": "M4"}, {"road": "M4"})
    good = closed(roads, table.assign(effect=["destroyed", None, "slowed"])).table
    assert good.effect.tolist() == ["destroyed", "closed", "slowed"]
    assert good.column.tolist() == ["blocks", "delays", "nothing"]
    with pytest.raises(BadReport) as caught:
        closed(roads, table.assign(effect=["gone", None, 3]))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(0, "effect"), (2, "effect")]
    assert ", ".join(EFFECTS) in str(caught.value)


def test_missing_columns_are_named_together(roads: RoadNetwork) -> None:
    with pytest.raises(BadReport, match=r"(?s)radius_m.*road") as caught:
        closed(roads, reports({}).drop(columns=["radius_m", "road"]))
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("radius", [np.nan, -5.0, np.inf])
def test_a_radius_that_is_none_is_named_with_its_row(roads: RoadNetwork, radius: float) -> None:
    with pytest.raises(BadReport, match="row 1") as caught:
        closed(roads, reports({"road": "M4"}, {"road": "M4", "radius_m": radius}))
    assert caught.value.faults[0].column == "radius_m"


def test_a_radius_in_words_is_refused(roads: RoadNetwork) -> None:
    table = reports({})
    table["radius_m"] = table["radius_m"].astype(object)
    table.loc[0, "radius_m"] = "five"
    with pytest.raises(BadReport, match="radius_m"):
        closed(roads, table)


def test_a_table_with_one_index_for_all_is_read_row_by_row(roads: RoadNetwork) -> None:
    table = pd.concat([reports({"road": "M4"}), reports({"report_id": "x", "road": "M4"})])
    assert closed(roads, table).table.report_id.tolist() == ["r0", "x"]


def test_a_roadblock_without_a_place_closes_nothing_and_says_so(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"at": None, "radius_m": None})).table
    assert table.edge.tolist() == [-1]
    assert "no place" in table.why[0]
    assert table.geometry.isna().all()


def test_cells_that_are_no_text_and_endless_ones_do_no_harm(roads: RoadNetwork) -> None:
    long = "M4 km 1 " * 100_000
    table = reports({"place": long, "road": "M4", "summary": long, "heading": long}, {}, {})
    for name in ("place", "road", "heading", "summary"):
        table[name] = table[name].astype(object)
        table.loc[1, name] = 7
        table.loc[2, name] = pd.NA
    assert set(closed(roads, table).table.report_id) == {"r0", "r1", "r2"}


def test_no_roadblock_is_no_closure(roads: RoadNetwork) -> None:
    table = reports({"kind": "statement"})
    assert len(closed(roads, table).table) == 0
    assert len(closed(roads, table.iloc[:0]).arc) == 0


def test_a_report_that_repeats_another_has_its_effect(roads: RoadNetwork) -> None:
    same = {"road": "M4", "origin": "TASS"}
    table = closed(
        roads, reports({**same, "summary": "transit is restricted"}, {**same, "summary": "restricted, with checks"})
    ).table
    assert table.effect.tolist() == ["slowed", "slowed"]
    assert "it repeats r0" in table.why[1]
