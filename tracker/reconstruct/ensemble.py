"""One unit's ensemble: filter its claims forward over the roads, draw histories backward."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tracker.model import BadRoads, History, geodesy
from tracker.reconstruct import filtering, pace
from tracker.reconstruct.belief import CLUTTER_KM2
from tracker.reconstruct.claims import Claims
from tracker.reconstruct.drawing import Drawing, backward, new_drawing
from tracker.reconstruct.histories import Drawn, histories
from tracker.reconstruct.keeping import pack, unpack
from tracker.reconstruct.space import CELL_S, RoadSpace
from tracker.reconstruct.terms import ABSENCE, TURNAROUND, Ground, Kept, Motion, Told, Weights
from tracker.reconstruct.wander import extend

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

STEP_S = CELL_S * pace.LEVELS / pace.FASTEST
"""Seconds of a step: the fastest pace crosses one cell in each of its parts."""

LEAST_STRETCH = 16
"""Steps that are kept at once for drawing, at least; of long spans as many as there are such stretches."""

BESIDE = 3
"""Stretches at once in memory: one that is drawn, the others on their way."""

TURN_EVERY = 8
"""Steps from one to the next at which a standing column may turn back unreported: a quarter of an hour."""

PRUNE = 1e-5
"""A block of road worth less than this share of the best one, with the next claims in view, is dropped."""

WANDER = int(48 * 3600 / STEP_S)
"""Steps that histories wander before the first and after the last claim; beyond, they stay where that has left them."""

LOOK_AHEAD = 12
"""Claims to come that are kept in view when deciding what to drop, beside those that are open."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ensemble:
    """Histories of one unit, and where they were at every step."""

    histories: tuple[History, ...]
    """The timed paths, all of equal weight."""
    first: int
    """The step of the whole reconstruction that the first row of `cells` is of."""
    cells: Ints
    """(steps, histories) road cell of each history at each of its steps."""
    pace: NDArray[np.int8]
    """(steps, histories) cells that each history went in the step that ends there."""
    turned: NDArray[np.uint8]
    """(steps, histories) 1 where a history turned round in the step that ends there."""
    log_evidence: float
    """Logarithm of the probability of all claims under the model (up to a constant): for comparing models."""

    def of(self, histories: Ints) -> "Ensemble":
        """Some of the histories, by number."""
        return replace(
            self,
            histories=tuple(self.histories[number] for number in histories),
            cells=self.cells[:, histories],
            pace=self.pace[:, histories],
            turned=self.turned[:, histories],
        )


def draw_ensemble(
    space: RoadSpace, claims: Claims, *, members: int, steps: int, random: np.random.Generator
) -> Ensemble:
    """Histories drawn from the posterior of one unit's claims.

    Parameters
    ----------
    space, claims : road cells, and what the reports say in their terms
    members : number of histories
    steps : number of steps of the whole reconstruction; beyond the claims the histories only wander
    random : source of all draws
    """
    begin, end = int(claims.first.min()), int(claims.last.max())
    count = end - begin + 1
    first, last = claims.first - begin, claims.last - begin
    open_ptr, opened, slot, slots = _schedule(first, last, count)
    ground, ground_cell = _ground(space)
    mix = pace.mixing(STEP_S)
    motion = Motion(mix=mix, pace=pace.PACE, turning=_turning(claims, first, last, count))
    ahead_ptr, ahead, ahead_s = _ahead(claims, first, last, count)
    told = Told(
        first=first,
        last=last,
        kind=claims.kind,
        gain=claims.gain.astype(np.float32),
        base=claims.base.astype(np.float32),
        slot=slot,
        ptr=claims.ptr,
        cell=ground_cell[claims.cell],
        value=claims.value,
        centre=claims.centre.astype(np.float32),
        sigma=claims.sigma_m.astype(np.float32),
        open_ptr=open_ptr,
        opened=opened,
        ahead_ptr=ahead_ptr,
        ahead=ahead,
        ahead_s=ahead_s,
    )
    weight = _start(space, claims, first)
    # The system gives zeros page by page, as they are written to: roads that the unit cannot be on cost nothing.
    now = np.zeros((1 + slots, pace.MODES, len(ground.block) + pace.LEVELS), np.float32)
    begun = filtering.begun(ground, ground_cell, weight, pace.at_rest(), now)
    drawing, log_evidence = _drawn(
        space, ground, motion, told, begun, uniform=random.random((count, members, 3))
    )  # fmt: skip
    hops, mode = drawing.hops[0], drawing.mode
    drawn = Drawn(
        block=drawing.block, cell=drawing.cell, turned=drawing.turned,
        hop=drawing.hop, hop_block=drawing.hop_block[:hops], hop_next=drawing.hop_next[:hops],
    )  # fmt: skip
    before, after = min(begin, WANDER), min(max(0, steps - 1 - end), WANDER)
    whole, gone = extend(space, drawn, mode, before=before, after=after, mix=mix, pace=pace.PACE, random=random)
    return Ensemble(
        histories=histories(space, whole, (begin - before + np.arange(len(whole.block), dtype=np.float64)) * STEP_S),
        first=begin - before,
        cells=space.ptr[whole.block] + whole.cell,
        pace=gone,
        turned=whole.turned,
        log_evidence=float(log_evidence),
    )


