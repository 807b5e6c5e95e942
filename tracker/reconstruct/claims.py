"""What each report of a unit claims, in the terms of the filter: road cells, steps, and belief."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import geodesy
from tracker.reconstruct.belief import CLUTTER_KM2, prior
from tracker.reconstruct.hints import Hints
from tracker.reconstruct.pace import LEVELS
from tracker.reconstruct.space import RoadSpace
from tracker.reconstruct.terms import ABSENCE, PASSING, SIGHTING, TURNAROUND

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

CODES = {"sighting": SIGHTING, "incident": SIGHTING, "turnaround": TURNAROUND, "absence": ABSENCE}
"""The kinds that say where a unit was, and how the filter reads them."""

RADIUS_TO_SIGMA = 1 / 2.4477
"""A circle of `radius_m` holds 95 % of a two-dimensional normal with this share of it as standard deviation."""

ROAD_ERROR_M = 150.0
"""Standard error of a road cell's middle as the place of a column that is itself long."""

CELL_M = 500.0
"""No cell is longer than this, about."""

FAR_STEPS = 1e9
"""A time beyond so many steps is as far off as can be: a new report may be of any year."""

USUAL_MS = 14.0
"""Metres a second of a column on the move."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Claims:
    """The placed reports of one unit, ready for the filter; arrays have one value per claim unless said."""

    rows: Ints
    """Row of each claim in the reports table."""
    kind: Ints
    """SIGHTING, PASSING, TURNAROUND or ABSENCE."""
    first: Ints
    """First step of the interval."""
    last: Ints
    """Last step of the interval."""
    believed: Floats
    """Prior probability of being true."""
    gain: Floats
    """Weight of having been seen, against 1 for not: prior odds over the density of false claims."""
    base: Floats
    """Weight of not having been seen."""
    ptr: Ints
    """(claims + 1,) where each claim's cells begin."""
    cell: Ints
    """Road cells that the claim may mean, ascending within a claim."""
    value: NDArray[np.float32]
    """(entries, paces) density of the place in 1/km2, shared out over the steps of the interval, over the road that a
    step ending at the cell covers at each pace (0, 1, 2.. cells a step); for a passing the probability of being seen
    there in a step; for an absence 1 where the step was within. Cells that speak against the report's road or heading
    weigh less (`hints`)."""
    centre: Floats
    """(claims, 3) earth-centred metres of the place given."""
    sigma_m: Floats
    """Standard deviation of the place in metres, each way."""
    off_road_m: Floats
    """Metres from the place given to the nearest road cell."""

    @property
    def reachable(self) -> bool:
        """Whether any claim that places the unit means a road that we have: else there is nothing to drive on."""
        return bool(((self.kind != ABSENCE) & (np.diff(self.ptr) > 0)).any())


def read_claims(
    reports: gpd.GeoDataFrame,
    rows: Ints,
    space: RoadSpace,
    *,
    start: pd.Timestamp,
    step_s: float,
    believed: Floats | None = None,
) -> Claims:
    """The claims of the given rows of a reports table.

    Parameters
    ----------
    reports : the reports table
    rows : rows with a place and one of the kinds of `CODES`
    space : road cells
    start, step_s : moment of step 0, and length of a step in seconds
    believed : how far to believe each row before anything else is known; NaN or left out: as far as its grade says
    """
    told = reports.iloc[rows]
    exact = [(told[name] - start).dt.total_seconds().to_numpy(float) / step_s for name in ("earliest", "latest")]
    steps = [np.rint(np.clip(moment, -FAR_STEPS, FAR_STEPS)).astype(np.int32) for moment in exact]
    kinds = np.array([CODES[kind] for kind in told["kind"]], np.int32)
    # A turn takes a step: it ends at a later one than the interval's first.
    steps[1] = np.where(kinds == TURNAROUND, np.maximum(steps[1], steps[0] + 1), steps[1]).astype(np.int32)
    # Where the source states the hour, any moment of the interval is as good as another. Where the interval only bounds
    # the hour, the report says that the unit came by: a mean over the interval would reward it for staying all day.
    bounded = told["time_basis"].isin(["published", "inferred"]).to_numpy(bool)
    kinds[(kinds == SIGHTING) & bounded] = PASSING
    graded = np.clip(prior(told["reliability"], told["credibility"]), 1e-3, 1 - 1e-3)
    believed = graded if believed is None else np.where(np.isnan(believed), graded, believed)
    centre = geodesy.earth_centred(told.geometry.x, told.geometry.y)
    off_road = geodesy.chord_to_metres(space.tree.query(centre)[0])
    cells, values, sigmas = [], [], []
    for k, radius in enumerate(told["radius_m"].to_numpy(float)):
        spread = steps[1][k] - steps[0][k] + 1
        sigma = _sigma(radius, off_road[k])
        sigmas.append(sigma)
        cell, here = _density(space, centre[k], sigma)
        if kinds[k] == ABSENCE:
            inside = geodesy.chord_to_metres(np.linalg.norm(space.tree.data[cell] - centre[k], axis=1)) <= radius
            # Nor did it drive through: a step must not leap a small circle.
            cell, value = _on_the_way(space, cell, inside.astype(float))
            value = (value > 0).astype(float)
        elif spread == 1:
            # The place at the moment itself, which lies up to half a step before or after the step's end.
            middle = (exact[0][k] + exact[1][k]) / 2 - steps[0][k]
            cell, value = _at_moment(space, cell, here, float(middle))
        else:
            cell, value = _on_the_way(space, cell, here)
        if kinds[k] == SIGHTING:
            value = value / spread
        elif kinds[k] == PASSING:
            # Driving through the middle at an ordinary pace is seen with 86 %, staying there surely.
            by = np.sqrt(2 * np.pi) * sigma / USUAL_MS / 2
            value = -np.expm1(-value / _peak(sigma) * step_s / by)
        if kinds[k] != ABSENCE:
            value = Hints.of(space, told.iloc[k]).weigh(cell, value)
        cells.append(cell)
        values.append(value)
    absent = kinds == ABSENCE
    peaks = np.where(kinds == PASSING, _peak(np.array(sigmas)), 1.0)
    return Claims(
        rows=rows,
        kind=kinds,
        first=steps[0],
        last=steps[1],
        believed=believed,
        gain=np.where(absent, believed, peaks * believed / (1 - believed) * CLUTTER_KM2),
        base=np.where(absent, 1 - believed, 1.0),
        ptr=np.concatenate([[0], np.cumsum([len(cell) for cell in cells])]).astype(np.int32),
        cell=np.concatenate([*cells, np.empty(0)]).astype(np.int32),
        value=np.concatenate([*values, np.empty((0, LEVELS + 1))]).astype(np.float32),
        centre=centre,
        sigma_m=np.array(sigmas),
        off_road_m=off_road,
    )


