"""The users that functions sign in as, made by the database's administrator through the Data API: no network, no password in sight.

What the API's user may do to tables is granted by their owner, in the migrations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from runtime.adapters.aws.errors import aws_errors_in_our_words

WAKING = "DatabaseResumingException"
ATTEMPTS = 12
PAUSE_S = 5.0
"""A paused database needs up to 15 s, a new one sometimes longer."""


class DataApi(Protocol):
    """What of boto3's RDS Data client is used."""

    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> object:  # noqa: N803 - boto3's names
        """Run one statement as the user of the secret."""


@dataclass(frozen=True)
class Users:
    """Who owns the schema, and who answers the internet. Names are ours, so they need no quoting."""

    functions: str
    api: str


class DatabaseRoles:
    """Statements that may run again at every deploy; the last says the same as the first."""

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
        """Make the users, let them sign in by IAM alone, and one of them own the schema; answer their names."""
        for statement in statements(self._database, self._users):
            self._execute(statement)
        return self._users

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


def statements(database: str, users: Users) -> Iterator[str]:
    """One statement at a time, as the Data API wants them."""
    for user in (users.functions, users.api):
        exists = f"select from pg_roles where rolname = '{user}'"
        yield f"do $$ begin if not exists ({exists}) then create role {user} login; end if; end $$"
        yield f"grant rds_iam to {user}"  # from now on no password opens this role
    yield f"grant connect, create, temporary on database {database} to {users.functions}"
    yield f"grant connect on database {database} to {users.api}"
    yield f"revoke temporary on database {database} from public"  # what everybody may, the API may
    yield f"grant usage, create on schema public to {users.functions}"
    yield f"grant usage on schema public to {users.api}"
    # The key that protects paging cursors: made here, read by the API, known to no template.
    yield "create schema if not exists access"
    yield "create table if not exists access.cursor_key (key text not null)"
    yield (
        "insert into access.cursor_key select gen_random_uuid()::text || gen_random_uuid()::text "
        "where not exists (select from access.cursor_key)"
    )
    # The functions' user may still read it: the API signed in as that one before it had its own.
    yield f"grant usage on schema access to {users.functions}, {users.api}"
    yield f"grant select on access.cursor_key to {users.functions}, {users.api}"
