"""The connection: kept, reopened, and its errors in our words."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import boto3
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.database_address import CERTIFICATES, address_of
from runtime.errors import DatabaseBusy, DatabaseUnavailable
from runtime.settings import DatabaseEnvironment


def kill(url: str, database: Database) -> None:
    """End the connection from the server's side, as a restart or an auto-pause does."""
    [(pid,)] = database.fetch("select pg_backend_pid()")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_one_connection_serves_many_statements(postgres: Database) -> None:
    assert postgres.fetch("select pg_backend_pid()") == postgres.fetch("select pg_backend_pid()")


def test_rows_come_as_tuples_or_by_name(postgres: Database) -> None:
    assert postgres.fetch("select 1 as one, 'x' as name") == [(1, "x")]
    assert postgres.rows("select 1 as one, %(name)s as name", {"name": "x"}) == [{"one": 1, "name": "x"}]


def test_a_broken_connection_is_opened_again_for_a_statement(migrated_database: str, postgres: Database) -> None:
    kill(migrated_database, postgres)
    assert postgres.fetch("select 1") == [(1,)]


def test_a_broken_connection_is_opened_again_for_a_transaction(migrated_database: str, postgres: Database) -> None:
    kill(migrated_database, postgres)
    with postgres.transaction() as cursor:
        assert cursor.execute("select 1").fetchall() == [(1,)]


def test_an_idle_connection_is_ended_by_the_server_so_that_the_database_can_pause_and_is_opened_again(migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database), idle_session_ms=50)
    [(pid,)] = database.fetch("select pg_backend_pid()")
    with psycopg.connect(migrated_database, autocommit=True) as other:
        wait_until(lambda: other.execute("select from pg_stat_activity where pid = %s", [pid]).rowcount == 0)
    assert database.fetch("select 1") == [(1,)]
    database.close()


def test_a_transaction_that_raises_leaves_nothing(postgres: Database) -> None:
    def insert_and_fail() -> None:
        with postgres.transaction() as cursor:
            cursor.execute("insert into jobs (id, type, status, updated_at) values (gen_random_uuid(), 'x', 'QUEUED', now())")
            raise KeyError

    with pytest.raises(KeyError):
        insert_and_fail()
    assert postgres.fetch("select count(*) from jobs") == [(0,)]


def test_a_slow_statement_is_cancelled_and_called_busy(migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=100)
    with pytest.raises(DatabaseBusy, match="statement timeout"):
        database.fetch("select pg_sleep(5)")
    assert database.fetch("select 1") == [(1,)]
    database.close()


def test_a_lock_that_is_held_too_long_is_called_busy(migrated_database: str, postgres: Database) -> None:
    def wait_for_the_lock() -> None:
        with postgres.transaction() as cursor:
            cursor.execute("set local lock_timeout = '50ms'; select * from jobs")

    with psycopg.connect(migrated_database) as other:
        other.execute("lock table jobs")
        with pytest.raises(DatabaseBusy, match="lock timeout"):
            wait_for_the_lock()


def test_a_database_that_is_not_there_is_called_unavailable() -> None:
    database = Database(lambda: {"host": "127.0.0.1", "port": 1, "user": "nobody", "dbname": "none"})
    with pytest.raises(DatabaseUnavailable, match="is unavailable"):
        database.fetch("select 1")


def test_a_wrong_password_is_not_shown_in_the_message(migrated_database: str) -> None:
    address = conninfo_to_dict(migrated_database) | {"password": "s3cret"}
    with pytest.raises(DatabaseUnavailable) as error_info:
        Database(lambda: address).fetch("select 1")
    assert "s3cret" not in str(error_info.value)


def test_the_address_is_asked_again_after_a_break_so_that_a_new_password_is_used(migrated_database: str) -> None:
    address_calls: list[Mapping[str, Any]] = []

    def address() -> Mapping[str, Any]:
        address_calls.append(conninfo_to_dict(migrated_database))
        return address_calls[-1]

    database = Database(address)
    kill(migrated_database, database)
    database.fetch("select 1")
    assert len(address_calls) == 2
    database.close()


def test_documents_take_dates_but_no_value_that_json_has_not(postgres: Database) -> None:
    assert postgres.fetch("select %s ->> 'a'", [jsonb({"a": 1})]) == [("1",)]
    with pytest.raises(ValueError, match="JSON compliant"):
        postgres.fetch("select %s", [jsonb({"a": float("inf")})])


def test_a_function_signs_in_with_a_token_of_its_own_role_and_asks_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNIFY_DATABASE_URL", raising=False)
    session = boto3.Session("testing", "testing", region_name="eu-central-1")
    environment = DatabaseEnvironment(stage="dev", database_host="db", database_user="signify_functions")
    address = dict(address_of(environment, lambda: session.client("rds"))())
    token = str(address.pop("password"))
    assert address == {
        "host": "db",
        "port": 5432,
        "user": "signify_functions",
        "dbname": "signify",
        "sslmode": "verify-full",
        "sslrootcert": str(CERTIFICATES),
    }
    assert token.startswith("db:5432/?Action=connect&DBUser=signify_functions&")
    assert "X-Amz-Expires=900" in token


def test_a_session_behind_a_proxy_is_left_as_the_proxy_set_it_up(migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=None)
    assert database.fetch("show statement_timeout") == [("0",)]
    database.close()


def test_nothing_is_opened_before_the_first_statement() -> None:
    with patch("psycopg.connect") as connect:
        Database(dict).close()
    connect.assert_not_called()


def test_a_connection_notices_a_server_that_vanished_before_the_api_stops_waiting(migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database))
    database.fetch("select 1")
    assert database._connection is not None
    parameters = database._connection.info.get_parameters()
    idle, interval, count = (int(parameters[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert parameters["keepalives"] == "1"
    assert max(idle + interval * count, int(parameters["tcp_user_timeout"]) / 1000) < 29
    database.close()


def test_a_server_that_became_a_reader_is_left_so_that_the_next_connection_leads_to_the_writer(migrated_database: str) -> None:
    database = Database(lambda: conninfo_to_dict(migrated_database))
    [(pid,)] = database.fetch("select pg_backend_pid()")
    database.fetch("select set_config('default_transaction_read_only', 'on', false)")

    def delete_jobs() -> None:
        with database.transaction() as cursor:
            cursor.execute("delete from jobs")

    with pytest.raises(DatabaseUnavailable, match="read-only transaction"):
        delete_jobs()
    delete_jobs()
    assert database.fetch("select pg_backend_pid()") != [(pid,)]
    database.close()
