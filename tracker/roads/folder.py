"""What lies in a prepared folder: the name, type, shape and bounds of every array."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.roads.boxes import level_sizes

FORMAT, VERSION = "convoy-tracker roads", 1
MANIFEST = "manifest.json"
TABLES = ("edges.parquet", "junctions.parquet")
LICENCE = (
    "Contains information from OpenStreetMap, (c) OpenStreetMap contributors, available under the Open Database "
    "License 1.0: https://www.openstreetmap.org/copyright. A changed copy of this folder must keep that licence."
)

Size = int | str
"""A number; or a letter for a number that all arrays must agree on, perhaps with +1."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an array must be, so that no loop can run out of another array's bounds."""

    dtype: str
    """Type of its numbers."""
    shape: tuple[Size, ...]
    """Its size in each direction."""
    low: float | None = None
    """Least number allowed in it."""
    below: Size | None = None
    """Numbers must be less than this."""
    rises: Size | None = None
    """The numbers never fall, and go from 0 to this."""


_INT, _FLOAT, _BOOL, _BYTE = "<i4", "<f8", "|b1", "|i1"


def _graph(prefix: str) -> dict[str, Expected]:
    return {
        f"graph.{prefix}ptr": Expected(_INT, ("s+1",), rises="e"),
        f"graph.{prefix}by_time": Expected(_INT, ("e", 2), low=0),
        f"graph.{prefix}by_length": Expected(_INT, ("e", 2), low=0),
        f"graph.{prefix}arc": Expected(_INT, ("e",), low=0, below="k"),
    }


def _texts(prefix: str, letters: str, texts: str) -> dict[str, Expected]:
    return {
        f"{prefix}.letters": Expected("|u1", (letters,)),
        f"{prefix}.ptr": Expected(_INT, (f"{texts}+1",), rises=letters),
    }


ARRAYS: Mapping[str, Expected] = {
    "node_lon": Expected(_FLOAT, ("n",)),
    "node_lat": Expected(_FLOAT, ("n",)),
    "edge_tail": Expected(_INT, ("m",), low=0, below="n"),
    "edge_head": Expected(_INT, ("m",), low=0, below="n"),
    "length_m": Expected(_FLOAT, ("m",), low=0),
    "highway": Expected(_BYTE, ("m",), low=0, below="classes"),
    "legal_kmh": Expected("<f4", ("m",), low=0),
    "speed_kmh": Expected("<f4", ("m",), low=0.1),
    "oneway": Expected(_BYTE, ("m",), low=-1, below=2),
    "inferred": Expected(_BOOL, ("m",)),
    "toll": Expected(_BOOL, ("m",)),
    "osm_way": Expected("<i8", ("m",)),
    "text": Expected(_INT, ("m", 5), low=0, below="texts"),
    "vertex_lon": Expected(_FLOAT, ("v",)),
    "vertex_lat": Expected(_FLOAT, ("v",)),
    "vertex_ptr": Expected(_INT, ("m+1",), rises="v"),
    "running_m": Expected(_FLOAT, ("v",)),
    "arc_edge": Expected(_INT, ("k",), low=0, below="m"),
    "arc_forward": Expected(_BOOL, ("k",)),
    "arc_tail": Expected(_INT, ("k",), low=0, below="n"),
    "arc_head": Expected(_INT, ("k",), low=0, below="n"),
    "arc_reverse": Expected(_INT, ("k",), low=-1, below="k"),
    "edge_arcs": Expected(_INT, (2, "m"), low=-1, below="k"),
    "seconds": Expected(_FLOAT, ("k",), low=0),
    "arc_ptr": Expected(_INT, ("n+1",), rises="k"),
    "barred_edge": Expected(_INT, ("b",), low=0, below="m"),
    "barred_along": Expected(_BOOL, ("b",)),
    "barred_ptr": Expected(_INT, ("runs+1",), rises="b"),
    **_texts("texts", "letters", "texts"),
    **_graph(""),
    **_graph("back_"),
    "graph.junction": Expected(_INT, ("s",), low=0, below="n"),
    "graph.entered": Expected(_INT, ("k",), low=0, below="s"),
    "graph.double_ptr": Expected(_INT, ("n+1",), rises="doubles"),
    "graph.double": Expected(_INT, ("doubles",), low=0, below="s"),
    "index.piece_edge": Expected(_INT, ("pieces",), low=0, below="m"),
    "index.piece_vertex": Expected(_INT, ("pieces",), low=0, below="v"),
    "index.box": Expected(_INT, ("boxes", 4)),
    "index.level": Expected(_INT, ("levels+1",), rises="boxes"),
    **_texts("mapped.texts", "map letters", "map texts"),
    "mapped.place_kind": Expected(_BYTE, ("places",), low=0, below="place kinds"),
    "mapped.place_name": Expected(_INT, ("places",), low=0, below="map texts"),
    "mapped.place_local": Expected(_INT, ("places",), low=0, below="map texts"),
    "mapped.place_lon": Expected(_FLOAT, ("places",)),
    "mapped.place_lat": Expected(_FLOAT, ("places",)),
    "mapped.post_km": Expected(_FLOAT, ("posts",)),
    "mapped.post_road": Expected(_INT, ("posts",), low=0, below="map texts"),
    "mapped.post_lon": Expected(_FLOAT, ("posts",)),
    "mapped.post_lat": Expected(_FLOAT, ("posts",)),
    "mapped.post_accuracy_m": Expected(_FLOAT, ("posts",)),
    "mapped.line_kind": Expected(_BYTE, ("lines",), low=0, below="line kinds"),
    "mapped.line_level": Expected(_BYTE, ("lines",)),
    "mapped.line_name": Expected(_INT, ("lines",), low=0, below="map texts"),
    "mapped.line_ptr": Expected(_INT, ("lines+1",), rises="line points"),
    "mapped.line_lon": Expected(_FLOAT, ("line points",)),
    "mapped.line_lat": Expected(_FLOAT, ("line points",)),
}
"""Every array of a network, by the path to it."""