def _ground(space: RoadSpace) -> tuple[Ground, Ints]:
    """The road cells as the loops need them, and the number that each cell has there."""
    size = np.diff(space.ptr)
    arc = space.arc[space.ptr[:-1]]
    ends = np.diff(arc, append=-1) != 0
    span = size + pace.LEVELS * ends
    ptr = np.concatenate([[0], np.cumsum(span)]).astype(np.int32)
    block = np.repeat(np.arange(len(size), dtype=np.int32), span)
    last = np.flatnonzero(ends)[np.cumsum(ends) - ends]
    ground = Ground(
        ptr=ptr,
        size=size,
        block=block,
        arc_end=ptr[last] + size[last],
        onward_ptr=space.succ_ptr,
        onward=space.succ,
        onward_p=space.succ_p,
        reverse=space.reverse,
        middle=space.middle.astype(np.float32),
    )
    return ground, (np.arange(len(space.block)) + (ptr[:-1] - space.ptr[:-1])[space.block]).astype(np.int32)


def _drawn(
    space: RoadSpace, ground: Ground, motion: Motion, told: Told, weights: Weights, uniform: Floats
) -> tuple[Drawing, float]:
    """Histories drawn from the weights of the first step on, and the logarithm of the evidence.

    Forward through all stretches of time; then each is filtered again for what is kept of its steps, and drawn, the
    last first. While one is drawn, those before it are filtered.
    """
    count = len(uniform)
    length = max(LEAST_STRETCH, int(np.ceil(np.sqrt(count))))
    begins = range(0, count, length)

    def filtered(weights: Weights, begin: int, data: NDArray[np.float32] | None = None) -> tuple[Kept, float]:
        room = np.empty(0, np.float32) if data is None else data
        end = min(begin + length, count)
        found = filtering.forward(ground, motion, told, weights, begin, end, PRUNE, data is not None, room)
        return cast(tuple[Kept, float], found)

    packed, log_evidence = [], 0.0
    for begin in begins:
        packed.append(pack(weights, ground))
        log_evidence += filtered(weights, begin)[1]
    if not np.isfinite(log_evidence):
        raise BadRoads("no drive stays on these roads from the first report to the last; give a larger map")
    room = length * int(np.median([len(one.data) for one in packed]))  # grows where a stretch needs more
    shape = weights.now.shape  # zeros_like would take all the memory at once
    free = [(Weights(np.zeros(shape, np.float32), np.zeros_like(weights.held)), np.empty(room, np.float32))
            for _ in range(BESIDE)]  # fmt: skip

    def again(stretch: int) -> tuple[Kept, Weights]:
        own, data = free.pop()
        unpack(packed[stretch], own, ground)
        return filtered(own, begins[stretch], data)[0], own

    back = ground._replace(onward_ptr=space.pred_ptr, onward=space.pred, onward_p=space.pred_p)
    drawing = new_drawing(count, uniform.shape[1], len(told.first))
    with ThreadPoolExecutor(BESIDE - 1) as beside:
        left = list(range(len(packed)))
        coming = [beside.submit(again, left.pop()) for _ in range(min(BESIDE - 1, len(left)))]
        while coming:
            kept, own = coming.pop(0).result()
            if left:
                coming.append(beside.submit(again, left.pop()))
            drawing = backward(back, motion, told, kept, uniform, drawing)
            free.append((own, kept.data))
    return drawing, log_evidence


