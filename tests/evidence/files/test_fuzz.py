"""A few hundred damaged files for every importer; the command line of fuzz.py does twenty thousand."""

from pathlib import Path

import pytest

from tests.evidence.files.fuzz import IMPORTERS, cases, fuzzed


@pytest.mark.parametrize("importer", IMPORTERS)
def test_a_damaged_file_is_read_or_named_and_nothing_else(tmp_path: Path, importer: str) -> None:
    tally = fuzzed(importer, range(200), whole_each=10, folder=tmp_path)
    assert (tally.runs, tally.other) == (200, 0)
    assert tally.named
    assert tally.accepted


def test_the_damage_of_a_run_is_always_the_same() -> None:
    assert list(cases("json", range(20))) == list(cases("json", range(20)))
    assert len({data for _, data in cases("json", range(20))}) > 15
