"""roads.osm is one connected map that says what is assumed, and carries the M4 from Rostov-on-Don to Moscow."""

import csv
import heapq
import xml.etree.ElementTree as ET
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tracker.model.geodesy import distance_m, path_metres

GEODATA = Path(__file__).parents[2] / "geodata"
ROOT = ET.fromstring((GEODATA / "roads.osm").read_bytes())
Point = tuple[float, float]
HEADQUARTERS = (39.7104, 47.2275)
RING_ROAD = (37.6872, 55.576)
CLASSES = {"motorway", "trunk", "primary", "secondary", "tertiary"}


def tags(element: ET.Element) -> dict[str, str]:
    return {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag")}


NODES = {node.attrib["id"]: node for node in ROOT.iter("node")}
WHERE: dict[str, Point] = {key: (float(node.attrib["lon"]), float(node.attrib["lat"])) for key, node in NODES.items()}
WAYS = [([nd.attrib["ref"] for nd in way.iter("nd")], tags(way)) for way in ROOT.iter("way")]


def reach(*, start: Point, ref: str | None = None) -> dict[Point, float]:
    """Metres by road from a node to every node that can be reached, over the ways of one ref or over all."""
    steps: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for nodes, tagged in WAYS:
        if ref in (None, tagged.get("ref")):
            along = path_metres(*np.array([WHERE[node] for node in nodes]).T)
            for a, b, metres in zip(nodes, nodes[1:], np.diff(along), strict=False):
                steps[a].append((b, float(metres)))
                steps[b].append((a, float(metres)))
    first = next(key for key in steps if WHERE[key] == start)
    done: dict[str, float] = {}
    queue = [(0.0, first)]
    while queue:
        metres, node = heapq.heappop(queue)
        if node not in done:
            done[node] = metres
            for after, more in steps[node]:
                heapq.heappush(queue, (metres + more, after))
    return {WHERE[key]: metres for key, metres in done.items()}


def metres_to_roads(lon: float, lat: float, *, ref: str | None = None) -> float:
    """Metres from a point to the nearest way, on a plane that is true within a part in a thousand near the point."""
    best = np.inf
    scale = np.array([111_320 * np.cos(np.radians(lat)), 111_250])
    for nodes, tagged in WAYS:
        if ref in (None, tagged.get("ref")):
            line = (np.array([WHERE[node] for node in nodes]) - [lon, lat]) * scale
            step = np.diff(line, axis=0)
            share = np.clip(-(line[:-1] * step).sum(axis=1) / (step**2).sum(axis=1), 0, 1)
            best = min(best, float(np.hypot(*(line[:-1] + share[:, None] * step).T).min()))
    return best


def test_the_file_is_openstreetmap_xml_with_its_credit_and_licence() -> None:
    assert (ROOT.tag, ROOT.attrib["version"]) == ("osm", "0.6")
    assert ROOT.attrib["copyright"] == "OpenStreetMap contributors"
    assert "odbl" in ROOT.attrib["license"]
    assert ROOT.attrib["generator"]


def test_everything_lies_within_the_bounds() -> None:
    bounds = {key: float(value) for key, value in next(ROOT.iter("bounds")).attrib.items()}
    lon, lat = np.array(list(WHERE.values())).T
    assert (lon.min(), lon.max()) == (bounds["minlon"], bounds["maxlon"])
    assert (lat.min(), lat.max()) == (bounds["minlat"], bounds["maxlat"])


def test_every_way_has_a_class_a_name_a_source_and_both_directions() -> None:
    for nodes, tagged in WAYS:
        assert len(nodes) >= 2
        assert all(a != b for a, b in pairwise(nodes))
        assert tagged["highway"] in CLASSES
        assert tagged["name"]
        assert tagged["int_name"] == tagged["name:en"]
        assert tagged["source"]
        assert tagged["oneway"] == "no"


def test_road_numbers_are_written_as_on_the_map() -> None:
    refs = {tagged["ref"]: tagged["ref:latin"] for _, tagged in WAYS if "ref" in tagged}
    assert refs["М-4"] == "M4"
    assert refs["Р-298"] == "R-298"
    assert refs["А-270"] == "A-270"
    assert not any(letter in ref for ref in refs for letter in "ABCEHKMOPTX")


def test_no_two_road_nodes_share_a_point() -> None:
    used = {node for nodes, _ in WAYS for node in nodes}
    assert len({WHERE[node] for node in used}) == len(used)


def test_the_roads_are_one_connected_piece() -> None:
    used = {WHERE[node] for nodes, _ in WAYS for node in nodes}
    assert set(reach(start=HEADQUARTERS)) == used


def test_the_m4_runs_from_rostov_on_don_to_moscow_at_its_known_length() -> None:
    assert 1_030_000 < reach(start=HEADQUARTERS, ref="М-4")[RING_ROAD] < 1_075_000


def test_the_m4_goes_round_voronezh_as_well_as_through_it() -> None:
    through, around = (metres_to_roads(lon, lat, ref="М-4") for lon, lat in ((39.2, 51.71), (39.32, 51.75)))
    assert through < 2_000
    assert around < 2_000


def test_what_is_not_from_the_map_is_marked_as_inferred_and_nothing_else() -> None:
    for _, tagged in WAYS:
        measured = tagged["source"].startswith("OpenStreetMap")
        assert tagged.get("inferred", "no") == ("no" if measured else "yes"), tagged
    assert sum(tagged.get("inferred") == "yes" for _, tagged in WAYS) == 15


def test_every_report_reaches_a_road_within_its_radius_but_the_road_to_taganrog() -> None:
    with (GEODATA / "reports.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lon"]]
    off = [
        row["report_id"]
        for row in rows
        if metres_to_roads(float(row["lon"]), float(row["lat"]), ref="М-4" if row["road"] == "M4" else None)
        > float(row["radius_m"])
    ]
    assert off == ["r054"]


def test_the_buturlinovka_branch_leaves_and_meets_the_m4() -> None:
    road_east_of_anna = reach(start=(40.569, 51.4927))
    assert 125_000 < road_east_of_anna[(40.1715, 50.4483)] < 140_000
    assert 70_000 < road_east_of_anna[(39.548, 51.4955)] < 80_000


@pytest.mark.parametrize("place", ["Rostov-on-Don", "Voronezh", "Yelets", "Krasnoye", "Moscow"])
def test_towns_are_nodes_with_both_names(place: str) -> None:
    node = next(node for node in NODES.values() if tags(node).get("name:en") == place)
    assert tags(node)["place"] in ("city", "town", "village")
    assert tags(node)["name"] == tags(node)["name:ru"]


def test_towns_stand_where_places_csv_has_them() -> None:
    with (GEODATA / "places.csv").open(encoding="utf-8", newline="") as file:
        places = [row for row in csv.DictReader(file) if row["kind"] in ("city", "town", "village")]
    on_map = {tags(node)["name:en"]: WHERE[key] for key, node in NODES.items() if "place" in tags(node)}
    assert set(on_map) == {row["place"] for row in places}
    for row in places:
        assert distance_m(*on_map[row["place"]], float(row["lon"]), float(row["lat"])) < 10
