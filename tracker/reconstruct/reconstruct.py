"""The verb: reports and roads in, tracks and verdicts out."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from zlib import crc32

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import BadReport, BadRoads, Track, copies, faults_of, names_of, tables
from tracker.reconstruct.agreement import agreement
from tracker.reconstruct.belonging import BEYOND_S, Belonging, belonging, chosen, without_unit
from tracker.reconstruct.claims import CODES, Claims, read_claims
from tracker.reconstruct.closed import Barred, barred_claims, barred_roads, joined
from tracker.reconstruct.ensemble import STEP_S, draw_ensemble
from tracker.reconstruct.march import March
from tracker.reconstruct.space import RoadSpace, space_for
from tracker.reconstruct.summaries import distinct_routes, roads_used
from tracker.reconstruct.verdicts import Judged, verdicts
from tracker.roads import RoadNetwork

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

BESIDE = 2
"""Units whose histories are drawn at the same time."""

MEMBERS = 200
"""Histories of each track, unless asked otherwise."""


def reconstruct(reports: gpd.GeoDataFrame, roads: RoadNetwork, *, seed: int = 0, members: int = MEMBERS) -> March:
    """Every unit's track and a verdict on every report.

    For each unit named by a sighting, turnaround, incident or absence, histories are drawn from the posterior of where
    it drove: over all roads, with the moment inside each report's interval unknown, each report true with the
    probability of its grade and otherwise naming any place. A report of several units ("main column + escort") speaks
    of each. A sighting or turnaround without a unit speaks of one of them, as probably as its place and time fit, or
    of none. A roadblock that blocks columns keeps every unit off its road. Statements move no track, nor do incidents
    and absences without a unit. The same input and seed give the same result, in any order of the rows; the input is
    not changed.

    Parameters
    ----------
    reports : the reports table (`tables.REPORTS`); only the columns it must have are read
    roads : the road network
    seed : whole number from 0 on that fixes the draws
    members : histories of each track, at least 100

    Returns
    -------
    March, a Reconstruction that can also be asked why

    Raises
    ------
    BadReport
        The table is no reports table: see `model.faults_of`; all its faults are listed.
    ValueError
        The seed is negative, or there are too few members.

    Notes
    -----
    Emission and transition after Newson & Krumm (2009), over states along edges; forward filtering and backward
    sampling after Godsill, Doucet & West (2004).
    """
    if faults := faults_of(reports):
        raise BadReport(faults)
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed={seed!r}: give a whole number from 0 on")
    if members < 100:
        raise ValueError(f"members={members}: a track needs at least 100 histories; leave it out for {MEMBERS}")
    read = _in_utc(reports)
    space = space_for(roads, read[_places_a_unit(read)])
    return rebuild(reports, space, seed=seed, members=members, span=_span(read))


def rebuild(
    reports: gpd.GeoDataFrame,
    space: RoadSpace,
    *,
    seed: int,
    members: int,
    span: tuple[pd.Timestamp, pd.Timestamp],
    only: Collection[str] | None = None,
) -> March:
    """The march of sound reports, over given cells and for a given span: fewer reports leave roads, clock and draws.

    Parameters
    ----------
    reports, seed, members : as for `reconstruct`, already looked through
    space : road cells
    span : first and last moment that the tracks answer for, UTC
    only : units to make tracks of, instead of all
    """
    given, reports = reports.copy(), _in_utc(reports)
    start, end = span
    repeats = copies(reports)
    closed = _closed(reports)
    roads = space.network
    steps = int(np.ceil((end - start).total_seconds() / STEP_S)) + 1
    closures = _closures(reports, roads)
    # Of the reports as they are: a roadblock without an end holds on.
    barred = barred_roads(closures, reports, space, start=start, step_s=STEP_S)
    draw = _Draw(closed, space, start, members, steps, seed, barred)
    silent = without_unit(reports, repeats)
    wanted = [entry for entry in _units(reports, repeats) if only is None or entry[0] in only]
    first = draw.each(_units(reports, repeats) if len(silent) else wanted)
    last, of_none = draw.with_silent(first, silent, [unit for unit, _ in wanted])
    judged = [last[unit] for unit, _ in wanted if unit in last]
    return March(
        reports=given,
        tracks={one.unit: _track(one, closed, roads, start=start, end=end) for one in judged},
        verdicts=verdicts(closed, judged, of_none, repeats, space, start=start),
        roads=roads.table,
        places=roads.places,
        seed=seed,
        context=_context(roads),
        closures=closures,
        network=roads,
        space=space,
        judged=tuple(judged),
        members=members,
        span=span,
        told=closed,
        repeats=repeats,
    )


@dataclass(frozen=True)
class _Draw:
    """Draws units' histories, all from the same reports."""

    told: gpd.GeoDataFrame
    space: RoadSpace
    start: pd.Timestamp
    members: int
    steps: int
    seed: int
    barred: tuple[Barred, ...]

    def each(self, units: Iterable[tuple[str, Ints]]) -> dict[str, Judged]:
        """Every unit that has a place on the roads, by the rows that name it."""
        told = [(unit, claims) for unit, rows in units if (claims := self._claims(rows)).reachable]
        # The longest first; beside it the others, one after the other.
        order = sorted(told, key=lambda entry: int(entry[1].first.min() - entry[1].last.max()))
        with ThreadPoolExecutor(BESIDE) as beside:
            drawn = {unit: beside.submit(self._drawn, unit, claims) for unit, claims in order}
            return {unit: drawn[unit].result() for unit, _ in told}

    def with_silent(
        self, first: Mapping[str, Judged], silent: Ints, wanted: Iterable[str]
    ) -> tuple[dict[str, Judged], Belonging | None]:
        """The units once more, where reports that name none tell of them; and whom these reports may speak of."""
        if not len(silent) or not first:
            return dict(first), None
        cells, beyond = len(self.space.lon), BEYOND_S / STEP_S
        claims = self._claims(silent)
        of_none = belonging(claims, {unit: one.ensemble for unit, one in first.items()}, cells)
        again: dict[str, Judged] = {}
        for unit in (unit for unit in wanted if unit in first):
            own = first[unit].claims
            more, believed = of_none.told(unit, own.first.min() - beyond, own.last.max() + beyond)
            if len(more):
                again[unit] = self._again(first[unit], more, believed)
        told = {unit: (one.claims, one.ensemble, one.agreed) for unit, one in again.items()}
        return {**first, **again}, of_none.again(told, cells)

    def _again(self, one: Judged, more: Ints, believed: Floats) -> Judged:
        """A unit with further reports: its histories chosen by their weight, or drawn anew if few would carry it."""
        rows = np.append(one.claims.rows, more)
        believed = np.append(np.full(len(one.claims.rows), np.nan), believed)
        # By id, so that the order of the rows changes nothing.
        order = np.lexsort((rows, self.told["report_id"].to_numpy(str)[rows]))
        claims = self._claims(rows[order], believed[order])
        agreed = agreement(claims, one.ensemble, len(self.space.lon))
        if (kept := chosen(agreed[np.isin(claims.rows, more)])) is None:
            return self._drawn(one.unit, claims)
        return Judged(unit=one.unit, claims=claims, ensemble=one.ensemble.of(kept), agreed=agreed[:, kept])

    def _claims(self, rows: Ints, believed: Floats | None = None) -> Claims:
        return read_claims(self.told, rows, self.space, start=self.start, step_s=STEP_S, believed=believed)

    def _drawn(self, unit: str, claims: Claims) -> Judged:
        random = np.random.default_rng([self.seed, crc32(unit.encode())])
        heard = joined(claims, barred_claims(self.barred, claims))
        try:
            ensemble = draw_ensemble(self.space, heard, members=self.members, steps=self.steps, random=random)
        except BadRoads as off:
            raise BadRoads(f"{unit}: {off}") from None
        return Judged(
            unit=unit, claims=claims, ensemble=ensemble, agreed=agreement(claims, ensemble, len(self.space.lon))
        )


