"""What the commands show on a terminal: foreign text made harmless, what is refused as a message, progress."""

import json
import re
import unicodedata
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from tracker.model import Fault

FAULTY, REFUSED, NOT_SOUND = 1, 3, 4
"""Exit codes beside 0 (done) and 2 (misspelt): reports have faults, anything else was refused, a log was edited."""

MOST_KINDS = 20
"""Kinds of fault that are written out."""

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, invisible and turning marks, halves of letters, separators of lines."""


@contextmanager
def refusals(*, as_json: bool = False) -> Generator[None]:
    """What the tracker refuses as a message and an exit code instead of a traceback.

    As JSON it is one document on the standard error, with the keys error, type, faults, readings and candidates.
    """
    from tracker.model import BadReport, TrackerError

    try:
        yield
    except BadReport as refused:
        if as_json:
            _refuse_as_json(str(refused), refused, in_shell(refused.faults))
        else:
            show_faults(err(), in_shell(refused.faults))
        raise typer.Exit(FAULTY) from None
    except TrackerError as refused:
        if as_json:
            _refuse_as_json(str(refused), refused, ())
        else:
            err().print(plain(_shell_words(str(refused))), soft_wrap=True)
        raise typer.Exit(REFUSED) from None
    except OSError as refused:
        said = f"{refused.filename or 'the machine'}: {refused.strerror or refused}"
        if as_json:
            _refuse_as_json(said, refused, ())
        else:
            err().print(plain(said), soft_wrap=True)
        raise typer.Exit(REFUSED) from None


def _refuse_as_json(said: str, refused: Exception, faults: "Sequence[Fault]") -> None:
    document = {
        "error": _shell_words(said),
        "type": type(refused).__name__,
        "faults": fault_records(faults),
        "readings": list(getattr(refused, "readings", ())),
        "candidates": [
            {name: getattr(place, name) for name in ("name", "lon", "lat", "radius_m", "method", "detail")}
            for place in getattr(refused, "candidates", ())
        ],
    }
    typer.echo(json_bytes(document), err=True)


def fault_records(faults: "Sequence[Fault]") -> list[dict[str, str | int | None]]:
    """Faults for machines."""
    names = ("file", "row", "column", "value", "problem", "remedy")
    return [{name: getattr(fault, name) for name in names} for fault in faults]


# ---- faults


_SHELL_WORDS = (
    (re.compile(r"\bcreate=True\b"), "--create"),
    (re.compile(r"\bauthor=\.\.\."), "--author NAME"),
    (re.compile(r"\blist its ids with reports\(\)"), "`tracker log list` lists them"),
    (re.compile(r'\bprofile="([a-z-]+)"'), r"--profile \1"),
    (re.compile(r"\blayer=(?=')"), "--layer "),
    (re.compile(r"\(overwrite\)"), "(--overwrite)"),
    (re.compile(r"\bzone=(?=')"), "--zone "),
    (re.compile(r"\bcountry='RU', near=\(lon, lat\), "), ""),
    (re.compile(r"\bexpect_revision\b"), "--expect-revision"),
    (re.compile(r"\bwidth_km=(?=[\d.])"), "--width-km "),
    (re.compile(r"\bwidth_km\b"), "--width-km"),
    (re.compile(r" as (endpoint|cache)="), r" with --\1"),
    (re.compile(r"\bdownload_roads\b"), "`tracker roads download`"),
    (re.compile(r"\bprepare_roads\b"), "`tracker roads prepare`"),
)
"""Remedies that are written for Python, as they are written in the shell."""


def _shell_words(text: str) -> str:
    for python, shell in _SHELL_WORDS:
        text = python.sub(shell, text)
    return text


def in_shell(faults: "Sequence[Fault]") -> "list[Fault]":
    """Faults with remedies that can be typed."""
    from dataclasses import replace

    return [replace(fault, problem=_shell_words(fault.problem), remedy=_shell_words(fault.remedy)) for fault in faults]


def show_faults(console: Console, faults: "Sequence[Fault]") -> None:
    """How many faults there are in which files, and each kind with its remedy."""
    from tracker.wording import counted

    # "<report>" is what was said with the options of the command.
    files = ", ".join(sorted({fault.file.replace("<report>", "the report") for fault in faults}))
    console.print(plain(f"{files}: {counted(len(faults), 'fault')} found"), soft_wrap=True)
    show_groups(console, faults)


def show_groups(console: Console, faults: "Sequence[Fault]", *, most: int | None = None) -> None:
    """What is wrong and, below it, what to do: one after the other, for columns would break the example times."""
    from tracker.wording import fault_groups

    groups = fault_groups(faults)
    for wrong, remedy in groups[:most]:
        console.print()
        console.print(Padding(plain(wrong), (0, 0, 0, 2), expand=False))
        console.print(Padding(plain(f"-> {remedy}"), (0, 0, 0, 4), expand=False))
    if most is not None and len(groups) > most:
        console.print()
        console.print(Padding(plain(f"... and {len(groups) - most} more of this sort"), (0, 0, 0, 2), expand=False))


def warn(said: Sequence[str]) -> None:
    """One warning a line, beside what the command prints."""
    for line in said:
        err().print(plain(f"warning: {line}"), soft_wrap=True)


# ---- text


def plain(text: str) -> Text:
    """Foreign text that a terminal shows and does not obey: no markup, control characters written out."""
    return Text("".join(_harmless(letter) for letter in text))


def _harmless(letter: str) -> str:
    if letter != "\n" and unicodedata.category(letter) in _UNSEEN:
        return letter.encode("unicode_escape").decode("ascii")
    return letter


def in_line(text: object) -> str:
    """Foreign text for one line of output, its line ends written out, so that it cannot pass for a line of ours."""
    return str(text).replace("\n", "\\n")


def hanging(text: object, indent: int) -> str:
    """Foreign text that may have several lines, those after the first indented, so that none begins where ours do."""
    return str(text).replace("\n", "\n" + " " * indent)


def one_line(text: str, most: int) -> str:
    """Text in a single line of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def json_bytes(document: Mapping[str, object]) -> bytes:
    """One JSON document, UTF-8 wherever it goes: text to the letter, but what a terminal might obey as ``\\uXXXX``."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return _NOT_ASCII.sub(_escaped, text).encode()


_NOT_ASCII = re.compile("[\x7f-\uffff\U00010000-\U0010ffff]")


def _escaped(letter: re.Match[str]) -> str:
    seen = letter[0].isprintable() or unicodedata.category(letter[0]) not in _UNSEEN
    return letter[0] if seen else json.dumps(letter[0])[1:-1]


def show_json(document: Mapping[str, object]) -> None:
    """Print one JSON document."""
    typer.echo(json_bytes(document))


# ---- where it goes


def out() -> Console:
    """The standard output."""
    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """The standard error."""
    return Console(stderr=True, highlight=False)


@contextmanager
def busy(what: str) -> Generator[None]:
    """A sign of life on a terminal while something takes its time."""
    with Console(stderr=True).status(plain(what)):
        yield


@contextmanager
def progress(what: str) -> Generator[Callable[[int, int], None]]:
    """A bar on a terminal, and what moves it: called with the number done and the number of all."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(plain(what).plain, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
