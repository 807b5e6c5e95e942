"""Exports of other projects: their columns become ours, and what they do not know stays unknown."""

from pathlib import Path

import pandas as pd
import pytest

from tests.evidence.files import samples
from tracker.evidence import check_file, read_reports
from tracker.evidence.files.profiles import PROFILES
from tracker.model import BadReport


def saved(folder: Path, profile: str, content: bytes | None = None) -> Path:
    path = folder / f"export.{'json' if profile == 'ukraine-timemap' else 'csv'}"
    path.write_bytes(samples.PROFILED[profile]() if content is None else content)
    return path


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_claims_nothing_that_its_source_does_not_say(tmp_path: Path, profile: str) -> None:
    reports = read_reports(saved(tmp_path, profile), profile=profile)
    assert len(reports) == 2
    assert set(reports["reliability"]) == {"F"}
    assert set(reports["credibility"]) == {6}
    assert set(reports["time_basis"]) <= {"published", "inferred"}
    assert (reports.geometry.notna() == reports["radius_m"].notna()).all()
    if profile != "auto-archiver":  # whose sheet here has a column unit of our own
        assert reports["unit"].isna().all()
        assert (reports["latest"] - reports["earliest"] >= pd.Timedelta(hours=23, minutes=59, seconds=59)).all()


@pytest.mark.parametrize("profile", PROFILES)
def test_an_export_that_is_read_without_its_profile_is_told_which(tmp_path: Path, profile: str) -> None:
    (fault,) = check_file(saved(tmp_path, profile))
    assert fault.problem == f"looks like an export of {profile}"
    assert f'profile="{profile}"' in fault.remedy


def test_acled_dates_and_radii_follow_its_precision_codes(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "acled"), profile="acled")
    assert reports["earliest"].tolist() == [pd.Timestamp("2023-06-24T00:00Z"), pd.Timestamp("2023-06-13T00:00Z")]
    assert reports["latest"].tolist() == [pd.Timestamp("2023-06-24T23:59:59Z"), pd.Timestamp("2023-06-27T23:59:59Z")]
    assert reports["radius_m"].tolist() == [5_000, 30_000]
    assert reports["summary"].iloc[0] == "On 24 June, a clash."
    worded = samples.acled_file().replace(b"2023-06-24,", b"24 June 2023,")
    assert read_reports(saved(tmp_path, "acled", worded), profile="acled")["earliest"].equals(reports["earliest"])
    month = samples.acled_file().replace(b"2023-06-20,2023,2", b"2023-06-15,2023,3")
    reports = read_reports(saved(tmp_path, "acled", month), profile="acled")
    assert reports["earliest"].iloc[1] == pd.Timestamp("2023-06-01T00:00Z")
    assert reports["latest"].iloc[1] == pd.Timestamp("2023-06-30T23:59:59Z")


def test_gdelt_has_no_header_and_its_country_centres_are_no_places(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "gdelt"), profile="gdelt")
    assert len(PROFILES["gdelt"].header) == 61
    assert reports["kind"].tolist() == ["incident", "statement"]
    assert [point is None for point in reports.geometry] == [False, True]
    assert reports.loc[0, ["report_id", "published", "publisher", "radius_m"]].tolist() == [
        "1110000001",
        "2023-06-24T10:15:00Z",
        "example.org",
        10_000,
    ]


def test_atlos_precision_is_its_own_word_and_its_escaped_minus_is_a_minus(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "atlos"), profile="atlos")
    assert reports["radius_m"].tolist() == [200, 2000]
    assert reports.geometry.y.tolist() == [51.67, -1.5]


def test_channels_of_one_network_are_not_one_voice(tmp_path: Path) -> None:
    assert read_reports(saved(tmp_path, "atlos"), profile="atlos")["origin"].iloc[0] == "t.me/a"


def test_a_post_of_the_auto_archiver_is_a_statement_of_the_day_before_it(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "auto-archiver"), profile="auto-archiver")
    assert reports["kind"].tolist() == ["statement"] * 2
    assert reports["earliest"].iloc[0] == pd.Timestamp("2023-06-23T10:00Z")
    assert reports["latest"].iloc[0] == pd.Timestamp("2023-06-24T10:00Z")
    assert reports.loc[0, ["url", "archive_url"]].tolist() == ["https://t.me/a/1", "https://archive.example.org/1.html"]


def test_columns_of_ours_beside_foreign_ones_are_kept(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "auto-archiver"), profile="auto-archiver")
    assert reports["unit"].iloc[0] == "main column"
    assert reports.geometry.iloc[0].coords[0] == (39.2, 51.67)
    assert reports["radius_m"].fillna(0).tolist() == [5000, 0]


def test_timemap_events_are_days_with_the_month_first(tmp_path: Path) -> None:
    reports = read_reports(saved(tmp_path, "ukraine-timemap"), profile="ukraine-timemap")
    assert reports["earliest"].iloc[0] == pd.Timestamp("2023-06-24T00:00Z")
    assert reports["url"].iloc[0] == "https://t.me/a/1"
    assert pd.isna(reports["url"].iloc[1])


def test_a_bad_cell_is_named_by_the_foreign_column(tmp_path: Path) -> None:
    content = samples.acled_file().replace(b"51.67", b"95.67").replace(b"2023-06-20", b"20 June")
    faults = check_file(saved(tmp_path, "acled", content), profile="acled")
    assert [(fault.row, fault.column, fault.value) for fault in faults] == [
        (2, "latitude", "95.67"),
        (3, "event_date", "20 June"),
    ]


def test_a_profile_that_does_not_fit_or_exist_is_a_named_error(tmp_path: Path) -> None:
    (fault,) = check_file(saved(tmp_path, "atlos"), profile="acled")
    assert "every file of profile acled has" in fault.problem
    with pytest.raises(BadReport, match="'acleed' is no profile; choose one of acled, gdelt"):
        read_reports(saved(tmp_path, "acled"), profile="acleed")
