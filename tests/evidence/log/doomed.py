"""Processes that end without a farewell while they add to a log."""

import contextlib
import importlib
import os
from datetime import datetime
from typing import Any

import geopandas as gpd

from tracker.evidence.log import open_log
from tracker.evidence.log.verbs import SqlReportLog

for _name in ("making", "sqlite_file", "turns", "postgis"):
    # Opening a log imports these. Here a fork server does it once for all the processes that it starts.
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(f"tracker.evidence.log.{_name}")


def die_while_adding(url: str, reports: gpd.GeoDataFrame, *, now: datetime, acknowledged: bool) -> None:
    """A process that ends without a farewell, just before or just after its reports are durable."""
    log = open_log(url, author="doomed", clock=lambda: now)
    assert isinstance(log, SqlReportLog)
    store = log._store
    if not acknowledged:
        inserted = store.insert

        def insert_and_die(*given: Any) -> None:
            inserted(*given)
            os._exit(9)

        store.insert = insert_and_die  # type: ignore[method-assign]
    log.add(reports)
    os._exit(9)
