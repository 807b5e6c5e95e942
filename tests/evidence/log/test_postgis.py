"""The report log in PostgreSQL: what the database refuses, what it survives, and what it says."""

import multiprocessing
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
import sqlalchemy as sa
from pandas.testing import assert_frame_equal

from tests.conftest import find_postgres
from tests.evidence.log.postgres import OWNER, Server, running_server
from tests.evidence.log.writers import of_ids
from tracker.evidence.log import ReportLog, open_log, postgis, postgis_address, postgis_making
from tracker.evidence.log.postgis import PostgisServer
from tracker.evidence.log.postgis_making import Migration
from tracker.model import BadLog, LogUnavailable, MissingFile

pytestmark = pytest.mark.postgis

NOON = "2023-06-24T12:00+03:00"


class Clock:
    """A minute passes with every look."""

    def __init__(self) -> None:
        self.now = datetime(2023, 6, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def log(database: str) -> Generator[ReportLog]:
    with open_log(database, create=True, author="Anna") as log:
        yield log


@pytest.fixture
def raw(log: ReportLog, postgres: Server, database: str) -> Generator["psycopg.Connection[Any]"]:
    """The owner's connection beside the log; each statement commits."""
    with postgres.connect(name_of(database)) as connection:
        yield connection


@pytest.fixture(scope="module")
def doomed() -> Generator[Server]:
    """A server to be stopped and killed: a small one, which is soon down and up again."""
    programs = find_postgres()
    assert programs is not None
    with running_server(programs, in_memory=True) as server:
        yield server


@pytest.fixture
def doomed_log(doomed: Server) -> Generator[ReportLog]:
    with open_log(doomed.url(doomed.fresh_database()), create=True, author="Anna") as log:
        yield log


def name_of(database: str) -> str:
    return database.rsplit("/", 1)[1]


def store_of(log: ReportLog) -> PostgisServer:
    return log._store  # type: ignore[attr-defined, no-any-return]


def say(log: ReportLog, summary: str) -> str:
    return log.add_statement(summary=summary, time=NOON, publisher="iStories")


def eventful(log: ReportLog) -> None:
    """A bit of everything that can happen to reports, with text that COPY and SQL have words for."""
    hostile = of_ids([f"r{number}" for number in range(80)])
    hostile.loc[3, "summary"] = "tab\tline\nreturn\rback\\slash \\N \\. 'quote' %s :name {x} ёё 🚚\x1f"
    log.add(hostile)
    log.add(of_ids(["one"]))
    report_id = log.add_sighting(lon=39.7, lat=-0.1, radius_m=1234.5, time=NOON, within="30min", notes="\\N\t")
    log.correct(report_id, reason="typing", lon=39.123456789012345)
    log.retract("r7", reason="a copy")
    log.restore("r7", reason="no copy")
    log.retract("r8", reason="false", author="Boris")
    log.link("r9", "r10", "repost", reason="same words")
    log.link("r11", "r12", "same event", reason="same minute")
    log.unlink("r11", "r12", reason="another place")


# ---- the same as the embedded log


def test_the_newsroom_log_and_the_embedded_one_hold_the_same_to_the_last_hash(database: str, tmp_path: Path) -> None:
    with (
        open_log(database, create=True, author="Anna", clock=Clock()) as server,
        open_log(tmp_path / "march.gpkg", create=True, author="Anna", clock=Clock()) as file,
    ):
        for log in (server, file):
            eventful(log)
        assert server.digest() == file.digest()
        assert server.verify().sound
        assert_frame_equal(server.reports(), file.reports())
        assert_frame_equal(server.reports(as_of="2023-06-24T12:05Z"), file.reports(as_of="2023-06-24T12:05Z"))
        assert_frame_equal(server.history("r7"), file.history("r7"))
        assert_frame_equal(server.links(), file.links())
        assert_frame_equal(server.changes().revisions, file.changes().revisions)
        for box in ((38.2, 50.1, 38.6, 50.9), (179.0, -90.0, 38.5, 90.0)):
            assert_frame_equal(server.reports(bbox=box), file.reports(bbox=box))


def test_a_snapshot_is_an_embedded_log_with_the_same_digest(
    log: ReportLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis, "_PORTION", 7)
    eventful(log)
    log.snapshot(tmp_path / "copy.gpkg")
    with open_log(tmp_path / "copy.gpkg") as copy:
        assert copy.verify(digest=log.digest()).sound
        assert_frame_equal(copy.reports(), log.reports())


def test_text_is_the_same_whether_many_or_few_are_written(log: ReportLog) -> None:
    words = "tab\tline\nreturn\rback\\slash \\N \\. ёё 🚚"
    many = of_ids([f"m{number}" for number in range(postgis._FEW + 1)])
    many["summary"] = words
    log.add(many)
    few = of_ids(["f1", "f2"])
    few["summary"] = words
    log.add(few)
    assert set(log.reports()["summary"]) == {words}


# ---- what the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE report_log SET author = 'me'",
        "UPDATE report_log SET author = 'me' WHERE false",
        "DELETE FROM report_log",
        "TRUNCATE report_log",
        "INSERT INTO report_log(report_id, revision, operation, author, recorded_at, kind, earliest, hash) "
        "SELECT report_id, revision, operation, 'me', now(), kind, earliest, hash FROM report_log "
        "ON CONFLICT (report_id, revision) DO UPDATE SET author = 'me'",
        "MERGE INTO report_log r USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE",
    ],
)
@pytest.mark.parametrize("user", [OWNER, "bo"])
def test_nobody_changes_or_removes_a_revision_in_sql(
    log: ReportLog, raw: "psycopg.Connection[Any]", postgres: Server, database: str, statement: str, user: str
) -> None:
    log.add(of_ids(["a", "b"]))
    before = log.digest()
    person(raw)
    with postgres.connect(name_of(database), user=user) as connection:
        if user == OWNER:
            # Not even in the way in which replicas are written.
            connection.execute("SET session_replication_role = replica")
        refusal = psycopg.errors.IntegrityConstraintViolation if user == OWNER else psycopg.errors.InsufficientPrivilege
        with pytest.raises(refusal):
            connection.execute(statement.encode())
    assert log.verify(digest=before).sound


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("revision = 3", "no such revision to follow"),
        ("revision = 2, prev_hash = 'forged'", "no such revision to follow"),
        ("revision = 2, recorded_at = '2001-01-01Z'", "comes after all others"),
        ("revision = 2, seq = 0", "comes after all others"),
    ],
)
def test_a_revision_that_does_not_follow_is_refused(
    log: ReportLog, raw: "psycopg.Connection[Any]", changes: str, words: str
) -> None:
    log.add(of_ids(["a"]))
    raw.execute("CREATE TEMP TABLE forged AS SELECT * FROM report_log")
    raw.execute("ALTER TABLE forged DROP COLUMN geom")
    raw.execute("UPDATE forged SET seq = 99, operation = 'correct', reason = 'x', prev_hash = hash, hash = 'new'")
    raw.execute(f"UPDATE forged SET {changes}".encode())
    names = ", ".join(column.name for column in raw.execute("SELECT * FROM forged").description or ())
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=words):
        raw.execute(f"INSERT INTO report_log({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM forged".encode())


