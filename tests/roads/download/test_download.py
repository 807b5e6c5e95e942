"""Roads come from Overpass tile by tile, once, politely, and whole or not at all."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from tests.conftest import ROOT
from tests.roads.download.conftest import Fetch, Watch
from tests.roads.download.napkin_map import BOX, way
from tests.roads.download.overpass_server import BUSY_PAGE, FREE, Reply, Server, answer
from tracker.model import BadRoads, BadTime, MissingFile, TrackerError
from tracker.roads import CLASSES, load_roads, read_manifest, verify_folder
from tracker.roads.download.overpass import Overpass
from tracker.roads.download.patience import Clock, Patience, TooMuch
from tracker.roads.download.queries import as_of

# ---- what comes


def test_a_box_comes_as_a_network_with_all_that_the_map_knows(fetch: Fetch) -> None:
    roads = fetch()
    assert sorted(set(roads.table.highway)) == ["secondary", "tertiary", "trunk"]
    assert roads.table.groupby("highway").length_m.sum().round(-2).to_dict() == {
        "secondary": 5600.0, "tertiary": 22200.0, "trunk": 86000.0,
    }  # fmt: skip
    assert [place.place for place in roads.named] == ["Losevo"]
    assert [(post.km, post.road) for post in roads.milestones] == [(383.0, "M4")]
    assert [(line.kind, line.name) for line in roads.context] == [("river", "Дон")]
    assert set(roads.osm_way.tolist()) == {101, 102, 103}
    assert "turn restriction that is incomplete" not in roads.dropped
    assert roads.date == "2023-06-24T12:00:00Z"


def test_a_way_that_several_tiles_answer_with_counts_once(fetch: Fetch, server: Server) -> None:
    roads = fetch()
    assert len(server.asked) == 3
    assert roads.length_m.sum() == pytest.approx(113_800, rel=0.01)
    assert len(roads.length_m) == 5  # Three pieces of the trunk, two side roads.


def test_in_one_tile_or_in_many_the_network_is_the_same(fetch: Fetch, tmp_path: Path) -> None:
    one, many = fetch(tile_km=200, cache=tmp_path / "one"), fetch(tile_km=5, cache=tmp_path / "many")
    assert np.array_equal(one.node_lon, many.node_lon)
    assert np.array_equal(one.osm_way, many.osm_way)
    assert np.array_equal(one.length_m, many.length_m)
    assert (one.named, one.milestones) == (many.named, many.milestones)


def test_only_the_classes_asked_for_are_asked_for(fetch: Fetch, server: Server) -> None:
    roads = fetch(classes=["trunk"])
    assert set(roads.table.highway) == {"trunk"}
    assert '["highway"~"^(trunk)$"]' in server.asked[0]
    with pytest.raises(BadRoads, match="cycleway: not a road class; choose among motorway"):
        fetch(classes=["cycleway"])


def test_ways_beside_a_polygon_stay_out_and_ways_that_touch_it_come_whole(fetch: Fetch, server: Server) -> None:
    wedge = shapely.Polygon([(39.0, 49.9), (40.5, 49.9), (40.5, 50.06)])
    roads = fetch(wedge, tile_km=200)
    assert set(roads.osm_way.tolist()) == {101, 103}
    assert roads.vertex_lat.max() == 50.2
    assert roads.named == ()


def test_a_corridor_asks_for_less_than_its_box(fetch: Fetch, server: Server) -> None:
    fetch([(39.0, 49.0), (40.5, 50.5)], width_km=4, tile_km=20)
    asked = sum((north - south) * (east - west) for south, west, north, east in server.boxes())
    assert asked < 0.3 * 1.5 * 1.5


def test_a_prepared_folder_is_written_on_the_way(fetch: Fetch, tmp_path: Path) -> None:
    roads = fetch(to=tmp_path / "roads")
    assert verify_folder(tmp_path / "roads") == []
    manifest = read_manifest(tmp_path / "roads")
    assert manifest["date"] == "2023-06-24T12:00:00Z"
    assert manifest["source"]["name"].startswith("Overpass, http://127.0.0.1")
    assert np.array_equal(load_roads(tmp_path / "roads").length_m, roads.length_m)


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_asked(
    fetch: Fetch, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("x")
    with pytest.raises(BadRoads, match="something else is there"):
        fetch(to=tmp_path / "notes")
    with pytest.raises(MissingFile, match="no such folder"):
        fetch(to=tmp_path / "none" / "roads")
    assert server.asked == []


def test_an_area_without_roads_says_so(fetch: Fetch) -> None:
    with pytest.raises(BadRoads, match="no drivable road in it"):
        fetch((10.0, 10.0, 10.2, 10.2))


# ---- the day


def test_the_day_of_the_march_stands_in_the_query(fetch: Fetch, server: Server) -> None:
    roads = fetch(date=date(2023, 6, 23), tile_km=200)
    assert '[date:"2023-06-23T00:00:00Z"]' in server.asked[0]
    assert roads.date == "2023-06-23T00:00:00Z"
    fetch(date="2023-06-23T15:00+03:00", tile_km=200)
    assert '[date:"2023-06-23T12:00:00Z"]' in server.asked[1]
    fetch(tile_km=200)
    assert "date" not in server.asked[2]


def test_a_server_that_lags_behind_the_day_gives_the_day_that_it_has(fetch: Fetch, server: Server) -> None:
    server.base = "2023-06-20T01:02:03Z"
    assert fetch(date="2023-06-23").date == "2023-06-20T01:02:03Z"


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (datetime(2023, 6, 23, 12), "a time without a zone"),  # noqa: DTZ001
        ("2023-06-23T12:00", "a time without a zone"),
        (date(2012, 9, 11), "from 2012-09-12 on only"),
        (date(2023, 7, 2), "yet to come"),
        ("the 23rd", "not a date"),
        (20230623, "not a date"),
        (datetime.min.replace(tzinfo=UTC).replace(tzinfo=UTC), "from 2012-09-12 on only"),
        (datetime.max.replace(tzinfo=datetime.strptime("-0100", "%z").tzinfo), "out of range"),
    ],
)
def test_a_day_that_no_server_knows_is_refused_with_the_reason(
    fetch: Fetch, server: Server, when: object, reason: str
) -> None:
    with pytest.raises(BadTime, match=reason):
        fetch(date=when)
    assert server.asked == []


def test_the_first_day_and_today_are_taken(watch: Watch) -> None:
    assert as_of("2012-09-13", now=watch.now) == "2012-09-13T00:00:00Z"
    assert as_of("2023-07-01", now=watch.now) == "2023-07-01T00:00:00Z"


# ---- politeness


def test_requests_come_one_at_a_time_name_the_project_and_go_nowhere_else(
    fetch: Fetch, server: Server, contacted: list[str]
) -> None:
    fetch()
    assert server.most_at_once == 1
    assert [re.match(r"convoy-tracker/\d", agent) is not None for agent in server.agents] == [True]
    assert set(contacted) == {"127.0.0.1"}


def test_the_status_page_is_waited_for(fetch: Fetch, server: Server, watch: Watch) -> None:
    head = "Connected as: 1\nCurrent time: 2023-07-01T12:00:00Z\nAnnounced endpoint: none\nRate limit: 2\n"
    server.status = [
        f"{head}Slot available after: 2023-07-01T12:00:21Z, in 21 seconds.\n"
        "Slot available after: 2023-07-01T12:00:07Z, in 7 seconds.\nCurrently running queries (pid, ...):\n",
        f"{head}Currently running queries (pid, space limit, time limit, start time):\n1\t536870912\t180\t...\n",
        FREE,
        "Rate limit: 0\nCurrently running queries (pid, space limit, time limit, start time):\n",
        "<html>something else</html>",
    ]
    fetch()
    assert watch.waits == [8.0, 5.0]
    assert len(server.asked) == 3


def test_too_many_requests_are_answered_by_waiting_as_long_as_told(fetch: Fetch, server: Server, watch: Watch) -> None:
    later = datetime.fromtimestamp(watch.now, UTC) + timedelta(seconds=17 + 40)
    server.next = [
        Reply(429, "slow down", {"Retry-After": "17"}),
        Reply(429, "slow down", {"Retry-After": f"{later:%a, %d %b %Y %H:%M:%S GMT}"}),
    ]
    assert len(fetch().length_m) == 5
    assert watch.waits == [17.0, 40.0]
    assert len(server.asked) == 5


def test_a_busy_server_is_asked_again_after_longer_and_longer_waits(fetch: Fetch, server: Server, watch: Watch) -> None:
    server.next = [Reply(504, BUSY_PAGE), Reply(503, ""), Reply(200, BUSY_PAGE), Reply(429, "rate_limited")]
    assert len(fetch().length_m) == 5
    assert watch.waits == [5.0, 10.0, 20.0, 40.0]


def test_a_server_that_asks_for_a_second_again_and_again_is_given_longer_rests(
    fetch: Fetch, server: Server, watch: Watch
) -> None:
    server.rule = lambda query: Reply(429, "no", {"Retry-After": "1"})
    with pytest.raises(TrackerError, match="would have us wait longer than we may"):
        fetch()
    assert watch.waits[:3] == [5.0, 10.0, 20.0]
    assert len(server.asked) == len(watch.waits) + 1 < 15


def test_a_server_that_stays_busy_is_left_with_word_of_what_is_there(
    fetch: Fetch, server: Server, watch: Watch, tmp_path: Path
) -> None:
    server.rule = lambda query: Reply(429, "no") if len(server.asked) > 2 else None
    with pytest.raises(
        TrackerError, match=r"answered 429, too many requests.*2 of 3 tiles are there.*run the same"
    ) as e:
        fetch(patience_s=1000)
    assert str(tmp_path / "kept") in str(e.value)
    assert sum(watch.waits) <= 1000
    server.rule = lambda query: None
    asked = len(server.asked)
    assert len(fetch().length_m) == 5
    assert len(server.asked) == asked + 1


# ---- answers that are none


@pytest.mark.parametrize(
    "reply",
    [
        Reply(504, BUSY_PAGE),
        Reply(200, '{"version": 0.6, "elements": [{"type": "node", "id": 1, "lat": 5'),
        Reply(200, "x" * 1000, cut=500),
        Reply(200, "x", cut=0),
        Reply(200, "<html><body>Log in to the hotel's network</body></html>"),
        Reply(200, json.dumps(answer([], remark="runtime error: open64: 0 Success Dispatcher_Client::timeout"))),
        Reply(500, "<html>oops</html>"),
        Reply(200, ""),
    ],
    ids=["504", "truncated", "cut", "dropped", "HTML", "remark", "500", "empty"],
)
def test_a_failure_that_passes_costs_a_wait_and_no_road(
    fetch: Fetch, server: Server, watch: Watch, reply: Reply
) -> None:
    server.next = [reply]
    assert len(fetch().length_m) == 5
    assert watch.waits == [5.0]
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            Reply(200, "<html><body>Log in to the hotel</body></html>"),
            r"a page instead of data \(Log in to the hotel\)",
        ),
        (Reply(200, '{"elements": ['), "not JSON, or cut short"),
        (Reply(200, "x", cut=0), "broke the connection off, 4 times in a row"),
        (Reply(403, "<p>blocked</p>"), r"403: it does not serve us \(blocked\)"),
        (Reply(400, "<p><strong>Error</strong>: line 1: parse error</p>"), "line 1: parse error"),
        (Reply(301, "", {"Location": "https://elsewhere.example/api"}), "points to 'https://elsewhere.example/api'"),
        (Reply(404, "nothing"), "check the endpoint"),
    ],
    ids=["HTML", "truncated", "dropped", "403", "400", "redirect", "404"],
)
def test_a_failure_that_lasts_is_named_and_nothing_of_it_is_kept(
    fetch: Fetch, server: Server, tmp_path: Path, reply: Reply, words: str
) -> None:
    server.rule = lambda query: reply
    with pytest.raises(TrackerError, match=words) as error:
        fetch()
    assert "0 of 3 tiles are there" in str(error.value)
    assert not (tmp_path / "kept").exists()


def test_a_server_that_trickles_is_not_waited_for_without_an_end() -> None:
    seconds = itertools.count(step=60.0)
    clock = Clock(now=lambda: next(seconds))
    drip = SimpleNamespace(read1=lambda most, decode_content: b" ")
    server = Overpass("http://127.0.0.1:9/api", clock=clock, patience=Patience(clock, 1))
    with closing(server.session), pytest.raises(TooMuch, match="took longer than 720 seconds"):
        server._body(SimpleNamespace(raw=drip), clock.now())  # type: ignore[arg-type]


def test_a_server_that_is_not_there_is_named(fetch: Fetch) -> None:
    with pytest.raises(TrackerError, match=r"http://127.0.0.1:9/api refuses connections; check the address"):
        fetch(endpoint="http://127.0.0.1:9/api")
    with pytest.raises(TrackerError, match="is not known to the name service"):
        fetch(endpoint="http://overpass.invalid/api")
    with pytest.raises(TrackerError, match="is no address"):
        fetch(endpoint="overpass.example")


@pytest.mark.parametrize(
    "remark",
    [
        'runtime error: Query timed out in "query" at line 2 after 181 seconds.',
        "runtime error: Query run out of memory using about 2048 MB of RAM.",
        'runtime error: Query ran out of memory in "recurse" at line 1. It would need at least 2049 MB of RAM.',
    ],
)
def test_a_tile_that_is_too_much_is_asked_for_in_four(fetch: Fetch, server: Server, watch: Watch, remark: str) -> None:
    def rule(query: str) -> Reply | None:
        _, west, _, east = server.boxes()[-1]
        return Reply(200, json.dumps(answer([], remark=remark))) if east - west > 0.3 else None

    server.rule = rule
    told: list[tuple[int, int]] = []
    assert len(fetch(progress=lambda done, of: told.append((done, of))).length_m) == 5
    assert len(server.asked) == 3 + 3 * 4
    assert (told[0], told[-1]) == ((0, 3), (12, 12))
    assert watch.waits == []
    fetch()
    assert len(server.asked) == 15  # That a tile was split is kept as well.


def test_an_answer_that_is_too_long_is_split_too(fetch: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.rule = lambda query: Reply(200, " " * 100_000) if len(server.asked) == 1 else None
    monkeypatch.setattr("tracker.roads.download.overpass.MOST_BYTES", 50_000)
    assert len(fetch().length_m) == 5
    assert len(server.asked) == 1 + 4 + 2


def test_a_tile_that_cannot_be_split_any_more_ends_the_download(fetch: Fetch, server: Server) -> None:
    page = json.dumps(answer([], remark='runtime error: Query timed out in "query" at line 2 after 181 seconds.'))
    server.rule = lambda query: Reply(200, page)
    with pytest.raises(TrackerError, match=r"too much even for a tile of 0\.\d km"):
        fetch((39.0, 50.0, 39.02, 50.01))


def test_a_remark_that_is_no_error_is_no_harm(fetch: Fetch, server: Server) -> None:
    server.rule = lambda query: Reply(200, json.dumps(answer(server.elements, remark="The server is being moved.")))
    assert len(fetch().length_m) == 5


# ---- going on


class _Killed(BaseException):
    """As if the process were ended."""


def test_a_download_that_is_killed_goes_on_with_the_tiles_that_are_missing(fetch: Fetch, server: Server) -> None:
    def kill(done: int, of: int) -> None:
        if done == 2:
            raise _Killed

    with pytest.raises(_Killed):
        fetch(date="2023-06-23", progress=kill)
    assert len(server.asked) == 2
    roads = fetch(date="2023-06-23")
    assert len(server.asked) == 3
    assert len(set(server.asked)) == 3
    assert np.array_equal(roads.length_m, fetch(date="2023-06-23").length_m)
    assert len(server.asked) == 3


def test_a_process_that_is_ended_by_force_leaves_what_it_had(fetch: Fetch, server: Server, tmp_path: Path) -> None:
    words = f"""
