"""Lengths of time before the publication: "two hours ago", "полчаса назад"."""

from datetime import UTC, datetime, timedelta

from tracker.evidence.times.stamp import Stamp
from tracker.evidence.times.tokens import Ago
from tracker.model import BadTime

# Who says "two hours ago" counts in hours: the true length is nearer to two than to one or three. Who says "an hour
# and a half ago" counts in half hours.
_WIDTH = {"hour": timedelta(minutes=30), "half": timedelta(minutes=15), "minute": timedelta(minutes=5)}


def ago(said: Ago, stamp: Stamp | None, *, about: bool) -> tuple[datetime, datetime, str]:
    """Earliest, latest and basis of a thing that happened some hours or minutes before it was published.

    Raises
    ------
    BadTime
        The hour of publication is not known.
    """
    if stamp is None or stamp.moment is None:
        raise BadTime(
            "it counts back from the publication; give its hour with the zone, as in published='2023-06-24T18:12+03:00'"
        )
    moment = _counted_back(said.text, stamp.moment)
    width = _WIDTH[said.unit] * (2 if about else 1)
    return moment - width, moment + width, "inferred"


def _counted_back(text: str, base: datetime) -> datetime:
    # dateparser takes half a second to import, and reads neither clock nor zone of the machine when it gets these.
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]

    settings = {
        "RELATIVE_BASE": base.astimezone(UTC).replace(tzinfo=None),
        "TIMEZONE": "UTC",
        "PARSERS": ["relative-time"],
        "DATE_ORDER": "DMY",
        "STRICT_PARSING": True,
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    parser = DateDataParser(languages=["en", "ru"], try_previous_locales=False, use_given_order=True, settings=settings)
    found = parser.get_date_data(text).date_obj
    if found is None:
        raise BadTime(f"{text!r} cannot be counted back; write a number of hours or minutes")
    moment: datetime = found.replace(tzinfo=UTC)
    return moment
