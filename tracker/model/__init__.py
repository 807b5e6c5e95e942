"""The nouns and the tables: what every floor above speaks about."""

from tracker.model import geodesy, tables
from tracker.model.bundled import bundled, bundled_dashboard
from tracker.model.errors import BadReport, BadRoads, BadTime, Fault, MissingFile, TrackerError, UnknownPlace
from tracker.model.origins import copies
from tracker.model.reconstruction import Reconstruction
from tracker.model.rules import faults_of
from tracker.model.track import History, RoadPath, Track

__all__ = [
    "BadReport",
    "BadRoads",
    "BadTime",
    "Fault",
    "History",
    "MissingFile",
    "Reconstruction",
    "RoadPath",
    "Track",
    "TrackerError",
    "UnknownPlace",
    "bundled",
    "bundled_dashboard",
    "copies",
    "faults_of",
    "geodesy",
    "tables",
]
