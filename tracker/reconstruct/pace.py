"""How a column drives: a pace that persists, halts that last, and now and then a long stay.

The pace is a share of the road's free speed: six levels up to a sixth beyond it, for columns overstep the limits that
a map knows, and nothing is ever faster than that. It drifts between neighbouring levels with a memory of about half an
hour (a pace drawn anew each minute would average out and make every estimate too sure), stops for a short halt about
every two and a half hours, and sometimes stays for hours: the heavy slow tail.
"""

import numpy as np
from numpy.typing import NDArray

LEVELS = 6
"""Moving paces: k / LEVELS of the fastest, k = 1..LEVELS."""

FASTEST = 7 / 6
"""The fastest pace, as a share of the free speed."""

USUAL = np.array([0.002, 0.075, 0.47, 0.385, 0.062, 0.006])
"""How often each moving pace is driven in the long run; mean 0.67 of the free speed, standard deviation 0.15."""

DRIFT_H = 2.3
"""Changes to a likelier neighbouring pace per hour: with the levels above a memory of about half an hour."""

HALT_H, HALT_END_H = 0.4, 1.6
"""Halts begun per hour of driving, and ended per hour of halting (mean 38 min)."""

STAY_H, STAY_END_H = 0.01, 0.16
"""Long stays begun per hour of driving or halting, and ended per hour of staying (mean 6 h)."""

MODES = LEVELS + 2
"""A short halt, the moving paces, and a long stay."""

HALT, STAY = 0, LEVELS + 1
"""Mode numbers of the two ways of standing still; 1..LEVELS are the moving paces."""

PACE = np.array([0, *range(1, LEVELS + 1), 0], np.int32)
"""Cells moved in a step, by mode."""

TURN_H = 0.05
"""Turning back begun per hour of standing still."""


def mixing(step_s: float) -> NDArray[np.float32]:
    """Probability of each mode after a step, by the mode before: ``(8, 8)``, rows sum to 1."""
    rate = np.zeros((MODES, MODES))
    for k in range(1, LEVELS + 1):
        for other in (k - 1, k + 1):
            if 1 <= other <= LEVELS:
                rate[k, other] = DRIFT_H * min(1.0, USUAL[other - 1] / USUAL[k - 1])
        rate[k, HALT] = HALT_H
        rate[k, STAY] = STAY_H
        rate[HALT, k] = HALT_END_H * USUAL[k - 1]
        rate[STAY, k] = STAY_END_H * USUAL[k - 1]
    rate[HALT, STAY] = STAY_H
    np.fill_diagonal(rate, -rate.sum(axis=1))
    # A step is far shorter than any of these times: one Euler step keeps the matrix sparse, and so the filter fast.
    return (np.eye(MODES) + rate * step_s / 3600).astype(np.float32)


def at_rest() -> NDArray[np.float32]:
    """How probable each mode is when nothing is known: ``(8,)``, sums to 1."""
    return np.concatenate([[0.2], 0.7 * USUAL, [0.1]]).astype(np.float32)
