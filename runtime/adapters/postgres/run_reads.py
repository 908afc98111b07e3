"""The list of runs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.json_rows import json_rows
from runtime.models.domain.publishing import UNPUBLISHED_PREFIX
from runtime.services.read_ports import JsonRows, RunFilters, RunReads

# What a run that failed was refused for is in its job, which has the id of the run.
FIELDS = """
'run_id', r.id, 'status', r.status, 'as_of_date', r.as_of_date, 'horizon_days', r.horizon_days,
'published', p.run_id is not null, 'published_at', r.published_at,
'replaced_at', case when p.run_id is null then (select max(replaced_at) from publications where run_id = r.id) end,
'unpublished_reason', case when r.published_at is null then coalesce(
    (select warning from jsonb_array_elements_text(r.warnings) warning where starts_with(warning, %(prefix)s) limit 1),
    (select error ->> 'detail' from jobs where id = r.id)) end,
'has_forecasts', exists (select from pg_inherits where inhparent = 'forecasts'::regclass and not inhdetachpending
    and inhrelid = to_regclass('forecasts_' || replace(r.id::text, '-', ''))),
'measured', r.measured_at is not null, 'measured_at', r.measured_at,
'model_name', r.model_name, 'model_version', r.model_version, 'code_version', r.code_version,
'series_forecast', r.series_forecast, 'series_excluded', r.series_excluded,
'backtest_wape', r.backtest -> 'wape', 'baseline_wape', r.backtest -> 'baseline_wape',
'created_at', r.created_at, 'finished_at', r.finished_at"""

RUNS = """
select array[r.created_at::text, r.id::text] as sort_key, json_build_object({fields}) as row
from forecast_runs r left join published_run p on p.run_id = r.id
where (%(status)s::text is null or r.status = %(status)s)
    and (%(published)s::boolean is null or (r.published_at is not null) = %(published)s)
    and (%(created)s::text is null or (r.created_at, r.id) < (%(created)s::timestamptz, %(id)s::uuid))
order by r.created_at desc, r.id desc limit %(limit)s + 1
""".replace("{fields}", FIELDS)

RUN = """
select json_build_object({fields}, 'params', r.params, 'backtest', r.backtest, 'warnings', r.warnings, 'publications', coalesce(
    (select json_agg(json_build_object('published_at', published_at, 'replaced_at', replaced_at, 'actor', actor) order by published_at desc)
    from publications where run_id = r.id), '[]'))::text
from forecast_runs r left join published_run p on p.run_id = r.id
where r.id = %(id)s
""".replace("{fields}", FIELDS)


class PostgresRunReads(RunReads):
    """The tables `forecast_runs`, `published_run` and `publications`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, filters: RunFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        created_at, run_id = after or (None, None)
        parameters = {"prefix": UNPUBLISHED_PREFIX, "status": filters.status, "published": filters.published}
        return json_rows(self._database, RUNS, {**parameters, "created": created_at, "id": run_id, "limit": limit})

    @override
    def find(self, run_id: UUID) -> str | None:
        rows = self._database.fetch(RUN, {"prefix": UNPUBLISHED_PREFIX, "id": run_id})
        return str(rows[0][0]) if rows else None
