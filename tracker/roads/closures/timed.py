"""The inner loops of a search by time: through one arc past what bars it, and from arc to arc."""

from typing import Any

from tracker.roads.compiled import compiled
from tracker.roads.graph import MOST_MS
from tracker.roads.kernels import HALF, heap_push

NEVER = MOST_MS
"""A moment at which nobody arrives any more: 24 days after the departure."""


@compiled
def through(way: int, now: int, part_ptr: Any, part_ms: Any, bar_ptr: Any, bar: Any) -> int:
    """The earliest millisecond at the end of a way that is begun at `now`, or `NEVER`.

    A way is parts in turn. One enters a part at once, or waits in front of it until some bar has ended, whichever is
    out first; so who comes later is never out earlier. What costs the most of all that holds at that moment counts.

    Parameters
    ----------
    way : number of the way
    now : milliseconds
    part_ptr : (w + 1,) where the parts of each way start
    part_ms : (p,) free milliseconds of each part
    bar_ptr : (p + 1,) where the bars of each part start
    bar : (b, 3) milliseconds from which and until which each bar holds, and what it costs; negative: it stands
    """
    for part in range(part_ptr[way], part_ptr[way + 1]):
        out = NEVER
        for choice in range(bar_ptr[part] - 1, bar_ptr[part + 1]):
            enter = now if choice < bar_ptr[part] else bar[choice, 1]
            if enter < now or enter >= out:
                continue
            cost = 0
            for one in range(bar_ptr[part], bar_ptr[part + 1]):
                if bar[one, 0] <= enter and enter < bar[one, 1]:
                    if bar[one, 2] < 0:
                        cost = -1
                        break
                    cost = max(cost, bar[one, 2])
            if cost >= 0:
                out = min(out, enter + part_ms[part] + cost)
        now = out
        if now >= NEVER:
            return NEVER
    return now


@compiled
def earliest(
    ptr: Any, step: Any, arc: Any, barred: Any, start: Any, begin: Any, goal: Any, way: Any, part_ptr: Any,
    part_ms: Any, bar_ptr: Any, bar: Any, label: Any, came: Any, before: Any, heap: Any,
) -> tuple[int, int, int]:  # fmt: skip
    """Settle places by their moments until no goal can be come to earlier (Dijkstra 1959; Kaufman and Smith 1993).

    Parameters
    ----------
    ptr, step, arc : the graph: (e, 2) milliseconds and place reached, (e,) arc driven
    barred : (k,) way of each arc that something bars, or -1
    start, begin : (q,) places to begin at, and the moment there
    goal, way : (g,) arcs on which the search ends, and the ways to the place on them
    part_ptr, part_ms, bar_ptr, bar : the ways (`through`)
    label : (s,) scratch, all `NEVER`; receives the moments
    came, before : (s,) receive the step by which each place is come to (-1 - number of the start), and from where
    heap : (q + e + 1,) scratch

    Returns
    -------
    The moment of arrival or `NEVER`, the number of the goal, and the place from which it is come to.
    """
    low = (1 << HALF) - 1
    size = 0
    for number in range(len(start)):
        place, moment = int(start[number]), int(begin[number])
        if moment < label[place]:
            label[place] = moment
            came[place] = -1 - number
            size = heap_push(heap, size, (moment << HALF) + place)
    best, best_goal, best_place = NEVER, -1, -1
    while size:
        first = heap[0]
        size -= 1
        _sink(heap, size)
        place, now = first & low, first >> HALF
        if now >= best:
            break
        if now > label[place]:
            continue
        for j in range(ptr[place], ptr[place + 1]):
            driven = arc[j]
            for number in range(len(goal)):
                if goal[number] == driven:
                    there = through(way[number], now, part_ptr, part_ms, bar_ptr, bar)
                    if there < best:
                        best, best_goal, best_place = there, number, place
            if barred[driven] >= 0:
                then = through(barred[driven], now, part_ptr, part_ms, bar_ptr, bar)
            else:
                then = now + step[j, 0]
            reached = step[j, 1]
            if then < NEVER and then < label[reached]:
                label[reached] = then
                came[reached] = j
                before[reached] = place
                size = heap_push(heap, size, (then << HALF) + reached)
    return best, best_goal, best_place


@compiled
def _sink(heap: Any, size: int) -> None:
    """Put the item behind the heap's end to where its taken first one was."""
    last = heap[size]
    at = 0
    child = 1
    while child < size:
        best = child
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < heap[best]:
                best = other
        if heap[best] >= last:
            break
        heap[at] = heap[best]
        at = best
        child = 4 * at + 1
    heap[at] = last
