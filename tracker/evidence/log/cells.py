"""Between the reports table and the cells of revisions, a million at a time."""

import gc
from collections.abc import Collection, Generator, Iterable, Sequence
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


def table_of(
    portions: Iterable[Sequence[Sequence[Any]]],
    names: Sequence[str],
    schema: Collection[str],
    *,
    order_by: str | None = None,
) -> gpd.GeoDataFrame:
    """A table of rows of cells, with the columns and types of the reports table and text for those it lacks.

    Parameters
    ----------
    portions : some rows at a time, each the cells of `names`; times as text. Turned into columns portion by portion,
        so that a million rows of Python's objects need not exist at once
    names : what the cells are; lon and lat where the schema has geometry
    schema : the columns wanted, in their order
    order_by : name of whole numbers by which the rows are ordered in the end

    Returns
    -------
    GeoDataFrame in EPSG:4326, index 0..n-1.
    """
    wanted = {column: tables.REPORTS.get(column, "str") for column in schema if column != "geometry"}
    if "geometry" in schema:
        wanted |= {"lon": "float64", "lat": "float64"}
    if order_by is not None:
        wanted[order_by] = "int64"
    pieces: dict[str, list[Any]] = {name: [_piece([], dtype)] for name, dtype in wanted.items()}
    for rows in portions:
        cells = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        for name in cells.keys() & wanted.keys():
            pieces[name].append(_piece(cells[name], wanted[name]))
    data = {name: _joined(some, wanted[name]) for name, some in pieces.items()}
    order = data.pop(order_by) if order_by is not None else None
    if "geometry" in schema:
        lon, lat = data.pop("lon"), data.pop("lat")
        points = np.asarray(shapely.points(lon, lat), dtype=object)
        points[np.isnan(lon)] = None
        table = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(points, crs=tables.CRS))
    else:
        table = pd.DataFrame(data)
    if order is not None and np.any(np.diff(order) < 0):
        table = table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)
    return table[list(schema)]


def _piece(cells: Sequence[Any], dtype: str) -> Any:
    """Cells of a column as Arrow text or as numbers: a fraction of the time and memory of Python's strings."""
    import pyarrow as pa

    if dtype == "str":
        return pa.array(cells, pa.large_string())
    if dtype == tables.TIME:
        moments = pa.array(cells, pa.string()).cast(pa.timestamp("us", "UTC"))
        return moments.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    # None becomes NaN; whole numbers of a log are far below 2^53.
    return np.array(cells, dtype=np.int64 if dtype == "int64" else np.float64)


def _joined(pieces: list[Any], dtype: str) -> Any:
    import pyarrow as pa

    if dtype == "str":
        return pd.array(pa.chunked_array(pieces), dtype="str")
    values = np.concatenate(pieces)
    if dtype == tables.TIME:
        return pd.DatetimeIndex(values).tz_localize("UTC")
    if dtype == "Int64":
        absent = np.isnan(values)
        return pd.arrays.IntegerArray(np.where(absent, 0, values).astype(np.int64), absent)
    return values


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
