"""Forecasts and actuals of any size: 15 weeks of days for as many SKUs as it takes, some days missing on either side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

DAYS = 105
ORDERS = ("series", "date", "shuffled")
FORECAST_SHARE, ACTUAL_SHARE = 10 / 10.5, 9.6 / 10.5


class Frames(NamedTuple):
    """The two frames, with the column types that pandas gives them by itself."""

    forecast: pd.DataFrame
    actual: pd.DataFrame


def frames(rows: int, order: str, seed: int = 1) -> Frames:
    """About `rows` forecasts and 96 actuals to every 100 of them."""
    generator = np.random.default_rng(seed)
    skus = round(rows / DAYS / FORECAST_SHARE)
    names = np.array([f"SKU-{number:06}" for number in range(skus)], dtype=object)
    dates = pd.date_range("2026-07-06", periods=DAYS).to_numpy()
    keys = pd.DataFrame({"sku_id": np.repeat(names, DAYS), "date": np.tile(dates, skus)})
    actual = generator.poisson(8, len(keys)).astype(np.float64)
    forecast_values = np.maximum(actual + generator.normal(0, 3, len(keys)), 0)
    forecast = keys.rename(columns={"date": "forecast_date"}).assign(
        predicted_value=forecast_values, confidence_lower=forecast_values - 4, confidence_upper=forecast_values + 4
    )
    actual_rows = keys.rename(columns={"date": "demand_date"}).assign(actual_value=actual)
    draws = generator.random((2, len(keys)))
    return Frames(
        _sort(forecast[draws[0] < FORECAST_SHARE], "forecast_date", order, seed),
        _sort(actual_rows[draws[1] < ACTUAL_SHARE], "demand_date", order, seed + 1),
    )


def _sort(frame: pd.DataFrame, date: str, order: str, seed: int) -> pd.DataFrame:
    if order == "shuffled":
        frame = frame.sample(frac=1, random_state=seed)
    elif order == "date":
        frame = frame.sort_values([date, "sku_id"])
    return frame.reset_index(drop=True)
