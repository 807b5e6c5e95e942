"""A country to measure on: Liechtenstein, mirrored in tiles that are joined by roads, with its tags and restrictions.

python tests/bench/country.py OUT.osm.pbf [ACROSS] [UP]

Real density, shapes and classes; the topology between tiles is made up. 22 x 20 tiles have more than a million edges
between junctions.
"""

import sys
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import SHARED
from tracker.roads import CLASSES

SOURCE = SHARED / "roads" / "liechtenstein.osm.pbf"
WEST, SOUTH, EAST, NORTH = 9.478, 47.0547, 9.6174, 47.2547
LINKS = 5
"""Roads from each tile to each neighbour."""


def make_country(out: Path, across: int, up: int, source: Path = SOURCE) -> None:
    """Write the tiled country as PBF; the same tiles give the same file."""
    position, ways, relations = _tile(source)
    number = {node: at for at, node in enumerate(position)}
    xy = np.array(list(position.values()))
    size, count = len(xy), len(ways)
    east, north = _gates(xy, 0), _gates(xy, 1)
    partial = out.with_name(f".partial.{out.name}")
    partial.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(partial)) as writer:
        for row in range(up):
            for column in range(across):
                x = (EAST - xy[:, 0] if column % 2 else xy[:, 0] - WEST) + WEST + column * (EAST - WEST)
                y = (NORTH - xy[:, 1] if row % 2 else xy[:, 1] - SOUTH) + SOUTH + row * (NORTH - SOUTH)
                base = (row * across + column) * size + 1
                for at, point in enumerate(np.stack([x, y], axis=1).round(7).tolist()):
                    writer.add_node(Node(id=base + at, location=tuple(point)))
        link = across * up * count + 1
        for row in range(up):
            for column in range(across):
                tile = row * across + column
                base = tile * size + 1
                for at, (refs, tags) in enumerate(ways):
                    nodes = [base + number[ref] for ref in refs]
                    writer.add_way(Way(id=tile * count + at + 1, nodes=nodes, tags=tags))
                # A neighbour is the mirror image: its gate is the same node.
                for there, gates, sides in ((column + 1 < across, east, column), (row + 1 < up, north, row)):
                    step = size if gates is east else across * size
                    for gate in gates[sides % 2] if there else ():
                        nodes = [base + int(gate), base + int(gate) + step]
                        tags = {"highway": "primary", "name": "connector"}
                        writer.add_way(Way(id=link, nodes=nodes, tags=tags))
                        link += 1
        for tile in range(across * up):
            for at, (members, tags) in enumerate(relations):
                moved = [
                    ("w", tile * count + ref + 1, role) if kind == "w" else ("n", tile * size + 1 + number[ref], role)
                    for kind, ref, role in members
                ]
                writer.add_relation(Relation(id=tile * len(relations) + at + 1, members=moved, tags=tags))
    partial.replace(out)


def country(work: Path, across: int, up: int) -> Path:
    """The tiled country in a folder, made where it is not there yet."""
    out = work / f"country-{across}x{up}.osm.pbf"
    if not out.exists():
        make_country(out, across, up)
    return out


def _tile(source: Path) -> tuple[dict[int, tuple[float, float]], list[tuple[list[int], dict[str, str]]], list[tuple]]:
    """Nodes, drivable ways, and restrictions over them (ways by their place in the list)."""
    position: dict[int, tuple[float, float]] = {}
    ways: list[tuple[list[int], dict[str, str]]] = []
    place: dict[int, int] = {}
    relations: list[tuple] = []
    for element in osmium.FileProcessor(str(source)).with_locations():
        tags = dict(element.tags)
        if element.is_way() and tags.get("highway") in CLASSES:
            nodes = [(node.ref, node.location) for node in element.nodes if node.location.valid()]
            if len(nodes) > 1:
                place[element.id] = len(ways)
                ways.append(([ref for ref, _ in nodes], tags))
                position.update({ref: (location.lon, location.lat) for ref, location in nodes})
        elif element.is_relation() and tags.get("type") == "restriction":
            members = [(part.type, part.ref, part.role) for part in element.members]
            if all(ref in (place if kind == "w" else position) for kind, ref, _ in members):
                moved = [(kind, place[ref] if kind == "w" else ref, role) for kind, ref, role in members]
                relations.append((moved, tags))
    return position, ways, relations


def _gates(xy: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes from which roads lead over the far side of a tile, in tiles as they are and in mirrored ones."""
    slices = np.array_split(np.argsort(xy[:, 1 - axis], kind="stable"), LINKS)
    far = np.array([part[xy[part, axis].argmax()] for part in slices])
    near = np.array([part[xy[part, axis].argmin()] for part in slices])
    return far, near


if __name__ == "__main__":
    tiles = [int(part) for part in sys.argv[2:4]] or [22, 20]
    make_country(Path(sys.argv[1]), *tiles)