def _track(
    one: Judged, reports: gpd.GeoDataFrame, roads: RoadNetwork, *, start: pd.Timestamp, end: pd.Timestamp
) -> Track:
    # What names no unit, and may as well speak of another, neither opens nor ends what is known of this one.
    own = reports["unit"].iloc[one.claims.rows].notna().to_numpy(bool) | (one.p_true >= 0.5)
    told = reports.iloc[one.claims.rows[own]]
    known_from, known_until = told["earliest"].min(), told["latest"].max()
    window = ((known_from - start).total_seconds(), (known_until - start).total_seconds())
    members = one.ensemble.histories
    return Track(
        unit=one.unit,
        start=start,
        end=end,
        known_from=known_from,
        known_until=known_until,
        histories=members,
        weights=np.full(len(members), 1 / len(members)),
        edges=roads_used(roads, members, start=start, window=window),
        routes=distinct_routes(
            roads, members, window=window, report_ids=list(told["report_id"]), agreement=one.agreed[own]
        ),
        places=roads.places,
        chainage=roads.posts.chainage,
    )


def _context(roads: RoadNetwork) -> gpd.GeoDataFrame:
    lines = [line for line in roads.context if len(line.lon) > 1]
    return tables.table(
        {
            "kind": [line.kind for line in lines],
            "name": [line.name for line in lines],
            "level": [line.level for line in lines],
            "geometry": [shapely.linestrings(line.lon, line.lat) for line in lines],
        },
        tables.CONTEXT,
    )


