"""Which reports are near enough, given how vague they are, to tell of one event."""

import numpy as np
import pandas as pd

from tests.evidence.voices.told import links, report, told
from tracker.evidence.voices import same_event


def pairs(*rows: dict[str, object]) -> list[tuple[str, str]]:
    found = same_event(told(*rows))
    return list(zip(found["report_id"], found["other_id"], strict=True))


def test_exact_reports_within_600_metres_and_45_minutes_are_a_pair() -> None:
    near = same_event(told(report("b", "12:44", lat=52.005), report("a")))
    assert list(near["report_id"]) == ["a"]
    assert list(near["other_id"]) == ["b"]
    assert abs(near["apart_m"][0] - 556.3) < 1
    assert near["apart_s"][0] == 44 * 60
    assert pairs(report("a"), report("b", "12:46")) == []
    assert pairs(report("a"), report("b", lat=52.006)) == []


def test_another_kind_or_another_unit_is_another_event_and_no_unit_goes_with_any() -> None:
    assert pairs(report("a"), report("b", kind="incident")) == []
    assert pairs(report("a", unit="x"), report("b", unit="y")) == []
    assert pairs(report("a", unit="x"), report("b")) == [("a", "b")]


def test_a_radius_and_an_interval_reach_as_far_as_they_say() -> None:
    wide = report("a", "10:00", "16:00", radius_m=5000.0)
    assert pairs(wide, report("b", "15:30", lat=52.04)) == [("a", "b")]  # 4.4 km, 2.5 h from the middle
    assert pairs(wide, report("b", "15:30", lat=52.05)) == []  # 5.6 km
    assert pairs(wide, report("b", "16:30")) == []


def test_a_report_of_a_whole_region_singles_out_no_event() -> None:
    many = [report(f"r{k}", lat=52 + k / 100) for k in range(5)]
    assert pairs(report("a", radius_m=60_000.0), *many) == []
    assert pairs(report("a", "00:00", "23:00"), *many) == []


def test_a_report_without_a_place_is_in_no_pair() -> None:
    assert pairs(report("a", lon=None, radius_m=None), report("b")) == []
    assert pairs() == []


def test_a_roadblock_without_an_end_is_near_one_attested_later() -> None:
    standing = {"kind": "roadblock", "latest": None}
    assert pairs(report("a", "08:00", **standing), report("b", "14:00", **standing)) == [("a", "b")]


def test_a_column_seen_every_half_hour_is_not_one_event() -> None:
    times = [f"{hour:02}:{minute:02}" for hour in range(4, 20) for minute in (0, 30)]
    found = same_event(told(*(report(f"r{k:02}", time) for k, time in enumerate(times))))
    assert found["event"].nunique() > 8


def test_the_order_of_the_rows_changes_nothing() -> None:
    random = np.random.default_rng(1)
    rows = [
        report(f"r{k:03}", f"{random.integers(24):02}:{random.integers(60):02}", lat=52 + random.integers(50) / 500)
        for k in range(300)
    ]
    shuffled = [rows[k] for k in random.permutation(len(rows))]
    assert len(same_event(told(*rows))) > 10
    assert same_event(told(*rows)).equals(same_event(told(*shuffled)))


def test_all_pairs_are_found_that_comparing_each_with_each_finds() -> None:
    random = np.random.default_rng(2)
    rows = [
        report(
            f"r{k:03}",
            f"{random.integers(24):02}:{random.integers(60):02}",
            lat=52 + random.random() / 5,
            radius_m=float(random.choice([100, 2000, 12_000])),
        )
        for k in range(200)
    ]
    table = told(*rows)
    from tracker.model import geodesy

    lat, radius = table.geometry.y.to_numpy(), table["radius_m"].to_numpy()
    when = table["earliest"].dt.as_unit("us").astype("int64").to_numpy() / 1e6
    one, other = np.triu_indices(len(rows), 1)
    apart = geodesy.distance_m(39.0, lat[one], 39.0, lat[other])
    near = (apart <= np.maximum(600, np.maximum(radius[one], radius[other]))) & (abs(when[one] - when[other]) <= 2700)
    expected = {(f"r{a:03}", f"r{b:03}") for a, b in zip(one[near], other[near], strict=True)}
    assert set(pairs(*rows)) == expected


def test_what_people_call_different_is_in_no_event_together() -> None:
    table = told(report("a"), report("b", lat=52.002), report("c", lat=52.003))
    assert same_event(table)["event"].tolist() == ["a", "a", "a"]
    found = same_event(table, links(("c", "a", "different")))
    assert found[["report_id", "other_id"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    # b is nearer to c, and hangs together with it.
    assert found["event"].tolist() == ["a", "b"]


def test_a_mistyped_year_hides_no_pair() -> None:
    old = report("z", earliest=pd.Timestamp("0223-06-24", tz="UTC"), latest=pd.Timestamp("0223-06-24", tz="UTC"))
    assert pairs(report("a"), report("b"), old) == [("a", "b")]
