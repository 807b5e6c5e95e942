"""Nominatim is asked only when it is switched on, slowly, once, and its bad days are named."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tracker.evidence.places import ATTRIBUTION, Nominatim, locate, nominatim
from tracker.model import AmbiguousPlace, UnknownPlace

AGENT = "march-map/1.0 (desk@paper.example)"


def result(
    name: str, lat: float, lon: float, *, kind: str = "village", size: float = 0.02, state: str = "X"
) -> dict[str, Any]:
    """An element of the list that the server sends for format=json."""
    return {
        "place_id": 100149,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "node",
        "osm_id": 107775,
        "lat": str(lat),
        "lon": str(lon),
        "class": "boundary" if kind == "state" else "place",
        "type": kind,
        "place_rank": 19,
        "importance": 0.28,
        "addresstype": kind,
        "name": name,
        "display_name": f"{name}, {state}, Russia",
        "boundingbox": [str(lat - size), str(lat + size), str(lon - size), str(lon + size)],
    }


ONE = result("Qarabulaqovka", 52.0, 39.0)


@dataclass
class Server:
    """What a loopback Nominatim answers, and what it was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b"[]"
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    agents: list[str | None] = field(default_factory=list)
    hold: threading.Event | None = None

    def answers(self, *places: dict[str, Any]) -> None:
        self.body = json.dumps(list(places)).encode()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(parse_qs(urlsplit(self.path).query))
            state.agents.append(self.headers.get("User-Agent"))
            if state.hold:
                state.hold.wait(10)
                return
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        if state.hold:
            state.hold.set()
        http.shutdown()
        thread.join()


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def switched_on(server: Server, folder: Path, clock: Clock | None = None, **options: Any) -> Nominatim:
    clock = clock or Clock()
    return nominatim(
        user_agent=AGENT,
        cache=folder,
        domain=f"127.0.0.1:{server.port}",
        scheme="http",
        clock=clock,
        sleep=clock.sleep,
        **options,
    )


def test_a_place_found_online_has_its_box_as_radius_and_its_source_named(server: Server, tmp_path: Path) -> None:
    server.answers(ONE)
    place = locate("Qarabulaqovka", online=switched_on(server, tmp_path), country="RU")
    assert (place.name, place.lon, place.lat, place.method) == ("Qarabulaqovka", 39.0, 52.0, "nominatim")
    assert place.radius_m == pytest.approx(2_614, abs=5)
    assert ATTRIBUTION in place.detail
    assert server.agents == [AGENT]
    assert (server.asked[0]["q"], server.asked[0]["limit"], server.asked[0]["countrycodes"]) == (
        ["Qarabulaqovka"],
        ["8"],
        ["ru"],
    )


def test_what_the_offline_sources_know_is_not_asked(server: Server, tmp_path: Path) -> None:
    locate("Yelets", online=switched_on(server, tmp_path))
    locate("Белгород", online=switched_on(server, tmp_path))
    assert server.asked == []


def test_an_answer_is_asked_once_and_kept_for_other_processes(server: Server, tmp_path: Path) -> None:
    server.answers(ONE)
    first = locate("Qarabulaqovka", online=switched_on(server, tmp_path))
    assert locate("Qarabulaqovka", online=switched_on(server, tmp_path)) == first
    assert len(server.asked) == 1


