"""Looks, as data: what the page and the still picture share with the player's own style sheet."""

from collections.abc import Mapping

ROAD_CLASSES = (
    "service",
    "residential",
    "unclassified",
    "tertiary",
    "secondary",
    "primary",
    "trunk",
    "motorway",
)
"""OpenStreetMap's classes of roads from the smallest to the largest, which is the order of drawing."""

ROAD_STROKES: Mapping[str, tuple[str, float]] = {
    "motorway": ("#7a6a3a", 2.2),
    "trunk": ("#8d7c4a", 1.8),
    "primary": ("#a79b7d", 1.3),
    "secondary": ("#c2bba8", 0.9),
}
"""Colour and width in pixels of the larger classes."""

SMALL_ROAD_STROKE = ("#d6d1c4", 0.6)
"""Colour and width of every other road."""

UNIT_COLOURS = ("#b5121b", "#0072b2", "#7a4fa3", "#00795b", "#a04000", "#8a1c63", "#3b5b92", "#5f6b00")
"""Colours of units in order, told apart in the common kinds of colour blindness, 4.5:1 on white; then from the start."""

FINEST_CLASS = ((600.0, "primary"), (200.0, "secondary"), (60.0, "tertiary"), (25.0, "unclassified"))
"""Diagonal of the picture in km, and the smallest class of road that is worth drawing at such a scale or larger."""


def road_class(highway: str) -> str:
    """The class a road is drawn as: slip roads like their road, classes not listed like a service road.

    Examples
    --------
    >>> road_class("motorway_link"), road_class("living_street")
    ('motorway', 'service')
    """
    plain = highway.removesuffix("_link")
    return plain if plain in ROAD_CLASSES else "service"


def finest_class(diagonal_km: float) -> str:
    """The smallest class of road that is drawn in a picture of a given diagonal."""
    return next((name for limit, name in FINEST_CLASS if diagonal_km >= limit), ROAD_CLASSES[0])


def unit_colour(index: int) -> str:
    """The colour of the unit with this index."""
    return UNIT_COLOURS[index % len(UNIT_COLOURS)]
