"""Leaflet, the player and its markup, as text that may stand inside a page."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tracker.model import MissingFile

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
LEAFLET = HERE / "vendor" / "leaflet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """The map library, complete in two texts."""

    js: str
    """leaflet.js, with its licence as a comment before it."""
    css: str
    """leaflet.css, with its pictures inside as data: addresses."""


@cache
def leaflet() -> Leaflet:
    """Leaflet as the installation carries it.

    Raises
    ------
    MissingFile
        The package was copied, not installed: Leaflet comes with the installation.
    """
    licence = _read(LEAFLET / "LICENSE").strip().replace("*/", "* /")
    css = re.sub(r"url\(['\"]?(images/[\w.-]+)['\"]?\)", _inside, _read(LEAFLET / "leaflet.css"))
    return Leaflet(js=f"/*!\n{licence}\n*/\n{_read(LEAFLET / 'leaflet.js')}", css=_lean_css(css))


@cache
def player_js(*, without: frozenset[str] = frozenset()) -> str:
    """The player: classic scripts that fill the one global `TrackerPlayer`; their sources are templates/player.

    `without` names files that what is drawn has no use for.
    """
    files = sorted((TEMPLATES / "player").glob("*.js"))
    return "\n".join(_lean(_read(file)) for file in files if file.name not in without)


WATER_NAMES = "waternames.js"
"""The file of the player that only maps with rivers need."""


@cache
def player_css() -> str:
    """The player's style sheet; its source is templates/player.css."""
    return _lean_css(_read(TEMPLATES / "player.css"))


@cache
def template(name: str) -> str:
    """One file of templates/."""
    return _read(TEMPLATES / name)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A template with each ``__NAME__`` replaced, in one pass: what is put in is not looked at again.

    Examples
    --------
    >>> fill("__A__ and __B__", {"A": "__B__", "B": "b"})
    '__B__ and b'
    """
    return re.sub("__(" + "|".join(values) + ")__", lambda found: values[found[1]], text)


def _lean(script: str) -> str:
    """A script of ours without indentation and without the lines that are comments: a fifth of its bytes.

    None of our scripts has a text of more than one line, so a line's beginning is never inside of one.
    """
    plain = re.sub(r"(?m)^[ \t]+", "", script)
    return re.sub(r"\n{2,}", "\n", re.sub(r"(?m)^//.*\n|^/\*(?s:.*?)\*/\n", "", plain))


def _lean_css(sheet: str) -> str:
    """A style sheet without comments, indentation and empty lines."""
    return re.sub(r"(?m)^\s+", "", re.sub(r"/\*(?s:.*?)\*/", "", sheet))


def _inside(found: re.Match[str]) -> str:
    try:
        picture = (LEAFLET / found[1]).read_bytes()
    except FileNotFoundError as error:
        raise _missing(LEAFLET / found[1]) from error
    return f'url("data:image/png;base64,{base64.b64encode(picture).decode("ascii")}")'


def _read(file: Path) -> str:
    try:
        # A browser turns CR LF into LF before it hashes a script.
        return file.read_text("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise _missing(file) from error


def _missing(file: Path) -> MissingFile:
    return MissingFile(
        f"{file.relative_to(HERE.parent)} is not in this installation of the tracker; "
        "install the package (pip install -e . in a checkout), which fetches it"
    )
