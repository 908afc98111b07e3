"""Calculating the KPIs of a run: its back-test, and earlier runs against what has happened since."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pandas as pd
import pytest

from contracts.metrics import PlatformMetric
from kpi_engine.accuracy.report.parts import Window
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.errors import RunNotFound
from runtime.models.domain.kpis import Basis
from runtime.models.domain.runs import ForecastRun
from runtime.services.kpis.kpi_calculation import KpiCalculation
from tests.fakes import InMemoryFrames, InMemoryKpis, InMemoryRuns
from tests.fakes.anomalies.events import InMemoryReferenceData
from tests.fakes.examples import AS_OF, STARTED_AT, a_run


@pytest.fixture
def frames() -> InMemoryFrames:
    return InMemoryFrames()


@pytest.fixture
def kpis() -> InMemoryKpis:
    return InMemoryKpis()


@pytest.fixture
def calculation(runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, reference: InMemoryReferenceData) -> KpiCalculation:
    return KpiCalculation(runs=runs, frames=frames, kpis=kpis, engine=ForecastAccuracyEngine(), reference=reference)


@pytest.fixture
def reference() -> InMemoryReferenceData:
    return InMemoryReferenceData()


@pytest.fixture
def today(runs: InMemoryRuns, frames: InMemoryFrames) -> ForecastRun:
    """The run that calculates, with 60 days of demand of 10 a day."""
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


def publish(runs: InMemoryRuns, frames: InMemoryFrames, days_ago: int, value: float) -> UUID:
    run = runs.start(a_run(f"{days_ago} days ago", as_of_date=AS_OF - timedelta(days=days_ago)))
    runs.point_readers_at(run.id, STARTED_AT)
    frames.forecasts[run.id] = forecast(run.as_of_date, value)
    return run.id


def test_a_first_run_is_measured_by_its_backtest(
    calculation: KpiCalculation, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    output = calculation.calculate(today.id).to_state_output()
    assert output["accuracy"] == {"run_id": str(today.id), "basis": "BACKTEST", "wape": pytest.approx(20.0)}
    report = kpis.accuracies[today.id, Basis.BACKTEST, AS_OF].report
    assert report.additional.fva.points == pytest.approx(-20.0)  # demand never changes: the naive is exact
    assert output["kpis"] == len(kpis.metrics) > 11


def test_an_earlier_run_is_measured_against_the_days_that_have_come_since(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    earlier = publish(runs, frames, 5, value=11.0)
    output = calculation.calculate(today.id).to_state_output()
    assert output["accuracy"] == {"run_id": str(earlier), "basis": "ACTUALS", "wape": pytest.approx(10.0)}
    accuracy = kpis.accuracies[earlier, Basis.ACTUALS, AS_OF]
    joins, window = accuracy.report.joins, accuracy.report.window
    assert (accuracy.computed_by, joins.matched, joins.forecast_only) == (today.id, 5, 23)
    assert window == Window(start=date(2026, 11, 17), end=date(2026, 11, 21))


def test_a_day_without_stock_is_no_actual(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.demands[today.id] = pd.concat([demand(60).iloc[:-2], demand(2, quantity=0, stockout=True)])
    earlier = publish(runs, frames, 5, value=11.0)
    calculation.calculate(today.id)
    assert kpis.accuracies[earlier, Basis.ACTUALS, AS_OF].report.joins.matched == 3


def test_runs_that_no_late_correction_can_change_any_more_are_left_alone(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    last, too_old = publish(runs, frames, 42, value=11.0), publish(runs, frames, 43, value=11.0)
    calculation.calculate(today.id)
    assert [run_id for run_id, _, _ in kpis.accuracies] == [last]
    assert too_old in runs.by_id


def test_a_run_without_backtest_and_predecessors_stores_nothing(
    calculation: KpiCalculation, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    assert calculation.calculate(today.id).to_state_output() == {"kpis": 0, "reports": 0, "accuracy": None}
    assert not kpis.accuracies


def test_an_earlier_run_without_a_day_to_compare_stores_nothing(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.demands[today.id] = demand(60).iloc[:-5]
    publish(runs, frames, 5, value=11.0)
    assert calculation.calculate(today.id).headline is None
    assert not kpis.accuracies


def test_an_unknown_run_is_an_error(calculation: KpiCalculation) -> None:
    with pytest.raises(RunNotFound):
        calculation.calculate(a_run("unknown").id)


def test_calculating_twice_stores_the_same(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    publish(runs, frames, 5, value=11.0)
    first = calculation.calculate(today.id).to_state_output()
    metrics = dict(kpis.metrics)
    assert calculation.calculate(today.id).to_state_output() == first
    assert kpis.metrics == metrics


def test_alarms_are_given_the_newest_whole_week_and_not_a_few_days(
    calculation: KpiCalculation, runs: InMemoryRuns, frames: InMemoryFrames, kpis: InMemoryKpis, today: ForecastRun
) -> None:
    frames.backtests[today.id] = backtest(12.0)
    publish(runs, frames, 5, value=11.0)
    assert calculation.calculate(today.id).health() == {
        PlatformMetric.FORECAST_SKILL: None,
        PlatformMetric.FORECAST_VALUE_ADDED: None,
        PlatformMetric.BIASED_SHARE: None,
        PlatformMetric.ACCURACY_SIGMAS: None,
    }
    publish(runs, frames, 9, value=13.0)
    assert calculation.calculate(today.id).health()[PlatformMetric.BIASED_SHARE] is None
    publish(runs, frames, 20, value=12.0)
    kpis.week_ahead = {AS_OF - timedelta(days=day): 30.0 if day < 14 else 20.0 for day in range(60)}
    health = calculation.calculate(today.id).health()
    assert health == {
        PlatformMetric.FORECAST_SKILL: pytest.approx(-100.0),
        PlatformMetric.FORECAST_VALUE_ADDED: pytest.approx(-30.0),
        PlatformMetric.BIASED_SHARE: 100.0,
        PlatformMetric.ACCURACY_SIGMAS: pytest.approx(20.0),
    }


def test_skus_of_several_units_are_pooled_by_volume_share_and_by_their_prices(
    calculation: KpiCalculation, frames: InMemoryFrames, kpis: InMemoryKpis, reference: InMemoryReferenceData, today: ForecastRun
) -> None:
    kilograms = backtest(12.0).assign(sku_id="B", predicted_value=9_000.0, actual_value=10_000.0)
    frames.backtests[today.id] = pd.concat([backtest(12.0), kilograms])
    frames.units_by_run[today.id] = pd.DataFrame({"sku_id": ["A", "B"], "uom": ["EA", "KGM"]})
    prices = {"unit_price": [30.0, 0.01], "unit_cost": None, "unit_margin": None, "currency": "EUR", "valid_from": None, "valid_to": None}
    reference.frames["sku_master"] = pd.DataFrame({"sku_id": ["A", "B"], **prices})
    calculation.calculate(today.id)
    report = kpis.accuracies[today.id, Basis.BACKTEST, AS_OF].report
    assert report.wape == pytest.approx((20 + 10) / 2)
    assert report.bias.percent == pytest.approx((20 - 10) / 2)
    assert report.additional.measures["wape_by_value"] == pytest.approx(100 * (2 * 30 + 1_000 * 0.01) / (10 * 30 + 10_000 * 0.01))
    by_unit = {
        (metric.dimensions["uom"], metric.name): metric.value for metric in kpis.metrics.values() if metric.dimensions["level"] == "unit"
    }
    assert by_unit == {
        ("EA", "wape"): pytest.approx(20.0),
        ("EA", "bias_percent"): pytest.approx(20.0),
        ("EA", "bias_units"): pytest.approx(2.0 * 28),
        ("KGM", "wape"): pytest.approx(10.0),
        ("KGM", "bias_percent"): pytest.approx(-10.0),
        ("KGM", "bias_units"): pytest.approx(-1_000.0 * 28),
    }
    total = {metric.name: metric for metric in kpis.metrics.values() if metric.dimensions["level"] == "total"}
    assert (total["bias_units"].value, total["bias_units"].metadata["undefined_reason"]) == (None, "several_units")
