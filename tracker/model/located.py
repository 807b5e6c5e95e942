"""A place that words were found to mean."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One answer to "where is that?", with what it rests on."""

    name: str
    """The place as the answering source writes it, as in ``Yelets`` or ``M4 km 590``."""
    lon: float
    """Degrees east, WGS84."""
    lat: float
    """Degrees north, WGS84."""
    radius_m: float
    """Metres around the point that hold the true place with 95 %."""
    method: str
    """What answered: given, coordinates, kilometre post, bearing, bundled place, gazetteer or nominatim."""
    detail: str = ""
    """What tells it from others of its name, as in ``city in Lipetsk Oblast, Russia, 116,000 people``."""
