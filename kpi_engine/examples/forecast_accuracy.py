"""The golden week of forecast accuracy: one SKU for seven days, with its interval and three weeks of training before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kpi_engine.forecast_accuracy import ForecastAccuracyEngine

MONDAY = pd.Timestamp("2026-07-20")
ACTUAL = [120, 0, 80, 100, 130, 95, 60]
P50 = [110, 10, 100, 100, 120, 105, 60]
P10 = [95, 0, 85, 80, 95, 90, 40]
P90 = [130, 20, 120, 120, 125, 120, 65]
TRAINING = [100, 90, 110, 95, 105, 120, 40, 105, 92, 100, 99, 111, 118, 45, 110, 95, 104, 100, 108, 125, 50]


def forecasts() -> pd.DataFrame:
    """Seven days, all forecast the evening before the first."""
    frame = pd.DataFrame({"forecast_date": pd.date_range(MONDAY, periods=7), "predicted_value": P50})
    frame["sku_id"], frame["as_of_date"] = "SKU-1", MONDAY - pd.Timedelta(days=1)
    frame["confidence_lower"], frame["confidence_upper"], frame["interval_level"] = P10, P90, 0.8
    return frame


def actuals() -> pd.DataFrame:
    """Actuals of the seven days."""
    return _demand(MONDAY, ACTUAL)


def history() -> pd.DataFrame:
    """The three weeks before."""
    return _demand(MONDAY - pd.Timedelta(days=len(TRAINING)), TRAINING)


def inputs() -> dict[str, pd.DataFrame]:
    """The frames of the example, by the name of the argument."""
    return {"forecast_data": forecasts(), "actual_data": actuals(), "history_data": history()}


def example() -> dict[str, Any]:
    """Return the engine's report of the golden week."""
    return ForecastAccuracyEngine().calculate_forecast_kpis(forecasts(), actuals(), history())


def _demand(first: pd.Timestamp, values: list[int]) -> pd.DataFrame:
    frame = pd.DataFrame({"demand_date": pd.date_range(first, periods=len(values)), "actual_value": values})
    return frame.assign(sku_id="SKU-1")
