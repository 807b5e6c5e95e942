"""Cells to values: ISO 8601 times and plain numbers out of columns of text, and words for the cells that are neither.

Whole columns are converted at once; a cell is looked at alone only when it is wrong.
"""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ZONE = r"([Zz]|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_TIME = rf"^{_DATE}[Tt ]{_CLOCK}{_ZONE}$"
_NUMBER = r"^[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?$"


def text_of(column: "pd.Series[str]") -> "pd.Series[str]":
    """A column as text, absent values as empty text; values that are not text are written out."""
    if not isinstance(column.dtype, pd.StringDtype):
        column = column.where(column.isna(), column.astype(str))
    return column.astype("str").fillna("")


def times(text: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Moments of ISO 8601 text with an offset or Z: datetime64[us, UTC], NaT where the text is anything else.

    Digits beyond the microsecond are dropped.
    """
    bare = text.str.strip()
    good = bare.str.match(_TIME)
    if not good.all():
        bare = bare.where(good)
    moments = pd.to_datetime(bare, format="ISO8601", utc=True, errors="coerce")
    small = (good & moments.isna()).to_numpy(bool)
    if small.any():  # pandas does not know t and z in small letters, which the standard allows
        again = pd.to_datetime(bare[small].str.upper(), format="ISO8601", utc=True, errors="coerce")
        moments = moments.dt.as_unit("us")
        moments[small] = again.dt.as_unit("us")
    return moments.dt.as_unit("us")


def numbers(text: "pd.Series[str]") -> NDArray[np.float64]:
    """Numbers of plain decimal text, float64: NaN where the text is anything else, infinite where it is too large."""
    bare = text.str.strip()
    good = bare.str.match(_NUMBER)
    if not good.all():
        bare = bare.where(good, "nan")
    return np.asarray(bare.to_numpy(object), dtype=float)


def number_problem(text: str) -> tuple[str, str]:
    """Problem and remedy of a text that is not a finite number."""
    text = text.strip()
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        return "has a decimal comma", f"write {text.replace(',', '.')}"
    if text.lower().strip("+-") in ("nan", "inf", "infinity", "na", "none", "null", "n/a"):
        return "is not a finite number", "leave the cell empty if it is not known"
    if re.search(r"[°'\"′″]", text):
        return "is in degrees and minutes", "write decimal degrees, as in 39.71"
    return "is not a finite number", "write a plain number, as in 39.71"


def radius_problem(text: str) -> tuple[str, str]:
    """Problem and remedy of a radius that is not a finite number: "6 km" is written out in metres."""
    said = re.fullmatch(
        r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*(km|км|kilomet(?:re|er)s?|m|м|met(?:re|er)s?)\.?", text.strip().lower()
    )
    if said is None:
        return number_problem(text)
    unit = 1000 if said[2][0] in "kк" else 1
    return "has a unit", f"write metres without a unit: {plain_metres(float(said[1].replace(',', '.')) * unit)}"


def plain_metres(metres: float) -> str:
    """A length as one writes it into a cell: 6000, 2.5."""
    return f"{metres:.3f}".rstrip("0").rstrip(".")
