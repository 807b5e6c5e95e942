"""Parquet and GeoParquet: by pyarrow, one column of text after another."""

import json
from typing import Any

from .grid import Grid, Refused, number_text
from .limits import MAX_ROWS, MIB
from .points import NotAPoint, Point, add_placed, to_wgs84, well_known
from .source import Source

_UNPACKED = 2048 * MIB
_DAMAGED = "save it again as Parquet"


def parse(source: Source) -> Grid:
    """Rows numbered from 1. Times with a zone become UTC, times without one stay naive text, which is refused later.

    Raises
    ------
    Refused
        When the file is damaged, unpacks to too much, or states no reference system for its geometry.
    """
    source.no_layers("Parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            pa.BufferReader(source.data()),
            thrift_string_size_limit=16 * MIB,
            thrift_container_size_limit=1_000_000,
            page_checksum_verification=True,
        )
        _check_size(file.metadata)
        geo = _geo(file.schema_arrow.metadata or {})
        geometry = None if geo is None else str(geo.get("primary_column", "geometry"))
        names = [
            name
            for name in dict.fromkeys(file.schema_arrow.names)
            if source.profiled or name == geometry or name.strip().lower() in source.names or not source.names
        ]
        table = file.read(columns=names, use_threads=False)
        columns = {
            name: _texts(column)
            for name, column in zip(table.column_names, table.columns, strict=True)
            if name != geometry
        }
        blobs = table.column(geometry).to_pylist() if geometry in table.column_names else None
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise Refused(f"is a damaged Parquet file ({error})"[:200], _DAMAGED) from None
    return _grid(columns, table.num_rows, blobs, geo or {}, geometry)


def _check_size(metadata: Any) -> None:
    if metadata.num_rows > MAX_ROWS:
        raise Refused(f"has more than {MAX_ROWS:,} rows", "split the file")
    if metadata.num_rows < 0 or metadata.num_row_groups > 100_000:
        raise Refused("is a damaged Parquet file", _DAMAGED)
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    if sum(group.num_rows for group in groups) != metadata.num_rows:
        raise Refused("is a damaged Parquet file (its rows do not add up)", _DAMAGED)
    if sum(group.total_byte_size for group in groups) > _UNPACKED:
        raise Refused(f"unpacks to more than {_UNPACKED // MIB} MiB", "split the file")


def _geo(metadata: dict[bytes, bytes]) -> dict[str, Any] | None:
    if b"geo" not in metadata:
        return None
    try:
        geo = json.loads(metadata[b"geo"])
    except (ValueError, RecursionError):
        geo = None
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise Refused("has damaged GeoParquet metadata", "save it again as GeoParquet")
    return geo


def _texts(column: Any) -> list[str]:
    """A column's values as text, by Arrow itself: Python's own conversion fails on times beyond the year 9999."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        return ["" if value is None or value != value else number_text(value) for value in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.timestamp("us", tz="UTC" if kind.tz else None), safe=False)
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [f"<{kind}>"[:60]] * len(column)
    return ["" if value is None else value for value in pc.cast(column, pa.string()).to_pylist()]


def _grid(
    columns: dict[str, list[str]], size: int, blobs: list[Any] | None, geo: dict[str, Any], geometry: str | None
) -> Grid:
    grid = Grid()
    if not size:
        raise Refused("has no reports", "add a row for each report")
    if any(len(column) != size for column in [*columns.values(), *([] if blobs is None else [blobs])]):
        raise Refused("is a damaged Parquet file (its columns differ in length)", _DAMAGED)
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)] or [{}] * size
    if blobs is None:
        for number, cells in enumerate(rows, 1):
            grid.add(number, cells)
        return grid
    points: list[Point | None] = []
    held: list[tuple[int, dict[str, str]]] = []
    for number, (cells, blob) in enumerate(zip(rows, blobs, strict=True), 1):
        try:
            point = _point(blob)
        except NotAPoint as error:
            grid.fault(number, f"is {error}, not a point", "turn it into a point", column=geometry)
            continue
        points.append(point)
        held.append((number, dict(cells)))
    if any(points):
        authority, code = _system(geo, geometry)
        points = to_wgs84(points, authority=authority, code=code)
    for (number, cells), point in zip(held, points, strict=True):
        add_placed(grid, number, cells, point)
    return grid


def _point(value: Any) -> Point | None:
    """A point of well-known binary, or of GeoParquet's own encoding (a struct of x and y)."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return well_known(value)
    if isinstance(value, dict) and isinstance(value.get("x"), float) and isinstance(value.get("y"), float):
        return value["x"], value["y"]
    raise NotAPoint("another geometry")


def _system(geo: dict[str, Any], geometry: str | None) -> tuple[str, str]:
    column = geo["columns"].get(geometry)
    if not isinstance(column, dict) or "crs" not in column:
        return "OGC", "CRS84"  # what GeoParquet says that silence means
    crs = column["crs"]
    name = crs.get("id") if isinstance(crs, dict) else None
    if not isinstance(name, dict):
        raise Refused("states no reference system that has a code", "set one, or export as EPSG:4326", column=geometry)
    return str(name.get("authority", ""))[:20], str(name.get("code", ""))[:20]
