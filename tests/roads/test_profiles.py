"""Who drives: a convoy and a car on the same roads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.roads.napkin import Nodes, Relation, Way, draw, ends
from tracker.model import BadRoads
from tracker.roads import CAR, CLASSES, CONVOY, Profile, RoadNetwork, load_roads, reach

NODES: Nodes = {"a": (39.0, 51.0), "b": (39.0, 51.01), "c": (39.01, 51.01), "d": (39.01, 51.0)}


def alone(folder: Path, tags: dict[str, str], profile: Profile) -> float:
    """Speed on a road with these tags."""
    return float(draw(folder, NODES, [("ab", tags)]).under(profile).speed_kmh[0])


@pytest.mark.parametrize(
    ("tags", "convoy", "car"),
    [
        ({"highway": "motorway"}, 80, 110),
        ({"highway": "trunk"}, 80, 95),
        ({"highway": "primary"}, 65, 80),
        ({"highway": "residential"}, 30, 35),
        ({"highway": "motorway", "maxspeed": "70"}, 70, 70),
        ({"highway": "motorway", "maxspeed": "130"}, 80, 110),
        ({"highway": "primary", "maxspeed": "RU:urban"}, 60, 60),
        ({"highway": "primary", "surface": "gravel"}, 35, 35),
        ({"highway": "primary", "surface": "asphalt"}, 65, 80),
        ({"highway": "primary", "surface": "mud", "maxspeed": "20"}, 15, 15),
        ({"highway": "primary", "surface": "cobblestone", "maxspeed": "20"}, 20, 20),
    ],
)
def test_a_road_is_driven_as_fast_as_class_law_surface_and_column_allow(
    tmp_path: Path, tags: dict[str, str], convoy: float, car: float
) -> None:
    assert alone(tmp_path, tags, CONVOY) == convoy
    assert alone(tmp_path, tags, CAR) == car


def test_a_column_is_never_faster_than_80_unless_told(tmp_path: Path) -> None:
    fast = {"highway": "motorway"}
    assert CONVOY.class_kmh["motorway"] == 90
    assert alone(tmp_path, fast, CONVOY) == 80
    assert alone(tmp_path, fast, replace(CONVOY, top_kmh=100)) == 90
    assert alone(tmp_path, fast, replace(CONVOY, top_kmh=45.5)) == 45.5


def test_the_speed_of_every_class_is_the_profiles(tmp_path: Path) -> None:
    classes = np.arange(len(CLASSES)).astype(np.int8)
    nothing = np.zeros(len(CLASSES), np.float32)
    for profile in (CONVOY, CAR):
        speeds = profile.speed_kmh(classes, nothing, [""] * len(CLASSES))
        assert speeds.dtype == np.float32
        assert speeds.tolist() == [min(profile.class_kmh[name], profile.top_kmh) for name in CLASSES]
    assert CAR.speed_kmh(classes[:0], nothing[:0], []).shape == (0,)


def test_a_name_or_a_profile_may_be_given_when_roads_are_loaded(tmp_path: Path) -> None:
    draw(tmp_path, NODES, [("ab", {"highway": "motorway"})])
    path = tmp_path / "napkin.osm"
    slow = replace(CONVOY, name="tanks", top_kmh=30)
    for profile, speed in (("convoy", 80), ("car", 110), (slow, 30), (None, 80)):
        roads = load_roads(path, profile=profile)
        assert roads.speed_kmh.tolist() == [speed]
        assert roads.seconds == pytest.approx(np.repeat(roads.length_m, 2) / (speed / 3.6))
    assert load_roads(path, profile=slow).profile is slow


ONE_WAY: list[Way] = [("ab", {"highway": "primary", "oneway": "yes"}), ("bcda", {"highway": "primary", "oneway": "-1"})]
AGAINST = replace(CONVOY, name="against the traffic", ignores_oneway=True)


def test_who_ignores_one_ways_drives_every_edge_both_ways(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, ONE_WAY)
    against = roads.under(AGAINST)
    assert (roads.edge_arcs < 0).any()
    assert (against.edge_arcs >= 0).all()
    assert len(against.arc_edge) == 2 * len(roads.length_m)
    reverse = against.arc_reverse
    assert reverse[reverse].tolist() == list(range(len(reverse)))
    # What the map says stays known, and who obeys it obeys it again.
    assert ends(against, NODES) == ends(roads, NODES)
    assert against.oneway.tolist() == roads.oneway.tolist()
    again = against.under(CONVOY)
    assert again.arc_edge.tolist() == roads.arc_edge.tolist()
    assert again.seconds.tolist() == roads.seconds.tolist()


def test_who_ignores_one_ways_still_may_not_turn_where_none_may(tmp_path: Path) -> None:
    nodes: Nodes = {**NODES, "x": (39.02, 51.01)}
    ways: list[Way] = [
        ("ab", {"highway": "primary", "oneway": "yes"}),
        ("bc", {"highway": "primary"}),
        ("bx", {"highway": "primary", "oneway": "yes"}),
    ]
    relations: list[Relation] = [
        ([("from", "ab"), ("via", "b"), ("to", "bc")], {"type": "restriction", "restriction": "no_right_turn"})
    ]
    roads = draw(tmp_path, nodes, ways, relations=relations)

    def reached(network: RoadNetwork, start: str) -> list[str]:
        names = {point: name for name, point in nodes.items()}
        at = [names[spot] for spot in zip(network.node_lon.tolist(), network.node_lat.tolist(), strict=True)]
        return sorted(at[junction] for junction in reach(network, [at.index(start)]).junction.tolist())

    assert reached(roads, "a") == ["a", "b", "x"]
    assert reached(roads, "c") == ["b", "c", "x"]
    assert reached(roads.under(AGAINST), "c") == ["a", "b", "c", "x"]
    assert roads.under(AGAINST).barred_ptr.tolist() == roads.barred_ptr.tolist()
    assert len(roads.under(AGAINST).graph.double) == len(roads.graph.double) == 1


def test_the_same_profile_gives_the_same_network(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, ONE_WAY)
    assert roads.under(CONVOY) is roads


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top_kmh": 0}, "top_kmh"),
        ({"top_kmh": float("nan")}, "top_kmh"),
        ({"top_kmh": float("inf")}, "top_kmh"),
        ({"class_kmh": {**CAR.class_kmh, "trunk": -1}}, "class_kmh of trunk"),
        ({"class_kmh": {**CAR.class_kmh, "road": float("nan")}}, "class_kmh of road"),
        ({"class_kmh": {name: 50 for name in CLASSES if name not in ("trunk", "road")}}, "class_kmh of trunk, .*road"),
        ({"class_kmh": {**CAR.class_kmh, "trunk": 0}, "top_kmh": -5}, "class_kmh of trunk, top_kmh"),
        ({"class_kmh": {**CAR.class_kmh, "trunk": "fast"}}, "class_kmh of trunk"),
        ({"class_kmh": {**CAR.class_kmh, "trunk": None}}, "class_kmh of trunk"),
        ({"top_kmh": "80"}, "top_kmh"),
    ],
)
def test_a_profile_that_cannot_drive_is_refused_with_all_that_is_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises(BadRoads, match=f"'car': {message}: give a speed in km/h"):
        replace(CAR, **change)  # type: ignore[arg-type]


def test_a_profile_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    draw(tmp_path, NODES, ONE_WAY)
    with pytest.raises(BadRoads, match="'tank': no such profile; choose convoy or car"):
        load_roads(tmp_path / "napkin.osm", profile="tank")