def test_that_nothing_was_found_is_kept_too(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(UnknownPlace, match="is not known"):
            locate("Qarabulaqovka", online=switched_on(server, tmp_path))
    assert len(server.asked) == 1


def test_several_results_are_ambiguous_and_a_point_nearby_decides(server: Server, tmp_path: Path) -> None:
    server.answers(ONE, result("Qarabulaqovka", 60.0, 90.0), result("Qarabulaqovka", 52.001, 39.001, kind="hamlet"))
    with pytest.raises(AmbiguousPlace) as caught:
        locate("Qarabulaqovka", online=switched_on(server, tmp_path))
    assert len(caught.value.candidates) == 2
    assert locate("Qarabulaqovka", near=(90.0, 60.0), online=switched_on(server, tmp_path)).lat == 60.0


def test_an_area_too_large_is_no_point_online_either(server: Server, tmp_path: Path) -> None:
    server.answers(result("Qarabulaqia", 52.0, 39.0, kind="state", size=3))
    with pytest.raises(UnknownPlace, match="too large to be a point"):
        locate("Qarabulaqia", online=switched_on(server, tmp_path))


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (429, b"Too many requests", r"too much was asked \(429\)"),
        (503, b"Service Unavailable", "is overloaded"),
        (500, b"", "cannot be used now"),
        (403, b"Usage limit reached", r"refuses this user agent \(403\)"),
        (200, b"<html><body>Bandwidth limit exceeded</body></html>", "cannot be used now|no list of places"),
        (200, b'{"error": "Nothing"}', "cannot be used now|no list of places"),
        (200, b"[1, 2]", "no list of places"),
        (200, b"\xff\xfe", "cannot be used now|no list of places"),
    ],
)
def test_a_bad_day_of_the_server_is_named_and_not_kept(
    server: Server, tmp_path: Path, status: int, body: bytes, message: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(UnknownPlace, match=message):
        locate("Qarabulaqovka", online=switched_on(server, tmp_path))
    server.status = 200
    server.answers(ONE)
    assert locate("Qarabulaqovka", online=switched_on(server, tmp_path)).method == "nominatim"


def test_a_server_that_does_not_answer_is_given_up(server: Server, tmp_path: Path) -> None:
    server.hold = threading.Event()
    with pytest.raises(UnknownPlace, match=r"did not answer within 0\.2 s|cannot be used now"):
        locate("Qarabulaqovka", online=switched_on(server, tmp_path, timeout_s=0.2))


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnknownPlace, match="cannot be used now"):
        locate("Qarabulaqovka", online=switched_on(Server(port=port), tmp_path))


def test_questions_are_a_second_apart_whoever_asks(server: Server, tmp_path: Path) -> None:
    clock = Clock()
    for words in ("Qarabulaqovka", "Zzyzxovka", "Xyzzyovka"):
        with pytest.raises(UnknownPlace):
            locate(words, online=switched_on(server, tmp_path, clock))
    assert clock.slept == [1.0, 1.0]
    clock.now += 5
    with pytest.raises(UnknownPlace):
        locate("Plughovka", online=switched_on(server, tmp_path, clock))
    assert clock.slept == [1.0, 1.0]


def test_more_than_the_agreed_number_of_questions_is_bulk_and_refused(server: Server, tmp_path: Path) -> None:
    online = switched_on(server, tmp_path, at_most=1)
    for words, message in (("Qarabulaqovka", "is not known"), ("Zzyzxovka", "more would be bulk")):
        with pytest.raises(UnknownPlace, match=message):
            locate(words, online=online)
    assert len(server.asked) == 1


def test_a_damaged_kept_answer_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.answers(ONE)
    locate("Qarabulaqovka", online=switched_on(server, tmp_path))
    for file in tmp_path.glob("*.json"):
        file.write_text("{", encoding="utf-8")
    assert locate("Qarabulaqovka", online=switched_on(server, tmp_path)).lat == 52.0


@pytest.mark.parametrize("agent", ["", "  ", "geopy/2.4.1", "python-requests/2", "my-application", "a\r\nHost: x, y"])
def test_a_user_agent_that_names_nobody_is_refused(agent: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="user_agent"):
        nominatim(user_agent=agent, cache=tmp_path)


@pytest.mark.parametrize(
    "words", ["Qarabulaqovka", "Yelets", "12 km north of Yelets", "https://maps.app.goo.gl/abc", "Paris"]
)
def test_nothing_is_sent_unless_it_is_switched_on(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with suppress(UnknownPlace, AmbiguousPlace):
        assert locate(words).name
