"""The two compiled loops: filtering forward over road cells, and drawing histories backward.

State = (cell of a directed road, pace). A cell is about 18 s of free travel; pace k moves k cells a step, so nobody
is ever faster than the road and the vehicle allow. A report's unknown moment within its interval belongs to the state:
plane r carries the weight that has been seen by report r so far (its additive functional), and is folded into the
weights at the interval's end. Backward, the moment is drawn where it happened. Forward filtering, backward sampling:
Godsill, Doucet & West (2004); additive functionals: Cappe (2011). Where several intervals overlap, having been seen by
one is taken to be independent of having been seen by the other, given the cell.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

SIGHTING, TURNAROUND, ABSENCE, PASSING = 0, 1, 2, 3
"""How a report is read: seen at one moment of its interval, any as likely as any other; turned round within it; not
there at all; or seen as it passed, at a moment that the interval merely bounds (staying makes it no likelier)."""

REACH_MS, SPREAD_MS = 13.0, 5.0
"""How far a column may still drive until a report's interval ends: mean and spread in m/s."""

MOST_HOPE = 30.0
"""What a report to come may add to a place at most: it may be false, and then the true places are out of its reach."""

TINY = 1e-13
"""Weight not worth carrying across a junction. Reports count only when their interval ends, so until then all the
weight that they favour may be a very small share of the whole."""


