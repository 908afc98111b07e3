"""GET /kpis: of every metric and its dimensions the newest value, whole and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.reads import PostgresKpiReads
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.kpis import KpiMetric
from runtime.models.domain.runs import run_id_of
from runtime.services.read_ports import KpiFilters
from tests.contract.api.test_plans import Explained
from tests.fakes.examples import AS_OF, a_run
from tests.unit.runtime.api.conftest import call

TOTAL = {"basis": "ACTUALS", "level": "total"}


def metric(name: str, value: float, days_ago: int, days: int, about: Mapping[str, str] = TOTAL, run: str = "any") -> KpiMetric:
    last = AS_OF - timedelta(days=days_ago)
    return KpiMetric(name, value, "percent", last - timedelta(days=days - 1), last, about, run_id_of(run), days, metadata={"a": 1})


def kpis(**query: Any) -> Any:
    return call("/kpis", **query).json["kpis"]


def test_a_value_comes_with_everything_that_was_stored(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([metric("wape", 12.34567, 0, 7)])
    assert kpis() == [
        {
            "name": "wape",
            "value": 12.3457,
            "unit": "percent",
            "period_grain": "window",
            "window": {"start": "2026-11-15", "end": "2026-11-21"},
            "dimensions": TOTAL,
            "n_obs": 7,
            "run_id": str(run_id_of("any")),
            "metadata": {"a": 1},
        }
    ]


@pytest.mark.parametrize("months_ago", [0, 1, 14])
def test_the_newest_value_counts_whatever_the_order_of_writing_and_the_month(empty: Database, months_ago: int) -> None:
    days_ago = 31 * months_ago
    PostgresKpis(empty).save_metrics([metric("wape", 1, days_ago, 7), metric("wape", 2, days_ago + 1, 7), metric("wape", 3, 500, 7)])
    PostgresKpis(empty).save_metrics([metric("wape", 4, days_ago + 40, 7)])
    assert [row["value"] for row in kpis()] == [1]


@pytest.mark.parametrize("order", [1, -1])
def test_of_runs_measured_up_to_the_same_day_the_latest_forecast_counts(empty: Database, order: int) -> None:
    values = [metric("wape", value=days, days_ago=0, days=days, run=f"run-{days}") for days in range(1, 29)]
    PostgresKpis(empty).save_metrics(values[::order])
    assert [(row["value"], row["window"]["start"]) for row in kpis()] == [(1, str(AS_OF))]


def test_values_measured_again_later_replace_those_of_an_older_measurement(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([metric("wape", 1, 0, 7, run="first")])
    PostgresKpis(empty).save_metrics([metric("wape", 2, 0, 28, run="second")])
    assert [row["value"] for row in kpis()] == [2]


def many(sites: int) -> Sequence[KpiMetric]:
    about = [TOTAL, *({"basis": "ACTUALS", "level": "site", "site_id": f"S{number}"} for number in range(sites))]
    return [metric(name, 1, 0, 7, dimensions) for name in ("wape", "mape", "bias_percent") for dimensions in about]


@pytest.mark.parametrize("limit", [1, 4, 33, 1000])
def test_a_walk_gives_every_value_once(empty: Database, limit: int) -> None:
    PostgresKpis(empty).save_metrics(many(sites=10))
    keys, cursor = [], None
    while True:
        page = call("/kpis", limit=str(limit), **({"cursor": cursor} if cursor else {})).json
        keys += [(row["name"], row["dimensions"].get("site_id", "")) for row in page["kpis"]]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break
    assert len(keys) == len(set(keys)) == 33
    assert [name for name, _ in keys] == sorted(name for name, _ in keys)


def test_filters_combine_and_one_value_of_a_parameter_is_enough(empty: Database) -> None:
    PostgresKpis(empty).save_metrics(many(sites=3))
    assert len(kpis(metric="wape")) == 4
    assert len(kpis(metric=["wape", "mape"], dimension="level:site")) == 6
    assert [row["name"] for row in kpis(metric="wape", dimension=["level:site", "site_id:S1"])] == ["wape"]
    assert kpis(metric="nothing") == kpis(dimension="site_id:S9") == []


def test_a_site_may_be_called_by_a_name_with_a_colon(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([metric("wape", 1, 0, 7, {"site_id": "A:B"}), metric("wape", 2, 0, 7, {"site_id": "A"})])
    assert [row["value"] for row in kpis(dimension="site_id:A:B")] == [1]
    assert date.fromisoformat(kpis(dimension="site_id:A")[0]["window"]["end"]) == AS_OF


def test_the_values_of_one_run_are_its_newest_whatever_later_runs_measured(empty: Database) -> None:
    for name in ("old", "new"):
        PostgresRuns(empty).start(a_run(name, as_of_date=AS_OF - timedelta(days=7 if name == "old" else 0)))
    values = [metric("wape", 1, 3, 1, run="old"), metric("wape", 2, 5, 1, run="old"), metric("wape", 3, 0, 1, run="new")]
    PostgresKpis(empty).save_metrics([*values, metric("bias", 4, 3, 1, run="old"), metric("bias", 5, 4, 1, {"site_id": "A"}, run="old")])
    run_id = str(run_id_of("old"))
    assert [(row["name"], row["value"], row["run_id"]) for row in kpis(run_id=run_id, metric="wape")] == [("wape", 1, run_id)]
    first = call("/kpis", run_id=run_id, limit="2").json
    second = call("/kpis", run_id=run_id, limit="2", cursor=first["page"]["next_cursor"]).json
    assert sorted(row["value"] for row in first["kpis"] + second["kpis"]) == [1, 4, 5]
    assert call("/kpis", run_id=run_id, limit="2", cursor=first["page"]["next_cursor"], metric="wape").status == 400


TWO_YEARS = """
insert into kpi_metrics (metric_name, metric_value, metric_unit, calculation_date, period_start, period_end, dimensions, dimension_hash,
    run_id, created_at)
select metric_name, 1, 'percent', day, day - age, day, dimensions, dimension_hash, gen_random_uuid(), day
from newest_kpis, generate_series(0, 729) n, lateral (select %(first)s::date + n) days (day), generate_series(0, 1) age
"""


def count_blocks(database: Database) -> int:
    """Return the blocks of 8 KB that the newest values are read from, and check that no part of the history is among the tables."""
    plan_lines = Explained(database)
    PostgresKpiReads(plan_lines).latest(KpiFilters(), None, 100)  # type: ignore[arg-type]
    assert {node["Relation Name"] for node in plan_lines.nodes if "Relation Name" in node} == {"newest_kpis"}
    blocks: int = plan_lines.nodes[0]["Shared Hit Blocks"] + plan_lines.nodes[0]["Shared Read Blocks"]
    return blocks


def test_two_years_of_values_are_not_read_to_find_the_newest(empty: Database) -> None:
    writer = PostgresKpis(empty)
    writer.save_metrics(many(sites=10))
    blocks_at_first = count_blocks(empty)
    writer.save_metrics([metric("wape", 1, 28 * month, 1, {"basis": "BACKTEST"}) for month in range(28)])  # makes the partitions
    with empty.transaction() as cursor:
        cursor.execute(TWO_YEARS, {"first": AS_OF - timedelta(days=730)})
        assert cursor.rowcount > 40_000
    writer.save_metrics(many(sites=10))
    assert count_blocks(empty) <= blocks_at_first + 3
