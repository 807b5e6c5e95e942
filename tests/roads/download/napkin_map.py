"""A map for the server: a road over three tiles, side roads, a village, a post, a river, a forbidden turn."""

from tests.roads.download.overpass_server import Element

WEST, EAST, LAT = 39.0, 40.5, 50.0
BOX = (WEST, 49.9, EAST, 50.1)


def node(number: int, lon: float, lat: float, **tags: str) -> Element:
    return {"type": "node", "id": number, "lon": lon, "lat": lat} | ({"tags": tags} if tags else {})


def way(number: int, nodes: list[int], **tags: str) -> Element:
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


def napkin() -> list[Element]:
    """Seven points along the main road, one way over all of them; two side roads; what else a map has."""
    main = [node(number, WEST + 0.1 + 0.2 * number, LAT) for number in range(1, 8)]
    return [
        *main,
        node(11, main[1]["lon"], 50.05),
        node(12, main[5]["lon"], 50.05),
        node(13, main[5]["lon"], 50.2),
        node(21, main[3]["lon"], 50.001, highway="milestone", distance="383", ref="M 4"),
        node(22, main[3]["lon"], 50.01, place="village", name="Лосево", **{"name:en": "Losevo"}),
        node(31, WEST, 49.95),
        node(32, EAST, 49.96),
        node(33, WEST + 0.05, 52.0),
        way(101, [1, 2, 3, 4, 5, 6, 7], highway="trunk", ref="М-4", oneway="no"),
        way(102, [2, 11], highway="secondary"),
        way(103, [6, 12, 13], highway="tertiary", name="Лесная"),
        way(104, [11, 3], highway="footway"),
        way(201, [31, 32], waterway="river", name="Дон"),
        {
            "type": "relation", "id": 301, "tags": {"type": "restriction", "restriction": "no_left_turn"},
            "members": [
                {"type": "way", "ref": 102, "role": "from"},
                {"type": "node", "ref": 2, "role": "via"},
                {"type": "way", "ref": 101, "role": "to"},
            ],
        },
    ]  # fmt: skip
