"""One report as a person says it through Python, the shell or a form: checked at once, with the rules of a file."""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from tracker.evidence.checks import FIRST_TIME, LAST_TIME, MAX_CELL, MAX_RADIUS_M, MIN_RADIUS_M, OPEN_KINDS
from tracker.evidence.findings import shortened
from tracker.evidence.log.cells import written
from tracker.evidence.log.revision import CONTENT, Cell
from tracker.model import BadReport, Fault


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul", "has a NUL character", {"remedy": "remove it"})
    return text


def _bounded(moment: datetime) -> datetime:
    if not FIRST_TIME <= moment < LAST_TIME:
        raise PydanticCustomError("year", "is not in the years 1900 to 2199", {"remedy": "check the year"})
    return moment


def _not_a_flag(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("flag", "is not a number", {"remedy": "write a number"})
    return value


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value else value


def _bare(value: object) -> object:
    """An address or a code without the blanks around it, as it is read from a file."""
    return _empty_is_none(value.strip() if isinstance(value, str) else value)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "is blanks only", {"remedy": "leave it out if no unit is named"})
    return text


Text = Annotated[str, Field(max_length=MAX_CELL), AfterValidator(_without_nul)]
MaybeText = Annotated[Text | None, BeforeValidator(_empty_is_none)]
Address = Annotated[
    Annotated[Text, Field(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20/?#][^\x00-\x20]*$")] | None,
    BeforeValidator(_bare),
]
Moment = Annotated[AwareDatetime, AfterValidator(_bounded)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_not_a_flag)]


class Draft(BaseModel):
    """The content of one report; the fields are `CONTENT`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    kind: Literal["sighting", "roadblock", "incident", "absence", "turnaround", "statement"]
    unit: Annotated[Annotated[Text, AfterValidator(_not_blank)] | None, BeforeValidator(_empty_is_none)] = None
    earliest: Moment
    latest: Moment | None = None
    time_basis: Literal["observed", "published", "inferred"] | None = "observed"
    place: MaybeText = None
    admin: MaybeText = None
    road: MaybeText = None
    heading: MaybeText = None
    vehicles: MaybeText = None
    lon: Annotated[Number, Field(ge=-180, le=180)] | None = None
    lat: Annotated[Number, Field(ge=-90, le=90)] | None = None
    radius_m: Annotated[Number, Field(ge=MIN_RADIUS_M, le=MAX_RADIUS_M)] | None = None
    summary: MaybeText = None
    publisher: MaybeText = None
    origin: MaybeText = None
    url: Address = None
    archive_url: Address = None
    published: MaybeText = None
    reliability: Literal["A", "B", "C", "D", "E", "F"] | None = "F"
    credibility: Annotated[int, Field(ge=1, le=6), BeforeValidator(_not_a_flag)] | None = 6
    notes: MaybeText = None


def content(said: Mapping[str, object]) -> tuple[Cell, ...]:
    """The cells of `CONTENT` of one report.

    Parameters
    ----------
    said : values by the names of `CONTENT`, times as datetimes with a zone; what is missing is absent

    Raises
    ------
    BadReport
        With every fault: column, value, problem and remedy.
    """
    faults: list[Fault] = []
    try:
        draft = Draft(**said)  # type: ignore[arg-type]
    except ValidationError as error:
        faults += [_fault(detail) for detail in error.errors()]
    wrong = {fault.column for fault in faults}
    faults += [fault for fault in _joint_faults(said) if fault.column not in wrong]
    if faults:
        raise BadReport(faults)
    cells: list[Cell] = []
    for name in CONTENT:
        value: Any = getattr(draft, name)
        if name == "radius_m" and draft.lon is None:
            value = None  # of no place, as in a table
        if isinstance(value, datetime):
            value = written(value)
        elif isinstance(value, float):
            value = value + 0.0
        cells.append(value)
    return tuple(cells)


def _joint_faults(said: Mapping[str, object]) -> list[Fault]:
    """What is wrong between columns."""
    found: list[Fault] = []
    lon, lat, radius = (said.get(name) for name in ("lon", "lat", "radius_m"))
    if (lon is None) != (lat is None):
        empty, other = ("lon", "lat") if lon is None else ("lat", "lon")
        found.append(_of(empty, "", f"is empty while {other} is given", "give both, or neither"))
    if lon is not None and lat is not None:
        if radius is None:
            found.append(_of("radius_m", "", "is empty for a report with a place", "give metres, as in 5000"))
        if lon == 0 and lat == 0:
            found.append(_of("lon", "0", "and lat are 0, which means not known", "leave both out"))
    earliest, latest = said.get("earliest"), said.get("latest")
    if latest is None and said.get("kind") not in OPEN_KINDS:
        only = " or an ".join(OPEN_KINDS)
        found.append(_of("latest", "", f"is empty, which only a {only} may have", "give the latest time"))
    if _aware(earliest) and _aware(latest) and latest < earliest:  # type: ignore[operator]
        found.append(_of("latest", str(latest), "is before earliest", "swap the two, or check the days and zones"))
    return found


def _aware(moment: object) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None


def _fault(detail: ErrorDetails) -> Fault:
    name, context = str(detail["loc"][0]), detail.get("ctx", {})
    value = "" if detail["type"] == "missing" else str(detail["input"])
    if detail["type"] == "missing":
        return _of(name, "", "is missing", "give it")
    if detail["type"] == "extra_forbidden":
        like = get_close_matches(name, [*CONTENT, "time", "within", "zone", "author", "report_id"], n=1)
        return _of(name, value, "is nothing that a report has", f"write {like[0]}" if like else "leave it out")
    if "remedy" in context:
        return _of(name, value, detail["msg"], str(context["remedy"]))
    problem, remedy = _WORDS.get(detail["type"], (detail["msg"].lower(), "check it"))
    return _of(name, value, problem, remedy.format(**context))


_WORDS = {
    "literal_error": ("is not a code that is known", "write one of {expected}"),
    "greater_than_equal": ("is too small", "write {ge:g} or more"),
    "less_than_equal": ("is too large", "write {le:g} or less"),
    "float_parsing": ("is not a number", "write a plain number, as in 39.71"),
    "float_type": ("is not a number", "write a plain number, as in 39.71"),
    "finite_number": ("is not a finite number", "leave it out if it is not known"),
    "int_parsing": ("is not a whole number", "write 1 to 6"),
    "int_type": ("is not a whole number", "write 1 to 6"),
    "int_from_float": ("is not a whole number", "write 1 to 6"),
    "string_unicode": ("holds half of a letter", "the text may be damaged: take it anew"),
    "string_type": ("is not text", "write it as text"),
    "string_too_long": ("is over {max_length} characters".format(max_length=f"{MAX_CELL:,}"), "shorten it"),
    "string_pattern_mismatch": ("is not a web address", "write one that begins with https:// or http://"),
    "timezone_aware": ("has no time zone", "add the offset, as in 2023-06-24T15:00+03:00"),
}


def _of(column: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file="<report>", row=None, column=column, value=shortened(value), problem=problem, remedy=remedy)
