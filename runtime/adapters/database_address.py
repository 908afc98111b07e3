"""Where the database is: the secret that the cluster keeps, or a URL outside Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.aws_errors import aws_errors_in_our_words
from runtime.settings import DatabaseEnvironment

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Address = Callable[[], Mapping[str, Any]]


def address_of(environment: DatabaseEnvironment, secrets: Callable[[], SecretsManagerClient]) -> Address:
    """The libpq parameters: of SIGNIFY_DATABASE_URL when that is set, else of the secret, with TLS as the environment asks."""
    if environment.signify_database_url is not None:
        url = environment.signify_database_url.get_secret_value()
        return lambda: conninfo_to_dict(url)
    return lambda: _from_secret(secrets(), environment)


def _from_secret(secrets: SecretsManagerClient, environment: DatabaseEnvironment) -> Mapping[str, Any]:
    with aws_errors_in_our_words():
        secret = json.loads(secrets.get_secret_value(SecretId=environment.database_secret_arn)["SecretString"])
    return {
        "host": secret["host"],
        "port": secret["port"],
        "user": secret["username"],
        "password": secret["password"],
        "dbname": secret["dbname"],
        "sslmode": environment.database_sslmode,
    }
