"""The front door offers its verbs, in whatever order things are imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).resolve().parents[1]


FIRST = (
    "",
    "import tracker.reconstruct",
    "from tracker.reconstruct import reconstruct",
    "import tracker.render",
    "import tracker.cli",
)
VERB = """
import tracker
{}
assert callable(tracker.reconstruct), tracker.reconstruct
import tracker.reconstruct
assert callable(tracker.reconstruct), tracker.reconstruct
from tracker.reconstruct import reconstruct as verb
assert verb is tracker.reconstruct
"""
FORKS = """
import os, sys, traceback
import folium, geopandas, numba, scipy.sparse.csgraph, scipy.spatial, typer
assert not any(name.partition(".")[0] == "tracker" for name in sys.modules)
for code in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            exec(code, {"__name__": "alone"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Runs each argument in a process that knows the libraries of others and nothing of ours."""


def test_a_floor_imported_before_does_not_cover_the_verb_of_its_name() -> None:
    command = [sys.executable, "-c", FORKS, *map(VERB.format, FIRST)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (answer.stdout.split(), answer.stderr) == (["0"] * len(FIRST), "")


def test_every_name_of_the_front_door_is_there_and_listed() -> None:
    assert dir(tracker) == sorted(tracker.__all__) == tracker.__all__
    assert all(callable(getattr(tracker, name)) for name in tracker.__all__)


def test_a_name_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'utils'"):
        tracker.utils  # noqa: B018
