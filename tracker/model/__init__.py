"""The nouns and the tables: what every floor above speaks about."""

from tracker.model import explanations, geodesy, tables
from tracker.model.bundled import bundled, bundled_dashboard
from tracker.model.chainage import NEAR_M, Chainage, PostChain
from tracker.model.errors import (
    AmbiguousPlace,
    AmbiguousTime,
    BadLog,
    BadReport,
    BadRoads,
    BadTime,
    BadTrace,
    Conflict,
    Fault,
    LogUnavailable,
    MissingFile,
    TrackerError,
    UnknownPlace,
    UnknownReport,
)
from tracker.model.located import Located
from tracker.model.moments import moments
from tracker.model.origins import copies
from tracker.model.reconstruction import Reconstruction
from tracker.model.rules import faults_of
from tracker.model.track import History, RoadPath, Track
from tracker.model.units import names_of

__all__ = [
    "NEAR_M",
    "AmbiguousPlace",
    "AmbiguousTime",
    "BadLog",
    "BadReport",
    "BadRoads",
    "BadTime",
    "BadTrace",
    "Chainage",
    "Conflict",
    "Fault",
    "History",
    "Located",
    "LogUnavailable",
    "MissingFile",
    "PostChain",
    "Reconstruction",
    "RoadPath",
    "Track",
    "TrackerError",
    "UnknownPlace",
    "UnknownReport",
    "bundled",
    "bundled_dashboard",
    "copies",
    "explanations",
    "faults_of",
    "geodesy",
    "moments",
    "names_of",
    "tables",
]
