"""A dashcam's log becomes a drive on roads in the shell."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from tests.reconstruct.traced import along, corners
from tests.roads.napkin import osm
from tracker import cli
from tracker.cli_match import named_roads
from tracker.roads import load_roads
from tracker.trace import read_trace

NODES = corners({"a": (0, 0), "b": (800, 0), "c": (800, 800), "d": (1600, 800)})
WAYS = [
    ("ab", {"highway": "trunk", "ref": "М-4"}),
    ("bc", {"highway": "residential", "name": "[red]ulitsa\x1b[0m"}),
    ("cd", {"highway": "residential"}),
]


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    path = tmp_path / "napkin.osm"
    path.write_text(osm(NODES, WAYS).replace("\x1b", "=A1"), encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    fixes = along([(20, 0), (800, 0), (800, 790)], every_s=2, off_m=5)
    lines = [
        f"{time:%Y-%m-%dT%H:%M:%SZ},{point.x:.7f},{point.y:.7f}"
        for time, point in zip(fixes.time, fixes.geometry, strict=True)
    ]
    path = tmp_path / "drive.csv"
    path.write_text("\n".join(["time,lon,lat", *lines]), encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli.app, ["match", *map(str, words)], env={"COLUMNS": "200"})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_it_says_when_how_far_and_by_which_roads(log: Path, roads: Path) -> None:
    result = run(log, "--roads", roads, "--zone", "Europe/Moscow")
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = result.stdout.splitlines()
    assert first == "drive.csv: 66 fixes in 1 drive, 1.6 km (times: Europe/Moscow)"
    assert second == "  1. 2023-06-24 12:00:00 to 12:02:10, 1.6 km by M4, [red]ulitsa=A1[0m"


def test_drives_are_written_as_lines_for_a_map(log: Path, roads: Path, tmp_path: Path) -> None:
    target = tmp_path / "drives.geojson"
    result = run(log, "--roads", roads, "-o", target)
    assert result.stdout.splitlines()[-1] == f"{target}: 1 drive"
    (feature,) = json.loads(target.read_text("utf-8"))["features"]
    assert feature["properties"] | {"length_m": 0} == {
        "drive": 1, "start": "2023-06-24T09:00:00Z", "end": "2023-06-24T09:02:10Z", "length_m": 0,
        "roads": ["M4", "[red]ulitsa=A1[0m"],
    }  # fmt: skip
    assert gpd.read_file(target).geometry[0].distance(gpd.GeoSeries.from_xy([NODES["b"][0]], [NODES["b"][1]])[0]) < 1e-9


def test_fixes_on_roads_are_written_as_a_log_that_can_be_read_again(log: Path, roads: Path, tmp_path: Path) -> None:
    network = load_roads(roads)
    for name in ("out.gpx", "out.csv", "out.parquet"):
        assert run(log, "--roads", roads, "-o", tmp_path / name).stdout.endswith(": 66 fixes put on roads\n")
        again = read_trace(tmp_path / name)
        assert again.time.tolist() == read_trace(log).time.tolist()
        assert network.nearest(again.geometry.x, again.geometry.y).distance_m.max() < 0.1
    table = pd.read_csv(tmp_path / "out.csv")
    assert table.columns.tolist() == ["time", "lon", "lat", "drive", "road", "off_m"]
    assert table.road.unique().tolist() == ["M4", "[red]ulitsa=A1[0m"]
    assert (table.drive == 1).all()


@pytest.mark.parametrize("name", ["out.geojson", "out.gpx", "out.csv", "out.parquet"])
def test_the_same_log_gives_the_same_bytes(log: Path, roads: Path, tmp_path: Path, name: str) -> None:
    assert run(log, "--roads", roads, "-o", tmp_path / name).exit_code == 0
    before = (tmp_path / name).read_bytes()
    assert run(log, "--roads", roads, "-o", tmp_path / name, "--overwrite").exit_code == 0
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_street_name_that_is_a_formula_stays_text_in_a_spreadsheet(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "evil.osm"
    path.write_text(osm(NODES, [("abcd", {"highway": "residential", "name": "=HYPERLINK(1)"})]), encoding="utf-8")
    assert run(log, "--roads", path, "-o", tmp_path / "out.csv").exit_code == 0
    assert ",'=HYPERLINK(1)," in (tmp_path / "out.csv").read_text("utf-8")


def test_a_file_that_is_there_is_not_replaced_by_a_slip(log: Path, roads: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("precious", encoding="utf-8")
    result = run(log, "--roads", roads, "-o", target)
    assert result.exit_code == 3
    assert "out.csv is there already; give another name, or --overwrite" in result.stderr
    assert target.read_text("utf-8") == "precious"


def test_what_cannot_be_done_is_refused_before_the_long_work(log: Path, roads: Path, tmp_path: Path) -> None:
    for words, said in (
        (("-o", tmp_path / "out.txt"), "ends in none of .geojson, .gpx, .csv, .parquet"),
        (("-o", tmp_path / "none" / "out.csv"), "is not there; make it"),
        (("--sigma-m", "0", "--gap-s", "-1"), "--sigma-m is 0.0; give metres from 0.1 to 1000; --gap-s is -1.0; give"),
        (("--zone", "Mars"), "there is no time zone named 'Mars'"),
    ):
        result = run(log, "--roads", tmp_path / "not there.osm", *words)
        assert (result.exit_code, said in result.stderr) == (3, True), result.stderr
    assert "there is no file" in run(tmp_path / "none.gpx", "--roads", roads).stderr


def test_roads_of_another_place_are_refused(log: Path) -> None:
    """Without --roads they are the bundled main roads, hundreds of metres from here."""
    result = run(log)
    assert result.exit_code == 3
    assert "no fix is on a road, the nearest is" in result.stderr
    assert "give the roads of that place" in result.stderr


def test_fixes_in_no_drive_are_warned_of(roads: Path, tmp_path: Path, log: Path) -> None:
    far = "\n2023-06-24T10:00:00Z,39.0,52.0"
    log.write_text(log.read_text("utf-8") + far, encoding="utf-8")
    result = run(log, "--roads", roads)
    assert result.exit_code == 0
    assert result.stderr == "warning: 1 of 67 fixes is on no road and in no drive\n"


def test_a_faulty_log_is_refused_with_all_its_faults(roads: Path, log: Path) -> None:
    log.write_text("time,lon,lat\n2023-06-24T09:00:00,39,51\n2023-06-24T09:00:00Z,39,151\n", encoding="utf-8")
    result = run(log, "--roads", roads)
    assert result.exit_code == 3
    assert "2 faults found" in result.stderr


def test_short_and_nameless_roads_are_passed_over_in_the_words(roads: Path) -> None:
    network = load_roads(roads)
    labels = network.road.tolist()
    m4, street, nameless = (labels.index(name) for name in ("M4", "[red]ulitsa=A1[0m", ""))
    assert named_roads(network, [m4, nameless, m4]) == ["M4"]
    assert named_roads(network, [m4] * 40 + [street]) == ["M4"]
    assert len(named_roads(network, [m4, street] * 10)) == 9
    assert named_roads(network, [m4, street] * 10)[-1] == "and 12 more"
    assert named_roads(network, []) == []
