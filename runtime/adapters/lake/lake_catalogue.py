"""What a run read and forecast of its SKUs, sites and lanes, from the Parquet files in the lake."""

# ruff: noqa: S608 - the SQL is put together from names of the contracts, never from a file's content

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import UUID

import duckdb
from typing_extensions import override

from contracts import datasets
from contracts.tables import DAILY_DEMAND, EXCLUDED, FORECASTS, NO_ROW, SKU_UNITS, Table, curated_table
from runtime.adapters.lake.duckdb_text import literal
from runtime.services.catalogue.catalogue_rows import RECENT_DAYS, CatalogueRows, CatalogueSource, Row
from runtime.services.object_ports import Lake

MASTERS = ("sku_master", "site_master", "lane_master", "shipments")
SERIES_FACTS = f"""
create table series as
with history as (
    select site_id, sku_id, min(demand_date) filter (source <> '{NO_ROW}' and demand is not null) as first_day,
        max(demand_date) filter (demand is not null) as last_day, max(demand_date) filter (demand > 0) as last_demand_day,
        count(*) as days, count(demand) as known_days,
        sum(demand) filter (demand_date > $as_of - {RECENT_DAYS}) as recent_units
    from daily_demand group by site_id, sku_id
), ahead as (
    select site_id, sku_id, sum(coalesce(mean_value, predicted_value)) filter (horizon_days <= {RECENT_DAYS}) as forecast_units,
        min(model) as model, min(uom) as uom
    from forecasts group by site_id, sku_id
)
select coalesce(h.site_id, a.site_id, e.site_id) as site_id, coalesce(h.sku_id, a.sku_id, e.sku_id) as sku_id,
    h.first_day, h.last_day, h.last_demand_day, h.days, h.known_days, h.recent_units, a.forecast_units, a.model, a.uom, e.code
from history h full join ahead a using (site_id, sku_id) full join excluded e using (site_id, sku_id)
"""
MEASURES = """
    cast(min(first_day) as varchar) as first_actual_date, cast(max(last_day) as varchar) as last_actual_date,
    cast(max(last_demand_day) as varchar) as last_demand_date,
    round(100.0 * sum(known_days) / nullif(sum(days), 0), 2) as known_days_percent,
    round(sum(recent_units), 4) as recent_units, round(sum(forecast_units), 4) as forecast_units,
    count(forecast_units) as series_forecast, count(code) as series_excluded"""
SKUS = f"""
with masters as (
    select distinct on (sku_id) sku_id, description, status,
        list_filter([category_l1, category_l2, category_l3], lambda each : each is not null) as categories
    from sku_master
    order by sku_id, (valid_from is null or valid_from <= $as_of) and (valid_to is null or $as_of < valid_to) desc, valid_from desc
)
select sku_id, any_value(description) as description, any_value(status) as status, coalesce(any_value(categories), []) as categories,
    coalesce(any_value(u.uom), min(s.uom)) as uom, list(distinct site_id order by site_id) as site_ids, {MEASURES},
    min(model) as model, list(distinct code order by code) filter (code is not null) as excluded_codes
from series s left join masters using (sku_id) left join sku_units u using (sku_id) group by sku_id order by sku_id
"""
SITES = f"""
select site_id, any_value(name) as name, any_value(time_zone) as time_zone, any_value(country) as country,
    count(distinct sku_id) as skus, {MEASURES}
from series left join site_master using (site_id) group by site_id order by site_id
"""
LANES = """
with trips as (
    select lane_id, min(origin_site_id) as origin_id, min(destination_id) as destination_id, count(distinct shipment_id) as shipments,
        max(business_day) as last_day
    from shipments where lane_id is not null group by lane_id
)
select lane_id, coalesce(m.origin_id, t.origin_id) as origin_id, coalesce(m.destination_id, t.destination_id) as destination_id,
    cast(distance_km as double) as distance_km, cast(transit_days as double) as transit_days, carrier_id,
    coalesce(shipments, 0) as shipments, cast(last_day as varchar) as last_departure_date
from lane_master m full join trips t using (lane_id) order by lane_id
"""


class LakeCatalogue(CatalogueSource):
    """One download and one scan for each table; DuckDB sums up, so that memory does not grow with the days."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    @override
    def read(self, run_id: UUID, as_of_date: date) -> CatalogueRows:
        tables = [DAILY_DEMAND, FORECASTS, EXCLUDED, SKU_UNITS, *(curated_table(datasets.load(name)) for name in MASTERS)]
        with (
            TemporaryDirectory(prefix="signify-") as folder,
            duckdb.connect(config={"threads": 2, "memory_limit": "800MB", "temp_directory": folder}) as connection,
        ):
            for table in tables:
                self._open(connection, table, run_id, Path(folder) / table.name)
            connection.execute(SERIES_FACTS, {"as_of": as_of_date})
            return CatalogueRows(_rows(connection, SKUS, as_of_date), _rows(connection, SITES), _rows(connection, LANES))

    def _open(self, connection: duckdb.DuckDBPyConnection, table: Table, run_id: UUID, folder: Path) -> None:
        """Make the rows of a table the view of its data set; without files it has no rows."""
        columns = ", ".join(f"null::{kind} as {name}" for name, kind in table.duckdb_columns().items())
        nothing = f"select {columns} limit 0"
        keys = [key for key in self._lake.keys(table.run_prefix(run_id)) if key.endswith(".parquet")]
        folder.mkdir()
        paths = [folder / f"{number:05}.parquet" for number in range(len(keys))]
        for key, path in zip(keys, paths, strict=True):
            self._lake.download(key, path)
        name = "forecasts" if table is FORECASTS else table.dataset
        if not paths:
            connection.execute(f"create view {name} as {nothing}")
            return
        files = ", ".join(literal(str(path)) for path in paths)
        rows = f"select * from read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
        # Files of an earlier version may lack a column that was added since.
        connection.execute(f"create view {name} as ({nothing}) union all by name {rows}")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, as_of_date: date | None = None) -> list[Row]:
    cursor = connection.execute(sql, {"as_of": as_of_date}) if as_of_date is not None else connection.execute(sql)
    names = [column[0] for column in cast("list[tuple[str, ...]]", cursor.description)]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
