"""The noun: every roadblock's effect on the roads, as a table and as arcs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tracker.model import BadReport, Fault, faults_of, tables
from tracker.roads.closures.effects import EFFECTS, effect_of
from tracker.roads.closures.names import RoadNames
from tracker.roads.closures.where import Ground, Piece, Said
from tracker.roads.posts import KilometrePosts
from tracker.roads.ways import Ints

if TYPE_CHECKING:
    from tracker.roads.network import RoadNetwork

_TEXTS = ("place", "road", "summary")


@dataclass(frozen=True, kw_only=True, eq=False)
class Closures:
    """What roadblocks do to pieces of road."""

    table: gpd.GeoDataFrame
    """One row per piece of an edge (`tables.CLOSURES`), index 0..n-1; edge -1 and no geometry where a roadblock
    closes nothing, with the reason in `why`."""
    arc: Ints
    """(c,) arcs closed: an edge that is stopped both ways is two arcs, where both may be driven."""
    row: Ints
    """(c,) row of the table that closes each."""

    @classmethod
    def of(cls, network: "RoadNetwork", table: gpd.GeoDataFrame) -> "Closures":
        """The closures of a table, perhaps one changed by hand or cut to some of its rows."""
        whole = table.reset_index(drop=True)
        edge = whole["edge"].to_numpy(np.int64)
        found = [np.zeros((2, 0), np.int64)]
        for side, way in enumerate(("along", "against")):
            rows = np.flatnonzero((edge >= 0) & whole["direction"].isin(["both", way]).to_numpy(bool))
            arcs = np.asarray(network.edge_arcs[side], np.int64)[edge[rows]]
            found.append(np.stack([arcs, rows])[:, arcs >= 0])
        arc, row = np.concatenate(found, axis=1)
        return cls(table=whole, arc=arc, row=row)


def closed(network: "RoadNetwork", reports: gpd.GeoDataFrame, *, posts: KilometrePosts | None = None) -> Closures:
    """The closures that the roadblocks among reports make on these roads.

    Parameters
    ----------
    network : the roads
    reports : the reports table, with place, road and summary; `heading` is optional, and so is a column `effect` that
        says what each roadblock does (one of `EFFECTS`), which wins over the words of its summary
    posts : kilometre posts; the map's own if not given

    Raises
    ------
    BadReport
        The table is no reports table, or an `effect` is none of `EFFECTS`; all faults are listed with their rows.
    """
    if faults := _faults(reports):
        raise BadReport(faults)
    if not len(reports):
        return Closures.of(network, tables.table({}, tables.CLOSURES))
    ground = Ground(network=network, names=RoadNames.of(network), posts=posts or network.posts)
    blocks = reports[(reports["kind"] == "roadblock").fillna(False).to_numpy(bool)]
    rows = [row for report, effect in _effects(blocks) for row in _rows(ground, report, *effect)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in tables.CLOSURES}
    return Closures.of(network, tables.table(columns, tables.CLOSURES))


def _faults(reports: pd.DataFrame) -> list[Fault]:
    if len(reports.columns) == 0 or (len(reports) == 0 and {"report_id", "kind", *_TEXTS} <= set(reports.columns)):
        return []
    faults = faults_of(reports, one_march=False)
    for name in (*_TEXTS, "heading", "effect"):
        count = int(np.count_nonzero(reports.columns == name))
        if count > 1 or (count == 0 and name in _TEXTS):
            problem, remedy = ("stands twice", "leave one") if count else ("is missing", "read it with read_reports")
            faults.append(Fault(file="<table>", row=None, column=name, value="", problem=problem, remedy=remedy))
    if np.count_nonzero(reports.columns == "effect") == 1:
        faults += [
            Fault(
                file="<table>", row=row, column="effect", value=str(value)[:60],
                problem="is no effect of a roadblock", remedy=f"choose among {', '.join(EFFECTS)}",
            )
            for row, value in enumerate(reports["effect"].tolist())
            if not _absent(value) and not (isinstance(value, str) and value in EFFECTS)
        ]  # fmt: skip
    return faults


def _absent(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _text(cell: Any) -> str:
    return "" if _absent(cell) else str(cell)


def _effects(blocks: pd.DataFrame) -> list[tuple[dict[Any, Any], tuple[str | None, str]]]:
    """Each report with its effect and why; one that repeats another (origin, place and time) has that one's effect."""
    first: dict[tuple[str, ...], tuple[str, str | None]] = {}
    found = []
    for report in blocks.to_dict("records"):
        effect, why = effect_of(_text(report["summary"]))
        same = tuple(_text(report.get(name)) for name in ("origin", "place", "road", "earliest"))
        if not _absent(given := report.get("effect")):
            effect, why = str(given), "given in the table"
        elif effect is not None and same[0]:
            before, known = first.setdefault(same, (str(report["report_id"]), effect))
            why = why if known == effect else f"{why}, but it repeats {before}"
            effect = known
        found.append((report, (effect, why)))
    return found


