"""`tracker many`: every case of a folder, or every unit of a file, reconstructed into files for other programs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli_march import Roads, Seed
from tracker.terminal import FAULTY, busy, in_line, out, plain, progress, refusals

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MOST_FAILED = 20
"""Failed cases that are written out."""


def many(
    source: Annotated[
        Path,
        typer.Argument(metavar="CASES", help="A folder with a file of reports for each case; or one file, of which "
                       "each unit becomes a case."),
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder for the tracks and verdicts (GeoParquet).")],
    *,
    roads: Roads = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A dask scheduler, as in tcp://10.0.0.5:8786, whose workers see the same "
                     "folders; else processes of this machine."),
    ] = None,
    seed: Seed = 0,
) -> None:  # fmt: skip
    """Reconstruct many cases at once; run again after a failure, it makes only what is not there."""
    with refusals():
        cases = _cases(source)
        with _workers(scheduler) as executor, progress("Reconstructing") as moved:
            from tracker.many import reconstruct_many

            made = reconstruct_many(cases, roads, out_dir=folder, executor=executor, seed=seed, progress=moved)
        _show(folder, made)
        if (made["state"] == "failed").any():
            raise typer.Exit(FAULTY)


class Files(Mapping[str, "gpd.GeoDataFrame"]):
    """A folder's files of reports by their names, each read when it is asked for, so that a bad one fails alone."""

    def __init__(self, folder: Path) -> None:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        # The whole name where the stem is that of another, or what another is called.
        taken = [*(path.stem for path in files), *(path.name for path in files if path.suffix)]
        self._files = {path.name if taken.count(path.stem) > 1 else path.stem: path for path in files}

    def __getitem__(self, name: str) -> "gpd.GeoDataFrame":
        from tracker.evidence import read_reports

        return read_reports(self._files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _cases(source: Path) -> "Mapping[str, gpd.GeoDataFrame] | gpd.GeoDataFrame":
    from tracker.evidence import read_reports
    from tracker.model import MissingFile

    if not source.is_dir():
        with busy("Reading reports"):
            return read_reports(source)
    cases = Files(source)
    if not cases:
        raise MissingFile(f"{source}: no file in it; put a file of reports there for each case")
    return cases


@contextmanager
def _workers(scheduler: str | None) -> Iterator[Any]:
    """The executor of a dask cluster; None, which is this machine's processes, where no scheduler is named."""
    from tracker.model import TrackerError

    if scheduler is None:
        yield None
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise TrackerError("--scheduler needs dask; install it with: pip install 'convoy-tracker[dask]'") from None
    try:
        client = distributed.Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise TrackerError(f"--scheduler {scheduler}: no dask scheduler answers there ({said})") from None
    with client:
        yield client.get_executor()


def _show(folder: Path, made: "pd.DataFrame") -> None:
    from tracker.wording import counted

    states = made["state"].value_counts()
    said = ", ".join(f"{states[state]:,} {words}" for state, words in _STATES.items() if state in states)
    out().print(plain(f"{folder}: {counted(len(made), 'case')}; {said}"), soft_wrap=True)
    failed = made[made["state"] == "failed"]
    for row in failed.head(MOST_FAILED).itertuples():
        out().print(plain(f"  {in_line(row.case)}: {in_line(row.reason)}"), soft_wrap=True)
    if len(failed) > MOST_FAILED:
        out().print(plain(f"  ... and {counted(len(failed) - MOST_FAILED, 'case')} more"), soft_wrap=True)


_STATES = {"made": "made", "kept": "kept from before", "failed": "failed"}
