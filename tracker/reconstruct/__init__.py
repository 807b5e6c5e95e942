"""The thinking: reports and roads become tracks and verdicts. No file, network or clock."""

from tracker.reconstruct.explaining import check_report
from tracker.reconstruct.march import March
from tracker.reconstruct.match import Match, match
from tracker.reconstruct.reconstruct import reconstruct

__all__ = ["March", "Match", "check_report", "match", "reconstruct"]