def _schedule(first: Ints, last: Ints, count: int) -> tuple[Ints, Ints, Ints, int]:
    """Which claims are open at each step, and a plane of the filter for each while it is open."""
    slot = np.zeros(len(first), np.int32)
    busy: list[int] = []
    for claim in np.argsort(first, kind="stable"):
        free = next((s for s, until in enumerate(busy) if until < first[claim]), len(busy))
        if free == len(busy):
            busy.append(0)
        busy[free] = int(last[claim])
        slot[claim] = free
    open_at = [np.flatnonzero((first <= t) & (t <= last)) for t in range(count)]
    ptr = np.concatenate([[0], np.cumsum([len(found) for found in open_at])]).astype(np.int32)
    return ptr, np.concatenate(open_at).astype(np.int32), slot, len(busy)


def _ahead(claims: Claims, first: Ints, last: Ints, count: int) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """The next few claims at each step, and the seconds left until their intervals end."""
    ptr: list[int] = [0]
    claim: list[int] = []
    left: list[float] = []
    for t in range(count):
        speaking = (last > t) & (claims.kind != ABSENCE)
        coming = np.flatnonzero(speaking & (first > t))
        soonest = coming[np.argsort(first[coming] + last[coming], kind="stable")[:LOOK_AHEAD]]
        nearest = np.concatenate([np.flatnonzero(speaking & (first <= t)), soonest])
        claim.extend(nearest)
        left.extend(STEP_S * (last[nearest] - t))
        ptr.append(len(claim))
    return np.array(ptr, np.int32), np.array(claim, np.int32), np.array(left, np.float32)


def _turning(claims: Claims, first: Ints, last: Ints, count: int) -> NDArray[np.float32]:
    """Probability of turning back in a step for who stands: small, at every few steps; larger while a turnaround is
    reported."""
    step = np.arange(count)
    turning = np.where(step % TURN_EVERY == 0, TURN_EVERY * pace.TURN_H * STEP_S / 3600, 0.0)
    standing = float(pace.at_rest()[[pace.HALT, pace.STAY]].sum())
    for k in np.flatnonzero(claims.kind == TURNAROUND):
        steps = step[first[k] + 1 : last[k] + 1]
        if len(steps) > 16 * TURN_EVERY:
            steps = steps[steps % TURN_EVERY == 0]
        turning[steps] += claims.believed[k] / (max(len(steps), 1) * standing)
    return np.asarray(np.minimum(turning, 0.2), np.float32)


def _start(space: RoadSpace, claims: Claims, first: Ints) -> NDArray[np.float32]:
    """(cells,) how probably the unit is in each road cell at the first step.

    Where the earliest claims, any of them true, let it be; and, should all of them be false, anywhere.
    """
    placed = np.flatnonzero((claims.kind != ABSENCE) & (np.diff(claims.ptr) > 0))
    early = placed[np.argsort(first[placed], kind="stable")][:5]
    weight = np.zeros(len(space.lon))
    # Flat, over the area that a false claim is taken to name: the claims themselves weigh in later, and only once.
    reach = geodesy.metres_to_chord(1000 * np.sqrt(CLUTTER_KM2 / np.pi))
    for k in early:
        weight[np.asarray(space.tree.query_ball_point(claims.centre[k], reach), np.int64)] += claims.believed[k]
    anywhere = float(np.prod(1 - claims.believed[early]))
    weight = (1 - anywhere) * weight / weight.sum() + anywhere / len(weight)
    return np.asarray(weight, np.float32)
