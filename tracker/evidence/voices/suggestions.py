"""Links between reports that a person is asked to accept: reposts, and accounts of one event."""

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tracker.evidence.voices.addresses import plain_address
from tracker.evidence.voices.apart import said_different
from tracker.evidence.voices.chains import REPOST, SAME_EVENT
from tracker.evidence.voices.events import components
from tracker.evidence.voices.near import near_pairs
from tracker.evidence.voices.precedence import precedence, voices
from tracker.evidence.voices.quotes import quoting
from tracker.evidence.voices.words import RareWords, equality, near_equal, plain, texts
from tracker.model import copies, geodesy

COLUMNS = ("report_id", "other_id", "relation", "score", "reason")
LEAST = 0.45
"""Suggestions of a lower score are not worth a person's time."""
_EQUAL = 0.85
_AT_ONE_ADDRESS = 20
"""More rows of one address are compared with the row before only."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def suggest_links(reports: gpd.GeoDataFrame, links: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pairs of reports that seem to be one voice or one event, the surest first; nothing is merged.

    A repost is suggested for one address (whatever its spelling), near-equal words with equal numbers, a named source
    that has a report of its own, or one origin; always only where kind, unit, place and time do not contradict, because
    one page tells of many things. The report published earlier is taken for the original, then the more precise, then
    the smaller report_id; a named source's own report is the original whenever it was published.

    The same event is suggested for `same_event` pairs of different voices. Their score falls with the larger of
    distance and radii and with the time that both intervals span, and where both have words half of it is
    the rare words they share: a radius of 6 km and an afternoon hold much that is not the same event.

    Parameters
    ----------
    reports : a reports table
    links : columns report_id, other_id, relation ("repost", "same event" or "different"). Pairs that are linked, over
        other links too, are not suggested, nor those that would join two events with reports said to be different.

    Returns
    -------
    DataFrame: ``report_id``, ``other_id`` (the original of a repost), ``relation``, ``score`` (0 to 1, for ordering,
    not a probability) and ``reason`` in words.
    """
    if len(reports) < 2:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name == "score" else "str") for name in COLUMNS})
    # The order of the rows decides nothing: they are taken by report_id.
    table = reports.sort_values("report_id", kind="stable", ignore_index=True)
    said, facts, first = texts(table), _Facts(table), precedence(table)
    rows = [*_reposts(table, said, facts, first), _same_events(table, said, facts, first)]
    found = pd.concat(rows, ignore_index=True)
    found = found[found["score"] >= LEAST]
    low, high = found[["one", "other"]].min(axis=1), found[["one", "other"]].max(axis=1)
    found = found.assign(low=low, high=high, event=found["relation"] == SAME_EVENT)
    found = found.sort_values(["low", "high", "event", "score"], ascending=[True, True, True, False], kind="stable")
    found = found.drop_duplicates(["low", "high"])
    ids = table["report_id"].to_numpy(object)
    found = found[~_known(ids, found["low"].to_numpy(), found["high"].to_numpy(), links)]
    found = found.sort_values(["score", "low", "high"], ascending=[False, True, True], kind="stable")
    return pd.DataFrame(
        {
            "report_id": pd.Series(ids[found["one"]], dtype="str"),
            "other_id": pd.Series(ids[found["other"]], dtype="str"),
            "relation": pd.Series(found["relation"].to_numpy(), dtype="str"),
            "score": found["score"].round(3).to_numpy(float),
            "reason": pd.Series(found["reason"].to_numpy(), dtype="str"),
        }
    )


