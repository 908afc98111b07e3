"""The database's own records of runs and jobs, read as the administrator of a local stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow


@dataclass(frozen=True)
class RunRecords:
    """What the database of `url` records."""

    url: str

    def count_published(self) -> int:
        """Return the number of published runs: 1 once a run was published."""
        return int(self._fetch("select count(*) from published_run")[0][0])

    def count_rows(self) -> dict[str, int]:
        """Return the number of forecasts of every run whose forecasts are loaded."""
        return {str(run_id): int(count) for run_id, count in self._fetch("select run_id, count(*) from forecasts group by run_id")}

    def list_statuses(self) -> list[tuple[UUID, str | None, str | None, str]]:
        """Return id, status of the run, status of the job and execution ARN of every job that has an execution."""
        return [
            (row[0], row[1], row[2], row[3])
            for row in self._fetch(
                "select j.id, r.status, j.status, j.execution_arn from jobs j left join forecast_runs r on r.id = j.id "
                "where j.execution_arn is not null"
            )
        ]

    def count_orphans(self) -> int:
        """Return the number of jobs that wait for an execution that was never started."""
        return int(self._fetch("select count(*) from jobs where execution_arn is null and finished_at is null")[0][0])

    def _fetch(self, statement: LiteralString, **parameters: object) -> list[TupleRow]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.SQL(statement), parameters).fetchall()
