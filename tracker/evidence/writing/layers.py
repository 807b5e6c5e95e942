"""GeoPackage and GeoParquet, by the libraries that know them.

GDAL runs in this process: it is handed a file that nobody else has open (`whole.new_or_replaced`), so that it cannot
drop the locks of a report log, and what it is given was checked; only reading foreign files needs a process apart.
"""

from pathlib import Path

import geopandas as gpd

from tracker.model import TrackerError


def write_geopackage(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write a GeoPackage with the layer ``reports``; returns how many it holds. GDAL keeps times to the millisecond."""
    import pyogrio

    try:
        pyogrio.write_dataframe(reports, path, layer="reports", driver="GPKG", geometry_type="Point")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise TrackerError(f"the GeoPackage cannot be written ({error}); check the disk and the permissions") from error
    return len(reports)


def write_geoparquet(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write GeoParquet; returns how many reports it holds."""
    reports.to_parquet(path, index=False)
    return len(reports)
