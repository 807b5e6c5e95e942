"""Kilometre posts on the corridor: where the M4's are put, and how long it is from Rostov-on-Don to Moscow.

python tests/bench/posts.py

Twenty posts of the route's list (each a number and a place known within some kilometres) are put on the detailed
corridor: from the few measured posts alone, which tests the method; from all posts but their own, of which most were
themselves interpolated; and from all, which shows what was corrected when geodata/kilometre_posts.csv was made.
"""

import csv
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import ROOT, SHARED
from tracker.model import PostChain, geodesy
from tracker.roads import KilometrePosts, RoadNetwork, load_roads, shortest_path

CHOSEN = 20
SIGNED_KM = 1_062.0
"""Length of the M4 from Moscow to Rostov-on-Don, in kilometres, as given to check against."""
MOSCOW, ROSTOV = (37.6885, 55.5745), (39.7106, 47.2281)
"""The ring road at Lipetskaya street, where the post says km 20, and the headquarters in Rostov-on-Don."""


def main() -> None:
    """Prints both tables."""
    roads = load_roads(SHARED / "roads" / "corridor_major.osm.bz2")
    listed = {float(row["m4_km"]): row for row in _rows(SHARED / "facts" / "route_waypoints.csv") if row["m4_km"]}
    known = KilometrePosts.read().chains["M4"]
    bundled = _rows(ROOT / "geodata" / "kilometre_posts.csv")
    measured = np.isin(known.km, [float(row["km"]) for row in bundled if row["measured_or_inferred"] == "measured"])
    inner = sorted(km for km in listed if known.km[measured][0] < km < known.km[measured][-1])
    asked = [inner[at] for at in np.linspace(0, len(inner) - 1, CHOSEN).round().astype(int)]
    print(f"{measured.sum()} of {len(known.km)} posts are measured; metres between the list's place and ours")
    print(f"{'post':>8} {'list within':>12} {'from measured':>14} {'within':>9} {'all but own':>12} {'all':>7}  place")
    table = []
    for km in asked:
        lon, lat, stated = (float(listed[km][name]) for name in ("lon", "lat", "accuracy_m"))
        row = [stated]
        for keep in (measured & (known.km != km), known.km != km, known.km > 0):
            posts = posted(roads, known, keep)
            row.append(float(geodesy.distance_m(*posts.point_at("M4", km), lon, lat)))
            row.append(posts.accuracy_at("M4", km))
        table.append(row)
        few, few_radius, most, _, everything, _ = row[1:]
        print(
            f"km {km:>5g} {stated:>12,.0f} {few:>14,.0f} {few_radius:>9,.0f} {most:>12,.0f} {everything:>7,.0f}"
            f"  {listed[km]['place'][:40]}"
        )
    stated, few, few_radius, most, most_radius, everything, _ = np.array(table).T
    print(f"{'median':>8} {np.median(stated):>12,.0f} {np.median(few):>14,.0f} {np.median(few_radius):>9,.0f}", end="")
    print(f" {np.median(most):>12,.0f} {np.median(everything):>7,.0f}")
    within = [(off <= radius + stated).mean() for off, radius in ((few, few_radius), (most, most_radius))]
    print(f"within both radii: {within[0]:.0%} from the measured posts, {within[1]:.0%} from all but their own")
    edge, offset, metres = roads.nearest(*np.array([ROSTOV, MOSCOW]).T)
    ends = list(zip(edge.tolist(), offset.tolist(), strict=True))
    km = shortest_path(roads, *ends).metres / 1000
    share = km / SIGNED_KM - 1
    print(f"\nRostov-on-Don {ROSTOV} to the Moscow ring road {MOSCOW}: {km:,.1f} km, {share:+.1%} of {SIGNED_KM:,.0f}")
    print(f"both ends lie {metres[0]:.0f} m and {metres[1]:.0f} m from their roads")


def posted(roads: RoadNetwork, chain: PostChain, keep: np.ndarray) -> KilometrePosts:
    """Some of the posts on these roads."""
    left = PostChain(**{name: getattr(chain, name)[keep] for name in ("km", "lon", "lat", "accuracy_m", "stretch_m")})
    return roads.with_posts(KilometrePosts(chains={"M4": left})).posts


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
