"""Which reports are one voice."""

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from tracker.model import tables
from tracker.model.geodesy import distance_m
from tracker.model.origins import copies


def reports(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    usual: dict[str, object] = {
        "kind": "sighting",
        "unit": None,
        "from": "14:00",
        "to": "15:00",
        "lon": 38.5,
        "lat": 52.6,
        "radius_m": 5000.0,
        "origin": "Baza",
    }
    full = [{"report_id": f"r{i}", **usual, **row} for i, row in enumerate(rows, start=1)]

    def time(value: object) -> pd.Timestamp | None:
        return None if value is None else pd.Timestamp(f"2023-06-24T{value}+03:00")

    columns: dict[str, object] = {
        name: [row[name] for row in full] for name in ("report_id", "kind", "unit", "radius_m", "origin")
    }
    columns["earliest"] = [time(row["from"]) for row in full]
    columns["latest"] = [time(row["to"]) for row in full]
    columns["geometry"] = [None if row["lon"] is None else Point(row["lon"], row["lat"]) for row in full]
    return tables.table(columns, tables.REPORTS)


def repeats(*rows: dict[str, object]) -> list[str | None]:
    found = copies(reports(*rows))
    return [None if pd.isna(value) else value for value in found]


def test_reposts_of_one_origin_are_one_voice_and_the_most_precise_speaks() -> None:
    assert repeats({}, {"radius_m": 3000.0}, {"radius_m": 9000.0}) == ["r2", None, "r2"]


def test_of_equal_radii_the_shorter_interval_speaks_then_the_first_id() -> None:
    assert repeats({}, {"to": "14:30"}, {"to": "14:30"}) == ["r2", None, "r2"]
    assert repeats({"to": None, "kind": "roadblock"}, {"kind": "roadblock"}) == ["r2", None]


def test_another_origin_unit_or_kind_is_another_voice() -> None:
    assert repeats({}, {"origin": "TASS"}, {"unit": "rear column"}, {"kind": "incident"}) == [None] * 4


def test_an_unknown_origin_repeats_none() -> None:
    assert repeats({"origin": None}, {"origin": None}) == [None, None]


def test_reports_of_one_named_unit_are_compared_like_those_of_none() -> None:
    assert repeats({"unit": "main column"}, {"unit": "main column"}) == [None, "r1"]


def test_copies_share_at_least_half_of_the_shorter_interval() -> None:
    assert repeats({}, {"from": "14:30", "to": "15:30"}) == [None, "r1"]
    assert repeats({}, {"from": "14:31", "to": "15:31"}) == [None, None]
    assert repeats({"to": "18:00"}, {"from": "17:50", "to": "18:10"}) == ["r2", None]
    assert repeats({"to": "18:00"}, {"from": "17:51", "to": "18:11"}) == [None, None]


def test_a_moment_repeats_an_interval_that_it_lies_in_and_another_moment_only_if_it_is_the_same() -> None:
    assert repeats({}, {"from": "15:00", "to": "15:00"}) == ["r2", None]
    assert repeats({}, {"from": "15:01", "to": "15:01"}) == [None, None]
    assert repeats({"to": "14:00"}, {"to": "14:00"}) == [None, "r1"]
    assert repeats({"to": "14:00"}, {"from": "14:01", "to": "14:01"}) == [None, None]


def test_an_open_end_reaches_every_later_report() -> None:
    assert repeats({"kind": "roadblock", "to": None}, {"kind": "roadblock", "from": "22:00", "to": "23:00"}) == [
        "r2",
        None,
    ]


def test_places_are_the_same_within_the_larger_radius_in_true_metres() -> None:
    # 0.1 degrees of longitude are 6,771 m at 52.6 north, and 11,132 m where a degree is taken for a degree.
    assert repeats({}, {"lon": 38.6, "radius_m": 6700.0}) == [None, None]
    assert repeats({}, {"lon": 38.6, "radius_m": 6800.0}) == [None, "r1"]


def test_a_report_without_a_place_repeats_none() -> None:
    nowhere = {"lon": None, "radius_m": None}
    assert repeats(nowhere, nowhere, {}) == [None] * 3


def test_what_is_near_a_copy_but_not_the_speaker_is_a_voice_of_its_own() -> None:
    # 4,063 m apart each; r5 is the most precise, then r4: a chain from neighbour to neighbour joins nothing.
    chain = [{"lon": 38.5 + 0.06 * i, "radius_m": 5000.0 - i} for i in range(5)]
    assert repeats(*chain) == [None, "r3", None, "r5", None]


def test_an_observer_who_follows_a_column_is_no_single_voice() -> None:
    # Every ten minutes 7.8 km on, each sighting give or take a quarter of an hour and 8 km.
    drive = [
        {
            "lon": 38.5 + 0.1152 * i,
            "radius_m": 8000.0,
            "from": f"{10 + (10 * i) // 60}:{10 * i % 60:02d}",
            "to": f"{10 + (10 * i + 30) // 60}:{(10 * i + 30) % 60:02d}",
        }
        for i in range(12)
    ]
    rows = reports(*drive)
    found = copies(rows).to_numpy(object)
    copied = np.flatnonzero(~pd.isna(found))
    speaker = [list(rows["report_id"]).index(found[row]) for row in copied]
    assert (np.abs(copied - speaker) == 1).all()
    assert len(copied) == 6


def test_no_reports_have_no_copies() -> None:
    assert copies(tables.table({}, tables.REPORTS)).tolist() == []


def test_the_answer_stands_on_the_index_and_leaves_the_reports_alone() -> None:
    asked = reports({}, {}).set_index(pd.Index([7, 9]))
    before = asked.copy(deep=True)
    found = copies(asked)
    assert found.index.tolist() == [7, 9]
    assert found.name == "repeats"
    pd.testing.assert_frame_equal(asked, before)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*(st.integers(0, high) for high in (1, 1, 20, 6, 8, 6))), min_size=1, max_size=25))
