"""A reports table into a file of a chosen format."""

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd

from tracker.evidence.writing.feature_json import write_geojson
from tracker.evidence.writing.layers import write_geopackage, write_geoparquet
from tracker.evidence.writing.markup import write_gpx, write_kml
from tracker.evidence.writing.spreadsheet import write_csv, write_tsv
from tracker.evidence.writing.whole import new_or_replaced
from tracker.model import BadReport, TrackerError, faults_of, tables

Write = Callable[[gpd.GeoDataFrame, Path], int]

FORMATS = ("csv", "tsv", "geojson", "gpkg", "parquet", "kml", "gpx")
"""What can be written; a file's ending chooses one."""

_ENDINGS = {f".{name}": name for name in FORMATS} | {".json": "geojson", ".geoparquet": "parquet"}
_WRITERS: dict[str, Write] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "geojson": write_geojson,
    "gpkg": write_geopackage,
    "parquet": write_geoparquet,
    "kml": write_kml,
    "gpx": write_gpx,
}
_NOT_PUBLIC = ("author", "notes")


def write_reports(
    reports: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    public: bool = False,
    overwrite: bool = False,
) -> int:
    """Write reports into a file, whole or not at all; returns how many it holds.

    `read_reports` gives the same table back from GeoJSON, GeoPackage (times to the millisecond) and GeoParquet. CSV and
    TSV are for spreadsheets: text that one would run as a formula has an apostrophe before it, which stays there when
    the file is read, because a reader cannot know whose apostrophe it is; all else reads back the same. KML holds every
    column, but blanks around text and characters that XML forbids are lost. GPX holds points only: reports without one
    are left out, the time is `earliest`, and what is read back are the fixes of a receiver.

    Parameters
    ----------
    reports : a reports table
    path : the file; its ending chooses among csv, tsv, geojson, gpkg, parquet, kml and gpx
    format : one of `FORMATS`, where the ending is to say something else
    public : leave out the columns author and notes
    overwrite : replace a file that is there; a report log never is

    Raises
    ------
    TrackerError
        No format is named, the file is there already or is a report log, or it cannot be written.
    MissingFile
        There is no such folder.
    BadReport
        The table is no reports table.

    Examples
    --------
    >>> import tempfile
    >>> from tracker.evidence import read_reports
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_reports(read_reports(), f"{folder}/march.geojson", public=True)
    176
    """
    target = Path(path)
    kind = _format(target, format)
    if faults := [fault for fault in faults_of(reports, one_march=False) if fault.problem != "holds no report"]:
        raise BadReport(faults)
    names = [name for name in tables.REPORTS if not (public and name in _NOT_PUBLIC)]
    with new_or_replaced(target, ending=f".{kind}", overwrite=overwrite) as draft:
        return _WRITERS[kind](reports[names], draft)


def _format(path: Path, format: str | None) -> str:
    known = ", ".join(FORMATS)
    if format is not None:
        if format.lower() not in FORMATS:
            raise TrackerError(f"{format!r} is no format that can be written; choose one of {known}")
        return format.lower()
    chosen = _ENDINGS.get(path.suffix.lower())
    if chosen is None:
        ending = f"ends in {path.suffix}" if path.suffix else "has no ending"
        raise TrackerError(f"{path.name} {ending}, which is no format of reports; end it in one of {known}")
    return chosen
