"""The creation of the database users, on a Data API in memory."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from runtime.adapters.aws.database_roles import ATTEMPTS, DatabaseRoles, Users
from tests.fakes.data_api import InMemoryDataApi


def roles(api: InMemoryDataApi, pauses: list[float]) -> DatabaseRoles:
    return DatabaseRoles(api, "cluster", "secret", "stock", Users("writers", "readers"), pause=pauses.append)


@pytest.mark.parametrize("user", ["writers", "readers"])
def test_a_user_is_created_once_and_signs_in_by_iam_only(user: str) -> None:
    api = InMemoryDataApi()
    assert roles(api, []).ensure() == Users("writers", "readers")
    position = next(number for number, statement in enumerate(api.statements) if f"create role {user} login" in statement)
    assert f"if not exists (select from pg_roles where rolname = '{user}')" in api.statements[position]
    assert api.statements[position + 1] == f"grant rds_iam to {user}"
    assert not any("password" in statement for statement in api.statements)


def test_the_next_deployment_executes_the_same_statements() -> None:
    api = InMemoryDataApi()
    roles(api, []).ensure()
    first, api.statements = api.statements, []
    roles(api, []).ensure()
    assert api.statements == first


def test_only_the_owner_of_the_schema_may_create_objects() -> None:
    api = InMemoryDataApi()
    roles(api, []).ensure()
    assert not [
        statement for statement in api.statements if "readers" in statement and "create" in statement and "create role" not in statement
    ]


def test_the_creation_waits_for_a_paused_database() -> None:
    api, pauses = InMemoryDataApi(failures=3), list[float]()
    roles(api, pauses).ensure()
    assert len(pauses) == 3


def test_a_database_that_never_resumes_fails_the_deployment() -> None:
    api, pauses = InMemoryDataApi(failures=99), list[float]()
    with pytest.raises(ClientError, match="DatabaseResumingException"):
        roles(api, pauses).ensure()
    assert len(pauses) == ATTEMPTS - 1


def test_another_error_is_not_retried() -> None:
    api, pauses = InMemoryDataApi(failures=1, code="BadRequestException"), list[float]()
    with pytest.raises(ClientError, match="BadRequestException"):
        roles(api, pauses).ensure()
    assert pauses == []
