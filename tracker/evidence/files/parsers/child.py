"""The parsing process: takes one request on standard input, limits itself, parses, and answers in JSON."""

import json
import sys
from collections.abc import Callable
from typing import Any

from .grid import Grid, Refused
from .limits import MAX_ANSWER, MIB
from .source import Source


def main() -> None:
    """Answer the request: a table, or the reason why there is none. Never anything that can be executed."""
    request = json.load(sys.stdin)
    _limit(memory=int(request["memory"]), seconds=int(request["seconds"]))
    source = Source(
        path=request["path"],
        names=frozenset(request["names"]),
        layer=request["layer"],
        profiled=request["profiled"],
        limit_s=request["seconds"],
    )
    answer: dict[str, Any]
    try:
        answer = parser(request["format"])(source).squared()
    except Refused as refused:
        answer = {"refused": refused.said()}
    except MemoryError:
        much = int(request["memory"]) // MIB
        answer = {"refused": Refused(f"needs more than {much:,} MiB of memory to read", "split it").said()}
    except Exception as error:
        what = f"could not be read ({type(error).__name__})"
        answer = {"refused": Refused(what, "save it again, or as CSV, UTF-8").said()}
    json.dump(answer, sys.stdout, separators=(",", ":"))
    sys.stdout.flush()


def parser(name: str) -> Callable[[Source], Grid]:
    """The function that parses files of a format.

    Raises
    ------
    KeyError
        When there is no such format.
    """
    if name == "json":
        from .json_file import parse
    elif name == "gpx":
        from .gpx import parse
    elif name in ("kml", "kmz"):
        from .kml import parse
    elif name == "xlsx":
        from .workbook import parse
    elif name == "gpkg":
        from .geopackage import parse
    elif name == "parquet":
        from .parquet import parse
    else:
        raise KeyError(name)
    return parse


def _limit(*, memory: int, seconds: int) -> None:
    """Bound what this process may take, before it looks at the file. Windows has only the parent's clock."""
    try:
        import resource
    except ImportError:
        return
    for kind, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MAX_ANSWER),
        (resource.RLIMIT_AS, memory),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        # One second between the two bounds of computing: at the first the signal tells what happened, at the last
        # the process is killed like any other.
        last = allowed + (kind == resource.RLIMIT_CPU and (hard == resource.RLIM_INFINITY or allowed < hard))
        resource.setrlimit(kind, (allowed, last))
