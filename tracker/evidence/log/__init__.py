"""The report log: every revision of every report, with who, when and why."""

from tracker.evidence.log.opening import open_log
from tracker.evidence.log.protocol import Audit, Changes, ReportLog

__all__ = ["Audit", "Changes", "ReportLog", "open_log"]
