"""Comparing forecasts with what happened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pandas as pd
import pytest

from contracts.metrics import Metric
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.models.domain.kpis import AccuracyReport, Basis
from runtime.models.domain.runs import ForecastRun
from runtime.services.kpis.accuracy_metrics import metrics_of
from runtime.services.kpis.kpi_calculation import AccuracyMeasurement
from tests.fakes import InMemoryFrames, InMemoryKpis, InMemoryRuns
from tests.fakes.examples import AS_OF, STARTED_AT, a_run


@pytest.fixture
def frames() -> InMemoryFrames:
    return InMemoryFrames()


@pytest.fixture
def kpis() -> InMemoryKpis:
    return InMemoryKpis()


@pytest.fixture
def measurement(runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis) -> AccuracyMeasurement:
    return AccuracyMeasurement(runs, frames, kpis, ForecastAccuracyEngine())


@pytest.fixture
def today(runs: InMemoryRuns, frames: InMemoryFrames) -> ForecastRun:
    """The run that measures, with 60 days of demand of 10 a day."""
    run = runs.start(a_run("today"))
    frames.demands[run.id] = demand(60)
    return run


def demand(days: int, quantity: float = 10.0, stockout: bool = False) -> pd.DataFrame:
    dates = [AS_OF - timedelta(days=back) for back in reversed(range(days))]
    return pd.DataFrame({"site_id": "LDS1", "sku_id": "A", "demand_date": dates, "demand": quantity, "stockout": stockout})


def forecast(as_of_date: date, value: float, days: int = 28) -> pd.DataFrame:
    dates = [as_of_date + timedelta(days=ahead) for ahead in range(1, days + 1)]
    bounds = {"confidence_lower": value - 1, "confidence_upper": value + 1}
    return pd.DataFrame(
        {"site_id": "LDS1", "sku_id": "A", "forecast_date": dates, "horizon_days": range(1, days + 1), "predicted_value": value, **bounds}
    )


def backtest(value: float) -> pd.DataFrame:
    origin = AS_OF - timedelta(days=28)
    return forecast(origin, value).assign(actual_value=10.0)


def published(runs: InMemoryRuns, frames: InMemoryFrames, days_ago: int, value: float) -> UUID:
    run = runs.start(a_run(f"{days_ago} days ago", as_of_date=AS_OF - timedelta(days=days_ago)))
    runs.flip(run.id, STARTED_AT)
    frames.forecasts[run.id] = forecast(run.as_of_date, value)
    return run.id


def test_a_first_run_is_measured_by_its_backtest(
    measurement: AccuracyMeasurement, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    answer = measurement.measure(today.id).answer()
    assert answer["accuracy"] == {"run_id": str(today.id), "basis": "BACKTEST", "wape": pytest.approx(20.0)}
    report = kpis.reports[today.id, Basis.BACKTEST, AS_OF]
    assert report.payload["additional"]["fva"]["points"] == pytest.approx(-20.0)  # demand never changes: the naive is exact
    assert answer["kpis"] == len(kpis.metrics) == 14


def test_an_earlier_run_is_measured_against_the_days_that_have_come_since(
    measurement: AccuracyMeasurement, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    earlier = published(runs, frames, 5, value=11.0)
    answer = measurement.measure(today.id).answer()
    assert answer["accuracy"] == {"run_id": str(earlier), "basis": "ACTUALS", "wape": pytest.approx(10.0)}
    report = kpis.reports[earlier, Basis.ACTUALS, AS_OF]
    assert (report.computed_by, report.payload["joins"]["matched"], report.payload["joins"]["forecast_only"]) == (today.id, 5, 23)
    assert report.payload["window"] == {"start": "2026-11-17", "end": "2026-11-21"}


def test_a_day_without_stock_is_no_actual(
    measurement: AccuracyMeasurement, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.demands[today.id] = pd.concat([demand(60).iloc[:-2], demand(2, quantity=0, stockout=True)])
    earlier = published(runs, frames, 5, value=11.0)
    measurement.measure(today.id)
    assert kpis.reports[earlier, Basis.ACTUALS, AS_OF].payload["joins"]["matched"] == 3


def test_runs_that_no_late_correction_can_change_any_more_are_left_alone(
    measurement: AccuracyMeasurement, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    last, too_old = published(runs, frames, 42, value=11.0), published(runs, frames, 43, value=11.0)
    measurement.measure(today.id)
    assert [run_id for run_id, _, _ in kpis.reports] == [last]
    assert too_old in runs.by_id


def test_a_run_without_backtest_and_predecessors_has_nothing_to_say(
    measurement: AccuracyMeasurement, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    assert measurement.measure(today.id).answer() == {"kpis": 0, "reports": 0, "accuracy": None}
    assert not kpis.reports


def test_measuring_twice_stores_the_same(
    measurement: AccuracyMeasurement, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    published(runs, frames, 5, value=11.0)
    first = measurement.measure(today.id).answer()
    stored = dict(kpis.metrics)
    assert measurement.measure(today.id).answer() == first
    assert kpis.metrics == stored


def test_an_undefined_metric_carries_its_reason() -> None:
    zero = demand(28, quantity=0.0).rename(columns={"demand": "actual_value"})
    payload: dict[str, Any] = ForecastAccuracyEngine().calculate_forecast_kpis(forecast(AS_OF - timedelta(days=28), 3.0), zero)
    report = AccuracyReport(a_run().id, Basis.ACTUALS, AS_OF, a_run().id, payload)
    found = {metric.name: metric for metric in metrics_of(report) if metric.dimensions["level"] == "total"}
    assert (found["wape"].value, found["wape"].metadata["undefined_reason"]) == (None, "sum_actuals_zero")
    assert (found["mape"].value, found["mape"].metadata["undefined_reason"]) == (None, "all_actuals_zero")
    assert (found["bias_units"].value, found["bias_units"].unit) == (84.0, "units")
    assert all(metric.value is not None or metric.metadata["undefined_reason"] for metric in metrics_of(report))


def test_alarms_are_given_the_newest_whole_week_and_not_a_few_days(
    measurement: AccuracyMeasurement, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    published(runs, frames, 5, value=11.0)
    assert measurement.measure(today.id).health() == {
        Metric.FORECAST_VALUE_ADDED: None,
        Metric.BIASED_SHARE: None,
        Metric.ACCURACY_SIGMAS: None,
    }
    published(runs, frames, 9, value=13.0)
    assert measurement.measure(today.id).health()[Metric.BIASED_SHARE] is None
    published(runs, frames, 20, value=12.0)
    kpis.week_ahead = {AS_OF - timedelta(days=day): 30.0 if day < 14 else 20.0 for day in range(60)}
    health = measurement.measure(today.id).health()
    assert health == {
        Metric.FORECAST_VALUE_ADDED: pytest.approx(-30.0),
        Metric.BIASED_SHARE: 100.0,
        Metric.ACCURACY_SIGMAS: pytest.approx(20.0),
    }
