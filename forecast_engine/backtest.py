"""The out-of-sample test of the finished forecast: the complete forecaster run as of earlier days, compared with what came.

Everything is redone as of each origin (exclusions, classes, weights, quantiles) from a panel cut at that day, so nothing later can leak in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_engine.arrays import FloatArray
from forecast_engine.baseline import seasonal_naive
from forecast_engine.exclusions import ExclusionRules, split_panel
from forecast_engine.model import forecast_panel
from forecast_engine.panel import Panel, SeriesKey
from forecast_engine.replay import MIN_TRAINING_DAYS

MAX_ORIGINS = 2
LEVELS = (0.1, 0.5, 0.9)
DECIMALS = 2
"""Forecasts are scored as they are published: rounded."""


@dataclass(frozen=True, eq=False)
class BacktestOrigin:
    """One origin's forecasts beside what came: lower, middle, upper (P10, P50, P90), actual, naive, all (N, horizon) units.

    actual is NaN on days that are not known (out of stock); such points are not scored.
    """

    origin: date
    series: tuple[SeriesKey, ...]
    lower: FloatArray
    middle: FloatArray
    upper: FloatArray
    actual: FloatArray
    naive: FloatArray


@dataclass(frozen=True)
class BacktestScore:
    """Accuracy over all scored points of all origins.

    wape, baseline_wape: percent, 100 * sum|A - F| / sum A, F = P50 and seasonal naive; None when the actuals sum to zero.
    coverage: percent of actuals within P10..P90, bounds included; None without points. n_obs: scored points.
    """

    wape: float | None
    baseline_wape: float | None
    coverage: float | None
    n_obs: int


def backtest(panel: Panel, horizon: int, rules: ExclusionRules) -> tuple[BacktestOrigin, ...]:
    """Forecast as of the last one or two non-overlapping origins; empty when the history is too short for any.

    Origins lie `horizon` and 2 * `horizon` days before the panel's last day, latest first; each needs history enough for the forecaster to
    replay itself at least once, so that what is tested is what is published.
    """
    back = (horizon * step for step in range(1, MAX_ORIGINS + 1))
    origins = [panel.last_day - timedelta(days=days) for days in back if panel.days - days >= MIN_TRAINING_DAYS + horizon]
    tested = (_test(panel, origin, horizon, rules) for origin in origins)
    return tuple(test for test in tested if test is not None)


def score(tested: Sequence[BacktestOrigin]) -> BacktestScore:
    """Pool the points of all origins into one score."""
    actual = np.concatenate([test.actual.ravel() for test in tested])
    known = ~np.isnan(actual)

    def scored(name: str) -> FloatArray:
        return np.asarray(np.concatenate([getattr(test, name).ravel() for test in tested])[known])

    came = actual[known]
    inside = (scored("lower") <= came) & (came <= scored("upper"))
    return BacktestScore(
        wape=wape(came, scored("middle")),
        baseline_wape=wape(came, scored("naive")),
        coverage=100.0 * float(inside.mean()) if len(came) else None,
        n_obs=len(came),
    )


def wape(actual: FloatArray, forecast: FloatArray) -> float | None:
    """Weighted absolute percentage error in percent: 100 * sum|A - F| / sum A over known points; None when sum A is zero."""
    total = float(actual.sum())
    return 100.0 * float(np.abs(actual - forecast).sum()) / total if total > 0 else None


def _test(panel: Panel, origin: date, horizon: int, rules: ExclusionRules) -> BacktestOrigin | None:
    seen, _ = split_panel(panel.until(origin), rules)
    if not seen.series:
        return None
    made = forecast_panel(seen, horizon, LEVELS)
    row_of = {key: row for row, key in enumerate(panel.series)}
    rows = [row_of[key] for key in seen.series]
    actual = panel.values[rows, seen.days : seen.days + horizon]
    lower, middle, upper = np.round(made.quantiles, DECIMALS)
    return BacktestOrigin(origin, seen.series, lower, middle, upper, actual, seasonal_naive(seen.values, horizon))
