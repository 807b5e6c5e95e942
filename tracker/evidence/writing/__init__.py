"""Reports out into files for other programs: spreadsheets, maps, receivers and notebooks."""

from tracker.evidence.writing.files import FORMATS, write_reports

__all__ = ["FORMATS", "write_reports"]
