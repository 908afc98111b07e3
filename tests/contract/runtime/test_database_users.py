"""The users of the database as a deploy leaves it: made by an administrator who is no superuser, tables by the functions' user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from local.postgres import IAM_ROLE, PostgresServer
from runtime import bootstrap
from runtime.adapters.aws.database_roles import Users, statements
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.migrations import AlembicMigrations
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.models.domain.partitions import forecast_partition
from runtime.settings import DatabaseEnvironment
from tests.contract.api.published import publish
from tests.contract.api.wiring import serve
from tests.contract.conftest import as_the_api
from tests.fakes.clock import FixedClock
from tests.fakes.examples import an_accepted_object
from tests.unit.runtime.api.conftest import call

USERS = Users("signify_functions", "signify_api")
READ = {
    "access.cursor_key", "accuracy_reports", "anomaly_events", "anomaly_feedback", "audit_events",
    "data_quality_reports", "excluded_series", "forecast_runs", "forecasts",
    "ingested_objects", "insight_events", "insights", "jobs", "kpi_metrics", "newest_kpis", "publications", "published_run",
    "quarantine_records", "replays", "row_checks", "withdrawals",
}  # fmt: skip
TABLE_GRANTS = """
select c.oid::regclass::text, privilege from pg_class c
cross join unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) privilege
where c.relnamespace in ('public'::regnamespace, 'access'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'S')
    and has_table_privilege('signify_api', c.oid, privilege)
"""
SCHEMA_GRANTS = """
select privilege from unnest('{connect,create,temporary}'::text[]) privilege
where has_database_privilege('signify_api', current_database(), privilege)
union all
select format('%s %s', nspname, privilege) from pg_namespace, unnest('{usage,create}'::text[]) privilege
where nspname in ('public', 'access') and has_schema_privilege('signify_api', nspname, privilege)
"""


@pytest.fixture(scope="session")
def deployed_url(postgres_server: PostgresServer) -> str:
    """The URL of a database, deployed to twice, for its superuser."""
    url = postgres_server.url("deployed")
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("create role administrator login createrole")
        connection.execute(f"grant {IAM_ROLE} to administrator with admin option")  # as on RDS
        connection.execute("create database deployed owner administrator")
    for _ in range(2):
        with psycopg.connect(url, user="administrator", autocommit=True) as administrator:
            for statement in statements("deployed", USERS):
                administrator.execute(statement)
        AlembicMigrations(lambda: conninfo_to_dict(url) | {"user": USERS.functions}).upgrade()
    return url


@pytest.fixture
def functions(deployed_url: str) -> Iterator[Database]:
    """A connection of the functions' user."""
    connection = Database(lambda: conninfo_to_dict(deployed_url) | {"user": USERS.functions})
    yield connection
    connection.close()


@pytest.fixture
def api(deployed_url: str) -> Iterator[Database]:
    """A connection of the API's user."""
    connection = as_the_api(deployed_url)
    yield connection
    connection.close()


def test_the_api_may_read_what_it_answers_and_add_jobs_and_audit_events_and_no_more(deployed_url: str) -> None:
    with psycopg.connect(deployed_url) as connection:
        table_grants = set(connection.execute(TABLE_GRANTS).fetchall())
        above = {what for (what,) in connection.execute(SCHEMA_GRANTS)}
    assert table_grants == {(table, "select") for table in READ} | {("jobs", "insert"), ("audit_events", "insert")}
    assert above == {"connect", "public usage", "access usage"}


def test_the_api_is_a_member_of_nothing_but_the_role_of_who_signs_in_by_token(api: Database) -> None:
    member = "select rolname from pg_roles where pg_has_role('signify_api', oid, 'member') and rolname <> 'signify_api'"
    assert api.fetch(member) == [(IAM_ROLE,)]
    assert api.fetch("select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls from pg_roles where rolname = 'signify_api'") == [
        (False,)
    ]


