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
    reached = [np.interp(np.array(window), history.seconds, history.metres) for history in members]
    shared = _shared_m(network, members, reached)
    whole = shared.diagonal()
    same = shared >= SAME_ROUTE * (whole[:, None] + whole - shared)
    kinds: dict[int, list[int]] = {}
    for number in range(len(members)):
        # Of the kinds so far, each known by its first history, the first that this one resembles; else a new one.
        kind = next((first for first in kinds if same[first, number]), number)
        kinds.setdefault(kind, []).append(number)
    rows = []
    for first, group in sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])):
        agreed = agreement[:, group].mean(axis=1)
        begin, end = map(float, reached[first])
        rows.append(
            {
                "weight": len(group) / len(members),
                "length_m": end - begin,
                "supporting": tuple(r for r, p in zip(report_ids, agreed, strict=True) if p >= 0.5),
                "conflicting": tuple(r for r, p in zip(report_ids, agreed, strict=True) if p < 0.5),
                "geometry": members[first].path.between(begin, end),
            }
        )
    columns = {name: [row[name] for row in rows] for name in tables.ROUTES}
    return tables.table({**columns, "geometry": shapely.simplify(columns["geometry"], 0.0002)}, tables.ROUTES)


def _shared_m(network: RoadNetwork, members: Sequence[History], reached: Sequence[Floats]) -> Floats:
    """(members, members) metres of road that each two histories both drove, between the metres that each reached."""
    driven = []
    for history, (begin, end) in zip(members, reached, strict=True):
        on = (history.path.leg_start[1:] > begin) & (history.path.leg_start[:-1] < end)
        driven.append(history.path.edges[on])
    edge, column = np.unique(np.concatenate(driven), return_inverse=True)
    drove = np.zeros((len(members), len(edge)))
    drove[np.repeat(np.arange(len(members)), [len(edges) for edges in driven]), column] = 1
    return np.asarray((drove * np.asarray(network.length_m, float)[edge]) @ drove.T)
