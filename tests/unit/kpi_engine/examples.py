"""The series of the golden tests, and frames to build from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

MONDAY = date(2026, 11, 2)
ACTUAL = [120, 0, 80, 100, 130, 95, 60]
P50 = [110, 10, 100, 100, 120, 105, 60]
P10 = [95, 0, 85, 80, 95, 90, 40]
P90 = [130, 20, 120, 120, 125, 120, 65]
TRAINING = [100, 90, 110, 95, 105, 120, 40, 105, 92, 100, 99, 111, 118, 45, 110, 95, 104, 100, 108, 125, 50]


def forecasts(values: Sequence[float], first: date = MONDAY, sku: str = "SKU-1", **columns: object) -> pd.DataFrame:
    dates = [first + timedelta(days=day) for day in range(len(values))]
    ahead = list(range(1, len(values) + 1))
    return pd.DataFrame({"sku_id": sku, "forecast_date": dates, "horizon_days": ahead, "predicted_value": values, **columns})


def actuals(values: Sequence[float | None], first: date = MONDAY, sku: str = "SKU-1") -> pd.DataFrame:
    dates = [first + timedelta(days=day) for day in range(len(values))]
    return pd.DataFrame({"sku_id": sku, "demand_date": dates, "actual_value": values})


def golden() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The seven forecast days with their interval, and 21 training days before them."""
    history = actuals([*TRAINING, *ACTUAL], MONDAY - timedelta(days=len(TRAINING)))
    return forecasts(P50, confidence_lower=P10, confidence_upper=P90, interval_level=0.8), history


def random_panel(seed: int, skus: int = 12, sites: int = 2, days: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts and actuals of many series, with zeros, gaps and a wrong interval here and there."""
    generator = np.random.default_rng(seed)
    keys = [(f"S{site}", f"K{sku}", day) for site in range(sites) for sku in range(skus) for day in range(days)]
    frame = pd.DataFrame(keys, columns=["site_id", "sku_id", "day"])
    frame["date"] = [MONDAY + timedelta(days=int(day)) for day in frame["day"]]
    demand = generator.poisson(3, len(frame)).astype(float)
    prediction = np.maximum(demand + generator.normal(0.3, 2, len(frame)), 0)
    forecast = frame[["site_id", "sku_id"]].assign(
        forecast_date=frame["date"],
        horizon_days=frame["day"] + 1,
        predicted_value=prediction,
        confidence_lower=prediction - 1,
        confidence_upper=prediction + 2,
        interval_level=0.8,
    )
    actual = frame[["site_id", "sku_id"]].assign(demand_date=frame["date"], actual_value=demand)
    return forecast.drop(forecast.index[5:9]), actual.drop(actual.index[100:120])
