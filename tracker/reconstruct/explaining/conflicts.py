"""Which reports cannot be true together, and which bear each other out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import explanations, geodesy, tables
from tracker.reconstruct.explaining.saying import duration, kilometres, text
from tracker.reconstruct.verdicts import HASTE

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

Floats = NDArray[np.float64]

ROUNDING_S = 20.0
"""Places between which a drive is this much too long are not called apart: roads are known in pieces."""

MOMENT_S = 60.0
"""Less time than this is none."""

ASIDE = 3
"""Reports before, and reports after, that are named as bearing one out: in a march, what is nearest in time says most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One report's place and time."""

    kind: str
    """sighting, incident, turnaround or absence."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    radius_m: float
    """Metres that hold the true place."""
    earliest: pd.Timestamp
    """First possible moment."""
    latest: pd.Timestamp
    """Last possible moment."""


def conflicts(march: "March", claim: Claim, others: pd.DataFrame) -> gpd.GeoDataFrame:
    """The other reports that cannot be true together with a claim: `explanations.CONFLICTS`.

    Two places of one column conflict if the quickest drive between any of the road positions that they can mean takes
    longer, in either order, than there can have been time, even a quarter faster than the roads' free speed. A place
    and an absence conflict if the one lies within the other, and its interval too.

    Parameters
    ----------
    march : the march
    claim : place and time
    others : rows of `March.voices`
    """
    if claim.kind == "absence":
        inside = others[(others["kind"] != "absence").to_numpy()]
        found = _denied(inside[_within(inside, claim, outer=True)])
    else:
        absent = (others["kind"] == "absence").to_numpy()
        denied = others[absent]
        found = _denied(denied[_within(denied, claim, outer=False)]) + _apart(march, claim, others[~absent])
    found.sort(key=lambda row: (row["p_true"] < 0.5, -np.nan_to_num(row["needed_kmh"], nan=np.inf), row["report_id"]))
    return tables.table({name: [row[name] for row in found] for name in explanations.CONFLICTS}, explanations.CONFLICTS)


def _within(others: pd.DataFrame, claim: Claim, *, outer: bool) -> NDArray[np.bool_]:
    """Whether each report lies within the claim, in place and time; or the claim within it."""
    apart = geodesy.distance_m(others["lon"], others["lat"], claim.lon, claim.lat)
    here, there = claim.radius_m, others["radius_m"].to_numpy()
    if outer:
        times = (others["earliest"] >= claim.earliest) & (others["latest"] <= claim.latest)
        return np.asarray((apart + there <= here) & times.to_numpy())
    times = (others["earliest"] <= claim.earliest) & (others["latest"] >= claim.latest)
    return np.asarray((apart + here <= there) & times.to_numpy())


def _denied(others: pd.DataFrame) -> list[dict[str, object]]:
    none = {name: np.nan for name in ("needed_kmh", "allowed_kmh", "metres", "drive_s", "spare_s")}
    said = {"absence": "says that it was not there then"}
    words = [f"{row.report_id} {said.get(row.kind, 'places it there then')}" for row in others.itertuples()]
    return [{**_told(row), **none, "words": word} for (_, row), word in zip(others.iterrows(), words, strict=True)]


def _told(row: "pd.Series[object]") -> dict[str, object]:
    return {**row[["report_id", "unit", "origin", "p_true"]], "geometry": shapely.Point(row["lon"], row["lat"])}


def _apart(march: "March", claim: Claim, others: pd.DataFrame) -> list[dict[str, object]]:
    """Places that are too far from a claim's for one column."""
    away = geodesy.distance_m(others["lon"], others["lat"], claim.lon, claim.lat)
    others = others[away > others["radius_m"].to_numpy() + claim.radius_m]
    if others.empty:
        return []
    here = march.drives.spots(claim.lon, claim.lat, claim.radius_m)
    there = [march.spots(row) for row in others["row"].tolist()]
    # The most time that there can have been from the other to this, and from this to the other.
    spare = np.stack([_seconds(claim.latest - others["earliest"]), _seconds(others["latest"] - claim.earliest)])
    drive = np.stack([march.drives.seconds(here, there, back=True), march.drives.seconds(here, there)])
    forbidden = (drive > HASTE * spare + ROUNDING_S).all(axis=0)
    # The order that asks least of the column; one that the intervals forbid has no time, and asks most.
    order = np.where(spare >= 0, drive / np.maximum(spare, MOMENT_S), np.inf).argmin(axis=0)
    found = []
    for at in np.flatnonzero(forbidden):
        way = int(order[at])
        ends = (there[at], here) if way == 0 else (here, there[at])
        metres = march.drives.metres(*ends) if np.isfinite(drive[way, at]) else np.inf
        row = _needed(others.iloc[at], metres, float(drive[way, at]), float(spare[way, at]))
        found.append({**row, "words": _words(march, row, others.iloc[at], claim, way)})
    return found


