"""Reports out of a file: read, checked whole, and refused with every reason at once."""

import os
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from tracker.evidence.checks import check_table
from tracker.evidence.columns import NAMES
from tracker.evidence.conversion import to_table
from tracker.evidence.csv_file import RawTable, read_text_table
from tracker.evidence.files.formats import TEXT, recognised
from tracker.evidence.files.process import parsed
from tracker.evidence.files.profile import Profile, applied, told_as
from tracker.evidence.files.profiles import PROFILES, like
from tracker.evidence.oddities import oddities
from tracker.model import BadReport, Fault, bundled


def read_reports(
    path: str | os.PathLike[str] | None = None, *, profile: str | None = None, layer: str | None = None
) -> gpd.GeoDataFrame:
    """The reports of a file, or of the bundled case.

    A CSV file has one line per report below a header, in UTF-8, separated by commas, semicolons or tabs. Required
    are lon and lat (EPSG:4326, both empty where a report has no place), and either earliest and latest or one time
    for both, as ISO 8601 with an offset or Z. Usual synonyms of columns are taken (latitude, datetime, ...).

    GeoJSON, GeoPackage (a report log too), Parquet and GeoParquet, XLSX, KML, KMZ and GPX become the same table, with
    lon and lat from the geometry, which is points only and turned into EPSG:4326. They are known by their content, and
    parsed in a process of their own with limits of time and memory. All else is filled:

    - report_id: from the content of the row, so that it is the same at the next reading;
    - kind sighting (without the column), time_basis observed, reliability F, credibility 6, revision 1;
    - origin: the publisher;
    - radius_m: 5000 metres for reports with a place, if the file has no such column; an empty cell is a fault;
    - latest: may be empty for a roadblock (not lifted) or an absence; of one time, a roadblock takes earliest only.

    Text is kept verbatim; only an empty cell is NA. Columns with other names are not read.

    Parameters
    ----------
    path : the file; without it, the bundled case
    profile : whose export it is, if its columns are not ours: acled, gdelt, atlos, auto-archiver or ukraine-timemap
    layer : the layer of a GeoPackage or the sheet of a workbook, if more than one may be meant

    Returns
    -------
    GeoDataFrame, EPSG:4326, index 0..n-1, columns of the reports table; times datetime64[us, UTC], radius_m metres.

    Raises
    ------
    BadReport
        With all faults of the file: row, column, value, problem and remedy of each. The row is the line of a CSV file,
        the row of a sheet, or the number of a feature, placemark, waypoint, object or table's row, counted from 1.
    MissingFile
        When there is no such file.

    Examples
    --------
    >>> reports = read_reports()
    >>> reports.crs.to_string(), str(reports["earliest"].dtype)
    ('EPSG:4326', 'datetime64[us, UTC]')
    """
    return read_with_rows(path, profile=profile, layer=layer)[0]


def read_with_rows(
    path: str | os.PathLike[str] | None = None, *, profile: str | None = None, layer: str | None = None
) -> tuple[gpd.GeoDataFrame, pd.Index]:
    """The reports of a file as `read_reports` gives them, and the number of each one's row in the file."""
    raw, faults = _checked(path, profile, layer)
    if faults or raw.frame is None:
        raise BadReport(faults)
    return to_table(raw.frame), raw.frame.index


def check_file(path: str | os.PathLike[str], *, profile: str | None = None, layer: str | None = None) -> list[Fault]:
    """Every fault of a file of reports, by row; an empty list if ``read_reports`` takes it.

    Parameters
    ----------
    path, profile, layer : as `read_reports` has them

    Raises
    ------
    MissingFile
        When there is no such file.
    """
    return _checked(path, profile, layer)[1]


def check_oddities(
    path: str | os.PathLike[str], *, profile: str | None = None, layer: str | None = None
) -> list[Fault]:
    """What in a sound file of reports is worth a second look (`oddities`), by row of the file.

    Parameters
    ----------
    path, profile, layer : as `read_reports` has them

    Raises
    ------
    BadReport, MissingFile
        As `read_reports` does.
    """
    reports, rows = read_with_rows(path, profile=profile, layer=layer)
    return oddities(reports, file=Path(path).name, rows=rows)


def _checked(
    path: str | os.PathLike[str] | None, profile: str | None, layer: str | None
) -> tuple[RawTable, list[Fault]]:
    """The raw table, and all that is wrong with it."""
    chosen = _profile(profile)
    raw = _raw(bundled("reports.csv") if path is None else path, chosen, layer)
    told: dict[str, str] = {}
    if chosen is not None:
        raw, told = applied(chosen, raw), told_as(chosen)
    elif foreigner := _foreigner(raw):
        return raw, [foreigner]
    faults = list(raw.faults)
    if raw.frame is not None:
        found = check_table(raw.frame, file=raw.file)
        faults += [replace(fault, column=told.get(fault.column or "", fault.column)) for fault in found]
        faults = list(dict.fromkeys(faults))  # one bad day is neither an earliest nor a latest, but one fault
    return raw, sorted(faults, key=lambda fault: fault.row or 0)


def _foreigner(raw: RawTable) -> Fault | None:
    """The one fault of another project's export, which would else be forty of its columns and cells."""
    header = raw.header or (() if raw.frame is None else tuple(raw.frame.columns))
    name = like(header)
    if name is None or {"lon", "lat"} <= set(header) & {"time", "earliest", "lon", "lat"} != {"lon", "lat"}:
        return None  # columns of ours were added, and say all that is needed
    remedy = f'read it with profile="{name}", or rename its columns'
    problem = f"looks like an export of {name}"
    return Fault(file=raw.file, row=None, column=None, value="", problem=problem, remedy=remedy)


def _profile(name: str | None) -> Profile | None:
    if name is not None and name not in PROFILES:
        problem = "is no profile"
        remedy = f"choose one of {', '.join(PROFILES)}"
        raise BadReport([Fault(file="<profile>", row=None, column=None, value=name, problem=problem, remedy=remedy)])
    return None if name is None else PROFILES[name]


def _raw(path: str | os.PathLike[str], profile: Profile | None, layer: str | None) -> RawTable:
    format = recognised(path)
    path = Path(path)
    if isinstance(format, Fault):
        return RawTable(file=format.file, frame=None, faults=(format,))
    names = NAMES if profile is None else NAMES | profile.signature
    if format != TEXT:
        return parsed(path, format=format, names=names, layer=layer, profiled=profile is not None)
    if layer is not None:
        problem = "is CSV, which has no layers to choose from"
        fault = Fault(file=path.name, row=None, column=None, value=layer, problem=problem, remedy="leave layer out")
        return RawTable(file=path.name, frame=None, faults=(fault,))
    return read_text_table(path, names=names, header=() if profile is None else profile.header)
