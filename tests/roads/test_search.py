"""Searches find what trying every drive finds, whatever turns are forbidden."""

import heapq
import random
import tempfile
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roads.napkin import Relation, Way, draw
from tracker.roads import CAR, RoadNetwork, reach
from tracker.roads.compiled import COMPILED
from tracker.roads.search import Searcher, _settled_by_scipy, least, most, steps, whole

CLASSES = ("trunk", "primary", "secondary", "residential")
KINDS = ("no_left_turn", "no_u_turn", "only_straight_on", "only_right_turn", "no_straight_on")


def napkin(number: int) -> RoadNetwork:
    """A small town drawn by chance: one-ways, rings, dead ends, and turns forbidden at points and over ways."""
    chance = random.Random(number)
    names = "abcdefghijklmnop"[: chance.randint(4, 16)]
    nodes = {
        name: (39 + 0.01 * (at % 4) + chance.random() / 500, 51 + 0.01 * (at // 4)) for at, name in enumerate(names)
    }
    # A street through all, so that nothing is an island, and others across.
    paths = [names[at : at + 2] for at in range(len(names) - 1)]
    paths += ["".join(chance.sample(names, chance.choice((2, 2, 3)))) for _ in range(chance.randint(2, 10))]
    paths = list(dict.fromkeys(paths))
    ways: list[Way] = [
        (path, {"highway": chance.choice(CLASSES), "oneway": chance.choice(("no", "no", "no", "yes", "-1"))})
        for path in paths
    ]
    relations: list[Relation] = []
    for _ in range(chance.randint(0, 12)):
        start = chance.choice(paths)
        via = chance.choice(start)
        onward = [path for path in paths if via in path]
        members = [("from", start), ("via", via), ("to", chance.choice(onward))]
        if chance.random() < 0.4:
            between = chance.choice(onward)
            far = [path for path in paths if set(path) & set(between)]
            members = [("from", start), ("via", between), ("to", chance.choice(far))]
        relations.append((members, {"type": "restriction", "restriction": chance.choice(KINDS)}))
    with tempfile.TemporaryDirectory() as folder:
        return draw(Path(folder), nodes, ways, relations=relations)


def runs(roads: RoadNetwork) -> list[tuple[int, ...]]:
    """The forbidden runs as arcs."""
    arcs = roads.edge_arcs[1 - roads.barred_along.astype(int), roads.barred_edge].tolist()
    return [tuple(arcs[a:b]) for a, b in zip(roads.barred_ptr[:-1], roads.barred_ptr[1:], strict=True)]


def every_drive(roads: RoadNetwork, by: str) -> np.ndarray:
    """(n, n) least whole cost from each junction to each, by drives that remember the arcs just driven."""
    barred = runs(roads)
    memory = max((len(run) for run in barred), default=1) - 1
    costs = roads.seconds * 1000 if by == "seconds" else roads.length_m[roads.arc_edge] * 100
    cost_of = np.maximum(np.rint(costs), 1).astype(int).tolist()
    head = roads.arc_head.tolist()
    leaving = [range(roads.arc_ptr[at], roads.arc_ptr[at + 1]) for at in range(len(roads.node_lon))]
    table = np.full((len(leaving), len(leaving)), inf)
    for source in range(len(leaving)):
        heap: list[tuple[int, int, tuple[int, ...]]] = [(0, source, ())]
        done = set()
        while heap:
            cost, junction, driven = heapq.heappop(heap)
            if (junction, driven) in done:
                continue
            done.add((junction, driven))
            table[source, junction] = min(table[source, junction], cost)
            for arc in leaving[junction]:
                path = (*driven, arc)
                if not any(path[-len(run) :] == run for run in barred):
                    heapq.heappush(heap, (cost + cost_of[arc], head[arc], path[max(len(path) - memory, 0) :]))
    return table


def expected(table: np.ndarray, sources: list[int], begin: list[int], limit: float, *, back: bool) -> np.ndarray:
    """Least whole cost at every junction, inf beyond the limit."""
    rows = table[:, sources].T if back else table[sources]
    found = (rows + np.array(begin)[:, None]).min(axis=0)
    return np.where(found <= limit, found, inf)


def ask(chance: random.Random, roads: RoadNetwork) -> dict[str, Any]:
    """A search by chance, in whole units."""
    count = chance.randint(1, 4)
    sources = [chance.randrange(len(roads.node_lon)) for _ in range(count)]
    begin = [chance.choice((0, 0, chance.randint(0, 90_000))) for _ in range(count)]
    limit = chance.choice((inf, inf, 0, chance.randint(0, 400_000)))
    return {"sources": sources, "begin": begin, "limit": limit, "back": chance.random() < 0.5}


@settings(deadline=None, max_examples=60)
@given(number=st.integers(0, 2**32 - 1), by=st.sampled_from(["seconds", "metres"]))
def test_a_search_finds_what_trying_every_drive_finds(number: int, by: Any) -> None:
    roads, chance = napkin(number), random.Random(number)
    table = every_drive(roads, by)
    per = 1000 if by == "seconds" else 100
    for _ in range(8):
        asked = ask(chance, roads)
        options = {"start": np.array(asked["begin"]) / per, "limit": asked["limit"] / per, "by": by}
        right = expected(table, asked["sources"], asked["begin"], most(asked["limit"] / per, by), back=asked["back"])
        dense = least(roads, asked["sources"], back=asked["back"], **options)
        np.testing.assert_array_equal(np.rint(dense * per), right)
        found = reach(roads, asked["sources"], back=asked["back"], **options)
        assert len(set(found.junction.tolist())) == len(found.junction) == np.isfinite(right).sum()
        assert (np.diff(found.cost) >= 0).all()
        # With scipy in place of the compiled loop: the same to the last bit.
        at, whole_begin = np.array(asked["sources"], np.int32), whole(options["start"], by)
        if not asked["back"]:
            graph = roads.graph
            cut = most(options["limit"], by)
            place, cost = _settled_by_scipy(*steps(graph, by=by, back=False), at, whole_begin, cut)
            mine, paid = Searcher.of(graph).settled(
                at, whole_begin, limit=cut, by=by, back=False, wanted=np.zeros(0, np.int32)
            )
            assert dict(zip(mine.tolist(), paid.tolist(), strict=True)) == dict(
                zip(place.tolist(), cost.tolist(), strict=True)
            )


def test_the_napkins_forbid_turns_at_points_and_over_ways() -> None:
    lengths = {len(run) for number in range(40) for run in runs(napkin(number))}
    assert {2, 3} <= lengths


@settings(deadline=None, max_examples=60)
@given(number=st.integers(0, 2**32 - 1))
def test_a_search_that_stops_early_has_the_right_costs(number: int) -> None:
    roads, chance = napkin(number), random.Random(number)
    table = every_drive(roads, "seconds")
    for _ in range(8):
        asked = ask(chance, roads)
        right = expected(table, asked["sources"], asked["begin"], inf, back=asked["back"])
        wanted = [chance.randrange(len(roads.node_lon)) for _ in range(chance.randint(1, 3))]
        start = np.array(asked["begin"]) / 1000
        found = reach(roads, asked["sources"], start=start, back=asked["back"], until=wanted)
        cost = dict(zip(found.junction.tolist(), np.rint(found.cost * 1000).tolist(), strict=True))
        assert all(cost[junction] == right[junction] for junction in cost)
        assert all(cost.get(junction, inf) == right[junction] for junction in wanted)
        if COMPILED and np.isfinite(right[wanted]).all():
            # The last one settled is one that was wanted: nothing is looked for beyond it.
            assert int(found.junction[-1]) in wanted or len(roads.graph.double)


def test_a_searcher_used_thousands_of_times_stays_right() -> None:
    chance = random.Random(11)
    towns = [napkin(number) for number in range(3)]
    tables = [every_drive(roads, "seconds") for roads in towns]
    searchers = [roads.searcher for roads in towns]
    for turn in range(3000):
        roads, table = towns[turn % 3], tables[turn % 3]
        asked = ask(chance, roads)
        if turn % 5 == 0:
            # One that stops early leaves its scratch as it is.
            reach(roads, asked["sources"], until=[chance.randrange(len(roads.node_lon))])
        found = least(
            roads, asked["sources"], start=np.array(asked["begin"]) / 1000, limit=asked["limit"] / 1000,
            back=asked["back"],
        )  # fmt: skip
        right = expected(table, asked["sources"], asked["begin"], asked["limit"], back=asked["back"])
        np.testing.assert_array_equal(np.rint(found * 1000), right)
    assert [roads.searcher for roads in towns] == searchers


@pytest.mark.skipif(not COMPILED, reason="without the compiled loop there is no scratch")
def test_a_searcher_that_has_counted_to_the_end_begins_again() -> None:
    roads = napkin(4)
    right = least(roads, [0])
    roads.searcher.era[0] = 3
    for _ in range(5):
        np.testing.assert_array_equal(least(roads, [0]), right)
    assert roads.searcher.era[0] > 1000


def test_every_junction_may_be_a_source_many_times_over() -> None:
    roads = napkin(8)
    everywhere = np.tile(np.arange(len(roads.node_lon)), 50)
    start = np.linspace(9, 1, len(everywhere))
    for back in (False, True):
        found = least(roads, everywhere, start=start, back=back)
        table = every_drive(roads, "seconds")
        right = expected(table, everywhere.tolist(), np.rint(start * 1000).tolist(), inf, back=back)
        np.testing.assert_array_equal(np.rint(found * 1000), right)


def test_another_profile_forbids_the_same_turns() -> None:
    for number in range(6):
        roads = napkin(number).under(CAR)
        np.testing.assert_array_equal(
            np.rint(np.array([least(roads, [at]) for at in range(len(roads.node_lon))]) * 1000),
            every_drive(roads, "seconds"),
        )


@pytest.mark.parametrize(
    ("sources", "options", "message"),
    [
        ([-1], {}, "a source is not a junction; they are numbered 0 to"),
        ([10_000], {}, "a source is not a junction"),
        ([0], {"start": -1.0}, "a start is negative or not a number"),
        ([0], {"start": float("nan")}, "a start is negative or not a number"),
        ([0], {"limit": -1.0}, "limit is -1.0; give seconds or metres from 0 on"),
        ([0], {"limit": float("nan")}, "limit is nan"),
        ([0], {"until": [99_999]}, "not a junction"),
    ],
)
def test_what_cannot_be_searched_is_refused(sources: list[int], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reach(napkin(1), sources, **options)


def test_from_nowhere_nothing_is_reached() -> None:
    assert len(reach(napkin(1), []).junction) == 0
    assert not np.isfinite(least(napkin(1), [], back=True)).any()
    assert len(reach(napkin(1), [0], start=inf).junction) == 0
