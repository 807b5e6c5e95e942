"""A report as somebody gives it, before it is in any table: read, or refused with all its faults."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import BadReport, Fault, tables
from tracker.reconstruct.claims import CODES

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

KNOWN = {*tables.REPORTS, "lon", "lat"}
_INSTEAD = {"time": "earliest and latest", "within": "earliest and latest", "radius": "radius_m"}
MAX_RADIUS_M = 2_000_000.0
_UNNAMED = "this report"


def read_given(report: Mapping[str, Any] | pd.DataFrame, march: "March") -> dict[str, Any]:
    """The report's kind, unit, lon, lat, radius_m, earliest, latest, time_basis, reliability, credibility, report_id.

    Raises
    ------
    BadReport
        With every fault.
    """
    reading = _Reading(_fields(report))
    reading.names()
    told = {
        "kind": reading.code("kind", tuple(CODES), "sighting"),
        "unit": reading.unit([one.unit for one in march.judged]),
        **reading.place(),
        **reading.times(),
        "time_basis": reading.code("time_basis", tables.TIME_BASES, None),
        "reliability": reading.code("reliability", tables.RELIABILITY, None),
        "credibility": reading.code("credibility", tables.CREDIBILITY, None),
        "report_id": reading.own_id(march.reports["report_id"].tolist()),
    }
    if told["kind"] == "absence" and reading.fields.get("unit") is None:
        reading.wrong("unit", "is not given, and an absence is of some unit", "say which unit was not there")
    if reading.faults:
        raise BadReport(reading.faults)
    return told


def _fields(report: Mapping[str, Any] | pd.DataFrame) -> dict[str, Any]:
    if isinstance(report, gpd.GeoDataFrame) and report.crs is not None:
        report = pd.DataFrame(report.to_crs(tables.CRS))
    if isinstance(report, pd.DataFrame):
        if len(report) != 1:
            raise BadReport([_fault(None, "", f"holds {len(report)} reports", "give one row, as in reports.iloc[[0]]")])
        return _present(report.iloc[0].to_dict())
    if isinstance(report, pd.Series):
        return _present(report.to_dict())
    if not isinstance(report, Mapping):
        raise BadReport(
            [_fault(None, str(type(report).__name__), "is no report", "give a mapping, or a table of one row")]
        )
    return _present(report)


def _present(report: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if _absent(value) else value for name, value in report.items()}


def _absent(value: object) -> bool:
    return value is None or (np.ndim(value) == 0 and not isinstance(value, str) and bool(pd.isna(value)))  # type: ignore[call-overload, arg-type]


def _fault(column: str | None, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file="<report>", row=None, column=column, value=value[:60], problem=problem, remedy=remedy)


class _Reading:
    """One report's fields, and what is wrong with them so far."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self.faults: list[Fault] = []

    def wrong(self, column: str, problem: str, remedy: str) -> None:
        value = self.fields.get(column)
        self.faults.append(_fault(column, "" if value is None else str(value), problem, remedy))

    def names(self) -> None:
        """Every field that no report has."""
        for name in self.fields:
            if name not in KNOWN:
                close = _INSTEAD.get(name) or next(iter(get_close_matches(name, sorted(KNOWN), 1)), None)
                self.wrong(name, "is no field of a report", f"give {close} instead" if close else "leave it out")

    def code(self, column: str, allowed: tuple[Any, ...], usual: Any) -> Any:
        """One of the codes that are allowed, or the usual one."""
        value = self.fields.get(column)
        if value is None:
            return usual
        if not (np.ndim(value) == 0 and value in allowed):
            what = "places nobody" if value in tables.KINDS else f"is not a {column} that is known"
            self.wrong(column, what, f"write one of {', '.join(str(code) for code in allowed)}")
            return usual
        return value

    def unit(self, known: list[str]) -> str | None:
        """A unit that has a track, or None."""
        value = self.fields.get("unit")
        if value is None or value in known:
            return value
        close = next(iter(get_close_matches(str(value), known, 1)), None)
        hint = f"did you mean {close!r}? Else " if close else f"the march has {', '.join(known) or 'none'}; "
        self.wrong("unit", "is no unit with a track", f"{hint}leave it out to hold the report against every one")
        return None

    def number(self, column: str, low: float, high: float, what: str) -> float:
        """A number within bounds."""
        value = self.fields.get(column)
        if value is None:
            self.wrong(column, "is not given", f"give {what}")
            return np.nan
        try:
            number = np.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = np.nan
        if not low <= number <= high:
            self.wrong(column, f"is not between {low:g} and {high:g}" if np.isfinite(number) else "is no number",
                       f"give {what}")  # fmt: skip
            return np.nan
        return number

    def place(self) -> dict[str, float]:
        """lon, lat and radius_m."""
        point = self.fields.get("geometry")
        if point is not None and self.fields.get("lon") is None and self.fields.get("lat") is None:
            if isinstance(point, shapely.Point) and not point.is_empty:
                self.fields |= {"lon": point.x, "lat": point.y}
            else:
                self.wrong("geometry", "is not a point", "give its middle, and its extent in radius_m")
                self.fields |= {"lon": 0.0, "lat": 0.0}
        return {
            "lon": self.number("lon", -180, 180, "degrees east, as in 38.50"),
            "lat": self.number("lat", -90, 90, "degrees north, as in 52.62"),
            "radius_m": self.number("radius_m", 1, MAX_RADIUS_M, "the metres that hold the true place with 95 %, "
                                    "as in 5000"),
        }  # fmt: skip

    def times(self) -> dict[str, Any]:
        """earliest and latest, in UTC."""
        earliest = self.time("earliest")
        if self.fields.get("earliest") is None:
            self.wrong("earliest", "is not given", "give the earliest time that is possible, with a zone")
        latest = self.time("latest") if self.fields.get("latest") is not None else earliest
        if earliest is not None and latest is not None and latest < earliest:
            self.wrong("latest", "is before earliest", "swap the two, or check the days and zones")
        return {"earliest": earliest, "latest": latest}

    def time(self, column: str) -> pd.Timestamp | None:
        """A time with a zone, in UTC."""
        value = self.fields.get(column)
        if value is None:
            return None
        try:
            # A number would be read as nanoseconds since 1970, which nobody means.
            time = pd.NaT if isinstance(value, (int, float)) else pd.Timestamp(value)
        except (ValueError, TypeError, OverflowError):
            time = pd.NaT
        if pd.isna(time):
            self.wrong(column, "is no time", "write it as 2023-06-24T15:00+03:00")
            return None
        if time.tzinfo is None:
            self.wrong(column, "has no time zone", "add the offset, as in 2023-06-24T15:00+03:00")
            return None
        return time.tz_convert("UTC")

    def own_id(self, taken: list[str]) -> str:
        """The report's own id."""
        value = self.fields.get("report_id")
        if value is not None and value in taken:
            self.wrong("report_id", "is in the march already", "ask march.explain of it, or give another id")
        return str(value) if value is not None and str(value).strip() else _UNNAMED
