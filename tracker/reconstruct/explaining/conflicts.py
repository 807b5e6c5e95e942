"""Which reports cannot be true together, and which agree closely in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import explanations, geodesy, tables
from tracker.reconstruct.explaining.saying import duration, kilometres
from tracker.reconstruct.verdicts import HASTE

if TYPE_CHECKING:
    from tracker.reconstruct.march import March, Voice

Floats = NDArray[np.float64]

ROUNDING_S = 20.0
"""Places between which a drive is this much too long are not called apart: roads are known in pieces."""

MOMENT_S = 60.0
"""Less time than this is none."""

CLOSEST = 6
"""Reports that are named as agreeing with one: those closest in time say most."""


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
    """First possible moment, UTC."""
    latest: pd.Timestamp
    """Last possible moment, UTC."""


def claim_of(report: "pd.Series[Any]") -> Claim:
    """The claim of a row of a reports table that has a place."""
    return Claim(
        kind=str(report["kind"]),
        lon=float(report["geometry"].x),
        lat=float(report["geometry"].y),
        radius_m=float(report["radius_m"]),
        earliest=report["earliest"],
        latest=report["latest"],
    )


def conflicts(march: "March", claim: Claim, others: Sequence["Voice"]) -> gpd.GeoDataFrame:
    """The other reports that cannot be true together with a claim: `explanations.CONFLICTS`.

    Two places of one column conflict if the quickest drive between any of the road positions that they can mean takes
    longer, in either order, than there can have been time, even a quarter faster than the roads' free speed. A place
    and an absence conflict if the one lies within the other, and its interval too.

    Parameters
    ----------
    march : the march
    claim : place and time
    others : of `March.voices`
    """
    apart = _metres(claim, others)
    places = [(voice, metres) for voice, metres in zip(others, apart, strict=True) if voice.kind != "absence"]
    absences = [(voice, metres) for voice, metres in zip(others, apart, strict=True) if voice.kind == "absence"]
    if claim.kind == "absence":
        found = [_denied(voice, "places it there") for voice, metres in places if _holds(claim, voice, metres)]
    else:
        found = [_denied(voice, "says that it was not there") for voice, m in absences if _holds(voice, claim, m)]
        beyond = [(voice, metres) for voice, metres in places if metres > voice.radius_m + claim.radius_m]
        found += _apart(march, claim, beyond)
    found.sort(key=lambda row: (row["p_true"] < 0.5, -np.nan_to_num(row["needed_kmh"], nan=np.inf), row["report_id"]))
    return tables.table({name: [row[name] for row in found] for name in explanations.CONFLICTS}, explanations.CONFLICTS)


def _metres(claim: Claim, others: Sequence["Voice"]) -> list[float]:
    """Metres between a claim's place and each of the others'."""
    lon, lat = [voice.lon for voice in others], [voice.lat for voice in others]
    metres: list[float] = geodesy.distance_m(lon, lat, claim.lon, claim.lat).tolist() if others else []
    return metres


def _holds(outer: "Claim | Voice", inner: "Claim | Voice", metres: float) -> bool:
    """Whether one circle and interval lies within another, the middles so far apart."""
    within = metres + inner.radius_m <= outer.radius_m
    return within and outer.earliest <= inner.earliest and inner.latest <= outer.latest


def _told(voice: "Voice") -> dict[str, Any]:
    said = {name: getattr(voice, name) for name in ("report_id", "unit", "origin", "p_true")}
    return {**said, "geometry": shapely.Point(voice.lon, voice.lat)}


def _denied(voice: "Voice", what: str) -> dict[str, Any]:
    none = dict.fromkeys(("needed_kmh", "allowed_kmh", "metres", "drive_s", "spare_s"), np.nan)
    return {**_told(voice), **none, "words": f"{voice.report_id} {what} then"}


def _apart(march: "March", claim: Claim, others: Sequence[tuple["Voice", float]]) -> list[dict[str, Any]]:
    """Places that are too far from a claim's for one column."""
    if not others:
        return []
    here = march.drives.spots(claim.lon, claim.lat, claim.radius_m)
    there = [march.drives.spots(voice.lon, voice.lat, voice.radius_m) for voice, _ in others]
    # The most time that there can have been from the other to this, and from this to the other.
    come = [(claim.latest - voice.earliest).total_seconds() for voice, _ in others]
    gone = [(voice.latest - claim.earliest).total_seconds() for voice, _ in others]
    spare = np.array([come, gone])
    drive = np.stack([march.drives.seconds(here, there, back=True), march.drives.seconds(here, there)])
    forbidden = (drive > HASTE * spare + ROUNDING_S).all(axis=0)
    # The order that asks least of the column; one that the intervals forbid has no time, and asks most.
    order = np.where(spare >= 0, drive / np.maximum(spare, MOMENT_S), np.inf).argmin(axis=0)
    found = []
    for at in np.flatnonzero(forbidden).tolist():
        way = int(order[at])
        ends = (there[at], here) if way == 0 else (here, there[at])
        metres = march.drives.metres(*ends) if np.isfinite(drive[way, at]) else np.inf
        voice, straight_m = others[at]
        row = _needed(metres, float(drive[way, at]), float(spare[way, at]))
        words = _words(march, voice, row, straight_m, "from" if way == 0 else "to")
        found.append({**_told(voice), **row, "words": words})
    return found


def _needed(metres: float, drive_s: float, spare_s: float) -> dict[str, float]:
    joined = np.isfinite(metres)
    return {
        "needed_kmh": metres / spare_s * 3.6 if joined and spare_s >= MOMENT_S else np.inf,
        "allowed_kmh": metres / drive_s * 3.6 if joined and drive_s > 0 else np.nan,
        "metres": metres,
        "drive_s": drive_s,
        "spare_s": max(spare_s, 0.0),
    }


def _words(march: "March", voice: "Voice", row: dict[str, float], straight_m: float, way: str) -> str:
    label = march.network.posts.label(voice.lon, voice.lat)
    name = voice.report_id + (f" ({label})" if label else "")
    if not np.isfinite(row["metres"]):
        return f"no road joins its place and that of {name}"
    if not np.isfinite(row["needed_kmh"]):
        return f"at the same time {name} places it {kilometres(straight_m)} away"
    return f"needs {row['needed_kmh']:,.0f} km/h {way} {name}, where the roads allow {row['allowed_kmh']:.0f}"


def supports(claim: Claim, others: Sequence["Voice"], together: Floats) -> gpd.GeoDataFrame:
    """The reports closest in time that agree with a claim: `explanations.SUPPORTS`.

    Parameters
    ----------
    claim : place and time
    others : of `March.voices`, of other origins
    together : (others,) probability of each if the claim is true
    """
    found = []
    for voice, metres, p in zip(others, _metres(claim, others), together.tolist(), strict=True):
        if voice.kind == "absence" or p < 0.5:
            continue
        within = max(claim.latest - voice.earliest, voice.latest - claim.earliest).total_seconds()
        of = f" ({voice.origin})" if voice.origin else ""
        said = {"p_together": p, "within_s": within, "apart_m": metres}
        words = f"{voice.report_id}{of}, {kilometres(metres)} away and at most {duration(within)} before or after"
        found.append({**_told(voice), **said, "words": words})
    found.sort(key=lambda row: (row["within_s"], row["apart_m"], row["report_id"]))
    columns = {name: [row[name] for row in found[:CLOSEST]] for name in explanations.SUPPORTS}
    return tables.table(columns, explanations.SUPPORTS)