def test_copies_are_those_found_by_hand_whatever_the_order_of_the_rows(rows: list[tuple[int, ...]]) -> None:
    made = reports(
        *(
            {
                "origin": f"o{origin}",
                "unit": None if unit else "main column",
                "from": f"{hour:02d}:00",
                "to": f"{min(hour + length, 23):02d}:59",
                "lon": 38.0 + 0.1 * east,
                "radius_m": 2000.0 * (reach + 1),
            }
            for origin, unit, hour, length, east, reach in rows
        )
    )
    found = copies(made)
    expected = by_hand(made)
    assert [None if pd.isna(value) else value for value in found] == expected
    turned = copies(made.iloc[::-1].reset_index(drop=True))
    assert [None if pd.isna(value) else value for value in turned[::-1]] == expected


def by_hand(made: gpd.GeoDataFrame) -> list[str | None]:
    """The most precise report speaks for all that say the same as it; of the rest again the most precise, and so on."""
    length = made["latest"] - made["earliest"]
    order = sorted(range(len(made)), key=lambda k: (made["radius_m"][k], length[k], made["report_id"][k]))
    speaker: dict[int, int] = {}
    for one in order:
        if one in speaker:
            continue
        speaker[one] = one
        a = made.iloc[one]
        for other in order:
            b = made.iloc[other]
            same = a["origin"] == b["origin"] and (
                a["unit"] == b["unit"] or (pd.isna(a["unit"]) and pd.isna(b["unit"]))
            )
            shared = min(a["latest"], b["latest"]) - max(a["earliest"], b["earliest"])
            apart = float(distance_m(a.geometry.x, a.geometry.y, b.geometry.x, b.geometry.y))
            near = apart <= max(a["radius_m"], b["radius_m"]) and shared >= min(length[one], length[other]) / 2
            if other not in speaker and same and shared >= pd.Timedelta(0) and near:
                speaker[other] = one
    return [None if speaker[k] == k else made["report_id"][speaker[k]] for k in range(len(made))]
