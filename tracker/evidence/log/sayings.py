"""From what a person says of one report to its cells: words of time and place understood, every fault at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.evidence.checks import OPEN_KINDS
from tracker.evidence.columns import DEFAULT_RADIUS_M
from tracker.evidence.log.draft import content
from tracker.evidence.log.revision import CONTENT, Cell
from tracker.model import BadReport, BadTime, Fault, Located, TrackerError, UnknownPlace

LookUp = Callable[[str], Located]
"""The point of a place in words; raises `UnknownPlace` or `AmbiguousPlace`."""

_TIME_WORDS = ("time", "within", "zone")
_VALID = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was said, understood."""

    content: tuple[Cell, ...]
    """The cells of `CONTENT`."""
    how: str | None
    """Where the point comes from, if it was looked up."""


def said_anew(kind: str, said: Mapping[str, Any], *, look_up: LookUp, zone: str | None) -> Understood:
    """A new report.

    Raises
    ------
    BadReport
        With every fault; an error of the time or place alone is raised as it is, since it lists readings.
    """
    known = {"kind": kind, **_IF_NOT_SAID, **{name: value for name, value in said.items() if value is not None}}
    if said.get("origin") is None:
        known["origin"] = said.get("publisher")
    return _understood(known, named=said, look_up=look_up, zone=zone, unplaced=True)


def said_otherwise(
    before: Mapping[str, Cell], changes: Mapping[str, Any], *, look_up: LookUp, zone: str | None
) -> Understood:
    """A report with some columns changed; `before` are its cells by name. Raises as `said_anew`, and `UnknownPlace`."""
    known: dict[str, Any] = {name: before[name] for name in CONTENT}
    for name in ("earliest", "latest"):
        known[name] = None if known[name] is None else datetime.fromisoformat(str(known[name]))
    moved = changes.get("place") is not None and not {"lon", "lat"} & set(changes)
    if moved:
        known |= dict.fromkeys(("lon", "lat", "radius_m"))
    elif "lon" in changes and changes["lon"] is None and "radius_m" not in changes:
        known["radius_m"] = None
    if changes.get("publisher") and "origin" not in changes and before["origin"] == before["publisher"]:
        # Nobody has said whose word it is: it was taken to be the publisher's, and still is.
        known["origin"] = changes["publisher"]
    find = look_up if moved else None
    return _understood({**known, **changes}, named=changes, look_up=find, zone=zone, unplaced=False)


_IF_NOT_SAID = {"time_basis": "observed", "reliability": "F", "credibility": 6}


def _understood(
    known: dict[str, Any], *, named: Mapping[str, Any], look_up: LookUp | None, zone: str | None, unplaced: bool
) -> Understood:
    refused: list[tuple[str, TrackerError]] = []
    try:
        _settle_times(known, named, zone)
    except TrackerError as error:
        refused.append(("time", error))
        known |= {"earliest": _VALID, "latest": _VALID}
    how = None
    try:
        how = _settle_place(known, named, look_up, unplaced=unplaced)
    except TrackerError as error:
        refused.append(("place", error))
    for name in _TIME_WORDS:
        known.pop(name, None)
    try:
        cells = content({name: value for name, value in known.items() if name not in ("author", "report_id")})
    except BadReport as bad:
        raise BadReport([*bad.faults, *(_as_fault(name, known, error) for name, error in refused)]) from None
    if len(refused) == 1:
        raise refused[0][1]
    if refused:
        raise BadReport([_as_fault(name, known, error) for name, error in refused])
    return Understood(content=cells, how=how)


def _settle_times(known: dict[str, Any], named: Mapping[str, Any], zone: str | None) -> None:
    """Turn `time` and `within`, or text of earliest and latest, into two moments."""
    zone = known.get("zone") or zone
    if known.get("time") is not None:
        from tracker.evidence.times import interval

        if named.get("earliest") is not None or named.get("latest") is not None:
            raise BadTime("time is given beside earliest or latest; give one of the two")
        throughout = known["kind"] in OPEN_KINDS
        # What holds throughout was so at the moment stated; doubt about it makes no longer claim.
        within = None if throughout else known.get("within")
        told = interval(known["time"], zone=zone, published=_anchor(known), within=within)
        if throughout and told.time_basis != "observed":
            raise BadTime(
                f"{str(known['time'])!r} leaves open when, and {_A[known['kind']]} holds throughout; "
                "give earliest and latest, between which it certainly did"
            )
        if named.get("time_basis") is None:
            known["time_basis"] = told.time_basis
        if known["kind"] == "roadblock" and told.earliest == told.latest:
            # One time says when it stood, and nothing of when it was lifted.
            known["earliest"] = told.earliest
        else:
            known |= {"earliest": told.earliest, "latest": told.latest}
        return
    if known.get("within") is not None:
        raise BadTime("within is given without a time; give time, or earliest and latest")
    for name in ("earliest", "latest"):
        if isinstance(known.get(name), str):
            from tracker.evidence.times import interval

            known[name] = getattr(interval(known[name], zone=zone, published=_anchor(known, name)), name)


_A = {"roadblock": "a roadblock", "absence": "an absence"}


def _anchor(known: Mapping[str, Any], name: str = "time") -> Any:
    """What words of time may lean on; a time that is exact leans on nothing, whatever is written in `published`."""
    time = known[name]
    if isinstance(time, datetime):
        return None
    try:
        exact = datetime.fromisoformat(str(time).strip()).tzinfo is not None
    except ValueError:
        exact = False
    return None if exact else known.get("published")


def _settle_place(
    known: dict[str, Any], named: Mapping[str, Any], look_up: LookUp | None, *, unplaced: bool
) -> str | None:
    """Look up the words of the place where there is no point; returns where the point comes from."""
    if known.get("lon") is not None or known.get("lat") is not None:
        # A radius that is taken away on purpose is a fault, and not a guess.
        if known.get("radius_m") is None and (unplaced or "radius_m" not in named):
            known["radius_m"] = DEFAULT_RADIUS_M
        return None
    words = known.get("place")
    if look_up is None or not isinstance(words, str) or not words.strip():
        return None
    try:
        found = look_up(words)
    except UnknownPlace:
        # A report is kept though nobody knows its place; a correction that would lose the point is not.
        if unplaced:
            return None
        raise
    known |= {"lon": found.lon, "lat": found.lat}
    if known.get("radius_m") is None:
        known["radius_m"] = found.radius_m
    return f"point looked up: {found.name} ({found.method})"


def _as_fault(column: str, known: Mapping[str, Any], error: TrackerError) -> Fault:
    return Fault(
        file="<report>",
        row=None,
        column=column,
        value=str(known.get(column) or "")[:60],
        problem=f"is refused: {error}",
        remedy="see there",
    )
