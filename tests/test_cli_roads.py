"""A march elsewhere costs one command: roads are prepared, fetched, described and exported in the shell."""

import contextlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner, Result

from tests.roads.download.napkin_map import napkin
from tests.roads.download.overpass_server import Reply, Server, serving
from tests.roads.napkin import osm
from tracker import cli
from tracker.cli_roads import read_area
from tracker.model import BadRoads, MissingFile
from tracker.roads import load_roads, read_manifest, verify_folder

NODES = {"a": (39.0, 50.0), "b": (39.02, 50.0), "c": (39.02, 50.02)}
WAYS = [("ab", {"highway": "trunk", "ref": "М-4"}), ("bc", {"highway": "residential"}), ("ca", {"highway": "path"})]
EVIL = "[red]x[/]\x1b]0;owned\x07"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "napkin.osm"
    path.write_text(osm(NODES, WAYS), encoding="utf-8")
    return path


@pytest.fixture
def server() -> Generator[Server]:
    with serving(napkin()) as told:
        yield told


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli.app, ["roads", *map(str, words)], env={"COLUMNS": "200"})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def fetch(server: Server, *words: str | Path) -> Result:
    folder = words[1] if len(words) > 1 else "."
    return run("download", *words, "--endpoint", server.endpoint, "--cache", Path(folder).parent / "kept")


def test_help_names_every_command() -> None:
    text = run("--help").output
    for name in ("prepare", "download", "info", "export"):
        assert name in text
        assert run(name, "--help").exit_code == 0


# ---- prepare


def test_a_file_becomes_a_folder_that_opens(extract: Path, tmp_path: Path) -> None:
    result = run("prepare", extract, tmp_path / "roads")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{tmp_path / 'roads'}: 3 junctions, 2 edges, 4 km, map of an unknown day\n"
    assert load_roads(tmp_path / "roads").profile.name == "convoy"
    assert read_manifest(tmp_path / "roads")["source"]["name"] == "napkin.osm"


def test_classes_and_profile_can_be_chosen(extract: Path, tmp_path: Path) -> None:
    assert run("prepare", extract, tmp_path / "car", "--profile", "car", "--classes", "trunk, primary").exit_code == 0
    roads = load_roads(tmp_path / "car")
    assert (roads.profile.name, roads.table.highway.tolist()) == ("car", ["trunk"])
    result = run("prepare", extract, tmp_path / "x", "--classes", "trunk,goat_track")
    assert result.exit_code == 3
    assert result.stderr.startswith("goat_track: not a road class; choose among motorway")


def test_what_cannot_be_prepared_is_refused_in_a_sentence(extract: Path, tmp_path: Path) -> None:
    assert "no such road file" in run("prepare", tmp_path / "none.osm", tmp_path / "x").stderr
    extract.write_text("<osm><node")
    result = run("prepare", extract, tmp_path / "x")
    assert result.exit_code == 3
    assert str(extract) in result.stderr
    assert not (tmp_path / "x").exists()


# ---- download


def test_an_area_becomes_a_folder_that_opens(server: Server, tmp_path: Path) -> None:
    result = fetch(server, "39,49.9,40.5,50.1", tmp_path / "roads", "--date", "2023-06-23")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{tmp_path / 'roads'}: 6 junctions, 5 edges, 114 km, map of 2023-06-23T00:00:00Z\n"
    assert '[date:"2023-06-23T00:00:00Z"]' in server.asked[0]
    assert verify_folder(tmp_path / "roads") == []


def test_a_line_with_a_width_is_a_corridor(server: Server, tmp_path: Path) -> None:
    result = fetch(server, "39.2,50.0 40.6,50.0", tmp_path / "roads", "--width-km", "4", "--classes", "trunk")
    assert result.exit_code == 0, result.stderr
    south, _, north, _ = server.boxes()[0]
    assert north - south == pytest.approx(4 / 111.2, rel=0.06)  # The straight way over the ground bends north.
    without = fetch(server, "39.2,50.0 40.6,50.0", tmp_path / "more")
    assert without.exit_code == 3
    assert "give the width of the corridor" in without.stderr


