"""The thinking: reports and roads become tracks and verdicts. No file, network or clock."""

from tracker.reconstruct.reconstruct import reconstruct

__all__ = ["reconstruct"]
