"""The command line: the same verbs as the front door, with errors that say what to do.

Exit codes: 0 done, 1 the reports have faults, 2 the command was misspelt, 3 anything else was refused.
"""

import os
import signal
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    # At run time inside the commands: `tracker --help` need not wait for pandas.
    import pandas as pd

    from tracker.model import Fault, Reconstruction

BUNDLED_TITLE = "The Wagner march, 23-25 June 2023"
BUNDLED_ZONE = "Europe/Moscow"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Where a moving column was, when, on which road, and how sure that is: from reports to a map.",
)

Reports = Annotated[Path | None, typer.Option(metavar="FILE", help="CSV of reports; without it, the bundled case.")]
Roads = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="OpenStreetMap roads: .osm, .osm.gz or .osm.bz2; without it, the bundled ones."),
]
Zone = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Zone of the times shown, as in Europe/Moscow; UTC for reports of your own."),
]


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    app()


@app.command()
def export(
    page: Annotated[Path, typer.Argument(metavar="PAGE.html", help="The page to write.")] = Path("march.html"),
    *,
    reports: Reports = None,
    roads: Roads = None,
    title: Annotated[str | None, typer.Option(help="Title of the figure.")] = None,
    alt: Annotated[str | None, typer.Option(help="What the picture shows, for those who cannot see it.")] = None,
    credit: Annotated[str | None, typer.Option(help="Whose work it is, for the caption.")] = None,
    lang: Annotated[Literal["en", "ru"], typer.Option(help="Language of the page.")] = "en",
    zone: Zone = None,
    seed: Annotated[int, typer.Option(min=0, help="Number that fixes the random draws.")] = 0,
) -> None:
    """Write one page with the animated map, complete in itself, for a newspaper or your own disk."""
    with _refusals():
        _check_target(page)
        shown_in = _zone(zone, reports)
        march, mismatched = _reconstruct(reports, roads, seed=seed)
        from tracker.render import export_html
        from tracker.wording import counted, tally

        title = title if title is not None or reports is not None else BUNDLED_TITLE
        with _busy("Drawing the page"):
            export_html(march, page, title=title, alt=alt, credit=credit, lang=lang, zone=shown_in)
        _out().print(_plain(f"{page}: {counted(len(march.tracks), 'unit')}; {tally(march)}"), soft_wrap=True)
        _warn(mismatched)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of reports.")]) -> None:
    """List every fault of a file of reports, or say what it holds."""
    with _refusals():
        from tracker.evidence import check_file, check_oddities, read_reports, summary

        with _busy("Checking"):
            faults = check_file(file)
        if faults:
            _show_faults(_out(), faults)
            raise typer.Exit(1)
        _show_summary(file, summary(read_reports(file)))
        if odd := check_oddities(file):
            _out().print(_plain(f"Worth a second look ({len(odd)}); the file can be used as it is:"))
            _show_groups(_out(), odd)


@app.command()
def serve(
    *,
    reports: Reports = None,
    roads: Roads = None,
    zone: Zone = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of this machine to serve on.")] = 8501,
) -> None:
    """Open the dashboard on this machine, for nobody else; Ctrl-C ends it."""
    with _refusals():
        from tracker.model import bundled_dashboard

        page = bundled_dashboard("app.py")
        settings = {
            "TRACKER_REPORTS": "" if reports is None else str(_present(reports).resolve()),
            "TRACKER_ROADS": "" if roads is None else str(_present(roads).resolve()),
            "TRACKER_ZONE": _zone(zone, reports) or "UTC",
            "TRACKER_TITLE": BUNDLED_TITLE if reports is None else "",
        }
        _check_port(port)
        _out().print(f"The dashboard: http://localhost:{port}  (Ctrl-C ends it)", markup=False)
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


