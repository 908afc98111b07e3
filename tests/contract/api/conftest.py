"""The API on the real PostgreSQL, signed in as on a stage: one database that tests only read, and an empty one for those that write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from local.postgres import PostgresServer
from runtime.adapters.postgres.database import Database
from runtime.models.domain.runs import ForecastRun
from tests.contract.api.published import publish
from tests.contract.api.wiring import serve
from tests.contract.conftest import as_the_api


@dataclass(frozen=True)
class Served:
    """A database with an older run and the published one, and the API's connection to it."""

    url: str
    database: Database
    api: Database
    older: ForecastRun
    run: ForecastRun


@pytest.fixture(scope="session")
def api_database(postgres_server: PostgresServer, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two published runs in a database of their own; tests of this package leave it as it is."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"create database api template {conninfo_to_dict(shared_database)['dbname']}")
    url = postgres_server.url("api")
    database, api = Database(lambda: conninfo_to_dict(url)), as_the_api(url)
    folder = tmp_path_factory.mktemp("runs")
    yield Served(url, database, api, publish(database, folder, "older"), publish(database, folder, "newer"))
    database.close()
    api.close()


@pytest.fixture
def served_api(api_database: Served) -> Iterator[Served]:
    """The API serving the two runs."""
    with serve(api_database.api):
        yield api_database


@pytest.fixture
def empty(migrated_database: str, postgres: Database) -> Iterator[Database]:
    """The API on a database with nothing in it, which tests fill as its owner."""
    api = as_the_api(migrated_database)
    with serve(api):
        yield postgres
    api.close()
