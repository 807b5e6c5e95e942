"""Names of cases and units become files that any file system takes, inside the folder that was given."""

from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.many.tiny import MEMBERS, InTurn, march
from tracker.many import reconstruct_many
from tracker.many_files import file_name, file_names

HOSTILE = [
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "C:\\x",
    "con",
    "LPT1.x",
    ".hidden",
    "-rf",
    "a\0b",
    "a\nb",
    "verdicts",
    "VERDICTS",
    "etc-f7f9121f",
    "trailing.",
    " leading",
    "я" * 300,
    "𐍈" * 300,
    "e\u0301",
    "\u202egpj",
    "*?<>|:\"'",
    "\ud800",
    "~",
]


@pytest.mark.parametrize("name", ["main column", "Колонна 2", "r-1.b_c", "é", "縦隊"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert file_name(name) == name


def safe(file: str) -> bool:
    return (
        bool(file)
        and file.isprintable()
        and not set(file) & set("/\\:*?\"<>|'~$&;`")
        and file[0] not in ".- "
        and file[-1] not in ". "
        and len(f"{file}.parquet".encode()) < 128
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_harmless_one(name: str) -> None:
    assert safe(file_name(name))
    assert file_name(name) != name


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(HOSTILE), st.text("aA-.", max_size=4)), unique=True))
def test_names_that_differ_become_files_that_differ_even_without_capitals(names: list[str]) -> None:
    files = file_names(names)
    assert list(files) == names
    assert len({file.casefold() for file in files.values()}) == len(names)
    assert all(safe(file) for file in files.values())


def test_a_report_of_two_units_together_is_of_both_cases(roads: Path, tmp_path: Path) -> None:
    reports = march(units=("A", "B", "A + B"))
    made = reconstruct_many(reports, roads, out_dir=tmp_path / "out", executor=InTurn(), members=MEMBERS)
    assert sorted(made["case"]) == ["A", "B"]
    (alone,) = march(units=("A",))["unit"].unique()
    said = gpd.read_parquet(next(file for file in made["files"].iloc[0] if "verdicts" in file))
    assert set(said["unit"]) == {alone, "A + B"}


def test_hostile_cases_and_units_stay_in_the_folder_and_say_their_names(roads: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    case, units = "../../away", ("verdicts", "../up", "A", "a")
    (made,) = reconstruct_many(
        {case: march(units=units)}, roads, out_dir=out, executor=InTurn(), members=MEMBERS
    ).itertuples()
    assert made.state == "made"
    assert len(set(made.files)) == 5
    assert all(Path(file).is_relative_to(out) and Path(file).is_file() for file in made.files)
    told = [gpd.read_parquet(file).attrs for file in made.files[:-1]]
    assert sorted(said["unit"] for said in told) == sorted(units)
    assert {said["case"] for said in told} == {case}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep"]
