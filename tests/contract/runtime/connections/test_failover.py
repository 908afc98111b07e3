"""A server that is killed and started again, as in a failover: reads recover, and an interrupted load is repeated whole."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.conninfo import conninfo_to_dict

from local import ports
from local.postgres import PostgresServer, open_server
from local.processes import stop
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.errors import DatabaseUnavailable
from runtime.models.domain.publishing import ForecastFiles
from tests.conftest import ROOT
from tests.fakes.examples import STARTED_AT, a_run, forecast_files, forecast_rows

pytestmark = pytest.mark.slow  # a server of its own, killed and started again in every test
SERIES = 2_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of its own, with the schema."""
    server = open_server(tmp_path_factory.mktemp("failover"), ports.find_free())
    try:
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create role rds_iam; create role signify_api login in role rds_iam")
        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = server.url()
        command.upgrade(config, "head")
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(server: PostgresServer) -> Iterator[Database]:
    database = Database(lambda: conninfo_to_dict(server.url()))
    yield database
    database.close()


def kill(server: PostgresServer) -> None:
    """End the server with SIGKILL, with all its processes."""
    record = server.record()
    assert record is not None
    stop(record, signal.SIGKILL)


def test_a_read_on_a_connection_from_before_the_failover_is_answered(server: PostgresServer, database: Database) -> None:
    database.fetch("select 1")
    kill(server)
    server.start()
    assert database.fetch("select 2") == [(2,)]


def test_a_read_while_the_server_is_down_is_unavailable_and_the_next_one_recovers(server: PostgresServer, database: Database) -> None:
    database.fetch("select 1")
    kill(server)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable) as error_info:
            database.fetch("select 2")
        assert error_info.value.retry_after_s == 15
    server.start()
    assert database.fetch("select 3") == [(3,)]


def test_a_read_that_runs_when_the_server_is_killed_is_unavailable_and_the_next_one_recovers(
    server: PostgresServer, database: Database
) -> None:
    database.fetch("select 1")
    timer = threading.Timer(0.5, kill, [server])
    timer.start()
    with pytest.raises(DatabaseUnavailable):
        database.fetch("select pg_sleep(10)")
    timer.join()
    server.start()
    assert database.fetch("select 3") == [(3,)]


def many_rows(folder: Path, name: str) -> tuple[ForecastFiles, int]:
    """The files of a run that take a while to copy, and their number of rows."""
    run = a_run(name)
    row = forecast_rows(run.id)[0]
    rows = [
        {**row, "sku_id": f"SKU-{series}", "forecast_date": date(2026, 12, 1) + timedelta(days=day)}
        for series in range(SERIES)
        for day in range(28)
    ]
    return forecast_files(folder, run.id, rows), len(rows)


def test_a_load_that_the_failover_interrupts_leaves_nothing_and_is_repeated_whole(
    server: PostgresServer, database: Database, tmp_path: Path
) -> None:
    runs, loader = PostgresRuns(database), PostgresForecastLoader(database)
    run = runs.start(a_run("failover"))
    files, count = many_rows(tmp_path, "failover")
    is_copying = threading.Event()

    def kill_during_copy() -> None:
        with psycopg.connect(server.url(), autocommit=True) as other:
            deadline = time.monotonic() + 30
            while not is_copying.is_set() and time.monotonic() < deadline:
                if other.execute("select from pg_stat_progress_copy where tuples_processed > 0").rowcount:
                    is_copying.set()
            kill(server)

    killer = threading.Thread(target=kill_during_copy)
    killer.start()
    with pytest.raises(DatabaseUnavailable):
        loader.load(run.id, files, STARTED_AT)
    killer.join()
    assert is_copying.is_set()
    server.start()
    assert runs.find_published() is None
    loaded_forecast = loader.load(run.id, files, STARTED_AT)
    assert (loaded_forecast.rows, loaded_forecast.is_reused) == (count, False)
    assert database.fetch("select count(*), count(distinct (sku_id, forecast_date)) from forecasts") == [(count, count)]
    published_run = runs.find_published()
    assert published_run is not None
    assert published_run.run_id == run.id
