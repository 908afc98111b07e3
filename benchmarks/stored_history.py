"""What a request and a run read from PostgreSQL after two years of daily runs, with this schema and with the one before.

The history: a run a day that reads every object ever accepted, 20 new ones a day, and measures the runs of four weeks before, 11 figures
for all series and 3 for each of 20 sites. Buffers are blocks of 8 KB that EXPLAIN (ANALYZE, BUFFERS) counts; bytes are those of the rows
that the client receives. Usage: python -m benchmarks.stored_history [--days DAYS] [--objects-per-day N]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from local import ports
from local.postgres import open_server
from runtime.adapters.postgres.database import Database, Parameters
from runtime.adapters.postgres.reads import PostgresKpiReads
from runtime.adapters.postgres.runs import PUBLISHED_BEFORE, SELECT
from runtime.services.read_ports import KpiFilters

ROOT = Path(__file__).resolve().parents[1]
FIRST_DAY = "2024-12-01"
SITES, MEASURED_RUNS, PAGE = 20, 28, 100

FILL_RUNS = """
insert into forecast_runs (id, as_of_date, horizon_days, status, code_version, created_at, published_at, input_manifest)
select md5('run ' || day)::uuid, %(first)s::date + day, 28, 'SUCCEEDED', '1', %(first)s::date + day, %(first)s::date + day,
    (select jsonb_agg(jsonb_build_object('object_id', md5(n::text)::uuid, 'dataset', 'orders', 'key',
        'landing/orders/v1/ingest_date=2026-01-01/orders_' || n || '.csv', 'version_id', md5('v' || n),
        'sha256', md5('a' || n) || md5('b' || n), 'rows', n,
        'staging_key', 'staging/orders/v1/' || md5(n::text)::uuid || '.parquet')) from generate_series(1, %(objects)s) n)
from generate_series(%(from)s::int, %(to)s::int) day
"""
FILL_KPIS = """
insert into kpi_metrics (metric_name, metric_value, metric_unit, calculation_date, period_grain, period_start, period_end, dimensions,
    dimension_hash, n_obs, run_id, metadata, created_at)
select 'metric_' || metric, 1, 'percent', %(first)s::date + day, 'window', %(first)s::date + day - age, %(first)s::date + day, dimensions,
    md5(dimensions::text), 100, md5('run ' || day - age)::uuid, '{"definitions_version": "1"}', %(first)s::date + day
from generate_series(0, %(days)s - 1) day, generate_series(0, %(runs)s) age, lateral (
    select metric, jsonb_build_object('basis', case age when 0 then 'BACKTEST' else 'ACTUALS' end, 'level', 'total') dimensions
    from generate_series(1, 11) metric
    union all
    select metric, jsonb_build_object('basis', case age when 0 then 'BACKTEST' else 'ACTUALS' end, 'level', 'site', 'site_id', site)
    from generate_series(1, 3) metric, generate_series(1, %(sites)s) site) of_run
"""
MAKE_PARTITIONS = """
select format('create table kpi_metrics_%%s partition of kpi_metrics for values from (%%L) to (%%L)', to_char(month, 'YYYY_MM'),
    month, month + interval '1 month')
from generate_series(0, %(months)s) n, make_interval(months => n) age, lateral (select %(first)s::date + age) months (month)
"""
FILL_NEWEST = """
insert into newest_kpis select distinct on (metric_name, dimension_hash) metric_name, dimension_hash, metric_value, metric_unit,
    calculation_date, period_grain, period_start, period_end, dimensions, n_obs, run_id, metadata, created_at
