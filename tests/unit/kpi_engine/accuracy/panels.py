"""Random forecasts and actuals with everything that real ones have: several origins, zeros, gaps, bounds that lack or cross, quantiles."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = date(2026, 8, 3)
TRAINING_DAYS = 60
ORIGINS = (0, 7, 21)
HORIZON = 28


def demand(seed: int, skus: int = 5, sites: int = 2, days: int = TRAINING_DAYS + 49) -> pd.DataFrame:
    """Daily demand from FIRST on, some of it zero, some days of some series missing."""
    generator = np.random.default_rng(seed)
    keys = [(f"S{site}", f"K{sku}", day) for site in range(sites) for sku in range(skus) for day in range(days)]
    frame = pd.DataFrame(keys, columns=["site_id", "sku_id", "day"])
    level = generator.uniform(0.3, 12, sites * skus).repeat(days)
    frame["actual_value"] = generator.poisson(level * (1 + 0.5 * np.sin(frame["day"] * 2 * np.pi / 7))).astype(float)
    frame["demand_date"] = [FIRST + timedelta(days=int(day)) for day in frame["day"]]
    return frame[generator.random(len(frame)) > 0.08].drop(columns="day")


def forecasts(seed: int, skus: int = 6, sites: int = 2) -> pd.DataFrame:
    """28 days ahead from three origins; the last SKU has no demand at all."""
    generator = np.random.default_rng(seed + 1000)
    rows = [
        (f"S{site}", f"K{sku}", origin, ahead)
        for site in range(sites)
        for sku in range(skus)
        for origin in ORIGINS
        for ahead in range(1, HORIZON + 1)
    ]
    frame = pd.DataFrame(rows, columns=["site_id", "sku_id", "origin", "ahead"])
    last_known = FIRST + timedelta(days=TRAINING_DAYS - 1)
    frame["as_of_date"] = [last_known + timedelta(days=int(origin)) for origin in frame["origin"]]
    frame["forecast_date"] = [origin + timedelta(days=int(days)) for origin, days in zip(frame["as_of_date"], frame["ahead"], strict=True)]
    middle = generator.gamma(2, 3, len(frame))
    frame["predicted_value"] = middle.round(2)
    frame["confidence_lower"], frame["confidence_upper"] = middle * 0.6, middle * 1.6
    frame["quantiles"] = pd.Series([{"0.1": 0.6 * value, "0.75": 1.2 * value} for value in middle], dtype=object)
    is_spoilt = generator.random((4, len(frame))) < 0.03
    frame.loc[is_spoilt[0], "predicted_value"] = np.nan
    frame.loc[is_spoilt[1], "confidence_lower"] = np.nan
    frame.loc[is_spoilt[2], "confidence_upper"] = -1.0
    panel: pd.DataFrame = frame[~is_spoilt[3]].drop(columns=["origin", "ahead"])
    return panel
