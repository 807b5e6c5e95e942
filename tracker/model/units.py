"""The units that reports name."""

import pandas as pd

TOGETHER = " + "
"""Between the names of units that a report saw drive together."""


def names_of(unit: object) -> list[str]:
    """The units that a report's `unit` names: none, one, or several that drove together."""
    if unit is None or pd.isna(unit):  # type: ignore[call-overload]
        return []
    parts = (part.strip() for part in str(unit).split(TOGETHER))
    return list(dict.fromkeys(part for part in parts if part))
