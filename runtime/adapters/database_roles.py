"""The database's role of the functions, made by its administrator through the Data API: no network, no password in sight."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from botocore.exceptions import ClientError

from runtime.adapters.aws_errors import aws_errors_in_our_words

WAKING = "DatabaseResumingException"
ATTEMPTS = 12
PAUSE_S = 5.0
"""A paused database needs up to 15 s, a new one sometimes longer."""


class DataApi(Protocol):
    """What of boto3's RDS Data client is used."""

    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> object:  # noqa: N803 - boto3's names
        """Run one statement as the user of the secret."""


class DatabaseRoles:
    """Statements that may run again at every deploy; the last says the same as the first."""

    def __init__(
        self,
        client: DataApi,
        cluster_arn: str,
        secret_arn: str,
        database: str,
        user: str,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._cluster_arn, self._secret_arn = client, cluster_arn, secret_arn
        self._database, self._user, self._pause = database, user, pause

    def ensure(self) -> str:
        """Make the role, let it sign in by IAM alone and own the schema; answer its name."""
        for statement in statements(self._database, self._user):
            self._execute(statement)
        return self._user

    def _execute(self, statement: str) -> None:
        for left in reversed(range(ATTEMPTS)):
            try:
                with aws_errors_in_our_words():
                    self._client.execute_statement(
                        resourceArn=self._cluster_arn, secretArn=self._secret_arn, database=self._database, sql=statement
                    )
            except ClientError as error:
                if error.response["Error"]["Code"] != WAKING or not left:
                    raise
                self._pause(PAUSE_S)
            else:
                return


def statements(database: str, user: str) -> Iterator[str]:
    """One statement at a time, as the Data API wants them. Names are ours, so they need no quoting."""
    exists = f"select from pg_roles where rolname = '{user}'"
    yield f"do $$ begin if not exists ({exists}) then create role {user} login; end if; end $$"
    yield f"grant rds_iam to {user}"  # from now on no password opens this role
    yield f"grant connect, create, temporary on database {database} to {user}"
    yield f"grant usage, create on schema public to {user}"
    # The key that protects paging cursors: made here, read by the functions, known to no template.
    yield "create schema if not exists access"
    yield "create table if not exists access.cursor_key (key text not null)"
    yield (
        "insert into access.cursor_key select gen_random_uuid()::text || gen_random_uuid()::text "
        "where not exists (select from access.cursor_key)"
    )
    yield f"grant usage on schema access to {user}"
    yield f"grant select on access.cursor_key to {user}"
