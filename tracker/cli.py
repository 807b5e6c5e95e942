"""The command line: the same verbs as the front door, with errors that say what to do.

Exit codes: 0 done, 1 the reports have faults, 2 the command was misspelt, 3 anything else was refused, 4 a report
log or a folder of roads is not as it was written.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich import box
from rich.table import Table

from tracker import cli_explain, cli_log, cli_log_options, cli_many, cli_match, cli_roads
from tracker.cli_march import Log, Reports, Roads, Seed, Zone, is_bundled, reconstructed, zone_name
from tracker.terminal import MOST_KINDS, busy, in_shell, out, plain, refusals, show_faults, show_groups, warn

if TYPE_CHECKING:
    # At run time inside the commands: `tracker --help` need not wait for pandas.
    import pandas as pd

BUNDLED_TITLE = "The Wagner march, 23-25 June 2023"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Where a moving column was, when, on which road, and how sure that is: from reports to a map.",
)

app.add_typer(cli_log.app, name="log")
app.add_typer(cli_roads.app, name="roads")
app.command()(cli_match.match)
app.command()(cli_many.many)


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    app()


@app.command()
def export(
    page: Annotated[Path, typer.Argument(metavar="PAGE.html", help="The page to write.")] = Path("march.html"),
    *,
    reports: Reports = None,
    log: Log = None,
    roads: Roads = None,
    title: Annotated[str | None, typer.Option(help="Title of the figure.")] = None,
    alt: Annotated[str | None, typer.Option(help="What the picture shows, for those who cannot see it.")] = None,
    credit: Annotated[str | None, typer.Option(help="Whose work it is, for the caption.")] = None,
    lang: Annotated[Literal["en", "ru"], typer.Option(help="Language of the page.")] = "en",
    zone: Zone = None,
    seed: Seed = 0,
) -> None:
    """Write one page with the animated map, complete in itself, for a newspaper or your own disk."""
    with refusals():
        _check_target(page)
        bundled = is_bundled(reports, log)
        shown_in = zone_name(zone, bundled=bundled)
        march, mismatched = reconstructed(reports, log, roads, seed=seed)
        from tracker.render import export_html
        from tracker.wording import counted, tally

        title = title if title is not None or not bundled else BUNDLED_TITLE
        with busy("Drawing the page"):
            export_html(march, page, title=title, alt=alt, credit=credit, lang=lang, zone=shown_in)
        out().print(plain(f"{page}: {counted(len(march.tracks), 'unit')}; {tally(march)}"), soft_wrap=True)
        warn(mismatched)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Reports: CSV, GeoJSON, GeoPackage, XLSX, KML, ...")],
    *,
    profile: cli_log_options.Profile = None,
    layer: cli_log_options.Layer = None,
) -> None:
    """List every fault of a file of reports, or say what it holds."""
    with refusals():
        from tracker.evidence import check_file, check_oddities, read_reports, summary

        with busy("Checking"):
            faults = check_file(file, profile=profile, layer=layer)
        if faults:
            show_faults(out(), in_shell(faults))
            raise typer.Exit(1)
        _show_summary(file, summary(read_reports(file, profile=profile, layer=layer)))
        if odd := check_oddities(file, profile=profile, layer=layer):
            out().print(plain(f"Worth a second look ({len(odd)}); the file can be used as it is:"))
            show_groups(out(), odd, most=MOST_KINDS)


@app.command()
def serve(
    *,
    reports: Reports = None,
    log: Log = None,
    roads: Roads = None,
    zone: Zone = None,
    author: cli_log_options.Author = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine to serve on.")] = 8501,
) -> None:
    """Open the dashboard on this machine, for nobody else; Ctrl-C ends it."""
    with refusals():
        from tracker.model import bundled_dashboard

        page = bundled_dashboard("app.py")
        bundled = is_bundled(reports, log)
        settings = {
            "TRACKER_LOG": "" if log is None else _log_there(log),
            "TRACKER_AUTHOR": author or "",
            "TRACKER_REPORTS": "" if reports is None else str(_present(reports).resolve()),
            "TRACKER_ROADS": "" if roads is None else str(_present(roads).resolve()),
            "TRACKER_ZONE": zone_name(zone, bundled=bundled) or "UTC",
            "TRACKER_TITLE": BUNDLED_TITLE if bundled else "",
        }
        _check_port(port)
        out().print(f"The dashboard: http://localhost:{port}  (Ctrl-C ends it)", markup=False)
        options = {
            "server.address": "localhost",
            "server.port": port,
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "server.maxUploadSize": 50,
            "browser.gatherUsageStats": "false",
            "client.toolbarMode": "minimal",
        }
        command = [sys.executable, "-m", "streamlit", "run", str(page)]
        command += [f"--{name}={value}" for name, value in options.items()]
        raise typer.Exit(_run(command, {**os.environ, **settings}))


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Exit code of a program that lives no longer than this one."""
    # Ended from outside, this program would otherwise leave the other running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with subprocess.Popen(command, env=environment) as process:
        try:
            return 3 if process.wait() else 0
        except KeyboardInterrupt:
            # The terminal has sent the same to the program, which now ends by itself.
            process.wait()
            return 0
        finally:
            process.terminate()


for _name, _command in (
    ("explain", cli_explain.explain),
    ("without", cli_explain.without),
    ("check-report", cli_explain.check_report),
    ("look", cli_explain.look),
):
    app.command(_name)(_command)


# ---- refusing


def _check_target(page: Path) -> None:
    """Refuse a page that could not be written, before the long work and not after it."""
    from tracker.model import MissingFile, TrackerError

    if page.is_dir():
        raise TrackerError(f"{page} is a folder; name the page to write, as in {page / 'march.html'}")
    if page.suffix.lower() not in {".html", ".htm"}:
        # One slip must not turn a file of reports into a page.
        raise TrackerError(f"{page} does not end in .html; name the page to write, as in {page.stem}.html")
    if not page.parent.is_dir():
        raise MissingFile(f"the folder {page.parent} for {page.name} is not there; make it, or give another path")


def _check_port(port: int) -> None:
    from tracker.model import TrackerError

    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError:
        other = port % 65535 + 1
        raise TrackerError(f"port {port} is taken or not allowed; give another, as in --port {other}") from None


def _present(path: Path) -> Path:
    from tracker.model import MissingFile

    if not path.exists():
        raise MissingFile(f"there is no file {str(path)!r}; check the path")
    return path


def _log_there(log: str) -> str:
    """The address of a log that can be opened, as another program in another folder finds it."""
    from tracker.logbook import open_log

    open_log(log).close()
    return log if "://" in log else os.path.abspath(log)


# ---- showing


def _show_summary(file: Path, counts: "pd.DataFrame") -> None:
    """What a sound file holds, by unit and kind."""
    from tracker.wording import counted

    number, first, last = counts["reports"].sum(), counts["earliest"].min(), counts["latest"].max()
    reports = counted(int(number), "report")
    out().print(plain(f"{file.name}: {reports}, no fault, {first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC)"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("unit", "kind", "reports", "no place", "origins", "from (UTC)", "to (UTC)"):
        numeric = name in ("reports", "no place", "origins")
        table.add_column(name, overflow="fold", no_wrap=name != "unit", justify="right" if numeric else "left")
    for row in counts.fillna({"unit": "(none named)"}).to_dict("records"):
        times = [f"{row[name]:%m-%d %H:%M}" for name in ("earliest", "latest")]
        numbers = [str(row[name]) for name in ("reports", "unplaced", "origins")]
        table.add_row(*map(plain, (str(row["unit"]), str(row["kind"]), *numbers, *times)))
    out().print(table)
