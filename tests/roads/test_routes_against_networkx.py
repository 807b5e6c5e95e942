"""Routes beside networkx's on the same whole weights, and beside a search that knows no tricks: equal exactly."""

import heapq
from collections.abc import Iterable
from itertools import pairwise
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.roads import RoadNetwork, least, load_roads, reach, shortest_path
from tracker.roads.graph import SearchGraph, search_graph
from tracker.roads.search import Searcher, _settled_by_scipy, steps

Run = tuple[int, ...]


@pytest.fixture(scope="module", params=["graphhopper_monaco.osm.gz", "liechtenstein.osm.pbf"])
def roads(request: pytest.FixtureRequest, shared: Path) -> RoadNetwork:
    return load_roads(shared / "roads" / request.param)


def whole(cost: Any) -> Any:
    return np.maximum(np.rint(cost), 1).astype(int)


def forbidden(roads: RoadNetwork) -> set[Run]:
    """The runs of arcs that restrictions forbid, read off the network's own list of them."""
    arcs = roads.edge_arcs[(~roads.barred_along).astype(int), roads.barred_edge].tolist()
    return {tuple(arcs[first:end]) for first, end in pairwise(roads.barred_ptr.tolist())}


def arc_graph(roads: RoadNetwork) -> nx.DiGraph:
    """Arcs as nodes, allowed turns as edges that cost the milliseconds of the arc turned into; no doubled junctions."""
    runs, ms = forbidden(roads), whole(roads.seconds * 1000).tolist()
    assert {len(run) for run in runs} <= {2}
    graph = nx.DiGraph()
    for arc, head in enumerate(roads.arc_head.tolist()):
        onward = range(roads.arc_ptr[head], roads.arc_ptr[head + 1])
        graph.add_weighted_edges_from((arc, then, ms[then]) for then in onward if (arc, then) not in runs)
    graph.add_nodes_from(range(len(ms)))
    return graph


