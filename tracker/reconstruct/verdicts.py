"""What the reconstruction says about each report, and why, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import geodesy, tables
from tracker.reconstruct.agreement import agreement, nearest_m
from tracker.reconstruct.belonging import Belonging, limited, names_of, said
from tracker.reconstruct.claims import Claims, read_claims
from tracker.reconstruct.drives import Drives, Spots
from tracker.reconstruct.ensemble import STEP_S, Ensemble
from tracker.reconstruct.space import CELL_S, RoadSpace
from tracker.reconstruct.terms import ABSENCE, PASSING, SIGHTING

Floats = NDArray[np.float64]

Said = tuple[float, str, str]
"""Probability, verdict and reason of one report."""

SUPPORTS, DOUBTFUL, IMPOSSIBLE, UNUSED = "supports", "doubtful", "impossible", "unused"

SURE, TRUSTED = 0.9, 0.75
"""How probable a report must be, with the track and by its grade alone, to call another impossible because of it."""

HASTE = 1.25
"""A drive is impossible if it is this much faster than the roads' free speed: a car may do what a column does not."""

SILENT = {
    "roadblock": "a roadblock does not say where a unit is",
    "statement": "a statement places nobody; it stands in the timeline",
}
"""Kinds that never move a track, with the reason."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """One unit's claims, its ensemble, and how they agree."""

    unit: str
    """The unit's name."""
    claims: Claims
    """The reports that moved the track."""
    ensemble: Ensemble
    """The histories."""
    agreed: Floats
    """(claims, histories) probability of each report, given each history."""

    @property
    def p_true(self) -> Floats:
        """(claims,) probability of each report."""
        return np.asarray(self.agreed.mean(axis=1))


def verdicts(
    reports: gpd.GeoDataFrame,
    judged: Sequence[Judged],
    of_none: Belonging | None,
    repeats: "pd.Series[str]",
    space: RoadSpace,
    *,
    start: pd.Timestamp,
) -> gpd.GeoDataFrame:
    """A verdict on every report, in the order of the table: `tables.VERDICTS`.

    Parameters
    ----------
    reports : the reports table
    judged : every unit with a track
    of_none : whom the reports without a unit may speak of; None if there are none, or no tracks
    repeats : the report that each report repeats, or NA
    space : road cells
    start : moment of step 0
    """
    found: dict[int, Said] = {}
    drives = Drives(space)
    for one in judged:
        for row, told in _of_unit(reports, one, drives).items():
            # A report of several units says that each was there: what is least probable of them is its own.
            found[row] = min(found[row], told) if row in found else told
    trusted = {one.unit: one for one in judged}
    if of_none is not None:
        found.update(_of_none(reports, of_none, trusted, drives))
    rows = []
    for row, report in enumerate(reports.itertuples(index=False)):
        if row not in found:
            found[row] = _of_other(reports, row, report, trusted, repeats.iloc[row], drives, start)
        p, verdict, reason = found[row]
        rows.append((report.report_id, report.unit, p, verdict, reason))
    columns = dict(zip(("report_id", "unit", "p_true", "verdict", "reason"), zip(*rows, strict=True), strict=True))
    return tables.table({**columns, "geometry": reports.geometry}, tables.VERDICTS)


def _of_unit(reports: gpd.GeoDataFrame, one: Judged, drives: Drives) -> dict[int, Said]:
    """The verdicts on the reports that name a unit."""
    found = {}
    p_true = one.p_true
    for k in np.flatnonzero(reports["unit"].iloc[one.claims.rows].notna()).tolist():
        row = one.claims.rows[k]
        p = float(p_true[k])
        if len(one.claims.cell[one.claims.ptr[k] : one.claims.ptr[k + 1]]) == 0 and one.claims.base[k] == 1:
            km = one.claims.off_road_m[k] / 1000
            found[int(row)] = (p, DOUBTFUL, f"the nearest road of the network is {km:.0f} km from its place")
        elif p >= 0.5:
            found[int(row)] = (p, SUPPORTS, f"agrees with the track of {one.unit} ({p:.0%})")
        else:
            found[int(row)] = (p, *_against(reports, one.claims, k, p, one, drives))
    return found


