"""Closures in a scene: stretches of road that roadblocks close, dig up, check or slow, each line once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import geodesy
from tracker.render.context import merged_lines
from tracker.render.pack import pack
from tracker.render.style import CLOSURE_EFFECTS

Lines = NDArray[np.object_]


def closures_scene(
    closures: gpd.GeoDataFrame,
    reports: Sequence[dict[str, object]],
    *,
    t0: pd.Timestamp,
    scale: int,
    tolerance_m: float,
) -> dict[str, object] | None:
    """A scene's `closures`: lines, and who holds which of them from when to when; None where nothing is closed.

    Pieces of one report that are equally probable are one entry. A stretch that several reports close is told once.

    Parameters
    ----------
    closures : tables.CLOSURES
    reports : the scene's reports, to which entries refer
    t0 : the moment of the scene's second 0
    scale : packed coordinates are degrees times this
    tolerance_m : metres by which a drawn stretch may lie beside the road
    """
    shown = closures[closures["effect"].isin(CLOSURE_EFFECTS) & closures["from"].notna()]
    shown = shown[~(shown.geometry.isna() | shown.geometry.is_empty)]
    number = {report["id"]: k for k, report in enumerate(reports)}
    known: dict[bytes, int] = {}
    drawn: list[NDArray[np.int64]] = []
    held: list[_Held] = []
    shown = shown.assign(part=(shown["share"] * 100).round())
    for (report_id, effect, part), rows in shown.groupby(["report_id", "effect", "part"], sort=False):
        if report_id not in number:
            continue
        lines, metres = _stretches(np.asarray(rows.geometry), scale, tolerance_m)
        for line in lines:
            if line.tobytes() not in known:
                known[line.tobytes()] = len(drawn)
                drawn.append(line)
        first = rows.iloc[0]
        start = _second(first["from"], t0)
        held.append(
            _Held(
                effect=CLOSURE_EFFECTS.index(effect),
                report=number[report_id],
                start=start,
                lasting=0 if pd.isna(first["to"]) else _second(first["to"], t0) - start + 1,
                road=", ".join(dict.fromkeys(rows["road"].dropna().astype(str))),
                percent=int(part),
                spot=int(first["spot"]),
                km10=round(metres / 100),
                lines=[known[line.tobytes()] for line in lines],
            )
        )
    if not held:
        return None
    # The weaker effects first, so that the stronger are drawn over them.
    held.sort(key=lambda one: (one.effect, one.report, -one.percent))
    return {
        "n": [len(line) for line in drawn],
        "d": pack(*np.concatenate(drawn).T.tolist()),
        "effects": list(CLOSURE_EFFECTS),
        **_packed(held),
    }


class _Held(NamedTuple):
    """One entry: what a report's roadblock does to lines that are equally probable."""

    effect: int
    report: int
    start: int
    lasting: int
    road: str
    percent: int
    spot: int
    km10: int
    lines: list[int]


def _packed(held: Sequence[_Held]) -> dict[str, object]:
    roads = sorted({one.road for one in held})
    rows = [
        (one.report, one.effect, one.start, one.lasting, roads.index(one.road), one.percent, one.spot, one.km10,
         len(one.lines))
        for one in held
    ]  # fmt: skip
    return {"roads": roads, "held": pack(*zip(*rows, strict=True)), "lines": pack(k for one in held for k in one.lines)}


def _stretches(lines: Lines, scale: int, tolerance_m: float) -> tuple[list[NDArray[np.int64]], float]:
    """Lines joined, simplified and rounded, each (v, 2) lon, lat times the scale; and their length in metres."""
    middle = float(shapely.get_coordinates(lines)[:, 1].mean())
    narrow = float(np.cos(np.radians(middle)))
    merged = merged_lines(lines, narrow)
    whole = [shapely.get_coordinates(line) / (narrow, 1.0) for line in merged]
    metres = sum(float(geodesy.path_metres(*line.T)[-1]) for line in whole)
    simple = shapely.simplify(merged, tolerance_m / 111_195, preserve_topology=False)
    return [np.rint(shapely.get_coordinates(line) / (narrow, 1.0) * scale).astype(np.int64) for line in simple], metres


def _second(moment: Any, t0: pd.Timestamp) -> int:
    seconds: float = (moment - t0).total_seconds()
    return round(seconds)
