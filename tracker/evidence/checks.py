"""Every fault of a table of raw text, found with whole-column operations."""

from dataclasses import replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from tracker.evidence.cells import number_problem, numbers, plain_metres, radius_problem, text_of, times
from tracker.evidence.columns import KNOWN, TEXTS, canonical, header_faults
from tracker.evidence.findings import Findings, Mask, Words
from tracker.evidence.rewrites import time_problem
from tracker.evidence.swaps import looks_swapped
from tracker.evidence.units import check_units
from tracker.model import Fault, tables

FIRST_TIME = pd.Timestamp("1900-01-01", tz="UTC")
LAST_TIME = pd.Timestamp("2200-01-01", tz="UTC")
MAX_RADIUS_M = 2_000_000.0
MIN_RADIUS_M = 10.0
"""Nobody knows a column's place better than this; a smaller number was meant in kilometres."""
MAX_CELL = 100_000
"""Characters; a longer cell is a quotation mark that was never closed, or an attack."""

OPEN_KINDS = ("roadblock", "absence")
"""Kinds that hold throughout, so that their end may be unknown; others are of one moment, which has bounds."""

_CODES = {
    "kind": tables.KINDS,
    "time_basis": tables.TIME_BASES,
    "reliability": tables.RELIABILITY,
    "credibility": tuple(str(grade) for grade in tables.CREDIBILITY),
}
_URL = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20/?#][^\x00-\x20]*$"
_EMPTY_OK = ("time_basis", "reliability", "credibility")


def check_table(frame: pd.DataFrame, *, file: str = "<table>") -> list[Fault]:
    """Every fault of a table of reports whose cells are still text.

    Parameters
    ----------
    frame : one row per report, columns as a CSV file of reports has them (lon and lat in degrees of EPSG:4326 in
        place of the geometry), cells as text; empty or NA is absent. Its index numbers the rows in the faults: lines
        of the file where there is one. Columns that are not ours are not looked at.
    file : name for the faults

    Returns
    -------
    list of Fault, by row and column, those of the whole file first; empty if the table can be taken as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"time": "2023-06-24 15:00", "lon": "39.71", "lat": "47,24"}
    >>> for fault in check_table(pd.DataFrame([row], index=[2]), file="march.csv"):
    ...     print(fault)
    march.csv, row 2, column time: '2023-06-24 15:00' has no time zone; add the offset: 2023-06-24T15:00+03:00 if ...
    march.csv, row 2, column lat: '47,24' has a decimal comma; write 47.24
    """
    names = [str(name) for name in frame.columns]
    faults = header_faults(names, file=file)
    ours = canonical(names)
    once = ~pd.Index(names).duplicated()
    known = {name: text_of(frame.iloc[:, place]) for place, name in enumerate(ours) if once[place] and name in KNOWN}
    found = Findings(file=file, rows=frame.index)
    check_text(found, known)
    _check_codes(found, known)
    _check_ids(found, known)
    if "unit" in known:
        check_units(found, known["unit"])
    _check_times(found, known)
    _check_places(found, known)
    order = {name: place for place, name in enumerate(ours)}
    found.faults.sort(key=lambda fault: (fault.row or 0, order.get(fault.column or "", -1)))
    # A fault is in the column as the file calls it.
    told = dict(zip(ours, names, strict=True))
    return faults + [replace(fault, column=told.get(fault.column or "", fault.column)) for fault in found.faults]


def check_text(found: Findings, known: dict[str, "pd.Series[str]"]) -> None:
    """Note cells that are too long or hold a NUL, and addresses that are none; `known` are columns of text."""
    for name, text in known.items():
        found.note(_mask(text.str.len() > MAX_CELL), name, text, (f"is over {MAX_CELL:,} characters", "shorten it"))
        # The other columns have a grammar, which no NUL fits.
        if name == "report_id" or name in TEXTS:
            nul = _mask(text.str.contains("\0", regex=False))
            found.note(nul, name, text, ("has a NUL character", "remove it; the file may be damaged"))
    for name in ("url", "archive_url"):
        if name in known:
            bare = known[name].str.strip()
            bad = _mask(bare != "") & ~_mask(bare.str.match(_URL))
            found.note(
                bad, name, known[name], ("is not a web address", "write one that begins with https:// or http://")
            )


def _check_codes(found: Findings, known: dict[str, "pd.Series[str]"]) -> None:
    for name, allowed in _CODES.items():
        if name not in known:
            continue
        bare = known[name].str.strip()
        good = bare.isin([*allowed, ""] if name in _EMPTY_OK else allowed)

        def words(value: str, name: str = name, allowed: tuple[str, ...] = allowed) -> Words:
            bare = value.strip()
            cased = {code.lower(): code for code in allowed}
            like = get_close_matches(bare.lower(), cased, n=1)
            remedy = f"write {cased[like[0]]}" if like else f"write one of {', '.join(allowed)}"
            return (f"is not a {name} that is known" if bare else "is empty"), remedy

        found.note(~_mask(good), name, known[name], words)
    if "revision" in known:
        bare = known["revision"].str.strip()
        bad = _mask(bare != "") & ~_mask(bare.str.match(r"^[1-9][0-9]{0,17}$"))
        found.note(bad, "revision", known["revision"], ("is not a revision", "write a whole number from 1 on"))


