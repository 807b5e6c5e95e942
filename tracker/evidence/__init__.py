"""Reports in, checked and kept."""

from tracker.evidence.checks import check_table
from tracker.evidence.knowledge import known_at, published_at
from tracker.evidence.log import Audit, Changes, ReportLog, open_log
from tracker.evidence.oddities import oddities
from tracker.evidence.overview import summary
from tracker.evidence.places import ATTRIBUTION, Gazetteer, Nominatim, locate, nominatim
from tracker.evidence.reading import check_file, check_oddities, read_reports
from tracker.evidence.selection import select_reports
from tracker.evidence.times import Interval, interval
from tracker.evidence.voices import corroboration, merge_origins, origins_after, same_event, suggest_links
from tracker.evidence.writing import write_reports

__all__ = [
    "ATTRIBUTION",
    "Audit",
    "Changes",
    "Gazetteer",
    "Interval",
    "Nominatim",
    "ReportLog",
    "check_file",
    "check_oddities",
    "check_table",
    "corroboration",
    "interval",
    "known_at",
    "locate",
    "merge_origins",
    "nominatim",
    "oddities",
    "open_log",
    "origins_after",
    "published_at",
    "read_reports",
    "same_event",
    "select_reports",
    "suggest_links",
    "summary",
    "write_reports",
]
