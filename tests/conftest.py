"""Fixtures for every lane: a real PostgreSQL, started only for tests that use it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import settings
from psycopg import sql

from local import ports
from local.postgres import IAM_ROLE, PostgresServer, open_server

ROOT = Path(__file__).resolve().parent.parent
# A busy machine is slow, not wrong: no property test fails because an example took long.
settings.register_profile("signify", deadline=None)
settings.load_profile("signify")

# Folders whose tests all carry one marker: a lane that leaves the marker out need not even import them.
FOLDERS = {"e2e": "tests/e2e", "spark": "tests/spark", "twin": "tests/contract/twin", "synth": "tests/infrastructure"}

# End the connections that a test left open, drop every partition, empty every table.
EMPTY = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
do $$
declare name regclass;
begin
    for name in select oid from pg_class where relkind = 'r' and relname ~ '^(forecasts|kpi_metrics)_[0-9a-f_]+$' loop
        execute format('drop table if exists %s', name);
    end loop;
    for name in select oid from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
        and relname <> 'alembic_version' loop
        execute format('truncate table %s cascade', name);
    end loop;
end $$
"""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the folders of suites that were not selected."""
    markers: str = config.option.markexpr
    return True if any(f"not {lane}" in markers and collection_path == ROOT / folder for lane, folder in FOLDERS.items()) else None


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The session's own server, on a free port; the API's user exists before any migration, as on a stage."""
    server = open_server(tmp_path_factory.mktemp("postgres"), ports.find_free())
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"create role {IAM_ROLE}; create role signify_api login in role {IAM_ROLE}")
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield postgres_server.url(name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def shared_database(postgres_server: PostgresServer) -> str:
    """The URL of a database at the newest revision, migrated once for the session."""
    name = "migrated"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = postgres_server.url(name)
    command.upgrade(config, "head")
    return postgres_server.url(name)


@pytest.fixture
def migrated_database(shared_database: str) -> Iterator[str]:
    """The URL of an empty database at the newest revision; whatever a test leaves in it is removed."""
    yield shared_database
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute(EMPTY)
