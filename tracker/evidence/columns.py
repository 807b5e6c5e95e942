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

_SYNONYMS = {
    "latitude": "lat",
    "широта": "lat",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
    "долгота": "lon",
    "datetime": "time",
    "date_time": "time",
    "timestamp": "time",
    "radius": "radius_m",
    "accuracy": "radius_m",
    "accuracy_m": "radius_m",
    "радиус": "radius_m",
}
"""Other names of the same thing, which can mean nothing else: given beside it they are a fault."""

_PERHAPS = {
    "x": "lon",
    "y": "lat",
    "id": "report_id",
    "date": "time",
    "дата": "time",
    "время": "time",
    "source": "publisher",
    "источник": "publisher",
    "link": "url",
    "ссылка": "url",
    "description": "summary",
    "описание": "summary",
    "location": "place",
    "место": "place",
}
"""Names that may mean the same thing: they do in a file that says it in no other column, and are not read elsewhere."""

NAMES = frozenset((*KNOWN, *_SYNONYMS, *_PERHAPS))
"""Every name by which a column is read."""


def plain_name(header: str) -> str:
    """A header cell as a column name: without spaces around it, in lower case."""
    return header.strip().lower()


def canonical(columns: Sequence[str]) -> list[str]:
    """The same columns under our names: a synonym is renamed where it can mean only one thing in this file.

    Parameters
    ----------
    columns : a file's columns as `plain_name` has them

    Examples
    --------
    >>> canonical(["id", "datetime", "longitude", "y", "colour"])
    ['report_id', 'time', 'lon', 'lat', 'colour']
    >>> canonical(["report_id", "id", "earliest", "latest", "date"])
    ['report_id', 'id', 'earliest', 'latest', 'date']
    """
    sure = {_SYNONYMS.get(name, name) for name in columns}
    named: list[str] = []
    for name in columns:
        meant = _SYNONYMS.get(name) or _PERHAPS.get(name)
        taken = sure if name in _PERHAPS else set(columns)
        if meant is None or _stands(meant, taken) or _is_shared(name, meant, columns):
            named.append(name)
        else:
            named.append(meant)
    return named


def _is_shared(name: str, meant: str, columns: Sequence[str]) -> bool:
    """Whether another synonym in the file means the same, so that neither can be taken."""
    group = _PERHAPS if name in _PERHAPS else _SYNONYMS
    return any(other != name and group.get(other) == meant for other in columns)


def header_faults(columns: Sequence[str], *, file: str) -> list[Fault]:
    """What is wrong with the columns of a file: missing, given twice, at odds, or misspelt.

    Synonyms are columns of ours (`canonical`), but two of one meaning are a fault. A column with a name that is like
    none of ours is not a fault: it is not read.
    """
    faults: list[Fault] = []

    def note(column: str, problem: str, remedy: str) -> None:
        faults.append(Fault(file=file, row=None, column=column, value="", problem=problem, remedy=remedy))

    ours = canonical(columns)
    named = set(ours)
    for name in dict.fromkeys(columns):
        if name in KNOWN and (count := list(columns).count(name)) > 1:
            note(name, f"is there {count} times", "keep one of them")
        elif "\0" in name:
            note(name.replace("\0", "\\0"), "has a NUL character in its name", "remove it")
        elif name not in KNOWN and (rivals := _rivals(name, columns)):
            if (meant := _meaning(name)) not in named:
                note(name, f"means the same as {', '.join(rivals)}: both would be {meant}", "keep one of them")
                named.add(meant)
            elif meant in columns and name in _SYNONYMS:
                note(name, f"means the same as {meant}", "keep one of them")
        elif name and name not in NAMES and (like := _meant(name)) and not _stands(like, ours):
            note(name, f"is not a column of reports, but looks like {like}", f"rename it to {like}")
            named.add(like)
    # A column under another name is one fault, and not also a missing column.
    for name in _required(named):
        if name not in named:
            note(name, "is missing", f"add a column {name}")
    if "time" in ours and {"earliest", "latest"} & set(columns):
        note(
            columns[ours.index("time")],
            "is given beside earliest or latest",
            "keep either time, or both earliest and latest",
        )
    return faults


def _stands(meant: str, columns: Collection[str]) -> bool:
    """Whether a file has what a column of that name would say."""
    return meant in columns or (meant == "time" and bool({"earliest", "latest"} & set(columns)))


def _required(columns: Collection[str]) -> tuple[str, ...]:
    return ("lon", "lat") if "time" in columns else ("earliest", "latest", "lon", "lat")


def _meaning(name: str) -> str:
    return _SYNONYMS.get(name) or _PERHAPS.get(name) or name


def _rivals(name: str, columns: Sequence[str]) -> list[str]:
    """Other columns of the file that mean the same as a synonym, and keep it from being taken."""
    if name not in _SYNONYMS and name not in _PERHAPS:
        return []
    meant = _meaning(name)
    exact = [meant] if meant in columns else []
    sure = [other for other in dict.fromkeys(columns) if other != name and _SYNONYMS.get(other) == meant]
    if name in _SYNONYMS:
        return exact + sure
    return [] if exact or sure else [other for other in columns if other != name and _PERHAPS.get(other) == meant]


def _meant(name: str) -> str | None:
    # 0.8 finds a dropped, doubled or swapped letter, and "reportid", but not another word.
    return next(iter(get_close_matches(name.replace(" ", "_").replace("-", "_"), KNOWN, n=1, cutoff=0.8)), None)
