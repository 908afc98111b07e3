"""KPI values and accuracy reports in the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.kpis import Basis, KpiMetric
from runtime.models.domain.runs import run_id_of
from tests.fakes.accuracy import a_run_accuracy
from tests.fakes.examples import AS_OF, a_run


def a_metric(**changes: Any) -> KpiMetric:
    metric = KpiMetric(
        name="wape",
        value=12.34567,
        unit="percent",
        period_start=date(2026, 11, 1),
        period_end=AS_OF,
        dimensions={"basis": "BACKTEST", "level": "total"},
        run_id=a_run().id,
        n_obs=56,
        metadata={"definitions_version": "1"},
    )
    return replace(metric, **changes)


def read_values(database: Database) -> list[tuple[Any, ...]]:
    return database.fetch(
        "select metric_name, metric_value::float, calculation_date, tableoid::regclass::text from kpi_metrics order by 1, 3"
    )


def test_values_go_into_the_partition_of_the_month_they_describe(postgres: Database) -> None:
    december = a_metric(period_end=date(2026, 12, 1))
    PostgresKpis(postgres).save_metrics([a_metric(), december])
    assert read_values(postgres) == [
        ("wape", 12.3457, AS_OF, "kpi_metrics_2026_11"),
        ("wape", 12.3457, date(2026, 12, 1), "kpi_metrics_2026_12"),
    ]


def test_saving_again_overwrites_whatever_the_order_of_the_dimensions(postgres: Database) -> None:
    kpis = PostgresKpis(postgres)
    kpis.save_metrics([a_metric()])
    kpis.save_metrics([a_metric(value=99.0, dimensions={"level": "total", "basis": "BACKTEST"})])
    assert [row[1] for row in read_values(postgres)] == [99.0]
    kpis.save_metrics([a_metric(dimensions={"basis": "ACTUALS", "level": "total"})])
    assert len(read_values(postgres)) == 2


def test_an_undefined_value_needs_a_reason(postgres: Database) -> None:
    kpis = PostgresKpis(postgres)
    kpis.save_metrics([a_metric(value=None, metadata={"undefined_reason": "sum_actuals_zero"})])
    assert read_values(postgres)[0][1] is None
    with pytest.raises(psycopg.errors.CheckViolation, match="undefined_has_reason"):
        kpis.save_metrics([a_metric(name="mape", value=None)])


def test_two_writers_meet_a_new_month_without_harm(migrated_database: str) -> None:
    def save(number: int) -> None:
        database = Database(lambda: conninfo_to_dict(migrated_database))
        PostgresKpis(database).save_metrics([a_metric(name=f"metric-{number}")])
        database.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    database = Database(lambda: conninfo_to_dict(migrated_database))
    assert len(read_values(database)) == 4
    database.close()


def test_a_report_is_kept_per_basis_and_day_and_a_retry_replaces_it(postgres: Database) -> None:
    run = PostgresRuns(postgres).start(a_run())
    kpis = PostgresKpis(postgres)
    for basis, wape in ((Basis.BACKTEST, 1.0), (Basis.ACTUALS, 2.0), (Basis.ACTUALS, 3.0)):
        kpis.save_accuracy(a_run_accuracy(basis, wape=wape))
    rows = postgres.fetch("select basis, as_of_date, computed_by, (payload ->> 'wape')::float from accuracy_reports order by basis")
    assert rows == [("ACTUALS", AS_OF, run.id, 3.0), ("BACKTEST", AS_OF, run.id, 1.0)]


def test_the_week_ahead_accuracy_of_a_day_is_that_of_the_run_of_a_week_before(postgres: Database) -> None:
    kpis, runs = PostgresKpis(postgres), PostgresRuns(postgres)
    for days_before, wape in ((7, 20.0), (8, 30.0), (14, 40.0), (30, None)):
        run = runs.start(a_run(f"{days_before} days before", as_of_date=AS_OF - timedelta(days=days_before)))
        for lag in (1, 7, 14):
            accuracy = a_run_accuracy(Basis.ACTUALS, wape=wape if wape is None else wape + lag)
            kpis.save_accuracy(replace(accuracy, run_id=run.id, computed_by=run.id, as_of_date=run.as_of_date + timedelta(days=lag)))
    kpis.save_accuracy(replace(a_run_accuracy(Basis.BACKTEST, wape=1.0), run_id=run.id, computed_by=run.id))
    assert kpis.week_wapes(AS_OF - timedelta(days=7), AS_OF) == [(AS_OF - timedelta(days=1), 37.0), (AS_OF, 27.0)]
    assert kpis.week_wapes(AS_OF - timedelta(days=40), AS_OF - timedelta(days=1))[0] == (AS_OF - timedelta(days=7), 47.0)


NEWEST = """
select distinct on (metric_name, dimension_hash) metric_name, dimension_hash, metric_value::float, calculation_date, period_start, run_id
from kpi_metrics order by metric_name, dimension_hash, calculation_date desc, created_at desc, period_start desc, run_id
"""
NEWEST_TABLE = """
select metric_name, dimension_hash, metric_value::float, calculation_date, period_start, run_id from newest_kpis order by 1, 2
"""


@pytest.mark.parametrize("seed", range(5))
def test_the_newest_values_are_those_of_the_history_after_any_writes(postgres: Database, seed: int) -> None:
    random, kpis = Random(seed), PostgresKpis(postgres)
    for _ in range(25):
        metrics = {
            (name, site, age, run): a_metric(
                name=name,
                value=random.random(),
                dimensions={"site_id": site},
                period_start=AS_OF - timedelta(days=age + random.choice([7, 28])),
                period_end=AS_OF - timedelta(days=age),
                run_id=run_id_of(run),
            )
            for name, site, age, run in zip(
                random.choices(["wape", "mape"], k=4),
                random.choices(["S1", "S2", "S3"], k=4),
                random.choices(range(0, 90, 10), k=4),
                random.choices(["one", "two"], k=4),
                strict=True,
            )
        }
        kpis.save_metrics(list(metrics.values()))
        assert postgres.fetch(NEWEST_TABLE) == postgres.fetch(NEWEST)


def test_of_two_writers_at_once_the_newer_value_stays_whichever_commits_last(migrated_database: str) -> None:
    def save(age: int) -> None:
        database = Database(lambda: conninfo_to_dict(migrated_database))
        day = AS_OF - timedelta(days=age)
        PostgresKpis(database).save_metrics([a_metric(value=float(age), period_start=day, period_end=day)])
        database.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, [3, 0, 5, 1, 7, 2, 6, 4]))
    database = Database(lambda: conninfo_to_dict(migrated_database))
    assert database.fetch("select metric_value::float from newest_kpis") == [(0.0,)]
    database.close()
