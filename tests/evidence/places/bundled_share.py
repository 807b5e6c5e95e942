"""How many of the bundled reports' own place strings lead back to their points; run it to see the list.

python -m tests.evidence.places.bundled_share
"""

import csv
from collections import Counter
from dataclasses import dataclass

from tracker.evidence.places import locate
from tracker.model import AmbiguousPlace, UnknownPlace, bundled, geodesy
from tracker.roads import KilometrePosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one place string."""

    words: str
    """As the report has it."""
    fate: str
    """within, covers, elsewhere, ambiguous, not found, or rightly unplaced."""
    said: str
    """The answer, or the error's message."""


def outcomes() -> list[Outcome]:
    """One for each distinct place string: of several points the first report's."""
    posts = KilometrePosts.read()
    seen: dict[str, Outcome] = {}
    with bundled("reports.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            seen.setdefault(row["place"], _outcome(row, posts))
    return list(seen.values())


def _outcome(row: dict[str, str], posts: KilometrePosts) -> Outcome:
    words = row["place"]
    try:
        place = locate(words, gazetteers=[posts])
    except AmbiguousPlace as error:
        return Outcome(words=words, fate="ambiguous", said=str(error))
    except UnknownPlace as error:
        return Outcome(words=words, fate="not found" if row["lon"] else "rightly unplaced", said=str(error))
    said = f"{place.name}, {place.radius_m:g} m, {place.method}"
    if not row["lon"]:
        return Outcome(words=words, fate="placed where the report is not", said=said)
    apart = float(geodesy.distance_m(place.lon, place.lat, float(row["lon"]), float(row["lat"])))
    if apart <= float(row["radius_m"]):
        return Outcome(words=words, fate="within", said=said)
    fate = "covers" if apart <= place.radius_m else "elsewhere"
    return Outcome(words=words, fate=fate, said=f"{said}, {apart:.0f} m off")


if __name__ == "__main__":
    found = outcomes()
    for one in found:
        print(f"{one.fate:30} {one.words}\n{'':30} {one.said[:150]}")
    for fate, number in Counter(one.fate for one in found).most_common():
        print(f"{number:4} of {len(found)} {fate}")
