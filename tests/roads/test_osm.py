"""Road files that are whole, broken, or meant to do harm."""

import bz2
import gzip
import random
from pathlib import Path

import pytest

from tests.roads.napkin import osm
from tracker.model import BadRoads, MissingFile
from tracker.roads import load_roads
from tracker.roads import osm_xml as reader

NODES = {"a": (39.0, 51.0), "b": (39.0, 51.01), "c": (39.0, 51.02)}
TEXT = osm(NODES, [("abc", {"highway": "primary", "ref": "М-4"})])


def written(folder: Path, text: str | bytes, name: str = "roads.osm") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_plain_and_compressed_files_give_the_same_roads(tmp_path: Path) -> None:
    plain = load_roads(str(written(tmp_path, TEXT)))
    for name, data in {"r.osm.bz2": bz2.compress(TEXT.encode()), "r.osm.gz": gzip.compress(TEXT.encode())}.items():
        packed = load_roads(written(tmp_path, data, name))
        assert packed.length_m.tolist() == plain.length_m.tolist()
        assert packed.road.tolist() == plain.road.tolist() == ["M4"]


def test_a_file_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"nowhere\.osm: no such road file; check the path"):
        load_roads(tmp_path / "nowhere.osm")
    with pytest.raises(BadRoads, match=r"a folder, but not of prepared roads \(no manifest\.json in it\)"):
        load_roads(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"roads\.osm: the file is empty; fetch it again"),
        (" ", r"roads\.osm, line 1: no element found; fetch the file again"),
        ("<!DOCTYPE html><html><body>Too many requests</body></html>", "document type"),
        ("<html><body>Too many requests</body></html>", "begins with <html>, not with <osm>"),
        ("lon,lat\n39,51\n", "syntax error|not well-formed"),
        (TEXT[: len(TEXT) // 2], r"line \d+: (no element found|unclosed token)"),
        (TEXT.replace("</osm>", ""), "no element found"),
        (TEXT.replace('lon="39.0"', 'lon="east"', 1), r"line 3: missing or unreadable attribute .*east"),
        (TEXT.replace('lon="39.0"', 'lon="nan"', 1), "not on the earth"),
        (TEXT.replace('lat="51.0"', 'lat="510"', 1), r"line 3: a node at lon 39\.0, lat 510\.0"),
        (TEXT.replace('lon="39.0"', "", 1), "missing or unreadable attribute"),
        (TEXT.replace('ref="2"', 'ref="99999999999999999999"'), "missing or unreadable attribute"),
        (TEXT.replace(' k="highway"', ""), "missing or unreadable attribute"),
        (TEXT.replace("</osm>", "<remark>runtime error: timed out</remark></osm>"), "its query failed or was cut"),
        ('<osm version="0.6"></osm>', r"no drivable road in it \(no ways at all\)"),
        (TEXT.replace("primary", "footway"), r"no drivable road in it \(1 other highway class\)"),
        (TEXT.replace('<nd ref="2"/>', '<nd ref="7"/>'), "no drivable road in it"),
    ],
)
def test_a_file_that_is_no_road_file_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadRoads, match=message) as caught:
        load_roads(written(tmp_path, text))
    assert "roads.osm" in str(caught.value)
    assert ";" in str(caught.value)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE osm [<!ENTITY name SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE osm SYSTEM "http://example.org/osm.dtd">',
        '<!DOCTYPE osm [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_entities_and_document_types_are_refused_before_they_are_used(tmp_path: Path, head: str) -> None:
    with pytest.raises(BadRoads, match="document type or entity declaration"):
        load_roads(written(tmp_path, TEXT.replace("<osm ", head + "<osm ")))


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    packed = {"r.osm.bz2": bz2.compress(TEXT.encode()), "r.osm.gz": gzip.compress(TEXT.encode())}
    for name, data in packed.items():
        for broken in (data[:-20], b"not an archive", data[:30] + bytes(30) + data[60:]):
            with pytest.raises(BadRoads, match=name):
                load_roads(written(tmp_path, broken, name))


def test_a_small_archive_that_unpacks_to_a_giant_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_BYTES", 3 << 20)
    giant = TEXT.encode().replace(b"</osm>", b" " * (8 << 20) + b"</osm>")
    for name, data in {"r.osm.bz2": bz2.compress(giant), "r.osm.gz": gzip.compress(giant)}.items():
        assert len(data) < 100_000
        with pytest.raises(BadRoads, match="unpacks to more than 3 MiB; cut a smaller area"):
            load_roads(written(tmp_path, data, name))


def test_other_kinds_of_file_are_refused_with_the_kinds_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(BadRoads, match=r"give \.osm, \.osm\.bz2, \.osm\.gz, \.osm\.pbf, \.graphml"):
        load_roads(written(tmp_path, TEXT, "roads.shp"))


def test_nodes_may_come_after_the_ways(tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    way = next(number for number, line in enumerate(lines) if line.startswith("<way"))
    turned = [*lines[:2], *lines[way:-1], *lines[2:way], lines[-1]]
    assert load_roads(written(tmp_path, "\n".join(turned))).length_m.tolist() == pytest.approx([2225.3], rel=1e-3)


def test_what_an_editor_has_deleted_is_not_read(tmp_path: Path) -> None:
    text = TEXT.replace('<way id="1"', '<way id="1" action="delete"')
    with pytest.raises(BadRoads, match="no drivable road"):
        load_roads(written(tmp_path, text))
    assert (
        len(
            load_roads(
                written(tmp_path, TEXT.replace('<node id="2"', '<node id="9" visible="false"/><node id="2"'))
            ).length_m
        )
        == 1
    )


@pytest.mark.parametrize("suffix", ["", ".bz2", ".gz"])
def test_a_file_with_flipped_bytes_is_read_or_refused_but_nothing_else(tmp_path: Path, suffix: str) -> None:
    pack = {"": bytes, ".bz2": bz2.compress, ".gz": gzip.compress}[suffix]
    whole, refused = bytes(pack(TEXT.encode())), 0
    for seed in range(300):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        try:
            load_roads(written(tmp_path, bytes(data), f"mutated.osm{suffix}"))
        except BadRoads:
            refused += 1
    assert 100 < refused <= 300
