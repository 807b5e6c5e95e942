"""Bounded searches: nanoseconds for each settled place, at 2, 10 and 40 km, beside scipy's and networkx's.

    python tests/bench/roads_search.py [--work FOLDER] [--quick]

Same graph (junctions, and their doubles where a turn is forbidden), same sources, same whole centimetres as weights;
that all settle the same places at the same cost is checked. "kernel" is the compiled loop, called from compiled code;
"reach" is what the rest of the program calls, once a source, from Python, as are scipy and networkx. scipy's answer is
a number for every junction, however near the limit. CPU time; the median of several rounds in which all take turns.
--quick leaves out the country.
"""

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numba
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.country import country
from tests.bench.peers import work_folder
from tests.conftest import SHARED
from tracker.roads import RoadNetwork, prepare_roads, reach
from tracker.roads.kernels import settle

Search = Callable[[list[int], int], int]
"""From sources and a limit in centimetres to the number of places settled."""
KM = {2: 1000, 10: 200, 40: 30}
"""Sources for each radius."""
ROUNDS, SCIPYS, NETWORKXS = 7, 10, 3
TARGET_NS = 60
NOBODY = np.zeros(0, np.int32)
START = np.zeros(1, np.int32)


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def settle_each(
    ptr: Any, step: Any, junction: Any, sources: Any, start: Any, limit: int, wanted: Any, era: int, label: Any,
    heap: Any, order: Any,
) -> int:  # fmt: skip
    """Places settled from each of several sources, summed: as the kernel is called from compiled code."""
    settled = 0
    for at in range(len(sources)):
        source = sources[at : at + 1]
        settled += settle(ptr, step, junction, source, start, limit, wanted, era - at, label, heap, order)
    return settled


def by_kernel(roads: RoadNetwork) -> Search:
    """Places settled by the compiled loop."""
    graph, searcher = roads.graph, roads.searcher

    def search(sources: list[int], limit: int) -> int:
        era = searcher.era[0] - 1
        searcher.era[0] -= len(sources)
        return int(
            settle_each(
                graph.ptr, graph.by_length, graph.junction, np.array(sources, np.int32), START, limit, NOBODY, era,
                searcher.label, searcher.heap, searcher.order,
            )
        )  # fmt: skip

    return search


def by_reach(roads: RoadNetwork) -> Search:
    """Junctions reached, as the program asks for them."""
    return lambda sources, limit: sum(
        len(reach(roads, [source], limit=limit / 100, by="metres").junction) for source in sources
    )


def plain_arrays(roads: RoadNetwork) -> tuple[Any, Any, Any]:
    """Place left, place reached and centimetres of each step; of parallel steps the shortest."""
    graph = roads.graph
    tail = np.repeat(np.arange(len(graph.junction)), np.diff(graph.ptr))
    cm, head = graph.by_length.T
    order = np.lexsort((cm, head, tail))
    tail, head, cm = tail[order], head[order], cm[order]
    first = np.ones(len(tail), bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return tail[first], head[first], cm[first]


def by_scipy(roads: RoadNetwork) -> tuple[Search, Callable[[int, int], Any]]:
    """Searches by scipy, whose places are not counted (that would cost more than the search); and the cost to each."""
    tail, head, cm = plain_arrays(roads)
    size = len(roads.graph.junction)
    table = sparse.csr_array((cm.astype(float), (tail, head)), shape=(size, size))

    def costs(source: int, limit: int) -> Any:
        return csgraph.dijkstra(table, indices=source, limit=limit)

    def search(sources: list[int], limit: int) -> int:
        for source in sources:
            costs(source, limit)
        return 0

    return search, costs


def by_networkx(roads: RoadNetwork) -> Search:
    """Places within the limit by networkx."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in plain_arrays(roads)), strict=True))
    return lambda sources, limit: sum(
        len(nx.single_source_dijkstra_path_length(graph, source, cutoff=limit)) for source in sources
    )


def check(roads: RoadNetwork, costs: Any, by_networkx: Search, sources: list[int], limit: int) -> None:
    """All must settle the same places at the same cost."""
    searcher = roads.searcher
    for source in sources:
        place, cost = searcher.settled(
            np.array([source], np.int32), START, limit=limit, by="metres", back=False, wanted=NOBODY
        )
        theirs = costs(source, limit)
        if len(place) != np.isfinite(theirs).sum() or (theirs[place] != cost).any():
            raise SystemExit(f"scipy and tracker differ from place {source} within {limit} cm")
        if by_networkx([source], limit) != len(place):
            raise SystemExit(f"networkx and tracker differ from place {source} within {limit} cm")


def measure(name: str, roads: RoadNetwork) -> float:
    """Prints one row for each radius; the kernel's worst of them."""
    places = len(roads.graph.junction)
    print(f"{name}: {len(roads.node_lon):,} junctions, {len(roads.arc_edge):,} arcs, {places:,} places", flush=True)
    scipys, costs = by_scipy(roads)
    searches = {"kernel": by_kernel(roads), "reach": by_reach(roads), "scipy": scipys, "nx": by_networkx(roads)}
    worst = 0.0
    for km, number in KM.items():
        limit = km * 100_000
        sources = np.random.default_rng(7).integers(0, len(roads.node_lon), number).tolist()
        check(roads, costs, searches["nx"], sources[:2], limit)
        asked = {"kernel": sources, "reach": sources, "scipy": sources[:SCIPYS], "nx": sources[:NETWORKXS]}
        settled = {who: searches["kernel"](asked[who], limit) for who in searches}
        spent: dict[str, list[float]] = defaultdict(list)
        for _ in range(ROUNDS):
            for who, search in searches.items():
                begun = time.process_time()
                search(asked[who], limit)
                spent[who].append((time.process_time() - begun) / settled[who] * 1e9)
        ns = {who: statistics.median(rounds) for who, rounds in spent.items()}
        worst = max(worst, ns["kernel"])
        print(
            f"  {km:3} km{settled['kernel'] / number:12,.0f}{ns['kernel']:9.1f}{ns['reach']:9.1f}{ns['scipy']:10.0f}"
            f"{ns['nx']:10.0f}{ns['scipy'] / ns['kernel']:9.1f}x{ns['nx'] / ns['kernel']:9.0f}x"
            f"   ({min(spent['kernel']):.1f} to {max(spent['kernel']):.1f})",
            flush=True,
        )
    return worst


def main(arguments: list[str] | None = None) -> None:
    """Prints the rows of the corridor, the region and the country."""
    parser = argparse.ArgumentParser(description="Bounded searches, in nanoseconds for each settled place.")
    parser.add_argument("--work", help="folder for what is dear to make; by default among the temporary ones")
    parser.add_argument("--quick", action="store_true", help="without the country")
    options = parser.parse_args(arguments)
    if not (SHARED / "roads").is_dir():
        print("roads_search: skipped, the extracts are not beside the checkout")
        return
    work = work_folder(options.work)
    files = [SHARED / "roads" / "corridor_major.osm.bz2", country(work, 4, 3)]
    if not options.quick:
        files.append(country(work, 22, 20))
    print(
        f"  {'':6}{'settled':>12}{'kernel':>9}{'reach':>9}{'scipy':>10}{'networkx':>10}{'scipy':>10}{'networkx':>10}"
        "   (kernel, least to most); ns a settled place"
    )
    for source in files:
        roads = prepare_roads(source, work / f"{source.name}.roads")
        worst = measure(source.name, roads)
    print(f"budget, on {source.name}: at most {TARGET_NS} ns; at the worst radius {worst:.1f}")


if __name__ == "__main__":
    main()
