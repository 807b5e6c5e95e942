"""Grades as probabilities."""

import re

import numpy as np
import pandas as pd
import pytest

from tracker.reconstruct import belief

TOLD = re.findall(r"\b([A-F])([1-6])\b[^%]*?(\d+) %", belief.__doc__ or "")


def of(source: object, information: object) -> float:
    return float(belief.prior(pd.Series([source], dtype="str"), pd.Series([information], dtype="Int64"))[0])


def test_the_docstring_tells_at_least_five_grades() -> None:
    assert len(TOLD) >= 5


@pytest.mark.parametrize(("source", "information", "percent"), TOLD)
def test_the_percentages_of_the_docstring_are_those_computed(source: str, information: str, percent: str) -> None:
    assert round(100 * of(source, int(information))) == int(percent)


def test_the_table_of_the_docstring_is_the_one_used() -> None:
    lines = (belief.__doc__ or "").splitlines()
    for word, values in (("source", belief.SOURCE), ("information", belief.INFORMATION)):
        line = next(line for line in lines if line.split() and line.split()[0] == word)
        written = dict(re.findall(r"([A-F1-6]) ([+-]?[\d.]+)", line))
        assert {key: float(number) for key, number in written.items()} == {str(k): v for k, v in values.items()}


def test_a_better_grade_is_believed_more() -> None:
    by_source = [of(source, 3) for source in "ABCDE"]
    by_information = [of("C", information) for information in (1, 2, 3, 4, 5)]
    assert by_source == sorted(by_source, reverse=True)
    assert by_information == sorted(by_information, reverse=True)
    assert len({*by_source}) == len({*by_information}) == 5


def test_what_cannot_be_judged_is_not_held_to_be_bad() -> None:
    assert of("F", 6) > 0.5
    assert of("F", 6) > of("D", 4)
    assert of(None, None) == of("F", 6)


def test_no_grade_is_certain() -> None:
    every = [of(source, information) for source in belief.SOURCE for information in belief.INFORMATION]
    assert np.all((np.array(every) > 0) & (np.array(every) < 1))
