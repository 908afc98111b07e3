"""Figures that are null, and the one reason for each: by situation, the whole of `undefined` and every null in the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from kpi_engine.accuracy.metrics.catalogue import HEADLINE_METRICS
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.examples import MONDAY, actuals, forecasts, golden

ENGINE = ForecastAccuracyEngine()
Frames = tuple[pd.DataFrame, ...]
ONE_SERIES = {"wape_without_largest": "single_series", "wape_by_value": "no_unit_values", "bias_by_value": "no_unit_values"}
WEEK = {**ONE_SERIES, "trend": "too_few_complete_weeks"}
SHORT = {**WEEK, **dict.fromkeys(("series_judged", "series_out_of_control", "volume_out_of_control"), "insufficient_data")}
NO_TRAINING = dict.fromkeys(("mase", "rmsse", "forecast_value_added", "forecast_skill"), "no_observations")
NO_INTERVAL = {"ci_coverage": "no_observations", "mean_wql": "quantile_missing"}
ONE_WEEK_AHEAD = {"lag_2w": "no_snapshot_at_lag", "lag_4w": "no_snapshot_at_lag"}
NO_LEAD = {"lag_1w": "no_snapshot_at_lag", **ONE_WEEK_AHEAD}
ZERO_SUM = dict.fromkeys(
    ("wape", "accuracy", "wape_aggregate_first", "bias_percent", "lag_1w", "mean_wql", "median_series_wape", "largest_series_share"),
    "sum_actuals_zero",
)


def without_lead(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns="horizon_days")


def with_history(values: list[float], forecast: list[float], actual: list[float]) -> Frames:
    return forecasts(forecast), actuals(actual), actuals(values, MONDAY - timedelta(days=len(values)))


def quantiles(**levels: float | None) -> pd.DataFrame:
    row = {name.replace("p", "0."): value for name, value in levels.items()}
    return forecasts([4.0, 6.0]).assign(quantiles=pd.Series([row, row], dtype=object))


SITUATIONS: dict[str, tuple[Frames, dict[str, str]]] = {
    "golden series": (golden(), {**WEEK, **ONE_WEEK_AHEAD}),
    "no training days and no interval": (
        (forecasts([4.0, 6.0]), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL},
    ),
    "no lead": (
        (without_lead(forecasts([4.0, 6.0])), actuals([5.0, 5.0])),
        {**SHORT, **NO_LEAD, **NO_TRAINING, **NO_INTERVAL},
    ),
    "actuals of zero": (
        (forecasts([4.0, 6.0]), actuals([0.0, 0.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL, **ZERO_SUM, "mape": "all_actuals_zero"},
    ),
    "actuals of zero without a lead": (
        (without_lead(forecasts([4.0, 6.0])), actuals([0.0, 0.0])),
        {**SHORT, **NO_TRAINING, **NO_INTERVAL, **ZERO_SUM, **NO_LEAD, "mape": "all_actuals_zero"},
    ),
    "actuals that cancel": (
        (forecasts([4.0, 6.0]), actuals([5.0, -5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL, "bias_percent": "sum_actuals_zero"},
    ),
    "exact forecasts": (
        (forecasts([5.0, 5.0]), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL, "tracking_signal": "mad_zero"},
    ),
    "constant training days": (
        with_history([5.0] * 14, [4.0, 6.0], [5.0, 5.0]),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_INTERVAL, "mase": "scale_zero", "rmsse": "scale_zero"},
    ),
    "seven training days give a benchmark and no scale": (
        with_history([5.0] * 7, [4.0, 6.0], [5.0, 5.0]),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_INTERVAL, "mase": "no_observations", "rmsse": "no_observations"},
    ),
    "a benchmark for actuals of zero": (
        with_history([5.0, 6.0] * 7, [4.0], [0.0]),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_INTERVAL, **ZERO_SUM, "mape": "all_actuals_zero", "forecast_value_added": "sum_actuals_zero"},
    ),
    "one quantile of three": (
        (quantiles(p1=3.0), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL},
    ),
    "all three quantiles": (
        (quantiles(p1=3.0, p9=9.0), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, "ci_coverage": "no_observations"},
    ),
    "a median that is named and never given": (
        (quantiles(p1=3.0, p5=None, p9=9.0), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL},
    ),
    "bounds that cross": (
        (forecasts([4.0, 6.0], confidence_lower=9.0, confidence_upper=1.0), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, "ci_coverage": "no_observations"},
    ),
    "one bound only": (
        (forecasts([4.0, 6.0], confidence_lower=1.0), actuals([5.0, 5.0])),
        {**SHORT, **ONE_WEEK_AHEAD, **NO_TRAINING, **NO_INTERVAL},
    ),
    "forecasts and actuals that never meet": (
        (forecasts([4.0], sku="A"), actuals([5.0], sku="B")),
        {metric.key_of_reason: "no_observations" for metric in HEADLINE_METRICS if metric.key_of_reason and metric.name != "sum_abs_error"},
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_situation_has_its_reasons_and_no_other(name: str) -> None:
    frames, reasons = SITUATIONS[name]
    assert ENGINE.calculate_forecast_kpis(*frames)["undefined"] == reasons


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_figure_has_a_reason_exactly_when_it_is_null(name: str) -> None:
    kpis = ENGINE.calculate_forecast_kpis(*SITUATIONS[name][0])
    nulls = {metric.key_of_reason for metric in HEADLINE_METRICS if metric.key_of_reason and metric.value_in(kpis) is None}
    assert nulls == set(kpis["undefined"])


@pytest.mark.parametrize("grain", ["week", "month"])
def test_reasons_are_the_same_at_a_coarser_grain_but_for_intervals_and_trend(grain: str) -> None:
    frames = SITUATIONS["actuals of zero"][0]
    by_day = ENGINE.calculate_forecast_kpis(*frames)["undefined"]
    assert ENGINE.calculate_forecast_kpis(*frames, error_grain=grain)["undefined"] == by_day


def test_a_trend_needs_eight_complete_weeks() -> None:
    for weeks, reason in ((7, "too_few_complete_weeks"), (8, None)):
        values = [10.0 + day // 7 for day in range(7 * weeks)]
        kpis = ENGINE.calculate_forecast_kpis(forecasts(values), actuals([10.0] * len(values)))
        assert kpis["undefined"].get("trend") == reason
        assert kpis["additional"]["trend"]["n_weeks"] == weeks


def test_eight_weeks_whose_demand_is_zero_have_no_trend() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([1.0] * 56), actuals([0.0] * 56))
    assert kpis["additional"]["trend"] == {"slope": None, "direction": None, "n_weeks": 0}
    assert kpis["undefined"]["trend"] == "too_few_complete_weeks"


@pytest.mark.parametrize(
    ("change", "direction"), [(lambda week: week, "worsening"), (lambda week: 20 - week, "improving"), (lambda _: 3, "stable")]
)
def test_the_direction_of_the_trend_is_the_sign_of_its_slope(change: Callable[[int], float], direction: str) -> None:
    values = [100.0 + change(day // 7) for day in range(70)]
    trend: dict[str, Any] = ENGINE.calculate_forecast_kpis(forecasts(values), actuals([100.0] * 70))["additional"]["trend"]
    assert trend["direction"] == direction
