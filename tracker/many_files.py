"""The files of many cases: their names, each written whole or not at all, and what an earlier run left."""

import json
import os
import re
import shutil
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tracker.model import Conflict

try:
    import fcntl
except ImportError:  # Windows, where nobody is kept away
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import geopandas as gpd

FORMAT = "convoy-tracker track 1"
"""What a written file says that it is."""
VERDICTS = "verdicts"
"""Name of the file that holds a case's verdicts."""

_LONGEST = 80
_TAKEN = re.compile(rf"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|{VERDICTS}|.*-[0-9a-f]{{8}}", re.IGNORECASE)
"""Names that are a device somewhere, or that we give ourselves."""


# ---- names


def file_names(names: Iterable[str]) -> dict[str, str]:
    """A file name for each name, all different, even where capitals are not told apart.

    >>> file_names(["main column", "Rostov", "ROSTOV"])
    {'main column': 'main column', 'Rostov': 'Rostov-4dde9ad1', 'ROSTOV': 'ROSTOV-bf73bb40'}
    """
    chosen = {name: file_name(name) for name in names}
    count = Counter(file.casefold() for file in chosen.values())
    return {name: file if count[file.casefold()] == 1 else _hashed(name) for name, file in chosen.items()}


def file_name(name: str) -> str:
    """A name that any file system takes, different for different names.

    >>> file_name("main column"), file_name("../etc")
    ('main column', 'etc-f7f9121f')
    """
    return name if name and name == _short(name) and not _TAKEN.fullmatch(name) else _hashed(name)


def _hashed(name: str) -> str:
    return f"{_short(name)}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")


def _short(name: str) -> str:
    letters = re.sub(r"[^\w .-]", "", unicodedata.normalize("NFC", name)).strip(" .-")
    return letters.encode()[:_LONGEST].decode(errors="ignore").rstrip(" .-")


# ---- writing


_WRITTEN: set[Path] = set()
_GUARD = threading.Lock()


@contextmanager
def only_run(out: Path) -> Iterator[Path]:
    """A scratch folder in `out` for the only run that writes there; it goes with the run, or when the next one begins.

    Raises
    ------
    Conflict
        Another run writes there.
    """
    out.mkdir(parents=True, exist_ok=True)
    busy = Conflict(f"{out}: another run is writing there; wait for its end, or give another folder")
    with _GUARD:
        if out in _WRITTEN:
            raise busy
        _WRITTEN.add(out)
    try:
        # The machine's lock belongs to this process alone: no worker inherits it, and it goes when this process dies.
        with (out / ".lock").open("a") as lock:
            if not _locked(lock.fileno()):
                raise busy
            for left in out.glob(".run-*"):
                shutil.rmtree(left, ignore_errors=True)
            scratch = out / f".run-{uuid4().hex}"
            scratch.mkdir()
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    finally:
        with _GUARD:
            _WRITTEN.discard(out)


def _locked(file: int) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system without locks
        return True
    return True


def write_whole(table: "gpd.GeoDataFrame", path: Path, *, scratch: Path, said: Mapping[str, Any]) -> None:
    """Write a table with what is said of it (its `attrs` when read again): whole or not at all."""
    told = table.copy(deep=False)
    told.attrs = {"format": FORMAT, "file": path.name, **said}
    part = scratch / f"{uuid4().hex}.parquet"
    try:
        with part.open("xb") as stream:
            told.to_parquet(stream, compression="zstd", index=False)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Have the machine write down the names in a folder, which it may else forget when the power fails."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---- reading again


def said_in(path: Path) -> dict[str, Any]:
    """What a file written by `write_whole` says of itself; nothing if it is none, or damaged."""
    import pyarrow.parquet as pq

    try:
        said = json.loads((pq.read_schema(path).metadata or {})[b"PANDAS_ATTRS"])
    except (OSError, ValueError, KeyError):
        return {}
    return said if isinstance(said, dict) and said.get("format") == FORMAT else {}


def kept_files(folder: Path, made_of: str) -> tuple[str, ...]:
    """The files of a case that an earlier run made of the same, if all of them are there; else nothing."""
    files = [str(name) for name in said_in(folder / f"{VERDICTS}.parquet").get("files", ())]
    for name in files:
        said = said_in(folder / name)
        if said.get("file") != name or said.get("made_of") != made_of:
            return ()
    return tuple(str(folder / name) for name in files)


def forget_others(folder: Path, files: Iterable[str]) -> None:
    """Remove the tracks of units that the case no longer has; what others put there stays."""
    for path in set(folder.glob("*.parquet")) - {folder / name for name in files}:
        if said_in(path):
            path.unlink(missing_ok=True)