def _of_none(
    reports: gpd.GeoDataFrame, of_none: Belonging, judged: Mapping[str, Judged], drives: Drives
) -> dict[int, Said]:
    """The verdicts on the reports that name no unit and may have moved some."""
    found = {}
    for k, row in enumerate(of_none.claims.rows.tolist()):
        shares = [entry for entry in of_none.of(row) if entry[0] in judged]
        if not shares:
            continue
        p = sum(share for _, share in shares)
        if p >= 0.5:
            found[row] = (p, SUPPORTS, f"names no unit; most probably {said(shares)}")
            continue
        against = [_against(reports, of_none.claims, k, p, judged[unit], drives) for unit, _ in shares]
        # Impossible is what no unit can have done; of what one can have done, its own reason counts.
        verdict, reason = next((each for each in against if each[0] != IMPOSSIBLE), against[0])
        found[row] = (p, verdict, reason)
    return found


def _of_other(
    reports: gpd.GeoDataFrame,
    row: int,
    report: object,
    judged: Mapping[str, Judged],
    repeated: str | float,
    drives: Drives,
    start: pd.Timestamp,
) -> tuple[float, str, str]:
    """The verdict on a report that moved no track."""
    kind, unit, place = report.kind, report.unit, report.geometry  # type: ignore[attr-defined]
    if kind in SILENT:
        return np.nan, UNUSED, SILENT[kind]
    if place is None or place.is_empty:
        return np.nan, UNUSED, "it gives no place"
    if kind == "incident" and pd.isna(unit):
        return np.nan, UNUSED, "an incident that names no unit does not say where one is"
    if kind == "absence" and pd.isna(unit):
        return np.nan, UNUSED, "it does not say which unit was absent"
    against = judged if pd.isna(unit) else {name: judged[name] for name in names_of(unit) if name in judged}
    if not against:
        return (
            np.nan,
            UNUSED,
            f"no track of {unit} could be made" if not pd.isna(unit) else "there is no track to hold it against",
        )
    space = drives.space
    claims = read_claims(reports, np.array([row], np.int32), space, start=start, step_s=STEP_S)
    fits = {name: _fits(agreement(claims, one.ensemble, len(space.lon))[0]) for name, one in against.items()}
    best = max(fits, key=lambda name: fits[name])
    if not pd.isna(repeated):
        p = fits[best] if not pd.isna(unit) else float(limited(np.array(fits[best]), claims.believed[0]))
        return p, UNUSED, f"repeats {repeated}, of the same origin: one voice, counted once"
    return fits[best], *_against(reports, claims, 0, fits[best], against[best], drives)


def _fits(agreed: Floats) -> float:
    """Probability of a report that the histories know nothing of: Bayes' rule with its mean odds over all of them."""
    odds = float((agreed / np.maximum(1 - agreed, 1e-12)).mean())
    return odds / (1 + odds)


def _against(
    reports: gpd.GeoDataFrame, claims: Claims, k: int, p: float, one: Judged, drives: Drives
) -> tuple[str, str]:
    """Doubtful or impossible, and the strongest reason."""
    row = int(claims.rows[k])
    reasons = []
    if claims.kind[k] == ABSENCE:
        # Only presence speaks against an absence: how far the track is from its place is for it.
        if (inside := _inside(claims, one.ensemble, k)) >= 0.01:
            reasons.append(f"the track of {one.unit} was within its circle in its time ({inside:.0%})")
    else:
        conflict = _worst_conflict(reports, row, one, drives)
        if conflict is not None:
            return IMPOSSIBLE, conflict
        away = nearest_m(claims, one.ensemble, drives.space.tree.data, k)
        if away > float(reports["radius_m"].iloc[row]):
            place = _chainage(drives, reports.iloc[row], " to {}")
            reasons.append(f"the track of {one.unit} comes no nearer{place} than {away / 1000:.0f} km in its time")
    believed = float(claims.believed[k])
    if believed < 0.5:
        source = reports["reliability"].iloc[row]
        grade = ("?" if pd.isna(source) else str(source)) + _digit(reports["credibility"].iloc[row])
        reasons.append(f"its grade {grade} alone makes it {believed:.0%} likely")
    if not reasons:
        left = f"other reports of {one.unit}" if pd.notna(reports["unit"].iloc[row]) else "time and place of the tracks"
        reasons.append(f"{left} leave it {p:.0%} likely")
    return DOUBTFUL, "; ".join(reasons)


