"""Files made to do harm: each is refused in words that name it, and none reaches what it aims at."""

import io
import json
import os
import pickle
import random
import sqlite3
import struct
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.evidence.files import samples
from tracker.evidence import check_file, read_reports
from tracker.evidence.columns import DEFAULT_RADIUS_M, NAMES
from tracker.evidence.files import process
from tracker.evidence.files.parsers import limits, points
from tracker.evidence.files.process import parsed, table_of
from tracker.model import BadReport, Fault

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>secret.csv</SrcDataSource>'
    "<GeometryType>wkbPoint</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
)
BOMB = '<?xml version="1.0"?>\n<!DOCTYPE kml [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<kml>&b;</kml>'


def saved(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path | str) -> Fault:
    """The one fault for which a file is not read."""
    with pytest.raises(BadReport) as caught:
        read_reports(path)
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/march.geojson",
        "s3://bucket/march.parquet",
        "file:///etc/passwd",
        "/vsicurl/https://example.org/a.gpkg",
        "/vsizip//tmp/a.zip/b.csv",
        "postgresql://user@host/db",
    ],
)
def test_addresses_are_never_followed(path: str) -> None:
    assert "never followed" in refusal(path).problem
    assert "never followed" in refusal(Path(path)).problem


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("postgresql+psycopg://u:secret@h/db", "postgresql+psycopg://..."),
        ("postgresql:/u:secret@h/db", "postgresql:/..."),
        ("https://u:secret@example.org/march.csv", "https://..."),
        ("/vsicurl/https://u:secret@example.org/a.gpkg", "/vsicurl/..."),
    ],
)
def test_the_password_of_an_address_is_not_repeated(path: str, shown: str) -> None:
    for given in (path, Path(path)):
        with pytest.raises(BadReport) as caught:
            read_reports(given)
        assert "secret" not in str(caught.value)
    assert refusal(path).file == shown
    assert refusal(f"u:secret@h {path}://").file == "..."


def test_the_address_of_a_database_is_sent_to_the_verb_that_opens_it() -> None:
    for path in ("postgresql+psycopg://u@h/db", "postgres://h/db", Path("postgresql://u@h/db")):
        assert refusal(path).remedy == "a report log is opened with open_log (in the shell: --log)"
    assert refusal("https://example.org/march.csv").remedy == "save the file first"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")
def test_devices_and_pipes_are_not_opened_whatever_points_at_them(tmp_path: Path) -> None:
    (tmp_path / "march.csv").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "march.gpx")
    for name in ("march.csv", "march.gpx"):
        assert refusal(tmp_path / name).problem == "is not a regular file"
    assert "is a folder" in refusal(tmp_path).problem


@pytest.mark.parametrize("ending", ["csv", "gpkg", "kml", "xlsx"])
def test_a_file_over_the_size_limit_is_not_opened(tmp_path: Path, ending: str) -> None:
    path = saved(tmp_path, f"march.{ending}", b"")
    os.truncate(path, limits.MAX_BYTES + 1)  # without a byte on the disk
    assert refusal(path).problem == "is larger than 512 MiB"


@pytest.mark.parametrize("ending", ["geojson", "csv", "kml", "vrt", "gpx", "txt", "unknown"])
def test_a_vrt_is_known_under_any_name(tmp_path: Path, ending: str) -> None:
    saved(tmp_path, "secret.csv", "TOPSECRET")
    fault = refusal(saved(tmp_path, f"march.{ending}", f"\n  <?xml version='1.0'?>{VRT}"))
    assert "is a VRT" in fault.problem


def test_a_vrt_with_the_name_of_a_database_is_no_database(tmp_path: Path) -> None:
    assert "is not a GeoPackage" in refusal(saved(tmp_path, "march.gpkg", VRT)).problem


