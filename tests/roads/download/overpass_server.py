"""A server on this machine that speaks Overpass: it answers queries from elements, and misbehaves as told."""

import json
import re
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Element = dict[str, Any]

FREE = "Connected as: 1\nCurrent time: 2023-06-24T12:00:00Z\nRate limit: 2\n2 slots available now.\n"
BUSY_PAGE = (
    '<html><head><title>OSM3S Response</title></head><body><p><strong style="color:#FF0000">Error</strong>: runtime '
    "error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::timeout. The server is probably "
    "too busy to handle your request. </p></body></html>"
)


@dataclass
class Reply:
    """What the server sends; None for what it would answer otherwise."""

    code: int = 200
    body: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Close the connection after so many bytes of the body."""


@dataclass
class Server:
    """The server, what it was asked, and what it does next."""

    elements: list[Element]
    endpoint: str = ""
    asked: list[str] = field(default_factory=list)
    """Queries, in turn."""
    searched: list[str] = field(default_factory=list)
    """Names that the geocoder was asked for."""
    agents: set[str] = field(default_factory=set)
    next: list[Reply] = field(default_factory=list)
    """Replies before all others, one for each query."""
    rule: Callable[[str], Reply | None] = lambda query: None
    """A reply by what is asked."""
    status: list[str] = field(default_factory=list)
    """Status pages before the one that says that all is free."""
    places: list[Reply] = field(default_factory=list)
    """Replies of the geocoder."""
    at_once: int = 0
    most_at_once: int = 0
    base: str = "2023-06-24T12:00:00Z"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def boxes(self) -> list[tuple[float, ...]]:
        """South, west, north, east of each query."""
        return [box_of(query) for query in self.asked]

    def reply(self, query: str) -> Reply:
        with self.lock:
            self.asked.append(query)
            found = (self.next.pop(0) if self.next else None) or self.rule(query) or Reply()
        if found.body is None:
            found.body = json.dumps(answer(held(self.elements, box_of(query)), base=self.base))
        return found


def answer(elements: Iterable[Element], *, base: str = "2023-06-24T12:00:00Z", **more: Any) -> dict[str, Any]:
    """An answer as Overpass writes it."""
    header = {"timestamp_osm_base": base, "copyright": "The data included in this document is from openstreetmap.org."}
    return {"version": 0.6, "generator": "Overpass API", "osm3s": header, "elements": list(elements)} | more


def box_of(query: str) -> tuple[float, ...]:
    found = re.search(r"\((-?[\d.]+),(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)\)->", query)
    assert found, query
    return tuple(map(float, found.groups()))


def held(elements: list[Element], box: tuple[float, ...]) -> list[Element]:
    """What the server has in a box: ways with a part in it whole, with all their points and their restrictions."""
    south, west, north, east = box
    nodes = {e["id"]: e for e in elements if e["type"] == "node"}

    def within(part: list[int]) -> bool:
        points = [nodes[ref] for ref in part if ref in nodes]
        lon, lat = [p["lon"] for p in points], [p["lat"] for p in points]
        # By the box of each segment: for straight napkin roads the same as the segment itself.
        return bool(points) and min(lon) <= east and max(lon) >= west and min(lat) <= north and max(lat) >= south

    ways = [
        e for e in elements
        if e["type"] == "way" and any(within(e["nodes"][i : i + 2]) for i in range(max(1, len(e["nodes"]) - 1)))
    ]  # fmt: skip
    told = [e for e in nodes.values() if {"place", "highway"} & e.get("tags", {}).keys() and within([e["id"]])]
    refs = dict.fromkeys(ref for way in ways for ref in way["nodes"])
    bare = [{key: nodes[ref][key] for key in ("type", "id", "lon", "lat")} for ref in refs if ref in nodes]
    numbers = {way["id"] for way in ways}
    turns = [e for e in elements if e["type"] == "relation" and any(m["ref"] in numbers for m in e["members"])]
    return [*told, *ways, *bare, *turns]


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        told: Server = self.server.told
        told.agents.add(self.headers.get("User-Agent", ""))
        address = urlsplit(self.path)
        if address.path == "/api/status":
            self._send(Reply(body=told.status.pop(0) if told.status else FREE))
        elif address.path == "/search":
            told.searched.append(parse_qs(address.query)["q"][0])
            self._send(told.places.pop(0) if told.places else Reply(body="[]"))
        else:
            self._send(Reply(404, "nothing here"))

    def do_POST(self) -> None:
        told: Server = self.server.told
        told.agents.add(self.headers.get("User-Agent", ""))
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path != "/api/interpreter" or set(form) != {"data"}:
            self._send(Reply(404, "nothing here"))
            return
        with told.lock:
            told.at_once += 1
            told.most_at_once = max(told.most_at_once, told.at_once)
        try:
            self._send(told.reply(form["data"][0]))
        finally:
            with told.lock:
                told.at_once -= 1

    def _send(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else (reply.body or "").encode()
        if reply.cut == 0:
            self.connection.close()
            return
        self.send_response(reply.code)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: reply.cut])
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(elements: list[Element]) -> Generator[Server]:
    """A server of these elements, for as long as the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        told = Server(elements, endpoint=f"http://127.0.0.1:{http.server_address[1]}/api")
        http.told = told  # type: ignore[attr-defined]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            http.shutdown()
            thread.join()
