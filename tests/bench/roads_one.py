"""One measurement of roads in a process of its own; the figures are one line of JSON.

python tests/bench/roads_one.py VERB ARGUMENTS

Imports happen inside of the verbs: pyrosm's run in an environment that has nothing of ours.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MIB = 1 << 20


def peak_mib() -> float:
    """The most memory that this process has held, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM in /proc/self/status")


def memory_mib() -> dict[str, float]:
    """MiB of this process by kind, summed over all that it has mapped: Rss, Pss, Shared, Private, Dirty (private)."""
    found: dict[str, float] = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, size, *_ = line.split()
        found[name.rstrip(":")] = int(size) / 1024
    return {
        "Rss": found["Rss"],
        "Pss": found["Pss"],
        "Shared": found["Shared_Clean"] + found["Shared_Dirty"],
        "Private": found["Private_Clean"] + found["Private_Dirty"],
        "Dirty": found["Private_Dirty"],
    }


def timed(what: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What the call returns, and its processor seconds, wall seconds and peak memory."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = what()
    return result, {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "peak": peak_mib()}


def prepare(source: str, folder: str, before: str = "") -> dict[str, float]:
    """Our prepared folder from a file; where there is a file to take before, all code is loaded by then."""
    from tracker.roads import prepare_roads

    if before:
        prepare_roads(before, f"{folder}.before")
    roads, spent = timed(lambda: prepare_roads(source, folder))
    return spent | {"junctions": len(roads.node_lon), "edges": len(roads.length_m), "arcs": len(roads.arc_edge)}


def reopen(folder: str, small: str) -> dict[str, Any]:
    """Opening a prepared folder, then a first search and candidates; the code of searches is loaded on a small one."""
    from tracker.roads import load_roads

    use(load_roads(small))
    before = memory_mib()
    roads, spent = timed(lambda: load_roads(folder))
    opened = memory_mib()
    _, first = timed(lambda: use(roads))
    return spent | {
        "opened": {kind: opened[kind] - before[kind] for kind in opened},
        "used": {kind: size - before[kind] for kind, size in memory_mib().items()},
        "first": first,
    }


def use(roads: Any) -> None:
    """A search over 10 km and candidates within 2 km, in the middle of the network."""
    from tracker.roads import reach

    middle = len(roads.node_lon) // 2
    reach(roads, [middle], limit=10_000, by="metres")
    roads.candidates(roads.node_lon[[middle]], roads.node_lat[[middle]], 2000)


def touch(folder: str) -> dict[str, Any]:
    """Open a prepared folder, read every number of it, say so, and tell the memory as often as a line comes in."""
    import numpy as np

    from tracker.roads import load_roads

    roads = load_roads(folder)
    mapped = [array for array in arrays(roads) if array.size and isinstance(array.base, np.memmap)]
    total = sum(int(array.reshape(-1).view(np.uint8).sum(dtype=np.int64)) for array in mapped)
    print(json.dumps({"mapped": sum(array.nbytes for array in mapped) / MIB, "sum": total}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(memory_mib()), flush=True)
    return {}


def arrays(noun: Any) -> Any:
    """All arrays of a noun and of the nouns in it."""
    from dataclasses import fields, is_dataclass

    import numpy as np

    for field in fields(noun):
        value = getattr(noun, field.name)
        if isinstance(value, np.ndarray):
            yield value
        elif is_dataclass(value):
            yield from arrays(value)


def osmnx(source: str, graphml: str, before: str = "") -> dict[str, float]:
    """osmnx's simplified graph of an .osm file; it is saved as GraphML outside of the figures."""
    import osmnx as peer

    if before:
        peer.graph_from_xml(before, retain_all=True)
    graph, spent = timed(lambda: peer.graph_from_xml(source, retain_all=True))
    found = spent | {"junctions": len(graph), "arcs": graph.number_of_edges()}
    if before:
        peer.save_graphml(graph, graphml)
        found["bytes"] = os.path.getsize(graphml)
    return found


def osmnx_open(graphml: str) -> dict[str, float]:
    """osmnx's graph again from GraphML."""
    import osmnx as peer

    before = memory_mib()
    kept, spent = timed(lambda: peer.load_graphml(graphml))
    return spent | {"private": memory_mib()["Private"] - before["Private"], "junctions": len(kept)}


def pyrosm(source: str, before: str = "") -> dict[str, float]:
    """pyrosm's tables of the roads that cars drive, and the simplified igraph of them."""
    import pyrosm as peer

    def tables_and_graph(path: str) -> Any:
        file = peer.OSM(path)
        nodes, edges = file.get_network(network_type="driving", nodes=True)
        return file.to_graph(nodes, edges, graph_type="igraph", retain_all=True, progress=False)

    if before:
        tables_and_graph(before)
    graph, spent = timed(lambda: tables_and_graph(source))
    return spent | {"junctions": graph.vcount(), "arcs": graph.ecount()}


def main(verb: str, *arguments: str) -> None:
    """Prints the figures of one verb."""
    verbs: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": prepare, "reopen": reopen, "touch": touch, "osmnx": osmnx, "osmnx_open": osmnx_open,
        "pyrosm": pyrosm,
    }  # fmt: skip
    if verb in ("prepare", "reopen", "touch"):
        sys.path.insert(0, str(ROOT))
    # Run as a script, this folder comes first on the path: nothing of it must be imported for a package of its name.
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]
    print(json.dumps(verbs[verb](*arguments)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
