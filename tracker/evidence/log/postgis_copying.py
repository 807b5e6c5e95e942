"""Revisions as the text that PostgreSQL's COPY reads."""

from collections.abc import Mapping, Sequence

from tracker.evidence.log.revision import COLUMNS, NUMBERS, WHOLE, Cell

COPY = f"COPY report_log ({', '.join(COLUMNS)}) FROM STDIN"

_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_text(columns: Mapping[str, Sequence[Cell]]) -> str:
    """One line for each revision; columns are name -> ``(n,)`` cells for every name in `COLUMNS`."""
    fields = [
        _numbers(columns[name]) if name in NUMBERS or name in WHOLE else _texts(columns[name]) for name in COLUMNS
    ]
    return "".join(["\t".join(row) + "\n" for row in zip(*fields, strict=True)])


def _numbers(cells: Sequence[Cell]) -> list[str]:
    return ["\\N" if cell is None else repr(cell) for cell in cells]


def _texts(cells: Sequence[Cell]) -> list[str]:
    # One look at a whole column spares most of them a look at each cell.
    every = "".join([cell for cell in cells if cell is not None])  # type: ignore[misc]
    if any(letter in every for letter in "\\\t\n\r"):
        return ["\\N" if cell is None else str(cell).translate(_SPECIAL) for cell in cells]
    return ["\\N" if cell is None else str(cell) for cell in cells]