from kpi_metrics order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc, run_id
"""
# The statements of the schema before.
RUN_BEFORE: LiteralString = "select * from forecast_runs where id = %s"
RUNS_BEFORE: LiteralString = (
    "select * from forecast_runs where published_at is not null and as_of_date < %s order by as_of_date desc, published_at desc"
)
KPIS_BEFORE: LiteralString = """
select distinct on (metric_name, dimension_hash) * from kpi_metrics where dimensions @> '{}'
order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc, run_id limit 101
"""


class Explained:
    """A database that runs EXPLAIN on each statement and keeps the blocks it read and the milliseconds it took."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.blocks, self.milliseconds = 0, 0.0

    def fetch(self, sql: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Explain the statement; the rows are empty."""
        [([plan],)] = self._database.fetch("explain (analyze, buffers, format json) " + sql, parameters)
        self.blocks = sum(plan["Plan"][f"{kind} Blocks"] for kind in ("Shared Hit", "Shared Read", "Temp Read"))
        self.milliseconds = plan["Execution Time"]
        return [("[]", None, False)]


def count_bytes(url: str, sql: LiteralString, parameters: Sequence[object]) -> int:
    """Return the bytes of the rows of a statement, as libpq receives them, one row at a time."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        total = 0
        for _ in cursor.stream(sql, parameters):
            result = cursor.pgresult
            assert result is not None
            total += sum(len(result.get_value(0, column) or b"") for column in range(result.nfields))
        return total


def fill(database: Database, days: int, objects: int) -> None:
    """Store the history, in steps that the memory of the server can hold."""
    with database.transaction() as cursor:
        for first in range(0, days, 10):
            cursor.execute(FILL_RUNS, {"first": FIRST_DAY, "objects": objects, "from": first, "to": min(first + 10, days) - 1})
        cursor.execute(MAKE_PARTITIONS, {"first": FIRST_DAY, "months": days // 28 + 1})
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(FILL_KPIS, {"first": FIRST_DAY, "days": days, "runs": MEASURED_RUNS, "sites": SITES})
        cursor.execute(FILL_NEWEST)
    with database.autocommit() as connection:
        connection.execute("vacuum analyze")


def measure_kpis(database: Database) -> list[tuple[str, str, str]]:
    """Return the blocks and the time of the query of the newest KPI values, before and now."""
    before, now = Explained(database), Explained(database)
    for _ in range(2):  # the second time, what is read often is in memory
        before.fetch(KPIS_BEFORE)
        PostgresKpiReads(now).latest(KpiFilters(), None, PAGE)  # type: ignore[arg-type]
    blocks = ("GET /kpis: blocks of 8 KB", f"{before.blocks:,}", f"{now.blocks:,}")
    return [blocks, ("GET /kpis: milliseconds", f"{before.milliseconds:,.1f}", f"{now.milliseconds:,.1f}")]


def measure_runs(url: str, days: int) -> list[tuple[str, str, str]]:
    """Return the bytes of one run, as a request reads it, and of all published runs, as every run reads them, before and now."""
    with psycopg.connect(url) as connection:
        [(run_id,)] = connection.execute("select id from forecast_runs order by as_of_date desc limit 1").fetchall()
    pairs: list[tuple[str, LiteralString, LiteralString, object]] = [
        ("GET /forecasts: bytes of the run", RUN_BEFORE, SELECT, run_id),
        (f"a run: bytes of {days} published runs", RUNS_BEFORE, PUBLISHED_BEFORE, "9999-12-31"),
    ]
    return [
        (name, f"{count_bytes(url, before, [parameter]):,}", f"{count_bytes(url, now, [parameter]):,}")
        for name, before, now, parameter in pairs
    ]


def main() -> None:
    """Fill a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--objects-per-day", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = open_server(Path(folder), ports.find_free())
        server.start()
        try:
            config, url = Config(ROOT / "alembic.ini"), server.url()
            config.attributes["url"] = url
            command.upgrade(config, "head")
            database = Database(lambda: conninfo_to_dict(url), statement_timeout_ms=0)
            fill(database, options.days, options.days * options.objects_per_day)
            [(values,)] = database.fetch("select count(*) from kpi_metrics")
            table = Table(title=f"{options.days} runs, {options.days * options.objects_per_day:,} objects, {values:,} KPI values")
            for name in ("", "before", "now"):
                table.add_column(name, justify="right" if name else "left")
            for row in (*measure_runs(url, options.days), *measure_kpis(database)):
                table.add_row(*row)
            Console().print(table)
            database.close()
        finally:
            server.remove()


if __name__ == "__main__":
    main()
