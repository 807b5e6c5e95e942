"""Milliseconds per answer of a march that is asked why, on the bundled case.

python tests/bench/explain.py
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tracker

ZONE = "Europe/Moscow"
REPORT = {
    "lon": 38.5,
    "lat": 52.62,
    "radius_m": 5_000,
    "earliest": "2023-06-24T08:30+03:00",
    "latest": "2023-06-24T09:00+03:00",
}
ROUNDS = 10


def least(ask: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor, the least of some rounds after a first one."""
    ask()
    clock, work = [], []
    for _ in range(rounds):
        begun, spent = time.perf_counter(), time.process_time()
        ask()
        clock.append(1000 * (time.perf_counter() - begun))
        work.append(1000 * (time.process_time() - spent))
    return min(clock), min(work)


def row(name: str, ask: Callable[[], object], rounds: int = ROUNDS) -> None:
    """Prints one line of the table."""
    clock, work = least(ask, rounds)
    print(f"{name:<44} {clock:9.0f} {work:9.0f}")


def main() -> None:
    """Prints the table, and the answers."""
    reports, roads = tracker.read_reports(), tracker.load_roads()
    tracker.reconstruct(reports, roads)
    begun = time.perf_counter()
    march = tracker.reconstruct(reports, roads)
    print(f"reconstruct, warm: {time.perf_counter() - begun:.2f} s; {os.cpu_count()} cores")
    print(f"{'':<44} {'ms':>9} {'CPU ms':>9}")
    main_column = {**REPORT, "unit": "main column"}
    row("check_report, with a unit", lambda: tracker.check_report(main_column, march))
    row("check_report, without a unit", lambda: tracker.check_report(REPORT, march))
    methods = {name: march.explain(name, zone=ZONE) for name in ("r009", "r117")}
    for name, found in methods.items():
        row(f"explain {name} ({found.method})", lambda name=name: march.explain(name), 2)  # type: ignore[misc]
    row("without(origin='Baza'), 12 reports", lambda: march.without(origin="Baza"), 1)
    row("where_to_look(5)", lambda: march.where_to_look(5), 3)
    print()
    for words in (
        tracker.check_report(main_column, march, zone=ZONE).words,
        tracker.check_report({**REPORT, "unit": "rostov group"}, march, zone=ZONE).words,
        tracker.check_report(REPORT, march, zone=ZONE).words,
        *(found.words for found in methods.values()),
        march.without(origin="Baza", zone=ZONE).words,
        *march.where_to_look(5, zone=ZONE)["words"],
    ):
        print(f"- {words}")


if __name__ == "__main__":
    main()
