"""Validation of a million reports with a dozen wrong cells: seconds, and whether all of them are found.

python tests/bench/validate.py [ROWS]
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tracker.evidence import check_table

WRONG = {
    "earliest": ["2023-06-24 15:00", "45992.5", "2300-01-01T00:00Z", "24.06.2023 14:30"],
    "lon": ["39,5", "200", "nan"],
    "lat": ["95", "51°40'"],
    "radius_m": ["6", "-5"],
    "reliability": ["Z"],
    "url": ["ftp://example.org"],
}


def table(rows: int) -> pd.DataFrame:
    """Reports as cells of text, thirteen of them wrong, spread over the table."""
    rng = np.random.default_rng(0)
    start = np.datetime64("2023-06-01T00:00:00", "s") + rng.integers(0, 40 * 86400, rows)
    late = start + rng.integers(0, 7200, rows)
    frame = pd.DataFrame(
        {
            "report_id": pd.Series(np.char.add("r", np.arange(rows).astype(str)), dtype="str"),
            "kind": pd.Series(np.where(rng.random(rows) < 0.9, "sighting", "incident"), dtype="str"),
            "unit": pd.Series(np.char.add("unit ", rng.integers(0, 200, rows).astype(str)), dtype="str"),
            "earliest": pd.Series(np.char.add(start.astype(str), "Z"), dtype="str"),
            "latest": pd.Series(np.char.add(late.astype(str), "Z"), dtype="str"),
            "lon": pd.Series(np.round(rng.uniform(30, 41, rows), 5).astype(str), dtype="str"),
            "lat": pd.Series(np.round(rng.uniform(46, 56, rows), 5).astype(str), dtype="str"),
            "radius_m": pd.Series(rng.integers(500, 9000, rows).astype(str), dtype="str"),
            "summary": pd.Series(["A column passed"] * rows, dtype="str"),
            "url": pd.Series(np.char.add("https://example.org/", np.arange(rows).astype(str)), dtype="str"),
            "reliability": pd.Series(["B"] * rows, dtype="str"),
            "credibility": pd.Series(["2"] * rows, dtype="str"),
        }
    ).set_index(pd.RangeIndex(2, rows + 2))
    row = rows // 20
    for name, cells in WRONG.items():
        for cell in cells:
            frame.iloc[row, frame.columns.get_loc(name)] = cell
            row += rows // 20
    return frame


def main(rows: int) -> None:
    """Prints one line for a table with faults and one without."""
    wrong = sum(map(len, WRONG.values()))
    bad = table(rows)
    good = bad.drop(index=[fault.row for fault in check_table(bad)])
    print(f"{'':12}{'rows':>10}{'CPU s':>8}{'wall s':>8}{'found':>10}")
    for name, frame in (("13 wrong", bad), ("none wrong", good)):
        cpu, wall = time.process_time(), time.perf_counter()
        faults = check_table(frame)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        planted = wrong if frame is bad else 0
        print(f"{name:12}{len(frame):10,}{spent[0]:8.2f}{spent[1]:8.2f}{len({f.row for f in faults}):7} / {planted}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, most of it the table")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
