"""KML and GPX: places with times for globes, maps and receivers, every text escaped."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd

from tracker.evidence.writing.plain_values import Value, plain_values

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold, not even escaped."""
_LONGEST_NAME = 80

# The balloon shows the description only: a globe would run what stands in other columns as HTML.
_KML_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>Reports</name>
<Style id="report"><BalloonStyle><text>$[description]</text></BalloonStyle></Style>
"""
_GPX_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="convoy-tracker" xmlns="http://www.topografix.com/GPX/1/1">
"""


def write_kml(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write KML, a placemark with a TimeSpan for each report; returns how many it holds.

    All columns stand in the ExtendedData; a report without a place has no point, one without an end no end.
    """
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(_KML_HEAD)
        for row in _rows(reports):
            file.write(_placemark(row))
        file.write("</Document>\n</kml>\n")
    return len(reports)


def write_gpx(reports: gpd.GeoDataFrame, path: Path) -> int:
    """Write GPX 1.1, a waypoint for each report with a place; returns how many those are.

    A waypoint has one time: the earliest, the first moment at which it can have been. The interval is in the comment.
    """
    number = 0
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(_GPX_HEAD)
        for row in _rows(reports):
            if row["lon"] is not None:
                file.write(_waypoint(row))
                number += 1
        file.write("</gpx>\n")
    return number


def _rows(reports: gpd.GeoDataFrame) -> Iterator[dict[str, Value]]:
    columns = plain_values(reports)
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _placemark(row: dict[str, Value]) -> str:
    said = html.escape(f"{row['summary'] or ''}\n{_interval(row)}").strip().replace("\n", "<br>")
    parts = ["<Placemark>", _element("name", _name(row)), _element("description", said)]
    parts.append(f"<TimeSpan>{_element('begin', row['earliest'])}{_element('end', row['latest'])}</TimeSpan>")
    parts.append("<styleUrl>#report</styleUrl><ExtendedData>")
    for name, value in row.items():
        if value is not None:
            parts.append(f'<Data name="{name}">{_element("value", value)}</Data>')
    parts.append("</ExtendedData>")
    if row["lon"] is not None:
        parts.append(f"<Point><coordinates>{row['lon']!r},{row['lat']!r}</coordinates></Point>")
    return "".join([*parts, "</Placemark>\n"])


def _waypoint(row: dict[str, Value]) -> str:
    link = f'<link href="{escaped(row["url"])}"/>' if row["url"] is not None else ""
    inner = [
        _element("time", row["earliest"]),
        _element("name", _name(row)),
        _element("cmt", _interval(row)),
        _element("desc", row["summary"]),
        _element("src", row["publisher"]),
        link,
        _element("type", row["kind"]),
    ]
    return f'<wpt lat="{row["lat"]:.7f}" lon="{row["lon"]:.7f}">{"".join(inner)}</wpt>\n'


def _name(row: dict[str, Value]) -> str:
    unit = f" of {row['unit']}" if row["unit"] is not None else ""
    place = f", {row['place']}" if row["place"] is not None else ""
    name = f"{row['kind']}{unit}{place}"
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."


def _interval(row: dict[str, Value]) -> str:
    until = "not ended" if row["latest"] is None else f"to {row['latest']}"
    within = f", within {row['radius_m']} m" if row["radius_m"] is not None else ""
    return f"{row['report_id']}: {row['earliest']} {until}{within}"


def _element(name: str, value: Value) -> str:
    return "" if value is None or value == "" else f"<{name}>{escaped(value)}</{name}>"


def escaped(value: Value) -> str:
    """Text for XML: markup escaped, a carriage return kept, what XML cannot hold as the mark of a lost letter."""
    text = _NOT_XML.sub("\ufffd", html.escape(str(value)))
    return text.replace("\r", "&#13;")
