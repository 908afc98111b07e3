"""Panels to measure detectors on: simulated kinds of demand always, real ones where the folder of real data is given or there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.forecast_panels import FIRST_DAY, m5_subset, online_retail
from forecast_engine.days import days_from
from forecast_engine.panel import Panel, SeriesKey, from_first_demand
from kpi_engine.shared.arrays import Floats

SERIES_PER_SITE = 10
SERIES_PER_GROUP = 6
HISTORY_DAYS = 364
"""Days before the first one that is judged: a simulated panel has a year."""


def smooth(series: int, days: int, seed: int) -> Panel:
    """Busy series without a weekly profile whose level wanders slowly."""
    rng = np.random.default_rng(seed)
    wander = np.exp(np.cumsum(rng.normal(0, 0.008, (series, days)), axis=1))
    return _panel(_counts(rng, np.exp(rng.normal(3.5, 0.7, (series, 1))) * wander))


def weekly(series: int, days: int, seed: int) -> Panel:
    """Series with weekly profiles, some closed on Sundays, and a common annual season."""
    rng = np.random.default_rng(seed)
    calendar = days_from(FIRST_DAY, days)
    profile = np.exp(rng.normal(0, 0.35, (series, 7)))
    profile[: series // 3, 6] = 0.0
    season = 1 + 0.25 * np.sin(2 * np.pi * (calendar.day_of_year - 80) / 365.25)
    return _panel(_counts(rng, np.exp(rng.normal(3, 0.9, (series, 1))) * profile[:, calendar.weekday] * season))


def intermittent(series: int, days: int, seed: int) -> Panel:
    """Series with demand on one day in thirty to every second one, in sizes of 1 to some dozens."""
    rng = np.random.default_rng(seed)
    is_order = rng.random((series, days)) < rng.uniform(0.03, 0.5, (series, 1))
    sizes = 1 + rng.poisson(rng.gamma(1.5, np.exp(rng.normal(0.5, 0.8, (series, 1))) / 1.5, (series, days)))
    return _panel(np.where(is_order, sizes, 0).astype(np.float64))


def growing(series: int, days: int, seed: int) -> Panel:
    """Series with a weekly profile that grow or shrink by up to a factor of four a year."""
    rng = np.random.default_rng(seed)
    calendar = days_from(FIRST_DAY, days)
    growth = np.exp(rng.uniform(-1.4, 1.4, (series, 1)) * np.arange(days) / 365)
    profile = np.exp(rng.normal(0, 0.2, (series, 7)))[:, calendar.weekday]
    return _panel(_counts(rng, np.exp(rng.normal(3, 0.7, (series, 1))) * profile * growth))


SIMULATIONS = {"smooth": smooth, "weekly": weekly, "intermittent": intermittent, "growing": growing}


REAL_PANELS = ("online retail", "m5 subset", "online retail groups", "m5 groups")


def available(series: int, days: int, seed: int, real_data: Path) -> dict[str, Callable[[], Panel]]:
    """Return the panels that can be made here, by name: HISTORY_DAYS and `days` more, of real data as many as there are."""
    simulations: dict[str, Callable[[], Panel]] = {
        name: partial(simulate, series, HISTORY_DAYS + days, seed) for name, simulate in SIMULATIONS.items()
    }
    if not real_data.is_dir():
        return simulations
    retail, m5 = partial(online_retail, folder=real_data), partial(m5_subset, real_data)
    retail_days, m5_days = HISTORY_DAYS + days, 2 * HISTORY_DAYS + days
    real_panels: dict[str, Callable[[], Panel]] = {
        "online retail": lambda: _select(retail(), series, retail_days, seed),
        "m5 subset": lambda: _select(m5(), series, m5_days, seed),
        "online retail groups": lambda: _select(_sum_groups(retail(), seed), series, retail_days, seed),
        "m5 groups": lambda: _select(_sum_groups(m5(), seed), series, m5_days, seed),
    }
    return {**simulations, **real_panels}


def divide_into_sites(panel: Panel, series_per_site: int) -> Panel:
    """Return the panel with so many series at each site, in order."""
    return _panel(panel.values, series_per_site)


def _sum_groups(panel: Panel, seed: int) -> Panel:
    """Sums of six series each, drawn without replacement: product groups."""
    rows = np.random.default_rng(seed).permutation(len(panel.series))
    rows = rows[: len(rows) // SERIES_PER_GROUP * SERIES_PER_GROUP].reshape(-1, SERIES_PER_GROUP)
    return _panel(np.nan_to_num(panel.values)[rows].sum(axis=1))


def _select(panel: Panel, series: int, days: int, seed: int) -> Panel:
    """Draw series, and keep their last days."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(panel.series))[:series])
    return _panel(np.nan_to_num(panel.values[rows, -days:]))


def _counts(rng: np.random.Generator, mean: Floats) -> Floats:
    shape = rng.uniform(4, 30, (len(mean), 1))
    return rng.poisson(rng.gamma(shape, mean / shape)).astype(np.float64)


def _panel(values: Floats, series_per_site: int = SERIES_PER_SITE) -> Panel:
    keys = tuple(SeriesKey(f"site-{number // series_per_site:02}", f"sku-{number:04}") for number in range(len(values)))
    return Panel(from_first_demand(values), FIRST_DAY, keys)
