"""Networks from osmnx graphs, which come from its downloads, its XML reader or its GraphML files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from tracker.model import BadRoads, MissingFile
from tracker.roads.build import build
from tracker.roads.network import RoadNetwork
from tracker.roads.profiles import CONVOY, Profile
from tracker.roads.tags import CLASSES, READ, RoadTags, read_tags, refusal
from tracker.roads.ways import Floats, Ways

MOST_BYTES = 1 << 30
"""Size at which a GraphML file is refused: in memory it is many times as large."""
_REMEDY = "write it again with osmnx.save_graphml()"
Shape = tuple[tuple[float, float], ...]


def from_osmnx(graph: Any, *, profile: Profile = CONVOY) -> RoadNetwork:
    """The network of an osmnx graph, with the same rules as for a file.

    Parameters
    ----------
    graph : MultiDiGraph of osmnx in EPSG:4326, simplified or not, edges with a `geometry` or without.
        Where simplification has merged ways, attributes are lists: the first drivable class, the lowest
        speed and the first of everything else count.

    Returns
    -------
    RoadNetwork. An edge that the graph has in one direction only is one-way, whatever its tags say.

    Raises
    ------
    BadRoads
        The graph is projected, its nodes lack x or y, or it has no drivable edge.
    """
    crs = str(graph.graph.get("crs", "epsg:4326")).lower()
    if crs not in ("epsg:4326", "wgs84", "ogc:crs84"):
        raise BadRoads(
            f"the graph's coordinates are in {crs}; give longitude and latitude (ox.project_graph(G, to_latlong=True))"
        )
    try:
        position = {node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)}
    except (KeyError, TypeError, ValueError) as error:
        raise BadRoads(f"a node of the graph lacks x or y ({error}); give a graph made by osmnx") from None
    number = {node: index for index, node in enumerate(position)}
    dropped: Counter[str] = Counter()
    pieces: dict[tuple[Any, ...], tuple[RoadTags, int, set[bool]]] = {}
    for tail, head, data in graph.edges(data=True):
        tags = {key: _one(key, data[key]) for key in READ if data.get(key) is not None}
        reason = refusal(tags, classes=frozenset(CLASSES))
        if reason is not None:
            dropped[reason] += 1
            continue
        # Both directions of a road are two edges of the graph; the drawn shape tells which belong together.
        shape = _between(data.get("geometry"), position[tail], position[head])
        along = (number[tail], shape)
        back = (number[head], shape[::-1])
        drawn = min(along, back)
        road = replace(read_tags(tags), oneway=0)
        ends = (number[head],) if drawn == along else (number[tail],)
        pieces.setdefault((*drawn, *ends, road), (road, _way(data), set()))[2].add(drawn == along)
    return build(
        _ways(pieces, np.array(list(position.values()), float).reshape(-1, 2), dropped),
        source="the graph",
        profile=profile,
    )


def _ways(
    pieces: Mapping[tuple[Any, ...], tuple[RoadTags, int, set[bool]]], nodes: Floats, dropped: Counter[str]
) -> Ways:
    """Each piece as a way; the shape's inner points belong to it alone."""
    inner: list[tuple[float, float]] = []
    points: list[int] = []
    ptr, tags = [0], []
    for (tail, shape, head, _), (road, _, directions) in pieces.items():
        points.append(tail)
        points.extend(range(len(nodes) + len(inner), len(nodes) + len(inner) + len(shape)))
        inner.extend(shape)
        points.append(head)
        ptr.append(len(points))
        tags.append(replace(road, oneway=0 if len(directions) == 2 else 1 if True in directions else -1))
    distinct = {road: number for number, road in enumerate(dict.fromkeys(tags))}
    every = np.concatenate([nodes, np.array(inner, float).reshape(-1, 2)])
    return Ways(
        lon=every[:, 0],
        lat=every[:, 1],
        points=np.array(points, np.int64),
        ptr=np.array(ptr, np.int64),
        tags=tuple(distinct),
        kind=np.array([distinct[road] for road in tags], np.int64),
        way_id=np.array([way for _, way, _ in pieces.values()], np.int64),
        dropped=dict(dropped),
    )


def _between(geometry: Any, tail: tuple[float, float], head: tuple[float, float]) -> Shape:
    """The shape's points between its two nodes, in driving order."""
    if geometry is None:
        return ()
    shape = [(float(lon), float(lat)) for lon, lat in np.asarray(geometry.coords)[:, :2]]
    if shape[0] != tail and shape[0] == head:
        shape.reverse()
    return tuple(shape[1:-1])


def _way(data: Mapping[str, Any]) -> int:
    """OpenStreetMap's number of an edge's first way, 0 where there is none."""
    said = data.get("osmid", 0)
    first = said[0] if isinstance(said, list) and said else said
    return first if isinstance(first, int) and abs(first) < 1 << 62 else 0


def _one(key: str, value: Any) -> str:
    values = [str(part) for part in value] if isinstance(value, list | tuple | set) else [str(value)]
    if key == "highway":
        return next((part for part in values if part in CLASSES), values[0])
    if key == "maxspeed":
        return min(values, key=lambda part: (len(part), part))
    return values[0]


def read_graphml(path: Path) -> Any:
    """The graph of a GraphML file that osmnx wrote.

    Raises
    ------
    MissingFile, BadRoads
        There is no such file; or it is damaged, larger than `MOST_BYTES`, or no GraphML of osmnx.
    """
    import osmnx

    if not path.is_file():
        raise MissingFile(f"{path}: no such road file; check the path, or call load_roads() for the bundled roads")
    if path.stat().st_size > MOST_BYTES:
        raise BadRoads(f"{path}: more than {MOST_BYTES >> 20} MiB; cut a smaller area")
    _refuse_entities(path)
    try:
        return osmnx.load_graphml(path)
    except Exception as error:  # networkx, shapely and osmnx each raise their own, without a common parent
        raise BadRoads(f"{path}: not a GraphML file that osmnx wrote ({str(error)[:200]}); {_REMEDY}") from None


def _refuse_entities(path: Path) -> None:
    """Walk the file once with a parser that stops at what networkx's would expand."""
    parser = expat.ParserCreate(encoding="UTF-8")

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise BadRoads(f"{path}, line {line}: a document type or entity declaration; {_REMEDY}")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise BadRoads(f"{path}, line {error.lineno}: {expat.ErrorString(error.code)}; {_REMEDY}") from None
