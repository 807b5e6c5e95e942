"""Junctions, edges and arcs of roads drawn on a napkin."""

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tests.roads.napkin import Way, draw, ends, osm
from tracker.model import BadRoads, geodesy
from tracker.roads import CONVOY, RoadNetwork, load_roads, travel_seconds
from tracker.roads.build import build
from tracker.roads.tags import read_tags
from tracker.roads.ways import Ways

NODES = {
    "a": (39.0, 51.00),
    "b": (39.0, 51.01),
    "c": (39.0, 51.02),
    "d": (39.0, 51.03),
    "e": (39.01, 51.01),
    "f": (39.01, 51.02),
    "g": (39.02, 51.02),
}
PRIMARY = {"highway": "primary"}
ONE_WAY = {"highway": "primary", "oneway": "yes"}


@pytest.mark.parametrize(
    ("ways", "edges", "arcs"),
    [
        pytest.param([("abcd", PRIMARY)], ["ad"], 2, id="points between junctions are shape"),
        pytest.param([("ab", PRIMARY), ("bcd", PRIMARY)], ["ad"], 2, id="equal ways join"),
        pytest.param([("ab", PRIMARY), ("dcb", PRIMARY)], ["ad"], 2, id="two-way roads join whichever way drawn"),
        pytest.param([("ab", PRIMARY), ("bcd", {"highway": "trunk"})], ["ab", "bd"], 4, id="tags change"),
        pytest.param([("abcd", PRIMARY), ("be", PRIMARY)], ["ab", "bd", "be"], 6, id="a crossing"),
        pytest.param([("abcd", ONE_WAY)], ["ad"], 1, id="a one-way has one arc"),
        pytest.param([("ab", ONE_WAY), ("bc", ONE_WAY)], ["ac"], 1, id="one-ways in line join"),
        pytest.param([("ab", ONE_WAY), ("cb", ONE_WAY)], ["ab", "cb"], 2, id="one-ways that meet head-on stay apart"),
        pytest.param([("ba", {**PRIMARY, "oneway": "-1"})], ["ab"], 1, id="against the drawing is drawn the other way"),
        pytest.param(
            [("ab", ONE_WAY), ("cb", {**PRIMARY, "oneway": "-1"})], ["ac"], 1, id="one-ways join whichever way tagged"
        ),
        pytest.param([("abeb", PRIMARY)], ["ae"], 2, id="out and back over itself is one road"),
        pytest.param([("ab", PRIMARY), ("ab", PRIMARY)], ["ab"], 2, id="the same way twice is one road"),
        pytest.param([("ab", PRIMARY), ("aeb", PRIMARY)], ["aa"], 2, id="a ring of two ways"),
        pytest.param(
            [("ab", PRIMARY), ("aeb", {"highway": "trunk"})], ["ab", "ab"], 4, id="parallel roads are two edges"
        ),
        pytest.param([("abeca", PRIMARY)], ["aa"], 2, id="a ring without a junction"),
        pytest.param([("abca", ONE_WAY)], ["aa"], 1, id="a one-way ring"),
        pytest.param([("abefcb", PRIMARY)], ["ab", "bb"], 4, id="a lollipop has a loop at its junction"),
        pytest.param([("abfdcfb", PRIMARY)], ["af", "ff"], 4, id="a way that crosses itself"),
        pytest.param(
            [("abcd", PRIMARY), ("ebfcg", PRIMARY)],
            ["ab", "bc", "bc", "be", "cd", "cg"],
            12,
            id="two ways that cross twice",
        ),
        pytest.param([("aabbb", PRIMARY)], ["ab"], 2, id="a point repeated"),
        pytest.param([("ab?cd", PRIMARY)], ["ab", "cd"], 4, id="a way cut where the extract lacks a point"),
        pytest.param([("?ab", PRIMARY)], ["ab"], 2, id="a way that begins outside the extract"),
    ],
)
def test_a_napkin_becomes_the_edges_one_would_draw(
    tmp_path: Path, ways: list[Way], edges: list[str], arcs: int
) -> None:
    roads = draw(tmp_path, NODES, ways)
    assert ends(roads, NODES) == sorted(edges)
    assert len(roads.arc_edge) == arcs
    check(roads)


