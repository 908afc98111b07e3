"""The reads of the API in PostgreSQL. Lists arrive as JSON text, six times cheaper than rows that become objects and JSON again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from typing_extensions import override

from kpi_engine.accuracy.report.accuracy_report import AccuracyReport
from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.json_rows import json_rows
from runtime.adapters.postgres.lists.forecast_rows import build_statement, list_parameters
from runtime.adapters.postgres.lists.kpi_trends import TRENDS, list_trend_parameters
from runtime.errors import ReportNotFound
from runtime.models.domain.kpis import Basis, RunAccuracy
from runtime.models.domain.partitions import forecast_partition
from runtime.services.read_ports import (
    AccuracyReads,
    ExcludedSlice,
    ForecastReads,
    ForecastSlice,
    JsonRows,
    KpiFilters,
    KpiReads,
    LatestReport,
    ObjectReads,
    TrendQuery,
)


class PostgresForecastReads(ForecastReads):
    """The partition of one run, by its primary key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, query: ForecastSlice) -> JsonRows:
        return json_rows(self._database, build_statement(query), list_parameters(query))

    @override
    def skus_without_forecast(self, run_id: UUID, sku_ids: Sequence[str]) -> dict[str, str]:
        return dict(self._database.fetch(WITHOUT_FORECAST, {"run_id": run_id, "skus": list(sku_ids)}))

    @override
    def has_row(self, run_id: UUID, site_id: str, sku_id: str, day: date) -> bool:
        return bool(self._database.fetch(HAS_ROW, {"run_id": run_id, "site": site_id, "sku": sku_id, "day": day})[0][0])

    @override
    def has_forecasts(self, run_id: UUID) -> bool:
        return bool(self._database.fetch(LOADED, [forecast_partition(run_id)]))

    @override
    def site_ids(self, run_id: UUID) -> list[str]:
        return [site for (site,) in self._database.fetch(SITES, [run_id])]

    @override
    def excluded_rows(self, query: ExcludedSlice) -> JsonRows:
        sku, site = query.after or (None, None)
        filters = {"run_id": query.run_id, "site": query.site_id, "sku": query.sku_id}
        return json_rows(self._database, EXCLUDED_SERIES, {**filters, "after_sku": sku, "after_site": site, "limit": query.limit})


HAS_ROW = """
select exists (select from forecasts where run_id = %(run_id)s and sku_id = %(sku)s and site_id = %(site)s and forecast_date = %(day)s)
    or exists (select from excluded_series where run_id = %(run_id)s and sku_id = %(sku)s and site_id = %(site)s)
"""
LOADED = "select 1 from pg_inherits where inhrelid = to_regclass(%s) and not inhdetachpending"

WITHOUT_FORECAST = """
select requested.sku_id, coalesce((select string_agg(distinct code || ': ' || reason, '; ') from excluded_series e
    where e.run_id = %(run_id)s and e.sku_id = requested.sku_id), '')
from unnest(%(skus)s::text[]) as requested (sku_id)
where not exists (select from forecasts f where f.run_id = %(run_id)s and f.sku_id = requested.sku_id)
order by requested.sku_id
"""

SITES = "select distinct site_id from forecasts where run_id = %s order by site_id"
EXCLUDED_SERIES = """
select array[sku_id, site_id] as sort_key, json_build_object('site_id', site_id, 'sku_id', sku_id, 'code', code, 'reason', reason) as row
from excluded_series
where run_id = %(run_id)s and (%(site)s::text is null or site_id = %(site)s) and (%(sku)s::text is null or sku_id = %(sku)s)
    and (%(after_sku)s::text is null or (sku_id, site_id) > (%(after_sku)s, %(after_site)s))
order by sku_id, site_id limit %(limit)s + 1
"""


