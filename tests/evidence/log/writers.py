"""Other processes of the embedded log's tests: writers that tell what was acknowledged, and puppets that obey."""

import contextlib
import gc
import multiprocessing as mp
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Generator, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from tracker.evidence.log.opening import open_log
from tracker.model import tables

_NOON = pd.Timestamp("2023-06-24T12:00Z")


def of_ids(ids: Sequence[str], *, words: str = "seen on the road") -> gpd.GeoDataFrame:
    """Sound reports with these ids, whose words, place and time follow from the id."""
    numbers = [sum(name.encode()) * 7919 % 5000 for name in ids]
    times = pd.Series([_NOON + pd.Timedelta(minutes=number) for number in numbers]).dt.as_unit("us")
    columns: dict[str, object] = {
        "report_id": list(ids),
        "kind": ["sighting"] * len(ids),
        "unit": ["column"] * len(ids),
        "earliest": times,
        "latest": times + pd.Timedelta(minutes=30),
        "time_basis": ["observed"] * len(ids),
        "radius_m": [500.0] * len(ids),
        "summary": [f"{name} {words}" for name in ids],
        "reliability": ["B"] * len(ids),
        "credibility": [2] * len(ids),
        "geometry": [shapely.Point(38 + number / 5000, 50 + number / 5000) for number in numbers],
    }
    return tables.table(columns, tables.REPORTS)


def add(log: Any, ids: Sequence[str]) -> None:
    """Add reports: one as a person says it, several as a table."""
    if len(ids) > 1:
        log.add(of_ids(ids))
        return
    (name,) = ids
    number = sum(name.encode()) * 7919 % 5000
    begin = _NOON + pd.Timedelta(minutes=number)
    log.add_sighting(
        report_id=name,
        unit="column",
        earliest=begin,
        latest=begin + pd.Timedelta(minutes=30),
        lon=38 + number / 5000,
        lat=50 + number / 5000,
        radius_m=500,
        summary=f"{name} seen on the road",
    )


def other_processes() -> ForkServerContext:
    """Where processes come from: a server that has imported everything and opened nothing."""
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.evidence.log.writers"])
    return context


# ---- a writer adds until it is killed or has done its share


def write_on(path: str, name: str, acknowledged: Connection, begin: Any, most: int) -> None:
    """Add single reports and batches of three in turn, and tell their ids only after `add` has returned."""
    with open_log(path, author=name) as log:
        begin.wait()
        for number in range(most):
            ids = [f"{name}-{number}"] if number % 3 else [f"{name}-{number}-{part}" for part in "abc"]
            add(log, ids)
            acknowledged.send(ids)
    acknowledged.send(None)


def write_and_meddle(path: str, name: str, answer: Connection, begin: Any, most: int, how: Sequence[str]) -> None:
    """Add, and between adds do to the live file what nobody should; tells the acknowledged ids and the warnings."""
    done: list[str] = []
    with warnings.catch_warnings(record=True) as came:
        warnings.simplefilter("always")
        with open_log(path, author=name) as log:
            begin.wait()
            for number in range(most):
                add(log, [f"{name}-{number}"])
                done.append(f"{name}-{number}")
                if how:
                    _touch({}, path, how[number % len(how)])
    answer.send((done, sorted({warning.category.__name__ for warning in came})))


def open_and_close(path: str, name: str, answer: Connection, begin: Any, most: int) -> None:
    """Open the log, add, and close it, again and again; tells the acknowledged ids."""
    begin.wait()
    done = []
    for number in range(most):
        with open_log(path, author=name) as log:
            add(log, [f"{name}-{number}"])
        done.append(f"{name}-{number}")
    answer.send((done, []))


def make_at_once(path: str, name: str, answer: Connection, begin: Any) -> None:
    """Open a log that is to be made if there is none, at the same moment as others do, and add to it."""
    begin.wait()
    try:
        with open_log(path, create=True, author=name) as log:
            add(log, [name])
        answer.send("made")
    except Exception as error:
        answer.send(f"{type(error).__name__}: {error}")


def received(pipe: Connection) -> Iterator[list[str]]:
    """What a writer acknowledged, to the end of its pipe; the last message of a killed one may be cut off."""
    while True:
        try:
            ids = pipe.recv()
        except (EOFError, OSError):
            return
        if ids is None:
            return
        yield ids


@contextlib.contextmanager
def puppets(count: int, **limits: Any) -> "Generator[list[Puppet]]":
    """Some puppets, which are gone in the end."""
    made = [Puppet(other_processes(), **limits) for _ in range(count)]
    try:
        yield made
    finally:
        for puppet in made:
            if puppet.process.is_alive():
                puppet.kill()


# ---- a puppet does one thing after the other, as it is told


