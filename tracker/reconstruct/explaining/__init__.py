"""Why the march is what it is: what a report moved, what would be without it, what a new one does, where to look."""

from tracker.reconstruct.explaining.alibi import check_report
from tracker.reconstruct.explaining.explain import explain
from tracker.reconstruct.explaining.where_to_look import where_to_look
from tracker.reconstruct.explaining.without import without

__all__ = ["check_report", "explain", "where_to_look", "without"]
