"""Connection parameters of the database: an IAM token in Lambda, a URL elsewhere.

The token is a signature that needs no call to AWS and that the database verifies with IAM. It is valid for 15 minutes, so every new
connection gets a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from psycopg.conninfo import conninfo_to_dict

from runtime.settings import DatabaseEnvironment

CERTIFICATES = Path(__file__).with_name("certificates.pem")
"""The authorities of Amazon RDS, which sign the certificates of Aurora, and of Amazon Trust Services, which sign those of RDS Proxy.

`python -m tools.certificates` writes the file.
"""
Address = Callable[[], Mapping[str, Any]]


class Signer(Protocol):
    """The part of boto3's RDS client that signs tokens."""

    def generate_db_auth_token(self, *, DBHostname: str, Port: int, DBUsername: str) -> str:  # noqa: N803 - boto3's names
        """Return a token for a user of a database."""


def address_of(environment: DatabaseEnvironment, rds: Callable[[], Signer]) -> Address:
    """Return a function for the libpq parameters: of SIGNIFY_DATABASE_URL when it is set, else of the environment with a new token."""
    if environment.signify_database_url is not None:
        url = environment.signify_database_url.get_secret_value()
        return lambda: conninfo_to_dict(url)
    return lambda: _with_token(rds(), environment, environment.database_host)


def reader_address_of(environment: DatabaseEnvironment, rds: Callable[[], Signer]) -> Address:
    """Return the same for the reader of the cluster, which the environment must name."""
    return lambda: _with_token(rds(), environment, environment.database_reader_host)


def _with_token(rds: Signer, environment: DatabaseEnvironment, host: str) -> Mapping[str, object]:
    port, user = environment.database_port, environment.database_user
    return {
        "host": host,
        "port": port,
        "user": user,
        "password": rds.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user),
        "dbname": environment.database_name,
        "sslmode": environment.database_sslmode,
        **({"sslrootcert": str(CERTIFICATES)} if environment.database_sslmode == "verify-full" else {}),
    }
