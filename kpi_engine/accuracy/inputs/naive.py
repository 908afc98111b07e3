"""What simple methods would have forecast, from nothing but the demand that each forecast's origin knew."""

from __future__ import annotations

import numpy as np

from kpi_engine.accuracy.inputs.demand import Demand
from kpi_engine.shared.arrays import Floats, Ints, ratio
from kpi_engine.shared.seasonal_naive import NAME as SEASONAL_NAIVE
from kpi_engine.shared.seasonal_naive import source_days

WINDOW = 28
RANDOM_WALK = "random_walk"
MOVING_AVERAGE = "moving_average_28"
BENCHMARKS = (SEASONAL_NAIVE, RANDOM_WALK, MOVING_AVERAGE)


def benchmarks(demand: Demand, series: Ints, day: Ints, origin: Ints) -> dict[str, Floats]:
    """Three forecasts of each series for each day, made at the end of the day `origin`; NaN where nothing was known, no entries when
    nothing was known of any.

    seasonal_naive_7: the newest same weekday. random_walk: the newest known demand. moving_average_28: the mean of what is known of the
    last 28 days. Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice 3rd ed., 5.2.
    """
    if not len(demand.cells) or not len(origin) or origin.max() < demand.first_day:
        return {}
    first_cell = series * demand.grid.span
    first, low, high = (
        demand.ranks.before(first_cell + np.clip(offset, 0, demand.grid.span))
        for offset in (np.zeros(1, dtype=np.int64), origin - demand.grid.first - WINDOW + 1, origin - demand.grid.first + 1)
    )
    return {
        SEASONAL_NAIVE: demand.on(series, source_days(day, origin)),
        RANDOM_WALK: np.where(high > first, demand.values[high - 1], np.nan),
        MOVING_AVERAGE: _means(demand.values, low, high),
    }


def _means(values: Floats, low: Ints, high: Ints) -> Floats:
    """The mean of values[low:high] for each pair, NaN when empty."""
    begin, end = (int(low.min()), int(high.max())) if len(low) else (0, 0)
    sums = np.concatenate(([0.0], np.cumsum(values[begin:end])))
    return ratio(sums[high - begin] - sums[low - begin], (high - low).astype(np.float64))