@njit(cache=True)
def forward(
    ptr: Ints,
    succ_ptr: Ints,
    succ_arc: Ints,
    succ_p: Floats,
    reverse: Ints,
    mix: Floats,
    pace: Ints,
    first_cells: Ints,
    first_weights: Floats,
    modes_at_rest: Floats,
    turning: Floats,
    rep_first: Ints,
    rep_last: Ints,
    rep_kind: Ints,
    rep_gain: Floats,
    rep_base: Floats,
    rep_slot: Ints,
    rep_ptr: Ints,
    rep_cell: Ints,
    rep_value: Floats,
    open_ptr: Ints,
    open_rep: Ints,
    slots: int,
    middle: Floats,
    ahead_ptr: Ints,
    ahead_rep: Ints,
    ahead_s: Floats,
    rep_centre: Floats,
    rep_sigma: Floats,
    prune: float,
) -> Any:
    """Filter all reports forward; returns the stored weights of every step and the log evidence.

    A block of cells is dropped when its share of the weight, times what the next reports could still make of it, is
    below ``prune``; the weights themselves never look ahead.
    """
    arcs = len(ptr) - 1
    cells = ptr[arcs]
    modes = len(pace)
    steps = len(turning)
    planes = 1 + slots
    now = np.zeros((planes, modes, cells), np.float32)
    new = np.zeros((planes, modes, cells), np.float32)
    on_now = np.zeros(arcs, np.uint8)
    on_new = np.zeros(arcs, np.uint8)
    list_now = np.empty(arcs, np.int32)
    list_new = np.empty(arcs, np.int32)
    count_now = 0
    arc_of = np.empty(cells, np.int32)
    for a in range(arcs):
        for c in range(ptr[a], ptr[a + 1]):
            arc_of[c] = a
    longest = 1
    for a in range(arcs):
        longest = max(longest, ptr[a + 1] - ptr[a])
    mixed = np.empty((planes, modes, longest), np.float32)
    stack_arc = np.empty(4096, np.int32)
    stack_left = np.empty(4096, np.int32)
    stack_p = np.empty(4096, np.float32)

    step_ptr = np.zeros(steps + 1, np.int64)
    data_ptr = np.zeros(steps + 1, np.int64)
    kept_arcs = np.empty(1 << 14, np.int32)
    kept = np.empty(1 << 20, np.float32)
    log_evidence = 0.0
    tiny = np.float32(TINY)
    score = np.empty(arcs, np.float64)
    live = np.zeros(planes, np.int32)  # plane 0 and those of the reports that are open at this step

    for j in range(len(first_cells)):
        c = first_cells[j]
        a = arc_of[c]
        if not on_now[a]:
            on_now[a] = 1
            list_now[count_now] = a
            count_now += 1
        for m in range(modes):
            now[0, m, c] += first_weights[j] * modes_at_rest[m]

    for t in range(steps):
        living = 1
        for o in range(open_ptr[t], open_ptr[t + 1]):
            live[living] = 1 + rep_slot[open_rep[o]]
            living += 1
        if t > 0:
            count_new = 0
            for q in range(count_now):
                a = list_now[q]
                lo = ptr[a]
                n = ptr[a + 1] - lo
                for v in range(living):
                    p = live[v]
                    for m in range(modes):
                        for i in range(n):
                            mixed[p, m, i] = 0.0
                    for m in range(modes):
                        for m2 in range(modes):
                            w = mix[m, m2]
                            if w > 0:
                                for i in range(n):
                                    mixed[p, m2, i] += w * now[p, m, lo + i]
                for v in range(living):
                    p = live[v]
                    for m in range(modes):
                        for i in range(n):
                            now[p, m, lo + i] = 0.0
                back = reverse[a]
                for m in range(modes):
                    k = pace[m]
                    if k == 0:
                        # Only who stands turns round.
                        u = turning[t] if back >= 0 else np.float32(0.0)
                        for v in range(living):
                            p = live[v]
                            for i in range(n):
                                new[p, m, lo + i] += (np.float32(1.0) - u) * mixed[p, m, i]
                        if u > 0:
                            some = np.float32(0.0)
                            for i in range(n):
                                some += mixed[0, m, i]
                            if some * u > tiny:
                                if not on_new[back]:
                                    on_new[back] = 1
                                    list_new[count_new] = back
                                    count_new += 1
                                for v in range(living):
                                    p = live[v]
                                    for i in range(n):
                                        new[p, m, ptr[back] + n - 1 - i] += u * mixed[p, m, i]
                                for o in range(open_ptr[t], open_ptr[t + 1]):
                                    r = open_rep[o]
                                    if rep_kind[r] == TURNAROUND:
                                        s = 1 + rep_slot[r]
                                        for e in range(rep_ptr[r], rep_ptr[r + 1]):
                                            c = rep_cell[e]
                                            if arc_of[c] == a:
                                                i = c - lo
                                                new[s, m, ptr[back] + n - 1 - i] += u * mixed[0, m, i] * rep_value[e]
                        if not on_new[a]:
                            on_new[a] = 1
                            list_new[count_new] = a
                            count_new += 1
                        continue
                    if n > k:
                        for v in range(living):
                            p = live[v]
                            for i in range(n - k):
                                new[p, m, lo + i + k] += mixed[p, m, i]
                    for i in range(max(0, n - k), n):
                        if mixed[0, m, i] <= tiny:
                            continue
                        top = 1
                        stack_arc[0] = a
                        stack_left[0] = i + k - n
                        stack_p[0] = 1.0
                        while top:
                            top -= 1
                            b0 = stack_arc[top]
                            left = stack_left[top]
                            p0 = stack_p[top]
                            for e in range(succ_ptr[b0], succ_ptr[b0 + 1]):
                                b = succ_arc[e]
                                pb = p0 * succ_p[e]
                                nb = ptr[b + 1] - ptr[b]
                                if left < nb:
                                    if not on_new[b]:
                                        on_new[b] = 1
                                        list_new[count_new] = b
                                        count_new += 1
                                    for v in range(living):
                                        p = live[v]
                                        new[p, m, ptr[b] + left] += pb * mixed[p, m, i]
                                elif pb > 1e-4 and top < 4095:
                                    stack_arc[top] = b
                                    stack_left[top] = left - nb
                                    stack_p[top] = pb
                                    top += 1
            for q in range(count_now):
                on_now[list_now[q]] = 0
            now, new = new, now
            on_now, on_new = on_new, on_now
            list_now, list_new = list_new, list_now
            count_now = count_new

        # What the reports say at this step.
        for o in range(open_ptr[t], open_ptr[t + 1]):
            r = open_rep[o]
            s = 1 + rep_slot[r]
            if rep_kind[r] == ABSENCE and t == rep_first[r]:
                for q in range(count_now):
                    for m in range(modes):
                        for c in range(ptr[list_now[q]], ptr[list_now[q] + 1]):
                            now[s, m, c] = now[0, m, c]
            if rep_kind[r] != TURNAROUND:
                for e in range(rep_ptr[r], rep_ptr[r + 1]):
                    c = rep_cell[e]
                    if on_now[arc_of[c]]:
                        for m in range(modes):
                            if rep_kind[r] == SIGHTING:
                                now[s, m, c] += now[0, m, c] * rep_value[e]
                            elif rep_kind[r] == PASSING:
                                now[s, m, c] += (now[0, m, c] - now[s, m, c]) * rep_value[e]
                            else:
                                now[s, m, c] = 0.0

        # Keep what drawing backward needs: the weights, and what each open report has seen so far.
        opened = open_ptr[t + 1] - open_ptr[t]
        need = 0
        for q in range(count_now):
            need += (ptr[list_now[q] + 1] - ptr[list_now[q]]) * (modes + opened)
        while data_ptr[t] + need > len(kept):
            bigger = np.empty(2 * len(kept), np.float32)
            bigger[: data_ptr[t]] = kept[: data_ptr[t]]
            kept = bigger
        while step_ptr[t] + count_now > len(kept_arcs):
            bigger_arcs = np.empty(2 * len(kept_arcs), np.int32)
            bigger_arcs[: step_ptr[t]] = kept_arcs[: step_ptr[t]]
            kept_arcs = bigger_arcs
        at = data_ptr[t]
        share_at = at
        total = 0.0
        for q in range(count_now):
            a = list_now[q]
            lo = ptr[a]
            n = ptr[a + 1] - lo
            share_at = at + modes * n
            for o in range(open_ptr[t], open_ptr[t + 1]):
                s = 1 + rep_slot[open_rep[o]]
                for i in range(n):
                    have = np.float32(0.0)
                    seen = np.float32(0.0)
                    for m in range(modes):
                        have += now[0, m, lo + i]
                        seen += now[s, m, lo + i]
                    kept[share_at + i] = seen / have if have > 0 else np.float32(0.0)
                share_at += n
            # Reports whose interval ends here weigh in for good.
            for o in range(open_ptr[t], open_ptr[t + 1]):
                r = open_rep[o]
                if rep_last[r] != t:
                    continue
                s = 1 + rep_slot[r]
                for m in range(modes):
                    for i in range(n):
                        have = now[0, m, lo + i]
                        if have > 0:
                            f = rep_base[r] + rep_gain[r] * (now[s, m, lo + i] / have)
                            for v in range(living):
                                p = live[v]
                                now[p, m, lo + i] *= f
                        now[s, m, lo + i] = 0.0
            for m in range(modes):
                for i in range(n):
                    total += now[0, m, lo + i]
            at = share_at
        log_evidence += np.log(total)
        scale = np.float32(1.0 / total)
        kept_count = 0
        at = data_ptr[t]
        all_scores = 0.0
        for q in range(count_now):
            a = list_now[q]
            lo = ptr[a]
            n = ptr[a + 1] - lo
            mass = np.float32(0.0)
            for v in range(living):
                p = live[v]
                for m in range(modes):
                    for i in range(n):
                        now[p, m, lo + i] *= scale
            for m in range(modes):
                for i in range(n):
                    kept[at + m * n + i] = now[0, m, lo + i]
                    mass += now[0, m, lo + i]
            kept_arcs[step_ptr[t] + q] = a
            worth = float(mass)  # in 64 bits: with many open reports the product passes what 32 hold
            for j in range(ahead_ptr[t], ahead_ptr[t + 1]):
                r = ahead_rep[j]
                apart = np.sqrt(
                    (middle[a, 0] - rep_centre[r, 0]) ** 2
                    + (middle[a, 1] - rep_centre[r, 1]) ** 2
                    + (middle[a, 2] - rep_centre[r, 2]) ** 2
                )
                # Hopeful: any moment of the interval, an ordinary pace, straight towards the place.
                beyond = max(np.float32(0.0), apart - REACH_MS * ahead_s[j])
                could = np.exp(-(beyond**2) / (2 * (rep_sigma[r] ** 2 + (SPREAD_MS * ahead_s[j]) ** 2)))
                if rep_kind[r] != PASSING:
                    could *= 1 / (2 * np.pi * (rep_sigma[r] / 1000) ** 2)
                seen = np.float32(0.0)
                if rep_first[r] <= t and rep_last[r] > t:
                    for m in range(modes):
                        for i in range(n):
                            seen += now[1 + rep_slot[r], m, lo + i]
                    seen /= mass + np.float32(1e-30)
                worth *= 1.0 + float(rep_gain[r]) * float(seen) + min(float(rep_gain[r]) * could, MOST_HOPE)
            score[q] = worth
            all_scores += worth
            at += n * (modes + opened)
        for q in range(count_now):
            a = list_now[q]
            lo = ptr[a]
            n = ptr[a + 1] - lo
            if score[q] < prune * all_scores:
                on_now[a] = 0
                for v in range(living):
                    p = live[v]
                    for m in range(modes):
                        for i in range(n):
                            now[p, m, lo + i] = 0.0
            else:
                list_now[kept_count] = a
                kept_count += 1
        step_ptr[t + 1] = step_ptr[t] + count_now
        data_ptr[t + 1] = at
        count_now = kept_count
    return step_ptr, kept_arcs, data_ptr, kept, log_evidence


