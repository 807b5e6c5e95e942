"""What the march of 23-25 June 2023 answers to who asks why."""

import re

import numpy as np
import pytest

from tracker import check_report, load_roads, read_reports, reconstruct
from tracker.reconstruct import March

MOSCOW = "Europe/Moscow"


@pytest.fixture(scope="module")
def march() -> March:
    return reconstruct(read_reports(), load_roads(), members=100)


def test_the_column_cannot_have_been_in_moscow_in_the_morning(march: March) -> None:
    moscow = {"lon": 37.62, "lat": 55.75, "radius_m": 15_000, "earliest": "2023-06-24T09:00+03:00"}
    found = check_report({**moscow, "unit": "rostov group"}, march, zone=MOSCOW)
    assert found.verdict == "impossible"
    speed = re.search(r"needs ([\d,]+) km/h (?:from|to) (r\d+)", found.words)
    assert speed is not None
    assert int(speed[1].replace(",", "")) > 100
    anyone = check_report(moscow, march, zone=MOSCOW)
    # Of two columns hardly anything is known that early.
    assert anyone.could_be["probability"].iloc[-1] > 0.9
    assert set(anyone.could_be["unit"].dropna()) == set(march.tracks)


def test_a_report_from_the_m4_near_yelets_at_three_fits_the_main_column(march: March) -> None:
    yelets = {"lon": 38.5, "lat": 52.62, "radius_m": 10_000, "earliest": "2023-06-24T14:45+03:00",
              "latest": "2023-06-24T15:15+03:00"}  # fmt: skip
    could = check_report(yelets, march).could_be
    assert could["unit"].iloc[0] == "main column"


def test_a_claim_that_is_not_believed_is_explained_and_moved_nothing(march: March) -> None:
    found = march.explain("r136", zone=MOSCOW)
    assert found.verdict in ("doubtful", "impossible")
    assert (found.moved["km"] <= 2 * found.moved["noise_km"] + 1).all()
    assert found.supports.empty


def test_every_row_of_where_to_look_names_a_road_and_hours_while_the_column_is_known(march: March) -> None:
    looks = march.where_to_look(4, zone=MOSCOW)
    assert len(looks) == 4
    assert looks["left_km"].is_monotonic_decreasing
    assert looks["p_there"].between(0.05, 0.95).all()
    for look in looks.to_dict("records"):
        track = march.tracks[look["unit"]]
        assert re.match(r"a dashcam on .+, \d\d:\d\d", look["words"])
        assert look["earliest"] < track.known_until
        assert look["latest"] > track.known_from
        lon, _ = track.coordinates([max(look["earliest"], track.start), min(look["latest"], track.end)])
        assert np.isfinite(lon).all()
    on_m4 = looks[looks["road"] == "M4"]["words"]
    assert all(re.match(r"a dashcam on the M4 at km \d+, ", words) for words in on_m4)
