"""Numbers and text in the form in which a scene travels inside a page."""

import base64
import json
import re
from collections.abc import Iterable, Mapping

_IN_SCRIPT = str.maketrans({c: f"\\u{ord(c):04x}" for c in "&<>\u2028\u2029"})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def pack(*columns: Iterable[int]) -> str:
    """Equally long columns of whole numbers as one short string.

    Row by row, each number is written as its difference from the row before (the first row from 0), zigzag
    (0, -1, 1, -2 become 0, 1, 2, 3), in groups of 7 bits with the lowest first (LEB128), and all in base64.

    Parameters
    ----------
    columns : any number of sequences of the same length

    Raises
    ------
    ValueError
        When the columns differ in length.

    Examples
    --------
    >>> pack([1, 2, 3], [100, 100, 99])
    'AsgBAgACAQ=='
    >>> unpack('AsgBAgACAQ==', 2)
    [[1, 2, 3], [100, 100, 99]]
    """
    out = bytearray()
    before = [0] * len(columns)
    for row in zip(*columns, strict=True):
        for k, value in enumerate(row):
            step = int(value) - before[k]
            before[k] = int(value)
            rest = step * 2 if step >= 0 else -step * 2 - 1
            while rest > 127:
                out.append(rest & 127 | 128)
                rest >>= 7
            out.append(rest)
    return base64.b64encode(bytes(out)).decode("ascii")


def unpack(packed: str, columns: int) -> list[list[int]]:
    """The columns that `pack` made into a string."""
    values: list[int] = []
    value = shift = 0
    for byte in base64.b64decode(packed):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(-(value + 1) // 2 if value & 1 else value // 2)
            value = shift = 0
    table: list[list[int]] = []
    for k in range(columns):
        total, column = 0, []
        for step in values[k::columns]:
            total += step
            column.append(total)
        table.append(column)
    return table


def safe_json(scene: Mapping[str, object]) -> str:
    """A scene as JSON that may stand in HTML, in a script element or in JavaScript: no & < > U+2028 U+2029 in it."""
    text = json.dumps(scene, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half of a surrogate pair is no character and cannot be written as UTF-8.
    return _LONE_SURROGATE.sub("\ufffd", text).translate(_IN_SCRIPT)
