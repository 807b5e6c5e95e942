"""Importing the tracker changes nothing and asks nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

WATCH = """
import json, locale, logging, os, signal, sys, warnings

def settings():
    return {
        "environment": dict(os.environ),
        "locale": locale.setlocale(locale.LC_ALL),
        "log level": logging.root.level,
        "log handlers": [repr(handler) for handler in logging.root.handlers],
        "warning filters": [repr(entry) for entry in warnings.filters],
        "interrupt": repr(signal.getsignal(signal.SIGINT)),
        "excepthook": repr(sys.excepthook),
        "working folder": os.getcwd(),
        "search path": list(sys.path),
    }

events = []
def listen(event, arguments):
    if event == "open" or event.split(".")[0] in {"socket", "subprocess", "os", "shutil", "tempfile", "ctypes"}:
        events.append([event, *(str(argument) for argument in arguments[:2])])

before = settings()
sys.addaudithook(listen)
CODE
seen = list(events)
after = settings()
print(json.dumps({
    "events": seen,
    "changed": [name for name in before if before[name] != after[name]],
    "modules": sorted({name.split(".")[0] for name in sys.modules}),
}))
"""

EVERY_NAME = "import tracker\nfor name in tracker.__all__: getattr(tracker, name)"


def watch(code: str) -> dict[str, Any]:
    """What the code did to the machine: audit events, changed settings, and the packages it loaded."""
    answer = subprocess.run(
        [sys.executable, "-B", "-c", WATCH.replace("CODE", code)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    result: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return result


def touched(result: dict[str, Any]) -> list[list[str]]:
    """The events that reach beyond reading: sockets, programs, changed files and folders, opened to write."""
    # Settings are compared by themselves: numpy, for one, sets a variable while it loads and takes it back.
    harmless = {"os.listdir", "os.scandir", "os.walk", "os.fspath", "os.putenv", "os.unsetenv", "os.add_dll_directory"}
    return [
        event
        for event in result["events"]
        if not event[0].startswith("ctypes.")
        and event[0] not in harmless
        and (event[0] != "open" or any(letter in event[2] for letter in "wax+"))
    ]


def test_importing_the_tracker_reads_only_python_modules() -> None:
    result = watch("import tracker")
    opened = [event[1] for event in result["events"] if event[0] == "open"]
    assert any("tracker" in Path(path).parts for path in opened)
    assert [path for path in opened if not path.endswith((".py", ".pyc", ".so", ".pyd"))] == []


def test_importing_the_tracker_changes_no_setting_and_reaches_for_nothing() -> None:
    result = watch("import tracker")
    assert result["changed"] == []
    assert touched(result) == []


def test_importing_the_tracker_loads_no_heavy_library() -> None:
    heavy = {"streamlit", "folium", "osmnx", "numba", "geopandas", "pandas", "scipy", "pyogrio"}
    assert heavy.intersection(watch("import tracker")["modules"]) == set()


def test_using_any_name_of_the_front_door_writes_no_file_and_opens_no_socket() -> None:
    result = watch(EVERY_NAME)
    # Compiled loops are kept where Python keeps its own bytecode: like that, they are no file of the user's.
    reached = [event for event in touched(result) if Path(str(event[1])).name != "__pycache__"]
    assert reached == []
    assert {"streamlit", "osmnx", "folium"}.intersection(result["modules"]) == set()


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "subprocess.Popen"),
        ("open('/dev/null', 'a')", "open"),
    ],
)
def test_the_watch_sees_what_it_watches_for(code: str, event: str) -> None:
    assert event in [seen[0] for seen in touched(watch(code))]


def test_the_watch_sees_a_changed_setting() -> None:
    code = "import logging, os; logging.basicConfig(); os.environ['LEFT_BEHIND'] = '1'"
    assert watch(code)["changed"] == ["environment", "log handlers"]
