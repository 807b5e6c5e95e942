"""PBF and XML of one map are read alike, down to the last array."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import osmium
import pytest

from tests.roads.napkin import Relation, Way, osm
from tracker.model import BadRoads
from tracker.roads import CLASSES, load_roads
from tracker.roads.osm import read_osm
from tracker.roads.ways import ContextLine, Ways

NODES = {name: (39 + 0.01 * (at % 4), 51 + 0.01 * (at // 4)) for at, name in enumerate("abcdefghijklmnop")}
ROAD = {"highway": "primary"}
EVERY = frozenset(CLASSES)


def to_pbf(xml: Path, *, date: str = "", options: str = "pbf") -> Path:
    """The same elements in the same order as PBF."""
    path = xml.with_suffix(".osm.pbf")
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    if date:
        header.set("osmosis_replication_timestamp", date)
    with osmium.SimpleWriter(osmium.io.File(str(path), options), header=header) as writer:
        for element in osmium.FileProcessor(str(xml)):
            writer.add(element)
    return path


def both(folder: Path, text: str, *, options: str = "pbf") -> tuple[Ways, Ways]:
    """The ways of XML and of its PBF."""
    path = folder / "map.osm"
    path.write_text(text, encoding="utf-8")
    return read_osm(path, classes=EVERY), read_osm(to_pbf(path, options=options), classes=EVERY)


def shapes(ways: Ways) -> list[tuple[int, int, list[tuple[float, float] | None]]]:
    """Each way's number, kind, and where its points are; the numbers of points differ, for PBF keeps fewer."""
    spot = [
        None if point < 0 else (round(float(ways.lon[point]), 7), round(float(ways.lat[point]), 7))
        for point in ways.points.tolist()
    ]
    return [
        (int(ways.way_id[way]), int(ways.kind[way]), spot[ways.ptr[way] : ways.ptr[way + 1]])
        for way in range(len(ways.kind))
    ]


def lines(context: tuple[ContextLine, ...]) -> list[tuple[str, str, int, list[float], list[float]]]:
    return [
        (line.kind, line.name, line.level, line.lon.round(7).tolist(), line.lat.round(7).tolist()) for line in context
    ]


def alike(a: Ways, b: Ways) -> None:
    """Every field of both says the same."""
    assert shapes(a) == shapes(b)
    assert lines(a.context) == lines(b.context)
    spots = [
        [
            (one.only, one.way_from, one.via_ways, one.way_to)
            + (one.via if one.via_ways else tuple(np.round((ways.lon[one.via[0]], ways.lat[one.via[0]]), 7).tolist()))
            for one in ways.restrictions
        ]
        for ways in (a, b)
    ]
    assert spots[0] == spots[1]
    compared = {"tags", "named", "milestones", "dropped", "date"}
    for name in compared:
        assert getattr(a, name) == getattr(b, name), name
    told = {"lon", "lat", "points", "ptr", "kind", "way_id", "context", "restrictions"}
    assert {field.name for field in fields(Ways)} == compared | told


WAYS: list[Way] = [
    ("abcd", {"highway": "primary", "ref": "М-4", "oneway": "yes", "maxspeed": "RU:rural", "surface": "asphalt"}),
    ("aei", {"highway": "secondary", "name": "улица Ленина", "name:en": "Lenin Street", "toll": "yes"}),
    ("bfj", {"highway": "tertiary", "oneway": "-1", "access": "destination"}),
    ("efgh", {"highway": "residential", "oneway": "reversible"}),
    ("dh", {"highway": "footway"}),
    ("hl", {"route": "ferry"}),
    ("gk", {"highway": "construction", "construction": "primary"}),
    ("mnop", {"waterway": "river", "name": "Дон", "name:en": "Don"}),
    ("ijk", {"waterway": "canal"}),
    ("ik", {"waterway": "stream"}),
    ("lp", {"boundary": "administrative", "admin_level": "4"}),
    ("op", {}),
    ("no", {"source": "somebody"}),
    ("ai", {"highway": "service"}),
]
RELATIONS: list[Relation] = [
    ([("from", "abcd"), ("via", "b"), ("to", "bfj")], {"type": "restriction", "restriction": "no_right_turn"}),
    ([("from", "aei"), ("via", "e"), ("to", "efgh")], {"type": "restriction", "restriction": "only_left_turn"}),
    ([("from", "aei"), ("via", "efgh"), ("to", "bfj")], {"type": "restriction", "restriction": "no_left_turn"}),
    ([("from", "aei"), ("via", "e"), ("to", "dh")], {"type": "restriction", "restriction": "no_left_turn"}),
    ([("from", "aei"), ("to", "efgh")], {"type": "restriction", "restriction": "no_left_turn"}),
    ([("from", "aei"), ("via", "?"), ("to", "efgh")], {"type": "restriction", "restriction": "no_left_turn"}),
    ([("outer", "op"), ("outer", "no"), ("outer", "lp")], {"boundary": "administrative", "admin_level": "2"}),
    ([("outer", "ik")], {"boundary": "administrative", "admin_level": "8"}),
]
PLACES = {
    "c": {"highway": "milestone", "distance": "590"},
    "g": {"highway": "milestone", "distance": "12,5 км", "ref": "А-270"},
    "o": {"highway": "milestone", "pk": "7"},
    "j": {"highway": "milestone", "distance": "unknown"},
    "a": {"place": "town", "name": "Ростов", "name:en": "Rostov"},
    "k": {"place": "village", "name": "Красное"},
    "l": {"place": "suburb", "name": "Elsewhere"},
    "m": {"place": "hamlet"},
}


