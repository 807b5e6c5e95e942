"""The front door offers its verbs, in whatever order things are imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "first",
    [
        "",
        "import tracker.reconstruct",
        "from tracker.reconstruct import reconstruct",
        "import tracker.render",
        "import tracker.cli",
    ],
)
def test_a_floor_imported_before_does_not_cover_the_verb_of_its_name(first: str) -> None:
    lines = ["import tracker", first, "assert callable(tracker.reconstruct), tracker.reconstruct"]
    lines += ["import tracker.reconstruct", "assert callable(tracker.reconstruct), tracker.reconstruct"]
    lines += ["from tracker.reconstruct import reconstruct as verb", "assert verb is tracker.reconstruct"]
    code = "\n".join(lines)
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_every_name_of_the_front_door_is_there_and_listed() -> None:
    assert dir(tracker) == sorted(tracker.__all__) == tracker.__all__
    assert all(callable(getattr(tracker, name)) for name in tracker.__all__)


def test_a_name_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'utils'"):
        tracker.utils  # noqa: B018