import os, signal
from tracker.roads.download import download_roads
def moved(done, of):
    if done == 1:
        os.kill(os.getpid(), signal.SIGKILL)
download_roads({BOX}, date="2023-06-23", endpoint={server.endpoint!r}, cache={str(tmp_path / "kept")!r}, tile_km=40,
               progress=moved)
"""
    ended = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(server.asked) == 1
    assert len(fetch(date="2023-06-23").length_m) == 5
    assert len(server.asked) == 3


def test_an_answer_is_kept_whole_or_not_at_all(
    fetch: Fetch, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", stopped)
        with pytest.raises(_Killed):
            fetch()
    assert list((tmp_path / "kept").iterdir()) == []
    fetch()
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    asked = len(server.asked)
    assert len(fetch().length_m) == 5
    assert len(server.asked) == asked + 3


def test_the_map_of_now_is_kept_for_a_day_and_that_of_a_day_for_good(
    fetch: Fetch, server: Server, watch: Watch
) -> None:
    fetch()
    fetch(date="2023-06-23")
    watch.now += 86_000
    fetch()
    assert len(server.asked) == 6
    watch.now += 1_000
    fetch()
    fetch(date="2023-06-23")
    assert len(server.asked) == 9


def test_another_server_is_asked_itself(fetch: Fetch, server: Server) -> None:
    fetch()
    fetch(endpoint=server.endpoint.replace("127.0.0.1", "localhost"))
    assert len(server.asked) == 6


def test_a_folder_that_cannot_be_written_to_is_named(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TrackerError, match="give another folder as cache="):
        fetch(cache=tmp_path / "file" / "kept")


# ---- real answers


@pytest.mark.shared
def test_a_real_answer_gives_real_roads(fetch: Fetch, server: Server, shared: Path) -> None:
    raw = (shared / "roads" / "overpass_response.json").read_bytes()
    server.rule = lambda query: Reply(200, raw)
    roads = fetch((116.27, 39.99, 116.35, 40.03), tile_km=200)
    assert len(server.asked) == 1
    assert roads.date == "2021-03-17T13:01:57Z"
    known = {e["id"] for e in json.loads(raw)["elements"] if e["type"] == "way"}
    assert set(roads.osm_way.tolist()) <= known
    assert len(set(roads.osm_way.tolist())) > 250
    assert "Qinghua East Road" in set(roads.int_name)
    assert set(roads.table.highway) <= set(CLASSES)


@pytest.mark.shared
def test_an_extract_in_tiles_is_the_extract(fetch: Fetch, server: Server, shared: Path) -> None:
    path = shared / "roads" / "graphhopper_monaco.osm.gz"
    server.elements = elements_of(path)
    from_file = load_roads(path)
    box = (
        from_file.vertex_lon.min(),
        from_file.vertex_lat.min(),
        from_file.vertex_lon.max(),
        from_file.vertex_lat.max(),
    )
    roads = fetch(box, tile_km=1)
    assert len(server.asked) > 4
    assert len(roads.length_m) == len(from_file.length_m)
    assert np.array_equal(roads.osm_way, from_file.osm_way)
    assert roads.length_m == pytest.approx(from_file.length_m)
    assert len(roads.barred_ptr) == len(from_file.barred_ptr)


def elements_of(path: Path) -> list[dict[str, object]]:
    """An extract's elements as Overpass would write them."""
    import osmium

    found: list[dict[str, object]] = []
    for e in osmium.FileProcessor(str(path)):
        tags = dict(e.tags)
        more = {"tags": tags} if tags else {}
        if e.is_node():
            found.append({"type": "node", "id": e.id, "lon": e.lon, "lat": e.lat} | more)
        elif e.is_way() and tags.get("highway") in CLASSES:
            found.append(way(e.id, [n.ref for n in e.nodes], **tags))
        elif e.is_relation() and tags.get("type") == "restriction":
            kinds = {"n": "node", "w": "way", "r": "relation"}
            members = [{"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in e.members]
            found.append({"type": "relation", "id": e.id, "tags": tags, "members": members})
    return found