def _check_ids(found: Findings, known: dict[str, "pd.Series[str]"]) -> None:
    if "report_id" not in known:
        return
    bare = known["report_id"].str.strip()
    empty = _mask(bare == "")
    found.note(empty, "report_id", bare, ("is empty", "give each report an id, or leave out the whole column"))
    again = _mask(bare.duplicated()) & ~empty
    if again.any():
        shared = bare.duplicated(keep=False).to_numpy(bool) & ~empty
        first: dict[str, int] = {}
        for value, row in zip(bare[shared], found.rows[shared], strict=True):
            first.setdefault(value, row)
        found.note(
            again,
            "report_id",
            bare,
            lambda value: (f"is also the id in row {first[value]}", "give each report an id of its own"),
        )


def _check_times(found: Findings, known: dict[str, "pd.Series[str]"]) -> None:
    moments = {name: times(known[name]) for name in ("time", "earliest", "latest", "recorded_at") if name in known}
    for name, moment in moments.items():
        text, missing = known[name], _mask(moment.isna())
        empty = _mask(text.str.strip() == "") if missing.any() else missing
        found.note(missing & ~empty, name, text, time_problem)
        absurd = _mask((moment < FIRST_TIME) | (moment >= LAST_TIME))
        found.note(absurd, name, text, ("is not in the years 1900 to 2199", "check the year"))
        if name in ("time", "earliest"):
            found.note(empty, name, text, ("is empty", "give the earliest time that is possible"))
        elif name == "latest" and empty.any():
            kind = known.get("kind")
            holds = _mask(kind.str.strip().isin(OPEN_KINDS)) if kind is not None else np.zeros(len(text), bool)
            only = " or an ".join(OPEN_KINDS)
            found.note(empty & ~holds, name, text, (f"is empty, which only a {only} may have", "give the latest time"))
    if {"earliest", "latest"} <= set(moments):
        backwards = _mask(moments["latest"] < moments["earliest"])
        before = ("is before earliest", "swap the two, or check the days and zones")
        found.note(backwards, "latest", known["latest"], before)


def _check_places(found: Findings, known: dict[str, "pd.Series[str]"]) -> None:
    values = {name: numbers(known[name]) for name in ("lon", "lat", "radius_m") if name in known}
    empty: dict[str, Mask] = {}
    for name, value in values.items():
        bad = ~np.isfinite(value)
        empty[name] = bad & _mask(known[name].str.strip() == "") if bad.any() else bad
        found.note(bad & ~empty[name], name, known[name], radius_problem if name == "radius_m" else number_problem)
    if {"lon", "lat"} <= set(values):
        _check_points(found, known, lon=values["lon"], lat=values["lat"], empty=empty)
    if "radius_m" in values:
        text, radius = known["radius_m"], values["radius_m"]
        placed = np.zeros(len(radius), bool)
        for point in {"lon", "lat"} & set(values):
            placed |= ~empty[point]
        unknown = ("is empty for a report with a place", "give the metres that hold the true place with 95 %")
        found.note(empty["radius_m"] & placed, "radius_m", text, unknown)
        found.note(radius <= 0, "radius_m", text, ("is not above zero", "give metres, as in 5000"))
        found.note((radius > 0) & (radius < MIN_RADIUS_M), "radius_m", text, _as_kilometres)
        huge = np.isfinite(radius) & (radius > MAX_RADIUS_M)
        found.note(huge, "radius_m", text, ("is over 2,000 km", "give metres; leave lon and lat empty if unknown"))


def _as_kilometres(value: str) -> Words:
    remedy = f"write metres: {value.strip()} km = {plain_metres(float(value) * 1000)}"
    return f"is under {MIN_RADIUS_M:.0f} metres and looks like kilometres", remedy


def _check_points(
    found: Findings,
    known: dict[str, "pd.Series[str]"],
    *,
    lon: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    lat: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    empty: dict[str, Mask],
) -> None:
    for name, other in (("lon", "lat"), ("lat", "lon")):
        alone = (f"is empty while {other} is given", "give both, or neither")
        found.note(empty[name] & ~empty[other], name, known[name], alone)
    both = np.isfinite(lon) & np.isfinite(lat)
    turned = both & (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    inside = both & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    swapped = ("is out of -90 to 90, but would do as lon: are the two swapped?", "swap lon and lat, or mend lat")
    found.note(turned, "lat", known["lat"], swapped)
    found.note(
        np.isfinite(lat) & (np.abs(lat) > 90) & ~turned, "lat", known["lat"], ("is out of -90 to 90", "check it")
    )
    east = ("is out of -180 to 180", "check it; west of Greenwich is negative")
    found.note(np.isfinite(lon) & (np.abs(lon) > 180), "lon", known["lon"], east)
    zero = inside & (lon == 0) & (lat == 0)
    found.note(zero, "lon", known["lon"], ("and lat are 0, which means not known", "leave both empty"))
    far = ("lies far from all others, but among them if lon and lat are swapped", "swap lon and lat")
    found.note(looks_swapped(lon, lat, usable=inside & ~zero), "lat", known["lat"], far)


def _mask(values: "pd.Series[bool]") -> Mask:
    return values.to_numpy(bool)
