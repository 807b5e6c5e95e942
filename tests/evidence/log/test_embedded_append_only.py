"""No SQL changes or removes a revision of the embedded log, through whatever program it comes."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.evidence.log.writers import of_ids
from tracker.evidence.log import open_log

ALL = (
    "report_id, revision, operation, author, reason, recorded_at, relation, other_id, kind, unit, earliest, latest, "
    "time_basis, place, admin, road, heading, vehicles, lon, lat, radius_m, summary, publisher, origin, url, "
    "archive_url, published, reliability, credibility, notes, prev_hash, hash, geom"
)
FORGED = ALL.replace("summary", "'forged'")

REFUSED = {
    "update": "UPDATE report_log SET summary = 'forged' WHERE seq = 1",
    "update of nothing but the number": "UPDATE report_log SET seq = 99 WHERE seq = 1",
    "update or replace": "UPDATE OR REPLACE report_log SET seq = 2 WHERE seq = 1",
    "delete": "DELETE FROM report_log WHERE seq = 1",
    "delete of all": "DELETE FROM report_log",
    "replace by number": f"INSERT OR REPLACE INTO report_log(seq, {ALL}) SELECT 1, 'other' || {FORGED} "
    "FROM report_log WHERE seq = 2",
    "replace by id and revision": f"INSERT OR REPLACE INTO report_log({ALL}) SELECT {FORGED} FROM report_log "
    "WHERE seq = 1",
    "replace": f"REPLACE INTO report_log(seq, {ALL}) SELECT seq, {FORGED} FROM report_log WHERE seq = 1",
    "upsert": f"INSERT INTO report_log({ALL}) SELECT {FORGED} FROM report_log WHERE seq = 1 "
    "ON CONFLICT(report_id, revision) DO UPDATE SET summary = 'forged'",
    "upsert by number": f"INSERT INTO report_log(seq, {ALL}) SELECT seq, {FORGED} FROM report_log WHERE seq = 1 "
    "ON CONFLICT(seq) DO UPDATE SET summary = 'forged'",
    "a revision without the one before": f"INSERT INTO report_log({ALL}) SELECT "
    + ALL.replace("revision", "3")
    .replace("operation", "'retract'")
    .replace("reason", "'x'")
    .replace("prev_hash", "hash")
    + " FROM report_log WHERE seq = 1",
    "a revision of another chain": f"INSERT INTO report_log({ALL}) SELECT "
    + ALL.replace("revision", "2")
    .replace("operation", "'retract'")
    .replace("reason", "'x'")
    .replace("prev_hash", "'0'")
    + " FROM report_log WHERE seq = 1",
    "through the layer": "DELETE FROM reports",
    "a change of the layer": "UPDATE reports SET summary = 'forged'",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "march.gpkg"
    with open_log(path, create=True, author="Anna") as log:
        log.add(of_ids(["a", "b", "c"]))
    return path


@pytest.mark.parametrize("recursive", [False, True])
@pytest.mark.parametrize("name", REFUSED)
def test_sql_that_changes_or_removes_a_revision_is_refused(path: Path, name: str, recursive: bool) -> None:
    with open_log(path) as log:
        before = log.digest()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute(f"PRAGMA recursive_triggers = {int(recursive)}")
    said = "cannot modify reports" if "reports" in REFUSED[name] else "report_log"
    with pytest.raises(sqlite3.DatabaseError, match=said):
        raw.execute(REFUSED[name])
    raw.close()
    with open_log(path) as log:
        assert log.digest() == before
        assert log.verify(digest=before).problems == ()


@pytest.mark.parametrize("name", ["update", "delete of all", "replace"])
def test_gdal_is_refused_too(path: Path, name: str) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("there is no ogrinfo here")
    with open_log(path) as log:
        before = log.digest()
    answer = subprocess.run([ogrinfo, str(path), "-sql", REFUSED[name]], capture_output=True, text=True, check=False)
    assert "report_log is append-only" in answer.stderr
    with open_log(path) as log:
        assert log.verify(digest=before).problems == ()
