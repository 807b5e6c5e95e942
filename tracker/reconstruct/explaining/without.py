"""What would change if a source were wrong: the march without it, beside the march with it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from tracker.model import UnknownReport, explanations, tables
from tracker.reconstruct.explaining.differences import changes, hours, joined, moved, roads_changed
from tracker.reconstruct.explaining.paragraphs import without_words
from tracker.reconstruct.explaining.saying import listed, near_matches, road_names, text, zone_of

if TYPE_CHECKING:
    from tracker.reconstruct.march import March


def without(
    march: "March", *, report_ids: str | Iterable[str] = (), origin: str | None = None, zone: str = "UTC"
) -> explanations.Without:
    """The march without some reports, and what changes: see `March.without`."""
    from tracker.reconstruct.reconstruct import rebuild

    shown_in = zone_of(zone)
    rows = _rows(march, [report_ids] if isinstance(report_ids, str) else list(report_ids), origin)
    removed = tuple(march.reports["report_id"].iloc[rows])
    kept = march.reports.iloc[np.setdiff1d(np.arange(len(march.reports)), rows)]
    if kept.empty:
        raise ValueError(f"these are all {len(removed)} reports of the march; leave at least one in")
    after = rebuild(kept, march.space, seed=march.seed, members=march.members, span=march.span)
    both = [unit for unit in march.tracks if unit in after.tracks]
    result = explanations.Without(
        march=after,
        removed=removed,
        words="",
        moved=joined([_moved(march, after, unit) for unit in both], explanations.MOVED),
        roads=joined([_roads(march, after, unit) for unit in both], explanations.ROADS_CHANGED),
        verdicts=_verdicts(march, after),
    )
    gone = [unit for unit in march.tracks if unit not in after.tracks]
    whose = f" ({origin})" if origin else f" ({listed(removed)})" if len(removed) <= 4 else ""
    return replace(result, words=without_words(result, both, gone, whose=whose, zone=shown_in))


def _rows(march: "March", report_ids: list[str], origin: str | None) -> list[int]:
    """Rows of the reports that are meant, in the order of the table."""
    if not report_ids and origin is None:
        raise ValueError("nothing is named; give report_ids, or an origin")
    ids, origins = march.reports["report_id"].tolist(), march.reports["origin"].map(text)
    wrong = []
    if unknown := [str(name) for name in report_ids if name not in ids]:
        wrong.append(f"no report {near_matches(unknown, ids)}")
    if origin is not None and not (origins == origin).any():
        wrong.append(f"no report of the origin {near_matches([str(origin)], sorted({*origins} - {''}))}")
    if wrong:
        raise UnknownReport(f"the march has {listed(wrong)}; what it has stands in reports")
    meant = np.isin(ids, report_ids) | (origins == origin).to_numpy(bool)
    return [int(row) for row in np.flatnonzero(meant)]


def _moved(march: "March", after: "March", unit: str) -> gpd.GeoDataFrame:
    track, other = march.tracks[unit], after.tracks[unit]
    return moved(unit, track, other, hours(track, other))


def _roads(march: "March", after: "March", unit: str) -> gpd.GeoDataFrame:
    track, other = march.tracks[unit], after.tracks[unit]
    changed = changes(track, other, (track.known_from, track.known_until))
    names = road_names(march.roads, march.places, changed.index.to_numpy(np.int64))
    return roads_changed(unit, changed, march.roads, names)


def _verdicts(march: "March", after: "March") -> gpd.GeoDataFrame:
    """The reports that stay and are judged otherwise; the probabilities that changed most first."""
    names = ["verdict", "p_true"]
    new = after.verdicts.set_index("report_id")[names].add_suffix("_without")
    told = march.verdicts.set_index("report_id").join(new, how="inner")
    told = told[told["verdict"] != told["verdict_without"]].reset_index()
    by = (told["p_true"].fillna(0.5) - told["p_true_without"].fillna(0.5)).abs()
    told = told.loc[by.sort_values(ascending=False, kind="stable").index]
    return tables.table({name: told[name] for name in explanations.VERDICTS_CHANGED}, explanations.VERDICTS_CHANGED)
