"""A page taken apart as a browser would, to see what of it is markup and what is text."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page(HTMLParser):
    """Elements of a page and the text inside of scripts, styles and everything else."""

    html: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    inside: list[tuple[str, dict[str, str | None], str]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: tuple[str, dict[str, str | None], str] | None = None
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style", "title"}:
            self._open = (tag, dict(attrs), "")

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open = (*self._open[:2], self._open[2] + data)
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[0]:
            self.inside.append(self._open)
            self._open = None

    @property
    def programs(self) -> list[str]:
        """Text of each script that runs."""
        return [text for tag, attrs, text in self.inside if tag == "script" and "json" not in (attrs.get("type") or "")]

    @property
    def styles(self) -> list[str]:
        """Text of each style sheet."""
        return [text for tag, _, text in self.inside if tag == "style"]

    @property
    def scene(self) -> str:
        """Text of the one element that holds the scene."""
        (text,) = [text for _, attrs, text in self.inside if attrs.get("class") == "tracker-scene"]
        return text

    @property
    def pictures(self) -> list[str]:
        """Each address in a style sheet that a browser would fetch; the parts of the page itself (#) are none."""
        return re.findall(r"""(?:url\(|@import)\s*["']?(?!#)([^"')]*)""", "".join(self.styles))

    @property
    def kinds(self) -> set[tuple[str, tuple[str, ...]]]:
        """Each kind of element that occurs: its tag and the names of its attributes."""
        return {(tag, tuple(sorted(attrs))) for tag, attrs in self.elements}

    @property
    def addresses(self) -> list[str]:
        """Where anything of the page points or asks."""
        names = ("src", "href", "srcset", "action", "data", "poster", "background", "xlink:href", "formaction")
        return [attrs[name] or "" for _, attrs in self.elements for name in names if name in attrs]


def without_ids(text: str) -> str:
    """The text with folium's random ids made equal."""
    return re.sub(r"_[0-9a-f]{32}\b", "_ID", text)
