"""The bundled case's roadblocks on its map, one test per rule."""

from datetime import UTC, datetime
from math import isinf

import pytest

import tracker
from tracker.model import tables
from tracker.roads import KilometrePosts, RoadNetwork, shortest_path
from tracker.roads.closures import Closures, closed, drive

ROADS = tracker.load_roads()
REPORTS = tracker.read_reports()
CLOSURES = closed(ROADS, REPORTS)
TABLE = CLOSURES.table
MORNING = datetime(2023, 6, 24, 4, tzinfo=UTC)


def ends(roads: RoadNetwork) -> list[tuple[int, float]]:
    """Rostov and Moscow."""
    edge, offset, _ = roads.nearest([39.72, 37.62], [47.23, 55.75])
    return list(zip(edge.tolist(), offset.tolist(), strict=True))


def km(report_id: str) -> dict[str, float]:
    rows = TABLE[TABLE.report_id == report_id]
    return ((rows.to_m - rows.from_m) / 1000).groupby(rows.road).sum().to_dict()


def test_every_roadblock_is_listed_and_those_that_close_nothing_say_why() -> None:
    assert list(TABLE.columns) == list(tables.CLOSURES)
    assert set(TABLE.report_id) == set(REPORTS.report_id[REPORTS.kind == "roadblock"])
    nothing = TABLE[TABLE.edge < 0]
    assert {"r113", "r129", "r137", "r139", "r140"} <= set(nothing.report_id)
    assert nothing.why.str.len().min() > 20
    assert not nothing.traffic.any()
    assert set(nothing.column) == {"nothing"}


def test_the_closed_stretch_of_the_m4_is_as_long_as_its_posts_say() -> None:
    assert km("r057") == {"M4": pytest.approx(777 - 464, rel=0.01)}
    rows = TABLE[TABLE.report_id == "r057"]
    assert (rows.share == 1).all()
    assert rows.column_s.sum() == pytest.approx(900)


def test_the_barrier_at_km_590_is_somewhere_on_two_kilometres_of_the_m4() -> None:
    assert km("r015") == {"M4": pytest.approx(2.2, abs=0.1)}
    assert TABLE[TABLE.report_id == "r015"].share.sum() == pytest.approx(1)


def test_a_bridge_is_a_circle_and_says_so() -> None:
    rows = TABLE[TABLE.report_id == "r102"]
    assert rows.spot.all()
    assert "the bridge itself is not looked for" in rows.why.iloc[0]


def test_the_trench_is_on_the_road_that_only_the_map_names_in_russian() -> None:
    assert list(km("r135")) == ["Липецк — Чаплыгин"]


def test_access_to_the_m4_is_closed_and_the_m4_is_not() -> None:
    for report_id in ("r083", "r091"):
        assert "M4" not in km(report_id)
        assert TABLE[TABLE.report_id == report_id].traffic.all()


def test_rostov_is_closed_towards_aksai_only() -> None:
    assert "both" not in set(TABLE[TABLE.report_id == "r011"].direction)


def test_a_report_that_carries_the_same_restriction_has_the_same_effect() -> None:
    assert set(TABLE[TABLE.report_id.isin(["r078", "r079"])].effect) == {"slowed"}


def test_the_network_closes_by_itself() -> None:
    assert ROADS.closed(REPORTS).table.equals(TABLE)


def test_a_column_gets_from_rostov_to_moscow_an_hour_or_two_later_than_on_free_roads() -> None:
    a, b = ends(ROADS)
    late = drive(ROADS, CLOSURES, a, b, MORNING).seconds - shortest_path(ROADS, a, b).seconds
    assert 3_600 < late < 3 * 3_600


def test_the_bridge_at_kamensk_alone_cuts_the_traffic_on_the_bundled_map() -> None:
    a, b = ends(ROADS)
    assert isinf(drive(ROADS, CLOSURES, a, b, MORNING, who="traffic").seconds)
    without = Closures.of(ROADS, TABLE[~TABLE.report_id.isin(["r013", "r072"])])
    assert drive(ROADS, without, a, b, MORNING, who="traffic").seconds < 2 * 86_400


@pytest.mark.shared
def test_on_a_map_with_every_main_road_traffic_finds_its_way(corridor: RoadNetwork) -> None:
    a, b = ends(corridor)
    closures = closed(corridor, REPORTS, posts=KilometrePosts.read())
    free = shortest_path(corridor, a, b)
    route = drive(corridor, closures, a, b, MORNING, who="traffic")
    assert free.seconds * 1.1 < route.seconds < 2 * 86_400
    stretch = closures.table[closures.table.report_id == "r057"]
    arcs = (corridor.edge_arcs[:, stretch.edge] >= 0).sum(axis=0)
    # 21 km more than the posts say: that map has M4 on the old road west of Voronezh, and no number on the bypass.
    assert ((stretch.to_m - stretch.from_m) * arcs).sum() / 2000 == pytest.approx(334, rel=0.01)
