"""The exact posterior of a few reports, computed twice, slowly, and not with the filter's code.

A history is a sequence of states (road cell, mode). Its prior weight is the product of the steps' probabilities, and
each report multiplies it by ``base + gain x seen``, where ``seen`` looks at the whole history. `listed` goes through
every history that is possible, one by one, for three or four steps. `counted` gets the same sums for more steps: it
adds to the state one bit a report, set once the report has its moment, and multiplies matrices.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tracker.reconstruct import ensemble, pace
from tracker.reconstruct.claims import ABSENCE, PASSING, SIGHTING, TURNAROUND, Claims
from tracker.reconstruct.space import RoadSpace

State = tuple[int, int]
"""Road cell and mode."""
Step = tuple[State, float, bool]
"""The state after a step, the step's probability, and whether the column turned round in it."""


@dataclass(frozen=True)
class Exact:
    """What listing all histories gives."""

    log_evidence: float
    """Logarithm of the sum of all histories' weights."""
    marginal: np.ndarray
    """(steps, cells) probability of each cell at each step."""
    turned: float
    """Probability that the column turned round at least once."""


def listed(space: RoadSpace, claims: Claims) -> Exact:
    """The exact posterior of the claims, from the first claim's first step to the last claim's last."""
    few = _Few(space, claims)
    mass: dict[tuple[int, ...], float] = defaultdict(float)
    total = around = 0.0
    # Depth first, one whole history at a time; cells, modes, turns and weight so far.
    stack: list[tuple[tuple[int, ...], tuple[int, ...], tuple[bool, ...], float]] = [
        ((cell,), (mode,), (False,), weight) for (cell, mode), weight in few.beginning()
    ]
    while stack:
        cells, modes, turns, weight = stack.pop()
        if len(cells) < few.steps:
            for (cell, mode_after), p, turned in few.onward[len(cells)].steps((cells[-1], modes[-1])):
                stack.append(((*cells, cell), (*modes, mode_after), (*turns, turned), weight * p))
            continue
        for k in range(len(claims.rows)):
            seen = _seen(int(claims.kind[k]), few.value[k], cells, modes, turns, int(few.first[k]), int(few.last[k]))
            weight *= float(claims.base[k]) + float(claims.gain[k]) * seen
        mass[cells] += weight
        total += weight
        around += weight * any(turns)
    marginal = np.zeros((few.steps, len(space.lon)))
    for cells, weight in mass.items():
        marginal[np.arange(few.steps), cells] += weight / total
    return Exact(log_evidence=float(np.log(total)), marginal=marginal, turned=around / total)


def counted(space: RoadSpace, claims: Claims) -> Exact:
    """The same as `listed`, for more steps; small networks and up to three claims only."""
    few = _Few(space, claims)
    bits = len(claims.rows) + 1  # the last one: turned round
    cells, modes, masks = len(space.lon), len(pace.PACE), 1 << bits
    alpha = np.zeros((cells, modes, masks))
    for (cell, mode), weight in few.beginning():
        alpha[cell, mode, 0] = weight
    alphas, steps = [alpha.ravel()], []
    whole = sparse.eye_array(alpha.size, format="csr")
    set_bit = [_setting(bit, masks) for bit in range(bits)]
    for t in range(few.steps):
        step = whole
        if t > 0:
            stay, turn = (_matrix(few.onward[t], cells, modes, turned) for turned in (False, True))
            turning = sparse.kron(
                sparse.eye_array(cells * modes), set_bit[-1] + sparse.diags_array(1.0 * _has(bits - 1, masks))
            )
            for k in few.open(t, turnarounds=True):
                turning = turning @ (whole + sparse.kron(few.seeing(k, modes) * claims.gain[k], set_bit[k]))
            step = sparse.kron(stay, sparse.eye_array(masks)) + sparse.kron(turn, sparse.eye_array(masks)) @ turning
        for k in few.open(t, turnarounds=False):
            once = set_bit[k] * claims.gain[k]
            if claims.kind[k] != SIGHTING:  # who is seen once, or enters, is not unseen any more
                once = set_bit[k] - sparse.diags_array(1.0 * ~_has(k, masks))
            step = (whole + sparse.kron(few.seeing(k, modes), once)) @ step
        steps.append(step.tocsr())
        alphas.append(step @ alphas[-1])
    worth = np.ones(masks)
    for k, kind in enumerate(claims.kind):
        once, never = {
            PASSING: (claims.base[k] + claims.gain[k], claims.base[k]),
            ABSENCE: (claims.base[k], claims.base[k] + claims.gain[k]),
        }.get(int(kind), (1.0, claims.base[k]))
        worth *= np.where(_has(k, masks), once, never)
    beta = np.tile(worth, cells * modes)
    last = (alphas[-1] * beta).reshape(-1, masks)
    total = last.sum()
    marginal = []
    for t in range(few.steps - 1, -1, -1):
        marginal.append((alphas[t + 1] * beta).reshape(cells, -1).sum(axis=1) / total)
        beta = steps[t].T @ beta
    around = last[:, _has(bits - 1, masks)].sum() / total
    return Exact(log_evidence=float(np.log(total)), marginal=np.array(marginal[::-1]), turned=float(around))


