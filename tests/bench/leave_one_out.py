"""The bundled case without one of its timed reports, for each of them: is that report where the others lead us to look?

    python tests/bench/leave_one_out.py [--all-reports] [--write PAGE]

Timed are the reports whose source states the hour, that name a unit and place it. Each is taken away with all that
repeats it (`copies`: one voice) and its unit is reconstructed from the unit's other reports; with --all-reports from
all others, which takes longer. Taken away means told as a statement, which moves no track: so the track still covers
the report's time. --write puts the table into a page, between its marks.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tracker  # noqa: E402
from tests.bench.markdown import fill, table  # noqa: E402
from tracker.model import copies, geodesy  # noqa: E402

ZONE = "Europe/Moscow"
SPEAKING = ("sighting", "incident", "turnaround")
EVERY = pd.Timedelta(minutes=5)
LEVELS = (0.5, 0.9)

Row = Mapping[str, Any]


def timed(reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The reports that are taken away in turn."""
    placed = reports.geometry.notna() & ~reports.geometry.is_empty & reports["radius_m"].notna()
    known = reports["time_basis"].eq("observed") & reports["unit"].notna() & reports["latest"].notna()
    return reports[placed & known & reports["kind"].isin(SPEAKING)]


def without(reports: gpd.GeoDataFrame, report_id: str) -> gpd.GeoDataFrame:
    """The reports with one voice silenced: the report, all that it repeats and all that repeat it."""
    voice = copies(reports).fillna(reports["report_id"])
    silent = voice.eq(voice[reports["report_id"].eq(report_id)].iloc[0])
    return reports.assign(kind=reports["kind"].mask(silent, "statement"))


def left_out(reports: gpd.GeoDataFrame, roads: tracker.RoadNetwork, report: Any, *, all_reports: bool) -> Row:
    """What the others say of a report."""
    others = without(reports, report.report_id)
    if not all_reports:
        others = others[others["unit"].eq(report.unit)].reset_index(drop=True)
    track = tracker.reconstruct(others, roads, seed=0).tracks.get(report.unit)
    found = {"report": report, "voices": int((others["kind"].isin(SPEAKING) & others["unit"].eq(report.unit)).sum())}
    if track is None:
        return found
    first, last = max(report.earliest, track.start), min(report.latest, track.end)
    times = pd.date_range(first, last, freq=EVERY).append(pd.DatetimeIndex([first + (last - first) / 2, last])).unique()
    middle = int(times.get_loc(first + (last - first) / 2))
    place = report.geometry
    for level in LEVELS:
        where = track.at(times, level=level)
        # What the place may be off counts: its circle meets the region.
        gap = np.array([distance_to(place, region) for region in where["region"]]) - report.radius_m
        found[f"any {level}"], found[f"middle {level}"] = bool((gap <= 0).any()), bool(gap[middle] <= 0)
    away = geodesy.distance_m(place.x, place.y, where.geometry.x.to_numpy(), where.geometry.y.to_numpy()) / 1000
    radius = where["radius_m"].iloc[middle] / 1000
    return {**found, "least km": away.min(), "middle km": away[middle], "radius km": radius}


def distance_to(place: shapely.Point, region: shapely.MultiLineString) -> float:
    """Metres from a place to the nearest point of a region, on a small map about the place."""
    scale = np.array([111_320 * np.cos(np.radians(place.y)), 110_574])
    lines = shapely.transform(region, lambda lonlat: (lonlat - [place.x, place.y]) * scale)
    return float(shapely.distance(lines, shapely.Point(0, 0)))


def on_the_line(reports: gpd.GeoDataFrame, report: Any) -> float:
    """Km from the report's place to where straight lines between the unit's other timed reports are at its middle."""
    others = timed(without(reports, report.report_id))
    others = others[others["unit"].eq(report.unit)]
    middle = others["earliest"] + (others["latest"] - others["earliest"]) / 2
    others = others.assign(middle=middle).sort_values("middle")
    if others.empty:
        return np.nan
    seconds = (others["middle"] - report.earliest) / pd.Timedelta(seconds=1)
    at = (report.latest - report.earliest) / pd.Timedelta(seconds=2)
    lon, lat = (np.interp(at, seconds, values) for values in (others.geometry.x, others.geometry.y))
    return float(geodesy.distance_m(report.geometry.x, report.geometry.y, lon, lat)) / 1000


def rows_of(found: Sequence[Row]) -> str:
    """The table."""
    names = ["report", "unit", "place", "time (Moscow)", "its radius km", "others", "in 50 %", "in 90 %",
             "in 90 % at middle", "km off at best", "at middle", "90 % within km", "straight line km"]  # fmt: skip
    rows = []
    for row in found:
        report = row["report"]
        begin, end = (time.tz_convert(ZONE) for time in (report.earliest, report.latest))
        time = f"{begin:%d. %H:%M}" + (f" to {end:%H:%M}" if end > begin else "")
        said = [report.report_id, report.unit, report.place, time, f"{report.radius_m / 1000:.1f}", f"{row['voices']}"]
        if "any 0.9" in row:
            said += ["yes" if row[name] else "no" for name in ("any 0.5", "any 0.9", "middle 0.9")]
            said += [f"{row[name]:.0f}" for name in ("least km", "middle km", "radius km")]
        else:
            said += ["-"] * 6
        rows.append([*said, "-" if np.isnan(row["line"]) else f"{row['line']:.0f}"])
    return table(names, rows)


def summary(found: Sequence[Row]) -> str:
    """The sums, in words."""
    told = [row for row in found if "any 0.9" in row]
    lined = [row for row in told if not np.isnan(row["line"])]
    middle = np.median([row["middle km"] for row in told])
    return (
        f"{len(found)} timed reports, {len(told)} of them of a unit that has others. Of these the place, within its "
        f"radius, meets the 90 % region at some moment of the interval {sum(row['any 0.9'] for row in told)} times, at "
        f"the interval's middle {sum(row['middle 0.9'] for row in told)} times; the 50 % region "
        f"{sum(row['any 0.5'] for row in told)} and {sum(row['middle 0.5'] for row in told)} times. The most central "
        f"position is {np.median([row['least km'] for row in told]):.0f} km off at the best moment and {middle:.0f} km "
        f"at the middle (medians). Where other timed reports of the unit can be joined by straight lines "
        f"({len(lined)}), these are {np.median([row['line'] for row in lined]):.0f} km off at the middle, the track "
        f"{np.median([row['middle km'] for row in lined]):.0f} km."
    )


def main(arguments: list[str] | None = None) -> None:
    """Prints the table and what it comes to."""
    parser = argparse.ArgumentParser(description="The bundled case without one of its timed reports.")
    parser.add_argument("--all-reports", action="store_true", help="keep the reports of other units and of none")
    parser.add_argument("--write", type=Path, help="a page with marks for the table")
    options = parser.parse_args(arguments)
    reports, roads = tracker.read_reports(), tracker.load_roads()
    found = []
    for report in timed(reports).sort_values(["unit", "earliest"], kind="stable").itertuples(index=False):
        row = left_out(reports, roads, report, all_reports=options.all_reports)
        found.append({**row, "line": on_the_line(reports, report)})
    text = f"{rows_of(found)}\n\n{summary(found)}"
    print(text)
    if options.write:
        fill(options.write, "leave one out", text)


if __name__ == "__main__":
    main()
