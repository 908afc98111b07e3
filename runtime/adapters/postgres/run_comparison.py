"""The comparison of the forecasts of two runs in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict

from typing_extensions import override

from runtime.adapters.postgres.database import Database
from runtime.services.read_ports import ComparisonQuery, ForecastComparison

# Each partition is summed by day and by series before the two are joined: sorting or joining row by row takes several times as long.
# Only days that both runs forecast count, except by day and for series that only one run has.
COMPARE = """
with day_sums as (
    select run_id, forecast_date as day, sum(predicted_value) as units
    from forecasts where run_id in (%(run_id)s, %(other_id)s) group by run_id, forecast_date
), days as (
    select day, sum(units) filter (where run_id = %(run_id)s) as a, sum(units) filter (where run_id = %(other_id)s) as b
    from day_sums group by day
), series as materialized (
    select coalesce(a.site_id, b.site_id) as site_id, coalesce(a.sku_id, b.sku_id) as sku_id, a.sku_id is not null as has_a,
        b.sku_id is not null as has_b, coalesce(a.common_units, 0) as a, coalesce(b.common_units, 0) as b,
        coalesce(a.units, b.units) as units
    from ({sums_of_run}) a full join ({sums_of_other}) b on a.sku_id = b.sku_id and a.site_id = b.site_id
), sites as (select site_id, sum(a) as a, sum(b) as b from series group by site_id
), skus as (
    select sku_id, sum(a) as a, sum(b) as b from series where has_a and has_b group by sku_id having sum(a) <> sum(b)
    order by abs(sum(a) - sum(b)) desc, sku_id limit %(limit)s
), added as (select site_id, sku_id, units from series where not has_b order by units desc, sku_id, site_id limit %(limit)s
), dropped as (select site_id, sku_id, units from series where not has_a order by units desc, sku_id, site_id limit %(limit)s
)
select json_build_object(
    'totals', (select json_build_object({change}) from (select coalesce(sum(a), 0) as a, coalesce(sum(b), 0) as b from series) total),
    'by_day', (select coalesce(json_agg(json_build_object('forecast_date', day, 'run', a, 'other', b, 'change', a - b)
        order by day), '[]') from days),
    'by_site', (select coalesce(json_agg(json_build_object('site_id', site_id, {change}) order by site_id), '[]')
        from sites),
    'changed_skus', (select coalesce(json_agg(json_build_object('sku_id', sku_id, {change}) order by abs(a - b) desc, sku_id), '[]')
        from skus),
    'series', (select json_build_object('run_count', count(*) filter (where has_a), 'other_count', count(*) filter (where has_b),
        'added_count', count(*) filter (where not has_b), 'dropped_count', count(*) filter (where not has_a)) from series),
    'added_series', (select coalesce(json_agg(added), '[]') from added),
    'dropped_series', (select coalesce(json_agg(dropped), '[]') from dropped))::text
""".replace("{change}", "'run', a, 'other', b, 'change', a - b, 'change_percent', round(100 * (a - b) / nullif(b, 0), 2)")


SERIES_SUMS = """
select sku_id, site_id, sum(predicted_value) as units,
    coalesce(sum(predicted_value) filter (where forecast_date between %(first_day)s and %(last_day)s), 0) as common_units
from forecasts where run_id = {run} group by sku_id, site_id
"""
COMPARE = COMPARE.replace("{sums_of_run}", SERIES_SUMS.replace("{run}", "%(run_id)s")).replace(
    "{sums_of_other}", SERIES_SUMS.replace("{run}", "%(other_id)s")
)


class PostgresForecastComparison(ForecastComparison):
    """The partitions of two runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def compare(self, query: ComparisonQuery) -> str:
        return str(self._database.fetch(COMPARE, asdict(query))[0][0])
