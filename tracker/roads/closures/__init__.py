"""Roadblocks as closures: which pieces of road, from when to when, for whom."""

from tracker.roads.closures.closures import Closures, closed
from tracker.roads.closures.driving import TimedRoute, drive
from tracker.roads.closures.effects import EFFECTS, Effect

__all__ = ["EFFECTS", "Closures", "Effect", "TimedRoute", "closed", "drive"]
