"""KPI values over time, and the newest accuracy report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.api.responses import QualityReportsResponse
from runtime.models.api.trend_responses import KpiTrendsResponse
from runtime.models.domain.kpis import Basis, KpiMetric, RunAccuracy
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import run_id_of
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, quality_json
from tests.unit.kpi_engine.examples import actuals, forecasts
from tests.unit.runtime.api.conftest import call

TOTAL = {"basis": "ACTUALS", "level": "total"}
MONDAY = date(2026, 11, 16)


def value(
    last_day: date, number: float | None, days: int = 7, name: str = "wape", about: Mapping[str, str] = TOTAL, grain: str = "window"
) -> KpiMetric:
    metadata = {} if number is not None else {"undefined_reason": "sum_actuals_zero"}
    first_day = last_day - timedelta(days=days - 1)
    return KpiMetric(name, number, "percent", first_day, last_day, about, run_id_of("any"), days, grain, metadata)


def trends(**query: Any) -> Any:
    response = call("/kpis/trends", **query).json
    KpiTrendsResponse.model_validate(response)
    return [(row["name"], row["period"], row["value"], row["change"]) for row in response["trends"]]


def test_a_week_has_its_last_value_and_the_change_since_the_one_before(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([value(MONDAY + timedelta(days=day), 10.0 + day) for day in (-7, -3, 0, 2)])
    assert trends() == [("wape", "2026-11-09", 7.0, None), ("wape", "2026-11-16", 12.0, 5.0)]


def test_of_two_values_to_one_day_the_longer_window_counts(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([value(MONDAY, 1.0, days=1), value(MONDAY, 2.0, days=28), value(MONDAY, 3.0, days=7)])
    assert trends(grain="day") == [("wape", "2026-11-16", 2.0, None)]


def test_months_begin_on_the_first_and_dimensions_are_kept_apart(empty: Database) -> None:
    site = TOTAL | {"level": "site", "site_id": "LDS1"}
    PostgresKpis(empty).save_metrics([value(date(2026, 10, 31), 5.0), value(date(2026, 11, 2), 6.5), value(MONDAY, 9.0, about=site)])
    assert trends(grain="month", dimension=["level:total"]) == [("wape", "2026-10-01", 5.0, None), ("wape", "2026-11-01", 6.5, 1.5)]
    assert trends(grain="month", dimension=["site_id:LDS1"]) == [("wape", "2026-11-01", 9.0, None)]


def test_values_of_single_weeks_are_one_series(empty: Database) -> None:
    weeks = [("2026-W46", MONDAY - timedelta(days=1), 90.0), ("2026-W47", MONDAY + timedelta(days=6), 92.5)]
    about = [({"level": "week", "iso_week": week}, day, number) for week, day, number in weeks]
    PostgresKpis(empty).save_metrics([value(day, number, about=names, name="otif", grain="week") for names, day, number in about])
    assert trends(metric=["otif"]) == [("otif", "2026-11-09", 90.0, None), ("otif", "2026-11-16", 92.5, 2.5)]


def test_an_undefined_value_is_null_with_its_reason(empty: Database) -> None:
    PostgresKpis(empty).save_metrics([value(MONDAY, None), value(MONDAY - timedelta(days=7), 3.0)])
    rows = call("/kpis/trends").json["trends"]
    assert [(row["value"], row["change"], row["undefined_reason"]) for row in rows] == [(3.0, None, None), (None, None, "sum_actuals_zero")]


def test_a_walk_gives_every_period_once_and_old_ones_are_left_out(empty: Database) -> None:
    days = [MONDAY - timedelta(weeks=week) for week in range(20)]
    PostgresKpis(empty).save_metrics([value(day, float(number), name=name) for number, day in enumerate(days) for name in ("wape", "mape")])
    whole = trends(weeks="8", limit="1000")
    rows: list[tuple[object, ...]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = call("/kpis/trends", weeks="8", limit="3", **cursor).json
        rows += [(row["name"], row["period"], row["value"], row["change"]) for row in page["trends"]]
        if not page["page"]["has_more"]:
            break
        cursor = {"cursor": page["page"]["next_cursor"]}
    assert rows == whole
    assert {period for _, period, _, _ in whole} == {str(day) for day in days if day >= MONDAY - timedelta(weeks=8)}
    assert "No stored value" in call("/kpis/trends", metric=["otif"]).json["meta"]["warnings"][-1]


def test_the_newest_accuracy_is_that_of_the_forecasts_with_most_days(empty: Database) -> None:
    report = ForecastAccuracyEngine().report(pd.concat([forecasts([12, 9])]), pd.concat([actuals([10, 0])]))
    runs = [PostgresRuns(empty).start(a_run(f"run-{ago}", as_of_date=AS_OF - timedelta(days=ago))) for ago in (0, 1, 20)]
    for run in runs[1:]:
        PostgresKpis(empty).save_accuracy(RunAccuracy(run.id, Basis.ACTUALS, AS_OF, runs[0].id, report))
    PostgresKpis(empty).save_accuracy(RunAccuracy(runs[0].id, Basis.BACKTEST, AS_OF, runs[0].id, report))
    assert call("/kpis/forecast-accuracy").json["forecast_id"] == str(runs[2].id)
    assert call("/kpis/forecast-accuracy", basis="BACKTEST").json["forecast_id"] == str(runs[0].id)


def test_quality_reports_are_listed_newest_first(empty: Database) -> None:
    for number, verdict in enumerate((Verdict.PASS, Verdict.WARN, Verdict.PASS)):
        run = PostgresRuns(empty).start(a_run(f"run-{number}"))
        payload = quality_json(run.id, findings=[{"code": "X"}] * number)
        PostgresQualityReports(empty).save(QualityReport(run.id, verdict, payload, STARTED_AT + timedelta(days=number)))
    response = call("/data-quality/reports", limit="2").json
    QualityReportsResponse.model_validate(response)
    rest = call("/data-quality/reports", limit="2", cursor=response["page"]["next_cursor"]).json
    assert [(row["verdict"], row["findings"]) for row in response["reports"] + rest["reports"]] == [("PASS", 2), ("WARN", 1), ("PASS", 0)]
    assert [row["findings"] for row in call("/data-quality/reports", verdict="WARN").json["reports"]] == [1]
