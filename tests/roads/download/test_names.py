"""A place name becomes its outline, asked of one server only, and osmnx is left as it was."""

import json
from types import SimpleNamespace
from typing import Any

import osmnx
import pytest
import shapely

from tests.roads.download.conftest import Fetch, Watch
from tests.roads.download.overpass_server import Reply, Server
from tracker.model import BadRoads, TrackerError, UnknownPlace

BOX = (39.0, 49.9, 40.5, 50.1)


def found(shape: Any, **more: Any) -> Reply:
    """An answer of Nominatim with one place."""
    west, south, east, north = shape.bounds
    place = {
        "place_id": 1, "osm_type": "relation", "osm_id": 2, "lat": str(shape.centroid.y), "lon": str(shape.centroid.x),
        "class": "boundary", "type": "administrative", "place_rank": 8, "importance": 0.6, "name": "Lipetsk Oblast",
        "display_name": "Lipetsk Oblast, Russia", "boundingbox": [str(x) for x in (south, north, west, east)],
        "geojson": shapely.geometry.mapping(shape),
    }  # fmt: skip
    return Reply(body=json.dumps([place | more]))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """osmnx waits a second before each request, by a clock of its own."""
    monkeypatch.setattr("osmnx._nominatim.time", SimpleNamespace(sleep=lambda seconds: None))


@pytest.fixture
def named(fetch: Fetch, server: Server) -> Fetch:
    def fetched(name: str, **options: Any) -> Any:
        return fetch(name, geocoder=server.endpoint.removesuffix("/api"), **options)

    return fetched


def test_a_name_becomes_the_roads_within_its_outline(named: Fetch, server: Server, contacted: list[str]) -> None:
    server.places = [found(shapely.box(*BOX))]
    roads = named("Lipetsk Oblast, Russia")
    assert len(roads.length_m) == 5
    assert server.searched == ["Lipetsk Oblast, Russia"]
    assert all(agent.startswith("convoy-tracker/") for agent in server.agents)
    assert set(contacted) == {"127.0.0.1"}
    named("Lipetsk Oblast, Russia")
    assert len(server.searched) == 1


def test_the_settings_of_osmnx_are_as_before_whatever_happens(named: Fetch, server: Server) -> None:
    public = {key: value for key, value in vars(osmnx.settings).items() if not key.startswith("_")}
    server.places = [found(shapely.box(*BOX)), Reply(body="[]"), Reply(200, "<html>")]
    named("Lipetsk")
    with pytest.raises(UnknownPlace):
        named("Nowhere")
    assert {key: value for key, value in vars(osmnx.settings).items() if not key.startswith("_")} == public


def test_an_unknown_name_and_a_mere_point_are_refused_with_a_remedy(named: Fetch, server: Server) -> None:
    with pytest.raises(UnknownPlace, match=r"'Nowhere': nothing found.*give a box \(west, south, east, north\)"):
        named("Nowhere")
    server.places = [found(shapely.Point(39, 50))]
    with pytest.raises(UnknownPlace, match=r"'Well': found as a point only.*give a box"):
        named("Well")
    assert server.asked == []


def test_an_outline_that_is_too_large_is_refused(named: Fetch, server: Server) -> None:
    server.places = [found(shapely.box(20, 40, 60, 70))]
    with pytest.raises(BadRoads, match="square kilometres"):
        named("Russia")


def test_a_busy_geocoder_is_asked_again_and_not_for_ever(named: Fetch, server: Server, watch: Watch) -> None:
    server.places = [Reply(429, "slow"), Reply(504, "slow"), found(shapely.box(*BOX))]
    assert len(named("Lipetsk").length_m) == 5
    assert watch.waits == [5.0, 10.0]
    server.places = [Reply(429, "slow")] * 50
    with pytest.raises(TrackerError, match=r"'Oryol': the geocoder answered 429.*give a box"):
        named("Oryol", patience_s=300)
    assert len(server.places) > 30


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "<html>hotel</html>"),
        Reply(200, '{"error": "x"}'),
        Reply(200, '[{"lat": 1}]'),
        Reply(200, "[1, 2]"),
        Reply(200, '[{"geojson": {"type": "Polygon", "coordinates": "x"}, "boundingbox": ["1", "2", "3", "4"]}]'),
        Reply(200, "[" * 100_000),
        Reply(403, "blocked"),
        Reply(200, "x", cut=0),
    ],
    ids=["HTML", "dictionary", "half a place", "numbers", "bad outline", "nested", "403", "dropped"],
)
def test_a_geocoder_that_answers_nonsense_is_named(named: Fetch, server: Server, reply: Reply) -> None:
    server.places = [reply] * 10
    with pytest.raises(TrackerError, match="'Lipetsk'"):
        named("Lipetsk")
    assert server.asked == []
