"""The forecast runs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import RunNotFound
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.runs import ForecastRun, PublishedRun, RunEnd, RunFailure, RunStatus
from runtime.services.ports import RunRepository


class PostgresRuns(RunRepository):
    """The tables `forecast_runs` and `published_run`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def start(self, run: ForecastRun) -> ForecastRun:
        values = asdict(run) | {name: jsonb(getattr(run, name)) for name in ("params", "warnings")}
        with self._database.transaction() as cursor:
            cursor.execute(INSERT, values)
        return self.get(run.id)

    @override
    def get(self, run_id: UUID) -> ForecastRun:
        run = self.find(run_id)
        if run is None:
            raise RunNotFound(f"Forecast run {run_id} not found.")
        return run

    @override
    def find(self, run_id: UUID) -> ForecastRun | None:
        rows = self._database.rows(SELECT, [run_id])
        return _run(rows[0]) if rows else None

    @override
    def find_previous_start(self, run_id: UUID) -> datetime | None:
        start: datetime | None = self._database.fetch(PREVIOUS_START, [run_id])[0][0]
        return start

    @override
    def record_forecast(self, run_id: UUID, forecast: ForecastDocument) -> None:
        values = forecast.model_dump(exclude={"run_id", "as_of_date", "horizon_days", "rows", "warnings"}) | {
            "id": run_id,
            "params": jsonb(forecast.params),
            "backtest": jsonb(forecast.backtest.model_dump(mode="json")) if forecast.backtest else None,
        }
        with self._database.transaction() as cursor:
            cursor.execute(RECORD_FORECAST, values)
            cursor.execute(WARN, {"id": run_id, "warnings": jsonb(forecast.warnings)})

    @override
    def warn(self, run_id: UUID, warnings: Sequence[str]) -> None:
        with self._database.transaction() as cursor:
            cursor.execute(WARN, {"id": run_id, "warnings": jsonb(warnings)})

    @override
    def finish(self, run_id: UUID, end: RunEnd, at: datetime, failure: RunFailure | None = None) -> None:
        values = {
            "id": run_id,
            "status": end.status,
            "is_measured": end.is_measured,
            "at": at,
            "failure": jsonb(failure) if failure else None,
        }
        with self._database.transaction() as cursor:
            cursor.execute(FINISH, values)

    @override
    def find_published(self) -> PublishedRun | None:
        rows = self._database.fetch(
            """select r.id, r.as_of_date, r.horizon_days, p.published_at
            from published_run p join forecast_runs r on r.id = p.run_id"""
        )
        return PublishedRun(*rows[0]) if rows else None

    @override
    def list_durations(self, since: datetime, until: datetime) -> list[float]:
        rows = self._database.fetch(
            """select extract(epoch from finished_at - created_at) from forecast_runs
            where status = 'SUCCEEDED' and failure is null and created_at >= %s and created_at < %s""",
            [since, until],
        )
        return [float(seconds) for (seconds,) in rows]

    @override
    def list_published_before(self, as_of_date: date) -> list[PublishedRun]:
        return [PublishedRun(*row) for row in self._database.fetch(PUBLISHED_BEFORE, [as_of_date])]

    @override
    def list_statuses(self, since: datetime) -> dict[UUID, RunStatus]:
        rows = self._database.fetch("select id, status from forecast_runs where created_at >= %s", [since])
        return {run_id: RunStatus(status) for run_id, status in rows}

    @override
    def list_input_entries(self, run_id: UUID) -> list[dict[str, object]]:
        rows = self._database.fetch("select input_manifest from forecast_runs where id = %s", [run_id])
        return list(rows[0][0]) if rows else []


# By name: `input_manifest`, which only old rows have, is megabytes long.
SELECT = """
select id, as_of_date, horizon_days, status, code_version, created_at, execution_arn, input_objects, input_digest, warnings, backend,
    model_name, model_version, seed, params, series_forecast, series_excluded, backtest, finished_at, published_at, measured_at,
    failure
from forecast_runs where id = %s
"""

PUBLISHED_BEFORE = """
select id, as_of_date, horizon_days, published_at from forecast_runs
where published_at is not null and as_of_date < %s order by as_of_date desc, published_at desc
"""

# With the lock either the job ended before and the run is closed here, or whoever ends the job waits and then finds the run.
INSERT = """
with job as (select finished_at from jobs where id = %(id)s for share)
insert into forecast_runs (id, as_of_date, horizon_days, status, code_version, params, input_objects, input_digest, warnings, execution_arn,
    created_at, finished_at)
select %(id)s, %(as_of_date)s, %(horizon_days)s, case when job.finished_at is null then %(status)s else 'FAILED' end, %(code_version)s,
    %(params)s, %(input_objects)s, %(input_digest)s, %(warnings)s, %(execution_arn)s, %(created_at)s, job.finished_at
from (select) as run left join job on true
on conflict (id) do update set status = excluded.status, finished_at = excluded.finished_at, failure = null
where forecast_runs.published_at is null
"""

FINISH = """
update forecast_runs set status = %(status)s, finished_at = %(at)s, failure = %(failure)s,
    measured_at = case when %(is_measured)s then coalesce(measured_at, %(at)s) else measured_at end
where id = %(id)s
"""

RECORD_FORECAST = """
update forecast_runs set backend = %(backend)s, model_name = %(model_name)s, model_version = %(model_version)s, seed = %(seed)s,
    params = %(params)s, series_forecast = %(series_forecast)s, series_excluded = %(series_excluded)s, backtest = %(backtest)s
where id = %(id)s
"""

# Warnings are a set in order of appearance: a retried step adds its own again.
PREVIOUS_START = """
select max(earlier.created_at) from forecast_runs run join forecast_runs earlier on earlier.created_at < run.created_at where run.id = %s
"""

WARN = """
update forecast_runs set warnings = warnings || (
    select coalesce(jsonb_agg(new), '[]') from jsonb_array_elements(%(warnings)s) new where not warnings @> jsonb_build_array(new))
where id = %(id)s
"""


def _run(row: dict[str, Any]) -> ForecastRun:
    return ForecastRun(**row | {"status": RunStatus(row["status"]), "warnings": tuple(row["warnings"])})
