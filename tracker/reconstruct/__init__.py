"""The thinking: reports and roads become tracks and verdicts. No file, network or clock."""

from tracker.reconstruct.match import Match, match
from tracker.reconstruct.reconstruct import reconstruct

__all__ = ["Match", "match", "reconstruct"]