@pytest.mark.parametrize("options", ["pbf", "pbf,pbf_dense_nodes=false", "pbf,pbf_compression=none"])
def test_a_napkin_with_everything_on_it_is_read_alike(tmp_path: Path, options: str) -> None:
    xml, pbf = both(tmp_path, osm(NODES, WAYS, relations=RELATIONS, places=PLACES), options=options)
    alike(xml, pbf)
    assert len(pbf.kind) == 4
    assert [(one.only, one.via_ways) for one in pbf.restrictions] == [(False, False), (True, False), (False, True)]
    assert [(post.km, post.road) for post in pbf.milestones] == [(590, "M4"), (12.5, "A270"), (7, "")]
    assert [(place.place, place.place_local) for place in pbf.named] == [("Rostov", "Ростов"), ("Красное", "Красное")]
    assert sorted((line.kind, line.name, line.level) for line in pbf.context) == [
        ("border", "", 2), ("canal", "", 0), ("river", "Don", 0),
    ]  # fmt: skip
    # The border's three ways, two of them without a tag of a border, make one line.
    assert [len(line.lon) for line in pbf.context if line.kind == "border"] == [4]
    assert pbf.dropped == {
        "other highway class": 2,
        "ferry": 1,
        "under construction": 1,
        "change of one-way direction, taken as open both ways": 1,
        "turn restriction on a way that is not taken": 1,
        "turn restriction that is incomplete": 2,
    }


