"""A growing list of faults of one table: from masks over rows to faults that name row, column, value and remedy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.model import Fault

Mask = NDArray[np.bool_]
Words = tuple[str, str]
"""Problem and remedy."""

_SHOWN = 60


def shortened(value: str) -> str:
    """A cell's text short enough for a message, at most 60 characters."""
    return value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found wrong so far."""

    file: str
    """The file's name."""
    rows: pd.Index
    """Line of the file, or position, of each row of the table."""
    faults: list[Fault] = field(default_factory=list)
    """The faults, in the order of the checks."""

    def note(self, mask: Mask, column: str, text: "pd.Series[str]", words: Words | Callable[[str], Words]) -> None:
        """Add a fault for each row of the mask; ``words`` are its problem and remedy, or make them from the cell."""
        for position in np.flatnonzero(mask).tolist():
            value = str(text.iat[position])
            problem, remedy = words(value) if callable(words) else words
            self.faults.append(
                Fault(
                    file=self.file,
                    row=int(self.rows[position]),
                    column=column,
                    value=shortened(value),
                    problem=problem,
                    remedy=remedy,
                )
            )


def faults_table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Faults as a table, for a dry run: one row each, in the order given.

    Returns
    -------
    DataFrame with the columns file, row (Int64, NA for the whole file), column (NA for the whole row), value, problem
    and remedy; without faults it has no rows.

    Examples
    --------
    >>> from tracker.model import Fault
    >>> fault = Fault(file="a.csv", row=2, column="lat", value="95", problem="is out of -90 to 90", remedy="check it")
    >>> faults_table([fault])[["row", "column", "problem"]].values.tolist()
    [[2, 'lat', 'is out of -90 to 90']]
    """
    held = list(faults)
    columns = ("file", "row", "column", "value", "problem", "remedy")
    table = pd.DataFrame({name: [getattr(fault, name) for fault in held] for name in columns}, dtype=object)
    return table.astype({name: "Int64" if name == "row" else "str" for name in columns})
