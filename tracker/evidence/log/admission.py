"""What may enter the log: a table of reports is taken whole, or refused with all that is wrong with it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.evidence.checks import FIRST_TIME, LAST_TIME, MIN_RADIUS_M, OPEN_KINDS, check_text
from tracker.evidence.columns import TEXTS
from tracker.evidence.findings import Findings
from tracker.evidence.log.cells import IF_NOT_SAID, cells_of
from tracker.evidence.log.revision import CONTENT, Cell, content_id
from tracker.evidence.units import check_units
from tracker.model import BadReport, Fault, faults_of, tables

MAX_NAME = 200
"""Characters of an id or author, which stand in one line of a table and in a database's index."""

_TEXTS = ("report_id", "url", "archive_url", *TEXTS)


def admitted(reports: gpd.GeoDataFrame) -> dict[str, list[Cell]]:
    """The cells of the reports of a table (`cells_of`), each with an id.

    Columns that the table lacks are filled as `read_reports` fills them; a report without an id gets one from its
    content. Revision, author and recorded_at are the log's own and are not read.

    Raises
    ------
    BadReport
        With every fault of the table: position of the row, column, value, problem and remedy.
    """
    if not isinstance(reports, gpd.GeoDataFrame) or reports.active_geometry_name is None:
        what = f"is a {type(reports).__name__} without points"
        raise BadReport([_whole(what, "give a GeoDataFrame of reports, as read_reports does")])
    full = _filled(reports)
    faults = [fault for fault in faults_of(full, one_march=False) if not _may_be(fault)]
    if not faults:
        faults = _further_faults(full)
    if faults:
        raise BadReport(faults)
    cells = cells_of(full)
    ids, again = cells["report_id"], dict[str, int]()
    for row, name in enumerate(ids):
        if name is None:
            made = content_id([cells[column][row] for column in CONTENT])
            again[made] = again.get(made, 0) + 1
            # Rows that are equal to the letter are told apart by their order, as in a file.
            ids[row] = made if again[made] == 1 else f"{made}-{again[made]}"
    return cells


def _filled(reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    full = reports.copy(deep=False)
    points = full.geometry.to_numpy()
    if shapely.is_empty(points).any():
        full = full.set_geometry(np.where(shapely.is_empty(points), None, points), crs=full.crs)
    for name in ("report_id", "url", "archive_url"):
        # Blanks around an id or address are dropped, as they are in a file.
        if name in full.columns and isinstance(full[name].dtype, pd.StringDtype):
            full[name] = full[name].str.strip()
    for name, dtype in tables.REPORTS.items():
        if name not in full.columns and name not in ("geometry", "earliest", "revision"):
            full[name] = pd.Series(IF_NOT_SAID.get(name), index=full.index, dtype=dtype)
    if "origin" not in reports.columns:
        full["origin"] = full["publisher"]
    return full


def _may_be(fault: Fault) -> bool:
    """Whether a fault of a march is none of a log: nothing to add, and a report that has no id yet."""
    return fault.problem == "holds no report" or (fault.column == "report_id" and fault.problem == "is empty")


def _further_faults(full: gpd.GeoDataFrame) -> list[Fault]:
    """What `read_reports` refuses in a file beyond the rules of a table."""
    found = Findings(file="<table>", rows=pd.RangeIndex(len(full)))
    known = {}
    for name in _TEXTS:
        cells = full[name]
        if not isinstance(cells.dtype, pd.StringDtype):
            other = np.array([not isinstance(cell, str) for cell in cells], bool) & cells.notna().to_numpy(bool)
            found.note(other, name, cells, ("is not text", "write it as text"))
            # Half of a pair, left by a cut in the wrong place; a column of text cannot hold it.
            half = np.array([isinstance(cell, str) and _is_cut(cell) for cell in cells], bool)
            found.note(half, name, cells, ("holds half of a letter", "the text may be damaged: take it anew"))
            cells = cells.where(~(other | half))
        known[name] = cells.astype("str").fillna("")
    check_text(found, known)
    check_units(found, known["unit"])
    ids = known["report_id"]
    long = (ids.str.len() > MAX_NAME).to_numpy(bool) | ids.str.contains(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]").to_numpy(
        bool
    )
    no_name = f"has a line end or control character, or is over {MAX_NAME} characters"
    found.note(long, "report_id", ids, (no_name, "write a short id in one line"))
    moments = {name: full[name].dt.tz_convert("UTC") for name in ("earliest", "latest")}
    for name, moment in moments.items():
        absurd = ((moment < FIRST_TIME) | (moment >= LAST_TIME)).to_numpy(bool)
        found.note(absurd, name, full[name], ("is not in the years 1900 to 2199", "check the year"))
    ended = full["latest"].notna() | full["kind"].isin(OPEN_KINDS)
    only = " or an ".join(OPEN_KINDS)
    open_end = (f"is empty, which only a {only} may have", "give the latest time")
    found.note(~ended.to_numpy(bool), "latest", full["kind"], open_end)
    points = full.geometry.to_numpy()
    placed = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    radius = full["radius_m"].to_numpy(float, na_value=np.nan)
    small = (f"is under {MIN_RADIUS_M:.0f} metres and looks like kilometres", "write metres, as in 5000")
    found.note(placed & (radius < MIN_RADIUS_M), "radius_m", full["radius_m"], small)
    nowhere = placed & (shapely.get_x(points) == 0) & (shapely.get_y(points) == 0)
    found.note(nowhere, "geometry", full["place"], ("lies at 0, 0, which means not known", "give None instead"))
    return sorted(found.faults, key=lambda fault: fault.row or 0)


def _is_cut(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _whole(problem: str, remedy: str) -> Fault:
    return Fault(file="<table>", row=None, column=None, value="", problem=problem, remedy=remedy)
