"""What the commands of the report log are told, and the log that they open."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tracker.evidence import Nominatim, ReportLog

Log = Annotated[
    str | None,
    typer.Option(
        "--log",
        envvar="TRACKER_LOG",
        metavar="FILE_OR_URL",
        help="The log: a file such as march.gpkg, or postgresql+psycopg://user@host/database.",
    ),
]
Author = Annotated[
    str | None,
    typer.Option(
        "--author", envvar="TRACKER_AUTHOR", metavar="NAME", help="Who you are, on record; else the name of your login."
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Answer with one JSON document; refusals are one on the standard error.")
]
Zone = Annotated[
    str, typer.Option("--zone", envvar="TRACKER_ZONE", metavar="NAME", help="Zone of the times, as in Europe/Moscow.")
]
Create = Annotated[bool, typer.Option("--create", help="Make the log if there is none.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]
Expect = Annotated[
    int | None,
    typer.Option("--expect-revision", metavar="N", help="Change nothing if the report is at another revision by now."),
]
ReportId = Annotated[str, typer.Argument(metavar="ID", help="Id of the report.")]
OtherId = Annotated[str, typer.Argument(metavar="OTHER_ID", help="Id of the other report.")]
Online = Annotated[
    str | None,
    typer.Option(
        "--online",
        metavar="E-MAIL",
        help="Send places that nothing here knows to OpenStreetMap's Nominatim, with this address, as its terms ask.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="Whose export it is: acled, gdelt, atlos, auto-archiver or ukraine-timemap."
    ),
]
Layer = Annotated[
    str | None, typer.Option("--layer", metavar="NAME", help="Layer of a GeoPackage or sheet of a workbook.")
]

# ---- which reports

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="TIME", help="What the log held at that moment.")]
Unit = Annotated[list[str] | None, typer.Option("--unit", metavar="NAME", help="Only of this unit; may be repeated.")]
Kind = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Only of this kind; may be repeated.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only those that may be as late as this.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only those that may be as early as this.")]
Box = Annotated[
    str | None,
    typer.Option("--bbox", metavar="W,S,E,N", help="Only those whose point lies in this box, in degrees."),
]


def chosen(
    *, as_of: str | None, unit: list[str] | None, kind: list[str] | None, since: str | None, until: str | None,
    bbox: str | None,
) -> dict[str, Any]:  # fmt: skip
    """The options above as `ReportLog.reports` takes them.

    Raises
    ------
    TrackerError
        A kind is none that there is, or the box is no four numbers.
    """
    from tracker.model import TrackerError, tables

    for name in kind or ():
        if name not in tables.KINDS:
            raise TrackerError(f"{name!r} is no kind of report; choose among {', '.join(tables.KINDS)}")
    box = None
    if bbox is not None:
        try:
            west, south, east, north = (float(edge) for edge in bbox.split(","))
            box = west, south, east, north
        except ValueError:
            raise TrackerError(f"{bbox!r} is no box; write west,south,east,north, as in 37,46.5,42,56") from None
    return {
        "as_of": as_of,
        "unit": unit or None,
        "kind": kind or None,
        "since": since,
        "until": until,
        "bbox": box,
    }


# ---- the log


@contextmanager
def opened(
    log: str | None, *, create: bool = False, author: str | None = None, zone: str | None = None,
    online: str | None = None,
) -> "Generator[ReportLog]":  # fmt: skip
    """The log that was named, closed afterwards.

    Raises
    ------
    TrackerError
        None was named, or as `open_log` says.
    """
    from tracker.logbook import open_log
    from tracker.model import TrackerError

    if not log:
        raise TrackerError("no log is named; give --log FILE_OR_URL, or set the environment variable TRACKER_LOG")
    service = None if online is None else _service(online)
    with open_log(log, create=create, author=author, zone=zone, online=service) as opened:
        yield opened


def checked_zone(name: str) -> str:
    """The zone of that name.

    Raises
    ------
    BadTime
        There is none.
    """
    from zoneinfo import ZoneInfo

    from tracker.model import BadTime

    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise BadTime(f"there is no time zone named {name!r}; give an IANA name, as in Europe/Moscow") from None


def _service(contact: str) -> "Nominatim":
    from tracker.evidence import nominatim
    from tracker.model import TrackerError

    if "@" not in contact or not contact.isprintable():
        raise TrackerError(f"--online {contact!r} is no address; give your e-mail address, which the server is told")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return nominatim(user_agent=f"convoy-tracker ({contact})", cache=Path(home) / "convoy-tracker" / "nominatim")