class Puppet:
    """A process that opens logs under names and uses them on request; ``kill`` ends it without warning."""

    def __init__(self, context: ForkServerContext, *, rlimit_bytes: int | None = None, uid: int | None = None) -> None:
        self._pipe, theirs = context.Pipe()
        self.process: ForkServerProcess = context.Process(target=_obey, args=(theirs, rlimit_bytes, uid), daemon=True)
        self.process.start()
        theirs.close()

    def __call__(self, verb: str, *arguments: Any) -> Any:
        """What a verb (function `_VERBS`) answers; what it raises is raised here."""
        self.begin(verb, *arguments)
        return self.end()

    def begin(self, verb: str, *arguments: Any) -> None:
        """Send a request whose answer `end` fetches."""
        self._pipe.send((verb, arguments))

    def end(self) -> Any:
        kind, answer = self._pipe.recv()
        if kind == "raised":
            raise answer
        return answer

    def kill(self) -> None:
        os.kill(int(self.process.pid or 0), signal.SIGKILL)
        self.process.join()

    def leave(self) -> None:
        """Let the process end as a script does that never closes its log."""
        with contextlib.suppress(OSError):
            self._pipe.close()
        self.process.join()


def _obey(pipe: Connection, rlimit_bytes: int | None, uid: int | None) -> None:
    if rlimit_bytes is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (rlimit_bytes, resource.RLIM_INFINITY))
    if uid is not None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    logs: dict[str, Any] = {}
    while True:
        try:
            verb, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("done", _VERBS[verb](logs, *arguments)))
        except Exception as error:  # the test wants to see it, whatever it is
            pipe.send(("raised", error))


def _open(logs: dict[str, Any], path: str, name: str = "log", create: bool = False) -> None:
    logs[name] = open_log(path, create=create, author="Anna")


def _add(logs: dict[str, Any], ids: Sequence[str], name: str = "log") -> list[str]:
    """The texts of the warnings that came with adding."""
    with warnings.catch_warnings(record=True) as came:
        warnings.simplefilter("always")
        add(logs[name], ids)
    return [f"{warning.category.__name__}: {warning.message}" for warning in came]


def _ids(logs: dict[str, Any], name: str = "log") -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(logs[name].reports(columns=["report_id"])["report_id"])


def _close(logs: dict[str, Any], name: str = "log") -> None:
    logs.pop(name).close()


def _forget(logs: dict[str, Any], name: str = "log") -> None:
    del logs[name]
    gc.collect()


def _touch(logs: dict[str, Any], path: str, how: str) -> None:
    """What no process that writes a log should do to its file."""
    if how == "open":
        with open(path, "rb") as file:
            file.read()
    elif how == "copy":
        shutil.copy(path, f"{path}.{os.getpid()}.copy")
    elif how == "copy all":
        for end in ("", "-wal", "-shm"):
            shutil.copy(path + end, f"{path}.{os.getpid()}.copy")
    elif how == "pyogrio":
        pyogrio.read_dataframe(path, layer="reports")
    elif how == "geopandas":
        gpd.read_file(path, layer="reports")
    else:
        raise ValueError(how)


def _wait(logs: dict[str, Any], seconds: float) -> bool:
    return bool(logs["log"].wait(seconds))


def _verify(logs: dict[str, Any]) -> list[str]:
    return list(logs["log"].verify().problems)


def _fork(logs: dict[str, Any], ids: Sequence[str]) -> int:
    """Exit status of a child made by fork, which adds to the log that this process has open."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            add(logs["log"], ids)
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


_forked: dict[int, tuple[int, int]] = {}


def _fork_and_keep(logs: dict[str, Any]) -> int:
    """A child made by fork that adds when it is told, through the log that this process has open: its number."""
    (read_order, write_order), (read_answer, write_answer) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_order)
        os.close(read_answer)
        try:
            with open(read_order) as orders, open(write_answer, "w", buffering=1) as answers:
                for line in orders:
                    try:
                        with warnings.catch_warnings():
                            warnings.simplefilter("ignore")
                            add(logs["log"], [line.strip()])
                        answers.write("added\n")
                    except Exception as error:
                        answers.write(f"{type(error).__name__}: {error}".replace("\n", " ") + "\n")
        finally:
            os._exit(0)
    os.close(read_order)
    os.close(write_answer)
    _forked[child] = (write_order, read_answer)
    return child


def _child_adds(logs: dict[str, Any], child: int, name: str) -> str:
    order, answer = _forked[child]
    os.write(order, f"{name}\n".encode())
    text = b""
    while not text.endswith(b"\n"):
        if not (more := os.read(answer, 1000)):
            return "died"
        text += more
    return text.decode().strip()


def _child_ends(logs: dict[str, Any], child: int) -> None:
    order, answer = _forked.pop(child)
    os.close(order)
    os.waitpid(child, 0)
    os.close(answer)


_VERBS = {
    "open": _open,
    "add": _add,
    "ids": _ids,
    "close": _close,
    "forget": _forget,
    "touch": _touch,
    "wait": _wait,
    "verify": _verify,
    "fork": _fork,
    "fork and keep": _fork_and_keep,
    "child adds": _child_adds,
    "child ends": _child_ends,
}


def _warm_up() -> None:
    """Import all that a log imports when it is first used, so that the processes made of this one begin at once."""
    with tempfile.TemporaryDirectory() as folder, open_log(f"{folder}/warm.gpkg", create=True, author="Anna") as log:
        add(log, ["a"])
        add(log, ["b", "c"])
        log.reports()
        log.verify()


if sys.argv[:1] == ["-c"]:  # the server of `other_processes`, which keeps nothing open
    _warm_up()
