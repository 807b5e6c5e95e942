"""Which roadblocks of the bundled case close what and when, on its map or on another one.

python tests/bench/closures.py [map]
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tracker
from tracker.roads import KilometrePosts
from tracker.roads.closures import Closures, closed, drive

ROSTOV, MOSCOW = (39.72, 47.23), (37.62, 55.75)
DEPARTURES = [datetime(2023, 6, day, hour, tzinfo=UTC) for day, hour in ((23, 12), (24, 4), (25, 13))]


def main() -> None:
    """Prints two lines a roadblock, then drives from Rostov to Moscow."""
    network = tracker.load_roads(*sys.argv[1:2])
    closures = closed(network, tracker.read_reports(), posts=KilometrePosts.read())
    _roadblocks(closures)
    edge, offset, _ = network.nearest(*zip(ROSTOV, MOSCOW, strict=True))
    start, end = zip(edge.tolist(), offset.tolist(), strict=True)
    for who in ("column", "traffic"):
        for depart in DEPARTURES:
            route = drive(network, closures, start, end, depart, who=who)
            waits = f"{route.wait_s.sum() / 3600:.1f} h of it waiting"
            print(f"{who} from {depart:%d %H:%M}: {route.seconds / 3600:.1f} h, {route.metres / 1000:.0f} km, {waits}")
            print(f"    met: {', '.join(route.met) or 'none'}")


def _roadblocks(closures: Closures) -> None:
    table = closures.table.assign(km=(closures.table.to_m - closures.table.from_m) / 1000)
    for report_id, rows in table.groupby("report_id", sort=False):
        first = rows.iloc[0]
        roads = ", ".join(f"{road} {km:.1f} km" for road, km in rows[rows.edge >= 0].groupby("road").km.sum().items())
        print(report_id, first.effect, f"traffic={first.traffic}", first.column, first["from"], first["to"], sep=" | ")
        ways = "/".join(rows.direction.dropna().unique())
        print(f"    {len(rows[rows.edge >= 0])} pieces {ways} {'spot' if first.spot else ''}: {roads}; {first.why}")


if __name__ == "__main__":
    main()
