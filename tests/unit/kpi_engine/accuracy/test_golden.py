"""Exact inputs with exact expected outputs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from kpi_engine.shared.calendar import iso_week
from tests.unit.kpi_engine.examples import actuals, forecasts, golden

ENGINE = ForecastAccuracyEngine()


@pytest.fixture(scope="module")
def kpis() -> dict[str, Any]:
    return ENGINE.calculate_forecast_kpis(*golden())


def test_mape_of_two_points_divides_by_the_actual() -> None:
    mape = ENGINE.calculate_mape(pd.DataFrame({"sku": ["A", "A"], "predicted_value": [100, 200], "actual_value": [110, 190]}))
    assert mape == pytest.approx(7.5, 0.1)  # the second argument is relative: 6.75 to 8.25
    assert mape == pytest.approx(7.1770334928, abs=1e-9)
    assert mape != pytest.approx(7.5, abs=0.1), "7.5 divides by the forecast"


def test_the_engine_reports_the_figures_of_two_points() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([100, 200]), actuals([110, 190]))
    assert kpis["mape"] == pytest.approx(7.1770334928, abs=1e-10)
    assert kpis["wape"] == pytest.approx(6.6666666667, abs=1e-10)
    assert kpis["additional"]["smape"] == pytest.approx(7.3260073260, abs=1e-10)
    assert (kpis["bias"]["percent"], kpis["bias"]["tracking_signal"]) == (0, 0)


def test_errors_of_the_golden_series_equal_those_by_hand(kpis: dict[str, Any]) -> None:
    assert kpis["mape"] == pytest.approx(8.5919928025, abs=1e-10)
    assert kpis["wape"] == pytest.approx(10.2564102564, abs=1e-10)
    assert kpis["joins"] == {
        "matched": 7,
        "forecast_only": 0,
        "actual_only": 0,
        "n_excluded": {"zero_actual": 1, "missing_forecast": 0, "missing_key": 0, "missing_actual": 0},
    }
    additional = kpis["additional"]
    assert additional["accuracy"] == pytest.approx(89.7435897436, abs=1e-10)
    assert additional["smape"] == pytest.approx(35.5596963423, abs=1e-10)
    assert additional["mae"] == pytest.approx(8.5714285714, abs=1e-10)
    assert additional["mase"] == pytest.approx(1.9354838710, abs=1e-10)
    assert additional["rmsse"] == pytest.approx(2.1566554641, abs=1e-10)


def test_bias_of_the_golden_series_equals_that_by_hand(kpis: dict[str, Any]) -> None:
    assert kpis["bias"] == {
        "units": pytest.approx(20.0),
        "mean": pytest.approx(20 / 7),
        "verdict": "in_control",
        "percent": pytest.approx(3.4188034188, abs=1e-10),
        "tracking_signal": pytest.approx(2.3333333333, abs=1e-10),
        "sign_convention": "forecast_minus_actual",
        "control": {"series_judged": 1, "series_out_of_control": 0, "volume_out_of_control": 0, "worst_series": []},
    }


def test_actuals_that_are_all_zero_leave_percentages_undefined() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([3, 4]), actuals([0, 0]))
    assert (kpis["mape"], kpis["wape"], kpis["bias"]["percent"]) == (None, None, None)
    assert kpis["undefined"]["mape"] == "all_actuals_zero"
    assert kpis["undefined"]["wape"] == "sum_actuals_zero"
    assert kpis["undefined"]["accuracy"] == "sum_actuals_zero"
    assert kpis["additional"]["sum_abs_error"] == 7


def test_a_scale_of_zero_is_told_from_no_training_days() -> None:
    flat = actuals([5] * 16, date(2026, 11, 2))
    assert ENGINE.calculate_forecast_kpis(forecasts([4, 4], date(2026, 11, 16)), flat)["undefined"]["mase"] == "scale_zero"
    reasons = ENGINE.calculate_forecast_kpis(forecasts([4, 4]), actuals([5, 5]))["undefined"]
    names = {name for name, reason in reasons.items() if reason == "no_observations"}
    assert names == {"mase", "rmsse", "ci_coverage", "forecast_value_added", "forecast_skill"}


def test_coverage_of_the_golden_series_equals_that_by_hand(kpis: dict[str, Any]) -> None:
    coverage = kpis["ci_coverage"]
    assert coverage["coverage"] == pytest.approx(71.4285714286, abs=1e-10)
    assert (coverage["wilson_lower"], coverage["wilson_upper"]) == (pytest.approx(35.89, abs=0.005), pytest.approx(91.78, abs=0.005))
    assert (coverage["nominal"], coverage["gap"]) == (pytest.approx(80), pytest.approx(-8.5714285714, abs=1e-9))
    assert coverage["verdict"] == "insufficient_data"


def test_the_interval_score_of_the_golden_series_equals_that_by_hand(kpis: dict[str, Any]) -> None:
    assert kpis["ci_coverage"]["interval_score"] == pytest.approx(45.0)


def test_quantile_losses_of_the_golden_series_equal_those_by_hand(kpis: dict[str, Any]) -> None:
    losses = kpis["additional"]["wql"]
    assert losses == {
        "p10": pytest.approx(0.0512820513, abs=1e-10),
        "p50": pytest.approx(0.1025641026, abs=1e-10),
        "p90": pytest.approx(0.0564102564, abs=1e-10),
    }
    assert losses["p50"] == pytest.approx(kpis["wape"] / 100)


def test_the_golden_series_adds_value_over_the_seasonal_naive(kpis: dict[str, Any]) -> None:
    fva = kpis["additional"]["fva"]
    assert fva["benchmark_wape"] == pytest.approx(32.6495726496, abs=1e-10)
    assert fva["points"] == pytest.approx(22.3931623932, abs=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_no_figure(kpis: dict[str, Any], seed: int) -> None:
    forecast, actual = (frame.sample(frac=1, random_state=seed) for frame in golden())
    assert ENGINE.calculate_forecast_kpis(forecast, actual) == kpis


def test_errors_are_pooled_and_do_not_cancel_between_skus() -> None:
    forecast = pd.concat([forecasts([120], sku="A"), forecasts([80], sku="B")])
    actual = pd.concat([actuals([100], sku="A"), actuals([100], sku="B")])
    assert ENGINE.calculate_forecast_kpis(forecast, actual)["wape"] == pytest.approx(20)


def test_mape_is_large_and_wape_small_when_only_a_small_demand_is_missed() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([990, 6]), actuals([1000, 2]))
    assert kpis["mape"] == pytest.approx(100.5)
    assert kpis["wape"] == pytest.approx(1.3972055888, abs=1e-10)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 1), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2021, 1, 3), "2020-W53"),
    ],
)
def test_weeks_are_iso_weeks_also_around_new_year(day: date, week: str) -> None:
    assert iso_week(day) == week
    trend = ENGINE.calculate_forecast_kpis(forecasts([1], day), actuals([1], day))["weekly_trends"]
    assert [row["iso_week"] for row in trend] == [week]


def test_weeks_are_compared_with_the_week_before() -> None:
    first = date(2026, 11, 4)
    kpis = ENGINE.calculate_forecast_kpis(forecasts([11] * 14, first), actuals([10] * 5 + [11] * 9, first))["weekly_trends"]
    assert [(row["iso_week"], row["n_days"], row["complete"]) for row in kpis] == [
        ("2026-W45", 5, False),
        ("2026-W46", 7, True),
        ("2026-W47", 2, False),
    ]
    assert [row["delta_points"] for row in kpis] == [None, pytest.approx(-10.0), pytest.approx(0.0)]


def test_a_week_without_points_is_no_week_to_compare_with() -> None:
    forecast = pd.concat([forecasts([11], date(2026, 11, 2)), forecasts([11], date(2026, 11, 16))])
    actual = pd.concat([actuals([10], date(2026, 11, 2)), actuals([10], date(2026, 11, 16))])
    assert [row["delta_points"] for row in ENGINE.calculate_forecast_kpis(forecast, actual)["weekly_trends"]] == [None, None]


def test_the_naive_benchmark_knows_nothing_after_the_origin() -> None:
    history = actuals([*range(1, 8), *[50] * 14], date(2026, 11, 2))
    forecast = forecasts([50] * 14, date(2026, 11, 9))
    fva = ENGINE.calculate_forecast_kpis(forecast, history)["additional"]["fva"]
    # Both forecast weeks repeat 1..7: 14 * 50 - 2 * 28 units of error on 700.
    assert fva["benchmark_wape"] == pytest.approx(100 * (700 - 56) / 700)
    assert fva["n_obs"] == 14


def test_each_lead_time_has_its_own_error() -> None:
    profile = ENGINE.calculate_forecast_kpis(forecasts([12, 10]), actuals([10, 10]))["additional"]["horizon_profile"]
    assert profile == [
        {"horizon_days": 1, "n": 1, "wape": pytest.approx(20.0), "bias_pct": pytest.approx(20.0)},
        {"horizon_days": 2, "n": 1, "wape": 0.0, "bias_pct": 0.0},
    ]


def test_several_origins_may_forecast_the_same_day() -> None:
    day = date(2026, 11, 9)
    forecast = pd.DataFrame(
        {"sku_id": "A", "forecast_date": day, "as_of_date": [day - timedelta(days=1), day - timedelta(days=7)], "predicted_value": [9, 12]}
    )
    kpis = ENGINE.calculate_forecast_kpis(forecast, actuals([10], day, sku="A"))
    assert kpis["wape"] == pytest.approx(15)
    assert [row["horizon_days"] for row in kpis["additional"]["horizon_profile"]] == [1, 7]
