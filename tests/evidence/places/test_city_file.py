"""The library's file is searched without being read as a whole, and nothing in it is missed."""

import json
import tracemalloc
from typing import Any

import pytest

from tracker.evidence.places.city_file import _file, _names, nearest_record, records_with
from tracker.evidence.places.names import key


def sampled() -> list[dict[str, Any]]:
    """Records in the middle of the file, read as JSON; every hundredth."""
    with _file().open("rb") as stream:
        stream.seek(40_000_000)
        text = stream.read(3_000_000).decode()
    at, found = text.index('{"geonameid"'), []
    while at >= 0:
        found.append(text[at : text.find(']}, "', at) + 2])
        at = text.find('{"geonameid"', at + 1)
    return [json.loads(one) for one in found[:-1:100]]


def test_every_name_of_a_record_leads_to_it() -> None:
    records = sampled()
    assert len(records) > 50
    for record in records:
        for name in (record["name"], *(other for other in record["alternatenames"] if other and other.isascii())):
            assert record in records_with([key(str(name))])


@pytest.mark.parametrize("said", ["Yelets", "Елец", "Єлець", "Elets"])
def test_spellings_of_one_name_lead_to_one_record(said: str) -> None:
    assert records_with([key(said)]) == records_with([key("Yelets")])
    assert "Yelets" in [one["name"] for one in records_with([key(said)])]


@pytest.mark.parametrize("said", ["us", "ru", "name", "geonameid", "", "europe moscow", "ii", "09"])
def test_what_is_no_name_in_the_file_is_not_taken_for_one(said: str) -> None:
    assert len(records_with([said])) < 100


def test_records_come_in_the_order_of_the_file_and_once() -> None:
    both = records_with([key("Zadonsk"), key("Yelets"), key("Elets")])
    text = _file().read_bytes()
    places = [text.index(b'{"geonameid": %d,' % one["geonameid"]) for one in both]
    assert places == sorted(set(places))
    assert len(places) >= 2


def test_the_nearest_record_is_the_town_itself() -> None:
    assert nearest_record(38.5, 52.62)["name"] == "Yelets"
    assert nearest_record(-117.0, 46.73)["name"] == "Moscow"


def test_reading_the_names_needs_less_than_a_hundred_megabytes() -> None:
    tracemalloc.start()
    try:
        assert len(_names.__wrapped__().sums) > 1_000_000
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
