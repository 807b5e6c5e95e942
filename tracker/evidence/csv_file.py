"""A CSV file as a table of raw text, one row per report, and what is physically wrong with the file."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from tracker.evidence.bytes_in import decoded, file_bytes, foreign
from tracker.evidence.columns import NAMES, plain_name
from tracker.evidence.files.parsers.limits import MAX_COLUMNS, MAX_ROWS
from tracker.evidence.findings import shortened
from tracker.model import Fault

_DELIMITERS = (",", ";", "\t")
_PORTION = 20_000
"""Rows that are turned into columns in one go."""
_HEAD = 200_000
"""Characters in which the header ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The text of a file of reports, before it is understood."""

    file: str
    """The file's name."""
    frame: pd.DataFrame | None
    """Cells as text; None where the file is no table at all. The index is the number by which a user finds a row:
    the line where it begins (CSV), the sheet's row (XLSX), or the feature, waypoint or object counted from 1."""
    faults: tuple[Fault, ...]
    """What is wrong with the file itself: encoding, quotes, widths of rows."""
    header: tuple[str, ...] = ()
    """The first row of a CSV file as it is, by which the exports of others are known."""


def read_text_table(path: Path, *, names: Collection[str] = NAMES, header: Sequence[str] = ()) -> RawTable:
    """The raw table of a CSV file: UTF-8, separated by commas, semicolons or tabs as the header shows.

    Rows with too many or too few cells are faults and are left out; lines without any text are passed over.

    Parameters
    ----------
    path : the file
    names : columns, in small letters, by one of which a header is known
    header : the columns of a file that has none: then tabs separate, and quotation marks are nothing but text

    Raises
    ------
    MissingFile
        When there is no such file.
    """
    file = path.name
    data = file_bytes(path)
    if isinstance(data, Fault):
        return RawTable(file=file, frame=None, faults=(data,))
    if problem := foreign(data, file=file):
        return RawTable(file=file, frame=None, faults=(problem,))
    text, faults = decoded(data, file=file)
    if header:
        rows, header_line = _tabbed(text), 1
    else:
        rows = _rows(text, _delimiter(text[:_HEAD], names), file=file, faults=faults)
        header_line, header = next(rows, (1, []))
    columns = [plain_name(cell) for cell in header]
    problem = None
    if not set(columns) & set(names):
        problem = _fault(file, header_line, ",".join(header), "has no column of a table of reports", _HEADER)
    elif len(columns) > MAX_COLUMNS:
        said = f"has more than {MAX_COLUMNS:,} columns"
        problem = _fault(file, header_line, "", said, "keep the columns of reports only")
    if problem is not None:
        return RawTable(file=file, frame=None, faults=(*faults, problem), header=tuple(header[:MAX_COLUMNS]))
    frame = _frame(rows, columns, file=file, faults=faults)
    if len(frame) > MAX_ROWS:
        problem = _fault(file, None, "", f"has more than {MAX_ROWS:,} rows", "split the file")
        return RawTable(file=file, frame=None, faults=(*faults, problem))
    if frame.empty and not faults:
        faults.append(_fault(file, header_line, "", "has a header and no reports", "add a line for each report"))
    return RawTable(file=file, frame=frame, faults=tuple(faults), header=tuple(header))


_HEADER = "begin the file with a line such as report_id,kind,earliest,latest,lon,lat,radius_m,summary,url"


def _tabbed(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with text, and its cells between tabs."""
    for line, cells in enumerate(io.StringIO(text, newline=""), 1):
        if cells.strip():
            yield line, cells.rstrip("\r\n").split("\t")


def _delimiter(text: str, names: Collection[str]) -> str:
    """The separator that gives the header most of our columns; the comma when it makes no difference."""

    def known(delimiter: str) -> int:
        header = next(_rows(text, delimiter, file="", faults=[]), (1, []))[1]
        return len({plain_name(cell) for cell in header} & set(names))

    return max(_DELIMITERS, key=known)


def _rows(text: str, delimiter: str, *, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each row with text: the line where it begins, and its cells. A row that csv cannot take is a fault."""
    begin, lines, source = 0, list[str](), iter(io.StringIO(text, newline=""))
    while True:
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        row = begin
        try:
            for cells in reader:
                if any(cells):
                    yield row + 1, cells
                row = begin + reader.line_num
            return
        except csv.Error as error:
            # One stray quotation mark swallows the lines below it: take up the thread at the very next line.
            lines = lines or list(io.StringIO(text, newline=""))
            faults.append(_unreadable(file, row + 1, lines[row], str(error)))
            begin = row + 1
            source = map(lines.__getitem__, range(begin, len(lines)))


def _frame(
    rows: Iterator[tuple[int, list[str]]], columns: list[str], *, file: str, faults: list[Fault]
) -> pd.DataFrame:
    """The rows as columns of text, index = line. In portions: a million rows of Python strings outgrow the caches."""
    portions: list[pd.DataFrame] = []
    while sum(map(len, portions)) <= MAX_ROWS and ((portion := list(islice(rows, _PORTION))) or not portions):
        starts: list[int] = []
        kept: list[list[str]] = []
        for line, cells in portion:
            if len(cells) == len(columns):
                starts.append(line)
                kept.append(cells)
            else:
                faults.append(_wrong_width(file, line, cells, len(columns)))
        values = zip(*kept, strict=True) if kept else ([] for _ in columns)
        portions.append(
            pd.DataFrame(
                {place: pd.Series(np.array(cells, dtype=object), dtype="str") for place, cells in enumerate(values)}
            ).set_axis(pd.Index(starts, dtype="int64"))
        )
    return pd.concat(portions).set_axis(pd.Index(columns), axis=1)


def _unreadable(file: str, line: int, value: str, error: str) -> Fault:
    if "end of data" in error or "field limit" in error:
        problem = "opens a quotation mark that is not closed (or has a cell over 100,000 characters)"
        return _fault(file, line, value, problem, 'close it, and write a quotation mark inside a cell as ""')
    problem = "has a quotation mark inside a quoted cell, or text after one"
    return _fault(file, line, value, problem, 'write a quotation mark inside a cell as "", and quote the whole cell')


def _wrong_width(file: str, line: int, cells: list[str], width: int) -> Fault:
    problem = f"has {len(cells)} cells where the header has {width}"
    if len(cells) > width:
        return _fault(file, line, ",".join(cells), problem, "put cells with a comma in quotes; use decimal points")
    return _fault(file, line, ",".join(cells), problem, "add the missing cells, empty ones too")


def _fault(file: str, line: int | None, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=line, column=None, value=shortened(value.strip()), problem=problem, remedy=remedy)
