"""Fastest ways, one-ways respected."""

from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tests.roads.napkin import draw
from tracker.roads import RoadNetwork, reach, shortest_path, travel_between, travel_seconds

NODES = {"a": (39.0, 51.0), "b": (39.0, 51.05), "c": (39.1, 51.05), "d": (39.0, 51.1), "e": (39.1, 51.1)}
SLOW, FAST = {"highway": "residential"}, {"highway": "motorway"}


def at(roads: RoadNetwork, lon: float, lat: float) -> tuple[int, float]:
    edge, offset, _ = roads.nearest(lon, lat)
    return int(edge[0]), float(offset[0])


def test_the_fast_way_round_beats_the_short_way(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("bd", {"highway": "living_street"}), ("bced", FAST), ("ab", FAST)])
    metres, seconds = travel_between(roads, NODES["a"], NODES["d"])
    motorway = roads.length_m[[roads.classes[code] == "motorway" for code in roads.highway]].sum()
    assert metres == pytest.approx(motorway)
    assert seconds == pytest.approx(motorway / 80 * 3.6)


def test_of_parallel_roads_the_faster_is_taken(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", SLOW), ("bd", SLOW), ("ab", FAST)])
    route = shortest_path(roads, at(roads, *NODES["d"]), at(roads, 39.0, 51.0))
    assert 0 in roads.highway[route.edges]
    assert route.seconds == pytest.approx(route.metres / 2 / 80 * 3.6 + route.metres / 2 / 30 * 3.6, rel=1e-3)


def test_a_one_way_must_be_driven_round(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("bcedb", {"highway": "primary", "oneway": "yes"})])
    assert len(roads.length_m) == 1
    total = roads.length_m[0]
    ahead = shortest_path(roads, (0, 1000.0), (0, 3000.0))
    assert (ahead.metres, ahead.edges.tolist()) == (2000.0, [0])
    back = shortest_path(roads, (0, 3000.0), (0, 1000.0))
    assert back.metres == pytest.approx(total - 2000)
    assert back.edges.tolist() == [0, 0]


