"""A server, a clock that passes time in no time, and a guard that lets nothing else be contacted."""

import socket
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.roads.download.napkin_map import BOX, napkin
from tests.roads.download.overpass_server import Server, serving
from tracker.roads import RoadNetwork
from tracker.roads.download import Clock, download_roads

NOW = datetime(2023, 7, 1, 12, tzinfo=UTC).timestamp()


class Watch:
    """A clock that tells how long it was made to wait."""

    def __init__(self) -> None:
        self.now, self.waits = NOW, list[float]()

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.waits.append(seconds)
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def server() -> Generator[Server]:
    with serving(napkin()) as told:
        yield told


@pytest.fixture(autouse=True)
def contacted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host that is looked up or connected to; any but this machine is refused."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    hosts: list[str] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def guarded_look_up(host: Any, *more: Any, **options: Any) -> Any:
        hosts.append(str(host))
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *more, **options)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        hosts.append(str(address[0]))
        assert address[0] in ("127.0.0.1", "::1")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    return hosts


Fetch = Callable[..., RoadNetwork]


@pytest.fixture
def fetch(server: Server, watch: Watch, tmp_path: Path) -> Fetch:
    """`download_roads` from the server on this machine, by default the napkin's box in three tiles."""

    def fetched(area: Any = BOX, **options: Any) -> RoadNetwork:
        usual = {"endpoint": server.endpoint, "cache": tmp_path / "kept", "clock": watch.clock, "tile_km": 40}
        return download_roads(area, **(usual | options))

    return fetched
