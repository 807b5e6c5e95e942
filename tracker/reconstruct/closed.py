"""Closed roads as evidence: while a road is destroyed, no unit drives over the spot."""

from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.reconstruct.belief import prior
from tracker.reconstruct.claims import Claims
from tracker.reconstruct.pace import LEVELS
from tracker.reconstruct.space import RoadSpace
from tracker.reconstruct.terms import ABSENCE
from tracker.roads import Closures

Ints = NDArray[np.int32]

SURE = 0.5
"""Who has passed so large a share of the places where a roadblock may stand has come to it, as in `roads.drive`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Barred:
    """What one roadblock keeps every unit off."""

    row: int
    """Its row in the reports table."""
    first: int
    """First step at which it holds."""
    last: int
    """Last step, or the largest number where nobody said that it ended."""
    believed: float
    """Probability that it is there and does so, by its grade and by how much of its place lies on these roads."""
    cell: Ints
    """Cells that nobody is in while it holds, ascending: enough in a row that the fastest step does not leap them."""


def barred_roads(
    closures: gpd.GeoDataFrame, reports: gpd.GeoDataFrame, space: RoadSpace, *, start: pd.Timestamp, step_s: float
) -> tuple[Barred, ...]:
    """What the roadblocks that block a column keep every unit off; nothing where they only delay it.

    Parameters
    ----------
    closures : what the roadblocks do (`tables.CLOSURES`): an open end holds on
    reports : the reports table
    space : road cells
    start, step_s : moment of step 0, and length of a step in seconds
    """
    blocks = closures[(closures["column"] == "blocks") & (closures["edge"] >= 0)]
    rows = dict(zip(reports["report_id"], range(len(reports)), strict=True))
    found = []
    for report_id, pieces in blocks.groupby("report_id", sort=True):
        row = rows[report_id]
        told = reports.iloc[[row]]
        cells, share = _cells(Closures.of(space.network, pieces), space)
        believed = min(float(prior(told["reliability"], told["credibility"])[0]), 1 - 1e-3) * share
        begin, end = (
            (moment - start).total_seconds() / step_s for moment in (pieces["from"].min(), pieces["to"].max())
        )
        last = int(np.floor(end)) if np.isfinite(end) else np.iinfo(np.int32).max
        if len(cells) and last >= np.ceil(begin):
            found.append(Barred(row=row, first=int(np.ceil(begin)), last=last, believed=believed, cell=cells))
    return tuple(found)


def barred_claims(barred: tuple[Barred, ...], claims: Claims) -> Claims:
    """The roadblocks as claims that a unit was nowhere on their cells, throughout the time of its own claims.

    They are evidence of where it drove, and no reports of it: ask `agreement` how probable each is with its histories.
    """
    begin, end = int(claims.first.min()), int(claims.last.max())
    open_ = [one for one in barred if one.first <= end and one.last >= begin]
    count = len(open_)
    believed = np.array([one.believed for one in open_])
    sizes = [len(one.cell) for one in open_]
    return Claims(
        rows=np.array([one.row for one in open_], np.int32),
        kind=np.full(count, ABSENCE, np.int32),
        first=np.array([max(one.first, begin) for one in open_], np.int32),
        last=np.array([min(one.last, end) for one in open_], np.int32),
        believed=believed,
        gain=believed.copy(),
        base=1 - believed,
        ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        cell=np.concatenate([*(one.cell for one in open_), np.empty(0)]).astype(np.int32),
        value=np.ones((sum(sizes), LEVELS + 1), np.float32),
        centre=np.zeros((count, 3)),
        sigma_m=np.ones(count),
        off_road_m=np.zeros(count),
    )


def joined(claims: Claims, more: Claims) -> Claims:
    """Claims with more behind them, for the filter."""
    if not len(more.rows):
        return claims
    both = {
        field.name: np.concatenate([getattr(claims, field.name), getattr(more, field.name)])
        for field in fields(Claims)
        if field.name != "ptr"
    }
    return Claims(**both, ptr=np.concatenate([claims.ptr, claims.ptr[-1] + more.ptr[1:]]).astype(np.int32))


def _cells(closures: Closures, space: RoadSpace) -> tuple[Ints, float]:
    """The cells that one roadblock bars, and the probability that it stands on these roads."""
    arc, row = closures.arc, closures.row
    table = closures.table
    share, spot = table["share"].to_numpy(float)[row], table["spot"].to_numpy(bool)[row]
    ahead = np.asarray(space.network.arc_forward)[arc]
    length = np.asarray(space.network.length_m)[np.asarray(space.network.arc_edge)[arc]]
    ends = table[["from_m", "to_m"]].to_numpy(float)[row]
    ends = np.where(ahead[:, None], ends, length[:, None] - ends[:, ::-1])
    weight: dict[int, float] = {}
    whole: set[int] = set()
    for k, (begin, end) in enumerate(ends):
        lo, n = int(space.arc_ptr[arc[k]]), int(space.arc_ptr[arc[k] + 1] - space.arc_ptr[arc[k]])
        if n == 0:
            continue
        part = np.clip(np.floor(np.array([begin, end]) / length[k] * n), 0, n - 1).astype(int)
        on = range(lo + part[0], lo + part[1] + 1)
        if spot[k]:
            weight |= {cell: share[k] / len(on) for cell in on}
        else:
            whole |= set(on)
    halfway, total = _halfway(weight, space)
    barred = {cell for one in (*halfway, *whole) for cell in _in_a_row(one, space)}
    return np.array(sorted(barred), np.int32), 1.0 if whole else total


def _halfway(weight: dict[int, float], space: RoadSpace) -> tuple[list[int], float]:
    """Of every way through the places where a roadblock may stand, the cell where half of them are passed; and the
    least share of all places that one of these ways passes."""
    entered = {onward for cell in weight for onward in _onward(cell, space)}
    ways: list[list[int]] = []
    walked: set[int] = set()
    for cell in sorted(weight, key=lambda one: (one in entered, one)):
        way: list[int] = []
        at: int | None = cell
        while at is not None and at not in walked:
            walked.add(at)
            way.append(at)
            at = next((one for one in _onward(at, space) if one in weight and one not in walked), None)
        ways.append(way)
    passed = [np.cumsum([weight[cell] for cell in way]) for way in ways if way]
    most = max((sums[-1] for sums in passed), default=0.0)
    # Less than half is a side way past a few of the places.
    through = [(way, sums) for way, sums in zip(filter(None, ways), passed, strict=True) if sums[-1] >= SURE * most]
    cells = [way[int(np.searchsorted(sums, SURE * sums[-1]))] for way, sums in through]
    return cells, min(1.0, *(float(sums[-1]) for _, sums in through)) if through else 0.0


def _in_a_row(cell: int, space: RoadSpace) -> set[int]:
    """As many cells around one as the fastest step passes: of its arc, and where that is shorter, of those beyond."""
    lo, hi = int(space.arc_ptr[space.arc[cell]]), int(space.arc_ptr[space.arc[cell] + 1])
    begin = max(lo, min(cell - LEVELS // 2, hi - LEVELS))
    found = set(range(begin, min(begin + LEVELS, hi)))
    edge = {hi - 1}
    for _ in range(LEVELS - len(found)):
        edge = {onward for one in edge for onward in _onward(one, space)}
        found |= edge
    return found


def _onward(cell: int, space: RoadSpace) -> list[int]:
    """The cells that may follow one, without those of the way back."""
    block = int(space.block[cell])
    if cell + 1 < space.ptr[block + 1]:
        return [cell + 1]
    following = space.succ[space.succ_ptr[block] : space.succ_ptr[block + 1]]
    first: list[int] = space.ptr[following[following != space.reverse[block]]].tolist()
    return first
