"""The log of a receiver is read whole, or refused with all that is wrong with it."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tracker import trace
from tracker.model import BadTrace, MissingFile
from tracker.trace import read_trace

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
FIRST = '<trkpt lat="51.5" lon="39.25"><ele>120</ele><time>2023-06-24T09:00:00Z</time></trkpt>'


def gpx(folder: Path, inside: str, *, head: str = HEAD, name: str = "drive.gpx") -> Path:
    path = folder / name
    path.write_text(f"{head}{inside}</gpx>", encoding="utf-8")
    return path


def track(*segments: str) -> str:
    return f"<trk>{''.join(f'<trkseg>{points}</trkseg>' for points in segments)}</trk>"


def point(lon: object = 39.25, lat: object = 51.5, time: str | None = "2023-06-24T09:00:00Z") -> str:
    return f'<trkpt lat="{lat}" lon="{lon}">{"" if time is None else f"<time>{time}</time>"}</trkpt>'


def refusal(path: Path) -> str:
    with pytest.raises(BadTrace) as refused:
        read_trace(path)
    return str(refused.value)


# ---- GPX


def test_track_points_become_fixes_in_the_order_of_the_file(tmp_path: Path) -> None:
    fixes = read_trace(gpx(tmp_path, track(FIRST + point(39.5, 51.25, "2023-06-24T12:00:01.5+03:00"))))
    assert fixes.crs.to_string() == "EPSG:4326"
    assert {name: str(fixes[name].dtype) for name in fixes} == {
        "time": "datetime64[us, UTC]", "segment": "int64", "geometry": "geometry",
    }  # fmt: skip
    assert fixes.time.tolist() == [pd.Timestamp("2023-06-24T09:00:00Z"), pd.Timestamp("2023-06-24T09:00:01.5Z")]
    assert fixes.geometry.tolist() == [shapely.Point(39.25, 51.5), shapely.Point(39.5, 51.25)]
    assert fixes.index.tolist() == [0, 1]


def test_each_segment_of_each_track_is_one_of_its_own(tmp_path: Path) -> None:
    path = gpx(tmp_path, track(point() * 2, point()) + track(point(), "", point() * 3))
    assert read_trace(path).segment.tolist() == [0, 0, 1, 2, 4, 4, 4]


def test_waypoints_and_routes_are_passed_over(tmp_path: Path) -> None:
    inside = f'<wpt lat="0" lon="0"/><rte><rtept lat="1" lon="1"/></rte>{track(point())}'
    assert len(read_trace(gpx(tmp_path, inside))) == 1
    assert "has no track point (waypoints and routes are no log)" in refusal(gpx(tmp_path, '<wpt lat="0" lon="0"/>'))


def test_gpx_of_any_version_and_with_extensions_is_read(tmp_path: Path) -> None:
    old = gpx(tmp_path, track(FIRST), head='<gpx version="1.0">')
    assert len(read_trace(old)) == 1
    more = "<extensions><a:speed xmlns:a='urn:a'>3<a:time>no</a:time></a:speed></extensions>"
    assert len(read_trace(gpx(tmp_path, track(FIRST.replace("<time>", f"{more}<time>"))))) == 1
    utf_16 = tmp_path / "utf16.gpx"
    utf_16.write_bytes((HEAD.replace("UTF-8", "UTF-16") + track(FIRST) + "</gpx>").encode("utf-16"))
    assert len(read_trace(utf_16)) == 1
    assert len(read_trace(gpx(tmp_path, track(FIRST), name="drive.xml"))) == 1


def test_every_fault_is_listed_with_its_point_and_a_remedy(tmp_path: Path) -> None:
    points = [
        point(), point(lon="nan"), point(lat=91), point(lon=""), point(time=None), point(time="yesterday"),
        point(time="2023-06-24T09:00:00"), point(time="2023-06-24"), point(lon="1_0", lat="inf"),
        point(time="0001-01-01T00:00:00Z"),
    ]  # fmt: skip
    said = refusal(gpx(tmp_path, track("".join(points)))).splitlines()
    assert said == [
        "10 faults found",
        "drive.gpx, row 2, column lon: 'nan' is no number from -180 to 180; mend the point or take it out",
        "drive.gpx, row 3, column lat: '91' is no number from -90 to 90; mend the point or take it out",
        "drive.gpx, row 4, column lon: is missing; mend the point or take it out",
        "drive.gpx, row 5, column time: has no time; give it a <time>, or take it out",
        "drive.gpx, row 6, column time: 'yesterday' is no time of a log; write it as 2023-06-24T12:00:00Z",
        "drive.gpx, row 7, column time: '2023-06-24T09:00:00' has no time zone; "
        "GPX is in UTC: add a Z, if the receiver kept to that",
        "drive.gpx, row 8, column time: '2023-06-24' has no time zone; "
        "GPX is in UTC: add a Z, if the receiver kept to that",
        "drive.gpx, row 9, column lon: '1_0' is no number from -180 to 180; mend the point or take it out",
        "drive.gpx, row 9, column lat: 'inf' is no number from -90 to 90; mend the point or take it out",
        "drive.gpx, row 10, column time: '0001-01-01T00:00:00Z' is no time of a log; write it as 2023-06-24T12:00:00Z",
    ]


def test_a_million_faults_are_not_a_million_lines(tmp_path: Path) -> None:
    said = refusal(gpx(tmp_path, track(point() + point(lon=999) * 60_000))).splitlines()
    assert len(said) == 52
    assert said[-1].startswith("... and ")


def test_a_plan_without_times_is_told_from_a_log_with_holes(tmp_path: Path) -> None:
    said = refusal(gpx(tmp_path, track(point(time=None) * 3)))
    assert said.endswith("none of its 3 track points has a time; export the log with its times")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not sound XML"),
        ("<gpx><trk>", "is not sound XML"),
        ("<gpx\0>", "is not sound XML"),
        ("<kml/>", "is XML with the root 'kml', not GPX"),
        ('<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>', "has a DTD or entities"),
        ('<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>', "has a DTD or entities"),
        ('<?xml version="1.0" encoding="nonsense"?><gpx/>', "is not sound XML|encoding"),
        (f"<gpx>{'<a>' * 100_000}", "nests deeper"),
        (f"<gpx><trk><trkseg><trkpt lat='1' lon='1'>{'<a/>' * 5000}", "holds more in a point than GPX does"),
    ],
)
def test_xml_that_is_broken_or_made_to_do_harm_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "bad.gpx"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTrace, match=why):
        read_trace(path)


def test_a_long_log_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    import tracemalloc

    path = gpx(tmp_path, track(FIRST.replace("<ele>", f"<desc>{'x' * 5000}</desc><ele>") * 4000))
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    with path.open("rb") as file:
        assert len(trace._points("long.gpx", file)[1]) == 4000
    assert tracemalloc.get_traced_memory()[1] < 6_000_000
    tracemalloc.stop()


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "MAX_BYTES", 1 << 20)
    assert "is larger than 1 MiB; split it" in refusal(gpx(tmp_path, track(FIRST * 20_000)))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="there is no file"):
        read_trace(tmp_path / "none.gpx")
    assert "is no file; name the file of the trace" in refusal(tmp_path)


# ---- tables


def test_a_table_of_places_and_times_is_a_trace_too(tmp_path: Path) -> None:
    csv = tmp_path / "log.csv"
    csv.write_text(
        "time,latitude,longitude,speed\n2023-06-24T09:00:00Z,51.5,39.25,12\n2023-06-24T09:00:05Z,51.5,39.25,\n", "utf-8"
    )
    fixes = read_trace(csv)
    assert list(fixes) == ["time", "segment", "geometry"]
    assert fixes.time.dt.second.tolist() == [0, 5]
    assert (fixes.segment.tolist(), fixes.geometry.x.tolist()) == ([0, 0], [39.25, 39.25])
    geojson = tmp_path / "log.geojson"
    features = [
        {"type": "Feature", "properties": {"time": f"2023-06-24T09:00:0{k}Z"},
         "geometry": {"type": "Point", "coordinates": [39.25, 51.5]}} for k in range(3)
    ]  # fmt: skip
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert read_trace(geojson).time.dt.second.tolist() == [0, 1, 2]
    parquet = tmp_path / "log.parquet"
    gpd.GeoDataFrame({"time": fixes.time}, geometry=fixes.geometry).to_crs("EPSG:32637").to_parquet(parquet)
    read = read_trace(parquet)
    assert read.time.tolist() == fixes.time.tolist()
    assert read.geometry.x.tolist() == pytest.approx(fixes.geometry.x.tolist())


def test_receivers_of_a_table_are_told_apart_by_their_unit(tmp_path: Path) -> None:
    csv = tmp_path / "log.csv"
    rows = [f"2023-06-24T09:00:0{k}Z,51.5,39.25,{unit}" for k, unit in enumerate("abab")]
    csv.write_text("time,lat,lon,unit\n" + "\n".join(rows), encoding="utf-8")
    assert read_trace(csv).segment.tolist() == [0, 1, 0, 1]


def test_every_fault_of_a_table_is_listed(tmp_path: Path) -> None:
    csv = tmp_path / "log.csv"
    csv.write_text("time,lat,lon\n2023-06-24T09:00:00,51.5,39.25\n2023-06-24T09:00:05Z,95,39.25\n", encoding="utf-8")
    said = refusal(csv)
    assert said.startswith("2 faults found\nlog.csv, row 2, column time: '2023-06-24T09:00:00' has no time zone;")
    assert "log.csv, row 3, column lat: '95'" in said


def test_a_row_of_a_table_without_a_place_is_refused(tmp_path: Path) -> None:
    csv = tmp_path / "log.csv"
    csv.write_text("time,lat,lon\n2023-06-24T09:00:00Z,51.5,39.25\n2023-06-24T09:00:05Z,,\n", encoding="utf-8")
    assert refusal(csv).endswith("1 rows lack a place or a time, the first in row 2; drop them")