def person(raw: "psycopg.Connection[Any]") -> str:
    """A person who may log in and belongs to the writers."""
    raw.execute(
        "DO $$ BEGIN IF NOT EXISTS(SELECT FROM pg_roles WHERE rolname = 'bo') THEN CREATE ROLE bo LOGIN; END IF; END $$"
    )
    raw.execute("GRANT tracker_writer TO bo")
    return "bo"


def test_a_writer_adds_and_corrects_and_that_is_all(
    log: ReportLog, raw: "psycopg.Connection[Any]", postgres: Server, database: str
) -> None:
    user = person(raw)
    with open_log(postgres.url(name_of(database), user=user), create=True, author="Bo") as theirs:
        theirs.add(of_ids([f"r{number}" for number in range(100)]))
        theirs.correct("r1", reason="typing", radius_m=600.0)
        assert theirs.verify().sound
        assert theirs.changes().cursor == log.changes().cursor
    with postgres.connect(name_of(database), user=user) as connection:
        for statement in (
            "ALTER TABLE report_log DISABLE TRIGGER ALL",
            "DROP TRIGGER report_log_chain ON report_log",
            "CREATE TABLE mine(a int)",
            "DELETE FROM report_log_guards",
            "UPDATE report_log_migrations SET checksum = ''",
            "SET session_replication_role = replica",
            "INSERT INTO report_log(txid, report_id) VALUES ('1', 'x')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_who_may_only_read_is_told_so(
    log: ReportLog, raw: "psycopg.Connection[Any]", postgres: Server, database: str
) -> None:
    raw.execute("DROP ROLE IF EXISTS reader")
    raw.execute("CREATE ROLE reader LOGIN")
    url = postgres.url(name_of(database), user="reader")
    with pytest.raises(LogUnavailable, match=r"permission denied .*GRANT tracker_writer"):
        open_log(url)
    raw.execute("GRANT SELECT ON report_log, report_log_migrations TO reader")
    with open_log(url, author="Reader") as theirs:
        assert theirs.reports().empty
        with pytest.raises(LogUnavailable, match=r"permission denied .*GRANT tracker_writer"):
            say(theirs, "mine")
    raw.execute("DROP OWNED BY reader")


