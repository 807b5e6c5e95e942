"""Excel workbooks (XLSX): by calamine, which gets an archive that was unpacked within limits and packed anew."""

import datetime as dt
import io
import re
from typing import Any

from .grid import Grid, Refused, number_text, one_of
from .limits import BLANKS_FROM, MAX_BLANKS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from .source import Source
from .zip_in import members, stored

_NEEDED = re.compile(r"(\[Content_Types\]\.xml|_rels/.*|xl/(_rels/.*|[^/]*\.xml|worksheets/.*))", re.IGNORECASE)
_STRAY = "delete the stray cells at its far end"
_CELL = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)\s*([0-9]*)\s*["']""")


def parse(source: Source) -> Grid:
    """Rows numbered as in the sheet: the header is its first row with text. Dates become naive ISO 8601 text.

    Raises
    ------
    Refused
        When the file is no workbook, or no sheet is clearly the one that is meant.
    """
    files = members(source.data(), wanted=lambda name: _NEEDED.fullmatch(name) is not None)
    if not any(name.lower() == "xl/workbook.xml" for name in files):
        raise Refused("is a zip archive, but not an Excel workbook (.xlsx)", "save it as .xlsx or as CSV, UTF-8")
    for name, content in files.items():
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            problem = "has a DTD or entities, which can read other files or grow without end"
            raise Refused(problem, "save it again from Excel", value=name)
        if name.lower().startswith("xl/worksheets/"):
            _check_extent(name, content)
    try:
        return _read(source, stored(files))
    except Refused:
        raise
    except Exception as error:  # calamine's own errors have no common base that its types export
        raise Refused(f"is a damaged workbook ({error})"[:200], "save it again from Excel, or as CSV, UTF-8") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a Rust panic, which is no Exception
            raise
        raise Refused("is a damaged workbook (its reader gave up)", "save it again from Excel, or as CSV") from None


def _check_extent(name: str, content: bytes) -> None:
    """Calamine makes room for every cell between the first and the last: look where they are before it does."""
    last_row = last_column = there = 0
    for found in _CELL.finditer(content):
        there += 1
        letters, digits = found[1].upper(), found[2]
        if len(letters) > 4 or len(digits) > 9:
            raise Refused("has a cell beyond the end of any sheet", "save it again", value=found[0].decode("latin-1"))
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        last_column = max(last_column, column)
        last_row = max(last_row, int(digits or 0))
    if last_row > MAX_ROWS or last_column > MAX_COLUMNS or last_row * max(last_column, 1) > MAX_CELLS:
        problem = (
            f"has a sheet of {last_row:,} rows and {last_column:,} columns; at most {MAX_ROWS:,} rows, "
            f"{MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells are read"
        )
        raise Refused(problem, _STRAY, value=name)
    if last_row * last_column > BLANKS_FROM + MAX_BLANKS * there:
        problem = f"has a sheet of {last_row:,} rows and {last_column:,} columns that are nearly all blank"
        raise Refused(problem, _STRAY, value=name)


def _read(source: Source, archive: bytes) -> Grid:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(archive))
    every = list(book.sheet_names)
    sheets: dict[str, list[list[Any]]] = {}
    for name in every if source.layer is None else [source.layer] if source.layer in every else []:
        sheets[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    good = [name for name, rows in sheets.items() if source.known(_header(rows)[1])]
    chosen = one_of(good, every=every, layer=source.layer, what="sheet")
    return _grid(sheets[chosen])


def _header(rows: list[list[Any]]) -> tuple[int, list[str]]:
    for at, row in enumerate(rows):
        cells = [_text(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            return at, cells
    return 0, []


def _grid(rows: list[list[Any]]) -> Grid:
    at, header = _header(rows)
    # Columns without a name are not read; two of one name are told apart, so that the header's check finds them.
    names: dict[int, str] = {}
    for place, name in enumerate(header):
        if name.strip():
            names[place] = name + " " * sum(name == other.rstrip(" ") for other in names.values())
    grid = Grid()
    for number, row in enumerate(rows[at + 1 :], at + 2):
        cells = {name: _text(row[place]) for place, name in names.items() if place < len(row)}
        if any(cells.values()):
            grid.add(number, cells)
    if not grid.rows:
        raise Refused("has a header and no reports", "add a row for each report", row=at + 1)
    return grid


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return number_text(float(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="seconds" if not cell.microsecond else "microseconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
