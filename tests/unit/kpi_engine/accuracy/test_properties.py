"""What must hold whatever the numbers."""

from __future__ import annotations

import math

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
from tests.unit.kpi_engine.examples import actuals, forecasts

ENGINE = ForecastAccuracyEngine()
PAIRS = st.lists(st.tuples(st.floats(0.5, 1e4), st.floats(0, 1e4)), min_size=1, max_size=20)
quick = settings(max_examples=15, deadline=None)


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@quick
@given(PAIRS, st.floats(0.01, 100))
def test_no_percentage_depends_on_the_unit(pairs: list[tuple[float, float]], factor: float) -> None:
    actual, forecast = zip(*pairs, strict=True)
    one = ENGINE.calculate_forecast_kpis(forecasts(forecast), actuals(actual))
    other = ENGINE.calculate_forecast_kpis(forecasts([f * factor for f in forecast]), actuals([a * factor for a in actual]))
    assert all(close(one[name], other[name]) for name in ("wape", "mape"))
    assert close(one["bias"]["percent"], other["bias"]["percent"])


@quick
@given(PAIRS)
def test_a_perfect_point_never_raises_wape(pairs: list[tuple[float, float]]) -> None:
    actual, forecast = zip(*pairs, strict=True)
    before = ENGINE.calculate_forecast_kpis(forecasts(forecast), actuals(actual))
    after = ENGINE.calculate_forecast_kpis(forecasts([*forecast, 7]), actuals([*actual, 7]))
    assert after["wape"] <= before["wape"] + 1e-9


@quick
@given(PAIRS)
def test_mirrored_errors_mirror_the_bias_and_leave_the_size_of_errors(pairs: list[tuple[float, float]]) -> None:
    actual, forecast = zip(*pairs, strict=True)
    one = ENGINE.calculate_forecast_kpis(forecasts(forecast), actuals(actual))
    reflection = ENGINE.calculate_forecast_kpis(forecasts([2 * a - f for a, f in pairs]), actuals(actual))
    assert close(reflection["bias"]["percent"], -one["bias"]["percent"])
    assert close(reflection["wape"], one["wape"])


@quick
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 1e3), st.floats(0, 1e3)), min_size=1, max_size=30))
def test_the_skus_shares_of_the_error_sum_to_a_hundred(rows: list[tuple[str, float, float]]) -> None:
    parts = [(forecasts([f], sku=f"{sku}{n}"), actuals([a], sku=f"{sku}{n}")) for n, (sku, a, f) in enumerate(rows)]
    kpis = ENGINE.calculate_forecast_kpis(pd.concat([f for f, _ in parts]), pd.concat([a for _, a in parts]))
    shares = [row["share_of_error"] for row in kpis["sku_breakdown"]]
    assert all(share is None for share in shares) if kpis["additional"]["sum_abs_error"] == 0 else close(sum(shares), 100)


@quick
@given(PAIRS, st.floats(0, 50), st.floats(0, 50))
def test_a_wider_interval_never_covers_less(pairs: list[tuple[float, float]], width: float, more: float) -> None:
    actual, forecast = zip(*pairs, strict=True)

    def coverage(half: float) -> float:
        lower, upper = [f - half for f in forecast], [f + half for f in forecast]
        frame = forecasts(forecast, confidence_lower=lower, confidence_upper=upper)
        kpis: float = ENGINE.calculate_forecast_kpis(frame, actuals(actual))["ci_coverage"]["coverage"]
        return kpis

    assert coverage(width + more) >= coverage(width)


def test_actuals_too_small_to_divide_by_are_as_good_as_zero() -> None:
    kpis = ENGINE.calculate_forecast_kpis(forecasts([3, 4]), actuals([5e-324, 0]))
    assert (kpis["wape"], kpis["mape"], kpis["bias"]["percent"], kpis["additional"]["wql"]["p50"]) == (None,) * 4
    assert kpis["undefined"]["wape"] == "sum_actuals_zero"


@quick
@given(PAIRS)
def test_twice_the_loss_at_the_median_is_wape(pairs: list[tuple[float, float]]) -> None:
    actual, forecast = zip(*pairs, strict=True)
    kpis = ENGINE.calculate_forecast_kpis(forecasts(forecast), actuals(actual))
    assert close(100 * kpis["additional"]["wql"]["p50"], kpis["wape"])
