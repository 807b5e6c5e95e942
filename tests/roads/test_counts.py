"""Junctions and edges, counted beside osmnx's: the same, end by end, on two real extracts."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest

from tests.roads.napkin import Way, osm
from tracker.roads import CLASSES, load_roads
from tracker.roads.contract import Chains, contract
from tracker.roads.osm import read_osm
from tracker.roads.ways import Ways

Extract = tuple[Path, Ways, nx.MultiDiGraph]
Ends = Counter[tuple[tuple[float, float], tuple[float, float]]]


def read_both(path: Path, folder: Path) -> Extract:
    """The drivable ways as we read them, and osmnx's graph of the same ways with a node at every point."""
    ways = read_osm(path, classes=frozenset(CLASSES))
    xml = path
    if path.suffix == ".pbf":  # which osmnx does not read
        xml = folder / path.stem
        with osmium.BackReferenceWriter(str(xml), str(path)) as writer:
            only = osmium.filter.IdFilter(ways.way_id.tolist())
            for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(only):
                writer.add(way)
    graph = osmnx.graph_from_xml(xml, simplify=False, retain_all=True)
    taken = set(ways.way_id.tolist())
    same = [(a, b, key) for a, b, key, way in graph.edges(keys=True, data="osmid") if way in taken]
    return path, ways, graph.edge_subgraph(same).copy()


@pytest.fixture(scope="module", params=["graphhopper_monaco.osm.gz", "liechtenstein.osm.pbf"])
def extract(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Extract:
    return read_both(shared / "roads" / request.param, tmp_path_factory.mktemp("osmnx"))


def our_arcs(ways: Ways, chains: Chains) -> Ends:
    """Where each arc begins and ends; a two-way edge is two arcs, as it is in osmnx."""
    places = list(zip(ways.lon.tolist(), ways.lat.tolist(), strict=True))
    arcs: Ends = Counter()
    for first, end, kind in zip(chains.ptr[:-1], chains.ptr[1:], chains.kind, strict=True):
        tail, head = places[chains.points[first]], places[chains.points[end - 1]]
        arcs[tail, head] += 1
        if not chains.tags[kind].oneway:
            arcs[head, tail] += 1
    return arcs


def their_arcs(graph: nx.MultiDiGraph) -> Ends:
    place = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    return Counter((place[a], place[b]) for a, b in graph.edges())


def sizes(arcs: Ends) -> tuple[int, int]:
    """Numbers of junctions and of arcs."""
    return len({place for ends in arcs for place in ends}), arcs.total()


def raw_sizes(ways: list[Way], folder: Path) -> Any:
    """Junctions and arcs of a napkin: ours, osmnx's, and osmnx's where it is told to keep rings."""
    path = folder / "napkin.osm"
    path.write_text(osm(NODES, ways), encoding="utf-8")
    _, ours, graph = read_both(path, folder)
    simple = osmnx.simplify_graph(graph)
    with_rings = osmnx.simplify_graph(graph, remove_rings=False)
    return sizes(our_arcs(ours, contract(ours))), sizes(their_arcs(simple)), sizes(their_arcs(with_rings))


@pytest.mark.shared
def test_without_tags_every_junction_and_edge_is_where_osmnx_has_it(extract: Extract) -> None:
    path, ways, graph = extract
    alike = [replace(ways.tags[0], oneway=tags.oneway) for tags in ways.tags]
    distinct = tuple(dict.fromkeys(alike))
    kind = np.array([distinct.index(tags) for tags in alike])[ways.kind]
    ways = replace(ways, tags=distinct, kind=kind)
    arcs = our_arcs(ways, contract(ways))
    assert arcs == their_arcs(osmnx.simplify_graph(graph, remove_rings=False))
    assert sizes(arcs) == {"graphhopper_monaco.osm.gz": (352, 672), "liechtenstein.osm.pbf": (1771, 4200)}[path.name]


@pytest.mark.shared
def test_where_tags_cut_a_road_osmnx_cuts_it_too(extract: Extract) -> None:
    path, ways, graph = extract
    # A one-way is drawn as it is driven: the tags of two pieces agree whichever way each was drawn.
    said = [replace(tags, oneway=abs(tags.oneway)) for tags in ways.tags]
    of_way = {way: said[kind] for way, kind in zip(ways.way_id.tolist(), ways.kind.tolist(), strict=True)}
    told = {(a, b, key): of_way[way] for a, b, key, way in graph.edges(keys=True, data="osmid")}
    nx.set_edge_attributes(graph, told, "tags")
    arcs = our_arcs(ways, contract(ways))
    assert arcs == their_arcs(osmnx.simplify_graph(graph, edge_attrs_differ=["tags"], remove_rings=False))
    assert sizes(arcs) == {"graphhopper_monaco.osm.gz": (381, 715), "liechtenstein.osm.pbf": (1920, 4497)}[path.name]


@pytest.mark.shared
def test_a_network_has_all_edges_but_those_of_small_islands(extract: Extract) -> None:
    path, ways, _ = extract
    roads = load_roads(path)
    assert len(roads.length_m) + roads.dropped.get("edge of a small island", 0) == len(contract(ways).kind)
    assert len(roads.arc_edge) == (2 - np.abs(roads.oneway)).sum()


NODES = {"a": (39.0, 51.0), "b": (39.0, 51.01), "c": (39.01, 51.01), "d": (39.01, 51.0), "e": (39.02, 51.0)}
ROAD = {"highway": "primary"}


@pytest.mark.parametrize(
    ("ways", "sizes_of"),
    [
        pytest.param([("abcde", ROAD)], ((2, 2), (2, 2), (2, 2)), id="the same on a road with bends"),
        pytest.param([("abcd", ROAD), ("db", ROAD)], ((2, 4), (2, 4), (2, 4)), id="the same on a lollipop"),
        # A ring road that the extract holds alone is a road: osmnx removes it, or keeps a junction at every point.
        pytest.param(
            [("abcda", ROAD), ("ae", {"highway": "path"})], ((1, 2), (0, 0), (4, 8)), id="a ring is one edge here"
        ),
        # Mapped twice it is still one road; two of them would halve every share of a route.
        pytest.param([("abc", ROAD), ("abc", ROAD)], ((2, 2), (3, 8), (3, 8)), id="a way drawn twice is one edge here"),
    ],
)
def test_beside_osmnx_on_a_napkin(ways: list[Way], sizes_of: tuple[tuple[int, int], ...], tmp_path: Path) -> None:
    assert raw_sizes(ways, tmp_path) == sizes_of