def check(roads: RoadNetwork) -> None:
    """Everything that must hold of any network."""
    nodes, edges, arcs = len(roads.node_lon), len(roads.length_m), len(roads.arc_edge)
    assert roads.vertex_ptr[0] == 0
    assert roads.vertex_ptr[-1] == len(roads.vertex_lon)
    assert (np.diff(roads.vertex_ptr) >= 2).all()
    np.testing.assert_array_equal(roads.vertex_lon[roads.vertex_ptr[:-1]], roads.node_lon[roads.edge_tail])
    np.testing.assert_array_equal(roads.vertex_lat[roads.vertex_ptr[1:] - 1], roads.node_lat[roads.edge_head])
    assert (roads.length_m > 0).all()
    assert set(roads.arc_edge.tolist()) == set(range(edges))
    assert set(roads.edge_tail.tolist()) | set(roads.edge_head.tolist()) == set(range(nodes))
    assert (np.diff(roads.arc_tail) >= 0).all()
    assert (roads.arc_ptr[0], roads.arc_ptr[-1], len(roads.arc_ptr)) == (0, arcs, nodes + 1)
    np.testing.assert_array_equal(np.diff(roads.arc_ptr), np.bincount(roads.arc_tail, minlength=nodes))
    forward = roads.arc_forward
    np.testing.assert_array_equal(
        roads.arc_tail, np.where(forward, roads.edge_tail[roads.arc_edge], roads.edge_head[roads.arc_edge])
    )
    np.testing.assert_array_equal(
        roads.arc_head, np.where(forward, roads.edge_head[roads.arc_edge], roads.edge_tail[roads.arc_edge])
    )
    along, against = roads.edge_arcs
    np.testing.assert_array_equal(along[roads.arc_edge[forward]], np.flatnonzero(forward))
    np.testing.assert_array_equal(against[roads.arc_edge[~forward]], np.flatnonzero(~forward))
    back = roads.arc_reverse
    np.testing.assert_array_equal(back >= 0, roads.oneway[roads.arc_edge] == 0)
    paired = np.flatnonzero(back >= 0)
    np.testing.assert_array_equal(back[back[paired]], paired)
    np.testing.assert_array_equal(roads.arc_edge[back[paired]], roads.arc_edge[paired])
    assert (forward[back[paired]] != forward[paired]).all()
    speed = roads.speed_kmh[roads.arc_edge] / 3.6
    np.testing.assert_allclose(roads.seconds, roads.length_m[roads.arc_edge] / speed, rtol=1e-6)


@pytest.mark.shared
def test_a_real_town_keeps_every_promise_of_a_network(monaco: RoadNetwork) -> None:
    check(monaco)
    assert (monaco.oneway != 0).any()


@pytest.mark.shared
def test_a_real_corridor_keeps_every_promise_of_a_network(corridor: RoadNetwork) -> None:
    check(corridor)
    assert 33_000e3 < corridor.length_m.sum() < 35_000e3


def test_an_edge_is_as_long_as_its_shape_in_true_metres(tmp_path: Path) -> None:
    # WGS84 by Karney's geodesics: one degree along the meridian from 51 N, and 0.1 degrees along 51 N.
    north = draw(tmp_path, {"a": (39.0, 51.0), "b": (39.0, 51.5), "c": (39.0, 52.0)}, [("abc", PRIMARY)])
    assert north.length_m.tolist() == pytest.approx([111_257.6], rel=1e-3)
    east = draw(tmp_path, {"a": (39.0, 51.0), "b": (39.1, 51.0)}, [("ab", PRIMARY)])
    assert east.length_m.tolist() == pytest.approx([7_019.8], rel=1e-3)


