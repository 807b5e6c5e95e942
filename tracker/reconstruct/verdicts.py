"""What the reconstruction says about each report, and why, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import geodesy, names_of, tables
from tracker.reconstruct.agreement import agreement, nearest_m
from tracker.reconstruct.belonging import Belonging, limited, said
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
    told = _Told.of(reports, Drives(space))
    for one in judged:
        for row, said_of in _of_unit(told, one).items():
            # A report of several units says that each was there: what is least probable of them is its own.
            found[row] = min(found[row], said_of) if row in found else said_of
    trusted = {one.unit: one for one in judged}
    if of_none is not None:
        found.update(_of_none(told, of_none, trusted))
    rows = []
    for row, report in enumerate(reports.itertuples(index=False)):
        if row not in found:
            found[row] = _of_other(told, row, report, trusted, repeats.iloc[row], start)
        p, verdict, reason = found[row]
        rows.append((report.report_id, report.unit, p, verdict, reason))
    columns = dict(zip(("report_id", "unit", "p_true", "verdict", "reason"), zip(*rows, strict=True), strict=True))
    return tables.table({**columns, "geometry": reports.geometry}, tables.VERDICTS)


def _of_unit(told: "_Told", one: Judged) -> dict[int, Said]:
    """The verdicts on the reports that name a unit."""
    found = {}
    p_true = one.p_true
    for k in np.flatnonzero(told.named[one.claims.rows]).tolist():
        row = one.claims.rows[k]
        p = float(p_true[k])
        if len(one.claims.cell[one.claims.ptr[k] : one.claims.ptr[k + 1]]) == 0 and one.claims.base[k] == 1:
            km = one.claims.off_road_m[k] / 1000
            found[int(row)] = (p, DOUBTFUL, f"the nearest road of the network is {km:.0f} km from its place")
        elif p >= 0.5:
            found[int(row)] = (p, SUPPORTS, f"agrees with the track of {one.unit} ({p:.0%})")
        else:
            found[int(row)] = (p, *_against(told, one.claims, k, p, one))
    return found


def _of_none(told: "_Told", of_none: Belonging, judged: Mapping[str, Judged]) -> dict[int, Said]:
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
        against = [_against(told, of_none.claims, k, p, judged[unit]) for unit, _ in shares]
        # Impossible is what no unit can have done; of what one can have done, its own reason counts.
        verdict, reason = next((each for each in against if each[0] != IMPOSSIBLE), against[0])
        found[row] = (p, verdict, reason)
    return found


def _of_other(
    told: "_Told",
    row: int,
    report: object,
    judged: Mapping[str, Judged],
    repeated: str | float,
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
    space = told.drives.space
    claims = read_claims(told.reports, np.array([row], np.int32), space, start=start, step_s=STEP_S)
    fits = {name: _fits(agreement(claims, one.ensemble, len(space.lon))[0]) for name, one in against.items()}
    best = max(fits, key=lambda name: fits[name])
    if not pd.isna(repeated):
        p = fits[best] if not pd.isna(unit) else float(limited(np.array(fits[best]), claims.believed[0]))
        return p, UNUSED, f"repeats {repeated}, of the same origin: one voice, counted once"
    return fits[best], *_against(told, claims, 0, fits[best], against[best])


def _fits(agreed: Floats) -> float:
    """Probability of a report that the histories know nothing of: Bayes' rule with its mean odds over all of them."""
    odds = float((agreed / np.maximum(1 - agreed, 1e-12)).mean())
    return odds / (1 + odds)


def _against(told: "_Told", claims: Claims, k: int, p: float, one: Judged) -> tuple[str, str]:
    """Doubtful or impossible, and the strongest reason."""
    row, drives = int(claims.rows[k]), told.drives
    reasons = []
    if claims.kind[k] == ABSENCE:
        # Only presence speaks against an absence: how far the track is from its place is for it.
        if (inside := _inside(claims, one.ensemble, k)) >= 0.01:
            reasons.append(f"the track of {one.unit} was within its circle in its time ({inside:.0%})")
    else:
        conflict = _worst_conflict(told, row, one)
        if conflict is not None:
            return IMPOSSIBLE, conflict
        away = nearest_m(claims, one.ensemble, drives.space.tree.data, k)
        if away > told.radius_m[row]:
            place = told.chainage(row, " to {}")
            reasons.append(f"the track of {one.unit} comes no nearer{place} than {away / 1000:.0f} km in its time")
    believed = float(claims.believed[k])
    if believed < 0.5:
        source = told.reports["reliability"].iloc[row]
        grade = ("?" if pd.isna(source) else str(source)) + _digit(told.reports["credibility"].iloc[row])
        reasons.append(f"its grade {grade} alone makes it {believed:.0%} likely")
    if not reasons:
        left = f"other reports of {one.unit}" if told.named[row] else "time and place of the tracks"
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


