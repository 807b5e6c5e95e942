"""Kilometre posts on the corridor: where the M4's are put, and how long it is from Rostov-on-Don to Moscow.

python tests/bench/posts.py

Twenty posts of the route's list are put on the detailed corridor, each without the help of its own row (the other
posts of geodata/kilometre_posts.csv remain) and with it.
"""

import csv
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import SHARED
from tracker.model import UnknownPlace, geodesy
from tracker.roads import KilometrePosts, PostChain, RoadNetwork, load_roads, shortest_path

CHOSEN = 20
SIGNED_KM = 1_062.0
"""Length of the M4 from Moscow to Rostov-on-Don, in kilometres, as given to check against."""
MOSCOW, ROSTOV = (37.6885, 55.5745), (39.7106, 47.2281)
"""The ring road at Lipetskaya street, where the post says km 20, and the headquarters in Rostov-on-Don."""


def main() -> None:
    """Prints both tables."""
    roads = load_roads(SHARED / "roads" / "corridor_major.osm.bz2")
    with (SHARED / "facts" / "route_waypoints.csv").open(encoding="utf-8") as stream:
        rows = {float(row["m4_km"]): row for row in csv.DictReader(stream) if row["m4_km"]}
    known = KilometrePosts.read()
    inner = sorted(km for km in rows if known.chains["M4"].km[0] < km < known.chains["M4"].km[-1])
    asked = [inner[at] for at in np.linspace(0, len(inner) - 1, CHOSEN).round().astype(int)]
    everything = posted(roads, known.chains["M4"], None)
    print(f"{'post':>8} {'stated within':>14} {'without it':>11} {'with it':>9}  place")
    off = []
    for km in asked:
        lon, lat, stated = (float(rows[km][name]) for name in ("lon", "lat", "accuracy_m"))
        found = [apart(posts, km, lon, lat) for posts in (posted(roads, known.chains["M4"], km), everything)]
        off.append((*found, stated))
        print(f"km {km:>5g} {stated:>12,.0f} m {found[0]:>9,.0f} m {found[1]:>7,.0f} m  {rows[km]['place'][:40]}")
    without, with_it, stated = np.array(off).T
    print(f"{'median':>8} {np.median(stated):>12,.0f} m {np.median(without):>9,.0f} m {np.median(with_it):>7,.0f} m")
    inside = [(metres <= stated).mean() for metres in (without, with_it)]
    print(f"within what is stated: {inside[0]:.0%} without its row, {inside[1]:.0%} with")
    edge, offset, metres = roads.nearest(*np.array([ROSTOV, MOSCOW]).T)
    ends = list(zip(edge.tolist(), offset.tolist(), strict=True))
    km = shortest_path(roads, *ends).metres / 1000
    share = km / SIGNED_KM - 1
    print(f"\nRostov-on-Don {ROSTOV} to the Moscow ring road {MOSCOW}: {km:,.1f} km, {share:+.1%} of {SIGNED_KM:,.0f}")
    print(f"both ends lie {metres[0]:.0f} m and {metres[1]:.0f} m from their roads")


def posted(roads: RoadNetwork, chain: PostChain, without: float | None) -> KilometrePosts:
    """The posts on these roads, one left out."""
    keep = chain.km != without
    left = PostChain(**{name: getattr(chain, name)[keep] for name in ("km", "lon", "lat", "accuracy_m", "stretch_m")})
    return roads.with_posts(KilometrePosts(chains={"M4": left})).posts


def apart(posts: KilometrePosts, km: float, lon: float, lat: float) -> float:
    """Metres between where a post is put and where the list has it; NaN outside of the known posts."""
    try:
        return float(geodesy.distance_m(*posts.point_at("M4", km), lon, lat))
    except UnknownPlace:
        return float("nan")


if __name__ == "__main__":
    main()
