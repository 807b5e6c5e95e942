"""Reports in, checked and kept."""

from tracker.evidence.checks import check_table
from tracker.evidence.knowledge import known_at, published_at
from tracker.evidence.log import Audit, Changes, ReportLog, open_log
from tracker.evidence.oddities import oddities
from tracker.evidence.overview import summary
from tracker.evidence.reading import check_file, check_oddities, read_reports
from tracker.evidence.selection import select_reports
from tracker.evidence.times import Interval, interval

__all__ = [
    "Audit",
    "Changes",
    "Interval",
    "ReportLog",
    "check_file",
    "check_oddities",
    "check_table",
    "interval",
    "known_at",
    "oddities",
    "open_log",
    "published_at",
    "read_reports",
    "select_reports",
    "summary",
]
