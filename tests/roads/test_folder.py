"""The prepared network: a folder that is the same every time, opens at once, and is not trusted."""

import json
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from tests.roads.mutants import NODES as SPOTS
from tests.roads.mutants import PLACES, RELATIONS, WAYS
from tests.roads.napkin import osm
from tracker.model import BadRoads, MissingFile
from tracker.roads import (
    CAR,
    CONVOY,
    RoadNetwork,
    load_roads,
    prepare_roads,
    reach,
    shortest_path,
    store,
    verify_folder,
)
from tracker.roads.folder import ARRAYS, TABLES

FILES = [*(f"{name}.npy" for name in ARRAYS), *TABLES]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "napkin.osm"
    path.write_text(osm(SPOTS, WAYS, relations=RELATIONS, places=PLACES), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def prepared(source: Path) -> Path:
    folder = source.parent / "prepared"
    prepare_roads(source, folder)
    return folder


@pytest.fixture
def copy(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "copy"))


def arrays(roads: RoadNetwork) -> dict[str, np.ndarray]:
    return dict(store._arrays(roads))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_napkin_has_something_of_everything(prepared: Path) -> None:
    roads = load_roads(prepared)
    assert len(roads.barred_ptr) > 2
    assert (len(roads.named), len(roads.milestones)) == (1, 2)
    assert sorted({line.kind for line in roads.context}) == ["border", "river"]
    assert all(values.size for values in arrays(roads).values())


