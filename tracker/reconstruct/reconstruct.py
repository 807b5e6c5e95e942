"""The verb: reports and roads in, tracks and verdicts out."""

from collections.abc import Collection
from zlib import crc32

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import BadReport, Track, copies, faults_of, tables
from tracker.reconstruct.agreement import agreement
from tracker.reconstruct.claims import CODES, read_claims
from tracker.reconstruct.ensemble import STEP_S, draw_ensemble
from tracker.reconstruct.march import March
from tracker.reconstruct.space import road_space
from tracker.reconstruct.summaries import distinct_routes, roads_used
from tracker.reconstruct.verdicts import Judged, verdicts
from tracker.roads import RoadNetwork

MEMBERS = 200
"""Histories of each track, unless asked otherwise."""


def reconstruct(reports: gpd.GeoDataFrame, roads: RoadNetwork, *, seed: int = 0, members: int = MEMBERS) -> March:
    """Every unit's track and a verdict on every report.

    For each unit named by a sighting, turnaround, incident or absence, histories are drawn from the posterior of where
    it drove: over all roads, with the moment inside each report's interval unknown, each report true with the
    probability of its grade and otherwise naming any place. Reports without a unit, roadblocks and statements move no
    track. The same input and seed give the same result, in any order of the rows; the input is not changed.

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
    return rebuild(reports, roads, seed=seed, members=members, span=_span(_in_utc(reports)))


def rebuild(
    reports: gpd.GeoDataFrame,
    roads: RoadNetwork,
    *,
    seed: int,
    members: int,
    span: tuple[pd.Timestamp, pd.Timestamp],
    only: Collection[str] | None = None,
) -> March:
    """The march of sound reports, answering for a given span: fewer reports then leave the same clock and draws.

    Parameters
    ----------
    reports, roads, seed, members : as for `reconstruct`, already looked through
    span : first and last moment that the tracks answer for, UTC
    only : units to make tracks of, instead of all
    """
    given, reports = reports.copy(), _in_utc(reports)
    start, end = span
    steps = int(np.ceil((end - start).total_seconds() / STEP_S)) + 1
    repeats = copies(reports)
    closed = _closed(reports)
    space = road_space(roads)
    tracks, judged = {}, []
    for unit, rows in _units(reports, repeats):
        if only is not None and unit not in only:
            continue
        claims = read_claims(closed, rows, space, start=start, step_s=STEP_S)
        if not claims.reachable:
            continue
        random = np.random.default_rng([seed, crc32(unit.encode())])
        ensemble = draw_ensemble(space, claims, members=members, steps=steps, random=random)
        one = Judged(unit=unit, claims=claims, ensemble=ensemble, agreed=agreement(claims, ensemble, len(space.lon)))
        judged.append(one)
        tracks[unit] = _track(one, closed, roads, start=start, end=end)
    return March(
        reports=given,
        tracks=tracks,
        verdicts=verdicts(closed, judged, repeats, space, start=start),
        roads=roads.table,
        places=roads.places,
        seed=seed,
        context=_context(roads),
        closures=_closures(reports, roads),
        network=roads,
        judged=tuple(judged),
        members=members,
        span=span,
        told=closed,
        repeats=repeats,
    )


def _track(
    one: Judged, reports: gpd.GeoDataFrame, roads: RoadNetwork, *, start: pd.Timestamp, end: pd.Timestamp
) -> Track:
    told = reports.iloc[one.claims.rows]
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
        routes=distinct_routes(roads, members, window=window, report_ids=list(told["report_id"]), agreement=one.agreed),
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
    placed = reports.geometry.notna() & ~reports.geometry.is_empty & reports["radius_m"].notna()
    speaking = placed & reports["unit"].notna() & reports["kind"].isin(list(CODES)) & repeats.isna().to_numpy()
    told = reports[["unit", "report_id", "earliest", "kind"]].assign(row=np.arange(len(reports)))[speaking.to_numpy()]
    # By id, so that the order of the rows changes nothing.
    told = told.sort_values(["report_id", "row"], kind="stable")
    units = []
    for unit, group in told.groupby("unit", sort=True):
        if (group["kind"] != "absence").any():
            units.append((group["earliest"].min(), str(unit), group["row"].to_numpy(np.int32)))
    return [(unit, rows) for _, unit, rows in sorted(units, key=lambda entry: entry[:2])]


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
