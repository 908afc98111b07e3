"""Errors formed by week and month, and errors that cancel between series."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.errors import InvalidValue
from tests.unit.kpi_engine.accuracy import loops, panels
from tests.unit.kpi_engine.examples import actuals, forecasts, golden

ENGINE = ForecastAccuracyEngine()


def test_aggregate_first_hides_what_pooled_errors_show() -> None:
    forecast = pd.concat([forecasts([120], sku="A"), forecasts([80], sku="B")])
    actual = pd.concat([actuals([100], sku="A"), actuals([100], sku="B")])
    kpis = ENGINE.calculate_forecast_kpis(forecast, actual)
    assert (kpis["wape"], kpis["additional"]["wape_aggregate_first"]) == (pytest.approx(20), 0)
    assert (kpis["error_grain"], kpis["rollup"]) == ("day", "pooled")


def test_the_total_is_that_of_the_newest_forecast_of_each_day() -> None:
    day = date(2026, 11, 9)
    origins = [day - timedelta(days=1), day - timedelta(days=7)]
    forecast = pd.DataFrame({"sku_id": "A", "forecast_date": day, "as_of_date": origins, "predicted_value": [9, 12]})
    kpis = ENGINE.calculate_forecast_kpis(forecast, actuals([10], day, sku="A"))
    assert kpis["additional"]["wape_aggregate_first"] == pytest.approx(10)


BUCKETS: dict[str, Callable[[date], object]] = {"week": lambda day: day.isocalendar()[:2], "month": lambda day: (day.year, day.month)}


@pytest.mark.parametrize("grain", BUCKETS)
def test_days_are_summed_before_the_error_is_formed(grain: str) -> None:
    forecast, demand = panels.forecasts(4), panels.demand(4)
    forecast = forecast[forecast["as_of_date"] == forecast["as_of_date"].min()]
    pairs = loops.match(forecast, loops.index_demand(demand))
    buckets = loops.group(pairs, lambda p: (p.site, p.sku, BUCKETS[grain](p.day))).values()
    errors, actual = [abs(sum(p.error for p in own)) for own in buckets], sum(p.actual for p in pairs)
    kpis = ENGINE.calculate_forecast_kpis(forecast, demand, error_grain=grain)
    assert kpis["error_grain"] == grain
    assert kpis["wape"] == pytest.approx(100 * sum(errors) / actual, rel=1e-10)
    assert kpis["joins"]["matched"] == len(pairs)
    assert kpis["ci_coverage"]["coverage"] is None  # bounds of days do not add up to bounds of weeks


def test_a_weekly_scale_compares_weeks_a_year_apart() -> None:
    weeks = [10 + week for week in range(60)]
    history = actuals([value / 7 for value in weeks for _ in range(7)], date(2025, 1, 6))
    first = date(2025, 1, 6) + timedelta(days=7 * 60)
    kpis = ENGINE.calculate_forecast_kpis(forecasts([1] * 7, first), actuals([2] * 7, first), history, error_grain="week")
    assert kpis["additional"]["season"] == 52
    assert kpis["additional"]["mase"] == pytest.approx(7 / 52)


def test_history_is_a_third_argument_or_comes_with_the_actuals() -> None:
    forecast, everything = golden()
    first = forecast["forecast_date"].min()
    early = everything["demand_date"] < first
    apart = ENGINE.calculate_forecast_kpis(forecast, everything[~early], everything[early])
    assert apart == ENGINE.calculate_forecast_kpis(forecast, everything)


def test_an_unknown_grain_is_refused() -> None:
    with pytest.raises(InvalidValue, match="error_grain is day, week or month, not hour"):
        ENGINE.calculate_forecast_kpis(*golden(), error_grain="hour")
