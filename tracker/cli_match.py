"""`tracker match`: the log of a dashcam or phone put on the roads that it was driven on."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli_log_options import checked_zone
from tracker.terminal import busy, in_line, out, plain, refusals, warn

if TYPE_CHECKING:
    import geopandas as gpd

    from tracker.reconstruct import Match
    from tracker.roads import RoadNetwork

MOST_DRIVES, MOST_ROADS = 50, 8
"""Drives, and roads of each, that are written out."""


def match(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="The log: GPX, CSV (lon, lat, time), GeoJSON, ...")],
    *,
    roads: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Roads: .osm.pbf, .osm, .graphml, a folder of `tracker roads`; else the bundled."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the drives (.geojson) or the fixes put on roads "
                     "(.gpx, .csv, .parquet)."),
    ] = None,
    sigma_m: Annotated[float, typer.Option(help="Standard error of a fix in metres, each way.")] = 10.0,
    gap_s: Annotated[float, typer.Option(help="Seconds without a fix after which a drive ends.")] = 300.0,
    zone: Annotated[str, typer.Option(metavar="NAME", help="Zone of the times shown, as in Europe/Moscow.")] = "UTC",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:  # fmt: skip
    """Put the log of a satellite receiver on the roads that it was driven on, and say which."""
    with refusals():
        shown_in = checked_zone(zone)
        from tracker.trace_out import check_target, write_match

        if output is not None:
            check_target(output, overwrite=overwrite)
        _check(sigma_m, gap_s)
        with busy("Reading the trace"):
            from tracker.trace import read_trace

            fixes = read_trace(trace)
        with busy("Reading roads"):
            from tracker.roads import load_roads

            network = load_roads(roads)
        with busy("Matching (the first time on a machine takes a minute)"):
            from tracker.reconstruct import match as matched

            found = matched(fixes, network, sigma_m=sigma_m, gap_s=gap_s)
        _refuse_elsewhere(trace, fixes, found, network)
        _show(trace, found, network, zone=shown_in)
        if output is not None:
            out().print(plain(f"{output}: {write_match(found, network, output, overwrite=overwrite)}"), soft_wrap=True)


def _check(sigma_m: float, gap_s: float) -> None:
    from tracker.model import TrackerError

    wrong = []
    if not 0.1 <= sigma_m <= 1000:
        wrong.append(f"--sigma-m is {sigma_m}; give metres from 0.1 to 1000")
    if not gap_s > 0:
        wrong.append(f"--gap-s is {gap_s}; give seconds, more than 0")
    if wrong:
        raise TrackerError("; ".join(wrong))


def _refuse_elsewhere(trace: Path, fixes: "gpd.GeoDataFrame", found: "Match", network: "RoadNetwork") -> None:
    """Refuse roads of another place, of which the answer would be an empty file."""
    from tracker.model import BadTrace

    if len(found.drives) or not len(fixes):
        return
    away = network.nearest(fixes.geometry.x.to_numpy(), fixes.geometry.y.to_numpy()).distance_m.min()
    raise BadTrace(
        f"{trace}: no fix is on a road, the nearest is {away / 1000:,.1f} km off; give the roads of that place "
        "(tracker roads download), or more metres for --sigma-m"
    )


def _show(trace: Path, found: "Match", network: "RoadNetwork", *, zone: str) -> None:
    from tracker.wording import counted

    drives, fixes = found.drives, found.fixes
    lost = int((fixes["edge"] < 0).sum())
    whole = f"{len(fixes)} {'fix' if len(fixes) == 1 else 'fixes'} in {counted(len(drives), 'drive')}"
    out().print(
        plain(f"{trace.name}: {whole}, {drives['length_m'].sum() / 1000:,.1f} km (times: {zone})"), soft_wrap=True
    )
    for drive in drives.head(MOST_DRIVES).itertuples():
        start, end = drive.start.tz_convert(zone), drive.end.tz_convert(zone)
        until = f"{end:%H:%M:%S}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M:%S}"
        words = f"{drive.drive + 1}. {start:%Y-%m-%d %H:%M:%S} to {until}, {drive.length_m / 1000:,.1f} km"
        by = ", ".join(named_roads(network, drive.edges))
        out().print(plain(in_line(f"  {words}{' by ' if by else ''}{by}")), soft_wrap=True)
    if len(drives) > MOST_DRIVES:
        out().print(plain(f"  ... and {counted(len(drives) - MOST_DRIVES, 'more drive')}"))
    if lost:
        warn([f"{lost} of {len(fixes)} fixes {'is' if lost == 1 else 'are'} on no road and in no drive"])


def named_roads(network: "RoadNetwork", edges: Sequence[int]) -> list[str]:
    """The roads of a drive in their order; those of less than 3 % of all its edges' length are passed over.

    Roads with number and name are told by their number; those without either are passed over too.
    """
    whole = float(network.length_m[list(edges)].sum())
    runs = _runs((str(network.road[edge]), float(network.length_m[edge])) for edge in edges)
    told = _runs((label, metres) for label, metres in runs if label and metres >= 0.03 * whole)
    # Without kilometres: of the first and the last edge only a part was driven.
    words = [label for label, _ in told[:MOST_ROADS]]
    return words + ([f"and {len(told) - MOST_ROADS} more"] if len(told) > MOST_ROADS else [])


def _runs(pieces: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Neighbours of one name as one, with their metres."""
    return [(label, sum(metres for _, metres in run)) for label, run in groupby(pieces, key=lambda piece: piece[0])]
