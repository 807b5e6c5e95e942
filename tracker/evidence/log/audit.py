"""Whether every revision of a log is as it was when it was written."""

import hashlib
import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.evidence.log.cells import without_collector
from tracker.evidence.log.geopackage import point_blobs
from tracker.evidence.log.protocol import Audit
from tracker.evidence.log.revision import COLUMNS, ENTRY, contents_written, sealed
from tracker.model import BadLog

if TYPE_CHECKING:
    from tracker.evidence.log.store import Store

_PORTION = 20_000
_SHOWN = 50
_REMEDY = "compare it with a snapshot"
_HASH, _PREV = COLUMNS.index("hash"), COLUMNS.index("prev_hash")


def digest_of(connection: sa.Connection) -> str:
    """Number of revisions and SHA-256 over the hashes of all, each followed by a line feed, in their order."""
    running, number = hashlib.sha256(), 0
    for portion in _portions(connection, "SELECT hash FROM report_log ORDER BY seq"):
        running.update("".join(f"{digest}\n" for (digest,) in portion).encode())
        number += len(portion)
    return f"{number}:{running.hexdigest()}"


def audit(store: "Store", connection: sa.Connection, *, digest: str | None) -> Audit:
    """What `ReportLog.verify` answers."""
    then = _noted(digest)
    problems = [f"{what}; {_REMEDY}" for what in store.damage(connection)]
    running, number, last = hashlib.sha256(), 0, dict[str, tuple[int, str]]()
    cells = ", ".join(store.as_text(name) for name in COLUMNS)
    extra = "geom" if store.keeps_blobs else "NULL"
    met = then is None or then[0] == 0
    for portion in _portions(connection, f"SELECT seq, {extra}, {cells} FROM report_log ORDER BY seq"):
        seqs, blobs, *columns = zip(*portion, strict=True)
        named = dict(zip(COLUMNS, columns, strict=True))
        hashes: list[str | None]
        try:
            hashes = [*sealed({name: named[name] for name in ENTRY}, contents_written(named), named["prev_hash"])]
        except (TypeError, UnicodeError):
            # A cell of another type than the column's, which only an edit from outside leaves.
            hashes = [_hash_or_none(row[2:]) for row in portion]
        points = point_blobs(named["lon"], named["lat"]) if store.keeps_blobs else blobs
        for place, (seq, report_id, revision) in enumerate(
            zip(seqs, named["report_id"], named["revision"], strict=True)
        ):
            noted = named["hash"][place]
            before = last.get(report_id, (0, None))
            if hashes[place] != noted:
                problems.append(f"revision {revision} of {report_id} (number {seq}) was edited; {_REMEDY}")
            elif (revision - 1, named["prev_hash"][place]) != before:
                problems.append(
                    f"revision {revision} of {report_id} (number {seq}) does not follow its last; {_REMEDY}"
                )
            elif points[place] != blobs[place]:
                problems.append(
                    f"the geometry of {report_id}, revision {revision} (number {seq}) was edited; {_REMEDY}"
                )
            last[report_id] = revision, noted
            running.update(f"{noted}\n".encode())
            number += 1
            if then is not None and number == then[0]:
                met = running.hexdigest() == then[1]
    if not met and then is not None:
        what = f"the log holds {number} revisions, not {then[0]}" if number < then[0] else "the first ones have changed"
        problems.append(f"the digest noted earlier does not fit: {what}; {_REMEDY}")
    if len(problems) > _SHOWN:
        problems = [*problems[:_SHOWN], f"... and {len(problems) - _SHOWN} more"]
    return Audit(
        revisions=number, reports=len(last), digest=f"{number}:{running.hexdigest()}", problems=tuple(problems)
    )


def _noted(digest: str | None) -> tuple[int, str] | None:
    if digest is None:
        return None
    said = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", digest.strip())
    if said is None:
        raise BadLog(f"{digest!r} is not a digest of a log; give it whole, as in 176:9f2c...")
    return int(said[1]), said[2]


def _hash_or_none(cells: tuple[Any, ...]) -> str | None:
    named = {name: [cell] for name, cell in zip(COLUMNS, cells, strict=True)}
    try:
        return sealed({name: named[name] for name in ENTRY}, contents_written(named), named["prev_hash"])[0]
    except (TypeError, UnicodeError):
        return None


def _portions(connection: sa.Connection, query: str) -> Generator[list[Any]]:
    result = connection.execution_options(stream_results=True).execute(sa.text(query))
    try:
        while True:
            with without_collector():
                # Not from the driver's cursor: SQLAlchemy has taken the first row of a stream from it already.
                portion = result.fetchmany(_PORTION)
            if not portion:
                return
            yield list(portion)
    finally:
        result.close()
