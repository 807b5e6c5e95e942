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
    "motorway": ("#8b7440", 2.4),
    "trunk": ("#9a8556", 2.0),
    "primary": ("#ab9b75", 1.5),
    "secondary": ("#c0b596", 1.1),
    "tertiary": ("#cec6ae", 0.9),
}
"""Colour and width in pixels of the larger classes, as in templates/player/looks.js."""

SMALL_ROAD_STROKE = ("#d6d0bf", 0.8)
"""Colour and width of every other road."""

CONTEXT_STROKES: Mapping[str, tuple[str, float, str]] = {
    "river": ("#9fb8c6", 1.6, ""),
    "canal": ("#9fb8c6", 1.0, ""),
    "border": ("#a79db0", 1.2, "7 3 1.5 3"),
    "oblast": ("#b9b1bf", 1.0, "4 4"),
}
"""Colour, width in pixels and dashes of rivers, canals and borders (oblast: a border below that of a state)."""

CLOSURE_EFFECTS = ("slowed", "checkpoint", "dug up", "closed", "destroyed")
"""What a roadblock does, in the order of drawing."""

CLOSURE_STROKES: Mapping[str, tuple[str, float, str]] = {
    "slowed": ("#c97f00", 2.0, "7 5"),
    "checkpoint": ("#c97f00", 5.0, ""),
    "dug up": ("#6b3f14", 4.0, "0.1 7"),
    "closed": ("#2b2723", 8.0, "1.6 6"),
    "destroyed": ("#8c1c13", 6.0, "5 5"),
}
"""Colour, width and dashes of a road under a closure in the still picture: a checkpoint is a rim under the road, the
short wide dashes of a closed road are crossbars. The moving picture's are in templates/player/closures.js."""

PAPER = "#f7f4ec"
INK = "#1b1b1b"

UNIT_COLOURS = ("#0b5fc4", "#8a2fa8", "#7a4a12", "#00727a", "#3b3b9e", "#a3004f")
"""Colours of units in order, then from the start; none is a verdict's, as in templates/player/looks.js."""

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


def context_look(kind: str, level: int) -> str:
    """The key of `CONTEXT_STROKES` for a line: its kind, or oblast for a border below that of a state."""
    return "oblast" if kind == "border" and level > 2 else kind


def unit_colour(index: int) -> str:
    """The colour of the unit with this index."""
    return UNIT_COLOURS[index % len(UNIT_COLOURS)]
