"""The Data API of Amazon RDS in memory."""

from __future__ import annotations

from botocore.exceptions import ClientError
from typing_extensions import override

from runtime.adapters.aws.database_roles import DataApi


class InMemoryDataApi(DataApi):
    """Fail the first calls with an error code, then remember the statements."""

    def __init__(self, failures: int = 0, code: str = "DatabaseResumingException") -> None:
        self.failures, self.code = failures, code
        self.statements: list[str] = []

    @override
    def execute_statement(self, *, resourceArn: str, secretArn: str, database: str, sql: str) -> object:
        if self.failures:
            self.failures -= 1
            raise ClientError({"Error": {"Code": self.code, "Message": "not yet"}}, "ExecuteStatement")
        self.statements.append(sql)
        return {}
