"""Where a PostgreSQL log is, how it is called in messages, and the connections to it."""

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.model import BadLog

WAIT_S = 30
"""Seconds that anything may wait for a lock of the database."""

_FORM = "postgresql+psycopg://user@host/database"

SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "client_encoding": "UTF8",
    "extra_float_digits": "1",
    "lock_timeout": f"{WAIT_S}s",
    # A client that stops in the middle of its turn must not hold up the others.
    "idle_in_transaction_session_timeout": f"{2 * WAIT_S}s",
    # The ids of all changed reports are kept in memory while the others are picked.
    "work_mem": "64MB",
}
"""What every connection is set to."""

_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


def address(text: str) -> sa.URL:
    """The address of a log's database.

    Raises
    ------
    BadLog
        It is none; the message does not repeat it, since it may hold a password.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise BadLog(f"the address of the database cannot be read; write {_FORM}, and @ in a password as %40") from None
    if "@" in (url.host or ""):
        raise BadLog(f"the address of the database has more than one @; write {_FORM}, and @ in a password as %40")
    if not url.database:
        raise BadLog(f"the address of the database names none; write {_FORM}")
    return url.set(drivername="postgresql+psycopg")


def shown(url: sa.URL) -> str:
    """The address for messages, without a password."""
    host = url.host or _first(url.query.get("host")) or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{f'{url.username}@' if url.username else ''}{host}{port}/{url.database}"


def password(url: sa.URL) -> str | None:
    """The password in an address, which no message may hold."""
    return str(url.password) if url.password else _first(url.query.get("password"))


def _first(values: str | tuple[str, ...] | None) -> str | None:
    return values[0] if isinstance(values, tuple) else values


def connections(url: sa.URL) -> sa.Engine:
    """A pool of connections, each looked at before it is used."""
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    # The machine of the server may vanish without a word.
    patience |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}
    engine = sa.create_engine(
        url,
        connect_args={"fallback_application_name": "tracker", **patience},
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=WAIT_S,
        use_native_hstore=False,
    )

    @sa.event.listens_for(engine, "connect")
    def settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        from psycopg.types.string import TextLoader

        # Times come as text, which becomes a column of times much quicker than a million datetimes do.
        connection.adapters.register_loader("timestamptz", TextLoader)
        cursor = connection.cursor()
        for name, value in SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        # What is acknowledged is on the server's disk, whatever the database is set to.
        cursor.execute(_DURABLE)
        cursor.close()
        connection.commit()

    return engine