def test_a_one_way_that_leads_nowhere_has_no_way_back(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", FAST), ("bd", {**FAST, "oneway": "yes"})])
    assert travel_between(roads, (39.0, 51.01), (39.0, 51.09))[0] == pytest.approx(8900, rel=1e-3)
    assert travel_between(roads, (39.0, 51.09), (39.0, 51.01)) == (inf, inf)
    assert shortest_path(roads, at(roads, 39.0, 51.09), at(roads, 39.0, 51.06)).edges.tolist() == []


def test_a_two_way_edge_is_driven_both_ways(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", FAST)])
    for start, end in [((0, 100.0), (0, 350.0)), ((0, 350.0), (0, 100.0))]:
        assert shortest_path(roads, start, end).seconds == pytest.approx(250 / 80 * 3.6)
    assert shortest_path(roads, (0, 100.0), (0, 100.0)).metres == 0


def test_nothing_is_looked_for_beyond_the_limit(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", FAST), ("bd", SLOW)])
    seconds = travel_seconds(roads, [0, 1], limit_s=300)
    assert seconds.shape == (2, 3)
    names = {
        (float(lon), float(lat)): i for i, (lon, lat) in enumerate(zip(roads.node_lon, roads.node_lat, strict=True))
    }
    everything = travel_seconds(roads, names[NODES["a"]])[0]
    assert everything[names[NODES["d"]]] == pytest.approx(5563 / 80 * 3.6 + 5563 / 30 * 3.6, rel=1e-3)
    near = travel_seconds(roads, names[NODES["a"]], limit_s=300)[0]
    assert near[names[NODES["b"]]] == everything[names[NODES["b"]]]
    assert near[names[NODES["d"]]] == inf


def test_a_position_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", FAST)])
    with pytest.raises(ValueError, match="is no road position; edges are numbered 0 to 0"):
        shortest_path(roads, (1, 0.0), (0, 0.0))
    with pytest.raises(ValueError, match="not a junction; they are numbered 0 to 1"):
        travel_seconds(roads, [2])


@pytest.mark.shared
def test_a_thousand_random_routes_equal_those_of_networkx(monaco: RoadNetwork) -> None:
    graph = nx.MultiDiGraph()
    for arc in range(len(monaco.arc_edge)):
        graph.add_edge(int(monaco.arc_tail[arc]), int(monaco.arc_head[arc]), seconds=float(monaco.seconds[arc]))
    chance, reached = np.random.default_rng(11), 0
    for _ in range(50):
        source = int(chance.integers(len(monaco.node_lon)))
        expected = (
            nx.single_source_dijkstra_path_length(graph, source, weight="seconds") if source in graph else {source: 0}
        )
        ours = travel_seconds(monaco, source)[0]
        for target in chance.integers(len(monaco.node_lon), size=20).tolist():
            # Every step is counted in whole milliseconds.
            assert ours[target] == pytest.approx(expected.get(target, inf), abs=0.03)
            reached += target in expected
    assert reached > 700


@pytest.mark.shared
def test_routes_between_positions_equal_those_of_networkx(monaco: RoadNetwork) -> None:
    chance, reached = np.random.default_rng(5), 0
    for _ in range(200):
        edges = chance.choice(len(monaco.length_m), 2, replace=False)
        offsets = chance.uniform(0, 1, 2) * monaco.length_m[edges]
        graph = nx.MultiDiGraph()
        pace = monaco.speed_kmh.astype(float) / 3.6
        for arc, edge in enumerate(monaco.arc_edge.tolist()):
            tail, head = int(monaco.arc_tail[arc]), int(monaco.arc_head[arc])
            graph.add_edge(tail, head, seconds=float(monaco.seconds[arc]))
            along = offsets if monaco.arc_forward[arc] else monaco.length_m[edges] - offsets
            if edge == edges[0]:
                graph.add_edge("start", head, seconds=float((monaco.length_m[edge] - along[0]) / pace[edge]))
            if edge == edges[1]:
                graph.add_edge(tail, "end", seconds=float(along[1] / pace[edge]))
        try:
            expected = nx.dijkstra_path_length(graph, "start", "end", weight="seconds")
        except nx.NetworkXNoPath:
            expected = inf
        start, end = zip(edges.tolist(), offsets.tolist(), strict=True)
        route = shortest_path(monaco, start, end)
        assert route.seconds == pytest.approx(expected, abs=0.03)
        if expected < inf:
            reached += 1
            assert (route.edges[0], route.edges[-1]) == tuple(edges)
            whole = monaco.length_m[route.edges].sum()
            assert whole - monaco.length_m[edges].sum() - 0.01 <= route.metres <= whole + 0.01
    assert reached > 120


def test_a_ring_is_left_by_its_nearer_end(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("ab", FAST), ("bcedb", FAST)])
    ring = int(np.flatnonzero(roads.edge_tail == roads.edge_head)[0])
    length = float(roads.length_m[ring])
    goal = (1 - ring, float(roads.length_m[1 - ring]) / 2)
    for part in (0.0, 0.1, 0.4, 0.6, 0.9, 1.0):
        route = shortest_path(roads, (ring, part * length), goal)
        assert route.metres == pytest.approx(min(part, 1 - part) * length + goal[1], abs=1)


def test_threads_search_one_network_without_disturbing_each_other(tmp_path: Path) -> None:
    nodes = {chr(97 + k): (39.0 + 0.01 * (k % 5), 51.0 + 0.01 * (k // 5)) for k in range(25)}
    names = list(nodes)
    ways = [("".join(names[row * 5 : row * 5 + 5]), FAST) for row in range(5)]
    ways += [("".join(names[column::5]), SLOW) for column in range(5)]
    roads = draw(tmp_path, nodes, ways)
    sources = list(range(len(roads.node_lon)))
    alone = [travel_seconds(roads, [source])[0] for source in sources]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda source: travel_seconds(roads, [source])[0], sources * 20))
    np.testing.assert_array_equal(together, alone * 20)


def test_a_cost_that_was_found_is_a_limit_that_includes_it(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, [("bd", SLOW), ("bced", FAST), ("ab", FAST)])
    for by in ("seconds", "metres"):
        found = reach(roads, [0], by=by)
        for junction, cost in zip(found.junction, found.cost, strict=True):
            assert junction in reach(roads, [0], by=by, limit=cost).junction