def _needed(other: "pd.Series[object]", metres: float, drive_s: float, spare_s: float) -> dict[str, object]:
    joined = np.isfinite(metres)
    return {
        **_told(other),
        "needed_kmh": metres / spare_s * 3.6 if joined and spare_s >= MOMENT_S else np.inf,
        "allowed_kmh": metres / drive_s * 3.6 if joined and drive_s > 0 else np.nan,
        "metres": metres,
        "drive_s": drive_s,
        "spare_s": max(spare_s, 0.0),
    }


def _words(march: "March", row: dict[str, object], other: "pd.Series[object]", claim: Claim, way: int) -> str:
    label = march.network.posts.label(float(other["lon"]), float(other["lat"]))  # type: ignore[arg-type]
    name = f"{other['report_id']}" + (f" ({label})" if label else "")
    if not np.isfinite(float(str(row["metres"]))):
        return f"no road joins its place and that of {name}"
    needed, allowed = float(str(row["needed_kmh"])), float(str(row["allowed_kmh"]))
    if not np.isfinite(needed):
        apart = geodesy.distance_m(other["lon"], other["lat"], claim.lon, claim.lat)  # type: ignore[arg-type]
        return f"at the same time {name} places it {kilometres(float(apart))} away"
    return f"needs {needed:,.0f} km/h {'from' if way == 0 else 'to'} {name}, where the roads allow {allowed:.0f}"


def supports(march: "March", claim: Claim, others: pd.DataFrame, together: Floats) -> gpd.GeoDataFrame:
    """The nearest reports in time that bear a claim out: `explanations.SUPPORTS`.

    Parameters
    ----------
    march : the march
    claim : place and time
    others : rows of `March.voices`, of other origins
    together : (others,) probability of each if the claim is true
    """
    good = (together >= 0.5) & (others["kind"] != "absence").to_numpy()
    others, together = others[good], together[good]
    before, after = _seconds(claim.earliest - others["latest"]), _seconds(others["earliest"] - claim.latest)
    gap = np.where(before > 0, -before, np.where(after > 0, after, 0.0))
    apart = geodesy.distance_m(others["lon"], others["lat"], claim.lon, claim.lat)
    chosen = np.concatenate(
        [
            side[np.lexsort((apart[side], np.abs(gap[side])))][:ASIDE]
            for side in (np.flatnonzero(gap == 0), np.flatnonzero(gap < 0), np.flatnonzero(gap > 0))
        ]
    )
    chosen = chosen[np.lexsort((apart[chosen], np.abs(gap[chosen])))]
    told = others.iloc[chosen]
    columns = {
        **{name: told[name] for name in ("report_id", "unit", "origin", "p_true")},
        "p_together": together[chosen],
        "gap_s": gap[chosen],
        "apart_m": apart[chosen],
        "words": [_borne(row, gap[at], apart[at]) for at, (_, row) in zip(chosen, told.iterrows(), strict=True)],
        "geometry": shapely.points(told["lon"].to_numpy(float), told["lat"].to_numpy(float)),
    }
    return tables.table(columns, explanations.SUPPORTS)


def _borne(row: "pd.Series[object]", gap: float, apart: float) -> str:
    origin = text(row["origin"])
    when = "at the same time" if gap == 0 else f"{duration(abs(gap))} {'before' if gap < 0 else 'after'}"
    return f"{row['report_id']}{f' ({origin})' if origin else ''} {when}, {kilometres(apart)} away"


def _seconds(times: "pd.Series[pd.Timedelta]") -> Floats:
    return np.asarray(times / pd.Timedelta(seconds=1), float)


def claim_of(report: "pd.Series[object]") -> Claim:
    """A row of a reports table that has a place."""
    point = report["geometry"]
    return Claim(
        kind=str(report["kind"]),
        lon=float(point.x),  # type: ignore[attr-defined]
        lat=float(point.y),  # type: ignore[attr-defined]
        radius_m=float(report["radius_m"]),  # type: ignore[arg-type]
        earliest=report["earliest"],  # type: ignore[arg-type]
        latest=report["latest"],  # type: ignore[arg-type]
    )
