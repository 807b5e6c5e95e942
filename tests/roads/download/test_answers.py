"""An answer is not trusted: whatever a server sends, it is read whole or refused by name."""

import contextlib
import json
import random
from typing import Any

import pytest

from tests.roads.download.conftest import Fetch
from tests.roads.download.napkin_map import napkin, node, way
from tests.roads.download.overpass_server import Reply, Server, answer
from tracker.model import BadRoads, TrackerError
from tracker.roads.download.answers import read_answer

HOSTILE: dict[str, Any] = {
    "NaN for a place": b'{"elements": [{"type": "node", "id": 1, "lon": NaN, "lat": 50}]}',
    "infinity": b'{"elements": [{"type": "node", "id": 1, "lon": 1e999, "lat": 50}]}',
    "a string for a number": [{"type": "node", "id": 1, "lon": "39", "lat": 50}],
    "a string for an id": [{"type": "node", "id": "1", "lon": 39, "lat": 50}],
    "true for an id": [{"type": "node", "id": True, "lon": 39, "lat": 50}],
    "an id below zero": [{"type": "node", "id": -1, "lon": 39, "lat": 50}],
    "an id beyond 64 bits": [{"type": "way", "id": 1, "nodes": [10**30], "tags": {}}],
    "a number of many digits": b'{"elements": [' + b"9" * 10_000 + b"]}",
    "a place of 400 digits": [{"type": "node", "id": 1, "lon": 10**400, "lat": 50}],
    "half of a letter, escaped": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"name": "\ud800"}}],
    "latitude 91": [{"type": "node", "id": 1, "lon": 39, "lat": 91}],
    "a node without a place": [{"type": "node", "id": 1}],
    "an element of no kind": [{"id": 1}],
    "an element of another kind": [{"type": "area", "id": 1}],
    "an element that is a list": [[1, 2]],
    "an element that is null": [None],
    "a kind that is a list": [{"type": ["way"], "id": 1}],
    "nodes that are a text": [{"type": "way", "id": 1, "nodes": "12", "tags": {"highway": "trunk"}}],
    "nodes that are texts": [{"type": "way", "id": 1, "nodes": ["1", "2"], "tags": {"highway": "trunk"}}],
    "tags that are a list": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": ["highway"]}],
    "tags of numbers": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"maxspeed": 50}}],
    "tags of tags": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": {"trunk": "yes"}}}],
    "members that are numbers": [{"type": "relation", "id": 1, "members": [1, 2]}],
    "a member without a role": [{"type": "relation", "id": 1, "members": [{"type": "way", "ref": 1}]}],
    "no elements": b'{"version": 0.6}',
    "elements that are a dictionary": b'{"elements": {"1": 2}}',
    "a list": b"[1, 2]",
    "a number": b"17",
    "deep nesting": b"[" * 200_000,
    "deep nesting of dictionaries": b'{"elements":' * 100_000,
    "half a letter": b'{"elements": ["\xff\xfe"]}',
    "nothing": b"",
}


def raw(sent: Any) -> bytes:
    return sent if isinstance(sent, bytes) else json.dumps({"elements": sent}).encode()


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_that_is_not_as_answers_are_is_refused(sent: Any) -> None:
    with pytest.raises(BadRoads):
        read_answer(raw(sent))


def test_all_that_is_wrong_is_told_at_once_and_no_more_than_fits() -> None:
    bad = [{"type": "node", "id": number, "lon": "x", "lat": 50} for number in range(1, 31)]
    with pytest.raises(BadRoads, match=r"element 0: 'x' is no longitude.*element 9: .*; and more$"):
        read_answer(raw(bad))


def test_a_node_told_twice_keeps_its_tags() -> None:
    tagged = node(1, 39.0, 50.0, highway="milestone", distance="7")
    bare = node(1, 39.0, 50.0)
    for elements in ([tagged, bare], [bare, tagged]):
        found = read_answer(raw(elements))
        assert (found.nodes, found.node_tags) == ({1: (39.0, 50.0)}, {1: tagged["tags"]})


def test_a_date_that_is_none_is_left_empty() -> None:
    for date in ("2023-06-23T00:00:00Z\n<script>", 17, None, "yesterday"):
        document = {"osm3s": {"timestamp_osm_base": date}, "elements": []}
        assert read_answer(json.dumps(document).encode()).date == ""
    assert read_answer(json.dumps({"osm3s": [], "elements": []}).encode()).date == ""


def test_a_server_that_sends_nonsense_ends_in_a_named_error(fetch: Fetch, server: Server) -> None:
    server.rule = lambda query: Reply(200, raw(HOSTILE["tags of tags"]))
    with pytest.raises(TrackerError, match=r"no answer of Overpass: element 0: .* are no tags, 4 times in a row"):
        fetch()


@pytest.mark.parametrize("seed", range(5))
def test_damaged_answers_give_roads_or_a_named_error(fetch: Fetch, server: Server, seed: int) -> None:
    draw = random.Random(seed)
    whole = json.dumps(answer(napkin()), ensure_ascii=False).encode()
    read = 0
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(damaged))
            damaged[at : at + draw.randint(0, 3)] = draw.choice(
                [b"", b"0", b'"', b"{", b"null", b"-9", b"\xff", b"1e9"]
            )
        try:
            read_answer(bytes(damaged))
            read += 1
        except BadRoads:
            pass
    assert read < 200
    server.rule = lambda query: Reply(200, bytes(damaged))
    with contextlib.suppress(TrackerError):
        assert len(fetch(tile_km=200).length_m)


def test_a_road_whose_points_were_not_sent_is_counted_and_left_out(fetch: Fetch, server: Server) -> None:
    server.elements = [*napkin(), way(105, [3, 999, 998, 4], highway="primary")]
    roads = fetch(tile_km=200)
    assert roads.dropped["point outside the extract"] == 2
    assert 105 not in roads.osm_way
