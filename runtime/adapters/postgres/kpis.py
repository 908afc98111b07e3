"""KPI values and accuracy reports in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date, timedelta

from psycopg import Cursor, sql
from psycopg.rows import TupleRow
from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.models.domain.kpis import KpiMetric, RunAccuracy
from runtime.models.domain.partitions import kpi_partition
from runtime.services.ports import KpiRepository

# Two functions that both need the partition of a new month create it one after the other.
PARTITION_LOCK = 7_263_002


class PostgresKpis(KpiRepository):
    """The tables `kpi_metrics`, `newest_kpis` and `accuracy_reports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def save_metrics(self, metrics: Sequence[KpiMetric]) -> None:
        with self._database.transaction() as cursor:
            for month in sorted({metric.calculation_date.replace(day=1) for metric in metrics}):
                ensure_partition(cursor, month)
            cursor.executemany(UPSERT_METRIC, [_values(metric) for metric in metrics])
            if metrics:
                keys = {(metric.name, metric.dimension_hash) for metric in metrics}
                refresh_newest(cursor, keys, min(metric.calculation_date for metric in metrics))

    @override
    def save_accuracy(self, accuracy: RunAccuracy) -> None:
        values = [accuracy.run_id, accuracy.basis, accuracy.as_of_date, accuracy.computed_by, jsonb(accuracy.report.as_dict())]
        with self._database.transaction() as cursor:
            cursor.execute(UPSERT_REPORT, values)

    @override
    def week_wapes(self, since: date, until: date) -> list[tuple[date, float]]:
        return [(day, float(wape)) for day, wape in self._database.fetch(WEEK_WAPES, [since, until])]


# One run per day: of several with one last day, the one that was published last.
WEEK_WAPES = """
select distinct on (a.as_of_date) a.as_of_date, a.payload ->> 'wape'
from accuracy_reports a join forecast_runs r on r.id = a.run_id
where a.basis = 'ACTUALS' and a.as_of_date > %s and a.as_of_date <= %s and a.as_of_date - r.as_of_date = 7
    and a.payload ->> 'wape' is not null
order by a.as_of_date, r.published_at desc nulls last
"""

UPSERT_METRIC = """
insert into kpi_metrics (metric_name, metric_value, metric_unit, calculation_date, period_grain, period_start, period_end,
    dimensions, dimension_hash, n_obs, run_id, metadata)
values (%(name)s, %(value)s, %(unit)s, %(calculation_date)s, %(period_grain)s, %(period_start)s, %(period_end)s,
    %(dimensions)s, %(dimension_hash)s, %(n_obs)s, %(run_id)s, %(metadata)s)
on conflict (metric_name, period_grain, period_start, dimension_hash, run_id, calculation_date) do update
set metric_value = excluded.metric_value, metric_unit = excluded.metric_unit, period_end = excluded.period_end,
    n_obs = excluded.n_obs, metadata = excluded.metadata
"""

# Of the metrics and dimensions that were saved. Their newest value is not older than the oldest saved one, so that the search is short.
# One run calculates the KPIs of all earlier runs to the same day in one transaction; the newest value is that of the latest forecast.
# Of two transactions at once, the newer value stays, whichever commits last.
REFRESH_NEWEST = """
insert into newest_kpis as newest (metric_name, dimension_hash, metric_value, metric_unit, calculation_date, period_grain, period_start,
    period_end, dimensions, n_obs, run_id, metadata, created_at)
select distinct on (metric_name, dimension_hash) metric_name, dimension_hash, metric_value, metric_unit, calculation_date, period_grain,
    period_start, period_end, dimensions, n_obs, run_id, metadata, created_at
from kpi_metrics join unnest(%(names)s::text[], %(hashes)s::text[]) as saved (name, hash) on metric_name = name and dimension_hash = hash
where calculation_date >= %(since)s
order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc, run_id
on conflict (metric_name, dimension_hash) do update
set metric_value = excluded.metric_value, metric_unit = excluded.metric_unit, calculation_date = excluded.calculation_date,
    period_grain = excluded.period_grain, period_start = excluded.period_start, period_end = excluded.period_end,
    dimensions = excluded.dimensions, n_obs = excluded.n_obs, run_id = excluded.run_id, metadata = excluded.metadata,
    created_at = excluded.created_at
where (excluded.calculation_date, excluded.created_at, excluded.period_start)
    >= (newest.calculation_date, newest.created_at, newest.period_start)
"""

UPSERT_REPORT = """
insert into accuracy_reports (run_id, basis, as_of_date, computed_by, payload) values (%s, %s, %s, %s, %s)
on conflict (run_id, basis, as_of_date) do update set computed_by = excluded.computed_by, payload = excluded.payload
"""

# Created apart and then attached, so that readers of other months do not wait.
NEW_PARTITION = """
create table {partition} (like kpi_metrics including defaults including constraints);
alter table kpi_metrics attach partition {partition} for values from ({first}) to ({next})
"""


def ensure_partition(cursor: Cursor[TupleRow], month: date) -> None:
    """Create the partition of a month, given by its first day, unless it exists."""
    name = kpi_partition(month)
    cursor.execute("select pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
    if cursor.execute("select to_regclass(%s) is null", [name]).fetchall() == [(True,)]:
        following = (month + timedelta(days=32)).replace(day=1)
        names = {"partition": sql.Identifier(name), "first": sql.Literal(month), "next": sql.Literal(following)}
        cursor.execute(sql.SQL(NEW_PARTITION).format(**names))


def refresh_newest(cursor: Cursor[TupleRow], keys: Set[tuple[str, str]], since: date) -> None:
    """Update the newest values of metrics, each with a hash of dimensions, of which values from a date on were stored."""
    names, hashes = zip(*sorted(keys), strict=True)
    cursor.execute(REFRESH_NEWEST, {"names": list(names), "hashes": list(hashes), "since": since})


def _values(metric: KpiMetric) -> dict[str, object]:
    return {
        "name": metric.name,
        "value": metric.value,
        "unit": metric.unit,
        "calculation_date": metric.calculation_date,
        "period_grain": metric.period_grain,
        "period_start": metric.period_start,
        "period_end": metric.period_end,
        "dimensions": jsonb(metric.dimensions),
        "dimension_hash": metric.dimension_hash,
        "n_obs": metric.n_obs,
        "run_id": metric.run_id,
        "metadata": jsonb(metric.metadata),
    }
