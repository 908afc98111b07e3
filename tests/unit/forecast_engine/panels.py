"""Panels for the tests: simulated demand whose truth is known."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecast_engine.panel import Panel, SeriesKey, from_first_demand
from kpi_engine.shared.arrays import Floats

FIRST_DAY = date(2024, 1, 1)  # a Monday
WEEK = np.array([0.8, 0.9, 1.0, 1.0, 1.2, 1.3, 0.8])


def panel(values: Floats, first_day: date = FIRST_DAY) -> Panel:
    """A panel of the given values, all series at one site."""
    return Panel(from_first_demand(np.asarray(values, dtype=np.float64)), first_day, keys(len(values)))


def keys(count: int, site: str = "LDS1") -> tuple[SeriesKey, ...]:
    return tuple(SeriesKey(site, f"SKU-{number:04}") for number in range(count))


def poisson(series: int, days: int, mean: float, seed: int = 5) -> Floats:
    """Poisson demand with a weekly profile: (series, days) units."""
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * WEEK[np.arange(days) % 7], (series, days)).astype(np.float64)


def intermittent(series: int, days: int, seed: int = 6) -> Floats:
    """Demand on one day in five, three units on average."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random((series, days)) < 0.2, 1 + rng.poisson(2.0, (series, days)), 0).astype(np.float64)
