"""Forecasts of simple methods, from nothing but the demand that was known at each forecast's origin."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.inputs.known_demand import KnownDemand
from kpi_engine.shared.arrays import Floats, Ints, ratio
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE
from kpi_engine.shared.seasonal_naive import source_days

WINDOW_DAYS = 28
RANDOM_WALK = "random_walk"
MOVING_AVERAGE = "moving_average_28"
BENCHMARKS = (SEASONAL_NAIVE, RANDOM_WALK, MOVING_AVERAGE)


def forecast_benchmarks(demand: KnownDemand, series: Ints, day: Ints, origin: Ints) -> dict[str, Floats]:
    """Forecast each series for each day with three simple methods, at the end of the day `origin`.

    seasonal_naive_7: the newest same weekday. random_walk: the newest known demand. moving_average_28: the mean of what is known of the
    last 28 days. NaN where nothing was known, no entries when nothing was known of any series.
    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice 3rd ed., 5.2.

    >>> from kpi_engine.accuracy.inputs.grid import Grid
    >>> demand = KnownDemand(Grid(n_series=1, first_day=0, span=9), cells=np.array([1, 5]), values=np.array([4.0, 8.0]), first_day=1)
    >>> {name: values.item() for name, values in forecast_benchmarks(demand, np.array([0]), np.array([8]), np.array([7])).items()}
    {'seasonal_naive_7': 4.0, 'random_walk': 8.0, 'moving_average_28': 6.0}
    """
    if not len(demand.cells) or not len(origin) or origin.max() < demand.first_day:
        return {}
    first_cell = series * demand.grid.span
    first, low, high = (
        demand.ranks.before(first_cell + np.clip(offset, 0, demand.grid.span))
        for offset in (np.zeros(1, dtype=np.int64), origin - demand.grid.first_day - WINDOW_DAYS + 1, origin - demand.grid.first_day + 1)
    )
    return {
        SEASONAL_NAIVE: demand.on(series, source_days(day, origin)),
        RANDOM_WALK: np.where(high > first, demand.values[high - 1], np.nan),
        MOVING_AVERAGE: _means(demand.values, low, high),
    }


def _means(values: Floats, low: Ints, high: Ints) -> Floats:
    """Return the mean of values[low:high] for each pair, NaN when empty."""
    begin, end = (int(low.min()), int(high.max())) if len(low) else (0, 0)
    sums = np.concatenate(([0.0], np.cumsum(values[begin:end])))
    return ratio(sums[high - begin] - sums[low - begin], (high - low).astype(np.float64))
