"""Creation of the database users, by the administrator of the database through the Data API: no network, no visible password.

The owner of the tables grants their rights to the API's user in the migrations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from runtime.adapters.aws.errors import translate_aws_errors

RESUMING = "DatabaseResumingException"
ATTEMPTS = 12
PAUSE_S = 5.0
"""A paused database needs up to 15 s to resume, a new one sometimes longer."""


class DataApi(Protocol):
    """The part of boto3's RDS Data client that is used."""

    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> object:  # noqa: N803 - boto3's names
        """Run one statement as the user of the secret."""


@dataclass(frozen=True)
class Users:
    """The user that owns the schema, and the user of the public API. The names need no quoting."""

    functions: str
    api: str


class DatabaseRoles:
    """Create the database users. Every deployment executes the same statements again."""

    def __init__(
        self,
        client: DataApi,
        cluster_arn: str,
        secret_arn: str,
        database: str,
        users: Users,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._cluster_arn, self._secret_arn = client, cluster_arn, secret_arn
        self._database, self._users, self._pause = database, users, pause

    def ensure(self) -> Users:
        """Create the users, which sign in with IAM only, grant one of them the schema, and return their names."""
        for statement in statements(self._database, self._users):
            self._execute(statement)
        return self._users

    def _execute(self, statement: str) -> None:
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                with translate_aws_errors():
                    self._client.execute_statement(
                        resourceArn=self._cluster_arn, secretArn=self._secret_arn, database=self._database, sql=statement
                    )
            except ClientError as error:
                if error.response["Error"]["Code"] != RESUMING or not attempts_left:
                    raise
                self._pause(PAUSE_S)
            else:
                return


def statements(database: str, users: Users) -> Iterator[str]:
    """Yield the statements one by one, as the Data API requires."""
    for user in (users.functions, users.api):
        exists = f"select from pg_roles where rolname = '{user}'"
        yield f"do $$ begin if not exists ({exists}) then create role {user} login; end if; end $$"
        yield f"grant rds_iam to {user}"  # from now on this role cannot sign in with a password
    yield f"grant connect, create, temporary on database {database} to {users.functions}"
    yield f"grant connect on database {database} to {users.api}"
    yield f"revoke temporary on database {database} from public"  # the API has every right of public
    yield f"grant usage, create on schema public to {users.functions}"
    yield f"grant usage on schema public to {users.api}"
    # The key that signs cursors of lists: created here and read by the API, so that no template contains it.
    yield "create schema if not exists access"
    yield "create table if not exists access.cursor_key (key text not null)"
    yield (
        "insert into access.cursor_key select gen_random_uuid()::text || gen_random_uuid()::text "
        "where not exists (select from access.cursor_key)"
    )
    # The functions' user may still read it: the API used that user before it had its own.
    yield f"grant usage on schema access to {users.functions}, {users.api}"
    yield f"grant select on access.cursor_key to {users.functions}, {users.api}"