def _closures(reports: gpd.GeoDataFrame, roads: RoadNetwork) -> gpd.GeoDataFrame:
    """What the roadblocks do (`tables.CLOSURES`); nothing where the reports have none."""
    if not (reports["kind"] == "roadblock").any():
        return tables.table({}, tables.CLOSURES)
    absent = {name: pd.NA for name in ("place", "road", "summary") if name not in reports}
    found = roads.closed(reports.assign(**absent)).table
    return tables.table({name: found[name] for name in found.columns}, tables.CLOSURES)


def _units(reports: gpd.GeoDataFrame, repeats: "pd.Series[str]") -> list[tuple[str, np.ndarray]]:
    """The units that a track can be made of, by their first report, with the rows that speak for them."""
    speaking = _places_a_unit(reports) & reports["unit"].notna() & repeats.isna().to_numpy()
    told = reports[["unit", "report_id", "earliest", "kind"]].assign(row=np.arange(len(reports)))[speaking.to_numpy()]
    # A report of units that drove together speaks of each of them.
    told = told.assign(unit=told["unit"].map(names_of).astype(object)).explode("unit").dropna(subset="unit")
    # By id, so that the order of the rows changes nothing.
    told = told.sort_values(["report_id", "row"], kind="stable")
    units = []
    for unit, group in told.groupby("unit", sort=True):
        if (group["kind"] != "absence").any():
            units.append((group["earliest"].min(), str(unit), group["row"].to_numpy(np.int32)))
    return [(unit, rows) for _, unit, rows in sorted(units, key=lambda entry: entry[:2])]


def _places_a_unit(reports: gpd.GeoDataFrame) -> "pd.Series[bool]":
    """Which reports say where some unit was, named or not."""
    placed = reports.geometry.notna() & ~reports.geometry.is_empty & reports["radius_m"].notna()
    return pd.Series(placed & reports["kind"].isin(list(CODES)))


def _in_utc(reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The reports with the index, the times and the numbers that the contract has, whatever could be read as such."""
    times = {name: reports[name].astype(tables.TIME) for name in ("earliest", "latest")}
    radius = reports["radius_m"].to_numpy(float, na_value=np.nan)
    return reports.assign(**times, radius_m=radius).reset_index(drop=True)


def _closed(reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The reports with an open end closed at its beginning: an incident without an end is known for one moment."""
    return reports.assign(latest=reports["latest"].fillna(reports["earliest"]))


def _span(reports: gpd.GeoDataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    times = pd.concat([reports["earliest"], reports["latest"]]).dropna()
    return times.min(), times.max()
