"""What the reconstruction of 23-25 June 2023 must find whoever tunes it: facts that the sources agree on."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reconstruct.told import clock, verdict
from tracker.evidence import read_reports
from tracker.model import Reconstruction, Track
from tracker.reconstruct import reconstruct
from tracker.roads import KilometrePosts, load_roads

GEODATA = Path(__file__).parents[2] / "geodata"

BYPASS = (39.36, 51.70)
"""At the M4 east of Voronezh, within the radius of a passage."""


@pytest.fixture(scope="session")
def march() -> Reconstruction:
    return reconstruct(read_reports(), load_roads(), members=100)


@pytest.fixture(scope="session")
def column(march: Reconstruction) -> Track:
    return march.tracks["main column"]


def place(name: str) -> tuple[float, float]:
    with (GEODATA / "places.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["place"] == name)
    return float(row["lon"]), float(row["lat"])


def test_the_column_on_the_m4_is_told_by_its_kilometre_and_off_it_by_none(column: Track) -> None:
    north, noon, evening = column.labels(
        pd.to_datetime(["2023-06-24T10:00+03:00", "2023-06-24T12:00+03:00", "2023-06-24T18:00+03:00"])
    )
    kilometres = [int(label.removeprefix("M4 km ")) for label in (north, noon) if label is not None]
    assert len(kilometres) == 2
    assert 640 > kilometres[0] > kilometres[1] > 480
    assert evening is None


def test_the_columns_that_the_sources_name_each_have_a_track(march: Reconstruction) -> None:
    assert {"main column", "eastern column", "rear column", "rostov group"} <= set(march.tracks)


def test_the_main_column_passes_pavlovsk_then_the_bypass_of_voronezh_then_yelets(column: Track) -> None:
    # No report of this unit names Pavlovsk: part of the histories comes by Rossosh and meets the M4 11 km from it.
    asked = {"Pavlovsk": place("Pavlovsk"), "bypass": BYPASS, "Yelets": place("Yelets")}
    passed = column.passages(asked, radius_m=15_000)
    assert (passed["probability"] > 0.8).all()
    assert passed["t50"].is_monotonic_increasing
    assert passed["t50"].is_unique


def test_at_three_in_the_afternoon_the_main_column_is_near_yelets(column: Track) -> None:
    lon, lat = column.coordinates(clock("15:00"))
    km = np.median(KilometrePosts.read().km_at("M4", lon[0], lat[0]))
    assert 350 <= km <= 420


def test_the_rostov_group_stays_in_rostov_until_the_evening(march: Reconstruction) -> None:
    where = march.tracks["rostov group"].at([clock(time) for time in ("09:00", "12:00", "16:00", "20:00", "22:00")])
    assert (where["radius_m"] < 15_000).all()
    assert where.geometry.x.between(39.4, 40.0).all()
    assert where.geometry.y.between(47.1, 47.4).all()


@pytest.mark.parametrize("report_id", ["r127", "r136", "r043", "r044", "r045"])
def test_a_claim_that_is_known_to_be_false_is_not_believed(march: Reconstruction, report_id: str) -> None:
    said = verdict(march, report_id)
    if said["verdict"] == "unused":
        repeated = str(said["reason"]).split("repeats ")[1].split(",")[0]
        said = verdict(march, repeated)
    assert said["verdict"] in ("doubtful", "impossible")
    assert len(str(said["reason"])) > 20


def test_after_krasnoye_the_track_widens(column: Track) -> None:
    end = min(column.end, column.known_until + pd.Timedelta(hours=3))
    radius = column.at([clock("15:00"), clock("20:00"), end])["radius_m"]
    assert radius.iloc[1] > radius.iloc[0]
    assert radius.iloc[2] > 20_000


def test_most_reports_of_a_named_unit_agree_with_its_track(march: Reconstruction) -> None:
    judged = march.verdicts[march.verdicts["verdict"].isin(["supports", "doubtful", "impossible"])]
    assert (judged["verdict"] == "supports").sum() > len(judged) / 2
    assert len(march.verdicts) == len(march.reports) == 176