# ---- the map side of it


def test_points_are_made_by_the_database_and_found_by_its_index(log: ReportLog, raw: "psycopg.Connection[Any]") -> None:
    log.add(of_ids([f"r{number}" for number in range(3000)]))
    log.add_statement(summary="nowhere", time=NOON, publisher="x")
    wrong = raw.execute(
        "SELECT count(*) FROM report_log WHERE (geom IS NULL) <> (lon IS NULL) OR ST_SRID(geom) <> 4326 "
        "OR ST_X(geom) <> lon OR ST_Y(geom) <> lat"
    ).fetchone()
    assert wrong == (0,)
    raw.execute("ANALYZE report_log")
    with store_of(log).reading() as connection:
        for over, west, east in ((False, 38.0, 38.01), (True, 38.99, -179.0)):
            query = f"EXPLAIN SELECT seq FROM report_log r WHERE {store_of(log).near_box(over_dateline=over)}"
            box = {"west": west, "south": 50.0, "east": east, "north": 50.01}
            plan = "\n".join(connection.execute(sa.text(query), box).scalars())
            assert "report_log_geom" in plan, plan


def test_the_view_for_maps_holds_the_reports_that_hold(log: ReportLog, raw: "psycopg.Connection[Any]") -> None:
    eventful(log)
    rows = raw.execute("SELECT report_id, radius_m, ST_X(geom) FROM reports ORDER BY report_id").fetchall()
    held = log.reports().sort_values("report_id")
    assert [row[0] for row in rows] == held["report_id"].tolist()
    kind = raw.execute("SELECT type, srid FROM geometry_columns WHERE f_table_name = 'reports'").fetchone()
    assert kind == ("POINT", 4326)


# ---- opening and making


def test_there_is_no_log_until_one_is_asked_for(database: str) -> None:
    with pytest.raises(MissingFile, match="create=True"):
        open_log(database)


def test_making_a_log_twice_or_at_once_makes_one(database: str) -> None:
    start = threading.Barrier(4)

    def make(_: int) -> str:
        start.wait()
        with open_log(database, create=True, author="Anna") as log:
            return log.digest()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(4)))) == 1
    with open_log(database, create=True, author="Anna") as log:
        say(log, "once")
        assert log.verify().sound
    with open_log(database, create=True) as log:
        assert len(log.reports()) == 1