class _Few:
    """A few claims in steps of their own, and where each step leads."""

    def __init__(self, space: RoadSpace, claims: Claims) -> None:
        self.space, self.claims = space, claims
        begin = int(claims.first.min())
        self.first, self.last = claims.first - begin, claims.last - begin
        self.steps = int(self.last.max()) + 1
        turning = ensemble._turning(claims, self.first, self.last, self.steps)
        self.onward = [_Onward(space, float(u)) for u in turning]
        self.value: list[dict[int, list[float]]] = []
        for k in range(len(claims.rows)):
            at = slice(claims.ptr[k], claims.ptr[k + 1])
            self.value.append(dict(zip(claims.cell[at].tolist(), claims.value[at].tolist(), strict=True)))

    def beginning(self) -> list[tuple[State, float]]:
        """Where the histories begin, with their weight."""
        weights = ensemble._start(self.space, self.claims, self.first)
        return [
            ((cell, mode), float(weight) * float(rest))
            for cell, weight in enumerate(weights)
            for mode, rest in enumerate(pace.at_rest())
        ]

    def open(self, t: int, *, turnarounds: bool) -> list[int]:
        """The claims whose interval has step t, of one sort or the other."""
        here = (self.first + turnarounds <= t) & (t <= self.last) & ((self.claims.kind == TURNAROUND) == turnarounds)
        return np.flatnonzero(here).tolist()

    def seeing(self, claim: int, modes: int) -> sparse.dia_array:
        """What a claim says of each state, as a diagonal."""
        each = np.zeros((len(self.space.lon), modes))
        for cell, values in self.value[claim].items():
            # Who turns round does so standing.
            paces = np.zeros(modes, int) if self.claims.kind[claim] == TURNAROUND else pace.PACE
            each[cell] = np.array(values)[paces]
        return sparse.diags_array(each.ravel())


def _has(bit: int, masks: int) -> np.ndarray:
    return (np.arange(masks) >> bit & 1).astype(bool)


def _setting(bit: int, masks: int) -> sparse.csr_array:
    before = np.flatnonzero(~_has(bit, masks))
    return sparse.csr_array((np.ones(len(before)), (before | 1 << bit, before)), shape=(masks, masks))


def _matrix(onward: "_Onward", cells: int, modes: int, turned: bool) -> sparse.csr_array:
    entries = [
        (cell * modes + mode, where * modes + after, p)
        for cell in range(cells)
        for mode in range(modes)
        for (where, after), p, round_ in onward.steps((cell, mode))
        if round_ == turned
    ]
    before, after, p = (np.array(column) for column in zip(*entries, strict=True))
    return sparse.csr_array((p, (after, before)), shape=(cells * modes, cells * modes))


class _Onward:
    """Where a step leads from each state."""

    def __init__(self, space: RoadSpace, turning: float) -> None:
        self.space, self.turning = space, turning
        self.mix = pace.mixing(ensemble.STEP_S)
        self.known: dict[State, list[Step]] = {}

    def steps(self, state: State) -> list[Step]:
        if state not in self.known:
            self.known[state] = self._steps(*state)
        return self.known[state]

    def _steps(self, cell: int, mode: int) -> list[Step]:
        space = self.space
        block = int(np.searchsorted(space.ptr, cell, side="right")) - 1
        found: list[Step] = []
        for after in range(len(self.mix)):
            p = float(self.mix[mode, after])
            if p <= 0:
                continue
            if pace.PACE[after] > 0:
                for where, share in self._forward(block, cell - int(space.ptr[block]) + int(pace.PACE[after])):
                    found.append(((where, after), p * share, False))
            elif (back := int(space.reverse[block])) >= 0:
                mirrored = int(space.ptr[back + 1]) - 1 - (cell - int(space.ptr[block]))
                found.append(((cell, after), p * (1 - self.turning), False))
                found.append(((mirrored, after), p * self.turning, True))
            else:
                found.append(((cell, after), p, False))
        return found

    def _forward(self, block: int, offset: int) -> list[tuple[int, float]]:
        space = self.space
        size = int(space.ptr[block + 1] - space.ptr[block])
        if offset < size:
            return [(int(space.ptr[block]) + offset, 1.0)]
        return [
            (cell, float(space.succ_p[e]) * share)
            for e in range(space.succ_ptr[block], space.succ_ptr[block + 1])
            for cell, share in self._forward(int(space.succ[e]), offset - size)
        ]


def _seen(
    kind: int,
    value: dict[int, list[float]],
    cells: tuple[int, ...],
    modes: tuple[int, ...],
    turns: tuple[bool, ...],
    first: int,
    last: int,
) -> float:
    span = range(first, last + 1)
    none = [0.0] * (pace.LEVELS + 1)
    if kind == TURNAROUND:
        return sum(value.get(cells[t - 1], none)[0] for t in span if t > first and turns[t])
    each = [value.get(cells[t], none)[pace.PACE[modes[t]]] for t in span]
    if kind == SIGHTING:
        return sum(each)
    if kind == PASSING:
        return 1 - float(np.prod([1 - one for one in each]))
    return float(all(one == 0 for one in each))