def test_seconds_are_length_over_the_class_speed(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", {"highway": "motorway"}), ("be", {"highway": "residential"})])
    assert (roads.length_m[roads.arc_edge] / roads.seconds * 3.6).round(3).tolist() == [80, 80, 30, 30]


def test_a_way_of_no_length_still_connects(tmp_path: Path) -> None:
    nodes = {"a": (39.0, 51.0), "b": (39.0, 51.0), "c": (39.01, 51.0), "d": (39.0, 51.01)}
    roads = draw(tmp_path, nodes, [("ab", {"highway": "trunk"}), ("bc", PRIMARY), ("ad", PRIMARY)])
    assert len(roads.length_m) == 3
    assert roads.length_m.min() == 0.01
    assert (roads.seconds > 0).all()


def test_tiny_islands_are_dropped_and_counted(tmp_path: Path) -> None:
    nodes = {"a": (39.0, 51.0), "b": (39.0, 52.0), "c": (40.0, 51.0), "d": (40.0, 51.001)}
    roads = draw(tmp_path, nodes, [("ab", PRIMARY), ("cd", PRIMARY)])
    assert ends(roads, nodes) == ["ab"]
    assert roads.dropped == {"edge of a small island": 1}


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    ways = [("ab?", PRIMARY), ("bc", {"highway": "path"}), ("bc", {**PRIMARY, "access": "no"}), ("a", PRIMARY)]
    assert draw(tmp_path, NODES, ways).dropped == {
        "other highway class": 1,
        "no access": 1,
        "way of fewer than two points": 1,
        "point outside the extract": 1,
    }


def test_the_largest_part_can_be_driven_from_anywhere_to_anywhere(tmp_path: Path) -> None:
    ways = [("ab", PRIMARY), ("be", ONE_WAY), ("efcb", ONE_WAY), ("fg", ONE_WAY), ("cd", PRIMARY)]
    roads = draw(tmp_path, NODES, ways)
    assert ends(roads, NODES) == ["ab", "bf", "cb", "cd", "fc", "fg"]
    largest = roads.largest()
    assert ends(largest, NODES) == ["ab", "bf", "cb", "cd", "fc"]
    assert largest.dropped == {"edge outside the largest part": 1}
    check(largest)


def test_the_arrays_cannot_be_written(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", PRIMARY)])
    with pytest.raises(ValueError, match="read-only"):
        roads.length_m[0] = 1
    with pytest.raises(AttributeError):
        roads.length_m = np.zeros(1)  # type: ignore[misc]


def test_only_the_classes_asked_for_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "napkin.osm"
    path.write_text(osm(NODES, [("ab", PRIMARY), ("bc", {"highway": "residential"})]), encoding="utf-8")
    roads = load_roads(path, classes=["primary"])
    assert [roads.classes[code] for code in roads.highway] == ["primary"]
    with pytest.raises(BadRoads, match=r"footway: not a road class; choose among motorway"):
        load_roads(path, classes=["primary", "footway"])
    with pytest.raises(BadRoads, match=r"no drivable road in it \(2 other highway class\)"):
        load_roads(path, classes=["motorway"])


def test_the_table_is_the_roads_table(tmp_path: Path) -> None:
    tags = {"highway": "trunk", "ref": "М-4", "name": "Дон", "int_name": "Don", "inferred": "yes"}
    roads = draw(tmp_path, NODES, [("abc", tags), ("ce", PRIMARY)])
    table = roads.table
    assert list(table.columns) == ["road", "highway", "name", "int_name", "inferred", "length_m", "geometry"]
    assert table.crs == "EPSG:4326"
    assert table.iloc[0][["road", "highway", "name", "int_name", "inferred"]].tolist() == [
        "M4", "trunk", "Дон", "Don", True,
    ]  # fmt: skip
    assert roads.ref[0] == "М-4"
    assert list(table.geometry[0].coords) == [NODES["a"], NODES["b"], NODES["c"]]
    assert table["road"].isna().tolist() == [False, True]
    assert table["length_m"].tolist() == roads.length_m.tolist()


def test_places_carry_both_names(tmp_path: Path) -> None:
    path = tmp_path / "napkin.osm"
    places = {
        "a": {"place": "town", "name": "Елец", "name:en": "Yelets"},
        "b": {"place": "village", "name": "Красное", "int_name": "Krasnoye"},
        "c": {"place": "hamlet", "name": "Хутор"},
        "d": {"place": "suburb", "name": "Пригород"},
        "e": {"place": "town"},
    }
    path.write_text(osm(NODES, [("ab", PRIMARY)], places=places), encoding="utf-8")
    table = load_roads(path).places
    assert table[["place", "place_local", "kind"]].to_numpy().tolist() == [
        ["Yelets", "Елец", "town"],
        ["Krasnoye", "Красное", "village"],
        ["Хутор", "Хутор", "hamlet"],
    ]
    assert [(point.x, point.y) for point in table.geometry] == [NODES["a"], NODES["b"], NODES["c"]]
    assert draw(tmp_path, NODES, [("ab", PRIMARY)]).places.empty


def test_contraction_keeps_every_driving_time_of_random_napkins() -> None:
    compared = 0
    for seed in range(150):
        chance = np.random.default_rng(seed)
        size = int(chance.integers(4, 12))
        lon, lat = chance.uniform(39.0, 39.1, size), chance.uniform(51.0, 51.1, size)
        kinds = [
            read_tags({"highway": highway, "oneway": oneway})
            for highway in ("trunk", "tertiary")
            for oneway in ("no", "no", "yes", "-1")
        ]
        paths = [chance.integers(-1, size, chance.integers(2, 7)) for _ in range(chance.integers(1, 7))]
        kind = chance.integers(0, len(kinds), len(paths))
        raw = nx.MultiDiGraph()
        for path, said in zip(paths, [kinds[number] for number in kind], strict=True):
            for a, b in pairwise(path.tolist()):
                if a != b and min(a, b) >= 0:
                    seconds = float(geodesy.distance_m(lon[a], lat[a], lon[b], lat[b])) / (
                        CONVOY.class_kmh[said.highway] / 3.6
                    )
                    if said.oneway >= 0:
                        raw.add_edge(a, b, seconds=seconds)
                    if said.oneway <= 0:
                        raw.add_edge(b, a, seconds=seconds)
        if not raw:
            continue
        ptr = np.cumsum([0, *map(len, paths)])
        ways = Ways(
            lon=lon, lat=lat, points=np.concatenate(paths), ptr=ptr, tags=tuple(kinds), kind=kind, way_id=kind * 0
        )
        roads = build(ways, source="a random napkin")
        check(roads)
        number = {point: index for index, point in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))}
        junctions = [number[point] for point in zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)]
        found = travel_seconds(roads, np.arange(len(junctions)))
        for row, source in enumerate(junctions):
            expected = nx.single_source_dijkstra_path_length(raw, source, weight="seconds")
            assert found[row].tolist() == pytest.approx(
                [expected.get(junction, np.inf) for junction in junctions], abs=0.01
            )
            compared += len(junctions)
    assert compared > 3000
