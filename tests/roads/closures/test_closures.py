"""Roadblocks become pieces of road with times, and drives wait for them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import tracker
from tracker.model import BadReport, BadTime
from tracker.roads import shortest_path
from tracker.roads.closures.closures import Closures, closed
from tracker.roads.closures.driving import drive
from tracker.roads.closures.effects import effect_of

ROADS = tracker.load_roads()
REPORTS = tracker.read_reports()
ALL = closed(ROADS, REPORTS).table
NONE = Closures(table=ALL.iloc[:0])
THEN = datetime(2023, 6, 24, 6, tzinfo=UTC)


def test_every_roadblock_is_listed_and_those_that_close_nothing_say_why() -> None:
    blocks = set(REPORTS.report_id[REPORTS.kind == "roadblock"])
    assert set(ALL.report_id) == blocks
    nothing = ALL[ALL.edge < 0]
    assert "r139" in set(nothing.report_id)
    assert nothing.why.str.len().min() > 20
    assert not nothing.traffic.any()


def test_a_roadblock_at_one_spot_shares_one_probability_over_its_pieces() -> None:
    shares = ALL[ALL.report_id == "r006"].share
    assert shares.sum() == pytest.approx(1)


def test_a_stretch_is_closed_throughout() -> None:
    rows = ALL[ALL.report_id == "r057"]
    assert (rows.share == 1).all()
    assert set(rows.road) == {"M4"}


def test_a_post_closes_a_short_piece_of_its_own_road() -> None:
    rows = ALL[ALL.report_id == "r015"]
    assert set(rows.road) == {"M4"}
    assert (rows.to_m - rows.from_m).sum() < 3_000


def test_an_override_wins_and_all_bad_ones_are_listed() -> None:
    blocks = REPORTS[REPORTS.kind == "roadblock"].copy()
    blocks["effect"] = "checkpoint"
    assert set(closed(ROADS, blocks).table.effect) == {"checkpoint"}
    blocks.loc[blocks.index[:2], "effect"] = "gone"
    with pytest.raises(BadReport) as caught:
        closed(ROADS, blocks)
    assert len(caught.value.faults) == 2


def test_missing_columns_are_named_together() -> None:
    with pytest.raises(BadReport, match="radius_m"):
        closed(ROADS, REPORTS.drop(columns=["radius_m", "road"]))


def test_a_radius_that_is_no_number_closes_nothing() -> None:
    blocks = REPORTS[REPORTS.report_id == "r093"].copy()
    blocks["radius_m"] = np.nan
    assert closed(ROADS, blocks).table.edge.tolist() == [-1]


def test_lifting_limits_closes_nothing() -> None:
    assert effect_of("Kaluga begins lifting the limits")[0] is None


def test_without_closures_a_drive_is_the_plain_shortest_path() -> None:
    for end in range(1, len(ROADS.node_lon), 5):
        edge = int(ROADS.arc_edge[ROADS.arc_ptr[0]])
        start = (edge, 0.0 if ROADS.edge_tail[edge] == 0 else float(ROADS.length_m[edge]))
        goal = int(np.flatnonzero((ROADS.edge_tail == end) | (ROADS.edge_head == end))[0])
        at = 0.0 if ROADS.edge_tail[goal] == end else float(ROADS.length_m[goal])
        plain = shortest_path(ROADS, start, (goal, at)).seconds
        assert drive(ROADS, NONE, 0, end, THEN).seconds == pytest.approx(plain, abs=0.1)


def test_leaving_later_never_arrives_earlier_and_closures_never_help() -> None:
    closures = Closures(table=ALL)
    for end in range(1, len(ROADS.node_lon), 9):
        free = drive(ROADS, NONE, 0, end, THEN).seconds
        late = -np.inf
        for hours in (0, 6, 20, 31, 60):
            arrival = hours * 3600 + drive(ROADS, closures, 0, end, THEN + timedelta(hours=hours)).seconds
            assert arrival >= late
            assert arrival >= hours * 3600 + free - 1e-6
            late = arrival


def test_a_departure_without_a_zone_is_refused() -> None:
    with pytest.raises(BadTime, match="zone"):
        drive(ROADS, NONE, 0, 1, THEN.replace(tzinfo=None))
