"""Checked text to the reports table: nothing here can fail on text without faults."""

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.evidence.cells import numbers, text_of, times
from tracker.evidence.columns import CODES, DEFAULT_RADIUS_M, KNOWN, TEXTS, canonical
from tracker.model import tables

_IF_EMPTY = {"kind": "sighting", "time_basis": "observed", "reliability": "F", "credibility": "6", "revision": "1"}
"""What a code is where the file does not say; F and 6 mean that it cannot be judged."""


def to_table(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """The reports table of raw text in which ``check_table`` found no fault.

    Returns
    -------
    GeoDataFrame as ``tables.REPORTS`` says, EPSG:4326, index 0..n-1, rows in the order of the file.
    """
    ours = canonical([str(name) for name in frame.columns])
    known = {
        name: text_of(frame.iloc[:, place].reset_index(drop=True)) for place, name in enumerate(ours) if name in KNOWN
    }
    blank = pd.Series([""] * len(frame), dtype="str")

    def code(name: str) -> "pd.Series[str]":
        bare = known.get(name, blank).str.strip()
        return bare.where(bare != "", _IF_EMPTY.get(name))

    columns: dict[str, object] = {name: code(name) for name in CODES}
    for name in TEXTS:
        text = known.get(name, blank)
        columns[name] = text.where(text != "")
    columns["origin"] = columns["origin"].where(columns["origin"].notna(), columns["publisher"])  # type: ignore[attr-defined]
    if "report_id" not in known:
        columns["report_id"] = _content_ids(known, size=len(frame))
    columns["credibility"] = code("credibility").astype("float64").astype("Int64")
    columns["revision"] = code("revision").astype("int64")
    columns |= _bounds(known, columns["kind"], blank)  # type: ignore[arg-type]
    columns["recorded_at"] = times(known.get("recorded_at", blank))
    lon, lat = numbers(known["lon"]), numbers(known["lat"])
    placed = np.isfinite(lon)
    radius = numbers(known["radius_m"]) if "radius_m" in known else np.where(placed, DEFAULT_RADIUS_M, np.nan)
    columns["radius_m"] = radius
    points = np.full(len(frame), None, dtype=object)
    points[placed] = shapely.points(lon[placed], lat[placed])
    columns["geometry"] = points
    return tables.table(columns, tables.REPORTS)


def _bounds(known: dict[str, "pd.Series[str]"], kind: "pd.Series[str]", blank: "pd.Series[str]") -> dict[str, object]:
    if "time" not in known:
        return {name: times(known.get(name, blank)) for name in ("earliest", "latest")}
    moment = times(known["time"])
    # One time says when a roadblock stood, and nothing of when it was lifted.
    return {"earliest": moment, "latest": moment.where(kind != "roadblock")}


def _content_ids(known: dict[str, "pd.Series[str]"], *, size: int) -> list[str]:
    """An id for each row made from its cells: the same wherever the row or the column stands in the file.

    Rows that are equal to the letter are told apart by their order: the second ends in ``-2``.
    """
    names = sorted(known)
    seen: dict[str, int] = {}
    ids: list[str] = []
    for row in zip(*(known[name] for name in names), strict=True) if names else [()] * size:
        content = "\x1f".join(f"{name}\x1e{cell}" for name, cell in zip(names, row, strict=True) if cell)
        digest = "r" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        ids.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return ids
