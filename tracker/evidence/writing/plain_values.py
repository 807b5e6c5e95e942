"""The reports table as columns of plain values: text, numbers, and times as ISO 8601 with a Z."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import tables

Value = str | float | int | None


def plain_values(reports: gpd.GeoDataFrame) -> dict[str, list[Value]]:
    """Columns of a reports table by name, absent cells as None; lon and lat in place of the geometry.

    Text is verbatim, whole numbers are without a decimal point, and a column's times have as many digits as they need.
    """
    columns: dict[str, list[Value]] = {}
    for name in reports.columns:
        dtype = tables.REPORTS[name]
        if dtype == "geometry":
            points = reports.geometry.to_numpy()
            placed = ~shapely.is_missing(points) & ~shapely.is_empty(points)
            for axis, values in (("lon", shapely.get_x(points)), ("lat", shapely.get_y(points))):
                columns[axis] = [value if here else None for value, here in zip(values.tolist(), placed, strict=True)]
        elif dtype == tables.TIME:
            columns[name] = iso_times(reports[name])
        elif dtype == "float64":
            columns[name] = [_number(value) for value in reports[name].tolist()]
        elif dtype in ("int64", "Int64"):
            columns[name] = [None if pd.isna(value) else int(value) for value in reports[name].tolist()]
        else:
            columns[name] = [None if pd.isna(value) else str(value) for value in reports[name].tolist()]
    return columns


def iso_times(times: "pd.Series[pd.Timestamp]") -> list[Value]:
    """Times as UTC text, as in ``2023-06-24T12:00:00Z``; absent ones as None."""
    values = times.dt.as_unit("us").dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    known = ~np.isnat(values)
    digits = values[known].astype("int64")
    unit = "s" if not (digits % 1_000_000).any() else "ms" if not (digits % 1000).any() else "us"
    text = np.datetime_as_string(values, unit=unit).tolist()  # type: ignore[call-overload]
    return [f"{moment}Z" if here else None for moment, here in zip(text, known.tolist(), strict=True)]


def _number(value: float) -> Value:
    if value != value:
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else value
