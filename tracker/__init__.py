"""The front door: reports and roads in, a reconstruction and its picture out."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.evidence import ReportLog as ReportLog
    from tracker.evidence import corroboration as corroboration
    from tracker.evidence import known_at as known_at
    from tracker.evidence import locate as locate
    from tracker.evidence import read_reports as read_reports
    from tracker.evidence import select_reports as select_reports
    from tracker.evidence import suggest_links as suggest_links
    from tracker.evidence import write_reports as write_reports
    from tracker.logbook import open_log as open_log
    from tracker.many import reconstruct_many as reconstruct_many
    from tracker.model import AmbiguousPlace as AmbiguousPlace
    from tracker.model import AmbiguousTime as AmbiguousTime
    from tracker.model import BadLog as BadLog
    from tracker.model import BadReport as BadReport
    from tracker.model import BadTime as BadTime
    from tracker.model import BadTrace as BadTrace
    from tracker.model import Conflict as Conflict
    from tracker.model import LogUnavailable as LogUnavailable
    from tracker.model import Reconstruction as Reconstruction
    from tracker.model import Track as Track
    from tracker.model import TrackerError as TrackerError
    from tracker.model import UnknownPlace as UnknownPlace
    from tracker.model import UnknownReport as UnknownReport
    from tracker.reconstruct import March as March
    from tracker.reconstruct import Match as Match
    from tracker.reconstruct import check_report as check_report
    from tracker.reconstruct import match as match
    from tracker.reconstruct import reconstruct as reconstruct
    from tracker.render import build_scene as build_scene
    from tracker.render import draw as draw
    from tracker.render import export_html as export_html
    from tracker.render import player_assets as player_assets
    from tracker.roads import RoadNetwork as RoadNetwork
    from tracker.roads import download_roads as download_roads
    from tracker.roads import load_roads as load_roads
    from tracker.roads import prepare_roads as prepare_roads
    from tracker.trace import read_trace as read_trace

_HOMES = {
    "AmbiguousPlace": "tracker.model",
    "AmbiguousTime": "tracker.model",
    "BadLog": "tracker.model",
    "BadReport": "tracker.model",
    "BadTime": "tracker.model",
    "BadTrace": "tracker.model",
    "Conflict": "tracker.model",
    "LogUnavailable": "tracker.model",
    "March": "tracker.reconstruct",
    "Match": "tracker.reconstruct",
    "Reconstruction": "tracker.model",
    "ReportLog": "tracker.evidence",
    "RoadNetwork": "tracker.roads",
    "Track": "tracker.model",
    "TrackerError": "tracker.model",
    "UnknownPlace": "tracker.model",
    "UnknownReport": "tracker.model",
    "build_scene": "tracker.render",
    "check_report": "tracker.reconstruct",
    "corroboration": "tracker.evidence",
    "download_roads": "tracker.roads",
    "draw": "tracker.render",
    "export_html": "tracker.render",
    "known_at": "tracker.evidence",
    "load_roads": "tracker.roads",
    "locate": "tracker.evidence",
    "match": "tracker.reconstruct",
    "open_log": "tracker.logbook",
    "player_assets": "tracker.render",
    "prepare_roads": "tracker.roads",
    "read_reports": "tracker.evidence",
    "read_trace": "tracker.trace",
    "reconstruct": "tracker.reconstruct",
    "reconstruct_many": "tracker.many",
    "select_reports": "tracker.evidence",
    "suggest_links": "tracker.evidence",
    "write_reports": "tracker.evidence",
}
"""Which floor each name comes from; fetched when first used, because importing folium or pyproj
opens a socket and changes environment variables, and ``import tracker`` must do neither."""

__all__ = [
    "AmbiguousPlace",
    "AmbiguousTime",
    "BadLog",
    "BadReport",
    "BadTime",
    "BadTrace",
    "Conflict",
    "LogUnavailable",
    "March",
    "Match",
    "Reconstruction",
    "ReportLog",
    "RoadNetwork",
    "Track",
    "TrackerError",
    "UnknownPlace",
    "UnknownReport",
    "build_scene",
    "check_report",
    "corroboration",
    "download_roads",
    "draw",
    "export_html",
    "known_at",
    "load_roads",
    "locate",
    "match",
    "open_log",
    "player_assets",
    "prepare_roads",
    "read_reports",
    "read_trace",
    "reconstruct",
    "reconstruct_many",
    "select_reports",
    "suggest_links",
    "write_reports",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'tracker' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Door(ModuleType):
    """A module on which importing a floor does not cover the verb of the same name (``reconstruct``)."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Door
