"""The words of reports, compared: near-equal texts, and texts that share rare words."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_HASHES = 8
_SHINGLE = 3
_PAIRS_AT_ONCE = 500_000
_CROWD = 50
"""In a larger bucket of one sketch only neighbours are paired: a form letter would pair everything."""


def plain(text: str) -> str:
    """Words and numbers of a text: one Unicode form, lower case, without punctuation, one space between.

    Examples
    --------
    >>> plain("«Baza»:  the FIRST column, 350 vehicles…")
    'baza the first column 350 vehicles'
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(re.findall(r"[^\W_]+", folded))


def texts(reports: pd.DataFrame) -> list[str]:
    """What each report says, plain: its summary, or its notes where there is none."""
    said = reports["summary"].where(reports["summary"].notna(), reports["notes"])
    return [plain(text) for text in said.fillna("").tolist()]


def near_equal(said: Sequence[str]) -> tuple[Ints, Ints]:
    """Pairs of texts that probably share at least half of their triples of words (min-hash of 8).

    Two texts that share half are found with 99.6 %, nine tenths practically always. Texts of fewer than four words
    are left out.
    """
    split = [text.split() for text in said]
    rows = np.asarray([k for k, words in enumerate(split) if len(words) > _SHINGLE], np.int64)
    if len(rows) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    counts = np.asarray([len(split[k]) for k in rows])
    codes, names = pd.factorize(np.asarray([word for k in rows for word in split[k]], object))
    # pandas' string hash has a fixed key: the same words give the same sketch in every process.
    hashed = pd.util.hash_array(np.asarray(names, object))[codes]
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    shingle = hashed.copy()
    for step in range(1, _SHINGLE):
        shingle[:-step] = shingle[:-step] * np.uint64(1099511628211) ^ hashed[step:]
    # A triple that runs into the next text is none of this one.
    last = (begins[:, None] + counts[:, None] - np.arange(1, _SHINGLE)[None]).ravel()
    ones, others = [], []
    for k in range(_HASHES):
        mixed = _mixed(shingle, k)
        mixed[last] = np.iinfo(np.uint64).max
        one, other = _sharing(np.minimum.reduceat(mixed, begins))
        ones.append(one)
        others.append(other)
    pairs = np.unique(np.stack([np.concatenate(ones), np.concatenate(others)], axis=1), axis=0)
    return rows[pairs[:, 0]], rows[pairs[:, 1]]


class RareWords:
    """How much pairs of texts share, 0 to 1: cosine of their words, rare words counting more (tf-idf).

    Words count by their first six letters, so that a plural or a case is the same word.
    """

    def __init__(self, said: Sequence[str]) -> None:
        from scipy.sparse import csr_array

        stems = [sorted({word[:6] for word in text.split()}) for text in said]
        counts = np.fromiter(map(len, stems), np.int64, len(stems))
        codes, names = pd.factorize(np.asarray([word for words in stems for word in words], object))
        weight = np.log(1 + len(stems) / np.maximum(np.bincount(codes, minlength=1), 1))[codes]
        begins = np.concatenate([[0], np.cumsum(counts)])
        self._matrix = csr_array((weight, codes, begins), shape=(len(stems), max(1, len(names))))
        self._length = np.sqrt(np.asarray(self._matrix.multiply(self._matrix).sum(axis=1)).ravel())

    def shared(self, one: Ints, other: Ints) -> Floats:
        """The share of each pair; NaN where one says nothing."""
        share = np.full(len(one), np.nan)
        for begin in range(0, len(one), _PAIRS_AT_ONCE):
            a, b = one[begin : begin + _PAIRS_AT_ONCE], other[begin : begin + _PAIRS_AT_ONCE]
            both = np.asarray(self._matrix[a].multiply(self._matrix[b]).sum(axis=1)).ravel()
            product = self._length[a] * self._length[b]
            share[begin : begin + len(a)] = np.where(product > 0, both / np.where(product > 0, product, 1), np.nan)
        return share


def equality(said: Sequence[str], one: Ints, other: Ints) -> Floats:
    """Share of equal text of each pair, 0 to 1 (rapidfuzz ratio); 0 where the numbers in them differ."""
    from rapidfuzz import fuzz, process

    ratio = np.zeros(len(one))
    rows, at = np.unique(np.concatenate([one, other]), return_inverse=True)
    # "km 590" and "km 640" are nearly the same letters and not at all the same event.
    numbers = pd.factorize(np.asarray([_numbers(said[row]) for row in rows.tolist()], object))[0][at]
    says = np.asarray([bool(said[row]) for row in rows.tolist()], bool)[at]
    some = np.flatnonzero((numbers[: len(one)] == numbers[len(one) :]) & says[: len(one)] & says[len(one) :])
    pairs = [[said[row] for row in side[some].tolist()] for side in (one, other)]
    ratio[some] = process.cpdist(*pairs, scorer=fuzz.ratio, dtype=np.float64, workers=1) / 100
    return ratio


def _numbers(text: str) -> str:
    return " ".join(sorted(re.findall(r"\d+", text)))


def _mixed(values: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Another order of 64-bit values (the finaliser of splitmix64)."""
    z = values + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _sharing(values: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Pairs of rows with one value: all of a small bucket, neighbours of a large one."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    ones, others = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    crowd = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
    size = np.bincount(crowd)[crowd]
    for step in range(1, min(_CROWD, len(values))):
        same = ordered[step:] == ordered[:-step]
        if not same.any():
            break
        same &= (size[step:] <= _CROWD) | (step == 1)
        ones.append(order[:-step][same])
        others.append(order[step:][same])
    return np.concatenate(ones), np.concatenate(others)
