"""The database of a cluster on the local PostgreSQL: the administrator, the role of those who sign in with a token, and the database."""

from __future__ import annotations

from typing import TypeAlias

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from local.postgres import IAM_ROLE

Connection: TypeAlias = psycopg.Connection[TupleRow]


def create_cluster_database(superuser_url: str, administrator: str, password: str, database: str) -> None:
    """Create what Aurora creates with a cluster; what exists stays, with this password."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _ensure_role(connection, administrator, password)
        _ensure_iam_role(connection, administrator)
        _ensure_database(connection, database, administrator)


def _ensure_role(connection: Connection, name: str, password: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    verb = sql.SQL("alter" if exists else "create")
    statement = sql.SQL("{} role {} login createrole createdb password {}")
    connection.execute(statement.format(verb, sql.Identifier(name), sql.Literal(password)))


def _ensure_iam_role(connection: Connection, administrator: str) -> None:
    """Create the role whose members sign in with a token; the administrator may grant it, as on RDS."""
    if not connection.execute("select 1 from pg_roles where rolname = %s", [IAM_ROLE]).fetchone():
        connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(IAM_ROLE)))
    connection.execute(sql.SQL("grant {} to {} with admin option").format(sql.Identifier(IAM_ROLE), sql.Identifier(administrator)))


def _ensure_database(connection: Connection, database: str, owner: str) -> None:
    if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
        connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(owner)))
