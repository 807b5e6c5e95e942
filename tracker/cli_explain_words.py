"""What the asking commands are told in words, and what they answer to machines."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from tracker.roads import KilometrePosts


def given(said: Mapping[str, Any], posts: "KilometrePosts", zone: str | None) -> tuple[dict[str, Any], str]:
    """A report as `check_report` takes it, its place and time found in words; and how the place was found.

    Raises
    ------
    TrackerError
        The words mean no place or no time, or more than one; or it is said twice, in words and in numbers.
    """
    for words, numbers in (("place", ("lon", "lat")), ("time", ("earliest", "latest"))):
        if said.get(words) is not None and any(said.get(name) is not None for name in numbers):
            from tracker.model import TrackerError

            raise TrackerError(f"{words} is given beside {' or '.join(numbers)}; give one of the two")
    report = {name: value for name, value in said.items() if value is not None}
    where = ""
    place = report.pop("place", None)
    if place is not None:
        from tracker.evidence import locate

        found = locate(place, gazetteers=[posts])
        where = f"{found.name}: {found.lat:.4f} N {found.lon:.4f} E within {found.radius_m:,.0f} m ({found.method})"
        report |= {"lon": found.lon, "lat": found.lat, "radius_m": report.get("radius_m", found.radius_m)}
    words, within = report.pop("time", None), report.pop("within", None)
    if words is not None:
        from tracker.evidence import interval

        when = interval(words, within=within, zone=zone)
        report = {"earliest": when.earliest, "latest": when.latest, "time_basis": when.time_basis, **report}
    elif within is not None:
        report["within"] = within
    return report, where


def number(value: float) -> float | None:
    """A number as JSON has it: neither absent nor without end."""
    return float(value) if abs(value) < float("inf") else None


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows as JSON has them: times as ISO 8601 with a Z, geometry as GeoJSON, None for what is absent or endless."""
    import pandas as pd
    import shapely

    def cell(value: Any) -> Any:
        if isinstance(value, shapely.Geometry):
            return shapely.geometry.mapping(value)
        if isinstance(value, pd.Timestamp):
            return value.tz_convert("UTC").tz_localize(None).isoformat() + "Z"
        if value is None or pd.isna(value):
            return None
        return number(value) if isinstance(value, float) else getattr(value, "item", lambda: value)()

    return [{str(name): cell(value) for name, value in row.items()} for row in table.to_dict("records")]
