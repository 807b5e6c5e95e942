"""Whose word a report is once people have linked it, and how many voices an event has."""

import pandas as pd

import tracker
from tests.evidence.voices.told import links, report, told
from tracker.evidence.voices import corroboration, merge_origins, origins_after
from tracker.model import copies


def test_a_chain_of_reposts_has_the_origin_of_its_first() -> None:
    chain = links(("c", "b", "repost"), ("b", "a", "repost"))
    assert origins_after(chain, {"a": "Baza", "b": "Strana", "c": None}) == dict.fromkeys("abc", "Baza")


def test_a_circle_has_the_origin_of_its_smallest_whatever_the_order() -> None:
    ring = links(("b", "c", "repost"), ("c", "a", "repost"), ("a", "b", "repost"), ("d", "c", "repost"))
    origin = {"a": "one", "b": "two", "c": "three", "d": "four"}
    assert origins_after(ring, origin) == dict.fromkeys("abcd", "one")
    assert origins_after(ring[::-1], origin) == dict.fromkeys("abcd", "one")


def test_an_original_of_no_known_origin_is_still_one_voice_with_its_reposts() -> None:
    both = links(("b", "a", "repost"), ("c", "a", "repost"))
    assert origins_after(both, {}) == dict.fromkeys("abc", "source of a")
    assert origins_after(both, {"c": "Baza"}) == dict.fromkeys("abc", "Baza")


def test_other_links_change_no_origin() -> None:
    others = links(("b", "a", "same event"), ("c", "a", "different"))
    assert origins_after(others, {"a": "one", "b": "two"}) == {"a": "one", "b": "two", "c": None}
    assert origins_after(None, {"a": "one"}) == {}


def test_a_very_long_chain_is_followed() -> None:
    size = 20_000
    chain = links(*((f"r{k + 1:05}", f"r{k:05}", "repost") for k in range(size)))
    assert set(origins_after(chain, {"r00000": "Baza"}).values()) == {"Baza"}


def test_merged_reports_are_new_and_the_reconstruction_sees_one_voice() -> None:
    table = told(report("a", origin="Baza"), report("b", origin="Strana"), report("c", origin="Kommersant"))
    merged = merge_origins(table, links(("b", "a", "repost")))
    assert merged["origin"].tolist() == ["Baza", "Baza", "Kommersant"]
    assert merged.dtypes.equals(table.dtypes)
    assert table["origin"].tolist() == ["Baza", "Strana", "Kommersant"]
    assert copies(merged).tolist()[1] == "a"
    assert merge_origins(table, None).equals(table)


def test_corroboration_counts_origins_and_never_rows() -> None:
    table = told(
        report("a", origin="Baza", place="Yelets", publisher="P"),
        report("b", "11:00", origin=" BAZA ", place="near Yelets", radius_m=900.0, publisher="Q"),
        report("c", "13:00", origin="Rybar"),
        report("d", "13:00", origin="Other"),
        report("e", origin="alone"),
    )
    events = corroboration(table, links(("a", "b", "same event"), ("c", "b", "same event"), ("d", "c", "repost")))
    assert events["event"].tolist() == ["a", "e"]
    first = events.iloc[0]
    assert first["report_ids"] == ("a", "b", "c", "d")
    assert (first["rows"], first["origins"]) == (4, 2)
    assert (first["place"], first["kinds"], first["publishers"]) == ("Yelets", ("sighting",), ("P", "Q"))
    assert first["earliest"] == pd.Timestamp("2023-06-24T11:00Z")
    assert first["latest"] == pd.Timestamp("2023-06-24T13:00Z")


def test_rows_of_one_publisher_without_an_origin_are_one_voice_and_strangers_are_many() -> None:
    one = told(report("a", publisher="P"), report("b", publisher="p"))
    assert corroboration(one, links(("a", "b", "same event")))["origins"].tolist() == [1]
    assert corroboration(told(report("a"), report("b")), links(("a", "b", "same event")))["origins"].tolist() == [2]


def test_what_people_call_different_is_two_events() -> None:
    table = told(report("a"), report("b"))
    assert corroboration(table, links(("a", "b", "different")))["rows"].tolist() == [1, 1]


def test_two_reposts_of_a_report_that_is_not_in_the_table_are_one_voice() -> None:
    table = told(report("a", origin="x"), report("b", origin="y"))
    events = corroboration(table, links(("a", "gone", "repost"), ("b", "gone", "repost")))
    assert events[["rows", "origins"]].to_numpy().tolist() == [[2, 1]]


def test_an_event_with_an_open_end_has_none() -> None:
    table = told(report("a", kind="roadblock", latest=None), report("b", kind="roadblock"))
    assert pd.isna(corroboration(table, links(("a", "b", "same event")))["latest"][0])


def test_copies_that_nobody_has_accepted_are_joined_on_request() -> None:
    table = told(report("a", origin="Baza"), report("b", origin="Baza"))
    assert len(corroboration(table)) == 2
    assert corroboration(table, count_copies=True)[["rows", "origins"]].to_numpy().tolist() == [[2, 1]]


def test_the_bundled_case_loses_no_report_and_gains_no_voice() -> None:
    reports = tracker.read_reports()
    events = corroboration(reports, count_copies=True)
    assert events["rows"].sum() == len(reports)
    assert (events["origins"] <= events["rows"]).all()
    assert corroboration(reports.iloc[::-1], count_copies=True).equals(events)


def test_no_reports_are_no_events() -> None:
    assert corroboration(told()).empty


def test_copies_do_not_join_what_people_call_different_but_links_do() -> None:
    table = told(*(report(name, origin="Baza") for name in "abc"))
    apart = links(("b", "a", "different"))
    assert corroboration(table, apart, count_copies=True)["report_ids"].tolist() == [("a", "c"), ("b",)]
    assert len(corroboration(table, links(("b", "c", "same event"), ("b", "a", "different")), count_copies=True)) == 2
    both = links(("b", "a", "different"), ("b", "c", "same event"), ("a", "c", "same event"))
    assert corroboration(table, both, count_copies=True)["rows"].tolist() == [3]