def test_an_outline_comes_from_a_geojson_file(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    gpd.GeoSeries([shapely.box(39.0, 49.9, 40.5, 50.1)], crs="EPSG:4326").to_file(path)
    assert fetch(server, path, tmp_path / "roads").exit_code == 0
    assert set(load_roads(tmp_path / "roads").osm_way.tolist()) == {101, 102, 103}


def test_a_box_in_the_west_is_no_option(server: Server, tmp_path: Path) -> None:
    result = fetch(server, "-3.2,50.1,-2.9,50.4", tmp_path / "roads")
    assert server.boxes()[0] == (50.1, -3.2, 50.4, -2.9)
    assert (result.exit_code, "no drivable road" in result.stderr) == (3, True)


def test_a_failure_is_told_in_a_sentence_and_the_next_run_goes_on(server: Server, tmp_path: Path) -> None:
    server.rule = lambda query: Reply(403, EVIL) if len(server.asked) == 2 else None
    result = fetch(server, "39,49.9,40.5,50.1", tmp_path / "roads")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "1 of 3 tiles are there" in result.stderr
    assert "\x1b" not in result.stderr
    assert "[red]x[/]" in result.stderr
    assert fetch(server, "39,49.9,40.5,50.1", tmp_path / "roads").exit_code == 0
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("50,139,51,140",), "seem swapped"),
        (("39,50,40,51", "--date", "2010-01-01"), "2012-09-12"),
        (("39,50,40,51", "--date", "soon"), "not a date"),
        (("39,50,40,51", "--width-km", "5"), "goes with a line only"),
        (("nowhere.geojson",), "no such file"),
        (("39,50,40,51", "--endpoint", "ftp://x"), "is no address"),
    ],
)
def test_what_cannot_be_fetched_is_refused_before_anything_is_asked(
    server: Server, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    options = () if "--endpoint" in words else ("--endpoint", server.endpoint)
    result = run("download", words[0], tmp_path / "roads", *words[1:], *options, "--cache", tmp_path / "kept")
    assert (result.exit_code, reason in result.stderr) == (3, True), result.stderr
    assert server.asked == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("39,50,40,51", [39.0, 50.0, 40.0, 51.0]),
        (" -3.5, 50 , -3, 51.25 ", [-3.5, 50.0, -3.0, 51.25]),
        ("39.7,47.2 39.2,51.7 37.6,55.7", [(39.7, 47.2), (39.2, 51.7), (37.6, 55.7)]),
        ("Lipetsk Oblast, Russia", "Lipetsk Oblast, Russia"),
        ("39,50", "39,50"),
        ("1234", "1234"),
    ],
)
def test_what_is_typed_as_an_area_is_taken_as_meant(text: str, meant: Any) -> None:
    assert read_area(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "17", "null", "[" * 100_000, '{"type": "FeatureCollection"}', '{"type": "Polygon"}',
        '{"type": "FeatureCollection", "features": 7}', '{"type": "FeatureCollection", "features": [null]}',
        '{"type": "Polygon", "coordinates": [[["a", "b"]]]}', '{"type": "Feature", "geometry": null}',
        '<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>',
    ],
)  # fmt: skip
def test_a_file_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(text)
    with pytest.raises(BadRoads, match="not a GeoJSON file of polygons or a line"):
        read_area(str(path))


def test_geojson_forms_are_read(tmp_path: Path) -> None:
    path = tmp_path / "area.json"
    shape = shapely.box(39, 50, 40, 51)
    geometry = shapely.geometry.mapping(shape)
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    for document in (geometry, feature, {"type": "FeatureCollection", "features": [feature, feature]}):
        path.write_text(json.dumps(document))
        assert read_area(str(path)).equals(shape)
    with pytest.raises(MissingFile):
        read_area("none.geojson")


