"""Damaged files by the thousand: every importer answers each with a table or with a named error, and nothing else.

``python tests/evidence/files/fuzz.py --runs 20000 [--importer NAME ...]`` prints a table.
The damage of run n is always the same.
"""

import argparse
import io
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.evidence.files.samples import FILES, PROFILED, gdelt_file, narrow_gdelt
from tracker.evidence.checks import check_table
from tracker.evidence.columns import NAMES
from tracker.evidence.conversion import to_table
from tracker.evidence.csv_file import RawTable, read_text_table
from tracker.evidence.files.parsers.child import parser
from tracker.evidence.files.parsers.grid import Refused
from tracker.evidence.files.parsers.source import Source
from tracker.evidence.files.process import table_of
from tracker.evidence.files.profile import applied
from tracker.evidence.files.profiles import PROFILES

IMPORTERS = (*FILES, *PROFILED)
_SOUND = FILES | PROFILED | {"gdelt": lambda: gdelt_file(narrow=True)}
_PROFILES = PROFILES | {"gdelt": narrow_gdelt()}
_WINDOW = 4096
"""Bytes of a file in which a structure is looked for: a binary file has few, and looking through all of it is slow."""
_EXTREMES = (
    b"0", b"-0", b"-1", b"1e400", b"-1e400", b"nan", b"Infinity", b"9" * 30, b"9" * 5000, b"4294967295", b"2147483648",
    b"18446744073709551616", b"1048576", b"0x7f", b"1e-400", b"181", b"-91", b"\xd9\xa1", b"",
)  # fmt: skip
_PIECES = (
    b"\0", b'"', b"'", b"<", b">", b"&", b"{", b"}", b"[", b"]", b",", b":", b"\t", b"\n", b"\r", b"\xff\xfe",
    b"\\ud800", b"&#0;", b"&amp;", b"&lol;", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a [<!ENTITY b 'x'>]>",
    b"null", b"+03:00", b"true", b"[" * 3000, b'{"a":' * 3000, b"<a>" * 3000, b"XFD1048576", b"AAAAAAA1", b"\xc3",
    b"0000-00-00T00:00Z", b"2023-06-24T14:30:00+99:00", b"\x00\x00\x00\x00\x00\x00\xf8\x7f",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What became of the damaged files of one importer."""

    importer: str
    runs: int = 0
    named: int = 0
    accepted: int = 0
    other: int = 0
    crashed: int = 0
    slowest_ms: float = 0.0


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file with one to four damages."""
    if data[:4] == b"PK\x03\x04" and chance.random() < 0.8:
        return _inside_archive(data, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        data = chance.choice(_DAMAGES)(data, chance)
    return data


def _flips(data: bytes, chance: random.Random) -> bytes:
    held = bytearray(data)
    for _ in range(chance.randint(1, 8) if held else 0):
        held[chance.randrange(len(held))] = chance.randrange(256)
    return bytes(held)


def _truncation(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] if chance.random() < 0.7 else data[at:]


def _splice(data: bytes, chance: random.Random) -> bytes:
    begin, to = chance.randint(0, len(data)), chance.randint(0, len(data))
    piece = data[begin : begin + chance.randint(1, 200)]
    return data[:to] + piece * chance.choice((1, 1, 2, 50)) + data[to + chance.choice((0, len(piece))) :]


def _number(data: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"-?[0-9]+(?:\.[0-9]+)?", data))
    if not found:
        return data
    number = chance.choice(found)
    return data[: number.start()] + chance.choice(_EXTREMES) + data[number.end() :]


def _wide_number(data: bytes, chance: random.Random) -> bytes:
    """A binary number of 1 to 8 bytes at its bounds: lengths, counts and offsets of binary formats."""
    size = chance.choice((1, 2, 4, 8))
    at = chance.randint(0, max(len(data) - size, 0))
    value = chance.choice(
        (b"\0" * size, b"\xff" * size, b"\x7f" + b"\xff" * (size - 1), b"\xff" * (size - 1) + b"\x7f")
    )
    return data[:at] + value + data[at + size :]


def _piece(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(_PIECES) + data[at + chance.choice((0, 0, 1, 5)) :]


_PARTS = re.compile(rb"<[^<>]{0,200}>[^<>]{0,100}|\"[^\"]{0,100}\"\s*:|[^\n]{0,400}\n|\{[^{}]{0,400}\}")


def _structure(data: bytes, chance: random.Random) -> bytes:
    """An element, an object or a line lost, doubled or put elsewhere."""
    begin = chance.randrange(max(len(data) - _WINDOW, 0) + 1)
    found = list(_PARTS.finditer(data, begin, begin + _WINDOW))
    if not found:
        return data
    part = chance.choice(found)
    rest = data[: part.start()] + data[part.end() :]
    if chance.random() < 0.4:
        return rest
    at = part.end() if chance.random() < 0.5 else chance.randint(0, len(rest))
    base = data if chance.random() < 0.5 else rest
    return base[:at] + part[0] + base[at:]


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flips, _truncation, _splice, _number, _wide_number, _piece, _structure,
)  # fmt: skip


def _inside_archive(data: bytes, chance: random.Random) -> bytes:
    """An archive whose sums are right, so that the damage of a member reaches its reader."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(files))
    files[name] = chance.choice(_DAMAGES)(files[name], chance)
    if chance.random() < 0.05:
        del files[name]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def tried(importer: str, path: Path, *, whole: bool) -> str:
    """Read one file as the importer does, in this process: ``named`` or ``accepted``; any other error passes.

    With ``whole``, the table goes through the checks and, without faults, becomes a table of reports.
    """
    profile = _PROFILES.get(importer)
    format = importer if importer in FILES else {"ukraine-timemap": "json"}.get(importer, "csv")
    names = NAMES if profile is None else NAMES | profile.signature
    if format == "csv":
        raw = read_text_table(path, names=names, header=() if profile is None else profile.header)
    else:
        source = Source(path=str(path), names=names, profiled=profile is not None)
        try:
            answer = parser(format)(source).squared()
        except (Refused, MemoryError):
            return "named"
        raw = table_of(json.dumps(answer).encode(), file=path.name) if whole or profile else _raw(answer, path.name)
    if profile is not None:
        raw = applied(profile, raw)
    faults = list(raw.faults)
    if whole and raw.frame is not None:
        faults += check_table(raw.frame, file=raw.file)
        if not faults:
            to_table(raw.frame)
    return "named" if faults or raw.frame is None else "accepted"


def _raw(answer: dict[str, list[object]], file: str) -> RawTable:
    """The answer without the costly part of a table: only whether there were faults."""
    if answer["faults"]:
        return RawTable(file=file, frame=None, faults=())
    import pandas as pd

    return RawTable(file=file, frame=pd.DataFrame(), faults=())


def cases(importer: str, runs: range) -> Iterator[tuple[int, bytes]]:
    """The damaged files of an importer, by number."""
    sound = _SOUND[importer]()
    for run in runs:
        yield run, damaged(sound, random.Random(f"{importer} {run}"))


def fuzzed(importer: str, runs: range, *, whole_each: int, folder: Path) -> Tally:
    """The tally of some runs, in this process. Prints the first errors that have no name of ours."""
    tally = Tally(importer)
    path = folder / f"march-{importer}-{runs.start}.{importer if importer in FILES else 'csv'}"
    for run, data in cases(importer, runs):
        path.write_bytes(data)
        begin = time.perf_counter()
        try:
            outcome = tried(importer, path, whole=run % whole_each == 0)
            tally.named += outcome == "named"
            tally.accepted += outcome == "accepted"
        except Exception as error:
            tally.other += 1
            if tally.other <= 3:
                print(f"{importer} run {run}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
        tally.slowest_ms = max(tally.slowest_ms, 1000 * (time.perf_counter() - begin))
        tally.runs += 1
        (folder / f"{importer}.at").write_text(str(run))
    path.unlink(missing_ok=True)
    return tally


def _worker(importer: str, begin: int, end: int, folder: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    print(json.dumps(asdict(fuzzed(importer, range(begin, end), whole_each=20, folder=folder))))


def supervised(importer: str, runs: int, folder: Path) -> Tally:
    """All runs of one importer in processes of their own: one that dies counts, and the next takes up behind it."""
    total = Tally(importer)
    begin, step = 0, 2_000
    while begin < runs:
        end = min(begin + step, runs)
        command = [sys.executable, __file__, "--worker", importer, str(begin), str(end), str(folder)]
        reached = folder / f"{importer}.at"
        reached.unlink(missing_ok=True)
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode > 0:
            raise RuntimeError(f"the worker for {importer} does not run; see its error above")
        if done.returncode:
            at = int(reached.read_text()) + 1 if reached.exists() else begin
            if at == begin:
                print(f"{importer} run {at}: the process died ({done.returncode})", file=sys.stderr)
                total.crashed += 1
                total.runs += 1
                begin += 1
                continue
            end = at  # the runs before it, again, for their tally
            done = subprocess.run([*command[:4], str(begin), str(end), str(folder)], stdout=subprocess.PIPE, check=True)
        part = json.loads(done.stdout)
        for name in ("runs", "named", "accepted", "other"):
            setattr(total, name, getattr(total, name) + part[name])
        total.slowest_ms = max(total.slowest_ms, part["slowest_ms"])
        begin = end
    return total


def main() -> int:
    """Fuzz and print the table; 1 if anything but named errors came up."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=20_000)
    arguments.add_argument("--importer", action="append", choices=IMPORTERS)
    arguments.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.worker:
        importer, begin, end, folder = chosen.worker
        _worker(importer, int(begin), int(end), Path(folder))
        return 0
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        bad = 0
        print(
            "| importer | runs | named errors | accepted | other errors | process died | slowest |",
            "|---|---|---|---|---|---|---|",
            sep="\n",
        )
        for importer in chosen.importer or IMPORTERS:
            tally = supervised(importer, chosen.runs, folder)
            bad += tally.other
            print(
                f"| {importer} | {tally.runs:,} | {tally.named:,} | {tally.accepted:,} | {tally.other} "
                f"| {tally.crashed} | {tally.slowest_ms:.0f} ms |",
                flush=True,
            )
        return 1 if bad else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
