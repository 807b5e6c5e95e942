"""Who quotes whom: the names that a report gives for its source, and the reports of those so named."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.evidence.voices.words import plain

Ints = NDArray[np.int64]

_BEFORE = (
    r"(?:via|citing|cites|quoting|quotes|quoted by|according to|as|from|relays|repeats|carries|по данным|"
    r"со ссылкой на|как сообщает|как сообщил|как пишет|сообщает|пишет|по сообщению|"
    r"за даними|з посиланням на|як повідомляє)"
)
_AFTER = r"(?:reports?|reported|says|said|writes|сообщает|сообщил|сообщила|сообщило|пишет|передает|повідомляє)"
_PAIRS_OF_A_NAME = 50_000
"""More pairs than this for one name, and each quoting report is compared with the nearest in time only."""


def house(publisher: str) -> str:
    """The publisher's own name, plain, without the source in brackets or after ``via``.

    Examples
    --------
    >>> house("Novye Izvestia (Baza)"), house("Reuters via Business Recorder")
    ('novye izvestia', 'business recorder')
    """
    own = re.sub(r"\(.*?\)", " ", publisher)
    return plain(re.split(r"\bvia\b", own, flags=re.IGNORECASE)[-1])


def quoting(reports: gpd.GeoDataFrame, said: list[str]) -> tuple[Ints, Ints, list[str]]:
    """Row of each report that names a source, row of each report which that source published, and the name.

    A source is named by the origin, in brackets or before ``via`` in the publisher, or in the text beside a word such
    as "according to", "citing", "reports", "по данным", "со ссылкой на". A publisher does not quote itself.

    Parameters
    ----------
    reports : a reports table
    said : their texts, plain
    """
    publishers, origins = (reports[name].fillna("").astype(object).tolist() for name in ("publisher", "origin"))
    houses = [house(name) for name in publishers]
    shown = {key: name for name in sorted({*publishers, *origins}, reverse=True) for key in (plain(name), house(name))}
    known = set(houses) - {""}
    in_text = _cued({name for name in known if len(name) > 2})
    rows, names = [], []
    for k, (own, publisher, origin, text) in enumerate(zip(houses, publishers, origins, said, strict=True)):
        given = {plain(origin), *(plain(part) for part in _sources(publisher))}
        given |= {found for match in in_text.finditer(text) for found in match.groups() if found} if in_text else set()
        for name in sorted((given & known) - {own}):
            rows.append(k)
            names.append(name)
    left = pd.DataFrame({"name": names, "one": rows})
    right = pd.DataFrame({"name": houses, "other": np.arange(len(houses))})
    right = right[right["name"].isin(set(names))]
    middle = reports["earliest"].dt.as_unit("us").astype("int64").to_numpy()
    pairs = [np.empty((0, 2), np.int64)]
    labels: list[str] = []
    own_rows = dict(tuple(right.groupby("name")["other"]))
    for key, ones in left.groupby("name")["one"]:
        name = str(key)
        a, b = ones.to_numpy(np.int64), own_rows[name].to_numpy(np.int64)
        if len(a) * len(b) > _PAIRS_OF_A_NAME:
            b = b[np.argsort(middle[b], kind="stable")]
            at = np.searchsorted(middle[b], middle[a])
            beside = np.clip(at[:, None] + np.arange(-4, 4)[None], 0, len(b) - 1)
            some = np.unique(np.stack([np.repeat(a, 8), b[beside.ravel()]], axis=1), axis=0)
        else:
            some = np.stack([np.repeat(a, len(b)), np.tile(b, len(a))], axis=1)
        pairs.append(some)
        labels += [shown.get(name, name)] * len(some)
    both = np.concatenate(pairs)
    return both[:, 0], both[:, 1], labels


def _sources(publisher: str) -> list[str]:
    inside = [part for group in re.findall(r"\((.*?)\)", publisher) for part in re.split(r"[,;/]", group)]
    return inside + re.split(r"\bvia\b", publisher, flags=re.IGNORECASE)[:-1]


def _cued(names: set[str]) -> re.Pattern[str] | None:
    """A pattern that finds a known name beside a word of quoting; None without names."""
    if not names:
        return None
    # Longest first, so that "novaya gazeta europe" is not read as "novaya gazeta".
    one_of = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.compile(rf"\b{_BEFORE} (?:the )?({one_of})\b|\b({one_of}) {_AFTER}\b")
