"""Bias in percent has the sign of the bias in units, or is null: returns may exceed sales."""

from __future__ import annotations

import pandas as pd
import pytest

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine


@pytest.mark.parametrize("actuals", [[10.0, 20.0], [-30.0, 5.0], [-30.0, 30.0], [0.0, 4.0]])
@pytest.mark.parametrize("shift", [7.0, -7.0])
def test_bias_in_percent_has_the_sign_of_bias_in_units(actuals: list[float], shift: float) -> None:
    days = {"sku_id": "A", "site_id": "S", "forecast_date": ["2026-11-02", "2026-11-03"]}
    forecast = pd.DataFrame(days | {"predicted_value": [value + shift for value in actuals]})
    actual = pd.DataFrame(days | {"actual_value": actuals}).rename(columns={"forecast_date": "demand_date"})
    report = ForecastAccuracyEngine().report(forecast, actual)
    bias = report.bias
    assert bias.units == 2 * shift
    total = sum(actuals)
    assert bias.percent == (pytest.approx(100 * 2 * shift / total) if total > 0 else None)
    reason = None if total > 0 else "sum_actuals_negative" if total < 0 else "sum_actuals_zero"
    assert report.undefined_reasons.get("bias_percent") == reason
