"""What a reports table holds, in a few rows."""

import geopandas as gpd
import pandas as pd


def summary(reports: gpd.GeoDataFrame) -> pd.DataFrame:
    """Counts of a reports table by unit and kind.

    Parameters
    ----------
    reports : a reports table

    Returns
    -------
    DataFrame, one row per unit and kind in their order, reports of no unit last: ``unit`` (NA: none), ``kind``,
    ``reports``, ``unplaced`` (of them, without a place), ``origins`` (whose words they are, counted once each),
    ``earliest`` and ``latest`` (first and last moment named, UTC).
    """
    if reports.empty:
        columns = ["unit", "kind", "reports", "unplaced", "origins", "earliest", "latest"]
        return pd.DataFrame({name: [] for name in columns})
    plain = pd.DataFrame(reports.drop(columns="geometry"))
    plain["unplaced"] = reports.geometry.isna() | reports.geometry.is_empty
    plain["last"] = plain["latest"].where(plain["latest"].notna(), plain["earliest"])
    groups = plain.groupby(["unit", "kind"], dropna=False, sort=True)
    return groups.agg(
        reports=("report_id", "size"),
        unplaced=("unplaced", "sum"),
        origins=("origin", "nunique"),
        earliest=("earliest", "min"),
        latest=("last", "max"),
    ).reset_index()