# ---- info


def test_what_roads_there_are_is_told_to_people(extract: Path, tmp_path: Path) -> None:
    run("prepare", extract, tmp_path / "roads")
    for source in (extract, tmp_path / "roads"):
        result = run("info", source)
        assert (result.exit_code, result.stderr) == (0, "")
        for words in (
            "4 km of road",
            "3 junctions, 2 edges",
            "trunk",
            "residential",
            "other highway class",
            "Open Data",
        ):
            assert words in result.stdout
        assert "from 39.0000,50.0000 to 39.0200,50.0200" in result.stdout


def test_what_roads_there_are_is_told_to_machines(extract: Path, tmp_path: Path) -> None:
    run("prepare", extract, tmp_path / "roads")
    found = json.loads(run("info", tmp_path / "roads", "--json", "--verify").stdout)
    assert found["counts"]["junctions"] == 3
    assert found["classes"] == {"trunk": pytest.approx(1.434, abs=0.01), "residential": pytest.approx(2.225, abs=0.01)}
    assert found["bounds"] == [39.0, 50.0, 39.02, 50.02]
    assert (found["faults"], found["made_from"]["name"], found["dropped"]) == (
        [],
        "napkin.osm",
        {"other highway class": 1},
    )
    assert json.loads(run("info", extract, "--json").stdout)["made_from"] is None


def test_a_folder_that_was_changed_is_found_out(extract: Path, tmp_path: Path) -> None:
    run("prepare", extract, tmp_path / "roads")
    assert "every file is as it was written" in run("info", tmp_path / "roads", "--verify").stdout
    changed = tmp_path / "roads" / "length_m.npy"
    changed.write_bytes(changed.read_bytes()[:-1] + b"\x01")
    result = run("info", tmp_path / "roads", "--verify")
    assert result.exit_code == 4
    assert "length_m.npy: changed since it was written" in result.stdout
    found = json.loads(run("info", tmp_path / "roads", "--verify", "--json").stdout)
    assert found["faults"] == ["length_m.npy: changed since it was written"]
    refused = run("info", extract, "--verify")
    assert (refused.exit_code, "--verify is for a prepared folder" in refused.stderr) == (3, True)


def test_a_refusal_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    result = run("info", tmp_path / "none", "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert json.loads(result.stderr)["type"] == "MissingFile"


def test_names_from_the_map_cannot_command_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.osm"
    ways = [("ab", {"highway": "trunk", "name": EVIL.replace("\x1b", "").replace("\x07", "")})]
    path.write_text(osm(NODES, ways).replace('version="0.6"', 'version="0.6" timestamp="[red]x[/]&#x9b;2J"'))
    result = run("info", path)
    assert result.exit_code == 0, result.stderr
    assert "[red]x[/]\\x9b2J" in result.stdout


# ---- export


def test_roads_go_into_a_file_for_other_programs(extract: Path, tmp_path: Path) -> None:
    for ending in ("gpkg", "geojson", "parquet", "graphml"):
        path = tmp_path / f"out.{ending}"
        result = run("export", extract, path, "--classes", "trunk")
        assert (result.exit_code, result.stdout) == (0, f"{path}: 1 edge, (c) OpenStreetMap contributors, ODbL\n")
        assert path.stat().st_size > 0
    again = run("export", extract, tmp_path / "out.gpkg")
    assert (again.exit_code, "(--overwrite)" in again.stderr) == (3, True)
    assert run("export", extract, tmp_path / "out.gpkg", "--overwrite").exit_code == 0
    assert len(gpd.read_file(tmp_path / "out.gpkg")) == 2


def test_a_misspelt_command_is_told_apart_from_a_refused_one(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        assert run("prepare").exit_code == 2
        assert run("info", "--verfy", "x").exit_code == 2
        assert run("export", "none.osm", "out.shp").exit_code == 3
