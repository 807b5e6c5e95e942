"""Reports in, checked and kept."""

from tracker.evidence.checks import check_table
from tracker.evidence.overview import summary
from tracker.evidence.reading import check_file, read_reports
from tracker.evidence.selection import select_reports

__all__ = ["check_file", "check_table", "read_reports", "select_reports", "summary"]
