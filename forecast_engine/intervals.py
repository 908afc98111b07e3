"""Quantiles around the mean forecast, from the errors of the replays.

Past errors are taken in two ways, and the results are mixed: as a ratio (actual / forecast), which keeps zeros zero and grows with the
forecast, and as a difference in units of the series' own error, which does not. The error quantiles of each series are shrunk to those of
the series of its class and volume, because a hundred errors of one series say little about a tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast_engine.arrays import known_mean, known_quantiles
from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.demand_class import is_rare

VOLUME_EDGES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0)
"""Edges of the volume bins, in units a day of mean forecast."""
BIN_MINIMUM = 200
"""Errors a bin needs to be used; a smaller one uses its whole class."""
POOL_STRENGTH = 600.0
"""Own errors a series needs to weigh as much as its pool."""
SMALLEST_FORECAST = 0.2
"""Ratios are taken against at least this share of the series' mean demand."""


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Forecasts and actuals of all replays, day by day: both (N, M) units, NaN = not known."""

    forecast: Floats
    actual: Floats


def quantiles(mean: Floats, past: PastErrors, classes: Ints, average: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of future demand: (levels, N, days) units, not negative, ordered.

    mean: (N, days) forecast. classes: (N,) demand class numbers. average: (N,) recent mean demand in units a day.
    levels: ascending, in (0, 1).

    >>> past = PastErrors(forecast=np.full((1, 5), 4.0), actual=np.array([[2.0, 3.0, 4.0, 5.0, 6.0]]))
    >>> quantiles(np.array([[4.0, 8.0]]), past, np.zeros(1, dtype=np.int64), np.array([4.0]), (0.1, 0.5, 0.9)).round(2).tolist()
    [[[2.4, 5.6]], [[4.0, 8.0]], [[5.6, 10.4]]]
    """
    smallest = SMALLEST_FORECAST * average[:, None] + 1e-6
    volume = np.maximum(mean, smallest)
    pool = _pools(classes, volume.mean(axis=1))
    by_ratio = _shrunk_quantiles(past.actual / np.maximum(past.forecast, smallest), pool, levels, otherwise=1.0)[:, :, None] * volume
    difference = past.actual - past.forecast
    scale = np.maximum(np.sqrt(known_mean(difference**2, axis=1, empty=0.0)), 1e-6)[:, None]
    by_difference = np.maximum(mean + _shrunk_quantiles(difference / scale, pool, levels, otherwise=0.0)[:, :, None] * scale, 0.0)
    share = _ratio_share(classes, levels)[:, :, None]
    return np.maximum.accumulate(share * by_ratio + (1.0 - share) * by_difference, axis=0)


@dataclass(frozen=True, eq=False)
class _Pools:
    """Series whose errors are pooled. small: (N,) pool of class and volume bin; large: (N,) the class."""

    small: Ints
    large: Ints


def _pools(classes: Ints, volume: Floats) -> _Pools:
    bins = np.digitize(volume, VOLUME_EDGES)
    return _Pools(classes * (len(VOLUME_EDGES) + 1) + bins, classes)


def _shrunk_quantiles(errors: Floats, pools: _Pools, levels: Sequence[float], otherwise: float) -> Floats:
    """Return quantiles of each row's errors shrunk to its pool's: (levels, N); `otherwise` where neither has any."""
    everyone = _pool_quantiles(errors, np.zeros_like(pools.large), levels, 1)
    of_class = _known_or(_pool_quantiles(errors, pools.large, levels, 1), _known_or(everyone, otherwise))
    of_pool = _known_or(_pool_quantiles(errors, pools.small, levels, BIN_MINIMUM), of_class)
    count = (~np.isnan(errors)).sum(axis=1)
    weight = count / (count + POOL_STRENGTH)
    own = _known_or(known_quantiles(errors, levels), of_pool)
    return np.asarray(weight * own + (1.0 - weight) * of_pool)


def _pool_quantiles(errors: Floats, pool: Ints, levels: Sequence[float], minimum: int) -> Floats:
    """Return quantiles of all errors of a row's pool: (levels, N); NaN for pools with fewer than `minimum`."""
    result = np.full((len(levels), len(errors)), np.nan)
    for number in np.unique(pool):
        is_member = pool == number
        values = errors[is_member]
        values = values[~np.isnan(values)]
        if len(values) >= minimum:
            result[:, is_member] = np.quantile(values, levels)[:, None]
    return result


def _known_or(values: Floats, otherwise: Floats | float) -> Floats:
    return np.asarray(np.where(np.isnan(values), otherwise, values))


def _ratio_share(classes: Ints, levels: Sequence[float]) -> Floats:
    """Return the share of ratios in a quantile: half, but for rare demand all of the lower and a quarter of the middle and upper tail."""
    is_lower = np.asarray(levels)[:, None] < 0.5
    return np.asarray(np.where(is_rare(classes), np.where(is_lower, 1.0, 0.25), 0.5))
