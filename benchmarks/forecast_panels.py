"""Panels to measure the forecaster on: simulated ones always, real ones where ../shared/data is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecast_engine.days import days_from
from forecast_engine.panel import Panel, SeriesKey, from_first_demand
from kpi_engine.shared.arrays import Floats

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST_DAY = date(2023, 1, 2)


def seasonal(series: int = 200, days: int = 1096, seed: int = 1) -> Panel:
    """Busy SKUs with a common season, weekly profiles of their own, slow trends and overdispersed counts."""
    rng = np.random.default_rng(seed)
    calendar = days_from(FIRST_DAY, days)
    season = 1 + 0.4 * np.sin(2 * np.pi * (calendar.day_of_year - 100) / 365.25)
    week = np.exp(rng.normal(0, 0.15, (series, 7)))[:, calendar.weekday]
    trend = np.exp(rng.normal(0.0001, 0.0002, (series, 1)) * np.arange(days))
    return _panel(_counts(rng, np.exp(rng.normal(3, 0.8, (series, 1))) * season * week * trend))


def warehouse(series: int = 600, days: int = 730, seed: int = 2) -> Panel:
    """Stock of a warehouse: mostly quiet SKUs with drifting demand, one day in fifty out of stock, Sundays closed."""
    rng = np.random.default_rng(seed)
    calendar = days_from(FIRST_DAY, days)
    drift = np.exp(np.cumsum(rng.normal(0, 0.02, (series, days)), axis=1))
    orders = rng.random((series, days)) < rng.beta(1.2, 1.5, (series, 1))
    sizes = _counts(rng, np.exp(rng.normal(0.7, 1.0, (series, 1))) * drift)
    values = np.where(orders & (calendar.weekday < 6), sizes, 0.0)
    return _panel(np.where(rng.random(values.shape) < 0.02, np.nan, values))


def places(series: int = 300, days: int = 730, seed: int = 3) -> Panel:
    """Places with weekly profiles of their own, of which some open half the Sundays, and whose demand moves every few months."""
    rng = np.random.default_rng(seed)
    calendar = days_from(FIRST_DAY, days)
    week = np.exp(rng.normal(0, 0.3, (series, 7)))[:, calendar.weekday]
    opens = (calendar.weekday < 6) | (rng.random((series, days)) < rng.choice([0.0, 0.5, 1.0], (series, 1)))
    moves = np.where(rng.random((series, days)) < 1 / 150, rng.normal(0, 0.5, (series, days)), 0.0)
    level = np.exp(rng.normal(2.5, 0.8, (series, 1)) + np.cumsum(moves, axis=1))
    return _panel(np.where(opens, _counts(rng, level * week), 0.0))


def m5_subset(folder: Path = REAL_DATA) -> Panel:
    """432 SKU-store series of the M5 competition, five years."""
    demand = pd.read_parquet(folder / "m5_foods1_ca.parquet")
    wide = demand.pivot(index="unique_id", columns="ds", values="y")
    return _panel(wide.to_numpy(dtype=np.float64), pd.Timestamp(wide.columns[0]).date())


def online_retail(series: int = 600, folder: Path = REAL_DATA) -> Panel:
    """The SKUs of a UK wholesaler that sold on most days, one year; cancellations and exact duplicates left out."""
    lines = pd.read_parquet(folder / "online_retail_raw.parquet").drop_duplicates()
    lines = lines[lines["Quantity"] > 0].assign(day=lambda frame: frame["InvoiceDate"].dt.normalize())
    daily = lines.groupby(["StockCode", "day"])["Quantity"].sum().unstack(fill_value=0)
    busiest = (daily > 0).sum(axis=1).sort_values(kind="stable").index[-series:]
    days = pd.date_range(daily.columns[0], daily.columns[-1])
    wide = daily.loc[busiest].reindex(columns=days, fill_value=0)
    return _panel(wide.to_numpy(dtype=np.float64), days[0].date())


def available() -> dict[str, Callable[[], Panel]]:
    """The panels that can be made here, by name."""
    panels: dict[str, Callable[[], Panel]] = {"seasonal": seasonal, "warehouse": warehouse, "places": places}
    real: dict[str, Callable[[], Panel]] = {"m5 subset": m5_subset, "online retail": online_retail} if REAL_DATA.is_dir() else {}
    return {**panels, **real}


def _counts(rng: np.random.Generator, mean: Floats) -> Floats:
    shape = rng.uniform(3, 30, (len(mean), 1))
    return rng.poisson(rng.gamma(shape, mean / shape)).astype(np.float64)


def _panel(values: Floats, first_day: date = FIRST_DAY) -> Panel:
    return Panel(from_first_demand(values), first_day, tuple(SeriesKey("site", f"{number:05}") for number in range(len(values))))
