"""Panels of one week to detect anomalies in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.panel import DetectionPanel

FIRST = date(2026, 11, 15)
LAST = FIRST + timedelta(days=6)
NAN = float("nan")
PAST_DAYS = 49


def a_week(**days: float) -> list[float]:
    """100 on every day but those that are passed, as d0 to d6."""
    return [days.get(f"d{day}", 100.0) for day in range(7)]


def a_panel(*actual: Sequence[float], sites: Sequence[str] = (), **fields: Any) -> DetectionPanel:
    """Series of a week at one site, expected 100 with 90 to 110, after seven weeks of 100 a day."""
    values = np.array(actual, dtype=float)
    n_series = len(values)
    panel: dict[str, Any] = {
        "measure": "demand",
        "dimensions": [{"site_id": sites[row] if sites else "LDS1", "sku_id": f"SKU-{row}"} for row in range(n_series)],
        "first_day": FIRST,
        "days": DailyValues.of(values, *(np.full(values.shape, level) for level in (100.0, 90.0, 110.0))),
        "past": DailyValues.of(*(np.full((n_series, PAST_DAYS), level) for level in (100.0, 100.0, 90.0, 110.0))),
        "is_intermittent": np.zeros(n_series, dtype=np.bool_),
    }
    return DetectionPanel(**(panel | fields))
