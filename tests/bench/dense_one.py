"""One matcher over all traces, in a process of its own: `dense.py` starts it, in the matcher's environment.

    python dense_one.py MATCHER SETUP.json OUT.json

What a matcher is given is made ready before the clock starts, and its answer taken apart after it stopped: the CPU is
that of the call alone, from a GeoDataFrame to tables (tracker), from JSON text to JSON text (Valhalla, OSRM; of OSRM
the server's CPU without the client's), from its own trace to its own result (mappymatch, leuvenmapmatching).
"""

import http.client
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

Trace = dict[str, list[float]]
Line = list[Any]
"""Points as [lon, lat], or numbers of OpenStreetMap's points."""
Matcher = tuple[Callable[[Trace, float], Any], Callable[[Any], Any], Callable[[Any], list[Line]]]
"""Makes the question of a trace; asks it; takes the lines out of the answer."""

ENOUGH = 30_000
"""Fixes after which a fast matcher has been asked often enough."""
LIMIT_S = 60.0
"""Seconds after which a slow one gets no more traces of a sampling."""


def tracker(setup: dict[str, Any]) -> Matcher:
    """Ours, by the front door."""
    import geopandas as gpd
    import pandas as pd

    sys.path.insert(0, setup["checkout"])
    import tracker

    roads = tracker.load_roads(setup["folder"])

    def question(trace: Trace, sigma_m: float) -> Any:
        when = pd.Timestamp("2023-06-24T00:00Z") + pd.to_timedelta(trace["seconds"], unit="s")
        points = gpd.points_from_xy(trace["lon"], trace["lat"])
        return gpd.GeoDataFrame({"time": when}, geometry=points, crs="EPSG:4326"), sigma_m

    def lines(found: Any) -> list[Line]:
        return [list(map(list, line.coords)) for line in found.drives.geometry]

    return question, lambda asked: tracker.match(asked[0], roads, sigma_m=asked[1]), lines


def loop(setup: dict[str, Any]) -> Matcher:
    """Ours without tables: from arrays to arrays."""
    import numpy as np

    sys.path.insert(0, setup["checkout"])
    from tracker.reconstruct.match import Matcher as Ours
    from tracker.roads import load_roads

    matcher = Ours(load_roads(setup["folder"]))

    def question(trace: Trace, sigma_m: float) -> Any:
        return *(np.array(trace[name]) for name in ("lon", "lat", "seconds")), sigma_m

    def ask(asked: Any) -> Any:
        lon, lat, seconds, sigma_m = asked
        return matcher.follow(lon, lat, seconds, sigma_m=sigma_m, gap_s=300.0)

    return question, ask, lambda found: []


def valhalla(setup: dict[str, Any]) -> Matcher:
    """Meili in the same process."""
    import valhalla

    actor = valhalla.Actor(setup["valhalla"])

    def question(trace: Trace, sigma_m: float) -> Any:
        shape = [
            {"lon": lon, "lat": lat, "time": when}
            for lon, lat, when in zip(trace["lon"], trace["lat"], trace["seconds"], strict=True)
        ]
        options = {"gps_accuracy": sigma_m, "search_radius": min(100, max(40, 4 * sigma_m)), "turn_penalty_factor": 0,
                   "breakage_distance": 20_000}  # fmt: skip
        wanted = {"attributes": ["shape", "edge.way_id"], "action": "include"}
        return json.dumps({"shape": shape, "costing": "auto", "shape_match": "map_snap", "trace_options": options,
                           "filters": wanted})  # fmt: skip

    return question, actor.trace_attributes, lambda answer: [_decoded(json.loads(answer)["shape"])]


def _decoded(text: str) -> Line:
    """Points of an encoded line with six decimals."""
    line, at, now = [], 0, [0, 0]
    while at < len(text):
        for axis in (0, 1):
            word, shift = 0, 0
            while True:
                bits = ord(text[at]) - 63
                at += 1
                word |= (bits & 31) << shift
                shift += 5
                if bits < 32:
                    break
            now[axis] += ~(word >> 1) if word & 1 else word >> 1
        line.append([now[1] / 1e6, now[0] / 1e6])
    return line


