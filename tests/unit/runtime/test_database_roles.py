"""The users that functions sign in as, on a Data API that keeps what it was told."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from runtime.adapters.aws.database_roles import ATTEMPTS, DatabaseRoles, Users


class DataApi:
    """Sleeps for some calls, then remembers statements."""

    def __init__(self, sleeps: int = 0, code: str = "DatabaseResumingException") -> None:
        self.sleeps, self.code = sleeps, code
        self.said: list[str] = []

    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> object:  # noqa: N803
        if self.sleeps:
            self.sleeps -= 1
            raise ClientError({"Error": {"Code": self.code, "Message": "not yet"}}, "ExecuteStatement")
        self.said.append(sql)
        return {}


def roles(api: DataApi, pauses: list[float]) -> DatabaseRoles:
    return DatabaseRoles(api, "cluster", "secret", "stock", Users("keepers", "readers"), pause=pauses.append)


@pytest.mark.parametrize("user", ["keepers", "readers"])
def test_a_user_is_made_once_and_signs_in_by_iam_only(user: str) -> None:
    api = DataApi()
    assert roles(api, []).ensure() == Users("keepers", "readers")
    made = next(number for number, statement in enumerate(api.said) if f"create role {user} login" in statement)
    assert f"if not exists (select from pg_roles where rolname = '{user}')" in api.said[made]
    assert api.said[made + 1] == f"grant rds_iam to {user}"
    assert not any("password" in statement for statement in api.said)


def test_the_next_deploy_says_the_same_again() -> None:
    api = DataApi()
    roles(api, []).ensure()
    first, api.said = api.said, []
    roles(api, []).ensure()
    assert api.said == first


def test_only_the_owner_of_the_schema_may_make_anything() -> None:
    api = DataApi()
    roles(api, []).ensure()
    assert not [statement for statement in api.said if "readers" in statement and "create" in statement and "create role" not in statement]


def test_a_paused_database_is_waited_for() -> None:
    api, pauses = DataApi(sleeps=3), list[float]()
    roles(api, pauses).ensure()
    assert len(pauses) == 3


def test_a_database_that_never_wakes_fails_the_deploy() -> None:
    api, pauses = DataApi(sleeps=99), list[float]()
    with pytest.raises(ClientError, match="DatabaseResumingException"):
        roles(api, pauses).ensure()
    assert len(pauses) == ATTEMPTS - 1


def test_a_mistake_is_not_waited_for() -> None:
    api, pauses = DataApi(sleeps=1, code="BadRequestException"), list[float]()
    with pytest.raises(ClientError, match="BadRequestException"):
        roles(api, pauses).ensure()
    assert pauses == []
