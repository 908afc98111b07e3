"""The API while its database is up, busy and away."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.database import Database
from tests.contract.api.conftest import Served
from tests.contract.api.wiring import serve
from tests.fakes.examples import a_run
from tests.unit.runtime.api.conftest import ApiResponse, call

READING = [
    "/forecasts",
    f"/forecasts/{a_run().id}",
    f"/forecasts/{a_run().id}/accuracy",
    f"/forecasts/{a_run().id}/excluded",
    f"/jobs/{a_run().id}",
    "/kpis",
    "/data-quality/objects",
    "/data-quality/reports/latest",
    f"/data-quality/reports/{a_run().id}",
]
AWAY = {"host": "127.0.0.1", "port": 1, "user": "the-user", "password": "the-password", "dbname": "the-database"}


def ask(path: str, method: str = "GET") -> ApiResponse:
    query = {"time_horizon": "7d"} if path == "/forecasts" else {}
    return call(path, method, body="{}" if method == "POST" else None, **query)  # type: ignore[arg-type]


@pytest.fixture
def away() -> Iterator[None]:
    """The API with a database that does not respond."""
    with serve(Database(lambda: AWAY)):
        yield


@pytest.mark.parametrize(("method", "path"), [*(("GET", path) for path in READING), ("POST", "/forecasts/generate")])
def test_without_the_database_a_route_says_so_and_when_to_come_back(away: None, method: str, path: str) -> None:
    answer = ask(path, method)
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json["code"], answer.json["retry_after_s"], answer.headers["Retry-After"]) == ("UNAVAILABLE", 15, "15")
    assert answer.json["detail"] == "The database is unavailable. Retry in 15 seconds."


def test_an_outage_shows_no_trace_and_nothing_of_the_database(away: None) -> None:
    for path in READING:
        text = ask(path).text
        assert not [word for word in ("Traceback", "psycopg", "127.0.0.1", *AWAY.values()) if str(word) in text and word != 1], text


def test_liveness_does_not_depend_on_the_database_so_that_asking_wakes_nothing(away: None) -> None:
    assert (call("/health").status, call("/health").json["status"]) == (200, "ok")
    assert call("/openapi.json").status == call("/docs").status == 200


def test_with_the_database_up_nothing_is_away(served_api: Served) -> None:
    assert call("/health").status == 200
    assert {ask(path).status for path in READING} == {200, 404}


def test_a_restarted_database_is_found_again_by_the_next_request(served_api: Served) -> None:
    ask("/forecasts")
    [(pid,)] = served_api.api.fetch("select pg_backend_pid()")
    with psycopg.connect(**conninfo_to_dict(served_api.url), autocommit=True) as other:  # type: ignore[arg-type]
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert ask("/forecasts").status == 200


def test_a_table_locked_for_long_is_a_busy_database(empty: Database, migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=100)
    with serve(database), psycopg.connect(migrated_database) as other:
        other.execute("lock table jobs")
        answer = ask(f"/jobs/{a_run().id}")
    assert (answer.status, answer.json["detail"]) == (503, "The database is busy. Retry in 5 seconds.")