def _worst_conflict(told: "_Told", row: int, one: Judged) -> str | None:
    """The trusted report that the doubted one is farthest from being reconciled with, if physics forbids both."""
    sure = (one.p_true >= SURE) & (one.claims.believed >= TRUSTED) & (one.claims.rows != row)
    trusted = one.claims.rows[sure & np.isin(one.claims.kind, [SIGHTING, PASSING])]
    apart = geodesy.distance_m(told.lon[row], told.lat[row], told.lon[trusted], told.lat[trusted])
    beyond = apart > told.radius_m[trusted] + told.radius_m[row]
    trusted, apart = trusted[beyond], apart[beyond]
    if len(trusted) == 0:
        return None
    here, there = told.spots(row), [told.spots(other) for other in trusted.tolist()]
    # The most time that there can have been from the trusted one to the doubted, and from the doubted to the trusted:
    # an order that the intervals forbid has less than none. Each order has its own ways.
    spare = np.stack([told.latest[row] - told.earliest[trusted], told.latest[trusted] - told.earliest[row]])
    drive = np.stack([told.drives.seconds(here, there, back=True), told.drives.seconds(here, there)])
    times = np.where(spare >= 0, drive / np.maximum(spare, 60.0), np.inf)
    order = times.argmin(axis=0)
    least = times.min(axis=0)
    # Between cells there is room for a rounding of half a cell at each end.
    forbidden = (drive > HASTE * spare + CELL_S).all(axis=0)
    if not forbidden.any():
        return None
    worst = int(np.where(forbidden, least, -1).argmax())
    trusted_id, available = told.report_id[trusted[worst]], spare[order[worst], worst]
    trusted_id += told.chainage(trusted[worst], " ({})")
    if not np.isfinite(least[worst]):
        return f"no road of the network joins its place to that of {trusted_id}"
    if available < 60:
        return f"at the same time {trusted_id} places {one.unit} {apart[worst] / 1000:.0f} km away"
    ends = (there[worst], here) if order[worst] == 0 else (here, there[worst])
    speed = told.drives.metres(*ends) / 1000 / (available / 3600)
    return f"would need {speed:.0f} km/h {'from' if order[worst] == 0 else 'to'} {trusted_id}"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Told:
    """The reports, with what is asked of them often as arrays of a value each."""

    reports: gpd.GeoDataFrame
    drives: Drives
    report_id: NDArray[np.object_]
    named: NDArray[np.bool_]
    """Whether it names a unit."""
    lon: Floats
    lat: Floats
    radius_m: Floats
    earliest: Floats
    """Seconds."""
    latest: Floats

    @classmethod
    def of(cls, reports: gpd.GeoDataFrame, drives: Drives) -> "_Told":
        epoch = reports["earliest"].min()
        times = {name: (reports[name] - epoch).dt.total_seconds().to_numpy(float) for name in ("earliest", "latest")}
        return cls(
            reports=reports,
            drives=drives,
            report_id=reports["report_id"].to_numpy(object),
            named=reports["unit"].notna().to_numpy(bool),
            lon=reports.geometry.x.to_numpy(float),
            lat=reports.geometry.y.to_numpy(float),
            radius_m=reports["radius_m"].to_numpy(float),
            **times,
        )

    def spots(self, row: int) -> Spots:
        """The road positions that a report can mean."""
        return self.drives.spots(float(self.lon[row]), float(self.lat[row]), float(self.radius_m[row]))

    def chainage(self, row: int, form: str) -> str:
        """Words with the chainage ("M4 km 383") of a report's place on a road with kilometre posts, or nothing."""
        label = self.drives.space.network.posts.label(float(self.lon[row]), float(self.lat[row]))
        return "" if label is None else form.format(label)
