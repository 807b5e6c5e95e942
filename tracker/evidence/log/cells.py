"""Between the reports table and the cells of revisions, a million at a time."""

import gc
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.evidence.log.revision import CONTENT, TIMES, WHOLE, Cell
from tracker.model import tables

if TYPE_CHECKING:
    from datetime import datetime

IF_NOT_SAID: dict[str, Cell] = {"kind": "sighting", "time_basis": "observed", "reliability": "F", "credibility": 6}
"""What a report is taken for where a table has no such column, as a file of reports is."""


def cells_of(reports: gpd.GeoDataFrame) -> dict[str, list[Cell]]:
    """The cells of `CONTENT` and of report_id of a sound reports table: column name -> ``(n,)`` cells.

    Text is kept to the letter, but empty text is absent; times are cut to the millisecond; a missing column is filled.
    """
    size = len(reports)
    columns: dict[str, list[Cell]] = {}
    points = reports.geometry.to_numpy()
    placed = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    # Negative zero is zero, whatever a database makes of its sign.
    for name, values in (("lon", shapely.get_x(points)), ("lat", shapely.get_y(points))):
        columns[name] = _where(placed, values + 0.0)
    for name in ("report_id", *CONTENT):
        if name in columns:
            continue
        if name not in reports.columns:
            columns[name] = [IF_NOT_SAID.get(name)] * size
        elif name in TIMES:
            columns[name] = _written(reports[name])
        elif name == "radius_m":
            radius = reports[name].to_numpy(float, na_value=np.nan) + 0.0
            columns[name] = _where(placed & ~np.isnan(radius), radius)
        elif name in WHOLE:
            columns[name] = [None if pd.isna(cell) else int(cell) for cell in reports[name]]
        else:
            text = reports[name].astype(object)
            columns[name] = text.where(text.notna() & (text != ""), None).tolist()
    if "origin" not in reports.columns:
        columns["origin"] = columns["publisher"]
    return columns


def written(moment: "datetime | pd.Timestamp") -> str:
    """A time as the log keeps it: UTC, cut to the millisecond."""
    return pd.Timestamp(moment).tz_convert("UTC").isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(times: "pd.Series[pd.Timestamp]") -> list[Cell]:
    values = times.dt.as_unit("us").dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    milliseconds = values.astype("datetime64[ms]")
    text: NDArray[np.str_] = np.char.add(np.datetime_as_string(milliseconds, unit="ms"), "Z")
    return _where(~np.isnat(values), text)


def _where(known: NDArray[np.bool_], values: NDArray[Any]) -> list[Cell]:
    cells = values.astype(object)
    cells[~known] = None
    return list(cells.tolist())


def table_of(rows: Sequence[Sequence[Any]], names: Sequence[str], schema: Collection[str]) -> gpd.GeoDataFrame:
    """A table of rows of cells, with the columns and types of the reports table and text for those it lacks.

    Parameters
    ----------
    rows : cells of each row, in the order of `names`; times as text or with a zone
    names : what the cells are; lon and lat where the schema has geometry
    schema : the columns wanted, in their order

    Returns
    -------
    GeoDataFrame in EPSG:4326, index 0..n-1.
    """
    cells = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    data: dict[str, object] = {}
    for name in schema:
        if name != "geometry":
            as_typed: Callable[[Sequence[Any]], Any] = _BY_TYPE[tables.REPORTS.get(name, "str")]
            data[name] = as_typed(cells[name])
    if "geometry" not in schema:
        return pd.DataFrame(data)
    lon, lat = _as_floats(cells["lon"]), _as_floats(cells["lat"])
    placed = ~np.isnan(lon)
    points = np.full(len(lon), None, dtype=object)
    points[placed] = shapely.points(lon[placed], lat[placed])
    table = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(points, crs=tables.CRS))
    return table[list(schema)]


def _as_text(cells: Sequence[Any]) -> "pd.Series[str]":
    return pd.Series(np.array(cells, dtype=object) if cells else [], dtype="str")


def _as_floats(cells: Sequence[Any]) -> NDArray[np.float64]:
    return np.array(cells, dtype=float)  # None becomes NaN


def _as_times(cells: Sequence[Any]) -> "pd.Series[pd.Timestamp]":
    import pyarrow as pa

    if cells and isinstance(next((cell for cell in cells if cell is not None), ""), str):
        # A hundred nanoseconds a time, where pandas takes three hundred.
        moments = pa.array(cells, pa.string()).cast(pa.timestamp("us", "UTC")).to_numpy(zero_copy_only=False)
        return pd.Series(moments.astype("datetime64[us]")).dt.tz_localize("UTC")
    return pd.Series(pd.to_datetime(list(cells), utc=True)).dt.as_unit("us")


def _as_whole(cells: Sequence[Any]) -> "pd.Series[int]":
    return pd.Series(cells, dtype="int64")


def _as_whole_or_none(cells: Sequence[Any]) -> "pd.Series[int]":
    values = _as_floats(cells)
    absent = np.isnan(values)
    return pd.Series(pd.arrays.IntegerArray(np.where(absent, 0, values).astype(np.int64), absent))


_BY_TYPE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "str": _as_text,
    "float64": _as_floats,
    "int64": _as_whole,
    "Int64": _as_whole_or_none,
    tables.TIME: _as_times,
}


@contextmanager
def without_collector() -> Generator[None]:
    """No search for cycles meanwhile: a million rows of cells hold none, and looking doubles the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
