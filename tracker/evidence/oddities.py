"""Reports that a file may hold, but that are worth a second look: too far from their unit, or too soon after it."""

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import Fault, geodesy

FAR_M = 500_000.0
"""Farther than this from the middle of its unit's reports, radius set aside, a report is worth a look."""
FAST_KMH = 500.0
"""A column that would have to be faster than this is more likely a mistyped time or place."""

_PLACING = ("sighting", "incident", "turnaround")


def oddities(reports: gpd.GeoDataFrame, *, file: str = "<table>", rows: pd.Index | None = None) -> list[Fault]:
    """What in a reports table is not certainly wrong and still worth checking; nothing of it is refused.

    Looked at are sightings, incidents and turnarounds that name a unit and a place: those over 500 km from the middle
    (the median) of their unit's, and, of the others, those that the unit would have had to reach at over 500 km/h
    from the report before. Radii and intervals are taken at their widest.

    Parameters
    ----------
    reports : a reports table, times with a zone, points in EPSG:4326, radius_m in metres
    file : name for the findings
    rows : number of each row in the findings, such as the line of a file; the position without it

    Returns
    -------
    list of Fault, by row; empty if nothing is odd.
    """
    numbers = np.arange(len(reports)) if rows is None else rows.to_numpy()
    points = reports.geometry
    placed = reports["kind"].isin(_PLACING) & reports["unit"].notna() & points.notna() & ~points.is_empty
    told = pd.DataFrame(reports.loc[placed, ["report_id", "unit", "earliest", "latest", "radius_m"]])
    told["row"] = numbers[placed.to_numpy(bool)]
    told["latest"] = told["latest"].fillna(told["earliest"])
    told[["lon", "lat"]] = np.c_[points[placed].x, points[placed].y]
    middle = told.groupby("unit")[["lon", "lat"]].transform("median")
    away = geodesy.distance_m(told["lon"], told["lat"], middle["lon"], middle["lat"]) - told["radius_m"].to_numpy(float)
    # Of two reports the middle lies between both, and says of neither that it is odd.
    far = (away > FAR_M) & (told.groupby("unit")["unit"].transform("size") > 2).to_numpy(bool)
    look = "check lon, lat and the unit; keep it if the source says so"
    found = [
        _finding(file, row, "lon", where, f"lies {metres / 1000:,.0f} km from the middle of {unit}'s reports", look)
        for row, where, metres, unit in zip(
            told["row"][far], told["report_id"][far], away[far], told["unit"][far], strict=True
        )
    ]
    found += _too_fast(told[~far].sort_values(["unit", "earliest"], kind="stable"), file)
    return sorted(found, key=lambda fault: fault.row or 0)


def _too_fast(told: pd.DataFrame, file: str) -> list[Fault]:
    before = told.groupby("unit")[["report_id", "earliest", "latest", "lon", "lat", "radius_m"]].shift()
    apart = geodesy.distance_m(told["lon"], told["lat"], before["lon"], before["lat"])
    metres = apart - (told["radius_m"] + before["radius_m"]).to_numpy(float)
    longest = np.fmax(told["latest"] - before["earliest"], before["latest"] - told["earliest"])
    hours = np.maximum((longest / pd.Timedelta(hours=1)).to_numpy(float), 1 / 60)
    kmh = metres / 1000 / hours
    return [
        _finding(
            file,
            told["row"].iloc[k],
            "earliest",
            told["report_id"].iloc[k],
            f"would need {kmh[k]:,.0f} km/h from {before['report_id'].iloc[k]}, the report before of its unit",
            "check the times, the places and the unit of both",
        )
        for k in np.flatnonzero(kmh > FAST_KMH)
    ]


def _finding(file: str, row: int, column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=int(row), column=column, value=str(value), problem=problem, remedy=remedy)
