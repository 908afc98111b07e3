"""The comparison of the forecasts of two runs in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict

from typing_extensions import override

from runtime.adapters.postgres.database import Database
from runtime.services.read_ports import ComparisonQuery, ForecastComparison

# Both partitions are read once, in the order of their primary keys, and summed by day, site and series in one pass.
# Only days that both runs forecast count, except by day.
COMPARE = """
with pairs as (
    select coalesce(a.site_id, b.site_id) as site_id, coalesce(a.sku_id, b.sku_id) as sku_id,
        coalesce(a.forecast_date, b.forecast_date) as day, a.predicted_value as a, b.predicted_value as b
    from (select sku_id, site_id, forecast_date, predicted_value from forecasts where run_id = %(run_id)s) a
    full join (select sku_id, site_id, forecast_date, predicted_value from forecasts where run_id = %(other_id)s) b
        on a.sku_id = b.sku_id and a.site_id = b.site_id and a.forecast_date = b.forecast_date
), sums as materialized (
    select day, site_id, sku_id, sum(a) as all_a, sum(b) as all_b, count(a) > 0 as has_a, count(b) > 0 as has_b,
        coalesce(sum(a) filter (where day between %(first_day)s and %(last_day)s), 0) as a,
        coalesce(sum(b) filter (where day between %(first_day)s and %(last_day)s), 0) as b,
        grouping(day) = 0 as is_day, grouping(sku_id) = 0 as is_series
    from pairs group by grouping sets ((day), (site_id), (site_id, sku_id))
), series as (select * from sums where is_series
), skus as (
    select sku_id, sum(a) as a, sum(b) as b from series where has_a and has_b group by sku_id having sum(a) <> sum(b)
    order by abs(sum(a) - sum(b)) desc, sku_id limit %(limit)s
), added as (select site_id, sku_id, all_a as units from series where not has_b order by all_a desc, sku_id, site_id limit %(limit)s
), dropped as (select site_id, sku_id, all_b as units from series where not has_a order by all_b desc, sku_id, site_id limit %(limit)s
)
select json_build_object(
    'totals', (select json_build_object({change}) from (select coalesce(sum(a), 0) as a, coalesce(sum(b), 0) as b from series) total),
    'by_day', (select coalesce(json_agg(json_build_object('forecast_date', day, 'run', all_a, 'other', all_b, 'change', all_a - all_b)
        order by day), '[]') from sums where is_day),
    'by_site', (select coalesce(json_agg(json_build_object('site_id', site_id, {change}) order by site_id), '[]')
        from sums where not is_day and not is_series),
    'changed_skus', (select coalesce(json_agg(json_build_object('sku_id', sku_id, {change}) order by abs(a - b) desc, sku_id), '[]')
        from skus),
    'series', (select json_build_object('run_count', count(*) filter (where has_a), 'other_count', count(*) filter (where has_b),
        'added_count', count(*) filter (where not has_b), 'dropped_count', count(*) filter (where not has_a)) from series),
    'added_series', (select coalesce(json_agg(added), '[]') from added),
    'dropped_series', (select coalesce(json_agg(dropped), '[]') from dropped))::text
""".replace("{change}", "'run', a, 'other', b, 'change', a - b, 'change_percent', round(100 * (a - b) / nullif(b, 0), 2)")


class PostgresForecastComparison(ForecastComparison):
    """The partitions of two runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def compare(self, query: ComparisonQuery) -> str:
        return str(self._database.fetch(COMPARE, asdict(query))[0][0])
