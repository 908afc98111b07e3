"""The statement that lists KPI values over time."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.adapters.postgres.database import jsonb
from runtime.services.read_ports import TrendQuery

# The periods before the first one of a page are needed for the change, so the page is cut out of all periods.
TRENDS = """
with points as (
    select distinct on (metric_name, about, period)
        metric_name as name, dimensions - 'iso_week' as about, date_trunc(%(grain)s, calculation_date)::date as period,
        metric_value as value, metric_unit as unit, period_start, period_end, n_obs, run_id, metadata
    from kpi_metrics
    where calculation_date >= %(first)s and (%(names)s::text[] is null or metric_name = any(%(names)s)) and dimensions @> %(dimensions)s
    order by metric_name, about, period, calculation_date desc, period_end - period_start desc, created_at desc, run_id
), changes as (
    select *, about::text as series, value - lag(value) over (partition by name, about order by period) as change from points
)
select array[name, series, period::text] as sort_key, json_build_object(
    'name', name, 'period', period, 'value', value, 'change', change, 'unit', unit,
    'window', json_build_object('start', period_start, 'end', period_end), 'dimensions', about, 'n_obs', n_obs, 'run_id', run_id,
    'undefined_reason', metadata ->> 'undefined_reason') as row
from changes
where %(after_name)s::text is null or (name, series, period) > (%(after_name)s, %(after_series)s, %(after_period)s::date)
order by name, series, period limit %(limit)s + 1
"""


def list_trend_parameters(query: TrendQuery, after: Sequence[str] | None, limit: int) -> dict[str, object]:
    """Return the parameters of the statement."""
    name, series, period = after or (None, None, None)
    filters = {"names": list(query.names) or None, "dimensions": jsonb(query.dimensions), "grain": query.grain, "first": query.first_day}
    return {**filters, "after_name": name, "after_series": series, "after_period": period, "limit": limit}