def _reconstruct(reports: Path | None, roads: Path | None, *, seed: int) -> "tuple[Reconstruction, list[str]]":
    """The march, and what suggests that its reports and roads do not belong together."""
    with _busy("Reading reports"):
        from tracker.evidence import read_reports

        told = read_reports(reports)
    with _busy("Reading roads"):
        from tracker.roads import load_roads

        network = load_roads(roads)
    with _busy("Reconstructing (the first time on a machine takes a minute)"):
        from tracker.reconstruct import reconstruct
        from tracker.wording import mismatches

        march = reconstruct(told, network, seed=seed)
        return march, mismatches(march, network)


# ---- refusing


@contextmanager
def _refusals() -> Generator[None]:
    """What the tracker refuses as a message and an exit code instead of a traceback."""
    from tracker.model import BadReport, TrackerError

    errors = Console(stderr=True, highlight=False)
    try:
        yield
    except BadReport as refused:
        _show_faults(errors, refused.faults)
        raise typer.Exit(1) from None
    except TrackerError as refused:
        errors.print(_plain(str(refused)), soft_wrap=True)
        raise typer.Exit(3) from None
    except OSError as refused:
        errors.print(_plain(f"{refused.filename or 'the machine'}: {refused.strerror or refused}"), soft_wrap=True)
        raise typer.Exit(3) from None


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


def _zone(name: str | None, reports: Path | None) -> str | None:
    from tracker.model import BadTime

    if name is None:
        return BUNDLED_ZONE if reports is None else None
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise BadTime(f"there is no time zone named {name!r}; give an IANA name, as in Europe/Moscow") from None


# ---- showing


def _show_faults(console: Console, faults: Sequence["Fault"]) -> None:
    from tracker.wording import counted

    files = ", ".join(sorted({fault.file for fault in faults}))
    console.print(_plain(f"{files}: {counted(len(faults), 'fault')} found"), soft_wrap=True)
    _show_groups(console, faults)


def _show_groups(console: Console, faults: Sequence["Fault"]) -> None:
    """What is wrong and, below it, what to do: one after the other, for columns would break the example times."""
    from tracker.wording import fault_groups

    for wrong, remedy in fault_groups(faults):
        console.print()
        console.print(Padding(_plain(wrong), (0, 0, 0, 2), expand=False))
        console.print(Padding(_plain(f"-> {remedy}"), (0, 0, 0, 4), expand=False))


def _warn(said: Sequence[str]) -> None:
    for line in said:
        Console(stderr=True, highlight=False).print(_plain(f"warning: {line}"), soft_wrap=True)


def _show_summary(file: Path, counts: "pd.DataFrame") -> None:
    """What a sound file holds, by unit and kind."""
    from tracker.wording import counted

    number, first, last = counts["reports"].sum(), counts["earliest"].min(), counts["latest"].max()
    reports = counted(int(number), "report")
    _out().print(_plain(f"{file.name}: {reports}, no fault, {first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC)"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("unit", "kind", "reports", "no place", "origins", "from (UTC)", "to (UTC)"):
        numeric = name in ("reports", "no place", "origins")
        table.add_column(name, overflow="fold", no_wrap=name != "unit", justify="right" if numeric else "left")
    for row in counts.fillna({"unit": "(none named)"}).to_dict("records"):
        times = [f"{row[name]:%m-%d %H:%M}" for name in ("earliest", "latest")]
        numbers = [str(row[name]) for name in ("reports", "unplaced", "origins")]
        table.add_row(*map(_plain, (str(row["unit"]), str(row["kind"]), *numbers, *times)))
    _out().print(table)


def _plain(text: str) -> Text:
    """Foreign text that a terminal shows and does not obey: no markup, control characters written out."""
    return Text("".join(_harmless(letter) for letter in text))


def _harmless(letter: str) -> str:
    # Controls (Cc), invisible and turning marks (Cf), halves of letters (Cs), separators of lines (Zl, Zp).
    if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return letter.encode("unicode_escape").decode("ascii")
    return letter


def _out() -> Console:
    return Console(highlight=False, soft_wrap=False)


@contextmanager
def _busy(what: str) -> Generator[None]:
    with Console(stderr=True).status(what):
        yield
