"""Which roadblocks of the bundled case close what and when.

python tests/bench/closures.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tracker
from tracker.roads.closures import closed


def main() -> None:
    """Prints one line a roadblock."""
    table = closed(tracker.load_roads(), tracker.read_reports()).table
    table["km"] = (table.to_m - table.from_m) / 1000
    for report_id, rows in table.groupby("report_id", sort=False):
        first = rows.iloc[0]
        roads = ", ".join(f"{road} {km:.1f} km" for road, km in rows.groupby("road").km.sum().items())
        print(report_id, first.effect, f"traffic={first.traffic}", first.column, first["from"], first["to"], sep=" | ")
        print(f"    {len(rows[rows.edge >= 0])} pieces: {roads}; {first.why}")


if __name__ == "__main__":
    main()
