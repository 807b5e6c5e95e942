"""Places in words: kilometre posts, coordinates, bearings and names become a point with a radius and a method."""

from tracker.evidence.places.locate import Gazetteer, locate
from tracker.evidence.places.names import key
from tracker.evidence.places.online import ATTRIBUTION, Nominatim, nominatim

__all__ = ["ATTRIBUTION", "Gazetteer", "Nominatim", "key", "locate", "nominatim"]
