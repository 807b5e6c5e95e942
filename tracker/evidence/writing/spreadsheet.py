"""CSV and TSV that a spreadsheet shows as text: no cell of a report is ever run as a formula.

A mark of UTF-8 begins the file, because Excel takes it for the alphabet of the machine otherwise, and Cyrillic is lost;
lines end in CR LF, as RFC 4180 says. Line ends inside of cells are those of the source.
"""

import csv
import re
from pathlib import Path

import geopandas as gpd

from tracker.evidence.writing.plain_values import Value, plain_values

_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
"""What a formula begins with, in every width; Excel and LibreOffice know the wide forms too."""
_UNSEEN = r"\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff"
"""Programs drop blanks, and marks that nobody sees, before they look for a formula."""
_AT_START = re.compile(rf"^(?:[\t\r\n]|[\s{_UNSEEN}]*[{_FORMULA}])")


def write_csv(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write comma-separated text; returns how many reports it holds."""
    # Where the comma is the decimal sign a spreadsheet splits at semicolons, whatever the quotation marks say.
    return _write(reports, path, delimiter=",", others=";\t\r\n")


def write_tsv(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write tab-separated text; returns how many reports it holds."""
    return _write(reports, path, delimiter="\t", others=",;\r\n")


def _write(reports: gpd.GeoDataFrame, path: Path, *, delimiter: str, others: str) -> int:
    within = re.compile(rf"(?<=[{others}])(?=(?:[^\S{others}]|[{_UNSEEN}])*[{_FORMULA}])")
    columns = {name: [harmless(cell, within) for cell in cells] for name, cells in plain_values(reports).items()}
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return len(reports)


def harmless(cell: Value, within: re.Pattern[str]) -> Value:
    """A cell that is no formula: text with an apostrophe before what would be one; numbers as they are."""
    if not isinstance(cell, str):
        return cell
    text = within.sub("'", cell)
    return f"'{text}" if _AT_START.match(text) else text
