"""What the log's tests share: a PostgreSQL server of their own, and a fresh database for each test."""

from collections.abc import Generator

import pytest

from tests.conftest import find_postgres
from tests.evidence.log.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    """A running server with PostGIS; the test is skipped where there is none."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("there is no PostgreSQL with PostGIS here")
    with running_server(programs, in_memory=True) as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of a fresh database, in which there is no log yet."""
    return postgres.url(postgres.fresh_database())
