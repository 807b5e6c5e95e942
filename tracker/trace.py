"""The log of a satellite receiver out of a file: GPX as it comes from a dashcam, or a table of places and times."""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import BadReport, BadTrace, Fault, MissingFile, tables

MAX_BYTES = 512 << 20
"""Size of a GPX file: a fix each second for two months."""
_MAX_DEPTH = 64
_MAX_PARTS = 1000
_MAX_FAULTS = 10_000
_MAX_TEXT = 64
_ZONED = re.compile(r".+[T ].+(?:[Zz]|[+-]\d\d(?::?\d\d)?)")
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_EARLIEST, _LATEST = pd.Timestamp("1970-01-02", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")


def read_trace(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """The fixes of a receiver's log, as `tracker.match` takes them.

    From GPX come the points of its tracks; a new `<trkseg>` is a gap. Waypoints and routes are passed over. Anything
    else is read as `tracker.read_reports` reads it, with columns lon, lat and time: CSV, GeoJSON, Parquet, GeoPackage,
    XLSX, KML; its column unit, if it has one, tells receivers apart.

    Parameters
    ----------
    path : the file

    Returns
    -------
    GeoDataFrame, EPSG:4326, index 0..n-1 in the order of the file: `time` (datetime64[us, UTC]), `segment` (int64;
    fixes of different segments are not joined) and `geometry` (points).

    Raises
    ------
    BadTrace
        With all that is wrong: numbers that are none or not on earth, times that are missing, unreadable or without a
        zone, XML that is unsound or has a DTD.
    MissingFile
        There is no such file.
    """
    path = Path(path)
    if not _is_gpx(path):
        return _from_table(path)
    try:
        with path.open("rb") as file:
            numbers, texts, segment, faults = _points(path.name, file)
    except OSError as error:
        raise BadTrace(f"{path}: cannot be read ({(error.strerror or 'unknown reason').lower()})") from None
    if not texts and not faults:
        raise BadTrace(f"{path}: has no track point (waypoints and routes are no log); export the track")
    if texts and not any(texts):
        raise BadTrace(f"{path}: none of its {len(texts)} track points has a time; export the log with its times")
    time = pd.to_datetime(pd.Series(texts, dtype="str"), format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
    faults += _wrong_times(path.name, texts, time)
    if faults:
        faults.sort(key=lambda fault: fault.row or 0)
        raise BadTrace(str(BadReport(faults)))
    place = shapely.points(np.array(numbers, float).reshape(-1, 2))
    return gpd.GeoDataFrame({"time": time, "segment": np.array(segment, np.int64)}, geometry=place, crs=tables.CRS)


def _is_gpx(path: Path) -> bool:
    if not path.exists():
        raise MissingFile(f"there is no file {str(path)!r}; check the path")
    if not path.is_file():
        raise BadTrace(f"{path}: is no file; name the file of the trace")
    if path.stat().st_size > MAX_BYTES:
        raise BadTrace(f"{path}: is larger than {MAX_BYTES >> 20} MiB; split it")
    if path.suffix.lower() == ".gpx":
        return True
    with path.open("rb") as file:
        return b"<gpx" in file.read(2000)


def _from_table(path: Path) -> gpd.GeoDataFrame:
    from tracker.evidence import read_reports

    try:
        reports = read_reports(path)
    except BadReport as refused:
        raise BadTrace(str(refused)) from None
    placed = reports.geometry.notna() & reports["earliest"].notna()
    if not placed.all():
        lacking = int((~placed).sum())
        raise BadTrace(
            f"{path}: {lacking} rows lack a place or a time, the first in row {placed.argmin() + 1}; drop them"
        )
    return gpd.GeoDataFrame(
        {"time": reports["earliest"], "segment": pd.factorize(reports["unit"], use_na_sentinel=False)[0]},
        geometry=reports.geometry,
    )


# ---- GPX


def _points(name: str, file: IO[bytes]) -> tuple[list[tuple[float, float]], list[str], list[int], list[Fault]]:
    """Longitude and latitude, time as text and segment of each track point; and what is wrong with their numbers."""
    numbers: list[tuple[float, float]] = []
    texts: list[str] = []
    segment: list[int] = []
    faults: list[Fault] = []
    for of, element in _track_points(name, file):
        row = len(texts) + 1
        said = [str(element.get(axis, "")).strip() for axis in ("lon", "lat")]
        for axis, text, most in zip(("lon", "lat"), said, (180, 90), strict=True):
            good = _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))
            if not good or abs(float(text)) > most:
                problem = f"is no number from -{most} to {most}" if text else "is missing"
                faults.append(_fault(name, row, axis, text, problem, "mend the point or take it out"))
        numbers.append((float(said[0]), float(said[1])) if not faults else (0.0, 0.0))
        time = next((inner for inner in element if _local(inner) == "time"), None)
        texts.append("" if time is None else (time.text or "").strip())
        segment.append(of)
        if len(faults) > _MAX_FAULTS:
            break
    return numbers, texts, segment, faults


def _track_points(name: str, file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Every track point with the number of its segment; the file is never in memory as a whole."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    outer: list[Any] = []
    names: list[str] = []
    segment, inside_point = -1, 0
    try:
        for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                outer.append(element)
                names.append(_local(element))
                inside_point = 0 if names[-1] == "trkpt" else inside_point + ("trkpt" in names)
                if names[0] != "gpx":
                    raise BadTrace(f"{name}: is XML with the root {names[0][:40]!r}, not GPX; save it as GPX")
                if len(names) > _MAX_DEPTH or inside_point > _MAX_PARTS:
                    raise BadTrace(f"{name}: nests deeper or holds more in a point than GPX does; save it again")
                segment += names[-1] == "trkseg"
                continue
            outer.pop()
            if names.pop() == "trkpt" and names[-2:] == ["trk", "trkseg"]:
                yield segment, element
            if outer and "trkpt" not in names:
                # What has been read is let go; a point's own parts stay until it ends.
                outer[-1].remove(element)
    except BadTrace:
        raise
    except DefusedXmlException:
        raise BadTrace(
            f"{name}: has a DTD or entities, which can read other files or grow without end; remove them"
        ) from None
    except ParseError as error:
        raise BadTrace(f"{name}: is not sound XML ({error}); export it again") from None
    except (ValueError, LookupError) as error:
        raise BadTrace(
            f"{name}: is XML in an encoding that cannot be read ({str(error)[:100]}); save it as UTF-8"
        ) from None


def _wrong_times(name: str, texts: list[str], time: "pd.Series[pd.Timestamp]") -> list[Fault]:
    """Faults of times, by row."""
    faults = []
    bad = (time.isna() | (time < _EARLIEST) | (time > _LATEST)).to_numpy()
    for row, (text, unreadable) in enumerate(zip(texts, bad.tolist(), strict=True), 1):
        if unreadable or not _ZONED.fullmatch(text):
            remedy = "write it as 2023-06-24T12:00:00Z"
            problem = "is no time of a log"
            if not text:
                problem, remedy = "has no time", "give it a <time>, or take it out"
            elif not unreadable:
                problem, remedy = "has no time zone", "GPX is in UTC: add a Z, if the receiver kept to that"
            faults.append(_fault(name, row, "time", text, problem, remedy))
    return faults


def _fault(name: str, row: int, column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=name, row=row, column=column, value=value[:_MAX_TEXT], problem=problem, remedy=remedy)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
