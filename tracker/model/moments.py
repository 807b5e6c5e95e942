"""What somebody asks for as a time: one or many, as text or as times, always with a zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from tracker.model.errors import BadTime
from tracker.model.tables import TIME


def moments(times: object, *, of: str) -> pd.DatetimeIndex:
    """The moments that somebody means, in their order.

    Parameters
    ----------
    times : one time or many: text in ISO 8601, datetime, Timestamp, or a pandas column or index of them
    of : what is asked, for the messages

    Returns
    -------
    DatetimeIndex in the zone that all of them have, in UTC if their zones differ or there are none.

    Raises
    ------
    BadTime
        Something is no time, or has no zone; all of it is counted and the first one shown.

    Examples
    --------
    >>> moments(["2023-06-24T15:00+03:00", "2023-06-24T13:00Z"], of="column").hour.tolist()
    [12, 13]
    """
    if isinstance(times, (pd.Series, pd.Index)) and isinstance(times.dtype, pd.DatetimeTZDtype):
        index = pd.DatetimeIndex(times)
        _refuse(["NaT"] * int(np.count_nonzero(index.isna())), "no times", of)
        return index
    one = isinstance(times, (str, datetime, np.datetime64)) or not isinstance(times, Iterable)
    asked = [times] if one else list(np.atleast_1d(times) if isinstance(times, np.ndarray) else times)  # type: ignore[call-overload]
    read = [_moment(value) for value in asked]
    _refuse([value for value, moment in zip(asked, read, strict=True) if moment is None], "no times", of)
    found = [moment for moment in read if moment is not None]
    _refuse([moment for moment in found if moment.tzinfo is None], "without a zone", of)
    if not found:
        return pd.DatetimeIndex([], dtype=TIME)
    if any(moment.tzinfo != found[0].tzinfo for moment in found):
        found = [moment.tz_convert("UTC") for moment in found]
    return pd.DatetimeIndex(found)


def _moment(value: object) -> pd.Timestamp | None:
    # A number would be read as nanoseconds since 1970, which nobody means.
    if not isinstance(value, (str, datetime, np.datetime64)):
        return None
    try:
        moment = pd.Timestamp(value)
    except (ValueError, OverflowError):
        return None
    return None if pd.isna(moment) else moment


def _refuse(wrong: Sequence[object], what: str, of: str) -> None:
    if wrong:
        raise BadTime(
            f"{of}: {len(wrong)} asked times are {what}, the first {wrong[0]!r}; "
            "write them with a date, an hour and a zone, as in 2023-06-24T15:00+03:00"
        )
