"""GeoPackage and report logs: through sqlite3, read-only, because GDAL must never touch a live log (DESIGN 5.11)."""

import os
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

from .grid import Grid, Refused, number_text, one_of
from .limits import MAX_COLUMNS, MAX_ROWS, MIB
from .points import NotAPoint, Point, add_placed, to_wgs84, well_known
from .source import Source

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def parse(source: Source) -> Grid:
    """Rows numbered from 1 in the order of the layer, which may be a view, as that of a live report log is.

    Raises
    ------
    Refused
        When the file is no GeoPackage, no layer is clearly meant, or reading it takes too long.
    """
    with open(source.path, "rb", buffering=0) as file:  # this process writes nothing: closing it drops no lock
        if file.read(16) != b"SQLite format 3\0":
            raise Refused("is not a GeoPackage (SQLite) file, whatever its name says", "give the file its right ending")
    if _beside(source.path):
        return _opened(source, live=True)
    before = os.stat(source.path)
    grid = _opened(source, live=False)
    after = os.stat(source.path)
    if _beside(source.path) or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        return _opened(source, live=True)  # a writer came while it was read as a file at rest
    return grid


def _beside(path: str) -> bool:
    return any(os.path.exists(path + end) for end in ("-wal", "-journal"))


def _opened(source: Source, *, live: bool) -> Grid:
    # Immutable: no lock is taken and no file made beside it, so that a file on a read-only disk can be read.
    uri = f"file:{quote(source.path)}?mode=ro" + ("" if live else "&immutable=1")
    end = source.clock() + 0.8 * source.limit_s
    late = False

    def watch() -> int:
        nonlocal late
        late = source.clock() > end
        return late

    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)) as connection:
            connection.text_factory = _decoded
            for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
                connection.execute(f"PRAGMA {pragma}")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 * MIB)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.set_progress_handler(watch, 10_000)
            connection.set_authorizer(_authorized)
            return _read(source, connection)
    except sqlite3.Error as error:
        if late:
            problem = f"takes longer than {0.8 * source.limit_s:.0f} s to read (an endless view?)"
            raise Refused(problem, "save the layer as a table of its own") from None
        raise Refused(f"cannot be read as SQLite: {error}"[:200], "save it again as a GeoPackage") from None
    except UnicodeDecodeError:
        raise Refused("has text that is not UTF-8", "save it again as a GeoPackage") from None


def _authorized(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _decoded(text: bytes) -> str:
    return text.decode("utf-8")


def _read(source: Source, connection: sqlite3.Connection) -> Grid:
    placed = _rows(
        connection,
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_contents c "
        "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
        "LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE c.data_type = 'features'",
    )
    plain = _rows(connection, "SELECT table_name FROM gpkg_contents WHERE data_type = 'attributes'")
    layers: dict[str, tuple[str | None, str, str]] = {str(name): (None, "", "") for (name,) in plain}
    layers |= {str(name): (str(geom), str(org), str(code)) for name, geom, org, code in placed}
    columns: dict[str, list[str]] = {}
    for layer in list(layers):
        try:
            _check_table(connection, layer)
            cursor = connection.execute(f"SELECT * FROM {_quoted(layer)} LIMIT 0")
            columns[layer] = [str(column[0]) for column in cursor.description or ()]
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                raise
            del layers[layer]  # listed in the contents, but not there
    good = [layer for layer in layers if layers[layer][0] and source.known([*columns[layer], "lon", "lat"])]
    good = good or [layer for layer in layers if source.known(columns[layer])]
    chosen = one_of(good, every=layers, layer=source.layer, what="layer")
    if len(columns[chosen]) > MAX_COLUMNS:
        raise Refused(f"has more than {MAX_COLUMNS:,} columns", "keep the columns of reports only")
    return _grid(source, connection, chosen, columns[chosen], *layers[chosen])


def _rows(connection: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    found = connection.execute(query).fetchmany(1001)
    if len(found) > 1000:
        raise Refused("has more than 1,000 layers", "save the layer as a file of its own")
    return found


def _check_table(connection: sqlite3.Connection, layer: str) -> None:
    found = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (layer,)).fetchone()
    if found is None or found[0] not in ("table", "view") or "virtual" in str(found[1])[:40].lower():
        raise sqlite3.OperationalError("no plain table or view")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _grid(
    source: Source,
    connection: sqlite3.Connection,
    layer: str,
    columns: list[str],
    geometry: str | None,
    organization: str,
    code: str,
) -> Grid:
    if geometry is not None and geometry not in columns:
        raise Refused(f"names a geometry column {geometry!r} that layer {layer!r} lacks"[:200], "save it again")
    wanted = [
        (at, name)
        for at, name in enumerate(columns)
        if name != geometry and (source.profiled or name.strip().lower() in source.names or not source.names)
    ]
    place = None if geometry is None else columns.index(geometry)
    grid = Grid()
    points: list[Point | None] = []
    held: list[tuple[int, dict[str, str]]] = []
    for number, row in enumerate(connection.execute(f"SELECT * FROM {_quoted(layer)}"), 1):
        if number > MAX_ROWS:
            raise Refused(f"has more than {MAX_ROWS:,} rows", "split the file")
        cells = {name: _text(row[at]) for at, name in wanted}
        try:
            points.append(None if place is None or row[place] is None else well_known(_blob(row[place])))
        except NotAPoint as error:
            grid.fault(number, f"is {error}, not a point", "turn it into a point", column=geometry)
            continue
        held.append((number, cells))
    if any(point is not None for point in points):
        if organization.upper() in ("NONE", "") or code in ("0", "-1", "None"):
            raise Refused(f"states no reference system for layer {layer!r}"[:200], "set one, or export as EPSG:4326")
        points = to_wgs84(points, authority=organization, code=code)
    for (number, cells), point in zip(held, points, strict=True):
        if place is None:
            grid.add(number, cells)
        else:
            add_placed(grid, number, cells, point)
    if not grid.rows and not grid.faults:
        raise Refused(f"has no reports in layer {layer!r}"[:200], "choose another, or add reports")
    return grid


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return str(value)
