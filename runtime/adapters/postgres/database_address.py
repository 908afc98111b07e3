"""Where the database is and how a function proves who it is: a token signed with its own role, or a URL outside Lambda.

Nothing is asked of any service: the token is a signature, made on the spot, that the database holds against IAM. It is good for 15
minutes, so every new connection gets a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from psycopg.conninfo import conninfo_to_dict

from runtime.settings import DatabaseEnvironment

Address = Callable[[], Mapping[str, Any]]


class Signer(Protocol):
    """What of boto3's RDS client is used: it signs, and calls nobody."""

    def generate_db_auth_token(self, *, DBHostname: str, Port: int, DBUsername: str) -> str:  # noqa: N803 - boto3's names
        """A token for this user of this database."""


def address_of(environment: DatabaseEnvironment, rds: Callable[[], Signer]) -> Address:
    """The libpq parameters: of SIGNIFY_DATABASE_URL when that is set, else of the environment with a fresh token."""
    if environment.signify_database_url is not None:
        url = environment.signify_database_url.get_secret_value()
        return lambda: conninfo_to_dict(url)
    return lambda: _with_token(rds(), environment)


def _with_token(rds: Signer, environment: DatabaseEnvironment) -> Mapping[str, Any]:
    host, port, user = environment.database_host, environment.database_port, environment.database_user
    return {
        "host": host,
        "port": port,
        "user": user,
        "password": rds.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user),
        "dbname": environment.database_name,
        "sslmode": environment.database_sslmode,
    }
