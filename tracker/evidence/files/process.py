"""A file parsed in a process of its own, which can crash, hang or grow without harm to this one."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from tracker.evidence.columns import plain_name
from tracker.evidence.csv_file import RawTable
from tracker.evidence.files.parsers import limits
from tracker.evidence.findings import shortened
from tracker.model import Fault

_PARSERS = Path(__file__).parent / "parsers"
_START = """
import importlib.util, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location("tracker_parsers", folder + "/__init__.py",
                                              submodule_search_locations=[folder])
package = importlib.util.module_from_spec(spec)
sys.modules["tracker_parsers"] = package
spec.loader.exec_module(package)
from tracker_parsers.child import main
main()
"""
"""Loads the folder of parsers alone: as ``tracker.evidence.files.parsers`` it would bring pandas along."""
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")


def parsed(
    path: Path,
    *,
    format: str,
    names: Collection[str],
    layer: str | None = None,
    profiled: bool = False,
    seconds: int | None = None,
    memory: int | None = None,
) -> RawTable:
    """The table of a file, parsed in a process of its own: started anew, limited, and answering in JSON.

    JSON and not Arrow, because a parser that was taken over must not be able to hand this process a hostile file of
    another format; never a pickle.

    Parameters
    ----------
    format : as `formats.recognised` names it
    names : names of columns by which a table of reports is known, in small letters
    layer : the sheet or layer to take
    profiled : whether foreign columns are mapped later
    seconds, memory : seconds and bytes that it may take; without them what `limits` says for the file's size
    """
    size = path.stat().st_size
    seconds = limits.seconds(size) if seconds is None else seconds
    memory = limits.memory(size) if memory is None else memory
    request = {
        "path": str(path.resolve()),  # a log's journal lies beside the file itself, not beside a link to it
        "format": format,
        "names": sorted(names),
        "layer": layer,
        "profiled": profiled,
        "seconds": seconds,
        "memory": memory,
    }
    # -I: neither the working folder nor the user's variables decide what the process loads.
    command = [sys.executable, "-I", "-c", _START, str(_PARSERS)]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PROJ_NETWORK": "OFF", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(request).encode())
        asked.seek(0)
        process = subprocess.Popen(
            command, stdin=asked, stdout=answer, stderr=subprocess.DEVNULL, env=environment, cwd=tempfile.gettempdir()
        )
        try:
            status = process.wait(timeout=seconds + 2)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if status != 0:
            return _refused(path.name, *_ended(status, seconds=seconds, memory=memory))
        return _table(path.name, answer)


def _ended(status: int | None, *, seconds: int, memory: int) -> tuple[str, str]:
    """Words for a parsing process that gave no answer."""
    if status is None or status == -getattr(signal, "SIGXCPU", 0):
        return f"takes longer than {seconds} s to read", "split it, or save it as CSV, UTF-8"
    by = f"signal {-status}" if status < 0 else f"status {status}"
    if status < 0:
        by = next((known.name for known in signal.Signals if known == -status), by)
    much = memory // limits.MIB
    problem = f"broke the process that reads it ({by}; it may take {much:,} MiB of memory)"
    return problem, "the file may be damaged or made to do harm: save it as CSV, UTF-8"


def _table(file: str, answer: IO[bytes]) -> RawTable:
    answer.seek(0)
    return table_of(answer.read(limits.MAX_ANSWER + 1), file=file)


def table_of(answer: bytes, *, file: str) -> RawTable:
    """The table in the answer of a parsing process, which is believed in nothing but its shape."""
    try:
        said = json.loads(answer)
        if "refused" in said:
            return RawTable(file=file, frame=None, faults=(_fault(file, said["refused"]),))
        names, rows, columns = said["names"], said["rows"], said["columns"]
        if len(names) != len(columns) or not all(type(row) is int and 0 < row < 2**53 for row in rows):
            raise ValueError
        values = {place: pd.Series(np.array(column, dtype=object), dtype="str") for place, column in enumerate(columns)}
        frame = pd.DataFrame(values, index=range(len(rows))).set_axis(pd.Index(rows, dtype="int64"))
        frame = frame.set_axis(pd.Index([plain_name(name) for name in names], dtype="str"), axis=1)
        faults = tuple(_fault(file, fault) for fault in said["faults"])
        if faults and frame.empty:
            return RawTable(file=file, frame=None, faults=faults)  # no columns either: that is not the news
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return _refused(file, "broke the process that reads it (its answer is no table)", "save it as CSV, UTF-8")
    return RawTable(file=file, frame=frame, faults=faults)


def _fault(file: str, said: dict[str, Any]) -> Fault:
    row, column = said["row"], said["column"]
    return Fault(
        file=file,
        row=None if row is None else int(row),
        column=None if column is None else shortened(str(column)),
        value=shortened(str(said["value"])),
        problem=str(said["problem"])[:1000],
        remedy=str(said["remedy"])[:1000],
    )


def _refused(file: str, problem: str, remedy: str) -> RawTable:
    fault = Fault(file=file, row=None, column=None, value="", problem=problem, remedy=remedy)
    return RawTable(file=file, frame=None, faults=(fault,))
