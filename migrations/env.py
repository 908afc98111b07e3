"""Entry point of Alembic: the database, the schema, and the differences that count.

The database is, in this order: `config.attributes["url"]` (the migrator function and the tests), the variable
SIGNIFY_DATABASE_URL, or else the developer's own, which is started for the time of the command when it does not run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url
from sqlalchemy.sql.schema import SchemaItem

from contracts.environment import Variable
from runtime.models.domain.partitions import is_partition
from runtime.models.tables import Base

# Two deploys that migrate at once wait for each other here.
MIGRATION_LOCK = 7_263_001


def include_object(_item: SchemaItem, name: str | None, type_: str, _is_reflected: bool, _compare_to: SchemaItem | None) -> bool:
    """Leave partitions alone: the code makes and drops them."""
    return not (type_ == "table" and name is not None and is_partition(name))


@contextmanager
def database_url() -> Iterator[str]:
    """The address of the database to migrate."""
    url = context.config.attributes.get("url") or os.environ.get(Variable.SIGNIFY_DATABASE_URL)
    if url:
        yield url
        return
    from local.developer_database import open_developer_database  # deployed code has no local/

    with open_developer_database() as url:
        yield url


def run(url: str) -> None:
    """Apply the requested revisions in one transaction."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, include_object=include_object, compare_server_default=True)
        with context.begin_transaction():
            connection.exec_driver_sql("set local statement_timeout = 0")  # a proxy's sessions have one, for requests
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({MIGRATION_LOCK})")
            context.run_migrations()
    engine.dispose()


if context.config.config_file_name and "url" not in context.config.attributes:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

with database_url() as address:
    run(address)
