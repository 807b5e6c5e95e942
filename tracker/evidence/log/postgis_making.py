"""Making the tables of a log in a PostgreSQL database, and bringing older ones to what this version knows."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import psycopg
import sqlalchemy as sa

from tracker.evidence.log.postgis_address import shown
from tracker.evidence.log.postgis_guards import note_guards
from tracker.evidence.log.revision import COLUMNS
from tracker.model import BadLog, MissingFile

WRITER = "tracker_writer"
"""The role whose members may read the log and add to it, and nothing else."""

_OLDEST = 130_000  # the first with xid8, whose numbers never begin anew

_TABLES = """SELECT relname FROM pg_class
WHERE relname IN ('report_log', 'report_log_migrations') AND pg_table_is_visible(oid)"""

_BOOKKEEPING = """
CREATE TABLE report_log_migrations(
  number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE report_log_guards(name text PRIMARY KEY, definition text NOT NULL);
"""

_GRANTS = f"""
GRANT SELECT ON report_log, reports, report_log_migrations, report_log_guards TO {WRITER};
GRANT INSERT({", ".join(COLUMNS)}) ON report_log TO {WRITER};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step from a version of the tables to the next."""

    number: int
    """1 for the first."""
    name: str
    """Name of the file."""
    sql: str
    """What is done, in one transaction with its entry in report_log_migrations."""

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All steps that this version knows, in their order."""
    folder = files("tracker.evidence.log").joinpath("migrations")
    found = sorted((file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".sql"))
    return [Migration(number=int(name.split("_", 1)[0]), name=name, sql=sql) for name, sql in found]


def prepare(engine: sa.Engine, *, create: bool) -> None:
    """Make the log where there is none, or bring it up to date, if that is wanted; else see that it is there.

    Raises
    ------
    MissingFile
        There is no log, and none is to be made.
    BadLog
        It is newer or older than this version, no log, or cannot be made here; the message says what to do.
    """
    known = migrations()
    with engine.connect() as connection:
        _check_server(connection, engine.url)
        if not _steps_missing(connection, engine.url, known, create=create):
            return
    with engine.connect() as connection, connection.begin():
        # Who comes second finds it made.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1919247979, hashtext(current_schema()))")
        steps = _steps_missing(connection, engine.url, known, create=create)
        if not steps:
            return
        _add_postgis(connection, engine.url)
        if len(steps) == len(known):
            _run(connection, _BOOKKEEPING)
        for step in steps:
            _run(connection, step.sql)
            connection.execute(
                sa.text("INSERT INTO report_log_migrations(number, name, checksum) VALUES (:number, :name, :checksum)"),
                {"number": step.number, "name": step.name, "checksum": step.checksum},
            )
        _let_write(connection)
        note_guards(connection)


def _check_server(connection: sa.Connection, url: sa.URL) -> None:
    version, encoding, schema = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema()"
    ).one()
    if version < _OLDEST:
        raise BadLog(f"{shown(url)} runs PostgreSQL {version // 10_000}; the log needs {_OLDEST // 10_000} or later")
    if encoding != "UTF8":
        raise BadLog(f"{shown(url)} keeps text as {encoding}; make the database with ENCODING 'UTF8'")
    if schema is None:
        raise BadLog(f"{shown(url)}: the search path names no schema that is there; make it: CREATE SCHEMA NAME")


def _steps_missing(connection: sa.Connection, url: sa.URL, known: list[Migration], *, create: bool) -> list[Migration]:
    # By the catalogue and not by name, which may be answered from what was known before waiting for another.
    tables = connection.exec_driver_sql(_TABLES).scalars().all()
    there, log = "report_log_migrations" in tables, "report_log" in tables
    if not there:
        if log:
            raise BadLog(f"{shown(url)} has a table report_log that is none of ours; use another database or schema")
        if not create:
            raise MissingFile(
                f"there is no report log in {shown(url)}; check the address, or make one with create=True"
            )
        return known
    done = {
        number: (name, checksum)
        for number, name, checksum in connection.exec_driver_sql(
            "SELECT number, name, checksum FROM report_log_migrations"
        )
    }
    if not log:
        raise BadLog(f"{shown(url)} had a report log, and the table report_log is gone; put back the last backup")
    if newer := max(done, default=0) - len(known):
        if newer > 0:
            raise BadLog(f"{shown(url)} is a log of format {max(done)}, this version knows {len(known)}; update it")
    changed = [step.name for step in known if step.number in done and done[step.number][1] != step.checksum]
    if changed:
        raise BadLog(
            f"{shown(url)} was made by other steps than this version knows ({', '.join(changed)}); "
            "use the version of the tracker that made it"
        )
    missing = [step for step in known if step.number not in done]
    if missing and not create:
        raise BadLog(
            f"{shown(url)} is a log of format {max(done, default=0)}, this version writes {len(known)}; "
            "its owner brings it up to date by opening it once with create=True"
        )
    return missing


def _add_postgis(connection: sa.Connection, url: sa.URL) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            remedy = "have an administrator do in this database: CREATE EXTENSION postgis"
        elif isinstance(error.orig, psycopg.errors.FeatureNotSupported | psycopg.errors.UndefinedFile):
            remedy = "install it on the server (Debian: postgresql-15-postgis-3)"
        else:
            raise
        raise BadLog(f"{shown(url)} has no PostGIS; {remedy}") from None
    if connection.exec_driver_sql("SELECT to_regtype('geometry') IS NULL").scalar_one():
        raise BadLog(f"{shown(url)} has PostGIS in a schema outside of the search path; add that to the search path")


def _let_write(connection: sa.Connection) -> None:
    """The role of the writers, if it is there or may be made; a log without it is no worse for its owner."""
    try:
        with connection.begin_nested():
            there = connection.exec_driver_sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{WRITER}'").first()
            if not there:
                connection.exec_driver_sql(f"CREATE ROLE {WRITER} NOLOGIN")
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            return
        # Made a moment ago for another database of this server.
        if not isinstance(error.orig, psycopg.errors.DuplicateObject | psycopg.errors.UniqueViolation):
            raise
    _run(connection, _GRANTS)
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(
                f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %%I TO {WRITER}', current_schema()); END $$"
            )
    except sa.exc.DBAPIError as error:
        # The schema is somebody else's, as public is: everyone may use that already.
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise


def _run(connection: sa.Connection, sql: str) -> None:
    """Several statements at once, with no sign of theirs taken for a parameter."""
    driver: psycopg.Connection[tuple[object, ...]] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor:
        cursor.execute(sql.encode())
