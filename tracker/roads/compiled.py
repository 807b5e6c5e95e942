"""Loops compiled by numba; where numba is missing they run as plain Python: the same answers, later."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

Loop = TypeVar("Loop", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # a Python that numba does not know yet
    COMPILED = False
else:
    COMPILED = not getattr(numba.config, "DISABLE_JIT", False)


def compiled(loop: Loop) -> Loop:
    """The loop, compiled on first use and kept on disk for the next process; without the interpreter's lock."""
    if not COMPILED:
        return loop
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
