"""The database's role of the functions, on a Data API that keeps what it was told."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from runtime.adapters.database_roles import ATTEMPTS, DatabaseRoles


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
    return DatabaseRoles(api, "cluster", "secret", "stock", "readers", pause=pauses.append)


def test_the_role_is_made_once_and_signs_in_by_iam_only() -> None:
    api = DataApi()
    assert roles(api, []).ensure() == "readers"
    assert "if not exists (select from pg_roles where rolname = 'readers')" in api.said[0]
    assert api.said[1] == "grant rds_iam to readers"
    assert not any("password" in statement for statement in api.said)


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