def _reposts(table: gpd.GeoDataFrame, said: list[str], facts: "_Facts", first: Ints) -> list[pd.DataFrame]:
    # Pairs are dropped by place and time before their words are compared, which costs most.
    rare = RareWords(said)
    urls = [plain_address(url) for url in table["url"].fillna("").tolist()]
    one, other = _where(facts.may_agree, *_of_one_address(urls))
    # A page may carry several sources: rows of two known origins are two voices, unless they say it in the same words.
    origin = _each(table["origin"], plain)
    keep = facts.agree(one, other)
    keep &= (origin[one] == origin[other]) | (origin[one] == "") | (origin[other] == "")
    keep[~keep] = equality(said, one[~keep], other[~keep]) >= _EQUAL
    one, other = one[keep], other[keep]
    score = 0.9 + 0.1 * _alikeness(said, rare, one, other)
    by_address = _rows(one, other, score, ["same address"] * len(one), first)

    one, other = _where(facts.may_agree, *near_equal(said))
    equal = equality(said, one, other)
    keep = equal >= _EQUAL
    words = [f"{share:.0%} the same words".replace("%", " %") for share in equal[keep].tolist()]
    by_words = _rows(one[keep], other[keep], equal[keep], words, first)

    one, other, names = quoting(table, said)
    keep = facts.agree(one, other)
    names = [names[k] for k in np.flatnonzero(keep).tolist()]
    one, other = one[keep], other[keep]
    score = 0.6 + 0.4 * _alikeness(said, rare, one, other)
    ids = table["report_id"].tolist()
    words = [f"quotes {name}, whose own report is {ids[row]}" for name, row in zip(names, other.tolist(), strict=True)]
    by_quote = _rows(one, other, score, words, None)

    speaker = copies(table)
    one = np.flatnonzero(speaker.notna().to_numpy())
    other = pd.Index(table["report_id"].to_numpy(object)).get_indexer(speaker.iloc[one].to_numpy(object))
    score = 0.5 + 0.5 * _alikeness(said, rare, one, other)
    told = zip(table["origin"].iloc[one].tolist(), facts.apart(one, other), strict=True)
    by_origin = _rows(one, other, score, [f"both give the word of {name}, {apart}" for name, apart in told], first)
    return [by_address, by_words, by_quote, by_origin]


def _same_events(table: gpd.GeoDataFrame, said: list[str], facts: "_Facts", first: Ints) -> pd.DataFrame:
    one, other, apart_m, _ = near_pairs(table)
    voice = pd.factorize(voices(table))[0]
    independent = voice[one] != voice[other]
    one, other, apart_m = one[independent], other[independent], apart_m[independent]
    one, other = np.minimum(one, other), np.maximum(one, other)
    reach = np.maximum(apart_m, np.maximum(facts.radius[one], facts.radius[other]))
    span = np.fmax(facts.end[one], facts.end[other]) - np.minimum(facts.start[one], facts.start[other])
    near = 1 / np.sqrt((1 + reach / 10_000) * (1 + span / (6 * 3600)))
    # The name of the place tells "the oil depot" from the "housing estate" a kilometre from it.
    places = _each(table["place"], plain).tolist()
    rare = RareWords([f"{text} {place}" if text else "" for text, place in zip(said, places, strict=True)])
    shared = rare.shared(one, other)
    # Without words only closeness speaks; a pair that shares a fifth of its rare words is told much alike.
    score = np.where(np.isnan(shared), near, 0.5 * near + 0.5 * np.minimum(1, 2.5 * shared))
    keep = score >= LEAST
    one, other, score = one[keep], other[keep], score[keep]
    both = (facts.unit[one] == facts.unit[other]) & (facts.unit[one] >= 0)
    told = zip(facts.apart(one, other), both.tolist(), strict=True)
    words = [f"{apart}, same kind" + (" and unit" if same else "") for apart, same in told]
    return _rows(one, other, score, words, first).assign(relation=SAME_EVENT)


