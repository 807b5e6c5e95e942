"""A table of text cells on its way out of the parsing process, and the one error that says why there is none."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .limits import MAX_COLUMNS, MAX_FAULTS, MAX_ROWS


class Refused(Exception):
    """A file that cannot be taken, with the words for it."""

    def __init__(
        self, problem: str, remedy: str, *, row: int | None = None, column: str | None = None, value: str = ""
    ) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.row, self.column, self.value = problem, remedy, row, column, value[:200]

    def said(self) -> dict[str, Any]:
        """The words as plain data."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "problem": self.problem,
            "remedy": self.remedy,
        }


@dataclass(slots=True)
class Grid:
    """Rows of text under named columns; columns may appear late, cells that a row lacks are empty."""

    names: dict[str, list[str]] = field(default_factory=dict)
    """Each column's cells, as many as there are rows once ``squared``."""
    rows: list[int] = field(default_factory=list)
    """The number by which a user finds each row in the file."""
    faults: list[Refused] = field(default_factory=list)
    """What is wrong with single rows; a row with a fault need not be there."""

    def add(self, row: int, cells: Mapping[str, str]) -> None:
        """One row more.

        Raises
        ------
        Refused
            When there are more rows or columns than a table of reports may have.
        """
        if len(self.rows) >= MAX_ROWS:
            raise Refused(f"has more than {MAX_ROWS:,} rows", "split the file")
        at = len(self.rows)
        self.rows.append(row)
        for name, cell in cells.items():
            column = self.names.get(name)
            if column is None:
                if len(self.names) >= MAX_COLUMNS:
                    raise Refused(f"has more than {MAX_COLUMNS:,} columns", "keep the columns of reports only")
                column = self.names[checked(name, row=row, column=None)] = []
            if len(column) < at:
                column.extend([""] * (at - len(column)))
            column.append(checked(cell, row=row, column=name))

    def fault(self, row: int | None, problem: str, remedy: str, *, column: str | None = None, value: str = "") -> None:
        """Something that is wrong with one row.

        Raises
        ------
        Refused
            When there are so many that it is no table of reports.
        """
        if len(self.faults) >= MAX_FAULTS:
            raise Refused(f"has more than {MAX_FAULTS:,} rows that are no reports; the last {problem}", remedy, row=row)
        self.faults.append(Refused(problem, remedy, row=row, column=column, value=value))

    def squared(self) -> dict[str, Any]:
        """The table as plain data: names, row numbers, columns of equal length, faults."""
        for column in self.names.values():
            column.extend([""] * (len(self.rows) - len(column)))
        return {
            "names": list(self.names),
            "rows": self.rows,
            "columns": list(self.names.values()),
            "faults": [fault.said() for fault in self.faults],
        }


def checked(text: str, *, row: int | None, column: str | None) -> str:
    """The text itself.

    Raises
    ------
    Refused
        When it holds half a surrogate pair: JSON can write one, and no UTF-8 file can keep it.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            shown = text.encode("ascii", "backslashreplace").decode()
            column = column and column.encode("ascii", "backslashreplace").decode()
            problem = "has half a character (a lone surrogate)"
            raise Refused(problem, "write the character whole", row=row, column=column, value=shown) from None
    return text


def text_of(value: object) -> str:
    """A value as the text that a CSV file would have for it; nested values as JSON, absent ones empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number_text(value: float) -> str:
    """A number as text: 5000, 38.5; without digits that are not there."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def one_of(candidates: Iterable[str], *, every: Iterable[str], layer: str | None, what: str) -> str:
    """The sheet or layer that is meant: the one asked for, or the only one with columns of a table of reports.

    Raises
    ------
    Refused
        When there is none of that name, none with our columns, or more than one.
    """
    all_names, good = list(every), list(candidates)
    listed = ", ".join(repr(name) for name in all_names[:20]) + (", ..." if len(all_names) > 20 else "")
    if layer is not None:
        if layer in all_names:
            return layer
        raise Refused(
            f"has no {what} {layer!r}", f"choose one of its {what}s: {listed}" if listed else "check the file"
        )
    if len(good) == 1:
        return good[0]
    if not all_names:
        raise Refused(f"has no {what} with a table", "check the file")
    if len(good) > 1:
        many = ", ".join(repr(name) for name in good[:20])
        raise Refused(f"has {len(good)} {what}s that may be meant: {many}", f"choose one, as in layer={good[0]!r}")
    remedy = f"name the columns as reports have them, or choose a {what}, as in layer={all_names[0]!r}"
    raise Refused(f"has no {what} with columns of a table of reports (it has {listed})", remedy)
