"""The told part of a scene: every report with its verdict, roadblocks and incidents."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from tracker.model import Reconstruction
from tracker.render.axis import Axis

Entry = dict[str, object]
Row = Mapping[str, Any]


def reports_scene(
    march: Reconstruction, *, t0: pd.Timestamp, axis: Axis, units: Sequence[str], scale: int
) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """A scene's `reports` in order of time, its `roadblocks` and its `incidents`.

    Parameters
    ----------
    march : whose reports and verdicts
    t0 : the moment of the scene's second 0
    axis : of the chart
    units : names of the units that the scene shows, in its order
    scale : packed coordinates are degrees times this
    """
    told = march.reports.reset_index(drop=True)
    told = told.sort_values(["earliest", "report_id"], kind="stable", na_position="last")
    reports = [
        _report(row, march.verdicts.iloc[k], t0=t0, axis=axis, units=units, scale=scale)  # in the order of the reports
        for k, row in told.iterrows()
    ]
    return reports, _placed(reports, "roadblock"), _placed(reports, "incident")


def _report(row: Row, verdict: Row, *, t0: pd.Timestamp, axis: Axis, units: Sequence[str], scale: int) -> Entry:
    unit = _text(verdict["unit"]) or _text(row["unit"])
    point = row["geometry"]
    somewhere = point is not None and not point.is_empty
    lon, lat = (point.x, point.y) if somewhere else (0.0, 0.0)
    radius, p_true = _number(row["radius_m"]), _number(verdict["p_true"])
    entry: Entry = {
        "id": _text(row["report_id"]),
        "kind": _text(row["kind"]),
        "unit": units.index(unit) if unit in units else None,
        "t0": _second(row["earliest"], t0),
        "t1": _second(row["latest"], t0),
        "lon": round(lon * scale) if somewhere else None,
        "lat": round(lat * scale) if somewhere else None,
        "r": round(radius) if somewhere and radius is not None else None,
        "y": round(float(axis.km(lon, lat)), 1) + 0.0 if somewhere else None,
        "place": _text(row["place"]),
        "text": _text(row["summary"]),
        "publisher": _text(row["publisher"]),
        "url": web_address(_text(row["url"])),
        "grade": _text(row["reliability"]) + _text(row["credibility"]),
        "p": None if p_true is None else round(p_true, 3),
        "verdict": _text(verdict["verdict"]),
        "reason": _text(verdict["reason"]),
        "basis": _text(row["time_basis"]),
    }
    more = {name: _text(row[name]) for name in ("origin", "archive_url", "heading", "vehicles", "notes")}
    more["archive_url"] = web_address(more["archive_url"])
    # Most reports have few of these, and every byte of an article's page is loaded by phones.
    entry.update({name: text for name, text in {"unit_name": unit, **more}.items() if text})
    return entry


def _placed(reports: Sequence[Entry], kind: str) -> list[Entry]:
    return [
        {"report": k, "t0": report["t0"], "t1": report["t1"]}
        for k, report in enumerate(reports)
        if report["kind"] == kind and report["lon"] is not None and report["t0"] is not None
    ]


def web_address(text: str) -> str:
    """The address if it is one of the web (http or https, with a host), else nothing: no script may hide in a link.

    Examples
    --------
    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and parts.netloc else ""


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value is pd.NaT or value != value else str(value)


def _number(value: object) -> float | None:
    text = _text(value)
    return float(text) if text else None


def _second(moment: Any, t0: pd.Timestamp) -> int | None:
    return None if pd.isna(moment) else round((moment - t0).total_seconds())
