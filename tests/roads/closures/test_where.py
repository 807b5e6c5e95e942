"""From a roadblock's place to pieces of road, on a napkin."""

from pathlib import Path

import numpy as np
import pytest

from tests.roads.closures.blocks import reports
from tests.roads.napkin import draw
from tracker.roads import KilometrePosts, RoadNetwork
from tracker.roads.closures import closed

# West to east the M4, 14 km; a lane crosses it at b; another road runs 1 km north of it.
NODES = {
    "a": (39.0, 51.0), "b": (39.06, 51.0), "c": (39.2, 51.0), "n": (39.06, 51.02), "s": (39.06, 50.98),
    "u": (39.0, 51.009), "v": (39.2, 51.009),
}  # fmt: skip
WAYS = [
    ("ab", {"highway": "trunk", "ref": "М-4"}),
    ("bc", {"highway": "trunk", "ref": "М-4"}),
    ("nb", {"highway": "tertiary", "name": "Липецк — Чаплыгин"}),
    ("bs", {"highway": "tertiary"}),
    ("uv", {"highway": "primary", "ref": "Р-193"}),
]


@pytest.fixture
def roads(tmp_path: Path) -> RoadNetwork:
    return draw(tmp_path, NODES, WAYS)


def test_a_point_closes_its_named_road_within_its_radius_and_not_the_nearest(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"road": "R-193"})).table
    assert table.road.tolist() == ["R193"]
    # A chord at 1,001 m of a circle of 2,000 m.
    assert (table.to_m - table.from_m).sum() == pytest.approx(2 * np.sqrt(2000**2 - 1001**2), abs=200)
    assert "at one spot within 2,000 m" in table.why[0]


def test_a_road_has_one_name_in_two_alphabets(roads: RoadNetwork) -> None:
    table = closed(
        roads, reports({"road": "Chaplygin-Lipetsk road"}, {"road": "М4"}, {"road": "Липецк–Чаплыгин"})
    ).table
    assert set(table.road[table.report_id != "r1"]) == {"Липецк — Чаплыгин"}
    assert set(table.road[table.report_id == "r1"]) == {"M4"}


def test_a_road_that_only_the_place_names_is_closed(roads: RoadNetwork) -> None:
    assert closed(roads, reports({"place": "bridge on the R-193"})).table.road.tolist() == ["R193"]


def test_two_roads_named_are_both_closed_each_at_one_spot(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"place": "M4 and R-193", "road": "M4"})).table
    assert table.groupby("road").share.sum().tolist() == pytest.approx([1, 1])


def test_without_a_name_the_nearest_road_is_meant_if_the_radius_is_small(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"at": (39.03, 51.008)}, {"radius_m": 6_000.0})).table
    assert table.road.tolist()[0] == "R193"
    assert table.edge.tolist()[1] == -1
    assert "an area of 6,000 m" in table.why[1]


def test_a_roadblock_is_at_one_spot_and_a_jam_is_everywhere(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"road": "M4"}, {"road": "M4", "summary": "a jam"})).table
    assert table[table.report_id == "r0"].share.sum() == pytest.approx(1)
    assert table[table.report_id == "r0"].spot.all()
    assert table[table.report_id == "r1"].share.tolist() == [1, 1]
    assert not table[table.report_id == "r1"].spot.any()


def test_access_to_a_road_closes_what_leads_onto_it_and_not_the_road(roads: RoadNetwork) -> None:
    closures = closed(roads, reports({"road": "M4", "summary": "A vehicle blocks access to the M4."}))
    assert "M4" not in set(closures.table.road)
    assert closures.table.share.tolist() == [0.5, 0.5]
    heads = set(roads.arc_head[closures.arc].tolist())
    assert [(roads.node_lon[node], roads.node_lat[node]) for node in heads] == [NODES["b"]]


def test_every_one_of_several_exits_is_closed(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"place": "exits to the M4", "road": "M4"})).table
    assert table.share.tolist() == [1, 1]
    assert (table.to_m - table.from_m).tolist() == pytest.approx([200, 200])


def test_two_carriageways_are_one_road_with_one_roadblock(tmp_path: Path) -> None:
    nodes = {"a": (39.0, 51.0), "c": (39.2, 51.0), "d": (39.2, 51.0003), "e": (39.0, 51.0003)}
    one_way = {"highway": "motorway", "ref": "M4", "oneway": "yes"}
    table = closed(draw(tmp_path, nodes, [("ac", one_way), ("de", one_way)]), reports({"road": "M4"})).table
    assert table.share.tolist() == pytest.approx([1, 1], abs=0.1)


# The M4 goes through a town and, since the bypass was built, round it; its posts are on the bypass.
TOWN = {
    "a": (39.0, 51.0), "b": (39.1, 51.0), "x": (39.2, 51.0), "t": (39.2, 51.15), "c": (39.3, 51.0), "d": (39.4, 51.0),
}  # fmt: skip
M4 = {"highway": "trunk", "ref": "M4"}
EAST_M = 7_019.0


