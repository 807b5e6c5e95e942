"""The report log as the front door opens it: places in words are found by kilometre posts too."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.evidence import Nominatim, ReportLog
    from tracker.model import Located
    from tracker.roads import KilometrePosts


def open_log(
    url: str | os.PathLike[str],
    *,
    create: bool = False,
    author: str | None = None,
    zone: str | None = None,
    online: "Nominatim | None" = None,
) -> "ReportLog":
    """The report log of a file or of a PostgreSQL database with PostGIS.

    Parameters
    ----------
    url : path of the file, by custom ending in .gpkg; or ``postgresql+psycopg://user@host/database``
    create : make an empty log where there is none; one that is there is opened
    author : who adds and changes reports, unless a verb is told otherwise; the name of the login without it
    zone : IANA name of the zone of times in words that name none
    online : asked for places that nothing on this machine knows (`tracker.evidence.nominatim`); never without it

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
    ...     report_id = log.add_sighting(place="M4 km 590", time="2023-06-24T09:00+03:00", unit="main column")
    ...     place = log.reports().geometry.iloc[0]
    >>> round(place.x, 1), round(place.y, 1)
    (39.8, 51.1)
    >>> folder.cleanup()
    """
    from tracker.evidence import open_log

    return open_log(url, create=create, author=author, zone=zone, gazetteers=[BundledPosts()], online=online)


class BundledPosts:
    """The bundled kilometre posts as a gazetteer; their file is read when the first place is looked up."""

    @cached_property
    def _posts(self) -> "KilometrePosts":
        from tracker.roads import KilometrePosts

        return KilometrePosts.read()

    def candidates(self, words: str) -> "Sequence[Located]":
        """What `KilometrePosts.candidates` finds."""
        return self._posts.candidates(words)
