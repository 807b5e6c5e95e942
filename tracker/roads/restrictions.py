"""Turn restrictions as OpenStreetMap has them (relations `type=restriction`), read for motor vehicles."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from tracker.roads.ways import Ints, Restriction

Members = Sequence[tuple[str, int, str]]
"""Kind (node, way or relation), number and role of each member."""

_KINDS = frozenset({
    "no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
    "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn",
})  # fmt: skip
_EXCEPTED = frozenset({"motorcar", "motor_vehicle", "vehicle"})
_MOST_PAIRS = 64
"""Pairs of ways from and to that one restriction may name; more is a mistake, or meant to do harm."""
_AT_TIMES = frozenset({"day_on", "day_off", "hour_on", "hour_off"})
_KEYS = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")


def resolve(
    relations: Iterable[tuple[Mapping[str, str], Members]],
    *,
    way_number: Mapping[int, int],
    point_number: Callable[[Ints], Ints],
    dropped: Counter[str],
) -> list[Restriction]:
    """The restrictions that bind motor vehicles on ways that are there.

    Parameters
    ----------
    relations : tags and members of each
    way_number : way -> its number among the ways
    point_number : nodes -> their numbers among the points, -1 where absent
    dropped : counts, by reason, those that are left out
    """
    found: list[Restriction] = []
    for tags, members in relations:
        kind = next((tags[key] for key in _KEYS if key in tags), "")
        if reason := _beside_the_point(kind, tags):
            dropped[reason] += 1
            continue
        ways = {role: [number for what, number, had in members if had == role and what == "way"] for role in _ROLES}
        nodes = [number for what, number, role in members if role == "via" and what == "node"]
        only = kind.startswith("only_")
        many = len(ways["from"]) * len(ways["to"]) > _MOST_PAIRS
        if many or not (ways["from"] and ways["to"] and (len(nodes) == 1) != bool(ways["via"])):
            dropped["turn restriction that is incomplete"] += 1
            continue
        if any(number not in way_number for numbers in ways.values() for number in numbers):
            dropped["turn restriction on a way that is not taken"] += 1
            continue
        via = tuple(way_number[number] for number in ways["via"])
        if nodes:
            via = tuple(point_number(np.array(nodes, np.int64)).tolist())
        if min(via) < 0:
            dropped["turn restriction that is incomplete"] += 1
            continue
        found.extend(
            Restriction(
                only=only,
                way_from=way_number[start],
                via=via,
                via_ways=not nodes,
                way_to=way_number[end],
            )
            for start in ways["from"]
            for end in ways["to"]
        )
    return found


_ROLES = ("from", "via", "to")


def _beside_the_point(kind: str, tags: Mapping[str, str]) -> str:
    """Why a restriction does not bind a motor vehicle at any time, or empty."""
    if not kind:
        special = any(key.startswith("restriction:") for key in tags)
        return "turn restriction for some vehicles or times only" if special else "turn restriction that is incomplete"
    if not _AT_TIMES.isdisjoint(tags):
        return "turn restriction for some vehicles or times only"
    if kind not in _KINDS:
        return "turn restriction of an unknown kind"
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    return "turn restriction that excepts motor vehicles" if excepted & _EXCEPTED else ""
