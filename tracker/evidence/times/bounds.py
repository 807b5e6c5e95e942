"""What words about a time come to: an interval, and how it is known."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The moments that some words allow, both ends included.

    Examples
    --------
    >>> from tracker.evidence.times import interval
    >>> interval("2023-06-24T15:00+03:00", within="30min").iso
    '2023-06-24T14:30:00+03:00/2023-06-24T15:30:00+03:00'
    """

    earliest: datetime
    """The first moment, timezone-aware."""
    latest: datetime
    """The last moment, timezone-aware, never before ``earliest``."""
    time_basis: str
    """``observed``, ``published`` or ``inferred``, as in the reports table."""
    words: str
    """What was said, as given."""

    @property
    def iso(self) -> str:
        """The same as an ISO 8601 interval, ``earliest/latest``, which `interval` takes back."""
        return f"{written(self.earliest)}/{written(self.latest)}"


def written(moment: datetime) -> str:
    """ISO 8601 to the second, or to the microsecond where there are some."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