class PostgresAccuracyReads(AccuracyReads):
    """The table `accuracy_reports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def latest(self, run_id: UUID) -> RunAccuracy | None:
        rows = self._database.rows(ACCURACY, [run_id])
        return _accuracy(**rows[0]) if rows else None

    @override
    def find_newest_run(self, basis: Basis) -> UUID | None:
        rows = self._database.fetch(NEWEST_REPORT, [basis])
        return rows[0][0] if rows else None


def _accuracy(payload: Mapping[str, Any], basis: str, **columns: Any) -> RunAccuracy:
    return RunAccuracy(**columns, basis=Basis(basis), report=AccuracyReport.from_dict(payload))


ACCURACY = """
select run_id, basis, as_of_date, computed_by, payload from accuracy_reports
where run_id = %s order by (basis = 'ACTUALS') desc, as_of_date desc limit 1
"""


NEWEST_REPORT = """
select a.run_id from accuracy_reports a join forecast_runs r on r.id = a.run_id where a.basis = %s
order by a.as_of_date desc, r.as_of_date, r.published_at desc nulls last limit 1
"""


class PostgresKpiReads(KpiReads):
    """The table `newest_kpis`, and the history `kpi_metrics` for one run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def latest(self, filters: KpiFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        name, digest = after or (None, None)
        parameters = {"names": list(filters.names) or None, "dimensions": jsonb(filters.dimensions), "run_id": filters.run_id}
        sql = KPIS if filters.run_id is None else KPIS_OF_RUN
        return json_rows(self._database, sql, parameters | {"name": name, "hash": digest, "limit": limit})

    @override
    def trends(self, query: TrendQuery, after: Sequence[str] | None, limit: int) -> JsonRows:
        return json_rows(self._database, TRENDS, list_trend_parameters(query, after, limit))


KPIS = """
select array[metric_name, dimension_hash] as sort_key, json_build_object(
    'name', metric_name, 'value', metric_value, 'unit', metric_unit, 'period_grain', period_grain,
    'window', json_build_object('start', period_start, 'end', period_end), 'dimensions', dimensions, 'n_obs', n_obs,
    'run_id', run_id, 'metadata', metadata) as row
from {newest}
where (%(names)s::text[] is null or metric_name = any(%(names)s)) and dimensions @> %(dimensions)s
    and (%(name)s::text is null or (metric_name, dimension_hash) > (%(name)s, %(hash)s))
order by metric_name, dimension_hash limit %(limit)s + 1
"""
# The values of a run are about days around its last day of data, so that few months of the history are read.
KPIS_OF_RUN = KPIS.replace(
    "{newest}",
    """(select distinct on (metric_name, dimension_hash) * from kpi_metrics where run_id = %(run_id)s
        and calculation_date >= (select as_of_date from forecast_runs where id = %(run_id)s) - 366
        and calculation_date <= (select as_of_date from forecast_runs where id = %(run_id)s) + 732
    order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc) newest""",
)
# By the primary key: what is read does not grow with the history.
KPIS = KPIS.replace("{newest}", "newest_kpis")


class PostgresObjectReads(ObjectReads):
    """The tables `ingested_objects`, `row_checks` and `withdrawals`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rows(self, filters: Mapping[str, str], after: Sequence[str] | None, limit: int) -> JsonRows:
        received_at, object_id = after or (None, None)
        conditions = {name: filters.get(name) for name in ("status", "dataset", "key")}
        return json_rows(self._database, OBJECTS, {**conditions, "received": received_at, "id": object_id, "limit": limit})

    @override
    def find_first_day(self, datasets: Sequence[str]) -> date | None:
        [(day,)] = self._database.fetch(FIRST_DAY, [list(datasets)])
        first_day: date | None = day
        return first_day


FIRST_DAY = "select min(first_date) from ingested_objects where status = 'ACCEPTED' and dataset = any(%s)"

OBJECTS = """
select array[received_at::text, id::text] as sort_key, json_build_object(
    'id', id, 'key', key, 'version_id', version_id, 'dataset', dataset, 'format', format, 'status', status,
    'reason_code', reason_code, 'reason', reason, 'duplicate_of', duplicate_of, 'bytes', bytes, 'rows', rows,
    'unreadable_rows', unreadable_rows, 'first_date', first_date, 'last_date', last_date, 'sha256', sha256,
    'warnings', warnings, 'received_at', received_at,
    'row_check', (select c.document from row_checks c where c.object_id = ingested_objects.id), 'withdrawal',
    (select json_build_object('at', w.at, 'actor', w.actor, 'reason', w.reason, 'erased_at', w.erased_at)
        from withdrawals w where w.object_id = ingested_objects.id)) as row
from ingested_objects
where (%(status)s::text is null or status = %(status)s) and (%(dataset)s::text is null or dataset = %(dataset)s)
    and (%(key)s::text is null or key = %(key)s)
    and (%(received)s::text is null or (received_at, id) < (%(received)s::timestamptz, %(id)s::uuid))
order by received_at desc, id desc limit %(limit)s + 1
"""


class PostgresLatestReport(LatestReport):
    """The table `data_quality_reports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def latest_run_id(self) -> UUID:
        rows = self._database.fetch("select run_id from data_quality_reports order by created_at desc limit 1")
        if not rows:
            raise ReportNotFound("No data-quality report exists yet; start a run with POST /api/v1/forecasts/generate.")
        run_id: UUID = rows[0][0]
        return run_id

    @override
    def rows(self, verdict: str | None, after: Sequence[str] | None, limit: int) -> JsonRows:
        created_at, run_id = after or (None, None)
        return json_rows(self._database, REPORTS, {"verdict": verdict, "created": created_at, "run_id": run_id, "limit": limit})


REPORTS = """
select array[created_at::text, run_id::text] as sort_key, json_build_object(
    'run_id', run_id, 'as_of_date', payload -> 'as_of_date', 'verdict', verdict, 'created_at', created_at,
    'findings', jsonb_array_length(case jsonb_typeof(payload -> 'findings') when 'array' then payload -> 'findings' else '[]' end)) as row
from data_quality_reports
where (%(verdict)s::text is null or verdict = %(verdict)s)
    and (%(created)s::text is null or (created_at, run_id) < (%(created)s::timestamptz, %(run_id)s::uuid))
order by created_at desc, run_id desc limit %(limit)s + 1
"""
