"""KPI values over time, the newest accuracy report, and accuracy by lag and horizon."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.api.accuracy_responses import AccuracyMetricsResponse
from runtime.models.domain.kpis import Basis, RunAccuracy
from tests.fakes.examples import AS_OF, a_run
from tests.unit.kpi_engine.examples import actuals, forecasts
from tests.unit.runtime.api.conftest import World, call


def store_report(world: World, basis: Basis, run: str = "daily-2026-11-22") -> UUID:
    report = ForecastAccuracyEngine().report(pd.concat([forecasts([12, 9])]), pd.concat([actuals([10, 0])]))
    run_id = a_run(run).id
    world.accuracy.by_run[run_id] = RunAccuracy(run_id, basis, AS_OF, run_id, report)
    return run_id


def trend(name: str, period: str, value: float) -> dict[str, Any]:
    return {"name": name, "period": period, "value": value, "dimensions": {"basis": "ACTUALS"}}


def test_trends_are_filtered_by_metric_and_paged(world: World) -> None:
    world.kpis.trend_rows = [trend(name, f"2026-11-{day:02}", day) for name in ("wape", "mape") for day in (2, 9, 16)]
    first = call("/kpis/trends", metric=["wape"], limit="2").json
    second = call("/kpis/trends", metric=["wape"], limit="2", cursor=first["page"]["next_cursor"]).json
    assert [row["value"] for row in first["trends"] + second["trends"]] == [2, 9, 16]


def test_a_metric_that_does_not_exist_is_named_with_the_nearest_one(world: World) -> None:
    assert "wape" in call("/kpis/trends", metric=["wapee"]).json["meta"]["warnings"][0]


@pytest.mark.parametrize(("name", "value"), [("grain", "year"), ("weeks", "0"), ("weeks", "105"), ("dimension", "basis")])
def test_an_impossible_trend_is_refused_by_name(world: World, name: str, value: str) -> None:
    response = call("/kpis/trends", **{name: value})  # type: ignore[arg-type]
    assert (response.status, response.json["errors"][0]["parameter"]) == (422, name)


def test_the_accuracy_on_actual_demand_comes_before_that_of_a_backtest(world: World) -> None:
    backtest_run = store_report(world, Basis.BACKTEST)
    assert call("/kpis/forecast-accuracy").json["forecast_id"] == str(backtest_run)
    older = world.runs.start(a_run("older"))
    assert store_report(world, Basis.ACTUALS, "older") == older.id
    assert call("/kpis/forecast-accuracy").json["forecast_id"] == str(older.id)
    assert call("/kpis/forecast-accuracy", basis="BACKTEST").json["forecast_id"] == str(backtest_run)


def test_before_any_run_is_measured_there_is_no_accuracy(world: World) -> None:
    response = call("/kpis/forecast-accuracy")
    assert (response.status, "accuracy report yet" in response.json["detail"]) == (404, True)


def test_accuracy_by_horizon_and_by_lag_is_that_of_the_report(world: World) -> None:
    run_id = store_report(world, Basis.BACKTEST)
    report = world.accuracy.by_run[run_id].report
    for path in (f"/forecasts/{run_id}/accuracy", "/kpis/forecast-accuracy"):
        by_horizon, by_lag = call(path, group_by="horizon").json, call(path, group_by="lag").json
        assert [row["horizon_days"] for row in by_horizon["horizon_breakdown"]] == [
            row.horizon_days for row in report.additional.horizon_profile
        ]
        assert [(row["lag"], row["n"]) for row in by_lag["lag_breakdown"]] == [
            (lag, figures.n) for lag, figures in sorted(report.additional.lag.items())
        ]
        AccuracyMetricsResponse.model_validate(by_horizon)
        AccuracyMetricsResponse.model_validate(by_lag)