def test_the_same_roads_give_the_same_bytes(source: Path, prepared: Path, tmp_path: Path) -> None:
    prepare_roads(source, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(prepared)
    assert sorted(contents(prepared)) == sorted([*FILES, "manifest.json"])


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_writes_the_same_bytes(source: Path, prepared: Path, tmp_path: Path, hash_seed: str) -> None:
    program = "import sys; from tracker.roads import prepare_roads; prepare_roads(sys.argv[1], sys.argv[2])"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", program, str(source), str(tmp_path / "other")]
    subprocess.run(command, check=True, env=environment, cwd=ROOT, timeout=300)
    assert contents(tmp_path / "other") == contents(prepared)


def test_the_network_opened_is_the_network_built_array_by_array(source: Path, prepared: Path) -> None:
    built, opened = load_roads(source), load_roads(prepared)
    assert arrays(built).keys() == arrays(opened).keys() == ARRAYS.keys()
    for name, values in arrays(built).items():
        assert values.dtype == arrays(opened)[name].dtype, name
        np.testing.assert_array_equal(values, arrays(opened)[name], err_msg=name)
    assert (opened.dropped, opened.date, opened.profile) == (built.dropped, built.date, built.profile)
    assert (opened.named, opened.milestones) == (built.named, built.milestones)
    assert opened.table.equals(built.table)
    np.testing.assert_array_equal(reach(built, [0]).cost, reach(opened, [0]).cost)
    assert shortest_path(opened, (0, 1.0), (4, 1.0)).metres == shortest_path(built, (0, 1.0), (4, 1.0)).metres


@pytest.mark.shared
def test_a_real_town_comes_back_as_it_was(monaco: RoadNetwork, shared: Path, tmp_path: Path) -> None:
    opened = prepare_roads(shared / "roads" / "graphhopper_monaco.osm.gz", tmp_path / "monaco")
    for name, values in arrays(monaco).items():
        np.testing.assert_array_equal(values, arrays(opened)[name], err_msg=name)
    assert verify_folder(tmp_path / "monaco") == []


def test_other_programs_read_edges_and_junctions_as_geoparquet(prepared: Path) -> None:
    roads = load_roads(prepared)
    edges, junctions = (gpd.read_parquet(prepared / name) for name in TABLES)
    assert (edges.crs, junctions.crs) == ("EPSG:4326", "EPSG:4326")
    assert (len(edges), len(junctions)) == (len(roads.length_m), len(roads.node_lon))
    assert set(edges.geom_type) == {"LineString"}
    assert set(junctions.geom_type) == {"Point"}
    assert edges.geometry.geom_equals(roads.table.geometry).all()
    assert edges["road"].fillna("").tolist() == roads.road.tolist()


def test_the_manifest_says_what_lies_there_and_under_which_licence(prepared: Path, source: Path) -> None:
    manifest = store.read_manifest(prepared)
    assert manifest["source"]["name"] == "napkin.osm"
    assert len(manifest["source"]["sha256"]) == 64
    assert "Open Database License" in manifest["licence"]
    assert manifest["counts"]["edges"] == len(load_roads(source).length_m)
    assert manifest["bounds"] == [39.0, 51.0, 39.04, 51.03]
    assert sorted(manifest["sha256"]) == sorted(FILES)


def test_nothing_in_it_can_hold_code(prepared: Path) -> None:
    for name in ARRAYS:
        assert not np.load(prepared / f"{name}.npy", allow_pickle=False).dtype.hasobject
    assert {path.suffix for path in prepared.iterdir()} == {".npy", ".parquet", ".json"}


def test_an_array_that_holds_code_is_not_opened(copy: Path) -> None:
    class Told:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(copy / "ran"),)

    np.save(copy / "length_m.npy", np.array([Told()], object), allow_pickle=True)
    with pytest.raises(BadRoads, match=r"length_m\.npy: .*Python objects"):
        load_roads(copy)
    assert not (copy / "ran").exists()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def beheaded(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def of_another_type(path: Path) -> None:
    np.save(path, np.load(path).astype("<c8"))


def one_more(path: Path) -> None:
    values = np.load(path)
    np.save(path, np.concatenate([values, values[-1:]]))


def of_no_length(path: Path) -> None:
    np.save(path, np.load(path)[:0])


def in_another_shape(path: Path) -> None:
    np.save(path, np.load(path)[..., None])


def refusal(folder: Path) -> str:
    with pytest.raises(BadRoads, match="damaged folder of prepared roads; make it again") as caught:
        load_roads(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    "damage", [Path.unlink, cut, emptied, beheaded, of_another_type, of_no_length, in_another_shape]
)
def test_an_array_that_is_not_as_it_was_is_named(copy: Path, damage: Callable[[Path], None]) -> None:
    for name in ARRAYS:
        path = copy / f"{name}.npy"
        whole = path.read_bytes()
        damage(path)
        said = refusal(copy)
        # What divides another array is named for it, and sizes that disagree with the array's are named with it.
        divider = {"index.box": "index.level", "texts.letters": "texts.ptr", "mapped.texts.letters": "mapped.texts.ptr"}
        assert name in said or (damage is of_no_length and divider[name] in said), name
        if damage is not of_no_length:
            assert len(said.splitlines()) == 2, said
        path.write_bytes(whole)
    load_roads(copy)


def test_an_array_that_is_too_long_is_refused(copy: Path) -> None:
    # A text more, which nothing names, does no harm.
    for name in ARRAYS.keys() - {"texts.ptr", "mapped.texts.ptr"}:
        path = copy / f"{name}.npy"
        whole = path.read_bytes()
        one_more(path)
        refusal(copy)
        path.write_bytes(whole)


BOUNDED = [
    (name, wrong)
    for name, expected in ARRAYS.items()
    for wrong in ("low", "high")
    if (expected.rises is not None) or (expected.low is not None if wrong == "low" else expected.below is not None)
]


@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_a_number_out_of_range_is_found_wherever_it_is(copy: Path, where: float) -> None:
    for name, wrong in BOUNDED:
        path = copy / f"{name}.npy"
        whole = path.read_bytes()
        values = np.load(path)
        flat = values.reshape(-1)
        limits = np.iinfo(flat.dtype) if flat.dtype.kind == "i" else np.finfo(flat.dtype)
        flat[int(where * (len(flat) - 1))] = limits.min if wrong == "low" else limits.max
        np.save(path, values)
        assert f"\n{name}: " in refusal(copy)
        path.write_bytes(whole)


def test_a_step_that_leads_nowhere_is_found(copy: Path) -> None:
    places = len(np.load(copy / "graph.junction.npy"))
    for name in (name for name in ARRAYS if "by_time" in name or "by_length" in name):
        values = np.load(copy / f"{name}.npy")
        for row in (0, len(values) - 1):
            edited = values.copy()
            edited[row, 1] = places
            np.save(copy / f"{name}.npy", edited)
            assert f"{name}: a step leads nowhere" in refusal(copy)
        np.save(copy / f"{name}.npy", values)


def test_steps_that_cost_nothing_or_that_do_not_lead_back_hang_no_route(copy: Path) -> None:
    both = "graph.by_time", "graph.back_by_time"
    for names, wrong in ((both[:1], 0), (both[1:], 0), (both, 0), (both[1:], 7)):
        whole = {name: np.load(copy / f"{name}.npy") for name in names}
        for name, values in whole.items():
            edited = values.copy()
            edited[:, 0] = wrong
            np.save(copy / f"{name}.npy", edited)
        roads = load_roads(copy)
        refused = []
        for start, end in product(range(len(roads.length_m)), repeat=2):
            try:
                shortest_path(roads, (start, 1.0), (end, 1.0))
            except BadRoads as error:
                refused.append(str(error))
        assert refused
        assert all("prepared roads are damaged" in said and "verify_folder" in said for said in refused)
        for name, values in whole.items():
            np.save(copy / f"{name}.npy", values)


@pytest.mark.parametrize("name", ["length_m", "speed_kmh", "legal_kmh", "seconds"])
def test_what_is_no_number_is_found(copy: Path, name: str) -> None:
    values = np.load(copy / f"{name}.npy")
    values[-1] = np.nan
    np.save(copy / f"{name}.npy", values)
    with pytest.raises(BadRoads, match=f"\n{name}: a number is less than"):
        load_roads(copy)


def test_a_tree_of_boxes_that_leads_astray_is_found(copy: Path) -> None:
    level = np.load(copy / "index.level.npy")
    whole = level[-1]
    for wrong in ([0, whole], [0, 0, whole], [0, whole, whole], [0, *range(1, whole + 1)], [0] * 400 + [whole]):
        if wrong != level.tolist():
            np.save(copy / "index.level.npy", np.array(wrong, np.int32))
            assert "index.level: " in refusal(copy)


def test_a_forbidden_run_of_one_edge_is_found(copy: Path) -> None:
    ptr = np.load(copy / "barred_ptr.npy")
    ptr[1] = ptr[0] + 1
    np.save(copy / "barred_ptr.npy", ptr)
    assert "barred_ptr: a forbidden run of fewer than two edges" in refusal(copy)


def test_rows_and_columns_the_wrong_way_round_are_found(copy: Path) -> None:
    for name in (name for name, expected in ARRAYS.items() if len(expected.shape) == 2):
        values = np.load(copy / f"{name}.npy")
        np.save(copy / f"{name}.npy", np.asfortranarray(values))
        assert f"{name}: its rows and columns are the wrong way round" in refusal(copy)
        np.save(copy / f"{name}.npy", values)


def test_all_that_is_wrong_is_listed_at_once(copy: Path) -> None:
    for name in ("arc_head", "seconds", "texts.letters"):
        (copy / f"{name}.npy").unlink()
    with pytest.raises(BadRoads) as caught:
        load_roads(copy)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()[1:]] == [
        "arc_head.npy", "seconds.npy", "texts.letters.npy",
    ]  # fmt: skip


