"""Matched traces into files: drives as GeoJSON, fixes put on roads as GPX, CSV or Parquet."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from tracker.model import MissingFile, TrackerError
from tracker.wording import counted

if TYPE_CHECKING:
    from tracker.reconstruct import Match
    from tracker.roads import RoadNetwork


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that could not be written, before the long work and not after it.

    Raises
    ------
    TrackerError
        The name says no format, or a file is there that must not be replaced.
    MissingFile
        Its folder is not there.
    """
    if path.suffix.lower() not in _WRITERS:
        raise TrackerError(f"{path} ends in none of {', '.join(_WRITERS)}; name the file so that its format is known")
    if path.is_dir():
        raise TrackerError(f"{path} is a folder; name the file to write in it")
    if not path.parent.is_dir():
        raise MissingFile(f"the folder {path.parent} for {path.name} is not there; make it, or give another path")
    if path.exists() and not overwrite:
        raise TrackerError(f"{path} is there already; give another name, or --overwrite")


def write_match(found: "Match", roads: "RoadNetwork", path: str | os.PathLike[str], *, overwrite: bool = False) -> str:
    """What was written, in words; the file is there whole or not at all, and the same match gives the same bytes.

    Parameters
    ----------
    found : the match
    roads : the roads that it was made on
    path : .geojson for the drives; .gpx, .csv or .parquet for the fixes, those that were put on a road
    overwrite : replace a file that is there

    Raises
    ------
    TrackerError, MissingFile
        As `check_target`.
    """
    path = Path(path)
    check_target(path, overwrite=overwrite)
    said, data = _WRITERS[path.suffix.lower()](found, roads)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
    return said


def _drives(found: "Match", roads: "RoadNetwork") -> tuple[str, bytes]:
    features = []
    for drive in found.drives.itertuples():
        names = list(dict.fromkeys(filter(None, (str(roads.road[edge]) for edge in drive.edges))))
        told = {"drive": int(drive.drive) + 1, "start": _iso(drive.start), "end": _iso(drive.end),
                "length_m": round(float(drive.length_m), 1), "roads": names}  # fmt: skip
        line = [[round(lon, 7), round(lat, 7)] for lon, lat in drive.geometry.coords]
        features.append(
            {"type": "Feature", "properties": told, "geometry": {"type": "LineString", "coordinates": line}}
        )
    document = {"type": "FeatureCollection", "features": features}
    return counted(len(features), "drive"), json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _placed(found: "Match", roads: "RoadNetwork") -> gpd.GeoDataFrame:
    """The fixes on roads, with the name of the road; drives are counted from 1, as the command tells them."""
    fixes = found.fixes[found.fixes["edge"] >= 0]
    return fixes.assign(drive=fixes["drive"] + 1, road=np.asarray(roads.road)[fixes["edge"].to_numpy()].astype(str))


def _gpx(found: "Match", roads: "RoadNetwork") -> tuple[str, bytes]:
    fixes = _placed(found, roads)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             '<gpx version="1.1" creator="convoy-tracker" xmlns="http://www.topografix.com/GPX/1/1">']  # fmt: skip
    for drive, rows in fixes.sort_values(["drive", "time"], kind="stable").groupby("drive"):
        lines.append(f"<trk><name>drive {drive}</name><trkseg>")
        for time, lon, lat in zip(rows["time"], rows.geometry.x, rows.geometry.y, strict=True):
            lines.append(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{_iso(time)}</time></trkpt>')
        lines.append("</trkseg></trk>")
    return _said(len(fixes)), "\n".join([*lines, "</gpx>\n"]).encode()


def _csv(found: "Match", roads: "RoadNetwork") -> tuple[str, bytes]:
    fixes = _placed(found, roads)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", "lon", "lat", "drive", "road", "off_m"])
    rows = zip(
        fixes["time"], fixes.geometry.x, fixes.geometry.y, fixes["drive"], fixes["road"], fixes["off_m"], strict=True
    )
    for time, lon, lat, drive, road, off in rows:
        # A name that begins like a formula stays text in a spreadsheet.
        shown = f"'{road}" if road.startswith(("=", "+", "-", "@", "\t", "\r")) else road
        writer.writerow([_iso(time), f"{lon:.7f}", f"{lat:.7f}", drive, shown, f"{off:.1f}"])
    return _said(len(fixes)), text.getvalue().encode()


def _parquet(found: "Match", roads: "RoadNetwork") -> tuple[str, bytes]:
    fixes, data = _placed(found, roads), io.BytesIO()
    fixes.to_parquet(data, index=False)
    return _said(len(fixes)), data.getvalue()


def _said(number: int) -> str:
    return f"{number} {'fix' if number == 1 else 'fixes'} put on roads"


def _iso(moment: pd.Timestamp) -> str:
    return moment.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".") + "Z"


_WRITERS: dict[str, Callable[["Match", "RoadNetwork"], tuple[str, bytes]]] = {
    ".geojson": _drives, ".gpx": _gpx, ".csv": _csv, ".parquet": _parquet,
}  # fmt: skip