@pytest.mark.parametrize("ending", ["kml", "gpx"])
def test_entities_are_refused_before_they_are_parsed(tmp_path: Path, ending: str) -> None:
    assert "with a DTD" in refusal(saved(tmp_path, f"bomb.{ending}", BOMB)).problem
    leak = '<!DOCTYPE gpx [<!ENTITY leak SYSTEM "file:///etc/passwd">]><gpx><wpt lat="1" lon="2">&leak;</wpt></gpx>'
    assert "with a DTD" in refusal(saved(tmp_path, f"leak.{ending}", leak)).problem


def test_entities_that_hide_from_the_first_look_are_refused_by_the_parser(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("doc.kml", BOMB)
    assert "has a DTD or entities" in refusal(saved(tmp_path, "march.kmz", held.getvalue())).problem
    late = f"<kml><!--{'x' * 70_000}--></kml>".replace("<kml>", "<kml xmlns='a'>")
    assert refusal(saved(tmp_path, "late.kml", late)).problem == "has no placemark"
    book = _repacked(samples.xlsx_file(), "xl/workbook.xml", lambda data: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + data)
    assert "has a DTD or entities" in refusal(saved(tmp_path, "march.xlsx", book)).problem


def _repacked(data: bytes, name: str, change: "type[bytes] | object") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            content = before.read(entry)
            after.writestr(entry, change(content) if entry == name else content)  # type: ignore[operator]
    return held.getvalue()


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    link = "<kml><NetworkLink><Link><href>http://127.0.0.1:1/x.kml</href></Link></NetworkLink></kml>"
    assert "never fetched" in refusal(saved(tmp_path, "march.kml", link)).problem
    crs = {"type": "link", "properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}}
    told = json.dumps(samples.features() | {"crs": crs})
    assert "by a link" in refusal(saved(tmp_path, "march.geojson", told)).problem


@pytest.mark.parametrize(("name", "ending"), [("xl/worksheets/sheet1.xml", "xlsx"), ("doc.kml", "kmz")])
def test_a_zip_bomb_is_known_by_its_directory(tmp_path: Path, name: str, ending: str) -> None:
    bomb = _archive({name: bytes(limits.RATIO_FROM + 1)})
    fault = refusal(saved(tmp_path, f"bomb.{ending}", bomb))
    assert (fault.value, fault.problem) == (name, "grows more than 250 times when unpacked (a zip bomb?)")


def test_a_zip_bomb_whose_directory_lies_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    bomb = bytearray(_archive({"doc.kml": bytes(20 * limits.MIB)}))
    entry = bomb.rfind(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    assert "damaged zip archive" in refusal(saved(tmp_path, "bomb.kmz", bytes(bomb))).problem


def test_an_archive_of_thousands_of_files_is_refused(tmp_path: Path) -> None:
    many = _archive({f"xl/{number}.xml": b"" for number in range(limits.MAX_MEMBERS + 1)})
    assert refusal(saved(tmp_path, "march.xlsx", many)).problem == "is a zip archive of more than 2,000 files"


def _archive(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_cell_at_the_far_end_of_a_sheet_takes_no_memory(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(samples.xlsx_file()))
    book["march"]["XFD1048576"] = "x"
    book.save(tmp_path / "march.xlsx")
    assert "1,048,576 rows and 16,384 columns" in refusal(tmp_path / "march.xlsx").problem
    del book["march"]["XFD1048576"]
    book["march"]["A1048576"] = "x"
    book.save(tmp_path / "march.xlsx")
    assert "nearly all blank" in refusal(tmp_path / "march.xlsx").problem


def test_a_nameless_file_in_an_archive_is_a_named_error(tmp_path: Path) -> None:
    archive = _archive({"d.kml": b"<kml/>"}).replace(b"d.kml", b"\0.kml")
    assert "zip archive" in refusal(saved(tmp_path, "march.kmz", archive)).problem


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("ending", ["csv", "pkl", "parquet", "gpkg"])
def test_a_pickle_is_never_opened(tmp_path: Path, protocol: int, ending: str) -> None:
    harmful = pickle.dumps(_Harm(str(tmp_path / "harmed")), protocol)
    fault = refusal(saved(tmp_path, f"march.{ending}", harmful))
    assert "pickle" in fault.problem or "not a GeoPackage" in fault.problem
    assert not (tmp_path / "harmed").exists()


class _Harm:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT held.* FROM held, n"


@pytest.mark.parametrize("view", [ENDLESS, f"{ENDLESS} WHERE i < 0"])
def test_an_endless_view_is_stopped_by_the_clock(tmp_path: Path, view: str) -> None:
    fault = parsed(_viewed(tmp_path, view), format="gpkg", names=NAMES, seconds=1).faults[0]
    assert fault.problem == "takes longer than 1 s to read (an endless view?)"


def _viewed(folder: Path, view: str) -> Path:
    path = folder / "march.gpkg"
    samples.geopackage(path)
    with sqlite3.connect(path) as made:
        made.execute("ALTER TABLE reports RENAME TO held")
        made.execute(f"CREATE VIEW reports AS {view}")
    made.close()
    return path


def test_a_view_of_gigabytes_is_refused(tmp_path: Path) -> None:
    columns = ", ".join(name for name in samples.COLUMNS if name != "summary")
    path = _viewed(tmp_path, f"SELECT {columns}, geom, hex(zeroblob(900000000)) AS summary FROM held")
    assert "too big" in refusal(path).problem


def test_a_view_cannot_load_code_or_touch_other_files(tmp_path: Path) -> None:
    for number, call in enumerate(("load_extension('x.so')", "readfile('/etc/passwd')", "writefile('harm', 'x')")):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert "has no layer" in refusal(_viewed(folder, f"SELECT held.*, {call} FROM held")).problem
        assert not list(folder.glob("harm*"))


def test_json_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    for number, content in enumerate(("[" * 200_000, '{"a":' * 200_000)):
        assert "nested too deeply" in refusal(saved(tmp_path, f"{number}.geojson", content)).problem


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("38.5", "NaN", "has NaN, which is not a number in JSON"),
        ("38.5", "-Infinity", "has -Infinity, which is not a number in JSON"),
        ("38.5", "1e999", "is not a finite number"),
        ("38.5", "9" * 5000, "has a number with thousands of digits"),
        ("M4 closed", "\\ud800", "has half a character (a lone surrogate)"),
        ("M4 closed", "a\\u0000b", "has a NUL character"),
        ("M4 closed", "a\0b", "is not sound JSON: Invalid control character at (line 1, column"),
    ],
)
def test_json_with_values_that_are_none_is_refused(tmp_path: Path, was: str, becomes: str, problem: str) -> None:
    told = json.dumps(samples.features()).replace(was, becomes, 1)
    assert refusal(saved(tmp_path, "march.geojson", told)).problem.startswith(problem)


@pytest.mark.parametrize(("encoding", "where"), [("cp1251", "at byte"), ("utf-16", "looks like UTF-16")])
def test_wrong_encodings_are_named(tmp_path: Path, encoding: str, where: str) -> None:
    fault = refusal(saved(tmp_path, "march.geojson", samples.json_file().decode().encode(encoding)))
    assert where in fault.problem
    assert fault.remedy == "save the file as UTF-8"


def test_too_many_columns_are_refused_in_any_format(tmp_path: Path) -> None:
    names = ["time", "lon", "lat", *(f"c{number}" for number in range(limits.MAX_COLUMNS))]
    wide = {"type": "Feature", "geometry": None, "properties": dict.fromkeys(names, 1)}
    for path in (
        saved(tmp_path, "march.csv", ",".join(names)),
        saved(tmp_path, "march.geojson", json.dumps({"type": "FeatureCollection", "features": [wide]})),
    ):
        assert refusal(path).problem == "has more than 1,000 columns"


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.evidence.csv_file.MAX_ROWS", 2)
    assert "rows" in refusal(saved(tmp_path, "march.csv", samples.csv_file())).problem
    monkeypatch.setattr("tracker.evidence.files.parsers.grid.MAX_ROWS", 2)
    from tracker.evidence.files.parsers.child import parser
    from tracker.evidence.files.parsers.grid import Refused
    from tracker.evidence.files.parsers.source import Source

    path = saved(tmp_path, "march.geojson", samples.json_file())
    with pytest.raises(Refused, match="has more than 2 rows"):
        parser("json")(Source(path=str(path), names=NAMES))


def test_rows_that_are_no_reports_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = saved(tmp_path, "march.json", "[" + "1," * limits.MAX_FAULTS + "1]")
    assert refusal(path).problem.startswith("has more than 10,000 rows that are no reports")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_a_file_that_needs_more_memory_than_allowed_names_the_limit(tmp_path: Path) -> None:
    path = saved(tmp_path, "march.geojson", "[" + "[]," * 5_000_000 + "[]]")
    (fault,) = parsed(path, format="json", names=NAMES, memory=200 * limits.MIB).faults
    assert fault.problem == "needs more than 200 MiB of memory to read"


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        ("while True: pass", "takes longer than 1 s to read"),
        ("import time; time.sleep(60)", "takes longer than 1 s to read"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "broke the process that reads it (SIGSEGV"),
        ("raise SystemExit(3)", "broke the process that reads it (status 3"),
        ('print(\'{"names": [1], "rows": [], "columns": []}\')', "(its answer is no table)"),
        ("print('[' * 100000)", "(its answer is no table)"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_parser_that_is_taken_over_is_one_named_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, problem: str
) -> None:
    limit = "from resource import *; setrlimit(RLIMIT_CPU, (1, 2)); setrlimit(RLIMIT_CORE, (0, 0))\n"
    monkeypatch.setattr(process, "_START", limit + does)
    path = saved(tmp_path, "march.geojson", samples.json_file())
    (fault,) = parsed(path, format="json", names=NAMES, seconds=1).faults
    assert problem in fault.problem


def test_an_answer_is_believed_in_nothing_but_its_shape() -> None:
    sound = {"names": ["time"], "rows": [1], "columns": [["x"]], "faults": []}
    assert table_of(json.dumps(sound).encode(), file="a").frame is not None
    for change in (
        {"rows": [True]},
        {"rows": [-1]},
        {"rows": [10**30]},
        {"columns": []},
        {"faults": [1]},
        {"names": [1]},
    ):
        assert table_of(json.dumps(sound | change).encode(), file="a").frame is None, change
    for answer in (b"", b"null", b"\xff", b'{"refused": 1}', b'{"refused": {"row": "x"}}'):
        assert table_of(answer, file="a").frame is None


def test_the_parsing_process_is_not_given_the_secrets_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    tell = (
        "import os, json; print(json.dumps({'refused': {'row': None, 'column': None, 'value': '', "
        "'problem': ' '.join(os.environ), 'remedy': ''}}))"
    )
    monkeypatch.setattr(process, "_START", tell)
    (fault,) = parsed(saved(tmp_path, "a.geojson", "{}"), format="json", names=NAMES).faults
    assert "PATH" in fault.problem
    assert "PGPASSWORD" not in fault.problem


def test_the_parsing_process_loads_none_of_the_heavy_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = """
held = " ".join(sorted(set(sys.modules) & {"pandas", "geopandas", "numpy", "shapely", "pyproj", "tracker"}))
sys.stdout.seek(0)
sys.stdout.truncate()
print('{"refused": {"row": null, "column": null, "value": "", "remedy": "", "problem": "' + held + '"}}')
"""
    monkeypatch.setattr(process, "_START", process._START + tell)
    for name in ("json", "gpx", "kml", "gpkg", "xlsx"):
        (fault,) = parsed(saved(tmp_path, f"a.{name}", samples.FILES[name]()), format=name, names=NAMES).faults
        assert fault.problem == "", name


def test_the_parsers_and_the_columns_mean_the_same_radius() -> None:
    assert points.PLACE_RADIUS_M == DEFAULT_RADIUS_M


def test_random_bytes_of_any_name_are_refused(tmp_path: Path) -> None:
    chance = random.Random(1)
    for ending in ("csv", "geojson", "gpkg", "kml", "xlsx"):
        assert check_file(saved(tmp_path, f"march.{ending}", chance.randbytes(2000))), ending