def test_forecasts_that_are_published_later_are_read_through_their_table(functions: Database, api: Database, tmp_path: Path) -> None:
    run = publish(functions, tmp_path, "later", ("SKU-1",), ("LDS1",))
    with serve(api):
        assert len(call("/forecasts", time_horizon="28d").json["forecasts"]) == 28
    with pytest.raises(errors.InsufficientPrivilege):
        api.fetch(f"select from {forecast_partition(run.id)}")


def test_a_job_is_created_once_per_key(functions: Database, api: Database) -> None:
    PostgresIngestedObjects(functions, PostgresAuditLog(functions)).record(an_accepted_object())
    with serve(api):
        first, second = (call("/forecasts/generate", "POST", body="{}", headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status, second.json) == (202, first.json)
    assert functions.fetch("select status from jobs where id = %s", [first.json["job_id"]]) == [("QUEUED",)]


def test_two_deploys_leave_one_cursor_key_and_the_api_finds_it(api: Database) -> None:
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.database = api
    adapters.database_environment = DatabaseEnvironment(
        stage="test", database_host="db", database_user=USERS.api, signify_database_url=None
    )
    assert len(adapters.cursor_key.get()) == 32
    assert api.fetch("select count(*) from access.cursor_key") == [(1,)]


def test_the_api_reads_the_key_that_a_restore_made_when_a_cursor_does_not_verify(deployed_url: str, api: Database) -> None:
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.database, adapters.clock = api, (clock := FixedClock())
    adapters.database_environment = DatabaseEnvironment(
        stage="test", database_host="db", database_user=USERS.api, signify_database_url=None
    )
    old_key = adapters.cursor_key.get()
    with psycopg.connect(deployed_url) as restore:
        restore.execute("update access.cursor_key set key = 'as after a restore'")
    assert adapters.cursor_key.find_other(old_key) is None
    clock.advance(seconds=10)
    assert adapters.cursor_key.find_other(old_key) == adapters.cursor_key.get() != old_key


FORBIDDEN_STATEMENTS: list[LiteralString] = [
    "insert into forecasts select * from forecasts",
    "insert into published_run (run_id, published_at) values (gen_random_uuid(), now())",
    "insert into access.cursor_key values ('mine')",
    "update jobs set status = 'SUCCEEDED'",
    "update forecast_runs set published_at = now()",
    "insert into publications (run_id, published_at) select id, now() from forecast_runs",
    "update publications set actor = null",
    "alter function publish_run(uuid, uuid, timestamptz, text, text) security invoker",
    "alter function publish_run(uuid, uuid, timestamptz, text, text, jsonb) security invoker",
    "alter function publish_run(uuid, uuid, timestamptz, text, text, jsonb, boolean) security invoker",
    "update quarantine_records set status = 'OPEN', closed_at = null, replay_id = null",
    "insert into replays (object_id, original_id) select id, id from ingested_objects",
    "alter function discard_records(uuid, bigint[], uuid, timestamptz, text, text, jsonb) security invoker",
    "update access.cursor_key set key = 'mine'",
    "update audit_events set actor = 'somebody else'",
    "delete from audit_events",
    "delete from jobs",
    "delete from forecast_runs",
    "truncate jobs",
    "drop table jobs",
    "alter table jobs add column mine text",
    "lock table published_run in access exclusive mode",
    "create table mine (id int)",
    "create temporary table mine (id int)",
    "create table access.mine (id int)",
    "create schema mine",
    "create role mine",
    "create index on jobs (status)",
    "select from alembic_version",
    "select from pg_authid",
    "select pg_read_file('postgresql.conf')",
    "copy jobs to program 'cat'",
    "set role signify_functions",
]


@pytest.mark.parametrize("statement", FORBIDDEN_STATEMENTS)
def test_the_api_is_refused(api: Database, statement: LiteralString) -> None:
    with pytest.raises(errors.InsufficientPrivilege) as error_info, api.transaction() as cursor:
        cursor.execute(statement)
    assert error_info.value.sqlstate == "42501"