def milliseconds(graph: nx.DiGraph, begin: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Least milliseconds to the end of each arc, by networkx, from arcs that are begun with a cost."""
    graph.add_weighted_edges_from(("start", arc, cost) for arc, cost in begin)
    found = nx.single_source_dijkstra_path_length(graph, "start")
    graph.remove_node("start")
    return found


@pytest.mark.shared
def test_real_routes_between_junctions_cost_what_networkx_says(roads: RoadNetwork) -> None:
    graph, ms = arc_graph(roads), whole(roads.seconds * 1000)
    chance, unreached = np.random.default_rng(4), 0
    for source in chance.choice(len(roads.node_lon), 20, replace=False).tolist():
        leaving = range(roads.arc_ptr[source], roads.arc_ptr[source + 1])
        found = milliseconds(graph, ((arc, int(ms[arc])) for arc in leaving)) if leaving else {}
        expected = np.full(len(roads.node_lon), inf)
        arcs = np.array([arc for arc in found if arc != "start"], int)
        np.minimum.at(expected, roads.arc_head[arcs], [found[arc] for arc in arcs.tolist()])
        expected[source] = 0
        np.testing.assert_array_equal(np.rint(least(roads, [source]) * 1000), expected)
        unreached += int(np.isinf(expected).sum())
    assert unreached > 0 or everywhere(roads)


@pytest.mark.shared
def test_a_thousand_real_routes_equal_those_of_networkx(roads: RoadNetwork) -> None:
    graph = arc_graph(roads)
    chance, reached, unreached = np.random.default_rng(5), 0, 0
    for _ in range(100):
        start = random_position(roads, chance)
        found = milliseconds(graph, parts(roads, start, leaving=True).items())
        for _ in range(10):
            end = random_position(roads, chance, but=start[0])
            expected = min(
                (
                    found[arc] + part
                    for last, part in parts(roads, end, leaving=False).items()
                    for arc in graph.predecessors(last)
                    if arc in found
                ),
                default=inf,
            )
            route = shortest_path(roads, start, end)
            assert driven_ms(roads, graph, route.edges.tolist(), start, end) == expected
            assert route.seconds == pytest.approx(expected / 1000, abs=0.0005 * max(len(route.edges), 1) + 1e-9)
            reached += expected < inf
            unreached += expected == inf
    assert reached > 700
    assert unreached > 0 or everywhere(roads)
    assert reached + unreached == 1000


def everywhere(roads: RoadNetwork) -> bool:
    """Whether every junction can be driven to from every other, as in Liechtenstein."""
    return bool(
        nx.is_strongly_connected(nx.DiGraph(zip(roads.arc_tail.tolist(), roads.arc_head.tolist(), strict=True)))
    )


def random_position(roads: RoadNetwork, chance: np.random.Generator, *, but: int = -1) -> tuple[int, float]:
    edge = int(chance.choice(np.delete(np.arange(len(roads.length_m)), but) if but >= 0 else len(roads.length_m)))
    return edge, float(chance.uniform(0, roads.length_m[edge]))


def parts(roads: RoadNetwork, position: tuple[int, float], *, leaving: bool) -> dict[int, int]:
    """Arcs over a position, and the milliseconds from it to their ends, or from their beginnings to it."""
    edge, offset = position
    rest = float(roads.length_m[edge]) - offset
    along, against = roads.edge_arcs[:, edge].tolist()
    metres = {along: rest, against: offset} if leaving else {along: offset, against: rest}
    pace = float(roads.speed_kmh[edge]) / 3.6
    return {arc: int(np.rint(part / pace * 1000)) for arc, part in metres.items() if arc >= 0}


def driven_ms(
    roads: RoadNetwork, graph: nx.DiGraph, edges: list[int], start: tuple[int, float], end: tuple[int, float]
) -> float:
    """Milliseconds of a drive over just these edges in this order, turn by turn; inf where one may not drive so."""
    if not edges:
        return inf
    assert (edges[0], edges[-1]) == (start[0], end[0])
    costs: dict[int, int] = parts(roads, start, leaving=True)
    for edge in edges[1:-1]:
        costs = {
            arc: min(costs[before] for before in graph.predecessors(arc) if before in costs)
            + int(whole(roads.seconds[arc] * 1000))
            for arc in roads.edge_arcs[:, edge].tolist()
            if arc >= 0 and not costs.keys().isdisjoint(graph.predecessors(arc))
        }
    return min(
        (
            costs[before] + part
            for arc, part in parts(roads, end, leaving=False).items()
            for before in graph.predecessors(arc)
            if before in costs
        ),
        default=inf,
    )


Drawn = tuple[int, list[tuple[int, int, int, int]], list[Run]]
"""Number of junctions; arcs as tail, head, seconds, metres, by their tails; forbidden runs of arcs."""


@st.composite
def restricted_graphs(draw: st.DrawFn) -> Drawn:
    """Small graphs with loops, parallel arcs, dead ends, and runs of two to four arcs that may not be driven."""
    nodes = draw(st.integers(1, 6))
    junction, cost = st.integers(0, nodes - 1), st.integers(0, 9)
    arcs = sorted(draw(st.lists(st.tuples(junction, junction, cost, cost), min_size=1, max_size=16)))
    runs = []
    for _ in range(draw(st.integers(0, 6))):
        run = [draw(st.integers(0, len(arcs) - 1))]
        for _ in range(draw(st.integers(1, 3))):
            onward = [arc for arc, (tail, *_) in enumerate(arcs) if tail == arcs[run[-1]][1]]
            if onward:
                run.append(draw(st.sampled_from(onward)))
        if len(run) > 1:
            runs.append(tuple(run))
    return nodes, arcs, runs


def searchable(drawn: Drawn) -> SearchGraph:
    nodes, arcs, runs = drawn
    tail, head, seconds, metres = np.array(arcs, np.int64).T
    ptr = np.searchsorted(tail, np.arange(nodes + 1))
    return search_graph(
        nodes=nodes,
        tail=tail,
        head=head,
        ptr=ptr,
        seconds=seconds.astype(float),
        metres=metres.astype(float),
        runs=runs,
    )


def plainly(drawn: Drawn, source: int, *, by: int, factor: int) -> list[float]:
    """Least whole cost from one junction to each, by remembering all the arcs that a forbidden run might begin with."""
    nodes, arcs, runs = drawn
    memory = max((len(run) for run in runs), default=1) - 1
    best: dict[tuple[int, Run], int] = {}
    heap: list[tuple[int, int, Run]] = [(0, source, ())]
    while heap:
        cost, junction, driven = heapq.heappop(heap)
        if (junction, driven) in best:
            continue
        best[junction, driven] = cost
        for arc, (tail, head, *costs) in enumerate(arcs):
            path = (*driven, arc)
            if tail == junction and not any(path[-len(run) :] == run for run in runs):
                heapq.heappush(heap, (cost + max(costs[by] * factor, 1), head, path[-memory:] if memory else ()))
    return [min((cost for (at, _), cost in best.items() if at == node), default=inf) for node in range(nodes)]


@settings(deadline=None, max_examples=150)
@given(drawn=restricted_graphs(), by=st.sampled_from(["seconds", "metres"]))
def test_doubled_junctions_forbid_just_the_forbidden_runs(drawn: Drawn, by: Any) -> None:
    graph = searchable(drawn)
    roads: Any = SimpleNamespace(node_lon=np.zeros(drawn[0]), searcher=Searcher.of(graph))
    factor, column = (1000, 0) if by == "seconds" else (100, 1)
    table = np.array([plainly(drawn, source, by=column, factor=factor) for source in range(drawn[0])])
    for junction in range(drawn[0]):
        np.testing.assert_array_equal(np.rint(least(roads, [junction], by=by) * factor), table[junction])
        backward = least(roads, [junction], by=by, back=True)
        np.testing.assert_array_equal(np.rint(backward * factor), table[:, junction])


@st.composite
def searches(draw: st.DrawFn) -> tuple[Drawn, list[int], list[int], int]:
    """A graph, sources (also twice the same), what each begins with, and a limit."""
    drawn = draw(restricted_graphs())
    places = len(searchable(drawn).junction)
    sources = draw(st.lists(st.integers(0, places - 1), min_size=1, max_size=4))
    begin = draw(st.lists(st.integers(0, 9000), min_size=len(sources), max_size=len(sources)))
    return drawn, sources, begin, draw(st.one_of(st.integers(0, 30_000), st.just(2**31 - 2)))


@settings(deadline=None, max_examples=150)
@given(search=searches(), by=st.sampled_from(["seconds", "metres"]), back=st.booleans())
def test_the_compiled_search_equals_scipys(
    search: tuple[Drawn, list[int], list[int], int], by: Any, back: bool
) -> None:
    drawn, sources, begin, limit = search
    graph = searchable(drawn)
    place, start = np.array(sources, np.int32), np.array(begin, np.int32)
    nobody = np.zeros(0, np.int32)
    searcher = Searcher.of(graph)
    expected = _settled_by_scipy(*steps(graph, by=by, back=back), place, start, limit)
    for _ in range(2):  # the second search finds the scratch as the first left it
        found, cost = searcher.settled(place, start, limit=limit, by=by, back=back, wanted=nobody)
        assert (np.diff(cost) >= 0).all()
        assert len(set(found.tolist())) == len(found)
        assert dict(zip(found.tolist(), cost.tolist(), strict=True)) == dict(
            zip(expected[0].tolist(), expected[1].tolist(), strict=True)
        )


@settings(deadline=None, max_examples=100)
@given(drawn=restricted_graphs(), chance=st.randoms(use_true_random=False))
def test_a_search_that_stops_early_has_found_what_it_was_to_find(drawn: Drawn, chance: Any) -> None:
    graph = searchable(drawn)
    roads: Any = SimpleNamespace(node_lon=np.zeros(drawn[0]), searcher=Searcher.of(graph))
    source = chance.randrange(drawn[0])
    wanted = chance.sample(range(drawn[0]), chance.randint(1, drawn[0]))
    everything = least(roads, [source])
    found = reach(roads, [source], until=wanted)
    costs = dict(zip(found.junction.tolist(), found.cost.tolist(), strict=True))
    assert all(costs.get(junction, inf) == everything[junction] for junction in wanted)
    assert all(cost == everything[junction] for junction, cost in costs.items())