def _rows(ground: Ground, report: dict[Any, Any], effect: str | None, why: str) -> list[dict[str, Any]]:
    texts = {name: _text(report.get(name)) for name in (*_TEXTS, "heading")}
    point = report["geometry"]
    placed = point is not None and not point.is_empty
    pieces: list[Piece] = []
    if effect is not None:
        said = Said(
            **texts, lon=point.x if placed else np.nan, lat=point.y if placed else np.nan,
            radius_m=float(report["radius_m"]), throughout=effect == "slowed",
        )  # fmt: skip
        pieces, where = ground.pieces(said)
        why = f"{why}; {where}"
    common = {
        "report_id": report["report_id"], "effect": effect, "from": report["earliest"], "to": report["latest"],
        "why": why,
    }  # fmt: skip
    if not pieces or effect is None:
        nothing: dict[str, Any] = dict.fromkeys(("from_m", "to_m", "traffic_s", "column_s"), np.nan)
        nothing |= {"road": texts["road"] or None, "edge": -1, "direction": None, "share": 0.0, "geometry": None}
        return [{**common, **nothing, "spot": False, "traffic": False, "column": "nothing"}]
    return [{**common, **row} for row in _pieces(ground.network, pieces, effect)]


def _pieces(network: "RoadNetwork", pieces: list[Piece], name: str) -> list[dict[str, Any]]:
    effect = EFFECTS[name]
    both = 2 if any(piece.along and piece.against for piece in pieces) else 1
    total = sum((piece.to_m - piece.from_m) * (piece.along + piece.against) for piece in pieces) / both
    rows = []
    for piece in pieces:
        metres = piece.to_m - piece.from_m
        # What one who drives past everything loses in all is the effect's time, however many pieces there are.
        part = min(metres / max(total, 0.01), 1.0) if piece.throughout else piece.share
        slower = (effect.factor - 1) * metres / (float(network.speed_kmh[piece.edge]) / 3.6)
        direction = "both" if piece.along and piece.against else "along" if piece.along else "against"
        rows.append(
            {
                "road": str(network.road[piece.edge]) or None, "edge": piece.edge, "from_m": piece.from_m,
                "to_m": piece.to_m, "direction": direction, "share": piece.share,
                "spot": not piece.throughout, "traffic": effect.traffic, "column": effect.column,
                "traffic_s": effect.traffic_s * part + slower, "column_s": effect.column_s * part,
                "geometry": _line(network, piece.edge, piece.from_m, piece.to_m),
            }
        )  # fmt: skip
    return rows


def _line(network: "RoadNetwork", edge: int, from_m: float, to_m: float) -> Any:
    ptr = slice(int(network.vertex_ptr[edge]), int(network.vertex_ptr[edge + 1]))
    run = network.running_m[ptr] - network.running_m[ptr.start]
    along = np.concatenate([[from_m], run[(run > from_m) & (run < to_m)], [to_m]])
    return shapely.linestrings(np.stack(network.point_at(np.full(len(along), edge), along), axis=1))
