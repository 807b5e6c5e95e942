"""reports.csv keeps its promises, and the README lists what was mended."""

import csv
import re
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tracker.model.geodesy import distance_m
from tracker.model.tables import CREDIBILITY, KINDS, RELIABILITY, REPORTS, TIME_BASES

GEODATA = Path(__file__).parents[2] / "geodata"
README = (GEODATA / "README.md").read_text(encoding="utf-8")
RAW = (GEODATA / "reports.csv").read_bytes()
ROWS = list(csv.DictReader(RAW.decode("utf-8").splitlines()))
BY_ID = {row["report_id"]: row for row in ROWS}
MOSCOW_TIME = timedelta(hours=3)


def mends() -> list[list[str]]:
    """Cells of the README's mends tables: report_id, column, was, is, why."""
    lines = README.partition("## Mends")[2].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| r\d{3} ", line)]


def test_the_columns_are_the_contract_with_lon_and_lat_for_the_geometry() -> None:
    kept = [name for name in REPORTS if name not in ("geometry", "revision", "author", "recorded_at")]
    assert sorted(ROWS[0]) == sorted([*kept, "lon", "lat"])
    assert list(ROWS[0])[:8] == ["report_id", "kind", "unit", "earliest", "latest", "time_basis", "place", "admin"]


def test_no_report_is_lost() -> None:
    assert [row["report_id"] for row in ROWS] == [f"r{number:03d}" for number in range(1, 177)]


def test_the_file_is_utf_8_with_lf_and_no_row_is_longer_than_the_header() -> None:
    assert b"\r" not in RAW
    assert RAW.endswith(b"\n")
    assert all(None not in row and None not in row.values() for row in ROWS)


def test_every_time_carries_moscow_time_and_no_interval_ends_before_it_begins() -> None:
    for row in ROWS:
        earliest = datetime.fromisoformat(row["earliest"])
        assert earliest.utcoffset() == MOSCOW_TIME, row["report_id"]
        if row["latest"]:
            latest = datetime.fromisoformat(row["latest"])
            assert latest.utcoffset() == MOSCOW_TIME, row["report_id"]
            assert earliest <= latest, row["report_id"]


def test_only_roadblocks_stay_open() -> None:
    assert {row["kind"] for row in ROWS if not row["latest"]} == {"roadblock"}


def test_every_word_of_the_contract_is_used_as_written() -> None:
    for row in ROWS:
        assert row["kind"] in KINDS, row["report_id"]
        assert row["time_basis"] in TIME_BASES, row["report_id"]
        assert row["reliability"] in RELIABILITY, row["report_id"]
        assert int(row["credibility"]) in CREDIBILITY, row["report_id"]
        assert row["unit"] in ("", "main column", "eastern column", "rear column", "rostov group"), row["report_id"]
        assert row["publisher"], row["report_id"]
        assert row["origin"], row["report_id"]


def test_every_address_is_a_web_page() -> None:
    for row in ROWS:
        address = urlsplit(row["url"])
        assert address.scheme in ("http", "https"), row["report_id"]
        assert "." in address.netloc, row["report_id"]


def test_published_is_iso_as_far_as_it_is_known() -> None:
    for row in ROWS:
        known = row["published"]
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}\+03:00)?)?)?", known), row["report_id"]
        if len(known) >= 10:
            assert datetime.fromisoformat(known).year >= 2023, row["report_id"]


def test_a_point_has_a_radius_and_lies_in_the_corridor() -> None:
    for row in ROWS:
        given = [bool(row[name]) for name in ("lon", "lat", "radius_m")]
        assert all(given) or not any(given), row["report_id"]
        if all(given):
            assert 36 < float(row["lon"]) < 43, row["report_id"]
            assert 47 < float(row["lat"]) < 56.5, row["report_id"]
            assert 300 <= float(row["radius_m"]) <= 200_000, row["report_id"]


def test_copies_of_one_word_share_one_origin() -> None:
    voices = defaultdict(set)
    for row in ROWS:
        voices[row["origin"]].add(row["report_id"])
    assert {"r007", "r008", "r015", "r034", "r046", "r052", "r055", "r068"} <= voices["Baza"]
    assert {"r117", "r119"} <= voices["Meduza"]
    assert {"r110", "r118"} <= voices["Rybar"]
    assert {"r088", "r090", "r099", "r100"} <= voices["Reuters eyewitness"]
    assert {"r164", "r165"} <= voices["Avtodor"]
    assert not [origin for origin in voices if "mirror" in origin or " via " in origin]


def test_false_claims_near_moscow_keep_their_grades() -> None:
    assert {key: BY_ID[key]["reliability"] + BY_ID[key]["credibility"] for key in ("r127", "r128", "r136", "r142")} == {
        "r127": "E5",
        "r128": "D5",
        "r136": "D6",
        "r142": "C5",
    }


def test_krasnoye_is_330_km_from_the_kremlin_and_the_northernmost_confirmed_sighting() -> None:
    krasnoye = BY_ID["r117"]
    apart = float(distance_m(float(krasnoye["lon"]), float(krasnoye["lat"]), 37.6175, 55.752))
    assert 328_000 < apart < 332_000
    north = [
        row["report_id"]
        for row in ROWS
        if row["kind"] == "sighting" and row["lat"] and float(row["lat"]) > float(krasnoye["lat"])
    ]
    assert {"r127", "r128", "r136", "r142"} == set(north)


def test_every_mend_in_the_readme_is_what_the_file_says() -> None:
    listed = mends()
    assert len(listed) == 122
    assert len({(report_id, column) for report_id, column, *_ in listed}) == len(listed)
    for report_id, column, was, now, why in listed:
        assert BY_ID[report_id][column] == ("" if now == "(empty)" else now), (report_id, column)
        assert was != now, (report_id, column)
        assert why, (report_id, column)