def test_an_older_log_is_brought_up_to_date_by_create_and_by_nothing_else(
    log: ReportLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(log, "kept")
    known = postgis_making.migrations()
    further = Migration(
        number=2, name="0002_further.sql", sql="ALTER TABLE report_log ADD CONSTRAINT further CHECK(radius_m <> 7)"
    )
    monkeypatch.setattr(postgis_making, "migrations", lambda: [*known, further])
    with pytest.raises(BadLog, match=r"format 1, this version writes 2; .*create=True"):
        open_log(database)
    with open_log(database, create=True) as newer:
        assert newer.verify().sound
        assert len(newer.reports()) == 1
    with open_log(database) as newer:
        assert newer.verify().sound
    monkeypatch.undo()
    with pytest.raises(BadLog, match=r"format 2, this version knows 1; update"):
        open_log(database, create=True)


def test_a_step_that_fails_leaves_the_log_as_it_was(
    log: ReportLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(log, "kept")
    before = log.digest()
    broken = Migration(number=2, name="0002_broken.sql", sql="CREATE TABLE half(a int); SELECT 1/0;")
    known = postgis_making.migrations()
    monkeypatch.setattr(postgis_making, "migrations", lambda: [*known, broken])
    with pytest.raises(psycopg.errors.DivisionByZero):
        open_log(database, create=True)
    monkeypatch.undo()
    with open_log(database) as again:
        assert again.verify(digest=before).sound


def test_a_log_made_by_other_steps_is_not_touched(
    log: ReportLog, raw: "psycopg.Connection[Any]", database: str
) -> None:
    raw.execute("UPDATE report_log_migrations SET checksum = 'of another text'")
    with pytest.raises(BadLog, match="0001_report_log"):
        open_log(database, create=True)


def test_a_table_of_that_name_that_is_none_of_ours_is_not_touched(postgres: Server, database: str) -> None:
    postgres.run("CREATE TABLE report_log(a int)", database=name_of(database))
    for create in (False, True):
        with pytest.raises(BadLog, match="none of ours"):
            open_log(database, create=create)


def test_two_logs_lie_side_by_side_in_schemas_of_one_database(postgres: Server, database: str) -> None:
    logs = []
    for schema in ("march", "other"):
        postgres.run(f"CREATE SCHEMA {schema}", database=name_of(database))
        logs.append(open_log(f"{database}?options=-csearch_path%3D{schema},public", create=True, author="Anna"))
    with logs[0] as march, logs[1] as other:
        say(march, "here")
        assert (len(march.reports()), len(other.reports())) == (1, 0)
        assert march.verify().sound
        assert other.verify().sound


def test_without_postgis_and_the_right_to_add_it_the_remedy_is_named(postgres: Server) -> None:
    name = postgres.fresh_database(postgis=False)
    postgres.run(f"CREATE ROLE plain_{name} LOGIN", database="postgres")
    postgres.run(f"ALTER DATABASE {name} OWNER TO plain_{name}", database="postgres")
    with pytest.raises(BadLog, match="CREATE EXTENSION postgis"):
        open_log(postgres.url(name, user=f"plain_{name}"), create=True)
    postgres.run("CREATE EXTENSION postgis", database=name)
    # This one may make no role either, and needs none for itself.
    with open_log(postgres.url(name, user=f"plain_{name}"), create=True, author="Anna") as log:
        say(log, "mine")
        assert log.verify().sound


# ---- wrong addresses, and no password in any word


SECRET = "s3cr3t-Pa55"


@pytest.mark.parametrize(
    ("address", "error", "words"),
    [
        ("postgresql+psycopg://{user}:{secret}@127.0.0.1:{port}/nowhere", BadLog, 'database "nowhere" does not exist'),
        ("postgresql://careful:{secret}@127.0.0.1:{port}/{name}", LogUnavailable, "password authentication failed"),
        ("postgresql://careful@127.0.0.1:{port}/{name}", LogUnavailable, "no password supplied"),
        ("postgresql://nobody:{secret}@127.0.0.1:{port}/{name}", LogUnavailable, 'role "nobody" does not exist'),
        ("postgres://{user}:{secret}@127.0.0.1:1/{name}", LogUnavailable, "see whether the server runs"),
        ("postgresql://{user}:{secret}@no-such-host.invalid/{name}", LogUnavailable, "no-such-host.invalid"),
        ("postgresql://{user}:{secret}@127.0.0.1:port/{name}", BadLog, "cannot be read"),
        ("postgresql://{user}:{secret}@127.0.0.1:{port}", BadLog, "names none"),
        ("postgresql://{user}:a@{secret}@127.0.0.1:{port}/{name}", BadLog, "%40"),
        ("postgresql://{user}@127.0.0.1:{port}/{name}?password={secret}&colour=red", BadLog, "colour"),
        ("postgresql://", BadLog, "names none"),
    ],
)
def test_a_wrong_address_is_named_with_a_remedy_and_without_its_password(
    postgres: Server, database: str, address: str, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    postgres.run(
        "DO $$ BEGIN IF NOT EXISTS(SELECT FROM pg_roles WHERE rolname = 'careful') "
        "THEN CREATE ROLE careful LOGIN PASSWORD 'other'; END IF; END $$",
        database="postgres",
    )
    url = address.format(user=OWNER, secret=SECRET, port=postgres.port, name=name_of(database))
    with pytest.raises(error, match=words) as caught:
        open_log(url, create=True)
    seen: BaseException | None = caught.value
    while seen is not None:
        assert SECRET not in f"{seen} {seen!r}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def test_a_log_never_shows_its_password(database: str) -> None:
    with open_log(database.replace("@", f":{SECRET}@"), create=True) as log:
        shown = f"{log!r} {store_of(log)} {store_of(log)!r}"
    assert SECRET not in shown
    assert f"{OWNER}@127.0.0.1" in shown


# ---- lost connections


def ended(log: ReportLog, connection: sa.Connection, raw: "psycopg.Connection[Any]") -> None:
    """End a connection of the log from the server's side."""
    driver: Any = connection.connection.driver_connection
    raw.execute("SELECT pg_terminate_backend(%s, 10000)", (driver.info.backend_pid,))


def test_a_connection_lost_before_the_commit_is_made_anew_and_the_report_is_written_once(
    log: ReportLog, raw: "psycopg.Connection[Any]"
) -> None:
    store, tries = store_of(log), []
    insert = store.insert

    def failing(connection: sa.Connection, columns: Any) -> None:
        tries.append(1)
        insert(connection, columns)
        if len(tries) == 1:
            ended(log, connection, raw)

    store.insert = failing  # type: ignore[method-assign]
    log.add(of_ids([f"r{number}" for number in range(50)]))
    assert len(tries) == 2
    assert log.changes().revisions["report_id"].tolist() == [f"r{number}" for number in range(50)]


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("arrived", [True, False])
def test_when_the_answer_to_a_commit_is_lost_the_log_looks_whether_it_was_written(
    log: ReportLog, arrived: bool, count: int
) -> None:
    ids, times = [f"r{number}" for number in range(count)], []

    @sa.event.listens_for(store_of(log)._engine, "commit")
    def lose(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        times.append(1)
        if len(times) == 1:
            if arrived:
                driver.commit()
            driver.close()

    assert log.add(of_ids(ids)) == ids
    assert log.changes().revisions["report_id"].tolist() == ids
    assert log.verify().sound


def test_when_nobody_can_say_whether_it_was_written_it_is_not_acknowledged(
    doomed_log: ReportLog, doomed: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis, "PATIENCE_S", 0.3)

    @sa.event.listens_for(store_of(doomed_log)._engine, "commit")
    def lose(connection: sa.Connection) -> None:
        doomed.stop("immediate")

    try:
        with pytest.raises(LogUnavailable, match="not known whether it did"):
            doomed_log.add(of_ids(["a"]))
    finally:
        doomed.start()
    sa.event.remove(store_of(doomed_log)._engine, "commit", lose)
    doomed_log.add(of_ids(["a"]))
    assert doomed_log.changes().revisions["report_id"].tolist() == ["a"]


def test_a_server_that_was_away_is_found_again_by_the_next_call(doomed_log: ReportLog, doomed: Server) -> None:
    doomed_log.add(of_ids(["a"]))
    doomed.stop()
    try:
        with pytest.raises(LogUnavailable, match="nothing acknowledged is lost"):
            doomed_log.add(of_ids(["b"]))
        with pytest.raises(LogUnavailable, match="nothing acknowledged is lost"):
            doomed_log.reports()
    finally:
        doomed.start()
    assert doomed_log.reports()["report_id"].tolist() == ["a"]
    doomed_log.add(of_ids(["b"]))
    assert doomed_log.verify().sound


def test_a_crash_of_the_server_among_four_writers_loses_nothing_acknowledged(doomed: Server) -> None:
    database = doomed.url(doomed.fresh_database())
    acknowledged: list[str] = []
    crashed, many, enough = threading.Event(), threading.Event(), threading.Event()

    def keep_writing(writer: int) -> int:
        after, number = 0, 0
        with open_log(database, author=f"writer {writer}") as mine:
            while not enough.is_set():
                report_id = f"w{writer}-{number}"
                # Taken before: an acknowledgement that came while the server was still there is not one after it.
                restarted = crashed.is_set()
                try:
                    mine.add(of_ids([report_id]))
                except LogUnavailable:
                    continue
                number += 1
                acknowledged.append(report_id)
                after += restarted
                if len(acknowledged) > 40:
                    many.set()
                if after >= 10:
                    break
        return after

    with open_log(database, create=True, author="Anna") as log:
        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(keep_writing, writer) for writer in range(4)]
            try:
                assert many.wait(120)
                doomed.crash()
                doomed.start()
                crashed.set()
                assert [writer.result(120) for writer in writers] == [10] * 4
            finally:
                enough.set()
        held = log.reports()["report_id"].tolist()
        assert len(held) == len(set(held))
        assert set(acknowledged) - set(held) == set()
        assert log.verify().sound


def test_a_child_process_has_connections_of_its_own(log: ReportLog) -> None:
    log.add(of_ids(["parent"]))

    def child() -> None:
        log.add(of_ids(["child"]))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    log.add(of_ids(["parent again"]))
    assert log.reports()["report_id"].tolist() == ["parent", "child", "parent again"]


# ---- what else can go wrong


def test_a_writer_that_stops_in_its_turn_holds_others_up_for_a_while_only(
    log: ReportLog, raw: "psycopg.Connection[Any]", database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgis_address.SETTINGS, "lock_timeout", "200ms")
    with open_log(database, author="Bo") as impatient, raw.transaction():
        raw.execute("SELECT report_log_turn()")
        with pytest.raises(LogUnavailable, match="another writer has held the log"):
            impatient.add(of_ids(["a"]))
        assert impatient.reports().empty
    log.add(of_ids(["a"]))


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("53100", LogUnavailable, "disk of the server is full, nothing of this was written"),
        ("53200", LogUnavailable, "no memory left"),
        ("57014", LogUnavailable, "gave up on it"),
        ("25006", LogUnavailable, "only reads"),
        ("XX001", BadLog, "damaged"),
    ],
)
@pytest.mark.parametrize("count", [1, 50])
def test_what_the_server_refuses_is_said_in_words_and_nothing_is_written(
    log: ReportLog, raw: "psycopg.Connection[Any]", code: str, error: type[Exception], words: str, count: int
) -> None:
    raw.execute(
        f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$".encode()
    )
    raw.execute("CREATE TRIGGER zz_fail AFTER INSERT ON report_log EXECUTE FUNCTION fail()")
    with pytest.raises(error, match=words):
        log.add(of_ids([f"r{number}" for number in range(count)]))
    assert log.reports().empty


def test_what_is_acknowledged_is_on_the_disk_whatever_the_database_is_set_to(
    log: ReportLog, raw: "psycopg.Connection[Any]", database: str
) -> None:
    raw.execute(f"ALTER DATABASE {name_of(database)} SET synchronous_commit = off".encode())
    raw.execute(f"ALTER DATABASE {name_of(database)} SET default_transaction_isolation = 'serializable'".encode())
    with open_log(database, author="Bo") as careful:

        def settings(connection: sa.Connection, _now: str) -> tuple[str, ...]:
            names = ("synchronous_commit", "transaction_isolation", "TimeZone")
            return tuple(str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names)

        assert store_of(careful).write(settings) == ("on", "read committed", "UTC")


# ---- who follows the log misses nothing


def fetch(log: ReportLog, cursor: str | None) -> tuple[list[str], str]:
    changes = log.changes(cursor)
    return changes.revisions["report_id"].tolist(), changes.cursor


def insert(connection: "psycopg.Connection[Any]", report_id: str) -> None:
    connection.execute(
        "INSERT INTO report_log(report_id, revision, operation, author, recorded_at, kind, earliest, hash) "
        "VALUES (%s, 1, 'add', 'me', now(), 'sighting', '2023-06-24Z', 'none')",
        (report_id,),
    )


@pytest.mark.parametrize("guarded", [True, False])
def test_a_slow_transaction_is_not_missed_by_who_follows(
    log: ReportLog, raw: "psycopg.Connection[Any]", postgres: Server, database: str, guarded: bool
) -> None:
    log.add(of_ids(["first"]))
    _, cursor = fetch(log, None)
    if not guarded:
        # As if the writers did not take turns: the slow one has the lower number and commits last.
        raw.execute("ALTER TABLE report_log DISABLE TRIGGER report_log_in_turn")
        raw.execute("ALTER TABLE report_log DISABLE TRIGGER report_log_in_order")
    with postgres.connect(name_of(database)) as slow, postgres.connect(name_of(database)) as fast:
        fast.execute("SET lock_timeout = '100ms'")
        with slow.transaction():
            insert(slow, "slow")
            if guarded:
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    insert(fast, "fast")
            else:
                insert(fast, "fast")
                last = raw.execute("SELECT max(seq) FROM report_log").fetchone()
                assert last == (3,)
            during, cursor = fetch(log, cursor)
        if guarded:
            insert(fast, "fast")
    after, cursor = fetch(log, cursor)
    assert during + after == ["slow", "fast"]
    assert fetch(log, cursor)[0] == []


def test_revisions_come_in_pages_and_each_once(log: ReportLog) -> None:
    eventful(log)
    rows, cursor = [], None
    while True:
        page = log.changes(cursor, limit=7)
        if page.revisions.empty:
            break
        rows += page.revisions["hash"].tolist()
        cursor = page.cursor
    assert rows == log.changes().revisions["hash"].tolist()
    assert len(rows) == len(set(rows)) == int(log.digest().split(":")[0])


def test_after_a_dump_went_to_a_server_that_counts_anew_nothing_is_missed(
    log: ReportLog, raw: "psycopg.Connection[Any]"
) -> None:
    log.add(of_ids(["a", "b"]))
    # What a restored dump is like: numbers of transactions that this server has not come to.
    raw.execute("ALTER TABLE report_log DISABLE TRIGGER report_log_no_update")
    raw.execute("UPDATE report_log SET txid = '9000000'")
    raw.execute("ALTER TABLE report_log ENABLE ALWAYS TRIGGER report_log_no_update")
    seen, cursor = fetch(log, None)
    assert seen == ["a", "b"]
    assert not log.wait(0, cursor=cursor)
    log.add(of_ids(["c"]))
    assert log.wait(0, cursor=cursor)
    assert fetch(log, cursor)[0] == ["c"]


@pytest.mark.parametrize("cursor", ["x", "1", "1.2.3", "-1.0", "1." + "9" * 30, "١.٢"])
def test_a_cursor_of_another_kind_is_refused(log: ReportLog, cursor: str) -> None:
    with pytest.raises(BadLog, match="not a cursor"):
        log.changes(cursor)


def woken(log: ReportLog, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a waiting of two minutes ends when something is done after its first look, told by the server alone."""
    monkeypatch.setattr(postgis, "_LOOK_S", 100.0)
    store, looked = store_of(log), threading.Event()
    look = store._any_after

    def noted(cursor: str) -> bool:
        found = look(cursor)
        looked.set()
        return found

    monkeypatch.setattr(store, "_any_after", noted)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait, 120)
        assert looked.wait(60)
        act()
        return waiting.result(90)


def test_who_waits_is_woken_by_the_server(log: ReportLog, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_log(database, author="Bo") as other:
        assert woken(log, lambda: other.add(of_ids(["a"])), monkeypatch)
        assert not log.wait(0)
        assert woken(log, lambda: other.add(of_ids([f"r{number}" for number in range(50)])), monkeypatch)


def test_waiting_outlives_a_restart_of_the_server(doomed: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    database = doomed.url(doomed.fresh_database())

    def restart_and_add() -> None:
        doomed.stop()
        doomed.start()
        with open_log(database, author="Bo") as other:
            other.add(of_ids(["a"]))

    with open_log(database, create=True) as log:
        assert woken(log, restart_and_add, monkeypatch)


# ---- looking for damage


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        ("DROP TRIGGER report_log_no_update ON report_log", "trigger report_log_no_update is missing"),
        ("DROP TRIGGER report_log_tell ON report_log", "trigger report_log_tell is missing"),
        ("ALTER TABLE report_log DISABLE TRIGGER report_log_chain", "trigger report_log_chain is switched off"),
        ("ALTER TABLE report_log ENABLE TRIGGER report_log_chain", "trigger report_log_chain is not as it was made"),
        ("ALTER TABLE report_log DROP CONSTRAINT report_log_follows", "constraint report_log_follows is missing"),
        ("ALTER TABLE report_log DROP CONSTRAINT report_log_one_of_each", "index report_log_one_of_each is missing"),
        ("DROP INDEX report_log_geom", "index report_log_geom is missing"),
        ("DROP VIEW reports", "view reports is missing"),
        (
            "CREATE OR REPLACE FUNCTION report_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RETURN NULL; END$$",
            "function report_log_refuse is not as it was made",
        ),
        ("ALTER TABLE report_log ALTER author DROP NOT NULL", "column author is not as it was made"),
        ("ALTER TABLE report_log ALTER txid DROP DEFAULT", "column txid is not as it was made"),
        (
            "CREATE TRIGGER aa BEFORE INSERT ON report_log FOR EACH ROW EXECUTE FUNCTION report_log_refuse()",
            "trigger aa is not the log's",
        ),
        ("TRUNCATE report_log_guards", "report_log_guards is empty"),
    ],
)
def test_a_guard_that_is_gone_is_reported(
    log: ReportLog, raw: "psycopg.Connection[Any]", deed: str, found: str
) -> None:
    say(log, "kept")
    assert log.verify().sound
    raw.execute(deed.encode())
    assert any(found in problem for problem in log.verify().problems), log.verify().problems


def test_an_edit_behind_the_guards_is_found(log: ReportLog, raw: "psycopg.Connection[Any]") -> None:
    eventful(log)
    before = log.digest()
    raw.execute("ALTER TABLE report_log DISABLE TRIGGER report_log_no_update")
    raw.execute("UPDATE report_log SET summary = 'another word' WHERE report_id = 'r5'")
    raw.execute("ALTER TABLE report_log ENABLE ALWAYS TRIGGER report_log_no_update")
    (problem,) = log.verify(digest=before).problems
    assert "revision 1 of r5 (number 6) was edited" in problem


def test_a_dump_put_back_elsewhere_is_the_same_log(log: ReportLog, postgres: Server, database: str) -> None:
    eventful(log)
    copy = postgres.restored(name_of(database))
    with open_log(postgres.url(copy), author="Anna") as restored:
        assert restored.verify(digest=log.digest()).sound
        say(restored, "goes on")
        assert restored.verify().sound


def test_reading_the_whole_log_is_a_table_of_reports(log: ReportLog, bundled: gpd.GeoDataFrame) -> None:
    log.add(bundled)
    back = log.reports()
    same = [name for name in bundled.columns if name not in ("revision", "author", "recorded_at")]
    assert_frame_equal(back[same], bundled[same])


@pytest.fixture(scope="module")
def bundled() -> gpd.GeoDataFrame:
    from tracker.evidence import read_reports

    return read_reports()
