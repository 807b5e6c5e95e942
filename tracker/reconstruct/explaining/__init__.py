"""Why the march is what it is: what a report moved, what would be without it, what a new one does, where to look."""

from tracker.model.explanations import Alibi, Explanation, Without

__all__ = ["Alibi", "Explanation", "Without"]
