"""What can be said of one report, by name."""

from datetime import datetime
from typing import TypedDict


class Said(TypedDict, total=False):
    """What can be said of one report; README and DESIGN name the columns."""

    place: str | None
    """Where, in words: a town, "M4 km 590", "12 km north of Yelets"; looked up unless lon and lat are given."""
    lon: float | None
    """Degrees east; with lat it wins over the place's look-up."""
    lat: float | None
    """Degrees north."""
    radius_m: float | None
    """Metres that hold the true place with 95 %; wins over the look-up's."""
    time: str | datetime | None
    """When, as ISO 8601 with a zone or in words ("24 June about 15:00 MSK")."""
    within: str | None
    """How far the time may be off on both sides, as in "30min"."""
    zone: str | None
    """IANA name of the zone of a time in words."""
    earliest: str | datetime | None
    """First moment that is possible, instead of `time`."""
    latest: str | datetime | None
    """Last moment that is possible."""
    time_basis: str | None
    """observed, published or inferred; from the words of the time if not given."""
    unit: str | None
    admin: str | None
    road: str | None
    heading: str | None
    vehicles: str | None
    summary: str | None
    publisher: str | None
    origin: str | None
    """Whose word it is; the publisher if not given."""
    url: str | None
    archive_url: str | None
    published: str | None
    reliability: str | None
    credibility: int | None
    notes: str | None
    author: str | None
    """Who adds it; the log's author if not given."""
    report_id: str | None
    """An id of your own; made from the content if not given."""
