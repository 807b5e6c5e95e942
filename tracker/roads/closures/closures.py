"""The noun: every roadblock's effect on the roads, as a table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import BadReport, Fault, tables
from tracker.roads.closures.effects import EFFECTS, effect_of
from tracker.roads.closures.where import Piece, pieces_of
from tracker.roads.posts import KilometrePosts

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

SCHEMA = {
    "report_id": "str", "road": "str", "effect": "str", "from": tables.TIME, "to": tables.TIME, "edge": "int64",
    "from_m": "float64", "to_m": "float64", "share": "float64", "traffic": "bool", "column": "str", "why": "str",
    "geometry": "geometry",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Closures:
    """What roadblocks do to pieces of edges."""

    table: gpd.GeoDataFrame
    """One row per piece of an edge (`SCHEMA`); edge -1 and no geometry where none is closed; `to` NaT: open."""


def closed(network: "RoadNetwork", reports: pd.DataFrame, *, posts: KilometrePosts | None = None) -> Closures:
    """The closures that the roadblocks among reports make; an optional column `effect` overrides their words.

    Raises
    ------
    BadReport
        Columns are missing, or values of `effect` are none of `EFFECTS`; all rows are listed.
    """
    needed = ("report_id", "kind", "earliest", "latest", "place", "road", "radius_m", "summary", "geometry")
    faults = [
        Fault(file="reports", row=None, column=name, value="", problem="missing", remedy="give a reports table")
        for name in needed if name not in reports
    ]  # fmt: skip
    if faults:
        raise BadReport(faults)
    blocks = reports[reports["kind"] == "roadblock"]
    given = blocks["effect"] if "effect" in blocks else pd.Series(None, index=blocks.index, dtype=object)
    wrong = given[given.notna() & ~given.isin(list(EFFECTS))]
    if len(wrong):
        raise BadReport(
            [
                Fault(
                    file="reports", row=row, column="effect", value=str(value)[:80],
                    problem="no effect of a roadblock", remedy=f"choose among {', '.join(EFFECTS)}",
                )
                for row, value in zip(wrong.index.tolist(), wrong.tolist(), strict=True)
            ]
        )  # fmt: skip
    chosen = KilometrePosts.read() if posts is None else posts
    records = zip(blocks.to_dict("records"), given.tolist(), strict=True)
    rows = [row for report, effect in records for row in _rows(network, chosen, report, effect)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in SCHEMA}
    return Closures(table=tables.table(columns, SCHEMA))


def _rows(network: "RoadNetwork", posts: KilometrePosts, report: Any, given: Any) -> list[dict[str, Any]]:
    said = {name: "" if pd.isna(report[name]) else str(report[name]) for name in ("place", "road", "summary")}
    effect, why = effect_of(said["summary"]) if pd.isna(given) else (str(given), "given in the table")
    point = report["geometry"]
    placed = point is not None and not pd.isna(point) and not point.is_empty
    pieces: list[Piece] = []
    where = "no piece of road"
    if effect is not None:
        pieces, where = pieces_of(
            network, posts, place=said["place"], road=said["road"], radius_m=float(report["radius_m"]),
            lon=point.x if placed else np.nan, lat=point.y if placed else np.nan, throughout=effect == "slowed",
        )  # fmt: skip
    traffic, column = EFFECTS[effect] if effect is not None and pieces else (False, "nothing")
    common = {
        "report_id": report["report_id"], "effect": effect, "from": report["earliest"], "to": report["latest"],
        "traffic": traffic, "column": column, "why": f"{why}; {where}",
    }  # fmt: skip
    if not pieces:
        nothing = {"road": said["road"] or None, "edge": -1, "from_m": np.nan, "to_m": np.nan, "share": 0.0}
        return [{**common, **nothing, "geometry": None}]
    return [
        {**common, **piece._asdict(), "road": network.road[piece.edge] or None,
         "geometry": _line(network, piece.edge, piece.from_m, piece.to_m)}
        for piece in pieces
    ]  # fmt: skip


def _line(network: "RoadNetwork", edge: int, from_m: float, to_m: float) -> Any:
    ptr = slice(int(network.vertex_ptr[edge]), int(network.vertex_ptr[edge + 1]))
    run = network.running_m[ptr] - network.running_m[ptr.start]
    along = np.concatenate([[from_m], run[(run > from_m) & (run < to_m)], [to_m]])
    return shapely.linestrings(np.stack(network.point_at(np.full(len(along), edge), along), axis=1))
