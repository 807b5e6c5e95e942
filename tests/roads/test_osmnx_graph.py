"""The same roads by way of osmnx."""

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx
import pytest

from tests.roads.napkin import osm
from tracker.model import BadRoads
from tracker.roads import RoadNetwork, load_roads, travel_between

NODES = {
    "a": (39.0, 51.00),
    "b": (39.0, 51.01),
    "c": (39.0, 51.02),
    "d": (39.0, 51.03),
    "e": (39.01, 51.01),
    "f": (39.012, 51.02),
    "g": (39.02, 51.02),
    "h": (39.02, 51.03),
    "i": (39.015, 51.035),
}
WAYS = [
    ("abcd", {"highway": "primary", "ref": "М-4", "maxspeed": "60"}),
    ("be", {"highway": "residential", "oneway": "yes"}),
    ("efgh", {"highway": "secondary", "name": "улица"}),
    ("fc", {"highway": "tertiary", "oneway": "-1"}),
    ("hid", {"highway": "trunk"}),
    ("gihg", {"highway": "unclassified", "junction": "roundabout"}),
    ("ed", {"highway": "footway"}),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "napkin.osm"
    path.write_text(osm(NODES, WAYS), encoding="utf-8")
    return path


def graph_of(path: Path, *, simplify: bool) -> Any:
    return osmnx.graph_from_xml(path, simplify=simplify, retain_all=True)


@pytest.mark.parametrize("simplify", [False, True])
def test_an_osmnx_graph_gives_the_network_that_its_file_gives(file: Path, simplify: bool) -> None:
    direct = load_roads(file)
    through = RoadNetwork.from_osmnx(graph_of(file, simplify=simplify))
    assert len(through.node_lon) == len(direct.node_lon)
    assert len(through.length_m) == len(direct.length_m)
    assert len(through.arc_edge) == len(direct.arc_edge)
    for name in ("length_m", "speed_kmh", "oneway"):
        np.testing.assert_allclose(np.sort(getattr(through, name)), np.sort(getattr(direct, name)))
    assert sorted(through.road) == sorted(direct.road)
    assert through.dropped["other highway class"] >= 1


@pytest.mark.parametrize("simplify", [False, True])
def test_random_routes_are_the_same_through_osmnx(file: Path, simplify: bool) -> None:
    direct = load_roads(file)
    through = RoadNetwork.from_osmnx(graph_of(file, simplify=simplify))
    chance, reached = np.random.default_rng(1), 0
    for _ in range(100):
        (lon1, lon2), (lat1, lat2) = chance.uniform(39.0, 39.02, 2), chance.uniform(51.0, 51.035, 2)
        one, two = (travel_between(roads, (lon1, lat1), (lon2, lat2)) for roads in (direct, through))
        assert two == pytest.approx(one)
        reached += one[0] < np.inf
    assert reached > 50


def test_lists_of_merged_ways_are_understood() -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x=39.0, y=51.0)
    graph.add_node(2, x=39.0, y=51.1)
    tags = {"highway": ["service", "trunk"], "maxspeed": ["70", "50"], "ref": ["М-4", "М-2"]}
    graph.add_edge(1, 2, **tags)
    graph.add_edge(2, 1, **tags)
    roads = RoadNetwork.from_osmnx(graph)
    assert [roads.classes[code] for code in roads.highway] == ["trunk"]
    assert (roads.speed_kmh.tolist(), roads.road.tolist(), roads.oneway.tolist()) == ([50], ["M4"], [0])


def test_graphs_that_are_no_roads_are_refused(file: Path) -> None:
    graph = graph_of(file, simplify=True)
    with pytest.raises(BadRoads, match=r"coordinates are in .*; give longitude and latitude"):
        RoadNetwork.from_osmnx(osmnx.project_graph(graph))
    bare = nx.MultiDiGraph()
    bare.add_edge(1, 2, highway="primary")
    with pytest.raises(BadRoads, match="lacks x or y"):
        RoadNetwork.from_osmnx(bare)
    with pytest.raises(BadRoads, match="the graph: no drivable road"):
        RoadNetwork.from_osmnx(nx.MultiDiGraph())


@pytest.mark.shared
def test_a_real_town_is_the_same_through_osmnx(shared: Path, monaco: RoadNetwork) -> None:
    graph = graph_of(shared / "roads" / "graphhopper_monaco.osm.gz", simplify=False)
    through = RoadNetwork.from_osmnx(graph)
    assert (len(through.node_lon), len(through.length_m), len(through.arc_edge)) == (
        len(monaco.node_lon),
        len(monaco.length_m),
        len(monaco.arc_edge),
    )
    assert through.length_m.sum() == pytest.approx(monaco.length_m.sum())
    simple = RoadNetwork.from_osmnx(graph_of(shared / "roads" / "graphhopper_monaco.osm.gz", simplify=True))
    assert simple.length_m.sum() == pytest.approx(monaco.length_m.sum(), rel=0.02)
