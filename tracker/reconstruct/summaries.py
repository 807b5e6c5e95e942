"""What an ensemble says in sum: which roads, which distinct routes, when."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import History, tables
from tracker.roads import RoadNetwork

Floats = NDArray[np.float64]

SAME_ROUTE = 0.9
"""Two histories took the same route if they share this part of their roads' total length."""


def roads_used(
    network: RoadNetwork, members: Sequence[History], *, start: pd.Timestamp, window: tuple[float, float]
) -> gpd.GeoDataFrame:
    """The edges that histories of equal weight drove on: `Track.edges`.

    Parameters
    ----------
    network : roads
    members : histories
    start : the track's start
    window : seconds after the start between which driving counts
    """
    edges, times = [], []
    for history in members:
        middle = (history.path.leg_start[:-1] + history.path.leg_start[1:]) / 2
        reached = np.interp(np.array(window), history.seconds, history.metres)
        driven = (middle >= reached[0]) & (middle <= reached[1])
        when = history.time_at(middle[driven])
        edge, first = np.unique(history.path.edges[driven], return_index=True)
        edges.append(edge)
        times.append(when[first])
    edge, time = np.concatenate(edges), np.concatenate(times)
    order = np.lexsort((time, edge))
    edge, time = edge[order], time[order]
    number, begin, count = np.unique(edge, return_index=True, return_counts=True)
    quantiles = {
        name: start
        + pd.to_timedelta(np.rint(time[begin + np.minimum((share * count).astype(int), count - 1)]), unit="s")
        for name, share in (("t05", 0.05), ("t50", 0.5), ("t95", 0.95))
    }
    table = network.table.iloc[number]
    columns = {"road": table["road"], "probability": count / len(members), "geometry": table.geometry, **quantiles}
    return tables.table(columns, tables.EDGES).set_axis(number)


def distinct_routes(
    network: RoadNetwork,
    members: Sequence[History],
    *,
    window: tuple[float, float],
    report_ids: Sequence[str],
    agreement: Floats,
) -> gpd.GeoDataFrame:
    """Histories of equal weight gathered by the roads that they took: `Track.routes`.

    Parameters
    ----------
    network : roads
    members : histories
    window : seconds after the start between which driving counts
    report_ids : reports that speak of the unit
    agreement : (reports, histories) probability that each report is true if that history is
    """
    length = np.asarray(network.length_m, float)
    kinds: list[tuple[NDArray[np.int64], list[int]]] = []
    for number, history in enumerate(members):
        reached = np.interp(np.array(window), history.seconds, history.metres)
        on = (history.path.leg_start[1:] > reached[0]) & (history.path.leg_start[:-1] < reached[1])
        edges = np.unique(history.path.edges[on])
        for known, group in kinds:
            shared = length[np.intersect1d(known, edges, assume_unique=True)].sum()
            if shared >= SAME_ROUTE * (length[known].sum() + length[edges].sum() - shared):
                group.append(number)
                break
        else:
            kinds.append((edges, [number]))
    rows = []
    for _, group in sorted(kinds, key=lambda kind: (-len(kind[1]), kind[1][0])):
        agreed = agreement[:, group].mean(axis=1)
        history = members[group[0]]
        reached = np.interp(np.array(window), history.seconds, history.metres)
        rows.append(
            {
                "weight": len(group) / len(members),
                "length_m": float(reached[1] - reached[0]),
                "supporting": tuple(r for r, p in zip(report_ids, agreed, strict=True) if p >= 0.5),
                "conflicting": tuple(r for r, p in zip(report_ids, agreed, strict=True) if p < 0.5),
                "geometry": shapely.simplify(history.path.between(*reached), 0.0002),
            }
        )
    return tables.table({name: [row[name] for row in rows] for name in tables.ROUTES}, tables.ROUTES)
