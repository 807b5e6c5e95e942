"""The same three reports in every format, made here so that no file has to be kept."""

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tracker.evidence.files.profile import Profile
from tracker.evidence.files.profiles import PROFILES

COLUMNS = ("report_id", "kind", "unit", "earliest", "latest", "radius_m", "summary", "publisher", "url")
ROWS = (
    ("r1", "sighting", "main column", "2023-06-24T14:30:00+03:00", "2023-06-24T15:15:00+03:00", 6000.0,
     "Seen, at Yelets: Елец", "iStories", "https://example.org/1"),
    ("r2", "roadblock", None, "2023-06-24T06:00:00+03:00", None, 2500.0, "M4 closed", "Governor", None),
    ("r3", "statement", None, "2023-06-24T20:25:00+03:00", "2023-06-24T20:25:00+03:00", None, "Back to camp",
     "Prigozhin", "https://example.org/3"),
)  # fmt: skip
PLACES = ((38.5, 52.62), (39.2, 51.67), None)
ACLED_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,actor2,country,"
    "admin1,admin2,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,timestamp"
)


def csv_file() -> bytes:
    lines = [",".join((*COLUMNS, "lon", "lat"))]
    for row, place in zip(ROWS, PLACES, strict=True):
        cells = ["" if cell is None else str(cell) for cell in row] + (
            [""] * 2 if place is None else [*map(str, place)]
        )
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    return "\n".join(lines).encode() + b"\n"


def features() -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": None if place is None else {"type": "Point", "coordinates": list(place)},
                "properties": dict(zip(COLUMNS, row, strict=True)),
            }
            for row, place in zip(ROWS, PLACES, strict=True)
        ],
    }


def json_file() -> bytes:
    return json.dumps(features(), ensure_ascii=False, indent=1).encode()


def blob(place: tuple[float, float] | None, *, srs: int = 4326) -> bytes | None:
    """A point as a GeoPackage holds it."""
    return None if place is None else struct.pack("<2sBBiBIdd", b"GP", 0, 1, srs, 1, 1, *place)


def geopackage(path: Path, *, layer: str = "reports", organization: str = "EPSG", code: int = 4326) -> None:
    """A GeoPackage of the three reports at the path; more layers if it is there already."""
    quoted = '"' + layer.replace('"', '""') + '"'
    with sqlite3.connect(path) as made:
        made.executescript(
            "CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys(srs_name TEXT, srs_id INTEGER PRIMARY KEY,"
            " organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
            "CREATE TABLE IF NOT EXISTS gpkg_contents(table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT,"
            " srs_id INTEGER);"
            "CREATE TABLE IF NOT EXISTS gpkg_geometry_columns(table_name TEXT, column_name TEXT,"
            " geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);"
            "PRAGMA application_id = 1196444487;"
        )
        made.execute(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES ('', ?, ?, ?, '', '')", (code, organization, code)
        )
        made.execute("INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?)", (layer, layer, code))
        made.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (layer, code))
        made.execute(f"CREATE TABLE {quoted} (fid INTEGER PRIMARY KEY, {', '.join(COLUMNS)}, geom BLOB)")
        for row, place in zip(ROWS, PLACES, strict=True):
            made.execute(
                f"INSERT INTO {quoted} VALUES (NULL, {', '.join('?' * (len(row) + 1))})", (*row, blob(place, srs=code))
            )
    made.close()


def gpkg_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "march.gpkg"
        geopackage(path)
        return path.read_bytes()


def parquet_file() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)})
    points = [None if place is None else struct.pack("<BIdd", 1, 1, *place) for place in PLACES]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    table = table.append_column("geometry", pa.array(points, pa.binary()))
    held = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), held)
    return held.getvalue()


def xlsx_file() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["made by hand"])
    sheet = book.create_sheet("march")
    sheet.append([*COLUMNS, "lon", "lat"])
    for row, place in zip(ROWS, PLACES, strict=True):
        sheet.append([*row, *(place or (None, None))])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def kml_file() -> bytes:
    marks = []
    for row, place in zip(ROWS, PLACES, strict=True):
        said = dict(zip(COLUMNS, row, strict=True))
        data = "".join(
            f'<Data name="{name}"><value>{said[name]}</value></Data>'
            for name in COLUMNS
            if said[name] is not None and name not in ("earliest", "latest")
        )
        end = "" if said["latest"] is None else f"<end>{said['latest']}</end>"
        point = "" if place is None else f"<Point><coordinates>{place[0]},{place[1]},0</coordinates></Point>"
        span = f"<TimeSpan><begin>{said['earliest']}</begin>{end}</TimeSpan>"
        marks.append(
            f"<Placemark><name>{said['report_id']}</name>{span}<ExtendedData>{data}</ExtendedData>{point}</Placemark>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + "\n".join(marks)
        + "</Document></kml>"
    ).encode()


def kmz_file() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml_file())
    return held.getvalue()


