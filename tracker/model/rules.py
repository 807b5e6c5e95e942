"""What a table must be to be a reports table, written once: every fault at once, found in whole columns."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from tracker.model import tables
from tracker.model.errors import Fault
from tracker.model.units import names_of

NEEDED = (
    "report_id", "kind", "unit", "earliest", "latest", "time_basis", "geometry", "radius_m", "origin", "reliability",
    "credibility",
)  # fmt: skip
"""Columns that say what is claimed, by whom, and how far to believe it; the others are for readers."""

MAX_RADIUS_M = 2_000_000.0

MARCH_DAYS = 60
"""Placed reports of one unit farther apart than this have a mistyped date."""

CASE_DAYS = 300
"""Reports of one table farther apart than this have a mistyped year."""

PLACING = ("sighting", "incident", "absence", "turnaround")
"""Kinds that say where a unit was; a roadblock may stand for months."""

_MAY_LACK = {
    "kind": (tables.KINDS, False),
    "time_basis": (tables.TIME_BASES, True),
    "reliability": (tables.RELIABILITY, True),
    "credibility": (tables.CREDIBILITY, True),
}
"""Allowed codes of each column, and whether it may be absent: then nothing is known, and the usual is taken."""

_READ = "read the reports with read_reports, which fills what a file lacks"
_SHOWN = 60


def faults_of(reports: pd.DataFrame, *, one_march: bool = True) -> list[Fault]:
    """Everything that keeps a table from being a reports table that can be reasoned about; empty if nothing does.

    Asked of it are the columns of `NEEDED` with their types, points in EPSG:4326 each with a radius between 0 and
    2,000 km, times with a zone, `earliest` known and not after `latest` (which may be NaT: open), known codes, and
    an id of its own for each report. Placed reports of one unit lie within 60 days of each other, all reports within
    300: else a date is mistyped. Further columns are not looked at.

    Parameters
    ----------
    reports : one row per report (`tables.REPORTS`)
    one_march : ask too that the times lie as near to each other as those of one march do

    Returns
    -------
    list of Fault; the row is the position in the table, None for the table as a whole.

    Examples
    --------
    >>> [fault.problem for fault in faults_of(tables.table({}, tables.REPORTS))]
    ['holds no report']
    """
    return _Rules(reports, one_march=one_march).faults


class _Rules:
    """One table, and what was found wrong with it so far; columns with a fault of their own are looked at no more."""

    def __init__(self, reports: pd.DataFrame, *, one_march: bool) -> None:
        self.reports = reports
        self.faults: list[Fault] = []
        self.good = set(NEEDED)
        self._columns()
        self._geometry()
        self._types()
        if len(reports) == 0:
            self._whole(None, "holds no report", "give at least one")
            return
        self._ids()
        self._codes()
        self._times()
        self._places()
        if one_march:
            self._spans()
        # The whole table first, then row by row; the order of the rules stays within a row.
        self.faults.sort(key=lambda fault: -1 if fault.row is None else fault.row)

    def _whole(self, column: str | None, problem: str, remedy: str, value: str = "") -> None:
        self.good.discard(str(column))
        self.faults.append(Fault(file="<table>", row=None, column=column, value=value, problem=problem, remedy=remedy))

    def _rows(self, wrong: ArrayLike, column: str, problem: str, remedy: str) -> None:
        cells = self.reports[column]
        for row in np.flatnonzero(np.asarray(wrong, bool)).tolist():
            value = "" if cells.iloc[row] is None else str(cells.iloc[row])
            value = value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."
            self.faults.append(
                Fault(file="<table>", row=row, column=column, value=value, problem=problem, remedy=remedy)
            )

    def _columns(self) -> None:
        for name in NEEDED:
            count = int(np.count_nonzero(self.reports.columns == name))
            if count == 0:
                self._whole(name, "is missing", _READ)
            elif count > 1:
                self._whole(name, f"stands {count} times in the table", "leave one of them")

    def _geometry(self) -> None:
        if "geometry" not in self.good:
            return
        if not isinstance(self.reports, gpd.GeoDataFrame) or self.reports.active_geometry_name != "geometry":
            self._whole("geometry", "is not the geometry of a GeoDataFrame", "make one with its points in `geometry`")
        elif self.reports.crs is None:
            self._whole("geometry", "has no reference system", f"say which with set_crs, as in set_crs('{tables.CRS}')")
        elif not self.reports.crs.equals(CRS(tables.CRS), ignore_axis_order=True):
            name = self.reports.crs.to_string()
            self._whole("geometry", "is not in longitude and latitude", f"turn it with to_crs('{tables.CRS}')", name)

    def _types(self) -> None:
        for name in ("earliest", "latest"):
            if name in self.good and not isinstance(self.reports[name].dtype, pd.DatetimeTZDtype):
                self._whole(name, "has no time zone", "make it a timezone-aware time, as read_reports does")
        if "radius_m" in self.good and not pd.api.types.is_numeric_dtype(self.reports["radius_m"]):
            self._whole("radius_m", "is not a column of numbers", "give metres, as in 5000.0")
        for name in ("report_id", "unit", "origin"):
            if name in self.good and not isinstance(self.reports[name].dtype, pd.StringDtype):
                cells = self.reports[name]
                other = np.array([not isinstance(value, str) for value in cells], bool) & cells.notna().to_numpy(bool)
                self._rows(other, name, "is not text", "write it as text")
                if other.any():
                    self.good.discard(name)

    def _ids(self) -> None:
        if "report_id" not in self.good:
            return
        ids = self.reports["report_id"]
        empty = ids.isna() | (ids == "").fillna(False)
        self._rows(empty, "report_id", "is empty", "give each report an id")
        again = ids.duplicated() & ~empty
        self._rows(again, "report_id", "is the id of an earlier row too", "give each report an id of its own")

    def _codes(self) -> None:
        for name, (allowed, optional) in _MAY_LACK.items():
            if name in self.good:
                cells = self.reports[name]
                wrong = ~cells.isin(list(allowed)) & ~(cells.isna() & optional)
                what = f"write one of {', '.join(str(code) for code in allowed)}"
                self._rows(wrong, name, f"is not a {name} that is known", what)

    def _times(self) -> None:
        if "earliest" in self.good:
            empty = self.reports["earliest"].isna()
            self._rows(empty, "earliest", "is empty", "give the earliest time that is possible")
        if {"earliest", "latest"} <= self.good:
            before = self.reports["latest"] < self.reports["earliest"]
            self._rows(before, "latest", "is before earliest", "swap the two, or check the days and zones")

    def _placed(self) -> NDArray[np.bool_]:
        points = self.reports.geometry.to_numpy()
        return np.asarray(~shapely.is_missing(points) & ~shapely.is_empty(points))

    def _places(self) -> None:
        if "geometry" not in self.good:
            return
        points, placed = self.reports.geometry.to_numpy(), self._placed()
        point = shapely.get_type_id(points) == shapely.GeometryType.POINT
        self._rows(placed & ~point, "geometry", "is not a point", "give its middle, and its extent in radius_m")
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        out = placed & point & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        self._rows(out, "geometry", "is not on the globe", "give degrees, longitude first; None if unknown")
        if "radius_m" not in self.good:
            return
        radius = self.reports["radius_m"].to_numpy(float, na_value=np.nan)
        give = "give the metres that hold the true place with 95 %, as in 5000"
        self._rows(placed & np.isnan(radius), "radius_m", "is empty for a report with a place", give)
        self._rows(placed & (radius <= 0), "radius_m", "is not above zero", give)
        self._rows(placed & (radius > MAX_RADIUS_M), "radius_m", "is over 2,000 km", f"{give}, or no place")

    def _spans(self) -> None:
        if not {"report_id", "kind", "unit", "earliest", "latest", "geometry"} <= self.good:
            return
        told = pd.DataFrame(self.reports[["report_id", "unit", "earliest", "latest"]])
        told["latest"] = told["latest"].fillna(told["earliest"])
        speaking = self._placed() & self.reports["kind"].isin(PLACING).to_numpy(bool)
        units: list[tuple[str, pd.DataFrame, int]] = [("", told, CASE_DAYS)]
        # A report of units that drove together speaks of each.
        each = told[speaking].assign(unit=told["unit"].map(names_of).astype(object)).explode("unit")
        units += [(str(unit), rows, MARCH_DAYS) for unit, rows in each.groupby("unit", sort=True)]
        for unit, rows, days in units:
            rows = rows[rows["earliest"].notna()]
            if len(rows) == 0 or rows["latest"].max() - rows["earliest"].min() <= pd.Timedelta(days=days):
                continue
            (first, begin), (last, end) = (
                (rows["report_id"].iloc[at], rows[name].iloc[at])
                for name, at in (("earliest", rows["earliest"].argmin()), ("latest", rows["latest"].argmax()))
            )
            self._whole(
                "earliest",
                f"spans more than {days} days, from {first} ({begin}) to {last} ({end})",
                "check the years and months of these two, or reconstruct one march at a time",
                unit,
            )
