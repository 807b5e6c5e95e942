"""A revision of a report as both backends keep it: plain cells in a fixed order, and the hash that seals them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tracker.model import tables

Cell: TypeAlias = str | float | int | None

OPERATIONS = ("add", "correct", "retract", "restore", "link", "unlink")
"""What a revision can be; each keeps the whole report as it is from then on."""

RELATIONS = ("repost", "same event", "different")
"""What a person has found two reports to be: one voice, two accounts of one event, or not the same."""

KEPT_BY_LOG = ("report_id", "revision", "author", "recorded_at")

CONTENT = tuple(
    name
    for column in tables.REPORTS
    if column not in KEPT_BY_LOG
    for name in (("lon", "lat") if column == "geometry" else (column,))
)
"""What a report says; the other columns are how it came into the log."""

ENTRY = ("report_id", "revision", "operation", "author", "reason", "recorded_at", "relation", "other_id")
"""Who changed which report, when and why; relation and other_id of a link only."""

COLUMNS = (*ENTRY, *CONTENT, "prev_hash", "hash")
"""All cells of a revision but its number in the log and its geometry, which follow from the others."""

TIMES = ("recorded_at", "earliest", "latest")
NUMBERS = ("lon", "lat", "radius_m")
WHOLE = ("revision", "credibility")

Row: TypeAlias = tuple[Cell, ...]

_FIELD = "\x1f"


def contents_written(columns: Mapping[str, Sequence[Cell]]) -> list[str]:
    """What each report says, as the text that `sealed` covers; columns are name -> ``(n,)`` cells of `CONTENT`."""
    return [_FIELD.join(cells) for cells in zip(*_written(columns, CONTENT), strict=True)]


def sealed(entries: Mapping[str, Sequence[Cell]], contents: Sequence[str], before: Sequence[str | None]) -> list[str]:
    """The hash of each revision: SHA-256 over its cells, as 64 hexadecimal digits.

    The cells of `ENTRY`, of `CONTENT` and the hash of the revision before are written as UTF-8 text and joined by the
    unit separator U+001F: text as it is, but with a backslash in it doubled and U+001F written as backslash u; numbers
    in the shortest form that reads back the same (``repr``); absent cells as nothing. So anybody can compute it again.

    Parameters
    ----------
    entries : name -> ``(n,)`` cells of `ENTRY`
    contents : ``(n,)`` what the reports say, from `contents_written`
    before : ``(n,)`` the hash of the revision that each one follows, None for a first one
    """
    parts = zip(*_written(entries, ENTRY), contents, [digest or "" for digest in before], strict=True)
    return [hashlib.sha256(_FIELD.join(row).encode()).hexdigest() for row in parts]


def _written(columns: Mapping[str, Sequence[Cell]], names: Sequence[str]) -> list[list[str]]:
    return [_numbers(columns[name]) if name in NUMBERS or name in WHOLE else _escaped(columns[name]) for name in names]


def content_id(content: Sequence[Cell]) -> str:
    """An id made from what a report says, so that saying it again makes no second report."""
    text = _FIELD.join("" if cell is None else repr(cell) for cell in content)
    return "r" + hashlib.sha256(text.encode()).hexdigest()[:12]


def _escaped(cells: Sequence[Cell]) -> list[str]:
    return [
        ""
        if cell is None
        else cell  # type: ignore[misc]
        if "\\" not in cell and _FIELD not in cell  # type: ignore[operator]
        else cell.replace("\\", "\\\\").replace(_FIELD, "\\u")  # type: ignore[union-attr]
        for cell in cells
    ]


def _numbers(cells: Sequence[Cell]) -> list[str]:
    return ["" if cell is None else repr(cell) for cell in cells]
