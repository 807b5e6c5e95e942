"""How a new report fits a march, before it is added."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracker.model import explanations, tables
from tracker.reconstruct.agreement import agreement
from tracker.reconstruct.belief import prior
from tracker.reconstruct.belonging import limited
from tracker.reconstruct.claims import read_claims
from tracker.reconstruct.ensemble import STEP_S
from tracker.reconstruct.explaining.conflicts import Claim, conflicts
from tracker.reconstruct.explaining.given import read_given
from tracker.reconstruct.explaining.paragraphs import alibi_words
from tracker.reconstruct.explaining.saying import zone_of
from tracker.reconstruct.verdicts import SURE, Judged

if TYPE_CHECKING:
    from tracker.reconstruct.march import March

Floats = NDArray[np.float64]

LIKELY, LITTLE = 0.5, 0.01
"""From the one probability on a report supports a track; below the other it is of no column in particular."""

_AWAY = "its track does not come there at the time"


def check_report(report: Mapping[str, Any] | pd.DataFrame, march: "March", *, zone: str = "UTC") -> explanations.Alibi:
    """How a new report fits a march, before it is added: its probability, and the reports that it conflicts with.

    Parameters
    ----------
    report : one report, as a mapping or a table with one row: lon, lat (degrees) or geometry (Point), radius_m,
        earliest, latest (timezone-aware; latest may be left out), and if known kind (a sighting by default), unit,
        reliability, credibility, time_basis, report_id; further columns of a reports table are not looked at
    march : what `reconstruct` returned
    zone : zone of the times in words

    Returns
    -------
    Alibi: with a unit, the probability as its verdict would have it; without one, which column it may speak of.

    Raises
    ------
    BadReport
        With every fault of the report.
    BadTime
        There is no such zone.

    Notes
    -----
    The histories know nothing of the new report, so Bayes' rule with its mean odds over them gives what drawing them
    again with it would give. A report without a unit is taken to speak of each column alike before its place and time
    are looked at; one that is a rumour by its grade stays as improbable as that.
    """
    shown_in = zone_of(zone)
    told = read_given(report, march)
    claim = Claim(**{name: told[name] for name in ("kind", "lon", "lat", "radius_m", "earliest", "latest")})
    named = [one for one in march.judged if told["unit"] in (None, one.unit)]
    voices = [voice for voice in march.voices if told["unit"] in (None, voice.unit)]
    most = _most(told)
    found = conflicts(march, claim, voices)
    odds = _odds(march, told, named)
    could = _could_be({unit: float(values.mean()) for unit, values in odds.items()}, found, most)
    mean, factor = _mean(odds)
    p = min(_as_share(mean), most)
    result = explanations.Alibi(
        report_id=told["report_id"],
        unit=told["unit"],
        p_true=p,
        p_range=(min(_as_share(mean / factor), most), min(_as_share(mean * factor), most)),
        verdict=_verdict(p, found, odds),
        words="",
        conflicts=found,
        could_be=could,
    )
    return replace(result, words=alibi_words(result, told, march, shown_in))


def _odds(march: "March", told: Mapping[str, Any], units: list[Judged]) -> dict[str, Floats]:
    """Odds that the report is true of each unit, by history; NaN outside of the time that they answer for."""
    start, end = march.span
    if told["latest"] < start or told["earliest"] > end:
        return {one.unit: np.full(one.agreed.shape[1], np.nan) for one in units}
    row = _row(told, march)
    space = march.drives.space
    claims = read_claims(row, np.zeros(1, np.int32), space, start=start, step_s=STEP_S)
    found = {}
    for one in units:
        agreed = agreement(claims, one.ensemble, len(space.lon))[0]
        found[one.unit] = agreed / np.maximum(1 - agreed, 1e-12)
    return found


def _row(told: Mapping[str, Any], march: "March") -> gpd.GeoDataFrame:
    """The report as a table; made by hand, for `tables.table` takes longer than all the rest."""
    columns = pd.DataFrame([{name: told.get(name) for name in tables.REPORTS if name != "geometry"}])
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(told["lon"], told["lat"])], crs=march.told.crs)


def _mean(odds: Mapping[str, Floats]) -> tuple[float, float]:
    """Odds that a report is true of one of the units, each as likely as the next to be meant, and the factor within
    which they are known: the fewer histories carry them, the larger it is."""
    if not odds:
        return np.nan, np.nan
    values = np.concatenate(list(odds.values()))
    carrying = max(values.sum() ** 2 / max((values**2).sum(), 1e-300), 1.0)
    return float(np.mean([each.mean() for each in odds.values()])), float(np.exp(2 / np.sqrt(carrying)))


def _most(told: Mapping[str, Any]) -> float:
    """The highest probability that the report can have: that of its grade alone for a rumour that names no unit."""
    grade = (pd.Series([told[name]], dtype=object) for name in ("reliability", "credibility"))
    return float(limited(np.ones(1), prior(*grade))[0]) if told["unit"] is None else 1.0


def _as_share(odds: float) -> float:
    """Odds as a probability."""
    return odds / (1 + odds)


def _could_be(odds: Mapping[str, float], found: gpd.GeoDataFrame, most: float) -> pd.DataFrame:
    """Each column's share of the belief in the report, and what is left for none of them."""
    each = {unit: value / max(len(odds), 1) for unit, value in odds.items()}
    every = sum(each.values())
    p = min(_as_share(every), most)
    rows = sorted(((unit, value * p / max(every, 1e-300)) for unit, value in each.items()), key=lambda row: -row[1])
    believed = [(unit, words) for unit, p, words in zip(found["unit"], found["p_true"], found["words"], strict=True)
                if p >= LIKELY]  # fmt: skip
    against = {unit: [words for other, words in believed if other == unit] for unit in each}
    words = [
        next(iter(against[unit]), _AWAY if share < LITTLE else "nothing speaks against it") for unit, share in rows
    ]
    columns = {
        "unit": [*(unit for unit, _ in rows), None],
        "probability": [*(share for _, share in rows), 1 - p],
        "conflicts": [*(len(against[unit]) for unit, _ in rows), 0],
        "words": [*words, "false, or of a column that no report names"],
    }
    return explanations.frame(columns, explanations.COULD_BE)


def _verdict(p: float, found: gpd.GeoDataFrame, units: Collection[str]) -> str:
    if np.isnan(p):
        return "unused"
    if p >= LIKELY:
        return "supports"
    sure = set(found["unit"][found["p_true"] >= SURE])
    return "impossible" if units and sure >= set(units) else "doubtful"
