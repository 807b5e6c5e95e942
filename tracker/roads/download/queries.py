"""What is asked of Overpass: the words of the query, and the day that the map shall be of."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from tracker.model import BadTime
from tracker.roads.download.tiles import Tile

FIRST = datetime(2012, 9, 12, 6, 55, tzinfo=UTC)
"""Overpass keeps the map's past from here on: the change of OpenStreetMap's licence."""
SECONDS, MEGABYTES = 180, 512
"""What a query asks the server for; these are Overpass's own defaults, so no query counts as a heavy one."""

# The box stands in each statement: a global one would cut off the points of ways that leave the tile. Borders come as
# the ways that carry the tags, for the relation of a large country alone has ten thousand members.
_QUERY = """\
[out:json][timeout:{seconds}][maxsize:{size}]{date};
way["highway"~"^({classes})$"]({box})->.roads;
(
  .roads;
  way["waterway"~"^(river|canal)$"]({box});
  way["boundary"="administrative"]["admin_level"~"^[24]$"]({box});
)->.lines;
(
  node["highway"="milestone"]({box});
  node["place"~"^(city|town|village|hamlet)$"]({box});
)->.points;
.points out body qt;
.lines out body qt;
node(w.lines);
out skel qt;
rel(bw.roads)["type"="restriction"];
out body qt;
"""


def query(tile: Tile, *, classes: Iterable[str], moment: str) -> str:
    """The query of one tile in Overpass QL.

    Parameters
    ----------
    tile : the box asked about
    classes : `highway` values, all of them of `CLASSES`
    moment : the moment that the map shall be of (`as_of`), or empty for now
    """
    return _QUERY.format(
        seconds=SECONDS,
        size=MEGABYTES << 20,
        date=f'[date:"{moment}"]' if moment else "",
        classes="|".join(sorted(classes)),
        box=f"{tile.south:.5f},{tile.west:.5f},{tile.north:.5f},{tile.east:.5f}",
    )


def as_of(when: str | date | datetime | None, *, now: float) -> str:
    """The moment that the map shall be of, ISO 8601 in UTC; empty for now. A day means its first moment in UTC.

    >>> as_of("2023-06-23", now=1.7e9), as_of("2023-06-23T15:00+03:00", now=1.7e9)
    ('2023-06-23T00:00:00Z', '2023-06-23T12:00:00Z')

    Raises
    ------
    BadTime
        The moment has no zone, is no date, is before 2012-09-12 or is yet to come.
    """
    if when is None:
        return ""
    moment = _moment(when)
    today = datetime.fromtimestamp(now, UTC)
    if moment < FIRST:
        raise BadTime(
            f"date {moment:%Y-%m-%d}: Overpass knows the map's past from {FIRST:%Y-%m-%d} on only, when OpenStreetMap "
            "changed its licence; give that day or a later one, or an old extract to prepare_roads"
        )
    if moment > today + timedelta(minutes=5):
        raise BadTime(
            f"date {moment:%Y-%m-%d}: yet to come (now it is {today:%Y-%m-%d %H:%M} UTC); leave the date out "
            "for the newest map"
        )
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _moment(when: str | date | datetime) -> datetime:
    remedy = "give a day, as in 2023-06-23, or a time with its zone, as in 2023-06-23T12:00+03:00"
    if isinstance(when, str):
        try:
            text = when.strip()
            when = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raise BadTime(f"date {str(when)[:60]!r}: not a date; {remedy}") from None
    if isinstance(when, datetime):
        if when.utcoffset() is None:
            raise BadTime(f"date {when}: a time without a zone; {remedy}")
        try:
            return when.astimezone(UTC)
        except OverflowError:
            raise BadTime(f"date {when}: out of range; {remedy}") from None
    if isinstance(when, date):
        return datetime.combine(when, time(), UTC)
    raise BadTime(f"date {str(when)[:60]!r}: not a date; {remedy}")
