"""The columns that a file of reports may have, and what is wrong with a header."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from tracker.model import Fault, tables

FILE_COLUMNS = tuple(
    name for column in tables.REPORTS for name in (("lon", "lat") if column == "geometry" else (column,))
)
"""The reports table's columns as a file has them: lon and lat, in degrees of EPSG:4326, in place of the geometry."""

KNOWN = (*FILE_COLUMNS, "time")
"""All that is read; ``time`` stands for an earliest and a latest that are equal."""

CODES = ("report_id", "kind", "time_basis", "url", "archive_url", "reliability", "credibility", "revision")
"""Text that means something to the program: spaces around it are dropped. All other text is kept verbatim."""

TEXTS = tuple(name for name, dtype in tables.REPORTS.items() if dtype == "str" and name not in CODES)
"""Text that is kept to the letter, spaces and control characters included."""

DEFAULT_RADIUS_M = 5000.0
"""Metres, for the placed reports of a file without a radius_m column: a town centre against the road that passes it."""

_OTHER_WORDS = {
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
    "id": "report_id",
    "datetime": "time",
    "timestamp": "time",
    "date": "time",
    "radius": "radius_m",
    "accuracy": "radius_m",
    "source": "publisher",
    "link": "url",
}
"""Common names of the same thing, which spelling alone would not find."""


def plain_name(header: str) -> str:
    """A header cell as a column name: without spaces around it, in lower case."""
    return header.strip().lower()


def header_faults(columns: Sequence[str], *, file: str) -> list[Fault]:
    """What is wrong with the columns of a file: missing, given twice, at odds, or misspelt.

    A column with a name that is like none of ours is not a fault: it is not read.
    """
    faults: list[Fault] = []

    def note(column: str, problem: str, remedy: str) -> None:
        faults.append(Fault(file=file, row=None, column=column, value="", problem=problem, remedy=remedy))

    named = set(columns)
    for name in dict.fromkeys(columns):
        if name in KNOWN and (count := list(columns).count(name)) > 1:
            note(name, f"is there {count} times", "keep one of them")
        elif "\0" in name:
            note(name.replace("\0", "\\0"), "has a NUL character in its name", "remove it")
        elif name and name not in KNOWN and (meant := _meant(name)) and not _stands(meant, columns):
            note(name, f"is not a column of reports, but looks like {meant}", f"rename it to {meant}")
            named.add(meant)
    # A column under another name is one fault, and not also a missing column.
    for name in _required(named):
        if name not in named:
            note(name, "is missing", f"add a column {name}")
    if "time" in columns and {"earliest", "latest"} & set(columns):
        note("time", "is given beside earliest or latest", "keep either time, or both earliest and latest")
    return faults


def _stands(meant: str, columns: Sequence[str]) -> bool:
    """Whether a file has what a column of that name would say."""
    return meant in columns or (meant == "time" and bool({"earliest", "latest"} & set(columns)))


def _required(columns: Collection[str]) -> tuple[str, ...]:
    return ("lon", "lat") if "time" in columns else ("earliest", "latest", "lon", "lat")


def _meant(name: str) -> str | None:
    if name in _OTHER_WORDS:
        return _OTHER_WORDS[name]
    # 0.8 finds a dropped, doubled or swapped letter, and "reportid", but not another word.
    return next(iter(get_close_matches(name.replace(" ", "_").replace("-", "_"), KNOWN, n=1, cutoff=0.8)), None)
