"""Figures by which alarms see that forecasts get worse."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kpi_engine.accuracy.report.rows import SkuRow
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from runtime.services.forecasts.forecast_health import measure_biased_share, measure_sigmas
from tests.fakes.examples import AS_OF


def sku_row(n: int, wape: float | None, bias_pct: float | None, abs_error: float) -> SkuRow:
    return SkuRow("SKU-1", n, None, wape, bias_pct, None, None, abs_error, None, "smooth", 1)


def days(wapes: list[float]) -> list[tuple[date, float]]:
    """One figure a day, the last of them on AS_OF."""
    return [(AS_OF - timedelta(days=len(wapes) - 1 - place), wape) for place, wape in enumerate(wapes)]


def test_two_bad_weeks_stand_out_by_as_many_sigmas_as_their_best_day() -> None:
    usual, recent = [40.0, 44.0] * 20, [50.0] * 13 + [48.0]
    assert measure_sigmas(days(usual + recent), AS_OF) == pytest.approx((48 - np.mean(usual)) / np.std(usual))


def test_one_good_day_in_two_weeks_is_enough_to_be_well() -> None:
    assert measure_sigmas(days([40.0, 44.0] * 20 + [60.0] * 13 + [42.0]), AS_OF) == pytest.approx(0)


def test_a_steady_past_does_not_make_a_trifle_unusual() -> None:
    assert measure_sigmas(days([40.0] * 40 + [40.1] * 14), AS_OF) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "figures",
    [
        [],
        days([40.0] * 21),
        [(AS_OF - timedelta(days=20 + day), 40.0) for day in range(30)],
        [(AS_OF - timedelta(days=day), 40.0) for day in [*range(7), *range(20, 50)]],
    ],
)
def test_too_little_to_compare_gives_no_figure(figures: list[tuple[date, float]]) -> None:
    assert measure_sigmas(figures, AS_OF) is None


def test_weeks_before_the_last_13_do_not_count() -> None:
    figures = days([1.0] * 30 + [40.0] * 91 + [40.0] * 14)
    assert measure_sigmas(figures, AS_OF) == 0


def test_the_biased_share_equals_that_of_a_loop_over_the_points() -> None:
    generator = np.random.default_rng(7)
    skus, horizon = [f"S{number}" for number in range(30)], 14
    rows = [(sku, AS_OF + timedelta(days=day + 1), float(generator.poisson(20))) for sku in skus for day in range(horizon)]
    actual = pd.DataFrame(rows, columns=["sku_id", "demand_date", "actual_value"])
    lean = {sku: (8 if place % 3 == 0 else 0) for place, sku in enumerate(skus)}
    forecast = actual.rename(columns={"demand_date": "forecast_date", "actual_value": "predicted_value"})
    forecast["predicted_value"] += [lean[sku] + generator.normal(0, 4) for sku, _, _ in rows]
    share = measure_biased_share(ForecastAccuracyEngine().report(forecast, actual).sku_breakdown)

    volume, biased_volume = 0.0, 0.0
    for sku in skus:
        errors = (forecast["predicted_value"] - actual["actual_value"])[actual["sku_id"] == sku]
        demand = actual["actual_value"][actual["sku_id"] == sku].sum()
        volume += demand
        if abs(errors.sum() / errors.abs().mean()) > 2.5 * np.sqrt(horizon):
            biased_volume += demand
    assert share == pytest.approx(100 * biased_volume / volume)
    assert 0 < biased_volume < volume


@pytest.mark.parametrize("n", [14, 28, 280])
def test_chance_makes_few_skus_biased_however_many_points_they_have(n: int) -> None:
    errors = np.random.default_rng(7).normal(0, 10, size=(4_000, n))
    absolute, demand = np.abs(errors).sum(axis=1), 100.0 * n
    rows = [
        sku_row(n=n, wape=100 * whole / demand, bias_pct=100 * total / demand, abs_error=whole)
        for whole, total in zip(absolute, errors.sum(axis=1), strict=True)
    ]
    assert 2 < (measure_biased_share(rows) or 0) < 7


def test_without_errors_there_is_no_share() -> None:
    assert measure_biased_share([]) is None
    assert measure_biased_share([sku_row(n=2, wape=None, bias_pct=None, abs_error=3.0)]) is None
    assert measure_biased_share([sku_row(n=2, wape=0.0, bias_pct=0.0, abs_error=0.0)]) is None


def test_a_sku_whose_demand_and_returns_cancel_has_no_share() -> None:
    assert measure_biased_share([sku_row(n=2, wape=50.0, bias_pct=None, abs_error=3.0)]) is None
