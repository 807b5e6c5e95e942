"""What the log's verbs need of the database that keeps it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from tracker.evidence.log.revision import Cell

Result = TypeVar("Result")


class Store(Protocol):
    """A database with the table report_log; `SqliteFile` and `PostgisServer` are the two."""

    keeps_blobs: bool
    """Whether geometry is a cell of its own (column geom) that could differ from lon and lat."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A connection that sees one state of the log until it is given back."""
        ...

    def write(self, change: Callable[[sa.Connection, str], Result]) -> Result:
        """What `change` returns, after all that it wrote through `insert` is durable.

        `change` is given the connection, alone in its turn, and the time to record, which is never before that of a
        revision in the log. It may be called more than once; what it raises undoes all that it wrote.
        """
        ...

    def insert(self, connection: sa.Connection, columns: dict[str, Sequence[Cell]]) -> None:
        """Write revisions, given as cells for every name in `COLUMNS`."""
        ...

    def among(self, ids: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """A condition on report_id that holds for some ids, with its parameters."""
        ...

    def moment(self, parameter: str) -> str:
        """The expression of a time that is given as text in a named parameter."""
        ...

    def near_box(self, *, over_dateline: bool) -> str:
        """A condition on r that an index of the places serves, with :west, :south, :east, :north; empty without one."""
        ...

    def as_text(self, column: str) -> str:
        """The expression of a column whose times come as the log writes them."""
        ...

    def cursor(self, connection: sa.Connection) -> str:
        """Where the log ends now, for `after`."""
        ...

    def after(self, cursor: str) -> tuple[str, str, dict[str, Any], str]:
        """Condition, order and parameters of the revisions after a cursor (empty: all), and each one's own cursor."""
        ...

    def changed(self, cursor: str, *, within_s: float) -> bool:
        """Whether revisions stand after a cursor, as soon as there are some or the seconds have passed."""
        ...

    def damage(self, connection: sa.Connection) -> list[str]:
        """What the database itself says is wrong, and which guards of the log are gone."""
        ...

    def copy_to(self, target: Path) -> None:
        """Write one state of the whole log into a new file, a log of `SqliteFile`."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
