"""The inner loop of every search: a 4-ary heap over a graph whose neighbours lie near each other in memory."""

from typing import Any

from tracker.roads.compiled import compiled


@compiled
def settle(
    ptr: Any,
    step: Any,
    junction: Any,
    source: Any,
    begin: Any,
    limit: int,
    wanted: Any,
    stamp: int,
    cost: Any,
    seen: Any,
    heap_cost: Any,
    heap_place: Any,
    order: Any,
) -> int:
    """Settle places from several sources at once, nearest first (Dijkstra 1959), as far as the limit.

    Parameters
    ----------
    ptr, step : the graph; `step` is (e, 2): whole cost and place reached
    junction : (s,) junction that each place stands for
    source, begin : (q,) places to begin at, and the cost there
    limit : cost beyond which nothing is settled
    wanted : (w,) distinct junctions after all of which the search stops, empty to settle everything; those found
        are overwritten by -1
    stamp : 2 more than any stamp these scratch arrays have seen: `seen` says what `cost` holds in this search
    cost, seen : (s,) scratch; afterwards the cost of each settled place, and `stamp` where it is settled
    heap_cost, heap_place : (q + e,) scratch
    order : (s,) receives the settled places, nearest first

    Returns
    -------
    The number of places settled.
    """
    reached = stamp - 1
    size = 0
    for number in range(len(source)):
        place, now = source[number], begin[number]
        if now <= limit and (seen[place] != reached or now < cost[place]):
            seen[place] = reached
            cost[place] = now
            at = size
            size += 1
            while at > 0:
                above = (at - 1) >> 2
                if heap_cost[above] <= now:
                    break
                heap_cost[at] = heap_cost[above]
                heap_place[at] = heap_place[above]
                at = above
            heap_cost[at] = now
            heap_place[at] = place
    missing = len(wanted)
    settled = 0
    while size:
        now, place = heap_cost[0], heap_place[0]
        size -= 1
        if size:
            last_cost, last_place = heap_cost[size], heap_place[size]
            at = 0
            while True:
                child = 4 * at + 1
                if child >= size:
                    break
                best, best_cost = child, heap_cost[child]
                for other in range(child + 1, min(child + 4, size)):
                    if heap_cost[other] < best_cost:
                        best, best_cost = other, heap_cost[other]
                if best_cost >= last_cost:
                    break
                heap_cost[at] = best_cost
                heap_place[at] = heap_place[best]
                at = best
            heap_cost[at] = last_cost
            heap_place[at] = last_place
        if seen[place] == stamp:
            continue
        seen[place] = stamp
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
            next_place = step[j, 1]
            then = now + step[j, 0]
            if then <= limit and seen[next_place] != stamp:
                if seen[next_place] != reached or then < cost[next_place]:
                    seen[next_place] = reached
                    cost[next_place] = then
                    at = size
                    size += 1
                    while at > 0:
                        above = (at - 1) >> 2
                        if heap_cost[above] <= then:
                            break
                        heap_cost[at] = heap_cost[above]
                        heap_place[at] = heap_place[above]
                        at = above
                    heap_cost[at] = then
                    heap_place[at] = next_place
    return settled
