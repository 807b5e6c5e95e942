"""A real PostgreSQL with PostGIS on this machine's loopback, for tests and benchmarks."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

OWNER = "newsroom"


class Server:
    """A PostgreSQL server of our own, run by an unprivileged user, with databases that are made fresh."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder
        self.port = _free_port()
        self._numbers = itertools.count(1)
        self._as_user: dict[str, Any] = {}
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            users = {entry.pw_name: entry for entry in pwd.getpwall()}
            user = users.get("postgres") or users["nobody"]
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        ways = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self._run("initdb", "-D", str(self.data), "-U", OWNER, *ways)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n")
            settings.write(f"unix_socket_directories = '{folder}'\n")
        hba = self.data / "pg_hba.conf"
        hba.write_text("host all careful 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        self.start()
        self.run("CREATE DATABASE with_postgis", database="postgres")
        self.run("CREATE EXTENSION postgis", database="with_postgis")
        # Half of every database that is made of this one.
        self.run("DELETE FROM spatial_ref_sys WHERE srid <> 4326", database="with_postgis")
        self.run("VACUUM FULL spatial_ref_sys", database="with_postgis")

    @property
    def data(self) -> Path:
        """The folder of the database."""
        return self.folder / "data"

    def url(self, database: str, *, user: str = OWNER) -> str:
        """The address of a database, as `open_log` takes it."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str, *, user: str = OWNER) -> "psycopg.Connection[Any]":
        """A connection of the driver alone, without the log's ways; each statement commits."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=user, dbname=database, autocommit=True)

    def run(self, sql: str, *, database: str) -> None:
        """Run statements as the owner."""
        with self.connect(database) as connection:
            connection.execute(sql.encode())

    def fresh_database(self, *, postgis: bool = True) -> str:
        """The name of a new database."""
        name = f"march{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {'with_postgis' if postgis else 'template0'}", database="postgres")
        return name

    def restored(self, database: str) -> str:
        """The name of a new database with what was dumped from another."""
        name = f"march{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0", database="postgres")
        dump = self.folder / f"{name}.dump"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER)
        self._run("pg_dump", *where, "-Fc", "-f", str(dump), database)
        self._run("pg_restore", *where, "--exit-on-error", "-d", name, str(dump))
        return name

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self.folder / "log"
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(log))

    def stop(self, how: str = "fast") -> None:
        """Stop it: ``fast``, or ``immediate``, as a crash does."""
        self._run("pg_ctl", "stop", "-w", "-t", "60", "-D", str(self.data), "-m", how)

    def crash(self) -> None:
        """Kill its first process, and all others at once, without a chance to write anything down."""
        first = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(first, signal.SIGQUIT)
        self._run("pg_ctl", "stop", "-w", "-t", "60", "-D", str(self.data), "-m", "immediate", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # Not a pipe: the server would keep it open after the program has ended.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder, check=False,
                **self._as_user,
            )  # fmt: skip
            output.seek(0)
            if check and done.returncode:
                raise RuntimeError(f"{program} failed: {output.read().decode(errors='replace')}")


@contextmanager
def running_server(programs: Path, *, in_memory: bool = False) -> Generator[Server]:
    """A server that is gone in the end, with all its files, whatever happens.

    Parameters
    ----------
    programs : folder of initdb, pg_ctl and the others
    in_memory : keep its files in memory where there is room: that outlives a killed server as a disk does, though not
        a machine without power, and a hundred databases are made and removed in less time
    """
    # Not pytest's folder: the server's user may not enter that of root.
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgres-", dir=_memory() if in_memory else None))
    server = None
    try:
        server = Server(programs, folder)
        yield server
    finally:
        if server is not None:
            server._run("pg_ctl", "stop", "-w", "-D", str(server.data), "-m", "immediate", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > 6 << 30 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
