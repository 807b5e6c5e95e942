"""Turn restrictions, each on a napkin: who may turn where, and what the drive costs when one may not."""

from pathlib import Path

import numpy as np
import pytest

from tests.roads.napkin import Relation, Way, draw
from tracker.roads import CAR, RoadNetwork, reach, shortest_path

#      n
#      |
#  w---x---e      and a long way round from s to e and to w
#      |
#      s
NODES = {
    "x": (39.0, 51.0),
    "n": (39.0, 51.01),
    "s": (39.0, 50.99),
    "w": (38.985, 51.0),
    "e": (39.015, 51.0),
    "p": (39.03, 50.98),
    "q": (38.97, 50.98),
    "y": (39.0, 51.02),
    "z": (39.015, 51.02),
}
ROAD = {"highway": "primary"}
CROSS: list[Way] = [("sx", ROAD), ("xn", ROAD), ("wx", ROAD), ("xe", ROAD), ("spe", ROAD), ("sqw", ROAD)]


def restriction(kind: str, start: str, via: str, end: str, **more: str) -> Relation:
    members = [("from", start), *(("via", part) for part in via.split()), ("to", end)]
    return members, {"type": "restriction", "restriction": kind, **more}


def metres(roads: RoadNetwork, start: str, end: str) -> float:
    """From the middle of one way to the middle of another, way by way; a way is named by its two ends."""

    def middle(ends: str) -> tuple[int, float]:
        lon, lat = np.mean([NODES[ends[0]], NODES[ends[1]]], axis=0)
        spot = roads.nearest(lon, lat)
        return int(spot.edge[0]), float(spot.offset_m[0])

    return shortest_path(roads, middle(start), middle(end)).metres


def test_a_turn_that_is_free_is_taken(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, CROSS)
    assert metres(roads, "sx", "xe") == pytest.approx(1083, abs=5)
    assert len(roads.graph.junction) == len(roads.node_lon)


@pytest.mark.parametrize(
    ("relation", "barred", "free"),
    [
        pytest.param(restriction("no_right_turn", "sx", "x", "xe"), ["sx>xe"], ["sx>wx", "sx>xn", "wx>xe"], id="no"),
        pytest.param(
            restriction("only_straight_on", "sx", "x", "xn"), ["sx>xe", "sx>wx"], ["sx>xn", "wx>xe"], id="only"
        ),
        pytest.param(
            restriction("no_right_turn", "sx", "x", "xe", **{"except": "bicycle"}), ["sx>xe"], [], id="except others"
        ),
        pytest.param(
            (
                [("from", "sx"), ("from", "wx"), ("via", "x"), ("to", "xe")],
                {"type": "restriction", "restriction": "no_entry"},
            ),
            ["sx>xe", "wx>xe"],
            ["sx>xn", "xn>xe"],
            id="no entry from two",
        ),
        pytest.param(
            (
                [("from", "sx"), ("via", "x"), ("to", "xe"), ("to", "wx")],
                {"type": "restriction", "restriction": "no_exit"},
            ),
            ["sx>xe", "sx>wx"],
            ["sx>xn"],
            id="no exit to two",
        ),
    ],
)
def test_a_forbidden_turn_is_driven_round(
    tmp_path: Path, relation: Relation, barred: list[str], free: list[str]
) -> None:
    plain, roads = draw(tmp_path, NODES, CROSS), draw(tmp_path, NODES, CROSS, relations=[relation])
    for turn in barred:
        assert metres(roads, *turn.split(">")) > metres(plain, *turn.split(">")) + 1000
    for turn in free:
        assert metres(roads, *turn.split(">")) == pytest.approx(metres(plain, *turn.split(">")))
    assert roads.dropped == plain.dropped


def test_a_forbidden_turn_back_is_not_taken_at_a_dead_end_of_another_way(tmp_path: Path) -> None:
    ways: list[Way] = [("sx", ROAD), ("xn", ROAD), ("wx", ROAD)]
    relations = [restriction("no_u_turn", "sx", "x", "sx")]
    roads = draw(tmp_path, NODES, ways, relations=relations)
    place = roads.graph.entered
    arrive = [arc for arc in range(len(roads.arc_edge)) if place[arc] >= len(roads.node_lon)]
    assert len(arrive) == 1
    double = int(place[arrive[0]])
    onward = roads.graph.arc[roads.graph.ptr[double] : roads.graph.ptr[double + 1]]
    assert roads.arc_reverse[arrive[0]] not in onward
    assert len(onward) == 2


def test_a_turn_over_a_way_between_is_forbidden_to_those_who_come_that_way_only(tmp_path: Path) -> None:
    # s - x - n - y: coming from w over xn one may not go on to y; from s one may.
    ways: list[Way] = [
        ("sx", ROAD),
        ("wx", ROAD),
        ("xn", ROAD),
        ("ny", ROAD),
        ("nz", ROAD),
        ("yz", ROAD),
        ("spe", ROAD),
    ]
    relations = [restriction("no_straight_on", "wx", "xn", "ny")]
    plain, roads = draw(tmp_path, NODES, ways), draw(tmp_path, NODES, ways, relations=relations)
    assert metres(roads, "sx", "ny") == pytest.approx(metres(plain, "sx", "ny"))
    assert metres(roads, "wx", "nz") == pytest.approx(metres(plain, "wx", "nz"))
    assert metres(roads, "wx", "ny") > metres(plain, "wx", "ny") + 1000
    assert len(roads.graph.double) == 2


