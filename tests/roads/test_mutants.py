"""Damaged road files are refused by name, whatever the damage (`mutants.py` makes many more)."""

from tests.roads import mutants


def test_damaged_files_of_every_form_are_read_or_refused_and_nothing_else() -> None:
    tally = mutants.run(150, seed=0)
    assert tally.failures == []
    outcomes = dict.fromkeys(("loaded", "refused"), 0)
    for (_, outcome), count in tally.outcomes.items():
        outcomes[outcome] += count
    assert min(outcomes.values()) > 20
    assert len({form for form, _ in tally.outcomes}) == 8