@pytest.fixture
def posts(tmp_path: Path) -> KilometrePosts:
    path = tmp_path / "posts.csv"
    path.write_text("road,km,lon,lat,accuracy_m\nM4,0,39.0,51.0,50\nM4,28,39.4,51.0,50\n", encoding="utf-8")
    return KilometrePosts.read(path)


def test_a_stretch_follows_the_road_and_leaves_the_bypassed_old_road_open(
    tmp_path: Path, posts: KilometrePosts
) -> None:
    roads = draw(tmp_path, TOWN, [("ab", M4), ("bxc", M4), ("btc", M4), ("cd", M4)])
    closures = closed(roads, reports({"road": "M4", "place": "M4 km 3.5 to km 24.5"}), posts=posts)
    table = closures.table
    assert len(table) == 3
    assert (table.to_m - table.from_m).sum() == pytest.approx(3 * EAST_M, rel=0.01)
    assert table.share.tolist() == [1, 1, 1]
    assert len(closures.arc) == 6


def test_a_stretch_is_closed_as_far_as_the_map_goes(tmp_path: Path, posts: KilometrePosts) -> None:
    roads = draw(tmp_path, {name: TOWN[name] for name in "ab"}, [("ab", M4)])
    table = closed(
        roads, reports({"road": "M4", "place": "M4 km 3-28", "at": None, "radius_m": None}), posts=posts
    ).table
    assert (table.to_m - table.from_m).sum() == pytest.approx(EAST_M * 4 / 7, abs=1_000)
    assert "are on these roads" in table.why[0]


def test_several_posts_are_several_roadblocks(tmp_path: Path, posts: KilometrePosts) -> None:
    roads = draw(tmp_path, TOWN, [("ab", M4), ("bxc", M4), ("cd", M4)])
    table = closed(roads, reports({"place": "M4 km 5, M5 km 3, M4 km 25"}), posts=posts).table
    assert table.share.sum() == pytest.approx(2)
    assert (table.to_m - table.from_m).tolist() == pytest.approx([1_100, 1_100], abs=250)
    assert "no kilometre posts of M5" in table.why[0]


def test_kilometres_without_a_road_are_of_the_reports_road(tmp_path: Path, posts: KilometrePosts) -> None:
    roads = draw(tmp_path, TOWN, [("ab", M4), ("bxc", M4), ("cd", M4)])
    other = closed(roads, reports({"place": "km 3 of the Tula road", "road": "M4"}), posts=posts).table
    assert "by its posts" not in other.why[0]
    mine = closed(roads, reports({"place": "between km 5 and 9", "road": "M4"}), posts=posts).table
    assert (mine.to_m - mine.from_m).sum() == pytest.approx(4_000, rel=0.02)


@pytest.mark.parametrize(
    ("row", "east", "west"),
    [
        ({"place": "exit towards Yelets"}, True, False),
        ({"heading": "Yelets"}, True, False),
        ({"heading": "west"}, False, True),
        ({"summary": "Westbound traffic is closed"}, False, True),
        ({"place": "в сторону Ельца"}, True, True),
        ({"place": "выезд в сторону Москвы"}, False, True),
        ({"place": "towards Yelets", "summary": "closed in both directions"}, True, True),
        ({"place": "towards Nowhere"}, True, True),
        ({"summary": "closed, with jams towards Yelets"}, True, True),
    ],
)
def test_a_stated_direction_closes_the_arcs_that_lead_there(
    tmp_path: Path, row: dict[str, str], east: bool, west: bool
) -> None:
    from tests.roads.napkin import osm
    from tracker.roads import load_roads

    nodes = {"a": (39.0, 51.0), "c": (39.2, 51.0), "m": (38.0, 51.0), "y": (40.0, 51.0)}
    places = {
        "m": {"place": "city", "name": "Москва", "name:en": "Moscow"},
        "y": {"place": "town", "name": "Елец", "name:en": "Yelets"},
    }
    path = tmp_path / "napkin.osm"
    path.write_text(osm(nodes, [("ac", M4)], places=places), encoding="utf-8")
    roads = load_roads(path)
    closures = closed(roads, reports({"road": "M4", **row}))
    gain = (
        np.asarray(roads.node_lon)[roads.arc_head[closures.arc]]
        - np.asarray(roads.node_lon)[roads.arc_tail[closures.arc]]
    )
    assert ((gain > 0).any(), (gain < 0).any()) == (east, west)
    assert closures.table.share.sum() == pytest.approx(1)


def test_one_way_of_two_edges_shares_one_probability(roads: RoadNetwork) -> None:
    table = closed(roads, reports({"road": "M4", "at": NODES["b"], "heading": "east"})).table
    assert table.share.tolist() == pytest.approx([0.5, 0.5], abs=0.05)