def _inside(claims: Claims, ensemble: Ensemble, k: int) -> float:
    """Share of the histories that were on one of a claim's cells at some step of its interval."""
    steps = len(ensemble.cells)
    begin, end = np.clip(np.array([claims.first[k], claims.last[k] + 1]) - ensemble.first, 0, steps)
    cells = claims.cell[claims.ptr[k] : claims.ptr[k + 1]]
    return float(np.isin(ensemble.cells[begin:end], cells).any(axis=0).mean())


def _digit(grade: object) -> str:
    return "?" if pd.isna(grade) else str(grade)  # type: ignore[call-overload]


def _worst_conflict(reports: gpd.GeoDataFrame, row: int, one: Judged, drives: Drives) -> str | None:
    """The trusted report that the doubted one is farthest from being reconciled with, if physics forbids both."""
    sure = (one.p_true >= SURE) & (one.claims.believed >= TRUSTED) & (one.claims.rows != row)
    sure &= np.isin(one.claims.kind, [SIGHTING, PASSING])
    doubted, trusted = reports.iloc[row], reports.iloc[one.claims.rows[sure]]
    apart = geodesy.distance_m(doubted.geometry.x, doubted.geometry.y, trusted.geometry.x, trusted.geometry.y)
    beyond = apart > np.asarray(trusted["radius_m"], float) + float(doubted["radius_m"])
    trusted, apart = trusted[beyond], apart[beyond]
    if len(trusted) == 0:
        return None
    here = _spots(drives, doubted)
    there = [_spots(drives, report) for _, report in trusted.iterrows()]
    # The most time that there can have been from the trusted one to the doubted, and from the doubted to the trusted:
    # an order that the intervals forbid has less than none. Each order has its own ways.
    spare = np.stack(
        [_seconds(doubted["latest"] - trusted["earliest"]), _seconds(trusted["latest"] - doubted["earliest"])]
    )
    drive = np.stack([drives.seconds(here, there, back=True), drives.seconds(here, there)])
    times = np.where(spare >= 0, drive / np.maximum(spare, 60.0), np.inf)
    order = times.argmin(axis=0)
    least = times.min(axis=0)
    # Between cells there is room for a rounding of half a cell at each end.
    forbidden = (drive > HASTE * spare + CELL_S).all(axis=0)
    if not forbidden.any():
        return None
    worst = int(np.where(forbidden, least, -1).argmax())
    trusted_id, available = trusted["report_id"].iloc[worst], spare[order[worst], worst]
    trusted_id += _chainage(drives, trusted.iloc[worst], " ({})")
    if not np.isfinite(least[worst]):
        return f"no road of the network joins its place to that of {trusted_id}"
    if available < 60:
        return f"at the same time {trusted_id} places {one.unit} {apart[worst] / 1000:.0f} km away"
    ends = (there[worst], here) if order[worst] == 0 else (here, there[worst])
    speed = drives.metres(*ends) / 1000 / (available / 3600)
    return f"would need {speed:.0f} km/h {'from' if order[worst] == 0 else 'to'} {trusted_id}"


def _chainage(drives: Drives, report: "pd.Series[Any]", form: str) -> str:
    """Words with the chainage ("M4 km 383") of a report's place on a road with kilometre posts, or nothing."""
    label = drives.space.network.posts.label(report["geometry"].x, report["geometry"].y)
    return "" if label is None else form.format(label)


def _spots(drives: Drives, report: "pd.Series[Any]") -> Spots:
    return drives.spots(report["geometry"].x, report["geometry"].y, float(report["radius_m"]))


def _seconds(times: "pd.Series[pd.Timedelta]") -> Floats:
    return np.asarray(times / pd.Timedelta(seconds=1), float)
