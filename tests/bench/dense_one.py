"""One matcher over all traces, in a process of its own: `dense.py` starts it, in the matcher's environment.

    python dense_one.py MATCHER SETUP.json

What a matcher is given is made ready before the clock starts, and its answer taken apart after it stopped: the CPU is
that of the call alone, from a GeoDataFrame to tables (tracker), from JSON text to JSON text (Valhalla, OSRM; of OSRM
the server's CPU without the client's), from its own trace to its own result (mappymatch, leuvenmapmatching).
"""

import contextlib
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

ROUND_S = 0.4
"""CPU seconds of a round, at least: those of a server are told in hundredths."""
LIMIT_S = 60.0
"""Seconds after which a slow one gets no more traces of a sampling."""


def each(setup: dict[str, Any]) -> Matcher:
    """Ours, by the front door, one trace after the other."""
    import geopandas as gpd
    import pandas as pd

    sys.path.insert(0, setup["checkout"])
    import tracker

    roads = tracker.load_roads(setup["folder"])

    def question(trace: Trace, sigma_m: float) -> Any:
        when = pd.Timestamp("2023-06-24T00:00Z") + pd.to_timedelta(trace["seconds"], unit="s")
        points = gpd.points_from_xy(trace["lon"], trace["lat"])
        return gpd.GeoDataFrame({"time": when}, geometry=points, crs="EPSG:4326"), sigma_m

    def lines(answer: Any) -> list[Line]:
        return [list(map(list, line.coords)) for line in answer[1].geometry]

    def ask(asked: Any) -> Any:
        found = tracker.match(asked[0], roads, sigma_m=asked[1])
        # Tables are made when they are asked for.
        return found, found.drives, found.fixes if setup.get("all_tables") else None

    return question, ask, lines


def with_fixes(setup: dict[str, Any]) -> Matcher:
    """Ours, all traces in one call, with the table of the fixes beside that of the drives."""
    return at_once({**setup, "all_tables": True})


def at_once(setup: dict[str, Any]) -> Matcher:
    """Ours, by the front door, all traces in one call; the drives with their lines, as Valhalla is asked for."""
    import geopandas as gpd
    import pandas as pd

    alone, ask, _ = each(setup)

    def question(traces: list[Trace], sigma_m: float) -> Any:
        points = [alone(trace, sigma_m)[0].assign(segment=number) for number, trace in enumerate(traces)]
        return gpd.GeoDataFrame(pd.concat(points, ignore_index=True)), sigma_m, [len(one) for one in points]

    def lines(answer: Any) -> list[list[Line]]:
        (found, *_), sizes = answer
        shapes = [list(map(list, line.coords)) for line in found.drives.geometry]
        drive, end = found.fixes["drive"].to_numpy(), 0
        of_trace = []
        for size in sizes:
            of_trace.append([shapes[number] for number in sorted({*drive[end : end + size].tolist()} - {-1})])
            end += size
        return of_trace

    return question, lambda asked: (ask(asked), asked[2]), lines


def loop(setup: dict[str, Any]) -> Matcher:
    """Ours without tables: from arrays to arrays."""
    import numpy as np

    sys.path.insert(0, setup["checkout"])
    from tracker.reconstruct.match import Matcher as Ours
    from tracker.reconstruct.matched import Fixes
    from tracker.roads import load_roads

    matcher = Ours(load_roads(setup["folder"]))

    def question(trace: Trace, sigma_m: float) -> Any:
        lon, lat, seconds = (np.array(trace[name]) for name in ("lon", "lat", "seconds"))
        number = np.zeros(len(lon), np.int64)
        return Fixes(
            lon=lon, lat=lat, moment=number, seconds=seconds, segment=number, grain_s=1.0, order=number
        ), sigma_m

    def ask(asked: Any) -> Any:
        fixes, sigma_m = asked
        return matcher.follow(fixes, sigma_m=sigma_m, gap_s=300.0)

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
                f"/match/v1/driving/{places}?timestamps={times}&radiuses={radii}"
                "&annotations=nodes&overview=false&gaps=ignore"
            )
        return asked

    def ask(asked: Any) -> Any:
        return [fetched(address) for address in asked]

    def fetched(address: str) -> bytes:
        try:
            connection.request("GET", address)
            return connection.getresponse().read()
        except (http.client.HTTPException, OSError):
            # It closes a connection after some hundred questions; the next one opens another.
            connection.close()
            connection.request("GET", address)
            return connection.getresponse().read()

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


MATCHERS = {
    "tracker": at_once,
    "with fixes": with_fixes,
    "each": each,
    "loop": loop,
    "valhalla": valhalla,
    "osrm": osrm,
    "mappymatch": mappymatch,
    "leuven": leuven,
}


TOGETHER = ("tracker", "with fixes")


def spent(setup: dict[str, Any]) -> float:
    """CPU seconds so far: of this process, or of the server that works for it."""
    if "server" not in setup:
        return time.process_time()
    with open(f"/proc/{setup['server'].pid}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def timed(ask: Callable[[Any], Any], asked: list[Any], setup: dict[str, Any]) -> float:
    """CPU seconds of one pass over the questions: the mean of as many as make up a round."""
    begun, passes = spent(setup), 0
    while not passes or spent(setup) - begun < ROUND_S:
        for one in asked:
            # What one cannot answer costs it the time until it says so.
            with contextlib.suppress(Exception):
                ask(one)
        passes += 1
    return (spent(setup) - begun) / passes


def answered(matcher: Matcher, asked: list[Any], setup: dict[str, Any]) -> dict[str, Any]:
    """The lines of each trace, None where the matcher failed; and what they cost, as far as it came in time."""
    begun, end = spent(setup), time.perf_counter() + LIMIT_S
    answers: list[Any] = []
    for one in asked:
        try:
            answers.append(matcher[1](one))
        except Exception as error:
            answers.append(error)
        if time.perf_counter() > end:
            break
    cpu = spent(setup) - begun
    found = [None if isinstance(answer, Exception) else matcher[2](answer) for answer in answers]
    return {"cpu": cpu, "lines": found}


def main() -> None:
    """Answers what it is told on the standard input, a line for each line: `time EVERY` or `answer EVERY`."""
    name, setup_path = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    # What libraries print must not get between the answers.
    os.dup2(2, 1)
    with open(setup_path, encoding="utf-8") as file:
        setup = json.load(file)
    with open(setup["traces"], encoding="utf-8") as file:
        traces = json.load(file)
    matcher = MATCHERS[name](setup)
    question, ask, _ = matcher
    sigma_m = setup["sigma_m"]
    asked = {
        every: [question(logs, sigma_m)] if name in TOGETHER else [question(log, sigma_m) for log in logs]
        for every, logs in traces.items()
    }
    for questions in asked.values():
        ask(questions[0])
    print(json.dumps("ready"), file=answers, flush=True)
    try:
        for line in sys.stdin:
            verb, every = line.split()
            answer = timed(ask, asked[every], setup) if verb == "time" else answered(matcher, asked[every], setup)
            print(json.dumps(answer), file=answers, flush=True)
    finally:
        if "server" in setup:
            setup["server"].terminate()
            setup["server"].wait()


if __name__ == "__main__":
    main()
