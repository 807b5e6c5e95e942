"""A report log by its address: a file of this machine, or a database of a newsroom."""

import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.evidence.log.protocol import ReportLog
from tracker.model import BadLog, Located

if TYPE_CHECKING:
    from tracker.evidence.log.store import Store
    from tracker.evidence.places import Gazetteer, Nominatim


def open_log(
    url: str | os.PathLike[str],
    *,
    create: bool = False,
    author: str | None = None,
    zone: str | None = None,
    gazetteers: "Sequence[Gazetteer]" = (),
    online: "Nominatim | None" = None,
    clock: Callable[[], datetime] | None = None,
) -> ReportLog:
    """The report log of a file or of a PostgreSQL database with PostGIS.

    Parameters
    ----------
    url : path of the file, by custom ending in .gpkg; or ``postgresql+psycopg://user@host/database``
    create : make an empty log where there is none; one that is there is opened
    author : who adds and changes reports, unless a verb is told otherwise; the name of the login without it
    zone : IANA name of the zone of times in words that name none
    gazetteers : asked for places in words before the bundled places
    online : asked last, over the network (`tracker.evidence.nominatim`); never without it
    clock : what tells the time to record, for tests; that of the machine that keeps the log without it

    Raises
    ------
    MissingFile
        There is no log, and `create` was not given.
    BadLog
        What is there is no log, or is damaged; the message says what to do.
    LogUnavailable
        It cannot be reached or opened just now.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with open_log(f"{folder.name}/march.gpkg", create=True, author="Anna") as log:
    ...     report_id = log.add_sighting(
    ...         place="Yelets", time="2023-06-24T15:00+03:00", within="30min", unit="main column", publisher="iStories"
    ...     )
    ...     log.reports()[["report_id", "radius_m"]].shape
    (1, 2)
    >>> folder.cleanup()
    """

    def look_up(words: str) -> Located:
        from tracker.evidence.places import locate

        return locate(words, gazetteers=gazetteers, online=online)

    # Here and not above: a page that only reads a file need not wait for SQLAlchemy.
    from tracker.evidence.log.verbs import SqlReportLog

    return SqlReportLog(_store(url, create=create, clock=clock), author=author, look_up=look_up, zone=zone)


def _store(url: str | os.PathLike[str], *, create: bool, clock: Callable[[], datetime] | None) -> "Store":
    text = os.fspath(url)
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise BadLog(f"{url!r} is no address of a log; give a path, as in march.gpkg")
    address = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):/|([A-Za-z][A-Za-z0-9+.-]*)://", text)
    scheme = (address[1] or address[2]).lower() if address else ""
    if scheme in ("postgresql", "postgresql+psycopg", "postgres") and "://" in text:
        try:
            from tracker.evidence.log.postgis import PostgisServer
        except ModuleNotFoundError as error:
            if error.name != "psycopg":
                raise
            raise BadLog("PostgreSQL needs a library: pip install 'convoy-tracker[postgis]'") from None
        return PostgisServer(text, create=create, clock=clock)
    if scheme or text.startswith((":memory:", "/vsi")):
        shown = scheme or text
        raise BadLog(
            f"{shown!r} is no place for a log; give the path of a file, or postgresql+psycopg://user@host/database"
        )
    from tracker.evidence.log.making import check_place, make_log
    from tracker.evidence.log.sqlite_file import SqliteFile

    path = Path(os.path.realpath(text))
    if check_place(path, create=create):
        make_log(path)
    return SqliteFile(path, clock=clock)