def test_only_the_classes_asked_for_are_taken_from_both(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_text(osm(NODES, WAYS, relations=RELATIONS, places=PLACES), encoding="utf-8")
    few = frozenset({"primary", "tertiary"})
    xml, pbf = read_osm(path, classes=few), read_osm(to_pbf(path), classes=few)
    alike(xml, pbf)
    assert len(pbf.kind) == 2


def test_nodes_that_are_missing_cut_their_ways_in_both(tmp_path: Path) -> None:
    ways: list[Way] = [("ab?cd", ROAD), ("?ef", ROAD), ("gh?", ROAD), ("??", ROAD)]
    xml, pbf = both(tmp_path, osm(NODES, ways))
    alike(xml, pbf)
    assert pbf.dropped == {"point outside the extract": 5}
    assert (pbf.points < 0).sum() == 5


def test_ways_of_fewer_than_two_points_are_counted_in_both(tmp_path: Path) -> None:
    ways: list[Way] = [("ab", ROAD), ("c", ROAD), ("", ROAD), ("dd", ROAD), ("e", {"waterway": "river"})]
    xml, pbf = both(tmp_path, osm(NODES, ways))
    alike(xml, pbf)
    assert pbf.dropped == {"way of fewer than two points": 2}
    assert [way for way, _, _ in shapes(pbf)] == [1, 4]


def test_of_a_way_told_twice_both_take_the_last(tmp_path: Path) -> None:
    text = osm(NODES, [("abc", ROAD), ("bf", ROAD), ("aei", {"highway": "trunk"})]).replace(
        '<way id="3">', '<way id="1">'
    )
    xml, pbf = both(tmp_path, text)
    alike(xml, pbf)
    assert [(way, len(points)) for way, _, points in shapes(pbf)] == [(2, 2), (1, 3)]


def reordered(text: str) -> str:
    """Relations first, then ways, then nodes."""
    head, rest = text.split("<node", 1)
    nodes, rest = ("<node" + rest).split("<way", 1)
    ways, _, relations = ("<way" + rest).removesuffix("</osm>").partition("<relation")
    return f"{head}{'<relation' + relations if relations else ''}{ways}{nodes}</osm>"


def test_nodes_may_come_after_ways_and_ways_after_relations_in_both(tmp_path: Path) -> None:
    text = osm(NODES, WAYS, relations=RELATIONS, places=PLACES)
    xml, pbf = both(tmp_path, reordered(text))
    alike(xml, pbf)
    (tmp_path / "sorted").mkdir()
    in_order, _ = both(tmp_path / "sorted", text)
    assert shapes(pbf) == shapes(in_order)
    assert lines(pbf.context) == lines(in_order.context)


def test_negative_numbers_as_editors_give_them_are_read_alike(tmp_path: Path) -> None:
    text = osm(NODES, WAYS, relations=RELATIONS, places=PLACES)
    for word in ("id", "ref"):
        text = text.replace(f' {word}="', f' {word}="-')
    xml, pbf = both(tmp_path, text)
    alike(xml, pbf)
    assert (pbf.way_id < 0).all()
    assert (pbf.points >= 0).all()
    assert len(pbf.restrictions) == 3


HUGE = """
import resource, sys
from tracker.roads import load_roads
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
load_roads(sys.argv[1])
load_roads(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_small_file_with_a_huge_number_takes_no_memory_by_it(tmp_path: Path) -> None:
    text = osm(NODES, [("ab?", ROAD), ("bc", ROAD)])
    paths = []
    for number in (10, 53):
        path = tmp_path / f"{number}.osm"
        path.write_text(text.replace('ref="999"', f'ref="{2**number}"'), encoding="utf-8")
        paths.append(str(to_pbf(path)))
    command = [sys.executable, "-c", HUGE, *paths]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, timeout=300, check=True, capture_output=True, text=True)
    # Without care it is two gigabytes.
    assert int(done.stdout) < 400 * 1024


def test_what_an_editor_has_deleted_is_read_from_neither(tmp_path: Path) -> None:
    text = osm(NODES, [("abc", ROAD), ("bf", ROAD)]).replace('<way id="2">', '<way id="2" version="3" visible="false">')
    xml, pbf = both(tmp_path, text, options="pbf,history=true")
    alike(xml, pbf)
    assert pbf.way_id.tolist() == [1]


def test_the_date_is_that_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_text(osm(NODES, [("abc", ROAD)]), encoding="utf-8")
    assert load_roads(to_pbf(path)).date == ""
    roads = load_roads(to_pbf(path, date="2023-06-23T20:21:22Z"))
    assert roads.date == "2023-06-23T20:21:22Z"


def test_a_file_that_is_no_pbf_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_text(osm(NODES, [("abc", ROAD)]), encoding="utf-8")
    whole = to_pbf(path).read_bytes()
    other = "not an OSM PBF file, whatever its name says"
    said = {"cut": "damaged, cut short or not OSM PBF .*", "xml": other, "zeros": other, "html": other}
    files = {"cut": whole[:-20], "xml": path.read_bytes(), "zeros": bytes(300), "html": b"<html>"}
    for name, data in files.items():
        wrong = tmp_path / f"{name}.osm.pbf"
        wrong.write_bytes(data)
        with pytest.raises(BadRoads, match=rf"{name}\.osm\.pbf: {said[name]}; fetch the file"):
            load_roads(wrong)


def test_a_pbf_without_roads_says_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_text(osm(NODES, [("abc", {"highway": "footway"}), ("ab", {"building": "yes"})]), encoding="utf-8")
    with pytest.raises(BadRoads, match=r"map\.osm\.pbf: no drivable road in it \(1 other highway class\)"):
        load_roads(to_pbf(path))


@pytest.mark.shared
def test_a_country_has_its_restrictions_places_and_rivers(shared: Path) -> None:
    ways = read_osm(shared / "roads" / "liechtenstein.osm.pbf", classes=EVERY)
    assert len(ways.restrictions) == 2
    assert {reason: count for reason, count in ways.dropped.items() if "restriction" in reason} == {
        "turn restriction on a way that is not taken": 1
    }
    assert len(ways.named) == 19
    assert "Vaduz" in {place.place for place in ways.named}
    rivers = {line.name for line in ways.context if line.kind == "river"}
    assert "Rhein" in rivers or "Rhine" in rivers


@pytest.mark.shared
def test_a_real_town_is_the_same_as_xml_and_as_pbf(shared: Path, tmp_path: Path) -> None:
    source = shared / "roads" / "graphhopper_monaco.osm.gz"
    pbf = tmp_path / "monaco.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for element in osmium.FileProcessor(str(source)):
            writer.add(element)
    a, b = read_osm(source, classes=EVERY), read_osm(pbf, classes=EVERY)
    assert shapes(a) == shapes(b)
    assert lines(a.context) == lines(b.context)
    assert (a.named, a.milestones, a.dropped, a.tags) == (b.named, b.milestones, b.dropped, b.tags)
    assert len(a.restrictions) == len(b.restrictions)
