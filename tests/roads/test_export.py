"""Roads go into other programs, and come back."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmnx
import pytest

from tests.roads.napkin import draw
from tracker.model import BadRoads, MissingFile
from tracker.roads import RoadNetwork, load_roads
from tracker.roads.export import write_roads
from tracker.roads.texts import Texts

NODES = {"a": (39.0, 50.0), "b": (39.02, 50.0), "c": (39.02, 50.02), "d": (39.0, 50.02), "e": (39.03, 50.01)}


@pytest.fixture
def roads(tmp_path: Path) -> RoadNetwork:
    """A trunk road, a one-way back, a bent lane."""
    ways = [
        ("ab", {"highway": "trunk", "ref": "М-4", "maxspeed": "70", "surface": "asphalt", "toll": "yes"}),
        ("bda", {"highway": "secondary", "oneway": "yes"}),
        ("bec", {"highway": "residential", "name": "Лесная"}),
        ("cd", {"highway": "residential"}),
    ]
    return draw(tmp_path, NODES, ways)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_a_layer_holds_each_edge_with_what_is_known_of_it(roads: RoadNetwork, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    assert write_roads(roads, path) == len(roads.length_m)
    table = gpd.read_parquet(path) if ending == "parquet" else gpd.read_file(path)
    assert table.crs == "EPSG:4326"
    m4 = table[table.road == "M4"].iloc[0]
    assert (m4.highway, m4.ref, m4.maxspeed_kmh, m4.speed_kmh) == ("trunk", "М-4", 70, 70)
    assert (m4.oneway, m4.surface, bool(m4.toll), m4.osm_way) == (0, "asphalt", True, 1)
    assert table.length_m.to_numpy() == pytest.approx(roads.length_m)
    assert table.to_crs("EPSG:32637").length.to_numpy() == pytest.approx(roads.length_m, rel=2e-3)


def test_osmnx_reads_the_graph_and_so_do_we(roads: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "out.graphml"
    write_roads(roads, path)
    graph = osmnx.load_graphml(path)
    assert (len(graph), graph.number_of_edges()) == (len(roads.node_lon), len(roads.arc_edge))
    lengths = sorted(data["length"] for _, _, data in graph.edges(data=True))
    assert lengths == pytest.approx(sorted(roads.length_m[roads.arc_edge].tolist()))
    for tail, head, data in graph.edges(data=True):
        ends = data["geometry"].coords[0], data["geometry"].coords[-1]
        assert ends == tuple((graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (tail, head))
    again = load_roads(path)
    assert sorted(again.length_m.tolist()) == pytest.approx(sorted(roads.length_m.tolist()))
    assert sorted(again.road.tolist()) == sorted(roads.road.tolist())
    assert len(again.arc_edge) == len(roads.arc_edge)
    assert np.count_nonzero(again.oneway) == np.count_nonzero(roads.oneway)


def test_characters_that_no_xml_can_hold_stay_out_of_the_graph(roads: RoadNetwork, tmp_path: Path) -> None:
    texts = [text.replace("Лесная", "Лес\x00\x01\ufffeная") for text in roads.texts.all.tolist()]
    write_roads(dataclasses.replace(roads, texts=Texts.of(texts)), tmp_path / "out.graphml")
    again = load_roads(tmp_path / "out.graphml")
    assert sorted(again.name.tolist()) == sorted(roads.name.tolist())


@pytest.mark.shared
def test_a_real_town_comes_back_through_graphml_as_it_was(monaco: RoadNetwork, tmp_path: Path) -> None:
    write_roads(monaco, tmp_path / "monaco.graphml")
    again = load_roads(tmp_path / "monaco.graphml")
    assert len(again.arc_edge) == len(monaco.arc_edge)
    assert again.length_m.sum() == pytest.approx(monaco.length_m.sum())


def test_what_is_there_stays_unless_told_otherwise(roads: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "out.geojson"
    path.write_text("mine")
    with pytest.raises(BadRoads, match=r"something is there already.*\(overwrite\)"):
        write_roads(roads, path)
    assert path.read_text() == "mine"
    write_roads(roads, path, overwrite=True)
    assert len(gpd.read_file(path)) == len(roads.length_m)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_file_that_cannot_be_is_refused(roads: RoadNetwork, tmp_path: Path) -> None:
    with pytest.raises(BadRoads, match=r"choose among \.gpkg, \.geojson, \.parquet, \.graphml"):
        write_roads(roads, tmp_path / "out.shp")
    with pytest.raises(MissingFile, match="no such folder"):
        write_roads(roads, tmp_path / "none" / "out.gpkg")
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(BadRoads, match="something is there"):
        write_roads(roads, tmp_path / "folder.gpkg", overwrite=True)
