"""What else the map shows: places, kilometre posts, rivers and borders, as flat arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracker.roads.texts import Texts
from tracker.roads.ways import ContextLine, Floats, Indexes, Milestone, Named

PLACE_KINDS = ("city", "town", "village", "hamlet")
LINE_KINDS = ("river", "canal", "border")


@dataclass(frozen=True, kw_only=True, eq=False)
class Mapped:
    """Points and lines of the map that are not roads."""

    texts: Texts
    """Every name in the following."""
    place_kind: NDArray[np.int8]
    """(p,) a number in `PLACE_KINDS`."""
    place_name: Indexes
    """(p,) text number of the English name where the map has one, otherwise of the local one."""
    place_local: Indexes
    """(p,) text number of the name in the local script."""
    place_lon: Floats
    """(p,) degrees east, WGS84."""
    place_lat: Floats
    """(p,) degrees north."""
    post_km: Floats
    """(q,) kilometres on the signs."""
    post_road: Indexes
    """(q,) text number of the label of the road that each names."""
    post_lon: Floats
    """(q,) degrees east, WGS84."""
    post_lat: Floats
    """(q,) degrees north."""
    post_accuracy_m: Floats
    """(q,) metres within which each is known."""
    line_kind: NDArray[np.int8]
    """(l,) a number in `LINE_KINDS`."""
    line_level: NDArray[np.int8]
    """(l,) `admin_level` of a border, 0 for water."""
    line_name: Indexes
    """(l,) text number of its name."""
    line_ptr: Indexes
    """(l + 1,) where each line's points start."""
    line_lon: Floats
    """Degrees east of all lines' points, one line after the other."""
    line_lat: Floats
    """Degrees north."""

    @classmethod
    def of(
        cls,
        named: tuple[Named, ...] = (),
        milestones: tuple[Milestone, ...] = (),
        context: tuple[ContextLine, ...] = (),
    ) -> "Mapped":
        """The arrays of places, posts and lines; places of another kind are left out."""
        places = [one for one in named if one.kind in PLACE_KINDS]
        lines = [one for one in context if one.kind in LINE_KINDS and len(one.lon)]
        texts = Texts.of(
            [
                *(text for one in places for text in (one.place, one.place_local)),
                *(one.road for one in milestones),
                *(one.name for one in lines),
            ]
        )
        return cls(
            texts=texts,
            place_kind=np.array([PLACE_KINDS.index(one.kind) for one in places], np.int8),
            place_name=texts.numbers(one.place for one in places),
            place_local=texts.numbers(one.place_local for one in places),
            place_lon=np.array([one.lon for one in places], float),
            place_lat=np.array([one.lat for one in places], float),
            post_km=np.array([one.km for one in milestones], float),
            post_road=texts.numbers(one.road for one in milestones),
            post_lon=np.array([one.lon for one in milestones], float),
            post_lat=np.array([one.lat for one in milestones], float),
            post_accuracy_m=np.array([one.accuracy_m for one in milestones], float),
            line_kind=np.array([LINE_KINDS.index(one.kind) for one in lines], np.int8),
            line_level=np.array([one.level for one in lines], np.int8),
            line_name=texts.numbers(one.name for one in lines),
            line_ptr=np.cumsum([0, *(len(one.lon) for one in lines)]).astype(np.int32),
            line_lon=np.concatenate([np.zeros(0), *(one.lon for one in lines)]),
            line_lat=np.concatenate([np.zeros(0), *(one.lat for one in lines)]),
        )

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The named places."""
        text = self.texts.all
        return tuple(
            Named(place=text[name], place_local=text[local], kind=PLACE_KINDS[kind], lon=lon, lat=lat)
            for name, local, kind, lon, lat in zip(
                self.place_name, self.place_local, self.place_kind.tolist(), self.place_lon.tolist(),
                self.place_lat.tolist(), strict=True,
            )
        )  # fmt: skip

    @cached_property
    def milestones(self) -> tuple[Milestone, ...]:
        """The kilometre posts."""
        text = self.texts.all
        columns = (
            self.post_km.tolist(), self.post_road, self.post_lon.tolist(), self.post_lat.tolist(),
            self.post_accuracy_m.tolist(),
        )  # fmt: skip
        return tuple(
            Milestone(km=km, road=text[road], lon=lon, lat=lat, accuracy_m=accuracy)
            for km, road, lon, lat, accuracy in zip(*columns, strict=True)
        )

    @cached_property
    def context(self) -> tuple[ContextLine, ...]:
        """The rivers and borders."""
        text, ptr = self.texts.all, self.line_ptr
        return tuple(
            ContextLine(
                kind=LINE_KINDS[self.line_kind[line]],
                name=text[self.line_name[line]],
                level=int(self.line_level[line]),
                lon=self.line_lon[ptr[line] : ptr[line + 1]],
                lat=self.line_lat[ptr[line] : ptr[line + 1]],
            )
            for line in range(len(self.line_kind))
        )
