"""A march on a napkin: one road of 60 km, three good reports and some that nobody should trust."""

from pathlib import Path

HEADER = "report_id,kind,unit,earliest,latest,place,lon,lat,radius_m,summary,publisher,reliability,credibility"

ROWS = (
    "a,sighting,column,2023-06-24T10:00+03:00,2023-06-24T10:05+03:00,Westend,39.0,52.0,500,passing,One,A,1",
    "b,sighting,column,2023-06-24T10:40+03:00,2023-06-24T10:45+03:00,Middle,39.4,52.0,500,passing,Two,B,2",
    "c,sighting,column,2023-06-24T11:20+03:00,2023-06-24T11:25+03:00,Eastend,39.8,52.0,500,passing,Three,B,2",
    "d,sighting,column,2023-06-24T11:21+03:00,2023-06-24T11:23+03:00,Westend,39.0,52.0,500,still here,Four,E,5",
    "e,sighting,escort,2023-06-24T10:30+03:00,2023-06-24T10:35+03:00,Westend,39.0,52.0,500,a car,Five,C,3",
    "f,statement,,2023-06-24T10:00+03:00,2023-06-24T10:00+03:00,,,,,words,Six,F,6",
)

HOSTILE = "<script>alert(1)</script>[red]{{7*7}}[/]"
"""Markup of three kinds in one text."""

ROADS = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
<node id="1" lon="38.9" lat="52.0"/>
<node id="2" lon="39.0" lat="52.0"><tag k="place" v="town"/><tag k="name" v="Westend"/></node>
<node id="3" lon="39.4" lat="52.0"><tag k="place" v="town"/><tag k="name" v="Middle"/></node>
<node id="4" lon="39.8" lat="52.0"><tag k="place" v="town"/><tag k="name" v="Eastend"/></node>
<node id="5" lon="39.4" lat="52.2"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/>
<tag k="highway" v="trunk"/><tag k="ref" v="M1"/></way>
<way id="2"><nd ref="3"/><nd ref="5"/><tag k="highway" v="primary"/><tag k="ref" v="P2"/></way>
</osm>
"""


def write_reports(folder: Path, *more: str) -> Path:
    """The reports as a file, with rows of your own below them."""
    path = folder / "reports.csv"
    path.write_text("\n".join([HEADER, *ROWS, *more, ""]), "utf-8")
    return path


def write_roads(folder: Path) -> Path:
    """The road as a file."""
    path = folder / "roads.osm"
    path.write_text(ROADS, "utf-8")
    return path