def faults(arrays: Mapping[str, NDArray[Any]], sizes: dict[str, int]) -> list[str]:
    """What is wrong with the arrays of a folder, each with its name; `sizes` gives what is fixed from outside.

    Numbers that point into other arrays are all looked at: a wrong one would be followed blindly by compiled loops.
    """
    found: list[str] = []
    known = dict(sizes)
    teller: dict[str, str] = {}
    for name, expected in ARRAYS.items():
        array = arrays[name]
        if array.dtype.str != expected.dtype or len(array.shape) != len(expected.shape):
            found.append(f"{name}: {array.dtype.str} in {array.ndim} directions, not {expected.dtype}")
            continue
        if not array.flags.c_contiguous:
            found.append(f"{name}: its rows and columns are the wrong way round")
        for size, wanted in zip(array.shape, expected.shape, strict=True):
            belong, by = _size(wanted, known, size), teller.setdefault(str(wanted).partition("+")[0], name)
            if size != belong:
                found.append(f"{name}: {size} numbers where {belong} belong" + (f" by {by}" if by != name else ""))
    if found:
        return found
    for name, expected in ARRAYS.items():
        if fault := _fault(arrays[name], expected, known):
            found.append(f"{name}: {fault}")
    for name in ("graph.by_time", "graph.by_length", "graph.back_by_time", "graph.back_by_length"):
        # Cost and place as one number of 64 bits with the place on top: the greatest has the greatest place.
        if len(arrays[name]) and int(arrays[name].view("<u8").max()) >> 32 >= known["s"]:
            found.append(f"{name}: a step leads nowhere")
    if (np.diff(arrays["barred_ptr"]) < 2).any():
        found.append("barred_ptr: a forbidden run of fewer than two edges")
    if np.diff(arrays["index.level"]).tolist() != (levels := level_sizes(known["pieces"])):
        found.append(f"index.level: {known['pieces']} pieces make levels of {levels}")
    return found


def _size(wanted: Size, known: dict[str, int], size: int) -> int:
    """The number that a size stands for; a letter met for the first time takes the size found."""
    if isinstance(wanted, int):
        return wanted
    letter, _, more = wanted.partition("+")
    return known.setdefault(letter, size - int(more or 0)) + int(more or 0)


def _fault(array: NDArray[Any], expected: Expected, known: dict[str, int]) -> str | None:
    if expected.rises is not None:
        if (
            not len(array)
            or array[0] != 0
            or array[-1] != _size(expected.rises, known, 0)
            or not (array[1:] >= array[:-1]).all()
        ):
            return f"its numbers do not rise from 0 to the end of what they divide ({expected.rises})"
    if not array.size:
        return None
    # Written so that NaN fails too.
    if expected.low is not None and not array.min() >= expected.low:
        return f"a number is less than {expected.low:g}"
    if expected.below is not None and not array.max() < _size(expected.below, known, 0):
        return "a number points beyond the end"
    return None
