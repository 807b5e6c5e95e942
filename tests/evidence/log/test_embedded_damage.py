"""What opening, reading and verifying say of a log that was damaged or changed by another hand."""

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence.log.writers import of_ids, puppets
from tracker.evidence.log import open_log
from tracker.model import BadLog, TrackerError

GUARDS = ("report_log_no_update", "report_log_no_delete", "report_log_no_replace", "report_log_chain")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of 300 reports, one of them corrected, closed in order."""
    path = tmp_path / "march.gpkg"
    with open_log(path, create=True, author="Anna") as log:
        log.add(of_ids([f"r{number}" for number in range(300)], words="seen near Yelets"))
        log.correct("r7", reason="a better word", summary="r7 seen at Yelets")
    return path


def by_hand(path: Path, *statements: str, guards: bool = True) -> None:
    """Raw SQL on the file, with the triggers taken away for the time."""
    raw = sqlite3.connect(path, isolation_level=None)
    kept = []
    if guards:
        for name in GUARDS:
            kept.append(raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])
            raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    for sql in kept:
        raw.execute(sql)
    raw.close()


def overwrite(path: Path, at: int, what: bytes) -> None:
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(what)


def cut(path: Path, size: int) -> None:
    with open(path, "r+b") as file:
        file.truncate(size)


def said_of(path: Path) -> tuple[str, ...]:
    """What opening, reading or verifying says; only errors of the tracker may come."""
    try:
        with open_log(path) as log:
            log.reports()
            log.changes()
            return log.verify().problems
    except TrackerError as error:
        return (str(error),)


UNREADABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut to nothing": (lambda path: cut(path, 0), "is empty, as a log is that was cut off"),
    "cut to a page": (lambda path: cut(path, 4096), "is damaged"),
    "cut to half": (lambda path: cut(path, path.stat().st_size // 2), "is damaged"),
    "header of zeros": (lambda path: overwrite(path, 0, bytes(100)), "is damaged or no report log"),
    "text over it": (lambda path: path.write_text("These are my notes.\n" * 50), "is damaged or no report log"),
    "text over its head": (lambda path: overwrite(path, 0, b"my notes" * 20), "is damaged or no report log"),
}


@pytest.mark.parametrize("damage", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy_and_stays_as_it_is(path: Path, damage: str) -> None:
    break_it, said = UNREADABLE[damage]
    break_it(path)
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(BadLog, match=said) as caught, open_log(path, create=create) as log:
            log.reports()
        assert "put the last snapshot in its place" in str(caught.value)
    assert path.read_bytes() == before


def test_random_bytes_in_a_middle_page_are_found_by_verify_or_refused_on_reading(path: Path) -> None:
    pages = path.stat().st_size // 4096
    overwrite(path, pages // 2 * 4096, bytes(range(256)) * 16)
    assert said_of(path)


def test_one_word_edited_in_the_bytes_of_the_file_is_found_by_its_hash(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.count(b"r42 seen near Yelets") == 1
    overwrite(path, raw.index(b"r42 seen near Yelets") + 14, b"Moscow")
    with open_log(path) as log:
        assert log.reports().set_index("report_id")["summary"]["r42"] == "r42 seen near Moscow"
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (problem,) = log.verify().problems
    assert problem == "revision 1 of r42 (number 43) was edited; compare it with a snapshot"


EDITED: dict[str, tuple[tuple[str, ...], str]] = {
    "a hash": (("UPDATE report_log SET hash = lower(hex(randomblob(32))) WHERE seq = 5",), "r4 (number 5) was edited"),
    "a time": (
        ("UPDATE report_log SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE seq = 5",),
        "r4 (number 5) was edited",
    ),
    "an author": (
        ("UPDATE report_log SET author = 'Boris' WHERE seq = 301",),
        "revision 2 of r7 (number 301) was edited",
    ),
    "a number that became text": (
        ("UPDATE report_log SET credibility = 'two' WHERE seq = 5",),
        "r4 (number 5) was edited",
    ),
    "a text that became bytes": (
        ("UPDATE report_log SET summary = x'ff00' WHERE seq = 5",),
        "r4 (number 5) was edited",
    ),
    "a point": (
        ("UPDATE report_log SET geom = (SELECT geom FROM report_log WHERE seq = 6) WHERE seq = 5",),
        "the geometry of r4, revision 1 (number 5) was edited",
    ),
    "a first revision taken out": (
        ("DELETE FROM report_log WHERE seq = 8",),
        "revision 2 of r7 (number 301) does not follow",
    ),
    "a revision out of its chain": (
        (
            "INSERT INTO report_log SELECT NULL, report_id, 3, 'retract', author, 'forged', recorded_at, relation, "
            "other_id, kind, unit, earliest, latest, time_basis, place, admin, road, heading, vehicles, lon, lat, "
            "radius_m, summary, publisher, origin, url, archive_url, published, reliability, credibility, notes, "
            "hash, hash, geom FROM report_log WHERE seq = 1",
        ),
        "revision 3 of r0 (number 302)",
    ),
}


@pytest.mark.parametrize("edit", EDITED)
def test_an_edit_by_another_hand_is_found_and_named(path: Path, edit: str) -> None:
    statements, said = EDITED[edit]
    by_hand(path, *statements)
    with open_log(path) as log:
        problems = log.verify().problems
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].endswith("; compare it with a snapshot")


def test_reports_taken_from_the_end_are_found_with_a_digest_noted_earlier(path: Path) -> None:
    with open_log(path) as log:
        noted = log.digest()
    by_hand(path, "DELETE FROM report_log WHERE seq > 290")
    with open_log(path, author="Boris") as log:
        assert log.verify().sound
        (problem,) = log.verify(digest=noted).problems
        assert problem == (
            "the digest noted earlier does not fit: the log holds 290 revisions, not 301; compare it with a snapshot"
        )
        # New ones in their place do not hide it.
        log.add(of_ids([f"new{number}" for number in range(20)]))
        (problem,) = log.verify(digest=noted).problems
    assert "the first ones have changed" in problem


@pytest.mark.parametrize("name", [*GUARDS, "reports", "report_log_earliest"])
def test_a_guard_that_is_gone_is_named(path: Path, name: str) -> None:
    kind = {"reports": "VIEW", "report_log_earliest": "INDEX"}.get(name, "TRIGGER")
    by_hand(path, f"DROP {kind} {name}", guards=False)
    with open_log(path) as log:
        assert f"{name} is missing; compare it with a snapshot" in log.verify().problems


def test_a_guard_that_guards_nothing_is_named(path: Path) -> None:
    by_hand(path, "DROP TRIGGER report_log_no_delete", guards=False)
    by_hand(path, "CREATE TRIGGER report_log_no_delete BEFORE DELETE ON report_log BEGIN SELECT 1; END", guards=False)
    with open_log(path) as log:
        assert log.verify().problems == ("report_log_no_delete is not as it was made; compare it with a snapshot",)


def test_after_an_unclean_close_opening_looks_for_damage(path: Path) -> None:
    with puppets(1) as (writer,):
        writer("open", str(path))
        writer("add", ["last"])
        writer.kill()
    assert (path.parent / "march.gpkg-wal").stat().st_size > 0
    raw = sqlite3.connect(path)
    raw.close()
    before = path.read_bytes()
    assert b"report_log" in before
    # A root page of the file, which the look at the format does not touch.
    (root,) = (
        sqlite3.connect(path)
        .execute("SELECT rootpage FROM sqlite_master WHERE name = 'report_log_earliest'")
        .fetchone()
    )
    with puppets(1) as (writer,):
        writer("open", str(path))
        writer("add", ["more"])
        writer.kill()
    overwrite(path, (root - 1) * 4096, struct.pack(">B", 13) + bytes(4095))
    with pytest.raises(BadLog, match="is damaged"):
        open_log(path)


def test_a_wal_file_of_rubbish_costs_only_what_was_in_it(path: Path) -> None:
    (path.parent / "march.gpkg-wal").write_bytes(b"rubbish" * 1000)
    with open_log(path, author="Anna") as log:
        assert len(log.reports()) == 300
        log.add(of_ids(["more"]))
    with open_log(path) as log:
        assert log.verify().problems == ()
        assert len(log.reports()) == 301


def test_no_damage_makes_anything_but_a_named_error(path: Path) -> None:
    sound = path.read_bytes()
    for page in range(0, len(sound) // 4096, 3):
        overwrite(path, page * 4096 + page % 7 * 500, bytes([page % 251]) * 300)
        for problem in said_of(path):
            assert "sqlite3 FILE .recover" in problem or "compare it with a snapshot" in problem
        for end in ("-wal", "-shm"):
            (path.parent / f"march.gpkg{end}").unlink(missing_ok=True)
        path.write_bytes(sound)