def test_the_only_way_on_after_a_way_between(tmp_path: Path) -> None:
    ways: list[Way] = [("sx", ROAD), ("wx", ROAD), ("xn", ROAD), ("ny", ROAD), ("nz", ROAD), ("yz", ROAD)]
    relations = [restriction("only_right_turn", "wx", "xn", "nz")]
    plain, roads = draw(tmp_path, NODES, ways), draw(tmp_path, NODES, ways, relations=relations)
    assert metres(roads, "wx", "nz") == pytest.approx(metres(plain, "wx", "nz"))
    assert metres(roads, "wx", "ny") > metres(plain, "wx", "ny") + 1000
    assert metres(roads, "sx", "ny") == pytest.approx(metres(plain, "sx", "ny"))


@pytest.mark.parametrize(
    ("relation", "reason"),
    [
        (restriction("no_right_turn", "sx", "x", "xe", **{"except": "psv;motorcar"}), "that excepts motor vehicles"),
        (restriction("no_right_turn", "sx", "x", "zz"), "on a way that is not taken"),
        (restriction("no_right_turn", "sx", "?", "xe"), "that is incomplete"),
        (restriction("no_right_turn", "sx", "n", "xe"), "where these roads do not meet"),
        (restriction("no_way", "sx", "x", "xe"), "of an unknown kind"),
        (([("from", "sx"), ("to", "xe")], {"type": "restriction", "restriction": "no_exit"}), "that is incomplete"),
        (
            ([("from", "sx"), ("via", "x"), ("to", "xe")], {"type": "restriction", "restriction:hgv": "no_exit"}),
            "for some vehicles or times only",
        ),
        (
            (
                [("from", "sx"), ("via", "x"), ("to", "xe")],
                {"type": "restriction", "restriction:conditional": "no_exit @ (07:00-09:00)"},
            ),
            "for some vehicles or times only",
        ),
    ],
)
def test_a_restriction_that_binds_nobody_is_counted_and_changes_nothing(
    tmp_path: Path, relation: Relation, reason: str
) -> None:
    roads = draw(tmp_path, NODES, CROSS, relations=[relation])
    assert roads.dropped == {f"turn restriction {reason}": 1}
    assert len(roads.graph.junction) == len(roads.node_lon)


def test_searches_from_junctions_obey_restrictions_on_the_way(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, CROSS, relations=[restriction("no_right_turn", "sx", "x", "xe")])
    places = zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)
    at = {point: number for number, point in enumerate(places)}
    named = {name: at[NODES[name]] for name in "snx"}
    spot = roads.nearest(*np.mean([NODES["x"], NODES["e"]], axis=0))
    tail = {int(roads.edge_tail[spot.edge[0]]), int(roads.edge_head[spot.edge[0]])}
    found = reach(roads, [named["s"]], by="metres")
    cost = dict(zip(found.junction.tolist(), found.cost.tolist(), strict=True))
    assert named["n"] in cost
    assert tail <= cost.keys()
    back = reach(roads, [named["n"]], by="metres", back=True)
    assert dict(zip(back.junction.tolist(), back.cost.tolist(), strict=True))[named["s"]] == pytest.approx(
        cost[named["n"]], abs=0.011
    )


def test_a_profile_and_a_part_keep_the_restrictions(tmp_path: Path) -> None:
    roads = draw(tmp_path, NODES, CROSS, relations=[restriction("no_right_turn", "sx", "x", "xe")])
    for other in (roads.under(CAR), roads.largest()):
        assert len(other.graph.double) == 1
        assert metres(other, "sx", "xe") > 3000


def test_several_only_ways_on_from_one_way_are_all_open(tmp_path: Path) -> None:
    relations = [restriction("only_straight_on", "sx", "x", "xn"), restriction("only_right_turn", "sx", "x", "xe")]
    plain, roads = draw(tmp_path, NODES, CROSS), draw(tmp_path, NODES, CROSS, relations=relations)
    for turn in ("xn", "xe"):
        assert metres(roads, "sx", turn) == pytest.approx(metres(plain, "sx", turn))
    assert metres(roads, "sx", "wx") > metres(plain, "sx", "wx") + 1000


def test_a_restriction_of_a_thousand_ways_is_a_mistake(tmp_path: Path) -> None:
    members = [*[("from", "sx")] * 100, ("via", "x"), *[("to", "xe")] * 100]
    roads = draw(tmp_path, NODES, CROSS, relations=[(members, {"type": "restriction", "restriction": "no_entry"})])
    assert roads.dropped == {"turn restriction that is incomplete": 1}
