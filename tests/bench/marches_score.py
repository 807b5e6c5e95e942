"""How good an answer is: how often a share of the probability holds the truth, and which false claims were found."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from tests.bench.marches_one import EVERY_MIN, Answer

LEVELS = tuple(round(0.1 * tenth, 1) for tenth in range(1, 10))
NEAR_KM = 0.25
"""What `score_march` takes for the same place on the way."""
PLAYS, PLAY_EVERY = 4, 4
"""Histories of each march that play the truth in turn, and of how many asked times they are asked at one."""
FAR = 3
"""Radii from the truth beyond which physics can tell that a claim is false."""


def asked(march: dict[str, Any], reports: list[dict[str, Any]]) -> np.ndarray:
    """(n,) minutes, every five, between the middles of the first and of the last interval, where the truth is known."""
    first, last = window(march, reports)
    minute = np.array([row[0] for row in march["truth"]])
    return minute[(minute >= max(first, 0)) & (minute <= last) & (minute % EVERY_MIN == 0)]


def window(march: dict[str, Any], reports: list[dict[str, Any]]) -> tuple[float, float]:
    """Minutes of the first and of the last middle of an interval."""
    middle = np.mean([minutes_of(march, reports, name) for name in ("earliest", "latest")], axis=0)
    return float(middle.min()), float(middle.max())


def minutes_of(march: dict[str, Any], reports: list[dict[str, Any]], name: str) -> np.ndarray:
    """(reports,) minutes after the march's beginning of a column of times."""
    times = pd.to_datetime([row[name] for row in reports], utc=True, format="ISO8601")
    return np.asarray((times - pd.Timestamp(march["t0"])) / pd.Timedelta(minutes=1), float)


def scored(march: dict[str, Any], answer: Answer, score: Any) -> dict[str, Any]:
    """Error and energy score in km, coverage, and the shares of the truth within each level's middle part."""
    truth = np.array(march["truth"])
    lat0 = float(truth[:, 2].mean())
    path = score.xy_km(truth[:, 1], truth[:, 2], lat0)
    times = asked(march, march["reports"])
    points = _ensemble(answer, times, score, lat0)
    return _against(path, path[np.isin(truth[:, 0], times)], points, answer.weights, score)


def as_if_right(march: dict[str, Any], answer: Answer, score: Any) -> Iterator[dict[str, Any]]:
    """The same figures, of histories taken out of the ensemble that play the truth: what an ensemble gets that is
    perfectly calibrated, with all that the score's tolerance and its map along the way do to it."""
    lat0 = float(np.mean([row[2] for row in march["truth"]]))
    times = asked(march, march["reports"])[::PLAY_EVERY]
    points = _ensemble(answer, times, score, lat0)
    members = len(answer.weights)
    for member in np.linspace(0, members, PLAYS, endpoint=False).astype(int):
        others = np.arange(members) != member
        path = score.xy_km(answer.lon[:, member], answer.lat[:, member], lat0)
        want = path[np.isin(answer.minutes, times)]
        yield _against(path, want, points[:, others], answer.weights[others], score)


def _ensemble(answer: Answer, times: np.ndarray, score: Any, lat0: float) -> np.ndarray:
    """(asked, members, 2) km."""
    at = np.isin(answer.minutes, times)
    points = score.xy_km(answer.lon[at].ravel(), answer.lat[at].ravel(), lat0)
    return np.asarray(points).reshape(len(times), -1, 2)


def _against(path: np.ndarray, want: np.ndarray, points: np.ndarray, weights: np.ndarray, score: Any) -> dict[str, Any]:
    with _chainages(score) as found:
        error, in90, in50, energy = score.score_one((path, want), [(each, weights) for each in points])
    members, here = np.array(found[::2]), np.array(found[1::2])
    share = weights / weights.sum()
    below, upto = (members < here - NEAR_KM) @ share, (members <= here + NEAR_KM) @ share
    inside = {level: float(((upto > (1 - level) / 2) & (below < (1 + level) / 2)).mean()) for level in LEVELS}
    if not np.isclose([inside[0.9], inside[0.5]], [in90.mean(), in50.mean()], atol=0.02).all():
        raise ValueError("the ranks here are not those of score_march.py any more")
    return {"error": error.mean(), "energy": energy.mean(), "in90": in90.mean(), "in50": in50.mean(), "inside": inside}


@contextmanager
def _chainages(score: Any) -> Iterator[list[np.ndarray]]:
    """What the score finds meanwhile along the true way: by turns for the members and for the truth."""
    found: list[np.ndarray] = []
    along = score.along

    def remember(*asked: Any) -> np.ndarray:
        found.append(along(*asked))
        return found[-1]

    score.along = remember
    try:
        yield found
    finally:
        score.along = along


def false_claims(march: dict[str, Any], doubted: np.ndarray, score: Any) -> dict[str, int]:
    """Counts of false claims, of reports doubted and of both; in all, and without the false claims that lie within 3
    radii of where the march was at any moment of their interval."""
    false = np.array([row["false"] for row in march["reports"]], bool)
    clear = ~false | (radii_off(march, score) > FAR)
    counts = {}
    for name, rows in (("all", np.ones(len(false), bool)), ("far", clear)):
        counts[f"false {name}"] = int((false & rows).sum())
        counts[f"found {name}"] = int((doubted & rows).sum())
        counts[f"hit {name}"] = int((doubted & false & rows).sum())
    return counts


def radii_off(march: dict[str, Any], score: Any) -> np.ndarray:
    """(reports,) least distance of each place from the truth in its interval, in radii of the report."""
    truth, reports = np.array(march["truth"]), march["reports"]
    lat0 = float(truth[:, 2].mean())
    path = score.xy_km(truth[:, 1], truth[:, 2], lat0)
    place = score.xy_km([row["lon"] for row in reports], [row["lat"] for row in reports], lat0)
    bounds = np.stack([minutes_of(march, reports, name) for name in ("earliest", "latest")])
    low, high = np.clip([np.floor(bounds[0]), np.ceil(bounds[1])], 0, len(path) - 1).astype(int)
    away = [np.sqrt(((path[a : b + 1] - p) ** 2).sum(axis=1)).min() for a, b, p in zip(low, high, place, strict=True)]
    return np.array(away) * 1000 / np.array([row["radius_m"] for row in reports])
