"""How well each report agrees with each history."""

import numpy as np
from numpy.typing import NDArray

from tracker.reconstruct.claims import Claims
from tracker.reconstruct.ensemble import TURN_EVERY, Ensemble
from tracker.reconstruct.pace import LEVELS
from tracker.reconstruct.terms import ABSENCE, PASSING, TURNAROUND

Floats = NDArray[np.float64]


def agreement(claims: Claims, ensemble: Ensemble, cells: int) -> Floats:
    """Probability that each claim is true, if a history is what happened: ``(claims, histories)``.

    Bayes' rule with the whole interval: the moment of a sighting may be any of its steps. Steps outside of the
    ensemble's own count as not seen.
    """
    steps, histories = ensemble.cells.shape
    result = np.zeros((len(claims.rows), histories))
    value = np.zeros((cells, LEVELS + 1))
    for k in range(len(claims.rows)):
        at = slice(claims.ptr[k], claims.ptr[k + 1])
        begin = min(max(claims.first[k] - ensemble.first, 0), steps)
        end = min(max(claims.last[k] + 1 - ensemble.first, 0), steps)
        value[claims.cell[at]] = claims.value[at]
        if claims.kind[k] == TURNAROUND:
            # Unreported turns fall on every few steps: whoever turned at the nearest of them may have turned then.
            wide = max(0, TURN_EVERY - (end - begin - 1))
            begin, end = max(begin - wide // 2, 0), min(end + wide - wide // 2, steps)
            turned = ensemble.turned[begin + 1 : end].astype(bool)
            before = ensemble.cells[begin : max(end - 1, begin)]
            seen = (value[before, 0] * turned).sum(axis=0)
        else:
            each = value[ensemble.cells[begin:end], ensemble.pace[begin:end]]
            seen = 1 - np.prod(1 - each, axis=0) if claims.kind[k] == PASSING else each.sum(axis=0)
        value[claims.cell[at]] = 0
        if claims.kind[k] == ABSENCE:
            result[k] = np.where(seen > 0, 0.0, claims.believed[k])
        else:
            result[k] = claims.gain[k] * seen / (1 + claims.gain[k] * seen)
    return result


def nearest_m(claims: Claims, ensemble: Ensemble, xyz: Floats, claim: int) -> float:
    """Metres to a claim's place of the history that comes nearest to it (of twenty, the best) within its interval."""
    steps = len(ensemble.cells)
    begin = min(max(claims.first[claim] - ensemble.first, 0), steps - 1)
    end = min(max(claims.last[claim] + 1 - ensemble.first, begin + 1), steps)
    away = np.linalg.norm(xyz[ensemble.cells[begin:end]] - claims.centre[claim], axis=2).min(axis=0)
    return float(np.quantile(away, 0.05))