def test_a_flipped_bit_anywhere_is_found_by_verifying(copy: Path) -> None:
    assert verify_folder(copy) == []
    for name in FILES:
        whole = (copy / name).read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            (copy / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert verify_folder(copy) == [f"{name}: changed since it was written"]
        (copy / name).unlink()
        assert verify_folder(copy) == [f"{name}: it is not there"]
        (copy / name).write_bytes(whole)
    assert verify_folder(str(copy)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other roads"}, r"'other roads' version 1; this program reads 'convoy-tracker roads' version 1"),
        ({"version": 99}, r"version 99; this program reads .* version 1; make it again"),
        ({"version": None}, "version None"),
        ({"profile": None}, r"manifest\.json: not as it was written"),
        ({"profile": {"name": "x"}}, r"manifest\.json: not as it was written"),
        ({"profile": {"name": "x", "class_kmh": {}, "top_kmh": 80}}, r"manifest\.json: not as it was written"),
        ({"profile": {"name": "x", "class_kmh": 5, "top_kmh": 80}}, r"manifest\.json: not as it was written"),
        ({"dropped": ["a"]}, r"manifest\.json: not as it was written"),
        ({"dropped": {"a": "many"}}, r"manifest\.json: not as it was written"),
        ({"dropped": {"a": float("inf")}}, r"manifest\.json: not as it was written"),
    ],
)
def test_a_manifest_of_another_hand_is_refused(copy: Path, change: dict[str, object], message: str) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | change), encoding="utf-8")
    with pytest.raises(BadRoads, match=message):
        load_roads(copy)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", "7", '"x"', "[" * 100_000, "\udc80".encode("utf-16-le", "surrogatepass"), "x" * 2_000_000],
)
def test_what_is_no_manifest_is_refused(copy: Path, text: str | bytes) -> None:
    (copy / "manifest.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadRoads, match=r"manifest\.json: not as it was written"):
        load_roads(copy)


def test_a_folder_of_something_else_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(BadRoads, match=r"not of prepared roads \(no manifest\.json in it\)"):
        load_roads(tmp_path)
    with pytest.raises(BadRoads, match=r"not of prepared roads \(no manifest\.json in it\)"):
        verify_folder(tmp_path)


def test_something_else_is_not_overwritten(source: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("Mother")
    (tmp_path / "file").write_text("x")
    for name in ("letters", "file"):
        with pytest.raises(BadRoads, match=f"{name}: something else is there already; give a folder that is new"):
            prepare_roads(source, tmp_path / name)
    assert (tmp_path / "letters" / "dear.txt").read_text() == "Mother"
    assert (tmp_path / "file").read_text() == "x"
    with pytest.raises(MissingFile, match="nowhere: no such folder for roads; make it"):
        prepare_roads(source, tmp_path / "nowhere" / "roads")
    (tmp_path / "empty").mkdir()
    prepare_roads(source, tmp_path / "empty")
    assert verify_folder(tmp_path / "empty") == []


def test_a_prepared_folder_is_replaced_whole(copy: Path, source: Path) -> None:
    (copy / "length_m.npy").unlink()
    still_open = load_roads(source.parent / "prepared")
    prepare_roads(source, copy, profile="car")
    assert verify_folder(copy) == []
    assert load_roads(copy).profile == CAR
    assert still_open.profile == CONVOY
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_roads_that_are_open_stay_whole_when_their_folder_is_replaced(copy: Path, source: Path) -> None:
    roads = load_roads(copy)
    before = {name: values.copy() for name, values in arrays(roads).items()}
    prepare_roads(source, copy, classes=["primary"])
    for name, values in arrays(roads).items():
        np.testing.assert_array_equal(values, before[name])
    assert len(load_roads(copy).length_m) < len(roads.length_m)


@pytest.mark.parametrize("step", ["np.save", "_sha256", "os.replace"])
def test_a_writer_that_dies_in_the_middle_leaves_the_old_folder(copy: Path, source: Path, step: str) -> None:
    before = contents(copy)
    # The process ends there and then, as if killed; os.replace is the last step but one.
    program = f"""
import os, sys
import numpy as np
from tracker.roads import prepare_roads, store
where, name = {{"np.save": (np, "save"), "_sha256": (store, "_sha256"), "os.replace": (os, "replace")}}[{step!r}]
real, calls = getattr(where, name), []
def dying(*given, **named):
    calls.append(given)
    if len(calls) == (1 if name == "replace" else 20):
        os._exit(9)
    return real(*given, **named)
setattr(where, name, dying)
prepare_roads(sys.argv[1], sys.argv[2], classes=["primary"])
"""
    command = [sys.executable, "-c", program, str(source), str(copy)]
    assert subprocess.run(command, cwd=ROOT, timeout=300, check=False).returncode == 9
    assert contents(copy) == before
    prepare_roads(source, copy, classes=["primary"])
    assert len(load_roads(copy).length_m) > 0


def test_a_new_folder_that_cannot_be_put_in_place_brings_the_old_one_back(
    copy: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = contents(copy), os.replace

    def failing(here: Path, there: Path) -> None:
        if Path(here).name == "roads":
            raise OSError(16, "Device or resource busy")
        real(here, there)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(BadRoads, match=r"cannot be written \(.*busy.*\); nothing was changed there"):
        prepare_roads(source, copy)
    assert contents(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_disk_that_is_full_leaves_the_old_folder(copy: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(copy)

    def full(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(BadRoads, match=r"cannot be written \(.*No space left.*\); nothing was changed there"):
        prepare_roads(source, copy)
    assert contents(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_the_arrays_are_mapped_and_cannot_be_written(prepared: Path) -> None:
    for name, values in arrays(load_roads(prepared)).items():
        base: object = values
        while isinstance(base, np.ndarray):
            base = base.base
        assert isinstance(base, mmap.mmap), name
        assert type(values) is np.ndarray
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0


SHARING = r"""
import sys
from tracker.roads import load_roads

def memory():
    "KiB that are this process's alone; and of the big folder's files its share, and what lies in memory."
    private = share = there = 0
    inside = False
    for line in open("/proc/self/smaps", encoding="utf-8"):
        words = line.split()
        if not words[0].endswith(":"):
            inside = "/big/" in line
        elif words[0] in ("Private_Clean:", "Private_Dirty:"):
            private += int(words[1])
        elif inside and words[0] == "Pss:":
            share += int(words[1])
        elif inside and words[0] == "Rss:":
            there += int(words[1])
    return private, share, there

load_roads(sys.argv[2])  # so that what every program loads once does not count
before = memory()[0]
roads = load_roads(sys.argv[1])
print(memory()[0] - before, flush=True)
sum(float(values.sum()) for values in (roads.vertex_lon, roads.vertex_lat, roads.running_m))
print("read", flush=True)
sys.stdin.readline()
print(*memory()[1:], flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def big(prepared: Path) -> Path:
    """A folder of some size: one road with a shape of a million points."""
    folder = prepared.parent / "big"
    roads = load_roads(prepared)
    lon = np.linspace(39.0, 41.0, 1_000_000)
    from tracker.roads.build import Drawing, assemble
    from tracker.roads.shapes import step_metres

    ptr = np.array([0, len(lon)])
    lat = np.full(len(lon), 51.0)
    columns = {
        name: np.array(getattr(roads, name)[:1])
        for name in ("highway", "legal_kmh", "oneway", "inferred", "toll", "osm_way", "text")
    }
    drawing = Drawing(
        tail=np.array([0]), head=np.array([1]), vertex_lon=lon, vertex_lat=lat, vertex_ptr=ptr,
        step_m=step_metres(lon, lat, ptr), columns=columns, texts=roads.texts, barred=[],
    )  # fmt: skip
    keep = np.ones(1, bool)
    store.save(assemble(drawing, keep=keep, mapped=roads.mapped, dropped={}, date="", profile=CONVOY), folder)
    return folder


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux says what memory is shared")
def test_two_processes_share_the_memory_and_opening_takes_little_of_it(big: Path, prepared: Path) -> None:
    command = [sys.executable, "-c", SHARING, str(big), str(prepared)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    try:
        private = [int(one.stdout.readline()) for one in both]
        assert [one.stdout.readline() for one in both] == ["read\n", "read\n"]
        shares = []
        for one in both:
            one.stdin.write("\n")
            one.stdin.flush()
            shares.append(tuple(map(int, one.stdout.readline().split())))
        # The three arrays are 24 MB; their pages lie in memory once and are counted half to each process.
        size = sum((big / f"{name}.npy").stat().st_size for name in ("vertex_lon", "vertex_lat", "running_m")) // 1024
        for proportional, resident in shares:
            assert resident > 0.9 * size
            assert proportional < 0.6 * resident
        assert max(private) < 4 * 1024
    finally:
        for one in both:
            one.communicate("\n", timeout=60)


def test_another_profile_and_fewer_classes_may_be_asked_for_when_opening(prepared: Path, source: Path) -> None:
    for classes, profile in ((["primary", "trunk"], "car"), (["secondary", "tertiary"], None)):
        opened = load_roads(prepared, classes=classes, profile=profile)
        assert {opened.classes[number] for number in opened.highway} == set(classes)
        assert opened.profile == (CAR if profile else CONVOY)
        assert opened.dropped["other highway class"] == len(load_roads(prepared).length_m) - len(opened.length_m)
    assert load_roads(prepared, profile="car").seconds.tolist() == load_roads(source, profile="car").seconds.tolist()
    with pytest.raises(BadRoads, match="none of these roads is motorway; choose other classes"):
        load_roads(prepared, classes=["motorway"])


def test_a_folder_keeps_the_profile_that_it_was_made_with(source: Path, tmp_path: Path) -> None:
    mine = replace(CONVOY, name="my own", top_kmh=42.5, ignores_oneway=True)
    prepare_roads(source, tmp_path / "mine", profile=mine)
    opened = load_roads(tmp_path / "mine")
    assert opened.profile == mine
    assert opened.speed_kmh.max() == 42.5
    assert load_roads(tmp_path / "mine", profile="convoy").speed_kmh.max() > 42.5


def test_a_prepared_folder_can_be_prepared_again(prepared: Path, tmp_path: Path) -> None:
    prepare_roads(prepared, tmp_path / "second")
    first, second = contents(prepared), contents(tmp_path / "second")
    assert {name for name in first if first[name] != second[name]} == {"manifest.json"}


def test_a_folder_with_anything_besides_prepared_roads_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "napkin.osm"
    source.write_text(osm({"a": (39.0, 51.0), "b": (39.0, 51.1)}, [("ab", {"highway": "primary"})]), encoding="utf-8")
    app = tmp_path / "app"
    app.mkdir()
    (app / "manifest.json").write_text('{"name": "My app"}', encoding="utf-8")
    (app / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(BadRoads, match="something else is there already"):
        prepare_roads(source, app)
    roads = tmp_path / "roads"
    prepare_roads(source, roads)
    (roads / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadRoads, match="something else is there already"):
        prepare_roads(source, roads)
    assert (app / "thesis.txt").is_file()
    assert (roads / "notes.txt").is_file()
