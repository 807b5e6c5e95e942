"""What the commands that make a march are told, and the march that they make."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.terminal import busy

if TYPE_CHECKING:
    # At run time inside the commands: `tracker --help` need not wait for pandas.
    import geopandas as gpd

    from tracker.reconstruct import March

BUNDLED_ZONE = "Europe/Moscow"

Reports = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Reports: CSV, GeoJSON, GeoPackage, ...; without them, the bundled case."),
]
Log = Annotated[
    str | None,
    typer.Option(metavar="FILE_OR_URL", help="Take the reports of this report log instead; see `tracker log --help`."),
]
Roads = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Roads: .osm.pbf, .osm, .graphml, a folder of `tracker roads`; else the bundled."
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Zone of the times shown, as in Europe/Moscow; UTC for reports of your own."),
]
Seed = Annotated[int, typer.Option(min=0, help="Number that fixes the random draws.")]


def reconstructed(reports: Path | None, log: str | None, roads: Path | None, *, seed: int) -> "tuple[March, list[str]]":
    """The march, and what suggests that its reports and roads do not belong together."""
    with busy("Reading reports"):
        told = _read(reports, log)
    with busy("Reading roads"):
        from tracker.roads import load_roads

        network = load_roads(roads)
    with busy("Reconstructing (the first time on a machine takes a minute)"):
        from tracker.reconstruct import reconstruct
        from tracker.wording import mismatches

        march = reconstruct(told, network, seed=seed)
        return march, mismatches(march, network)


def _read(reports: Path | None, log: str | None) -> "gpd.GeoDataFrame":
    if log is None:
        from tracker.evidence import read_reports

        return read_reports(reports)
    from tracker.logbook import open_log

    with open_log(log) as opened:
        return opened.reports()


def is_bundled(reports: Path | None, log: str | None) -> bool:
    """Whether it is the bundled case.

    Raises
    ------
    TrackerError
        Both a file and a log are named.
    """
    from tracker.model import TrackerError

    if reports is not None and log is not None:
        raise TrackerError("--reports and --log are both given; give one of the two")
    return reports is None and log is None


def zone_name(name: str | None, *, bundled: bool) -> str | None:
    """The zone that was asked for, the bundled case's own, or None.

    Raises
    ------
    BadTime
        There is no such zone.
    """
    from tracker.cli_log_options import checked_zone

    if name is None:
        return BUNDLED_ZONE if bundled else None
    return checked_zone(name)