def _sigma(radius: float, off_road: float) -> float:
    # A place beside the road still means the road; but one far from every road means none that we have.
    reach = min(off_road, 2 * radius + 2000.0) / 2
    return float(np.sqrt((radius * RADIUS_TO_SIGMA) ** 2 + ROAD_ERROR_M**2 + reach**2))


def _density(space: RoadSpace, centre: Floats, sigma: float) -> tuple[Cells, Floats]:
    """Cells that a place may mean, or from which a step leads out of one, and the density there in 1/km2."""
    reach = 4.5 * sigma + LEVELS * CELL_M
    cell = np.sort(np.asarray(space.tree.query_ball_point(centre, geodesy.metres_to_chord(reach)), np.int64))
    apart = np.linalg.norm(space.tree.data[cell] - centre, axis=1)
    return cell, np.where(apart <= 4.5 * sigma, np.exp(-0.5 * (apart / sigma) ** 2) * _peak(sigma), 0.0)


def _on_the_way(space: RoadSpace, cell: Cells, here: Floats) -> tuple[Cells, Floats]:
    """By pace the mean density over the cells that a step ending at a cell has covered; cells where there is any."""
    value, covered, at = np.repeat(here[:, None], LEVELS + 1, axis=1), here.copy(), cell
    for pace in range(2, LEVELS + 1):
        at = space.before[at].astype(np.int64)
        covered = covered + _looked_up(cell, here, at)
        value[:, pace] = covered / pace
    some = value.any(axis=1)
    return cell[some], value[some]


def _at_moment(space: RoadSpace, cell: Cells, here: Floats, part: float) -> tuple[Cells, Floats]:
    """By pace the density at the place where a column was at a part of a step after the step's end (before it, if
    negative)."""
    neighbour = space.after if part > 0 else space.before
    places = [here]
    at = cell
    for _ in range(LEVELS // 2 + 1):
        at = neighbour[at].astype(np.int64)
        places.append(_looked_up(cell, here, at))
    value = np.empty((len(cell), LEVELS + 1))
    for pace in range(LEVELS + 1):
        gone = abs(part) * pace
        value[:, pace] = (1 - gone % 1) * places[int(gone)] + gone % 1 * places[int(gone) + 1]
    some = value.any(axis=1)
    return cell[some], value[some]


def _looked_up(cell: Cells, values: Floats, wanted: Cells) -> Floats:
    """The values at cells, which are sorted; 0 where there is none."""
    if len(cell) == 0:
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(cell, wanted), len(cell) - 1)
    return np.where(cell[at] == wanted, values[at], 0.0)


def _peak(sigma: Floats | float) -> Floats:
    """Density in the middle of a two-dimensional normal, in 1/km2."""
    return np.asarray(1 / (2 * np.pi * (np.asarray(sigma) / 1000) ** 2))
