"""Which links a person is asked to accept."""

import pytest

import tracker
from tests.evidence.voices.told import links, report, told
from tracker.evidence.voices import suggest_links

WORDS = "A long column of trucks and armoured vehicles was filmed passing the petrol station at km 590"


def only(*rows: dict[str, object]) -> tuple[str, str, str]:
    (found,) = suggest_links(told(*rows)).itertuples(index=False)
    return found.report_id, found.other_id, found.relation


def test_one_address_in_two_spellings_is_a_repost_of_the_earlier() -> None:
    first = report("b", url="https://example.org/1", published="2023-06-24T12:00Z")
    later = report("a", url="http://www.example.org/1/?utm_source=x", published="2023-06-24T13:00Z")
    assert only(first, later) == ("a", "b", "repost")


def test_a_page_with_two_sources_is_two_voices() -> None:
    page = {"url": "https://example.org/1"}
    found = suggest_links(told(report("a", origin="Sota", **page), report("b", origin="Baza", **page)))
    assert "repost" not in set(found["relation"])


def test_a_page_that_tells_of_two_places_repeats_nothing() -> None:
    page = {"url": "https://example.org/1"}
    assert suggest_links(told(report("a", **page), report("b", lat=53.0, **page))).empty


def test_near_equal_words_are_a_repost_and_other_numbers_are_not() -> None:
    copied = report("b", summary=WORDS.replace("was filmed", "WAS  filmed,") + "!", published="2023-06-25", origin="y")
    found = suggest_links(told(report("a", summary=WORDS, published="2023-06-24", origin="x"), copied))
    assert found[["report_id", "other_id", "relation"]].to_numpy().tolist() == [["b", "a", "repost"]]
    assert found["reason"][0] == "100 % the same words"
    other = report("b", summary=WORDS.replace("590", "640"), origin="y", lat=53.0)
    assert suggest_links(told(report("a", summary=WORDS, origin="x"), other)).empty


@pytest.mark.parametrize(
    "quote",
    [
        {"publisher": "Strana (Baza)"},
        {"publisher": "Baza via Strana"},
        {"publisher": "Strana", "origin": "baza "},
        {"publisher": "Strana", "summary": "A column has passed, as Baza reports."},
        {"publisher": "Страна", "summary": "По данным Baza, колонна прошла город."},
    ],
)
def test_a_named_source_with_a_report_of_its_own_is_the_original(quote: dict[str, str]) -> None:
    # Though it was published later: the own report is the word that is quoted.
    own = report("r041", publisher="Baza", origin="Baza", summary="First trucks in town", published="2023-06-25")
    found = suggest_links(told(report("a", published="2023-06-24", **quote), own))
    first = found.iloc[0]
    assert (first["report_id"], first["other_id"], first["relation"]) == ("a", "r041", "repost")
    assert "Baza" in first["reason"]


def test_a_name_without_a_word_of_quoting_quotes_nobody() -> None:
    own = report("b", publisher="Rybar", origin="Rybar", summary="Columns have passed")
    other = report("a", publisher="AFP", origin="AFP", summary="Rybar's account was not verified")
    assert "repost" not in set(suggest_links(told(own, other))["relation"])


def test_the_more_precise_and_then_the_smaller_id_is_the_original() -> None:
    page = {"url": "https://example.org/1"}
    assert only(report("a", radius_m=900.0, **page), report("b", **page)) == ("a", "b", "repost")
    assert only(report("b", **page), report("a", **page)) == ("b", "a", "repost")


def test_a_bare_date_counts_as_the_end_of_that_day() -> None:
    page = {"url": "https://example.org/1"}
    stamped = report("b", published="2023-06-24T18:00:00+03:00", **page)
    assert only(report("a", published="2023-06-24", **page), stamped) == ("a", "b", "repost")


def test_two_voices_close_by_tell_of_one_event() -> None:
    found = suggest_links(
        told(report("a", unit="x", origin="one"), report("b", "12:12", unit="x", lat=52.00378, origin="two"))
    )
    assert found[["report_id", "other_id", "relation"]].to_numpy().tolist() == [["b", "a", "same event"]]
    assert found["reason"][0] == "421 m and 12 min apart, same kind and unit"
    assert 0.9 < found["score"][0] < 1


def test_what_is_linked_or_said_to_be_different_is_not_suggested_again() -> None:
    table = told(*(report(name, origin=name) for name in "abc"))
    assert len(suggest_links(table)) == 3
    assert len(suggest_links(table, links(("c", "a", "different")))) == 2
    assert len(suggest_links(table, links(("a", "b", "same event")))) == 2
    # Linked over b: nothing is left to ask.
    assert suggest_links(table, links(("a", "b", "same event"), ("c", "b", "repost"))).empty


def test_the_order_of_the_rows_changes_nothing() -> None:
    reports = tracker.read_reports()
    turned = reports.iloc[::-1].reset_index(drop=True)
    assert suggest_links(reports).equals(suggest_links(turned))


def test_of_the_bundled_case_the_known_copies_are_found() -> None:
    found = suggest_links(tracker.read_reports())
    pairs = {frozenset(pair) for pair in zip(found["report_id"], found["other_id"], strict=True)}
    for pair in (("r025", "r024"), ("r058", "r057"), ("r086", "r084"), ("r148", "r147"), ("r110", "r116")):
        assert frozenset(pair) in pairs
    # One page, two sources, two events.
    assert frozenset(("r080", "r084")) not in pairs
    assert frozenset(("r117", "r120")) not in pairs
    assert found["score"].is_monotonic_decreasing


def test_nothing_is_suggested_for_no_reports_or_one() -> None:
    assert list(suggest_links(told()).columns) == ["report_id", "other_id", "relation", "score", "reason"]
    assert suggest_links(told(report("a"))).empty


def test_nothing_is_suggested_that_would_join_two_events_said_to_be_different() -> None:
    table = told(*(report(name, origin=name) for name in "abc"))
    assert suggest_links(table, links(("a", "b", "same event"), ("c", "a", "different"))).empty