@njit(cache=True)
def backward(
    ptr: Ints,
    pred_ptr: Ints,
    pred_arc: Ints,
    pred_p: Floats,
    reverse: Ints,
    mix: Floats,
    pace: Ints,
    turning: Floats,
    rep_first: Ints,
    rep_last: Ints,
    rep_kind: Ints,
    rep_gain: Floats,
    rep_base: Floats,
    rep_ptr: Ints,
    rep_cell: Ints,
    rep_value: Floats,
    open_ptr: Ints,
    open_rep: Ints,
    step_ptr: NDArray[np.int64],
    kept_arcs: Ints,
    data_ptr: NDArray[np.int64],
    kept: Floats,
    uniform: NDArray[np.float64],
) -> Any:
    """Draw histories backward; returns arc, cell within the arc, mode, and step of each report's moment (-1: not seen).

    ``uniform`` is (steps, histories, 2). The roads between two steps are those of the draw: ``hops`` lists arcs passed.
    """
    arcs = len(ptr) - 1
    modes = len(pace)
    steps = len(turning)
    histories = uniform.shape[1]
    reports = len(rep_first)
    arc_at = np.empty((steps, histories), np.int32)
    cell_at = np.empty((steps, histories), np.int32)
    mode_at = np.empty((steps, histories), np.int8)
    turned = np.zeros((steps, histories), np.uint8)
    moment = np.full((reports, histories), -1, np.int32)
    resolved = np.zeros((reports, histories), np.uint8)
    later = np.ones((reports, histories))  # probability that a passing unit was not seen after the step at hand
    where = np.full(arcs, -1, np.int64)
    most = 1 << 16
    opt_arc = np.empty(most, np.int32)
    opt_cell = np.empty(most, np.int32)
    opt_mode = np.empty(most, np.int8)
    opt_turn = np.empty(most, np.uint8)
    opt_w = np.empty(most, np.float64)
    opt_from = np.empty(most, np.int32)
    stack_arc = np.empty(4096, np.int32)
    stack_left = np.empty(4096, np.int32)
    stack_p = np.empty(4096, np.float64)
    stack_hop = np.empty(4096, np.int32)
    # Arcs passed wholly between two steps, as linked lists: hop -> (arc, next hop towards the later step).
    hop_arc = np.empty(1 << 16, np.int32)
    hop_next = np.empty(1 << 16, np.int32)
    hops = 0
    hop_at = np.full((steps, histories), -1, np.int32)

    for t in range(steps - 1, -1, -1):
        opened = open_ptr[t + 1] - open_ptr[t]
        at = data_ptr[t]
        for q in range(step_ptr[t], step_ptr[t + 1]):
            where[kept_arcs[q]] = at
            at += (ptr[kept_arcs[q] + 1] - ptr[kept_arcs[q]]) * (modes + opened)
        if t == steps - 1:
            total = 0.0
            for q in range(step_ptr[t], step_ptr[t + 1]):
                a = kept_arcs[q]
                n = ptr[a + 1] - ptr[a]
                for i in range(modes * n):
                    total += kept[where[a] + i]
            for h in range(histories):
                # Stratified over histories: the last position spreads evenly over the final distribution.
                want = (h + uniform[t, h, 0]) / histories * total
                run = 0.0
                done = False
                for q in range(step_ptr[t], step_ptr[t + 1]):
                    a = kept_arcs[q]
                    n = ptr[a + 1] - ptr[a]
                    for m in range(modes):
                        for i in range(n):
                            w = kept[where[a] + m * n + i]
                            run += w
                            if w > 0:
                                arc_at[t, h] = a
                                cell_at[t, h] = i
                                mode_at[t, h] = m
                                if run >= want:
                                    done = True
                                    break
                        if done:
                            break
                    if done:
                        break
        else:
            for h in range(histories):
                y_arc = arc_at[t + 1, h]
                y_cell = cell_at[t + 1, h]
                y_mode = mode_at[t + 1, h]
                k = pace[y_mode]
                size = 0
                hop_mark = hops
                # Every cell that k cells of travel bring to y, with the turns' probability.
                if k == 0:
                    u = turning[t + 1] if reverse[y_arc] >= 0 else np.float32(0.0)
                    for turn in range(2):
                        a = y_arc if turn == 0 else reverse[y_arc]
                        if a < 0 or where[a] < 0:
                            continue
                        pp = 1.0 - u if turn == 0 else float(u)
                        if pp <= 0:
                            continue
                        n = ptr[a + 1] - ptr[a]
                        i = y_cell if turn == 0 else n - 1 - y_cell
                        for m in range(modes):
                            w = kept[where[a] + m * n + i] * mix[m, y_mode] * pp
                            if w > 0:
                                opt_arc[size] = a
                                opt_cell[size] = i
                                opt_mode[size] = m
                                opt_turn[size] = turn
                                opt_w[size] = w
                                opt_from[size] = -1
                                size += 1
                else:
                    top = 0
                    if y_cell >= k:
                        a = y_arc
                        if where[a] >= 0:
                            n = ptr[a + 1] - ptr[a]
                            i = y_cell - k
                            for m in range(modes):
                                w = kept[where[a] + m * n + i] * mix[m, y_mode]
                                if w > 0:
                                    opt_arc[size] = a
                                    opt_cell[size] = i
                                    opt_mode[size] = m
                                    opt_turn[size] = 0
                                    opt_w[size] = w
                                    opt_from[size] = -1
                                    size += 1
                    else:
                        stack_arc[0] = y_arc
                        stack_left[0] = k - y_cell - 1
                        stack_p[0] = 1.0
                        stack_hop[0] = -1
                        top = 1
                    while top:
                        top -= 1
                        a0 = stack_arc[top]
                        left = stack_left[top]
                        p0 = stack_p[top]
                        hop = stack_hop[top]
                        for e in range(pred_ptr[a0], pred_ptr[a0 + 1]):
                            a = pred_arc[e]
                            pa = p0 * pred_p[e]
                            n = ptr[a + 1] - ptr[a]
                            if left < n:
                                if where[a] < 0:
                                    continue
                                i = n - 1 - left
                                for m in range(modes):
                                    w = kept[where[a] + m * n + i] * mix[m, y_mode] * pa
                                    if w > 0 and size < most:
                                        opt_arc[size] = a
                                        opt_cell[size] = i
                                        opt_mode[size] = m
                                        opt_turn[size] = 0
                                        opt_w[size] = w
                                        opt_from[size] = hop
                                        size += 1
                            elif pa > 1e-4 and top < 4095:
                                if hops + 1 >= len(hop_arc):
                                    more_arc = np.empty(2 * len(hop_arc), np.int32)
                                    more_next = np.empty(2 * len(hop_arc), np.int32)
                                    more_arc[:hops] = hop_arc[:hops]
                                    more_next[:hops] = hop_next[:hops]
                                    hop_arc = more_arc
                                    hop_next = more_next
                                hop_arc[hops] = a
                                hop_next[hops] = hop
                                stack_arc[top] = a
                                stack_left[top] = left - n
                                stack_p[top] = pa
                                stack_hop[top] = hops
                                hops += 1
                                top += 1
                # What the reports that are still open say of each.
                total = 0.0
                for j in range(size):
                    a = opt_arc[j]
                    n = ptr[a + 1] - ptr[a]
                    w = opt_w[j]
                    for o in range(opened):
                        r = open_rep[open_ptr[t] + o]
                        if rep_last[r] == t or resolved[r, h]:
                            continue
                        seen = kept[where[a] + (modes + o) * n + opt_cell[j]]
                        f = rep_base[r] + rep_gain[r] * later[r, h] * seen
                        if opt_turn[j] and rep_kind[r] == TURNAROUND:
                            f += rep_gain[r] * value_at(rep_ptr, rep_cell, rep_value, r, ptr[a] + opt_cell[j])
                        w *= f
                    opt_w[j] = w
                    total += w
                want = uniform[t, h, 0] * total
                run = 0.0
                pick = size - 1
                for j in range(size):
                    run += opt_w[j]
                    if run >= want and opt_w[j] > 0:
                        pick = j
                        break
                arc_at[t, h] = opt_arc[pick]
                cell_at[t, h] = opt_cell[pick]
                mode_at[t, h] = opt_mode[pick]
                turned[t + 1, h] = opt_turn[pick]
                hop_at[t + 1, h] = opt_from[pick]
                if opt_from[pick] < 0:
                    hops = hop_mark
                if opt_turn[pick]:
                    for o in range(opened):
                        r = open_rep[open_ptr[t] + o]
                        if rep_kind[r] == TURNAROUND and not resolved[r, h] and rep_last[r] != t:
                            a = opt_arc[pick]
                            n = ptr[a + 1] - ptr[a]
                            seen = kept[where[a] + (modes + o) * n + opt_cell[pick]]
                            here = rep_gain[r] * value_at(rep_ptr, rep_cell, rep_value, r, ptr[a] + opt_cell[pick])
                            if uniform[t, h, 1] * (rep_base[r] + rep_gain[r] * seen + here) < here:
                                resolved[r, h] = 1
                                moment[r, h] = t + 1
        # Was it at this step that an open report saw the unit?
        for h in range(histories):
            a = arc_at[t, h]
            n = ptr[a + 1] - ptr[a]
            for o in range(opened):
                r = open_rep[open_ptr[t] + o]
                if resolved[r, h] or rep_kind[r] == TURNAROUND:
                    continue
                here = value_at(rep_ptr, rep_cell, rep_value, r, ptr[a] + cell_at[t, h])
                if rep_kind[r] == ABSENCE:
                    if here > 0:
                        resolved[r, h] = 1
                    continue
                if here > 0:
                    seen = kept[where[a] + (modes + o) * n + cell_at[t, h]]
                    # A fresh number per report from one draw: fractional parts of golden multiples.
                    x = uniform[t, h, 1] + 0.6180339887498949 * (o + 1)
                    gain = rep_gain[r] * later[r, h]
                    if (x - np.floor(x)) * (rep_base[r] + gain * seen) < gain * here:
                        resolved[r, h] = 1
                        moment[r, h] = t
                    elif rep_kind[r] == PASSING:
                        later[r, h] *= 1.0 - here
        for q in range(step_ptr[t], step_ptr[t + 1]):
            where[kept_arcs[q]] = -1
    return arc_at, cell_at, mode_at, turned, hop_at, hop_arc[:hops], hop_next[:hops], moment


@njit(cache=True)
def value_at(rep_ptr: Ints, rep_cell: Ints, rep_value: Floats, r: int, cell: int) -> float:
    """What report r says of a cell: its cells are sorted, so by bisection."""
    lo = rep_ptr[r]
    hi = rep_ptr[r + 1]
    while lo < hi:
        mid = (lo + hi) // 2
        if rep_cell[mid] < cell:
            lo = mid + 1
        else:
            hi = mid
    if lo < rep_ptr[r + 1] and rep_cell[lo] == cell:
        return float(rep_value[lo])
    return 0.0
