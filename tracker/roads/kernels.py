"""The inner loop of every search: a 4-ary heap over a graph whose neighbours lie near each other in memory."""

from typing import Any

from tracker.roads.compiled import compiled

HALF = 32
"""Bits of a cost; the other half of a word holds a place, or says in which search the cost was found."""


@compiled
def settle(
    ptr: Any, step: Any, junction: Any, source: Any, begin: Any, limit: int, wanted: Any, era: int, label: Any,
    heap: Any, order: Any,
) -> int:  # fmt: skip
    """Settle places from several sources at once, nearest first (Dijkstra 1959), as far as the limit.

    Parameters
    ----------
    ptr, step : the graph; `step` is (e, 2): whole cost and place reached
    junction : (s,) junction that each place stands for
    source, begin : (q,) places to begin at, and the cost there
    limit : cost beyond which nothing is settled
    wanted : (w,) distinct junctions after all of which the search stops, empty to settle everything; those found
        are overwritten by -1
    era : less by one than in the search before, so that every label of this search is less than all older ones:
        one comparison says whether a place is reached for the first time or at less cost
    label : (s,) scratch; afterwards ``era << HALF | cost`` of each settled place
    heap : (q + e + 1,) scratch, of ``cost << HALF | place``
    order : (s,) receives the settled places, nearest first

    Returns
    -------
    The number of places settled.
    """
    age = era << HALF
    low = (1 << HALF) - 1
    size = 0
    for number in range(len(source)):
        cost = int(begin[number])
        place = int(source[number])
        if cost <= limit and age + cost < label[place]:
            label[place] = age + cost
            size = heap_push(heap, size, (cost << HALF) + place)
    missing = len(wanted)
    settled = 0
    while size:
        first = heap[0]
        size -= 1
        if size:
            last = heap[size]
            at = 0
            child = 1
            while child < size:
                best, least = child, heap[child]
                if child + 3 < size:
                    # Written out: this is where the time goes.
                    if heap[child + 1] < least:
                        best, least = child + 1, heap[child + 1]
                    if heap[child + 2] < least:
                        best, least = child + 2, heap[child + 2]
                    if heap[child + 3] < least:
                        best, least = child + 3, heap[child + 3]
                else:
                    for other in range(child + 1, size):
                        if heap[other] < least:
                            best, least = other, heap[other]
                if least >= last:
                    break
                heap[at] = least
                at = best
                child = 4 * at + 1
            heap[at] = last
        place = first & low
        cost = first >> HALF
        if age + cost > label[place]:
            continue
        order[settled] = place
        settled += 1
        if missing:
            for number in range(len(wanted)):
                if wanted[number] == junction[place]:
                    wanted[number] = -1
                    missing -= 1
                    break
            if not missing:
                break
        for j in range(ptr[place], ptr[place + 1]):
            then = cost + step[j, 0]
            reached = step[j, 1]
            if then <= limit and age + then < label[reached]:
                label[reached] = age + then
                size = heap_push(heap, size, (then << HALF) + reached)
    return settled


@compiled
def heap_push(heap: Any, size: int, item: int) -> int:
    """The heap's new size, with one more item in it."""
    at = size
    while at > 0:
        above = (at - 1) >> 2
        if heap[above] <= item:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = item
    return size + 1
