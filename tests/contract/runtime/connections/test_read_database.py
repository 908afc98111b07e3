"""Reads from a reader, and from the writer while the reader cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.postgres import PostgresServer
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.read_database import WRITER_S, ReadDatabase
from runtime.bootstrap import Adapters, AwsClients
from runtime.settings import DatabaseEnvironment


class Stopwatch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def reads(postgres_server: PostgresServer, database: str, postgres: Database, stopwatch: Stopwatch) -> Iterator[ReadDatabase]:
    """A reader in a database of its own, beside the writer's."""
    reads = ReadDatabase(lambda: conninfo_to_dict(database), postgres, monotonic=stopwatch)
    yield reads
    reads.close()


def name_of(database: Database) -> str:
    return str(database.fetch("select current_database()")[0][0])


def test_reads_go_to_the_reader(reads: ReadDatabase, database: str, postgres: Database) -> None:
    assert name_of(reads) == conninfo_to_dict(database)["dbname"] != name_of(postgres)


def test_while_the_reader_is_away_the_writer_answers_and_keeps_answering_until_the_reader_has_caught_up(
    reads: ReadDatabase, database: str, postgres: Database, postgres_server: PostgresServer, stopwatch: Stopwatch
) -> None:
    reader, writer = name_of(reads), name_of(postgres)
    name = sql.Identifier(reader)
    with psycopg.connect(postgres_server.url(), autocommit=True) as administrator:
        administrator.execute(sql.SQL("alter database {} allow_connections false").format(name))
        administrator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [reader])
        assert name_of(reads) == writer
        administrator.execute(sql.SQL("alter database {} allow_connections true").format(name))
    stopwatch.seconds = WRITER_S - 1
    assert name_of(reads) == writer
    stopwatch.seconds = WRITER_S
    assert name_of(reads) == reader


def test_an_error_of_the_statement_itself_is_not_repeated_on_the_writer(reads: ReadDatabase) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        reads.fetch("select * from jobs")


def test_without_a_reader_there_is_one_connection() -> None:
    adapters = Adapters(AwsClients())
    adapters.database_environment = DatabaseEnvironment(stage="dev", database_host="writer", database_user="signify_api")
    assert adapters.read_database is adapters.database
    assert adapters.published_runs is adapters.runs


def test_with_a_reader_the_published_run_and_its_rows_come_from_it_and_jobs_from_the_writer() -> None:
    adapters = Adapters(AwsClients())
    adapters.database_environment = DatabaseEnvironment(
        stage="dev", database_host="writer", database_reader_host="reader", database_user="signify_api"
    )
    assert isinstance(adapters.read_database, ReadDatabase)
    connections = [vars(adapter)["_database"] for adapter in (adapters.published_runs, adapters.forecast_reads, adapters.accuracy_reads)]
    assert all(connection is adapters.read_database for connection in connections)
    assert vars(adapters.jobs)["_database"] is adapters.database
