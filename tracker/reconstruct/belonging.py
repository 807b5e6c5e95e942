"""Whose a report is: one that names no unit speaks of one of them or of none, one that names several of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.reconstruct.agreement import agreement
from tracker.reconstruct.claims import Claims
from tracker.reconstruct.ensemble import Ensemble

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

TELLING = 0.2
"""A report without a unit is put among a unit's if it moves this share of the probability from some histories to
others: never more than the probability that it speaks of that unit, and little where all histories agree with it, or
where its circle is wide. Drawing again for less would take long and move nothing that can be seen."""

BEYOND_S = 3 * 3600.0
"""So long before the first and after the last report that names a unit, others may still speak of it; farther off,
nobody says that there was such a unit."""

RUMOUR = 0.5
"""A report believed less by its grade alone moves no track unless it names whose, and its grade stays the limit: that
some column was near does not make a rumour true."""

CARRIED = 0.3
"""Histories are drawn again if the reports leave the weight to fewer than this share of them (Kish's effective number),
else chosen by weight, which takes no time: of 200, at least 60 then bear the answer."""

_LEAST = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Belonging:
    """What the reports without a unit may speak of."""

    claims: Claims
    """The reports, each believed as its grade says."""
    units: tuple[str, ...]
    """The units that have a track."""
    odds: Floats
    """(claims, units) odds that a report is true of a unit against none, if every unit is as likely to be meant."""
    moved: Floats
    """(claims, units) share of the probability that a report moves from some histories of a unit to others."""

    @property
    def shares(self) -> Floats:
        """(claims, units) probability that a report speaks of a unit; what is left of 1, that it speaks of none."""
        every = self.odds.sum(axis=1)
        p = limited(every / (1 + every), self.claims.believed)
        return np.asarray(self.odds * (p / np.maximum(every, _LEAST))[:, None])

    def told(self, unit: str, first: float, last: float) -> tuple[Ints, Floats]:
        """The rows of the reports that are to be put among a unit's, and how far to believe each before looking.

        The unit's own histories have no say in that belief, for they are about to be weighed by it; the others' have.
        Only reports that may be of between a first and a last step count.
        """
        u = self.units.index(unit)
        telling = (self.moved[:, u] >= TELLING) & (self.claims.believed >= RUMOUR)
        telling &= (self.claims.last >= first) & (self.claims.first <= last)
        odds = _before(self.claims, len(self.units)) / self._others(u)
        return self.claims.rows[telling], (odds / (1 + odds))[telling]

    def of(self, row: int) -> list[tuple[str, float]]:
        """The units that the report of a row may speak of with their probabilities, the likeliest first."""
        shares = self.shares[int(np.flatnonzero(self.claims.rows == row)[0])]
        return sorted(zip(self.units, shares.tolist(), strict=True), key=lambda entry: (-entry[1], entry[0]))

    def again(self, told: Mapping[str, tuple[Claims, Ensemble, Floats]], cells: int) -> "Belonging":
        """The same reports held against tracks that are drawn with them.

        Parameters
        ----------
        told : claims, ensemble and agreement of each unit that was drawn again
        cells : number of road cells
        """
        odds = self.odds.copy()
        for unit, (claims, ensemble, agreed) in told.items():
            u = self.units.index(unit)
            odds[:, u] = _odds(self.claims, ensemble, cells).mean(axis=1) / len(self.units)
            # Those among its claims have a say in its histories: they are held against those in which they had none.
            k, at = np.nonzero(self.claims.rows[:, None] == claims.rows)
            p = agreed[at].mean(axis=1)
            odds[k, u] = p / np.maximum(1 - p, _LEAST) * self._others(u)[k]
        return Belonging(claims=self.claims, units=self.units, odds=odds, moved=self.moved)

    def _others(self, u: int) -> Floats:
        """(claims,) weight of all that a report may mean but the unit, against 1 for none."""
        return np.asarray(1 + np.delete(self.odds, u, axis=1).sum(axis=1))


def belonging(claims: Claims, ensembles: Mapping[str, Ensemble], cells: int) -> Belonging:
    """What reports without a unit may speak of, by histories that know nothing of them.

    Parameters
    ----------
    claims : the reports, as `read_claims` reads them
    ensembles : of every unit with a track
    cells : number of road cells
    """
    odds = [_odds(claims, ensemble, cells) / len(ensembles) for ensemble in ensembles.values()]
    mean = np.stack([each.mean(axis=1) for each in odds], axis=1)
    everything = 1 + mean.sum(axis=1)
    # A history's weight with the report is what it may be of the others, or of none, and what it may be of this one.
    moved = [np.abs(each - each.mean(axis=1, keepdims=True)).mean(axis=1) / 2 / everything for each in odds]
    return Belonging(claims=claims, units=tuple(ensembles), odds=mean, moved=np.stack(moved, axis=1))


def chosen(agreed: Floats) -> Ints | None:
    """The histories, some of them several times, that stand for all with reports which they were drawn without; None
    if too few would carry the weight.

    Parameters
    ----------
    agreed : (reports, histories) probability of each report, given each history
    """
    # In logarithms: a hundred reports that agree would pass what 64 bits hold.
    worth = -np.log(np.maximum(1 - agreed, _LEAST)).sum(axis=0)
    weight = np.exp(worth - worth.max())
    weight /= weight.sum()
    if 1 / (weight**2).sum() < CARRIED * len(weight):
        return None
    even = (np.arange(len(weight)) + 0.5) / len(weight)
    return np.minimum(np.searchsorted(np.cumsum(weight), even), len(weight) - 1).astype(np.int32)


def limited(p: Floats, believed: Floats) -> Floats:
    """Probability of reports that name no unit: that of a rumour is no more than by its grade alone."""
    return np.where(believed < RUMOUR, np.minimum(p, believed), p)


def without_unit(reports: gpd.GeoDataFrame, repeats: "pd.Series[str]") -> Ints:
    """Rows of the placed sightings and turnarounds that name no unit and repeat no other."""
    placed = reports.geometry.notna() & ~reports.geometry.is_empty & reports["radius_m"].notna()
    silent = placed & reports["unit"].isna() & reports["kind"].isin(["sighting", "turnaround"])
    return np.flatnonzero(silent.to_numpy(bool) & repeats.isna().to_numpy(bool)).astype(np.int32)


def said(shares: Sequence[tuple[str, float]]) -> str:
    """ "main column (83%), Rostov group (12%)": the units that a report may speak of; those above 1 %."""
    return ", ".join(f"{unit} ({share:.0%})" for unit, share in shares if share >= 0.01)


def _before(claims: Claims, units: int) -> Floats:
    """(claims,) odds that a report is true of one certain unit, before anything else is known."""
    return np.asarray(claims.believed / (1 - claims.believed) / units)


def _odds(claims: Claims, ensemble: Ensemble, cells: int) -> Floats:
    """(claims, histories) odds of each report, were it known to speak of the ensemble's unit."""
    agreed = agreement(claims, ensemble, cells)
    return np.asarray(agreed / np.maximum(1 - agreed, _LEAST))
