"""How far a report is believed before anything else is known: the Admiralty grade as a probability.

The NATO system (AJP-2.1) grades the source A-F and the information 1-6. F and 6 mean "cannot be judged": they leave
the belief where it would be without a grade. Evidence adds up on the log-odds scale:

    log-odds(true) = 0.6 + source + information

    source       A +1.5   B +0.9   C +0.3   D -0.5   E -1.5   F 0
    information  1 +2.0   2 +1.3   3 +0.4   4 -0.8   5 -2.8   6 0

so A1 is true with 98 %, B2 94 %, C3 79 %, D4 33 %, E5 2 % and F6, of which nothing is known, with 65 %.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNGRADED = 0.6
SOURCE = {"A": 1.5, "B": 0.9, "C": 0.3, "D": -0.5, "E": -1.5, "F": 0.0}
INFORMATION = {1: 2.0, 2: 1.3, 3: 0.4, 4: -0.8, 5: -2.8, 6: 0.0}

CLUTTER_KM2 = 50_000.0
"""A false claim is taken to name any place within an area of this size (a circle of 126 km)."""


def prior(reliability: pd.Series, credibility: pd.Series) -> NDArray[np.float64]:
    """Probability that each report is true, by its grade alone: ``(n,)``; a missing grade counts as F or 6."""
    source = reliability.map(SOURCE).fillna(0.0).to_numpy(float)
    information = credibility.map(INFORMATION).astype(float).fillna(0.0).to_numpy(float)
    return np.asarray(1 / (1 + np.exp(-(UNGRADED + source + information))))
