"""The article page: one file that carries all it needs, asks nobody for anything, and lets no foreign script run."""

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from html import escape
from pathlib import Path

from tracker.model import MissingFile, Reconstruction
from tracker.render.assets import WATER_NAMES, fill, leaflet, player_css, player_js, template
from tracker.render.clock import local_time
from tracker.render.pack import safe_json
from tracker.render.scene import Scene, build_scene
from tracker.render.still import still_html
from tracker.render.words import words_for


def export_html(
    march: Reconstruction,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    alt: str | None = None,
    credit: str | None = None,
    lang: str = "en",
    zone: str | None = None,
) -> Path:
    """Path of the page that was written: the march with its player, in one file that opens anywhere, also from disk.

    The page makes no request. Its content security policy admits only its own scripts and styles, by their hashes.
    Without scripts it shows a drawing and a table. The same march gives the same bytes. The file appears whole or
    not at all.

    Parameters
    ----------
    march : what `reconstruct` answered
    path : of the page; a file that is there is replaced
    title : of the figure; by default the days of the march
    alt : what the picture shows, for those who cannot see it; by default a general sentence
    credit : whose work it is, shown in the caption
    lang : language of the page, a BCP 47 tag; "en" and "ru" have words of their own
    zone : IANA name of the zone in which times are shown, e.g. ``"Europe/Moscow"``; UTC if not given

    Raises
    ------
    TrackerError
        There is no report and no track: nothing to draw.
    BadTime
        There is no zone of that name.
    MissingFile
        The folder of `path` is not there, or Leaflet is not in this installation.
    """
    scene = described_scene(march, title=title, alt=alt, credit=credit, lang=lang, zone=zone)
    target = Path(path)
    _write_whole(target, page_html(scene).encode("utf-8"))
    return target


def described_scene(
    march: Reconstruction, *, title: str | None, alt: str | None, credit: str | None, lang: str, zone: str | None
) -> Scene:
    """The scene of a march, with a title and an alternative text made from it where none is given."""
    scene = build_scene(march, title=title or "", alt=alt or "", credit=credit or "", lang=lang, zone=zone)
    words = words_for(lang)
    start, end = local_time(scene, 0), local_time(scene, scene["end"])
    scene["title"] = title or words.title.format(start=f"{start:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
    scene["alt"] = alt or words.alt.format(units=", ".join(unit["name"] for unit in scene["units"]))
    return scene


def page_html(scene: Scene) -> str:
    """The whole page of a scene."""
    # Pictures of markers and of a switch for layers, which the player has none of.
    styles = [re.sub(r'url\("data:[^"]*"\)', "none", leaflet().css), player_css()]
    unused = frozenset() if scene.get("context") else frozenset({WATER_NAMES})
    scripts = [leaflet().js, player_js(without=unused), template("boot.js")]
    return fill(
        template("page.html"),
        {
            "LANG": escape(scene["lang"]),
            "TITLE": escape(scene["title"]),
            "CSP": content_policy(scripts=scripts, styles=styles),
            "STYLES": "\n".join(f"<style>{style}</style>" for style in styles),
            "FIGURE": template("figure.html"),
            "NOSCRIPT": still_html(scene),
            "CAPTION": caption_html(scene),
            "SCENE": safe_json(scene),
            "SCRIPTS": "\n".join(f"<script>{script}</script>" for script in scripts),
        },
    )


def caption_html(scene: Scene) -> str:
    """What the figure is, how to read it, whose work it is and whose roads these are; every text is escaped."""
    words = words_for(scene["lang"])
    placing = [
        r for r in scene["reports"] if r["unit"] is not None and r["lon"] is not None and r["verdict"] != "unused"
    ]
    nature = words.nature.format(count=len(scene["reports"]), placing=len(placing))
    told = "\n".join(f"<p>{escape(text)}</p>" for text in (nature, words.reading, words.limit))
    credit = f"{escape(scene['credit'])} " if scene["credit"] else ""
    licence = '<a href="https://www.openstreetmap.org/copyright" rel="noopener noreferrer">ODbL</a>'
    return f"{told}\n<p>{credit}{escape(words.roads)} {licence}. {escape(words.made_with)}</p>"


def content_policy(*, scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A content security policy that admits just these inline scripts and styles, and pictures inside the page."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)


def _write_whole(target: Path, content: bytes) -> None:
    """A file that appears whole or not at all, readable as any other file of this user."""
    if not target.parent.is_dir():
        raise MissingFile(f"the folder {target.parent} for {target.name} is not there; make it, or give another path")
    half = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        with half.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, target)
    finally:
        half.unlink(missing_ok=True)
