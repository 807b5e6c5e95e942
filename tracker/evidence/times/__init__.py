"""Times as people write them, made into intervals."""

from tracker.evidence.times.bounds import Interval
from tracker.evidence.times.words import interval

__all__ = ["Interval", "interval"]