def osrm(setup: dict[str, Any]) -> Matcher:
    """OSRM's server on this machine; a line of a question holds 250 fixes, so longer traces are asked in pieces."""
    port = int(setup["port"])
    server = subprocess.Popen(
        [setup["osrm_routed"], "-a", "mld", "-t", "1", "-i", "127.0.0.1", "-p", str(port), "--max-matching-size", "-1",
         setup["osrm"]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    setup["server"] = server
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(300):
        try:
            connection.connect()
            break
        except OSError:
            time.sleep(0.1)

    def question(trace: Trace, sigma_m: float) -> Any:
        asked = []
        for start in range(0, max(len(trace["lon"]) - 1, 1), 250):
            piece = slice(start, start + 251)
            lon, lat, when = (trace[name][piece] for name in ("lon", "lat", "seconds"))
            places = ";".join(f"{x:.6f},{y:.6f}" for x, y in zip(lon, lat, strict=True))
            times = ";".join(str(int(t)) for t in when)
            radii = ";".join([f"{sigma_m:.1f}"] * len(lon))
            asked.append(
                f"/match/v1/driving/{places}?timestamps={times}&radiuses={radii}&annotations=nodes&overview=false&gaps=ignore"
            )
        return asked

    def ask(asked: Any) -> Any:
        answers = []
        for address in asked:
            connection.request("GET", address)
            answers.append(connection.getresponse().read())
        return answers

    def lines(answers: Any) -> list[Line]:
        found = []
        for answer in answers:
            for matching in json.loads(answer).get("matchings", []):
                nodes: list[int] = []
                for leg in matching["legs"]:
                    more = leg["annotation"]["nodes"]
                    # Legs that go on along one piece of road overlap by two points.
                    skip = 2 if nodes[-2:] == more[:2] else int(nodes[-1:] == more[:1])
                    nodes += more[skip:]
                found.append(nodes)
        return found

    return question, ask, lines


def mappymatch(setup: dict[str, Any]) -> Matcher:
    """Its longest common subsequence over an osmnx graph."""
    import osmnx
    import pandas as pd
    from mappymatch.constructs.trace import Trace as Theirs
    from mappymatch.maps.nx.nx_map import NxMap
    from mappymatch.maps.nx.readers.osm_readers import NetworkType, parse_osmnx_graph
    from mappymatch.matchers.lcss.lcss import LCSSMatcher

    graph = osmnx.graph_from_xml(setup["xml"], simplify=True, retain_all=False)
    matcher = LCSSMatcher(NxMap(parse_osmnx_graph(graph.copy(), NetworkType.DRIVE)))

    def question(trace: Trace, sigma_m: float) -> Any:
        return Theirs.from_dataframe(pd.DataFrame({"latitude": trace["lat"], "longitude": trace["lon"]}))

    def lines(result: Any) -> list[Line]:
        found: list[Line] = []
        for road in result.path or []:
            at = road.road_id
            if graph.has_edge(at.start, at.end, at.key):
                edge = graph.edges[at.start, at.end, at.key]
                shape = edge["geometry"].coords if "geometry" in edge else [
                    (graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (at.start, at.end)
                ]  # fmt: skip
                found.append(list(map(list, shape)))
        return found

    return question, matcher.match_trace, lines


def leuven(setup: dict[str, Any]) -> Matcher:
    """leuvenmapmatching over the same points; fixes nearer than two standard errors are left out, as its paper says."""
    import math

    from leuvenmapmatching.map.inmem import InMemMap
    from leuvenmapmatching.matcher.distance import DistanceMatcher

    logging.getLogger("be.kuleuven.cs.dtai.mapmatching").setLevel(logging.ERROR)
    with open(setup["streets"], encoding="utf-8") as file:
        streets = json.load(file)
    north = 111_194.9
    east = north * math.cos(math.radians(47.15))
    network = InMemMap("streets", use_latlon=False, use_rtree=True, index_edges=True)
    for number, (lon, lat) in enumerate(streets["points"]):
        network.add_node(number, (lon * east, lat * north))
    for a, b in streets["steps"]:
        network.add_edge(a, b)
    network.purge()

    def question(trace: Trace, sigma_m: float) -> Any:
        path: list[tuple[float, float]] = []
        for lon, lat in zip(trace["lon"], trace["lat"], strict=True):
            here = lon * east, lat * north
            if not path or math.dist(path[-1], here) >= 2 * sigma_m:
                path.append(here)
        return path, sigma_m, trace["seconds"][1] - trace["seconds"][0]

    def ask(asked: Any) -> Any:
        path, sigma_m, every_s = asked
        matcher = DistanceMatcher(
            network, max_dist=200 + 4 * sigma_m, max_dist_init=50 + 2 * sigma_m, obs_noise=sigma_m,
            obs_noise_ne=max(2 * sigma_m, 8 * every_s), dist_noise=max(2 * sigma_m, 4 * every_s),
            non_emitting_states=True, max_lattice_width=8, min_prob_norm=1e-9,
        )  # fmt: skip
        matcher.match(path)
        return matcher.path_pred_onlynodes

    return question, ask, lambda nodes: [[streets["points"][node] for node in nodes]]


MATCHERS = {"tracker": tracker, "loop": loop, "valhalla": valhalla, "osrm": osrm, "mappymatch": mappymatch,
            "leuven": leuven}  # fmt: skip


def spent(setup: dict[str, Any]) -> float:
    """CPU seconds so far: of this process, or of the server that works for it."""
    if "server" not in setup:
        return time.process_time()
    with open(f"/proc/{setup['server'].pid}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def measured(matcher: Matcher, traces: list[Trace], sigma_m: float, setup: dict[str, Any], *, fast: bool) -> Any:
    """CPU seconds of one pass over the traces, how many were done, and the lines of each; None where it failed."""
    question, ask, lines = matcher
    asked = [question(trace, sigma_m) for trace in traces]
    found: list[list[Line] | None] = []
    failed = 0
    if fast:
        ask(asked[0])
        rounds = max(3, -(-ENOUGH // sum(len(trace["lon"]) for trace in traces)))
        begun = spent(setup)
        for _ in range(rounds - 1):
            for one in asked:
                try:
                    ask(one)
                except Exception:
                    failed += 1
    else:
        rounds, begun = 1, spent(setup)
    end = time.perf_counter() + LIMIT_S
    answers = []
    for one in asked:
        try:
            answers.append(ask(one))
        except Exception as error:
            answers.append(error)
        if not fast and time.perf_counter() > end:
            break
    cpu = (spent(setup) - begun) / rounds
    for answer in answers:
        found.append(None if isinstance(answer, Exception) else lines(answer))
    return {"cpu": cpu, "done": len(answers), "lines": found, "failed": failed}


def main() -> None:
    """Writes the figures of all samplings."""
    name, setup_path, out = sys.argv[1:]
    with open(setup_path, encoding="utf-8") as file:
        setup = json.load(file)
    with open(setup["traces"], encoding="utf-8") as file:
        traces = json.load(file)
    fast = name not in ("mappymatch", "leuven")
    matcher = MATCHERS[name](setup)
    try:
        figures = {
            every: measured(matcher, logs, setup["sigma_m"], setup, fast=fast) for every, logs in traces.items()
        }
    finally:
        if "server" in setup:
            setup["server"].terminate()
            setup["server"].wait()
    with open(out, "w", encoding="utf-8") as file:
        json.dump(figures, file)


if __name__ == "__main__":
    main()
