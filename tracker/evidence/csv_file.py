"""A CSV file as a table of raw text, one row per report, and what is physically wrong with the file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tracker.evidence.bytes_in import decoded, file_bytes, foreign
from tracker.evidence.columns import KNOWN, plain_name
from tracker.evidence.findings import shortened
from tracker.model import Fault

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The text of a file of reports, before it is understood."""

    file: str
    """The file's name."""
    frame: pd.DataFrame | None
    """Cells as text, index = the line where each row begins; None where the file is no table at all."""
    faults: tuple[Fault, ...]
    """What is wrong with the file itself: encoding, quotes, widths of rows."""


def read_text_table(path: Path) -> RawTable:
    """The raw table of a CSV file: UTF-8, separated by commas, semicolons or tabs as the header shows.

    Rows with too many or too few cells are faults and are left out; lines without any text are passed over.

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
    lines = list(io.StringIO(text, newline=""))
    rows = _rows(lines, _delimiter(lines), file=file, faults=faults)
    header_line, header = next(rows, (1, []))
    columns = [plain_name(cell) for cell in header]
    if not set(columns) & set(KNOWN):
        problem = _fault(file, header_line, ",".join(header), "has no column of a table of reports", _HEADER)
        return RawTable(file=file, frame=None, faults=(*faults, problem))
    starts: list[int] = []
    kept: list[list[str]] = []
    width, good = len(columns), True
    for line, cells in rows:
        if len(cells) == width:
            starts.append(line)
            kept.append(cells)
        else:
            good = False
            faults.append(_wrong_width(file, line, cells, width))
    if not kept and good and not faults:
        faults.append(_fault(file, header_line, "", "has a header and no reports", "add a line for each report"))
    values = zip(*kept, strict=True) if kept else ([] for _ in columns)
    index = pd.Index(starts, dtype="int64")
    series = [pd.Series(list(cells), index=index, dtype="str") for cells in values]
    frame = pd.concat(series, axis=1, ignore_index=True)
    frame.columns = pd.Index(columns)
    return RawTable(file=file, frame=frame, faults=tuple(faults))


_HEADER = "begin the file with a line such as report_id,kind,earliest,latest,lon,lat,radius_m,summary,url"


def _delimiter(lines: list[str]) -> str:
    """The separator that gives the header most of our columns; the comma when it makes no difference."""

    def known(delimiter: str) -> int:
        header = next(_rows(lines, delimiter, file="", faults=[]), (1, []))[1]
        return len({plain_name(cell) for cell in header} & set(KNOWN))

    return max(_DELIMITERS, key=known)


def _rows(lines: list[str], delimiter: str, *, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each row with text: the line where it begins, and its cells. A row that csv cannot take is a fault."""
    begin = 0
    while begin < len(lines):
        reader = csv.reader(lines[begin:] if begin else lines, delimiter=delimiter, strict=True)
        row = begin
        try:
            while True:
                row = begin + reader.line_num
                cells = next(reader)
                if any(cells):
                    yield row + 1, cells
        except StopIteration:
            return
        except csv.Error as error:
            # One stray quotation mark swallows the lines below it: take up the thread at the very next line.
            faults.append(_unreadable(file, row + 1, lines[row], str(error)))
            begin = row + 1


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


def _fault(file: str, line: int, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=file, row=line, column=None, value=shortened(value.strip()), problem=problem, remedy=remedy)
