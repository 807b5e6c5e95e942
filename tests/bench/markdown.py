"""Tables that read well in a terminal and in a page, and the places in a page where a benchmark writes them."""

import re
from collections.abc import Sequence
from pathlib import Path


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns in line: the first to the left, all others to the right."""
    texts = [[cell.replace("|", "/") for cell in row] for row in (header, *rows)]
    width = [max(map(len, column)) for column in zip(*texts, strict=True)]
    rule = ["-" * width[0], *("-" * (w - 1) + ":" for w in width[1:])]
    lines = [
        [row[0].ljust(width[0]), *(cell.rjust(w) for cell, w in zip(row[1:], width[1:], strict=True))]
        for row in (texts[0], rule, *texts[1:])
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fill(page: Path, name: str, text: str) -> None:
    """Write a text between the marks ``<!-- name -->`` and ``<!-- end of name -->`` of a page."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before = page.read_text("utf-8")
    found = re.findall(f"{re.escape(begin)}.*?{re.escape(end)}", before, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{page.name} must have the lines {begin} and {end} once; it has them {len(found)} times")
    page.write_text(before.replace(found[0], f"{begin}\n\n{text}\n\n{end}"), "utf-8")
