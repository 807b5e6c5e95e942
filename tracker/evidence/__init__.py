"""Reports in, checked and kept."""

from tracker.evidence.checks import check_table
from tracker.evidence.oddities import oddities
from tracker.evidence.overview import summary
from tracker.evidence.reading import check_file, check_oddities, read_reports
from tracker.evidence.selection import select_reports

__all__ = ["check_file", "check_oddities", "check_table", "oddities", "read_reports", "select_reports", "summary"]
