"""One report said in Python is held to the rules of a file of reports: whatever one of them refuses, the other does."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.evidence import check_table
from tracker.evidence.log.draft import content
from tracker.model import BadReport

# Each value as a cell of a file, and as Python has it.
TIMES = {text: pd.Timestamp(text).to_pydatetime() if "bad" not in text else None for text in (
    "2023-06-24T12:00Z", "2023-06-24T15:00+03:00", "2023-06-24T11:59:59Z", "1850-01-01T00:00Z", "2300-01-01T00:00Z",
)}  # fmt: skip
NUMBERS = ("", "0", "39.5", "-180", "180", "180.5", "-90", "90", "91", "200")
RADII = ("", "-1", "0", "5", "9.99", "10", "5000", "2000000", "2000001")
KINDS = ("sighting", "roadblock", "incident", "absence", "turnaround", "statement", "ping", "")
GRADES = ("", "A", "F", "G", "1", "6", "0", "7")
TEXTS = ("", "Yelets", "NUL\0", "x" * 100_000, "x" * 100_001, "{{ 7 * 7 }}", "\u202e")
URLS = (
    "",
    "https://example.org",
    "http://example.org/a b",
    "HTTPS://EXAMPLE.ORG/x",
    "ftp://example.org",
    "https://",
    "x",
)

rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "earliest": st.sampled_from(list(TIMES)),
        "latest": st.sampled_from(["", *TIMES]),
        "lon": st.sampled_from(NUMBERS),
        "lat": st.sampled_from(NUMBERS),
        "radius_m": st.sampled_from(RADII),
        "reliability": st.sampled_from(GRADES),
        "credibility": st.sampled_from(GRADES),
        "time_basis": st.sampled_from(("", "observed", "guessed")),
        "summary": st.sampled_from(TEXTS),
        "url": st.sampled_from(URLS),
    }
)
sound = {
    "kind": "sighting", "earliest": "2023-06-24T12:00Z", "latest": "2023-06-24T15:00+03:00", "lon": "39.5", "lat": "50",
    "radius_m": "5000", "reliability": "A", "credibility": "1", "time_basis": "observed",
    "summary": "Yelets", "url": "",
}  # fmt: skip


def as_said(row: dict[str, str]) -> dict[str, object]:
    """A row of a file as a person says it in Python; what is empty is not said."""
    found: dict[str, object] = {}
    for name, cell in row.items():
        if cell == "" and name != "kind":
            continue
        if name in ("earliest", "latest"):
            found[name] = TIMES[cell]
        elif name in ("lon", "lat", "radius_m"):
            found[name] = float(cell)
        elif name == "credibility":
            found[name] = int(cell) if cell.isdigit() else cell
        else:
            found[name] = cell
    return found


def columns_at_fault(row: dict[str, str]) -> set[str]:
    try:
        content(as_said(row))
    except BadReport as refused:
        return {str(fault.column) for fault in refused.faults}
    return set()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(row=rows, keep=st.sets(st.sampled_from(list(sound))))
def test_a_report_and_a_row_of_a_file_are_refused_for_the_same_columns(row: dict[str, str], keep: set[str]) -> None:
    row = {name: sound[name] if name in keep else cell for name, cell in row.items()}
    in_file = {str(fault.column) for fault in check_table(pd.DataFrame([row], index=[2], dtype="str"))}
    assert columns_at_fault(row) == in_file


def test_a_sound_report_is_taken_by_both() -> None:
    assert columns_at_fault(sound) == set()
    assert check_table(pd.DataFrame([sound], index=[2], dtype="str")) == []
