"""Road files drawn on a napkin: nodes by name, ways as strings of them."""

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tracker.roads import RoadNetwork, load_roads

Nodes = Mapping[str, tuple[float, float]]
Way = tuple[str, Mapping[str, str]]


Relation = tuple[list[tuple[str, str]], Mapping[str, str]]


def osm(
    nodes: Nodes,
    ways: list[Way],
    *,
    places: Mapping[str, Mapping[str, str]] | None = None,
    relations: list[Relation] | None = None,
) -> str:
    """OSM XML of named nodes (lon, lat) and ways such as ``("abc", {"highway": "primary"})``.

    A relation is its members, as (role, name), and its tags; the name of a way is its path, and of two ways with one
    path the first is meant.
    """
    ids = {name: str(number) for number, name in enumerate(nodes, start=1)}
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
    for name, (lon, lat) in nodes.items():
        lines.append(f'<node id="{ids[name]}" lon="{lon!r}" lat="{lat!r}">')
        lines += [_tag(key, value) for key, value in (places or {}).get(name, {}).items()]
        lines.append("</node>")
    for number, (path, tags) in enumerate(ways, start=1):
        lines.append(f'<way id="{number}">')
        lines += [f'<nd ref="{ids.get(name, "999")}"/>' for name in path]
        lines += [_tag(key, value) for key, value in tags.items()]
        lines.append("</way>")
    paths = [path for path, _ in ways]
    for number, (members, tags) in enumerate(relations or [], start=1):
        lines.append(f'<relation id="{number}">')
        for role, name in members:
            kind, ref = ("node", ids.get(name, "999")) if len(name) == 1 else ("way", str(_number(paths, name)))
            lines.append(f'<member type="{kind}" ref="{ref}" role="{role}"/>')
        lines += [_tag(key, value) for key, value in tags.items()]
        lines.append("</relation>")
    return "\n".join([*lines, "</osm>"])


def _number(paths: list[str], name: str) -> int:
    return paths.index(name) + 1 if name in paths else 999


def draw(folder: Path, nodes: Nodes, ways: list[Way], *, relations: list[Relation] | None = None) -> RoadNetwork:
    """The network of a napkin."""
    path = folder / "napkin.osm"
    path.write_text(osm(nodes, ways, relations=relations), encoding="utf-8")
    return load_roads(path)


def ends(roads: RoadNetwork, nodes: Nodes) -> list[str]:
    """Each edge by the names of its ends, sorted: ``["ab", "ba"]``; a one-way as driven, others by the alphabet."""
    names = {point: name for name, point in nodes.items()}
    at = [names[point] for point in zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)]
    drawn = zip(roads.edge_tail, roads.edge_head, roads.oneway, strict=True)
    return sorted(at[a] + at[b] if one_way else "".join(sorted(at[a] + at[b])) for a, b, one_way in drawn)


def _tag(key: str, value: str) -> str:
    return f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