def gpx_file() -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="a phone" xmlns="http://www.topografix.com/GPX/1/1">\n'
        '<wpt lat="52.62" lon="38.5"><time>2023-06-24T11:30:00Z</time><name>Yelets</name><desc>Seen: Елец</desc>'
        '<link href="https://example.org/1"/></wpt>\n'
        "<trk><name>main column</name><trkseg>\n"
        '<trkpt lat="51.67" lon="39.2"><ele>100</ele><time>2023-06-24T06:00:00Z</time></trkpt>\n'
        '<trkpt lat="51.70" lon="39.1"><time>2023-06-24T06:05:00.5Z</time></trkpt>\n'
        "</trkseg></trk></gpx>"
    ).encode()


def acled_file() -> bytes:
    return (
        f"{ACLED_HEADER}\n"
        "RUS1,2023-06-24,2023,1,Political violence,Battles,Armed clash,Wagner Group,Military Forces,Russia,Voronezh,,"
        'Voronezh,51.67,39.2,1,"Baza; Reuters",National,"On 24 June, a clash.",0,1688000000\n'
        "RUS2,2023-06-20,2023,2,Political violence,Battles,Air strike,,,Russia,Voronezh,,Pavlovsk,50.45,40.1,2,Meduza,"
        "National,A strike.,0,1688000000\n"
    ).encode()


_GDELT = {
    "globaleventid": "1110000001", "sqldate": "20230624", "eventrootcode": "19", "eventcode": "190",
    "actor1name": "WAGNER", "actiongeo_type": "4", "actiongeo_fullname": 'Rostov, "Rostovskaya", Russia',
    "actiongeo_lat": "47.2364", "actiongeo_long": "39.7139", "dateadded": "20230624101500",
    "sourceurl": "https://www.example.org/story",
}  # fmt: skip


def narrow_gdelt() -> Profile:
    """The profile without the fifty columns that it does not look at: they cost most of the time of a damaged file."""
    whole = PROFILES["gdelt"]
    taken = {*_GDELT, *whole.signature, *(name for names in whole.copied.values() for name in names)}
    return replace(whole, header=tuple(name for name in whole.header if name in taken))


def gdelt_file(*, narrow: bool = False) -> bytes:
    """The 61 columns of GDELT, or those of them that its profile takes or that say something here."""
    columns = narrow_gdelt().header if narrow else PROFILES["gdelt"].header
    country = _GDELT | {"globaleventid": "1110000002", "actiongeo_type": "1", "eventrootcode": "01"}
    return "".join("\t".join(row.get(name, "") for name in columns) + "\n" for row in (_GDELT, country)).encode()


def atlos_file() -> bytes:
    return (
        b"slug,project,inserted_at,updated_at,latitude,longitude,status,description,date,type,equipment,"
        b"geolocation_resolution,more_info,source_1,source_2\n"
        b"ABC123,March,2023-06-25 08:00:00,2023-06-25 09:00:00,51.67,39.2,Completed,Convoy on the M4 by the depot,"
        b"2023-06-24,Military Activity,,Vicinity,,https://t.me/a/1,https://t.me/b/2\n"
        b"ABC124,March,2023-06-25 08:00:00,2023-06-25 09:00:00,'-1.5,39.2,To Do,Little is known,2023-06-24,,,,,,\n"
    )


def archiver_file() -> bytes:
    return (
        b"Link,Destination folder,Archive status,Archive location,Archive date,Timestamp,Title,Text,Hash,unit,lon,lat\n"
        b"https://t.me/a/1,,telegram: success,https://archive.example.org/1.html,2023-06-25T08:00:00+00:00,"
        b"2023-06-24T10:00:00+00:00,A post,Convoy,abc,main column,39.2,51.67\n"
        b"https://t.me/a/2,,telegram: success,,2023-06-25T08:00:00+00:00,2023-06-24T12:00:00+00:00,,Another,abc,,,\n"
    )


def timemap_file() -> bytes:
    event = {
        "id": "CIV0001", "date": "06/24/2023", "latitude": "51.67", "longitude": "39.2", "location": "Voronezh",
        "description": "A depot burns", "filters": [{"key": "Type of area affected", "value": "Industrial"}],
        "sources": [{"id": "s1", "path": "https://t.me/a/1", "description": "a video"}],
    }  # fmt: skip
    return json.dumps([event, event | {"id": "CIV0002", "sources": []}]).encode()


FILES = {
    "csv": csv_file, "json": json_file, "gpkg": gpkg_file, "parquet": parquet_file, "xlsx": xlsx_file, "kml": kml_file,
    "kmz": kmz_file, "gpx": gpx_file,
}  # fmt: skip
"""Each format, by the ending of its files."""
PROFILED = {
    "acled": acled_file, "gdelt": gdelt_file, "atlos": atlos_file, "auto-archiver": archiver_file,
    "ukraine-timemap": timemap_file,
}  # fmt: skip
"""An export of each project, by the profile that reads it."""
