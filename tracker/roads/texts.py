"""Many texts as two arrays, so that they can lie in a mapped file and are read only when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tracker.roads.ways import Indexes


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """Distinct texts, numbered; number 0 is the empty one."""

    letters: NDArray[np.uint8]
    """(b,) all texts in UTF-8, one after the other."""
    ptr: Indexes
    """(texts + 1,) where each starts."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        """The distinct texts in order of appearance, the empty one first."""
        encoded = [text.encode("utf-8", "replace") for text in dict.fromkeys(["", *texts])]
        ends = np.cumsum([0, *map(len, encoded)])
        return cls(letters=np.frombuffer(b"".join(encoded), np.uint8), ptr=ends.astype(np.int32))

    @cached_property
    def all(self) -> NDArray[np.object_]:
        """(texts,) the texts."""
        letters, ends = self.letters.tobytes(), self.ptr.tolist()
        found = np.empty(len(ends) - 1, object)
        found[:] = [letters[start:end].decode("utf-8", "replace") for start, end in pairwise(ends)]
        return found

    @cached_property
    def number(self) -> dict[str, int]:
        """Text -> its number."""
        return {text: number for number, text in enumerate(self.all.tolist())}

    def numbers(self, texts: Iterable[str]) -> Indexes:
        """(q,) the numbers of texts that are among them."""
        return np.array([self.number[text] for text in texts], np.int32)
