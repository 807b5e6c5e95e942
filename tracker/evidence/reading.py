"""Reports out of a file: read, checked whole, and refused with every reason at once."""

import os
from pathlib import Path

import geopandas as gpd

from tracker.evidence.checks import check_table
from tracker.evidence.conversion import to_table
from tracker.evidence.csv_file import RawTable, read_text_table
from tracker.evidence.oddities import oddities
from tracker.model import BadReport, Fault, bundled


def read_reports(path: str | os.PathLike[str] | None = None) -> gpd.GeoDataFrame:
    """The reports of a file, or of the bundled case.

    A CSV file has one line per report below a header, in UTF-8, separated by commas, semicolons or tabs. Required
    are lon and lat (EPSG:4326, both empty where a report has no place), and either earliest and latest or one time
    for both, as ISO 8601 with an offset or Z. All else is filled:

    - report_id: from the content of the row, so that it is the same at the next reading;
    - kind sighting (without the column), time_basis observed, reliability F, credibility 6, revision 1;
    - origin: the publisher;
    - radius_m: 5000 metres for reports with a place, if the file has no such column; an empty cell is a fault;
    - latest: may be empty for a roadblock (not lifted) or an absence; of one time, a roadblock takes earliest only.

    Text is kept verbatim; only an empty cell is NA. Columns with other names are not read.

    Parameters
    ----------
    path : a CSV file; without it, the bundled case

    Returns
    -------
    GeoDataFrame, EPSG:4326, index 0..n-1, columns of the reports table; times datetime64[us, UTC], radius_m metres.

    Raises
    ------
    BadReport
        With all faults of the file: row (line of the file), column, value, problem and remedy of each.
    MissingFile
        When there is no such file.

    Examples
    --------
    >>> reports = read_reports()
    >>> reports.crs.to_string(), str(reports["earliest"].dtype)
    ('EPSG:4326', 'datetime64[us, UTC]')
    """
    raw = _raw(path)
    faults = _faults(raw)
    if faults or raw.frame is None:
        raise BadReport(faults)
    return to_table(raw.frame)


def check_file(path: str | os.PathLike[str]) -> list[Fault]:
    """Every fault of a file of reports, by row; an empty list if ``read_reports`` takes it.

    Raises
    ------
    MissingFile
        When there is no such file.
    """
    return _faults(_raw(path))


def check_oddities(path: str | os.PathLike[str]) -> list[Fault]:
    """What in a sound file of reports is worth a second look (`oddities`), by line of the file.

    Raises
    ------
    BadReport, MissingFile
        As `read_reports` does.
    """
    raw = _raw(path)
    faults = _faults(raw)
    if faults or raw.frame is None:
        raise BadReport(faults)
    return oddities(to_table(raw.frame), file=raw.file, rows=raw.frame.index)


def _raw(path: str | os.PathLike[str] | None) -> RawTable:
    return read_text_table(bundled("reports.csv") if path is None else Path(path))


def _faults(raw: RawTable) -> list[Fault]:
    faults = list(raw.faults)
    if raw.frame is not None:
        faults += check_table(raw.frame, file=raw.file)
    return sorted(faults, key=lambda fault: fault.row or 0)
