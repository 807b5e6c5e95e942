"""What people say is different stays apart, whatever hangs together by suggestions."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tracker.evidence.voices.chains import DIFFERENT

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def said_different(ids: NDArray[np.object_], links: pd.DataFrame | None) -> tuple[Ints, Ints]:
    """Rows of both reports of every link that says they are different; links to absent reports are left out."""
    if links is None or links.empty:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    apart = links[links["relation"] == DIFFERENT]
    rows = pd.Index(ids)
    one, other = (rows.get_indexer(pd.Index(apart[name].to_numpy(object))) for name in ("report_id", "other_id"))
    here = (one >= 0) & (other >= 0)
    return one[here], other[here]


def joined(size: int, one: Ints, other: Ints) -> Ints:
    """The number of the group of each row, rows joined by pairs without end."""
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def kept_apart(size: int, one: Ints, other: Ints, never_one: Ints, never_other: Ints) -> Bools:
    """Which pairs may be joined, taken in their order, so that no two rows that are never one hang together."""
    keep = np.ones(len(one), bool)
    group = joined(size, one, other)
    torn = (group[never_one] == group[never_other]) & (never_one != never_other)
    if not torn.any():
        return keep
    head: dict[int, int] = {}
    foes: dict[int, set[int]] = {}
    for a, b in zip(never_one[torn].tolist(), never_other[torn].tolist(), strict=True):
        foes.setdefault(a, set()).add(b)
        foes.setdefault(b, set()).add(a)

    def top(row: int) -> int:
        while (above := head.get(row, row)) != row:
            head[row] = head.get(above, above)
            row = above
        return row

    for k in np.flatnonzero(np.isin(group[one], group[never_one[torn]])).tolist():
        a, b = top(int(one[k])), top(int(other[k]))
        if a == b:
            continue
        keep[k] = b not in {top(foe) for foe in foes.get(a, ())}
        if keep[k]:
            head[b] = a
            foes[a] = foes.get(a, set()) | foes.pop(b, set())
    return keep
