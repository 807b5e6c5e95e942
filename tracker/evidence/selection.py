"""Reports that meet a reader's demands: the units asked for, from sources that are good enough."""

from collections.abc import Collection

import geopandas as gpd

from tracker.model import tables


def select_reports(
    reports: gpd.GeoDataFrame,
    *,
    units: Collection[str] | None = None,
    reliability: str = tables.RELIABILITY[-1],
    credibility: int = tables.CREDIBILITY[-1],
) -> gpd.GeoDataFrame:
    """The reports of some units that are graded well enough, in their order.

    F and 6 are the last grades because nothing is known, not because they are bad: who asks for E or better leaves out
    the reports that cannot be judged. A missing grade counts as F or 6.

    Parameters
    ----------
    reports : a reports table
    units : names of the units to keep; reports that name no unit always stay. None keeps all
    reliability : the least reliable grade of the source to keep, A to F
    credibility : the worst grade of the information to keep, 1 to 6

    Returns
    -------
    GeoDataFrame, a new reports table, index 0..n-1.

    Raises
    ------
    ValueError
        A grade is none of the system's.

    Examples
    --------
    >>> from tracker.evidence import read_reports
    >>> best = select_reports(read_reports(), reliability="B", credibility=2)
    >>> sorted(set(best["reliability"]))
    ['A', 'B']
    """
    if reliability not in tables.RELIABILITY:
        raise ValueError(f"reliability {reliability!r} is not a grade; give one of {', '.join(tables.RELIABILITY)}")
    if credibility not in tables.CREDIBILITY:
        raise ValueError(f"credibility {credibility!r} is not a grade; give a whole number from 1 to 6")
    kept = reports["reliability"].fillna("F") <= reliability
    kept &= reports["credibility"].fillna(6) <= credibility
    if units is not None:
        kept &= reports["unit"].isna() | reports["unit"].isin(list(units))
    return reports[kept.to_numpy(bool)].reset_index(drop=True)
