"""Who drives: what speeds and what rights on the same roads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.model import BadRoads
from tracker.roads.tags import CLASSES, FREE_SPEED_KMH

_BAD_SURFACE_KMH: Mapping[str, float] = {
    "unpaved": 40, "compacted": 50, "fine_gravel": 45, "gravel": 35, "ground": 30, "dirt": 30, "earth": 30, "sand": 20,
    "mud": 15, "grass": 20, "cobblestone": 30, "unhewn_cobblestone": 25, "sett": 40,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Speeds and rights of one kind of traffic."""

    name: str
    """What it is called."""
    class_kmh: Mapping[str, float]
    """Free speed in km/h for each of `CLASSES`."""
    top_kmh: float
    """Speed that it never exceeds, whatever the road."""
    ignores_oneway: bool = False
    """Drives one-way roads against the traffic.

    False unless told: an armed column can do it, and some have, but to allow it makes both carriageways and every slip
    road two-way for all histories, and so every region wider and every alibi weaker. Where a report shows a unit
    doing it, give that unit's reconstruction roads `under` such a profile.
    """

    def __post_init__(self) -> None:
        wrong = [f"class_kmh of {name}" for name in CLASSES if not _is_speed(self.class_kmh.get(name))]
        if not _is_speed(self.top_kmh):
            wrong.append("top_kmh")
        if wrong:
            raise BadRoads(
                f"profile {self.name!r}: {', '.join(wrong)}: give a speed in km/h for each road class, from 1 on"
            )

    def speed_kmh(
        self, highway: NDArray[np.int8], legal_kmh: NDArray[np.float32], surface: Sequence[str] | NDArray[np.object_]
    ) -> NDArray[np.float32]:
        """Free speed of edges in km/h, ``(m,)``: the class's, capped by law, surface and top speed.

        Parameters
        ----------
        highway : (m,) road class, an index into `CLASSES`
        legal_kmh : (m,) legal speed, 0 where there is none
        surface : (m,) surfaces as the map has them
        """
        by_class = np.array([self.class_kmh[name] for name in CLASSES], np.float32)
        speed = np.minimum(by_class[highway], np.float32(self.top_kmh))
        speed = np.where(legal_kmh > 0, np.minimum(speed, legal_kmh), speed)
        names, which = np.unique(np.asarray(surface, object).astype(str), return_inverse=True)
        bad = np.array([_BAD_SURFACE_KMH.get(name, np.inf) for name in names.tolist()], np.float32)
        return np.asarray(np.minimum(speed, bad[which]) if len(names) else speed, np.float32)


def _is_speed(said: object) -> bool:
    return isinstance(said, int | float | np.number) and bool(1 <= said < math.inf)


CONVOY = Profile(name="convoy", class_kmh=FREE_SPEED_KMH, top_kmh=80)
"""A column of lorries and transporters."""

CAR = Profile(
    name="car",
    class_kmh={
        "motorway": 110, "trunk": 95, "primary": 80, "secondary": 70, "tertiary": 60, "unclassified": 50,
        "residential": 35, "living_street": 15, "road": 50, "motorway_link": 70, "trunk_link": 65, "primary_link": 55,
        "secondary_link": 50, "tertiary_link": 45,
    },
    top_kmh=130,
)  # fmt: skip
"""A passenger car."""


def profile_named(profile: str | Profile) -> Profile:
    """The profile of a name, or the profile given.

    Raises
    ------
    BadRoads
        There is none of that name.
    """
    if isinstance(profile, Profile):
        return profile
    for one in (CONVOY, CAR):
        if one.name == profile:
            return one
    raise BadRoads(f"{profile!r}: no such profile; choose convoy or car, or give a Profile of your own")
