"""The network as searches drive it: every way on from every junction, with its cost, forbidden turns left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.roads.ways import Floats, Indexes, Ints

MOST_MS = 2**31 - 1
"""The highest cost that a search counts: 24 days in milliseconds, 21,000 km in centimetres."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchGraph:
    """Steps between places, where a place is a junction, or a junction come to in a way that forbids some turn.

    Places 0..n-1 are the network's junctions. Each arc from which a turn is forbidden leads to a double of its
    junction from which that turn is missing; so every search obeys restrictions and knows nothing of them.
    Costs are whole milliseconds and centimetres: sums are exact, and two ways of searching agree to the last bit.
    """

    ptr: Indexes
    """(s + 1,) where the steps from each place start."""
    by_time: Indexes
    """(e, 2) milliseconds of each step, and place reached."""
    by_length: Indexes
    """(e, 2) centimetres of each step, and place reached."""
    arc: Indexes
    """(e,) arc driven in each step."""
    junction: Indexes
    """(s,) junction that each place stands for."""
    back_ptr: Indexes
    """(s + 1,) where the steps into each place start."""
    back_by_time: Indexes
    """(e, 2) milliseconds, and place come from."""
    back_by_length: Indexes
    """(e, 2) centimetres, and place come from."""
    back_arc: Indexes
    """(e,) arc driven in each step back."""
    entered: Indexes
    """(k,) place where one is after each arc, come upon it in the middle."""
    double_ptr: Indexes
    """(n + 1,) where the doubles of each junction start in `double`."""
    double: Indexes
    """Places that are doubles, by their junction."""


def search_graph(
    *, nodes: int, tail: Ints, head: Ints, ptr: Ints, seconds: Floats, metres: Floats, runs: Sequence[tuple[int, ...]]
) -> SearchGraph:
    """The search graph over arcs sorted by their tails.

    Parameters
    ----------
    nodes : number of junctions
    tail, head : (k,) junctions of each arc
    ptr : (n + 1,) where the arcs that leave each junction start
    seconds, metres : (k,) costs of each arc
    runs : runs of two arcs or more that must not be driven
    """
    plan = _Plan(runs, head, ptr)
    start, arc, goal = [tail], [np.arange(len(tail))], [head.copy()]
    for run_start, first in plan.entered.items():
        goal[0][run_start] = first
    if plan.steps:
        more = np.array(plan.steps, np.int64)
        start.append(more[:, 0])
        arc.append(more[:, 1])
        goal.append(more[:, 2])
    return _assembled(
        np.concatenate(start), np.concatenate(goal), np.concatenate(arc),
        junction=np.concatenate([np.arange(nodes), np.array(plan.junction, np.int64)]), entered=goal[0],
        ms=_whole(seconds * 1000), cm=_whole(metres * 100), nodes=nodes,
    )  # fmt: skip


def _whole(cost: Floats) -> Floats:
    """Whole units, at least one."""
    return np.asarray(np.clip(np.rint(cost), 1, MOST_MS))


def _assembled(
    start: Ints, goal: Ints, arc: Ints, *, junction: Ints, entered: Ints, ms: Floats, cm: Floats, nodes: int
) -> SearchGraph:
    places = len(junction)
    order = np.argsort(start, kind="stable")
    start, goal, arc = start[order], goal[order], arc[order]
    back = np.argsort(goal, kind="stable")
    doubles = np.arange(nodes, places)[np.argsort(junction[nodes:], kind="stable")]

    def pairs(place: Ints, cost: Floats) -> Indexes:
        return np.ascontiguousarray(np.stack([cost, place], axis=1).astype(np.int32))

    return SearchGraph(
        ptr=_ptr(start, places),
        by_time=pairs(goal, ms[arc]),
        by_length=pairs(goal, cm[arc]),
        arc=arc.astype(np.int32),
        junction=junction.astype(np.int32),
        back_ptr=_ptr(goal, places),
        back_by_time=pairs(start[back], ms[arc[back]]),
        back_by_length=pairs(start[back], cm[arc[back]]),
        back_arc=arc[back].astype(np.int32),
        entered=entered.astype(np.int32),
        double_ptr=_ptr(junction[nodes:], nodes),
        double=doubles.astype(np.int32),
    )


def _ptr(numbers: Ints, size: int) -> Indexes:
    return np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=size))]).astype(np.int32)


class _Plan:
    """Doubles of junctions: one for every beginning of a forbidden run that one can be in the middle of.

    The beginnings are a tree of words, and a step goes to the longest beginning that the arcs driven so far end in
    (Aho and Corasick 1975).
    """

    def __init__(self, runs: Sequence[tuple[int, ...]], head: Ints, ptr: Ints) -> None:
        forbidden = set(runs)
        beginnings = sorted(
            {run[:size] for run in runs for size in range(1, len(run))}, key=lambda run: (len(run), run)
        )
        nodes = len(ptr) - 1
        double = {beginning: nodes + number for number, beginning in enumerate(beginnings)}
        self.junction = [int(head[beginning[-1]]) for beginning in beginnings]
        """Junction of each double."""
        self.entered = {beginning[0]: place for beginning, place in double.items() if len(beginning) == 1}
        """Arc after which one is at a double -> that double."""
        self.steps: list[tuple[int, int, int]] = []
        """Place, arc, place reached: the steps from all doubles."""
        for beginning, place in double.items():
            junction = int(head[beginning[-1]])
            for arc in range(int(ptr[junction]), int(ptr[junction + 1])):
                driven = (*beginning, arc)
                ends = [driven[at:] for at in range(len(driven))]
                if not forbidden.intersection(ends):
                    reached = next((double[end] for end in ends if end in double), int(head[arc]))
                    self.steps.append((place, arc, reached))