class _Facts:
    """Place, time, kind and unit of the rows of a table, to be compared pair by pair."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.lon, self.lat = table.geometry.x.to_numpy(float), table.geometry.y.to_numpy(float)
        self.radius = table["radius_m"].fillna(0.0).to_numpy(float)
        start, end = (table[name].dt.as_unit("us").astype("int64").to_numpy() / 1e6 for name in ("earliest", "latest"))
        self.start = np.where(table["earliest"].isna(), np.nan, start)
        # What has no known end counts as a day.
        self.end = np.where(table["latest"].isna(), self.start + 86_400, end)
        self.kind, self.unit = pd.factorize(table["kind"])[0], pd.factorize(table["unit"])[0]

    def may_agree(self, one: Ints, other: Ints) -> Bools:
        """One kind, no contradiction of unit, place or time; an unplaced report contradicts no place."""
        alike = self.kind[one] == self.kind[other]
        alike &= (self.unit[one] == self.unit[other]) | (self.unit[one] < 0) | (self.unit[other] < 0)
        alike &= ~(self._metres(one, other) > np.maximum(600.0, np.maximum(self.radius[one], self.radius[other])))
        shared = np.minimum(self.end[one], self.end[other]) - np.maximum(self.start[one], self.start[other])
        return np.asarray(alike & ~(shared < -2700))

    def agree(self, one: Ints, other: Ints) -> Bools:
        """As `may_agree`, both placed, and the intervals share half of the shorter one."""
        shared = np.minimum(self.end[one], self.end[other]) - np.maximum(self.start[one], self.start[other])
        shorter = np.minimum(self.end[one] - self.start[one], self.end[other] - self.start[other])
        placed = ~np.isnan(self._metres(one, other))
        return np.asarray(self.may_agree(one, other) & placed & (2 * shared >= shorter), bool)

    def apart(self, one: Ints, other: Ints) -> list[str]:
        """Distance and time between the rows of each pair in words."""
        late = np.fmax(self.start[one], self.start[other]) - np.fmin(self.end[one], self.end[other])
        pairs = zip(self._metres(one, other).tolist(), (np.fmax(late, 0.0) / 60).tolist(), strict=True)
        return [_apart(metres, minutes) for metres, minutes in pairs]

    def _metres(self, one: Ints, other: Ints) -> Floats:
        return geodesy.distance_m(self.lon[one], self.lat[one], self.lon[other], self.lat[other])


def _apart(metres: float, minutes: float) -> str:
    where = "no place" if np.isnan(metres) else f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.0f} km"
    if minutes < 0.5:
        return f"{where} apart, times overlap" if metres >= 0.5 else "same place, times overlap"
    return f"{where} and {minutes:.0f} min apart"


def _where(agree: Callable[[Ints, Ints], Bools], one: Ints, other: Ints) -> tuple[Ints, Ints]:
    keep = agree(one, other)
    return one[keep], other[keep]


def _each(names: "pd.Series[str]", made: Callable[[str], str]) -> NDArray[np.object_]:
    """What is made of each name, once for every distinct one; empty where there is none."""
    codes, distinct = pd.factorize(names)
    return np.asarray([*(made(name) for name in distinct.tolist()), ""], object)[codes]


def _alikeness(said: list[str], rare: RareWords, one: Ints, other: Ints) -> Floats:
    # Any two texts of one language have half of their letters in common.
    return np.fmax(np.nan_to_num(rare.shared(one, other)), 2 * equality(said, one, other) - 1)


def _rows(one: Ints, other: Ints, score: Floats, reason: Sequence[str], first: Ints | None) -> pd.DataFrame:
    """Suggested reposts; with a precedence the later of both repeats the earlier."""
    if first is not None:
        swap = first[one] < first[other]
        one, other = np.where(swap, other, one), np.where(swap, one, other)
    rows = pd.DataFrame({"one": one, "other": other, "score": np.clip(score, 0, 1), "reason": list(reason)})
    return rows.assign(relation=REPOST)


def _of_one_address(urls: list[str]) -> tuple[Ints, Ints]:
    ones, others = [], []
    groups = pd.Series(urls, dtype="str").groupby(urls).indices
    for url, rows in groups.items():
        if url:
            for step in range(1, len(rows) if len(rows) <= _AT_ONE_ADDRESS else 2):
                ones.append(rows[:-step])
                others.append(rows[step:])
    empty = np.empty(0, np.int64)
    return np.concatenate([empty, *ones]), np.concatenate([empty, *others])


def _known(ids: NDArray[np.object_], low: Ints, high: Ints, links: pd.DataFrame | None) -> Bools:
    """Which pairs are linked, over other links too, or would join two events that are said to be different."""
    if links is None or links.empty:
        return np.zeros(len(low), bool)
    group = components(pd.Series(np.arange(len(ids)), index=ids), links)
    one, other = (group[rows] for rows in said_different(ids, links))
    size = int(group.max()) + 1
    different = np.minimum(one, other) * size + np.maximum(one, other)
    joined = np.minimum(group[low], group[high]) * size + np.maximum(group[low], group[high])
    return np.asarray((group[low] == group[high]) | np.isin(joined, different))
