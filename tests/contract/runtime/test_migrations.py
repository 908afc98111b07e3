"""The schema: up, down, up again, and equal to the models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from runtime.adapters.postgres.migrations import AlembicMigrations
from runtime.models.tables import Base

ROOT = Path(__file__).resolve().parents[3]
NEWEST = max(path.name.split("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))

TABLES = "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1"
# Everything about the schema that PostgreSQL can say, in its own words.
CATALOGUE = """
select 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attnum > 0 and not attisdropped and attrelid in (select oid from pg_class where relkind in ('r', 'p'))
    and attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and contype <> 'n'
union all
select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
union all
select 'partitioning', partrelid::regclass::text, '', pg_get_partkeydef(partrelid) from pg_partitioned_table
"""


def config_for(url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    return config


def ask(url: str, sql: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def test_a_session_that_limits_its_statements_does_not_limit_a_migration(database: str) -> None:
    """RDS Proxy opens every session with the limit of a request; here the other deploy takes longer than that."""
    address = conninfo_to_dict(database) | {"options": "-c statement_timeout=200"}
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(7263001)")
        timer = Timer(0.6, other.close)
        timer.start()
        AlembicMigrations(lambda: address).upgrade()
        timer.join()
    assert ("jobs",) in ask(database, TABLES)


def test_the_schema_goes_up_and_down_and_up_again(database: str) -> None:
    command.upgrade(config_for(database), "head")
    created_tables = ask(database, TABLES)
    command.downgrade(config_for(database), "base")
    assert ask(database, TABLES) == [("alembic_version",)]
    command.upgrade(config_for(database), "head")
    assert ask(database, TABLES) == created_tables
    assert len(created_tables) == 21


def test_a_downgrade_takes_the_partitions_along(database: str) -> None:
    command.upgrade(config_for(database), "head")
    with psycopg.connect(database) as connection:
        connection.execute("create table kpi_metrics_2026_11 partition of kpi_metrics for values from ('2026-11-01') to ('2026-12-01')")
    command.downgrade(config_for(database), "base")
    assert ask(database, TABLES) == [("alembic_version",)]


def test_the_migrated_schema_is_exactly_the_one_the_models_describe(migrated_database: str, database: str) -> None:
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    Base.metadata.create_all(engine)
    engine.dispose()
    schema = {row for row in ask(migrated_database, CATALOGUE) if "alembic_version" not in row[1]}
    assert schema == set(ask(database, CATALOGUE))


def test_autogenerate_finds_nothing_to_do_whatever_partitions_exist(migrated_database: str) -> None:
    with psycopg.connect(migrated_database) as connection:
        connection.execute("create table kpi_metrics_2026_11 partition of kpi_metrics for values from ('2026-11-01') to ('2026-12-01')")
        name = "forecasts_0123456789abcdef0123456789abcdef"
        connection.execute(f"create table {name} partition of forecasts for values in ('01234567-89ab-cdef-0123-456789abcdef')")
    command.check(config_for(migrated_database))


def test_autogenerate_would_notice_a_difference(database: str) -> None:
    command.upgrade(config_for(database), "head")
    with psycopg.connect(database) as connection:
        connection.execute("alter table jobs drop column result")
    with pytest.raises(CommandError, match="result"):
        command.check(config_for(database))


def test_the_migrator_needs_no_settings_file_and_may_run_twice(database: str) -> None:
    migrations = AlembicMigrations(lambda: conninfo_to_dict(database) | {"sslmode": "prefer"})
    assert [migrations.upgrade(), migrations.upgrade()] == [NEWEST, NEWEST]
    assert len(ask(database, TABLES)) == 21


READS_JOBS = "select has_table_privilege(rolname, 'jobs', 'select') from pg_roles where rolname like 'signify_api%'"


def test_a_database_that_exists_already_is_opened_to_the_api_and_a_downgrade_closes_it(database: str) -> None:
    names = []
    for go, revision in ((command.upgrade, "0001"), (command.upgrade, "head"), (command.downgrade, "0001")):
        go(config_for(database), revision)
        names += ask(database, READS_JOBS)
    assert names == [(False,), (True,), (False,)]


def test_where_the_api_has_no_user_a_migration_grants_nothing_and_does_not_mind(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter role signify_api rename to signify_api_elsewhere")
        try:
            command.upgrade(config_for(database), "head")
            assert ask(database, READS_JOBS) == [(False,)]
            command.check(config_for(database))
            command.downgrade(config_for(database), "base")
        finally:
            connection.execute("alter role signify_api_elsewhere rename to signify_api")


def test_an_older_commit_leaves_a_newer_schema_as_it_is(database: str) -> None:
    command.upgrade(config_for(database), "head")
    with psycopg.connect(database) as connection:
        connection.execute("update alembic_version set version_num = '9999'; alter table jobs add column later text")
    assert AlembicMigrations(lambda: conninfo_to_dict(database)).upgrade() == "9999"
    assert ask(database, "select version_num, later from alembic_version left join jobs on true") == [("9999", None)]


@pytest.mark.slow
def test_the_command_works_on_a_fresh_clone_without_any_variable(tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "SIGNIFY_DATABASE_URL"}
    for arguments in (["upgrade", "head"], ["check"]):
        process = subprocess.run(
            [sys.executable, "-m", "alembic", *arguments],
            cwd=ROOT,
            env=variables | {"SIGNIFY_HOME": str(tmp_path)},
            timeout=120,
            capture_output=True,
            text=True,
        )
        assert process.returncode == 0, process.stderr
